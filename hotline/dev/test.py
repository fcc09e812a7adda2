"""`make test`: the scripts' own tests, then the whole suite on PostgreSQL and on SQLite.

`make test ARGS="tests/actions -k save"` runs a part; `ENGINE=sqlite` is the quickest.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from hotline.dev import browser, environment, postgres, system

ON_SQLITE = "not browser or main_path"
ONCE = ("-m", "not one_engine")  # of PostgreSQL's run: SQLite's has the rest
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
    tell = ["--durations=25", "--durations-min=4"]
    spread = [] if words else ["-n", "2", "--dist", "worksteal", *tell]
    # Measured where the browser is not: it takes half as long again.
    gate = [] if words else ["--cov=intake", "--cov-report=term-missing:skip-covered"]

    codes = [] if words else [_scripts()]
    if options.engine != "sqlite":
        with postgres.throw_away_cluster() as url:
            once = ONCE if both and not words else ()
            codes.append(_pytest("PostgreSQL", url, tools, [*spread, *once, *words]))
    if options.engine != "postgresql":
        with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
            url = f"sqlite:///{folder}/hotline.sqlite3"
            codes.append(_pytest("SQLite", url, tools, [*spread, *gate, "-m", ON_SQLITE, *words]))
    if words and both and set(codes) == {0, NO_TESTS}:
        return 0  # one engine had nothing of that part
    return max(codes)


def _scripts() -> int:
    """Run the tests of the page's scripts, which need no page; return Node's exit code."""
    print("--- Tests of scripts", flush=True)
    files = sorted(Path("tests/js").glob("*.test.js"))
    return system.run(browser.find_node(), "--test", *files)


def _pytest(engine: str, url: str, tools: dict[str, str], words: list[str]) -> int:
    """Run pytest with a folder of its own for everything temporary; return its exit code."""
    started = time.monotonic()
    print(f"--- Tests on {engine}", flush=True)
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        env = environment.for_tests(url) | tools
        env |= {"TMPDIR": folder, "COVERAGE_FILE": str(Path(folder) / "coverage")}
        # Migrations take half a minute: each process of the tests gets a copy of this one.
        system.must_run(environment.PYTHON, "manage.py", "migrate", "--verbosity", "0", env=env)
        # Cluster and folder are thrown away whole: no database is dropped before, whoever is in it.
        code = system.run(environment.PYTHON, "-m", "pytest", "--reuse-db", *words, env=env)
    print(f"--- {engine}: {time.monotonic() - started:.0f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
