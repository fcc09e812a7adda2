"""`make test`: the scripts' own tests, the whole suite on PostgreSQL, and most of it on SQLite.

Left out there are browsers but for the main paths, and what one engine shows (`one_engine`).

`make test ARGS="tests/actions -k save"` runs a part; `ENGINE=sqlite` is the quickest.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from hotline.dev import browser, databases, environment, postgres, system

NO_BROWSER, BROWSER = "not browser", "browser"
ON_SQLITE = "not browser or main_path"
# After PostgreSQL's run, which has everything.
ON_SQLITE_TOO = "(not browser and not one_engine) or main_path"
MEASURE = "hotline.dev.measure"
COVERED = 95  # per cent of the code's lines and branches, at least
TOO_LITTLE = 2  # slipcover's exit code when it was less
NO_TESTS = 5  # pytest's exit code when its words select nothing


def main() -> int:
    """Return 0 when every test passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["all", "postgresql", "sqlite"], default="all")
    parser.add_argument("words", nargs="*", help="passed on to pytest")
    options = parser.parse_args()
    system.exit_on_signals()
    # Whoever has to ask for packages asks once.
    servers = [] if options.engine == "sqlite" else postgres.needs()
    system.stop_unless_installable([*environment.needs(), *browser.needs(), *servers])
    environment.ensure(dev=True)
    tools = {
        "CHROMIUM": browser.find_chromium(),
        "VNU_JAR": browser.html_checker(),
        "LFORMS": browser.form_widget(),
    }
    words, both = options.words, options.engine == "all"
    # Pages in tests name uncollected files, but WhiteNoise warns when the folder is not there.
    (system.ROOT / "staticfiles").mkdir(exist_ok=True)
    # What takes longest is told, so that the suite stays within its minutes.
    told = ["--dist", "worksteal", "--durations=25", "--durations-min=4"]
    spread = ["-n", "2", *told]
    browsers = ["-n", "3", *told]  # a page waits for its server and the test for the page
    gate = [*spread, "-p", MEASURE]

    runs = {
        "PostgreSQL": [[*gate, "-m", NO_BROWSER], [*browsers, "-m", BROWSER, "tests/browser"]],
        "SQLite": [[*spread, "-m", ON_SQLITE_TOO] if both else [*gate, "-m", ON_SQLITE]],
    }
    if words:
        runs = {"PostgreSQL": [words], "SQLite": [["-m", ON_SQLITE, *words]]}

    codes = [] if words else [_scripts()]
    with (
        databases.migrated(options.engine, tools) as envs,
        tempfile.NamedTemporaryFile("r", prefix="hotline-failures-") as failures,
    ):
        codes += [
            _pytest(engine, env, run, Path(failures.name))
            for engine, env in envs.items()
            for run in runs[engine]
        ]
        if not words and (again := failures.read()):
            print(f"--- What failed, once more\n{again}", flush=True)
    if words and both and set(codes) == {0, NO_TESTS}:
        return 0  # one engine had nothing of that part
    return next(filter(None, codes), 0)  # one that a signal ended is below 0


def _scripts() -> int:
    """Run the tests of the page's scripts, which need no page; return Node's exit code."""
    print("--- Tests of scripts", flush=True)
    files = sorted(Path("tests/js").glob("*.test.js"))
    return system.run(browser.find_node(), "--test", *files)


def _pytest(engine: str, env: Mapping[str, str], words: list[str], failures: Path) -> int:
    """Run pytest with a folder of its own for everything temporary; return its exit code."""
    started = time.monotonic()
    print(f"--- Tests on {engine}", flush=True)
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        measured = Path(folder) / "measured"
        measured.mkdir()
        own = {"TMPDIR": folder, "MEASURED": str(measured), "FAILURES": str(failures)}
        # What was migrated is thrown away whole: no database is dropped before, whoever is in it.
        code = system.run(
            environment.PYTHON, "-m", "pytest", "--reuse-db", *words, env={**env, **own}
        )
        if MEASURE in words:
            code = code or _cover(sorted(measured.glob("*.json")), measured / "all")
    print(f"--- {engine}: {time.monotonic() - started:.0f} s", flush=True)
    return code


def _cover(parts: list[Path], out: Path) -> int:
    """Print what was not run of the measured code; return 0 when enough of it was.

    Where nothing was written down there is nothing to merge, which is a failure.
    """
    words: list[str | Path] = ["--merge", *parts, "--out", out, "--skip-covered"]
    words += ["--fail-under", str(COVERED)]
    code = system.run(environment.PYTHON, "-m", "slipcover", *words)
    if code == TOO_LITTLE:
        print(f"Less than {COVERED} % of the code was run.", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
