"""Two steps of `make lint`: known weaknesses of the packages, and secrets in the sources.

`python3 -m hotline.dev.security packages` asks pip-audit about all locked packages. Where its
service is not reached, nothing was asked: that is said, and is no failure.

`… secrets` has detect-secrets look through every file that git knows; what it takes for a secret
and is none stands in `.secrets.baseline` (`… secrets --accept` writes it: look at each first).
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from hotline.dev import environment, system

BIN = environment.VENV / "bin"
BASELINE = system.ROOT / ".secrets.baseline"
# Sums of packages and of vendored files, which look random because they are sums.
SUMS = r"(^|/)(requirements[^/]*\.txt|package-lock\.json|third-party\.md)$|^static/(fonts|vendor)/"
WAIT = "10"  # seconds that the service gets for an answer


def main() -> int:
    """Return 0 when the step found nothing."""
    if sys.argv[1:] == ["packages"]:
        return packages()
    return secrets(accept=sys.argv[1:] == ["secrets", "--accept"])


def packages() -> int:
    """Return 1 when a locked package has a known weakness."""
    command = (
        *(BIN / "pip-audit", "--requirement", environment.DEV_LOCK, "--require-hashes"),
        *("--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", WAIT),
    )
    done = subprocess.run(command, cwd=system.ROOT, capture_output=True, text=True)
    try:
        asked: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except ValueError:
        asked = []
    sentence, weak = told_of(asked)
    print(sentence)
    for one in weak:
        print(f"  {one}")
    return 1 if weak else 0


def told_of(asked: Iterable[dict[str, Any]]) -> tuple[str, list[str]]:
    """Return a sentence on how many packages were asked about, and a line for each weakness."""
    every = list(asked)
    known = [one for one in every if "vulns" in one]
    weak = [
        f"{one['name']} {one['version']}: {found['id']},"
        f" mended in {', '.join(found.get('fix_versions', [])) or 'no version yet'}"
        for one in known
        for found in one["vulns"]
    ]
    if not known:
        return "Not asked: the service that knows weak packages was not reached from here.", []
    return f"Asked about {len(known)} of {len(every)} packages; {len(weak)} weaknesses.", weak


def secrets(*, accept: bool) -> int:
    """Return 1 when a file holds what looks like a secret and is not in the baseline."""
    listed = subprocess.run(
        ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        cwd=system.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [
        one
        for one in listed.stdout.split("\0")
        if one and (system.ROOT / one).is_file() and one != BASELINE.name
    ]
    looked = (BIN / "detect-secrets", "-c", "2", "scan", "--no-verify", "--exclude-files", SUMS)
    done = subprocess.run(
        (*looked, *files), cwd=system.ROOT, capture_output=True, text=True, check=True
    )
    found: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)["results"]
    now = {name: sorted({one["hashed_secret"] for one in ones}) for name, ones in found.items()}
    if accept:
        BASELINE.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n")
    known: dict[str, list[str]] = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    new = [
        f"{name}:{one['line_number']}: {one['type']}"
        for name, ones in found.items()
        for one in ones
        if one["hashed_secret"] not in known.get(name, [])
    ]
    print(f"Looked through {len(files)} files; {len(new)} new finds.")
    for line in new:
        print(f"  {line}")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
