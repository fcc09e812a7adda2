"""`make scan`: wapiti and sqlmap against an own instance with invented data, as each role.

Everything stays on the loopback: the instance, its PostgreSQL and the scanners. What they find and
`SECURITY.md` does not explain ends this with 1. `SCAN_SECONDS` bounds each module of wapiti (60),
`ROLES` says as whom to look (all). The reports stay in `var/scan/`.
"""

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotline.dev import environment, postgres, system

HOST = "127.0.0.1"
REPORTS = system.ROOT / "var" / "scan"
START_WITHIN = 60  # seconds
SECONDS = os.environ.get("SCAN_SECONDS", "60")
ROLES = ("worker", "supervisor", "administrator", "privacy", "nobody")

# Not `ssrf`, `xxe`, `wapp` and `nikto`: they ask or name machines elsewhere. Not `buster` and
# `brute_login_form`: guessing is what the sign-in's limits are tested for.
MODULES = (
    "backup", "blindsql", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess",
    "http_headers", "methods", "permanentxss", "redirect", "shellshock", "sql", "xss",
)  # fmt: skip
# Whatever a scanner wants from elsewhere, as a newer list, is asked of a port where nobody is.
NOWHERE = "http://127.0.0.1:9"
LOOPBACK_ONLY = {"http_proxy": NOWHERE, "https_proxy": NOWHERE, "no_proxy": "127.0.0.1,localhost"}

# What is found and is no fault, as tool, kind and a pattern of where; SECURITY.md says why.
EXPLAINED = (
    ("wapiti", "Secure Flag cookie", r".*"),
    ("wapiti", "HttpOnly Flag cookie", r"hotline_csrf"),
    ("wapiti", "Cross Site Request Forgery", r"Lack of anti CSRF token"),
    ("wapiti", "HTTP Secure Headers", r"Strict-Transport-Security|X-XSS-Protection"),
)


@dataclass
class Look:
    """What one scanner found as one role."""

    tool: str
    role: str
    tried: int = 0
    seconds: int = 0
    found: list[str] = field(default_factory=list)
    explained: int = 0

    def note(self, kind: str, where: str) -> None:
        """Count a finding as explained, or keep it."""
        told = any(
            self.tool == tool and kind == one and re.search(pattern, where)
            for tool, one, pattern in EXPLAINED
        )
        if told:
            self.explained += 1
        else:
            self.found.append(f"{kind}: {where}")


def main() -> int:
    """Return 0 when nothing was found that is not explained."""
    system.exit_on_signals()
    needs = [
        system.Need((name,), "the running instance is scanned with it")
        for name in ("wapiti", "sqlmap")
        if not shutil.which(name)
    ]
    system.stop_unless_installable([*environment.needs(), *postgres.needs(), *needs])
    system.provide(needs)
    environment.ensure(dev=True)
    REPORTS.mkdir(parents=True, exist_ok=True)
    looks: list[Look] = []
    with postgres.cluster(postgres.NOTHING_SURVIVES) as cluster, _served(cluster.url) as instance:
        site, env = instance
        for role in os.environ.get("ROLES", ",".join(ROLES)).split(","):
            for scan in (_sqlmap, _wapiti):
                looks.append(scan(site, role, _stage(env, role)))
                _tell(looks[-1])
    print("\n| role | tool | addresses or parameters | seconds | explained | found |")
    print("|---|---|--:|--:|--:|--:|")
    for one in looks:
        print(
            f"| {one.role} | {one.tool} | {one.tried} | {one.seconds} | {one.explained}"
            f" | {len(one.found)} |"
        )
    return 1 if any(one.found or not one.tried for one in looks) else 0


def _tell(look: Look) -> None:
    print(f"--- {look.tool} as {look.role}: {look.tried} tried, {look.seconds} s", flush=True)
    for one in sorted(set(look.found)):
        print(f"    {one}", flush=True)


@contextmanager
def _served(database_url: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the address and the environment of an instance with the demonstration's data."""
    env = environment.for_tests(database_url) | {"LOG_LEVEL": "ERROR", "DEBUG": "false"}
    manage = (environment.PYTHON, "manage.py")
    for words in (("migrate", "--verbosity=0"), ("collectstatic", "--noinput", "--verbosity=0"),
                  ("load_question_sets",), ("seed_demo",), ("index_intakes",)):  # fmt: skip
        system.must_run(*manage, *words, env=env)
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    web = (
        *(environment.VENV / "bin" / "granian", "--interface", "wsgi", "--log-level", "warning"),
        *("--host", HOST, "--port", str(port), "--workers", "1", "--blocking-threads", "4"),
        "hotline.dev.scan_site:application",
    )
    log = (REPORTS / f"server-{os.getpid()}.log").open("w")
    server = subprocess.Popen(
        web, cwd=system.ROOT, env=env, process_group=0, stdout=log, stderr=log
    )
    try:
        deadline = time.monotonic() + START_WITHIN
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > deadline:
                sys.exit("The instance to be scanned did not start; its message is in var/scan/.")
            time.sleep(0.2)
        yield f"http://{HOST}:{port}/", env
    finally:
        server.terminate()
        server.wait(system.PATIENCE)
        log.close()


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def _stage(env: Mapping[str, str], role: str) -> dict[str, Any]:
    """Return the session of a role's account, signed in anew, and the ids that it may ask for.

    Whatever the sign-in asks for, a session is what a scanner needs; earlier scans may have ended
    the one before.
    """
    command = (environment.PYTHON, "-m", "hotline.dev.scan_stage", role)
    done = subprocess.run(
        command, cwd=system.ROOT, env=env, check=True, capture_output=True, text=True
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _wapiti(site: str, role: str, stage: dict[str, Any]) -> Look:
    """Have wapiti walk through the site from the role's pages, and attack what it found."""
    look, started = Look("wapiti", role), time.monotonic()
    report = REPORTS / f"wapiti-{role}.json"
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        jar = Path(folder) / "cookies.json"
        jar.write_text(json.dumps({HOST: {"/": _as_jar(stage["cookies"])}}))
        command = (
            *("wapiti", "-u", site, "--scope", "folder", "-m", ",".join(MODULES), "-c", str(jar)),
            *("--max-scan-time", str(2 * int(SECONDS)), "--max-attack-time", SECONDS),
            *("-S", "normal", "-t", "30", "--max-parameters", "40", "--max-files-per-dir", "25"),
            *("--store-session", folder, "--flush-session", "--no-bugreport", "--verify-ssl", "0"),
            *("-f", "json", "-o", str(report), "-v", "1"),
            *(word for place in stage["starts"] for word in ("-s", f"{site}{place}")),
        )
        told = subprocess.run(
            command, capture_output=True, text=True, cwd=folder, env=os.environ | LOOPBACK_ONLY
        )
    (REPORTS / f"wapiti-{role}.log").write_text(told.stdout + told.stderr)
    numbers = re.findall(r"found (\d+) URLs and forms", told.stdout)
    look.tried = sum(map(int, numbers))
    if report.exists():
        found = json.loads(report.read_text())
        for kinds in (found["vulnerabilities"], found["anomalies"]):
            for kind, ones in kinds.items():
                for one in ones:
                    look.note(kind, f"{one['method']} {one['path']} {one['info']}")
    look.seconds = round(time.monotonic() - started)
    return look


def _as_jar(cookies: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    rest = {"version": 0, "expires": None, "secure": False, "port": None}
    return {name: rest | {"value": value} for name, value in cookies.items()}


def _sqlmap(site: str, role: str, stage: dict[str, Any]) -> Look:
    """Have sqlmap try every parameter of the role's addresses, those of the JSON saves too."""
    look, started = Look("sqlmap", role), time.monotonic()
    log = (REPORTS / f"sqlmap-{role}.log").open("w")
    cookies = "; ".join(f"{name}={value}" for name, value in stage["cookies"].items())
    with log, tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        for number, one in enumerate(stage["targets"]):
            results = Path(folder) / f"{number}.csv"
            command = [
                *("sqlmap", "--batch", "--disable-coloring", "--level", "2", "--risk", "1"),
                *("--dbms", "PostgreSQL", "--threads", "4", "--timeout", "30", "--retries", "1"),
                *("--technique", "BEUSQ", "--ignore-code", "*", "--flush-session"),
                *("--output-dir", folder, "--results-file", str(results)),
                *("--cookie", cookies, "-u", f"{site}{one['path']}", "--ignore-redirects"),
                *("--headers", f"X-CSRFToken: {stage['cookies']['hotline_csrf']}"),
                *("--param-exclude", "csrfmiddlewaretoken|hotline_|messages|password"),
            ]
            if "data" in one:
                command += ["--method", "POST", "--data", one["data"]]
            told = subprocess.run(command, capture_output=True, text=True, timeout=900)
            log.write(f"=== {one['path']} {one.get('data', '')}\n{told.stdout}\n")
            look.tried += len(_parameters(told.stdout))
            for where in re.findall(r"^Parameter: (.+)$", told.stdout, re.MULTILINE):
                look.note("SQL injection", f"{one['path']} {where}")
            if results.exists():
                rows = list(csv.DictReader(results.open()))
                for row in rows:
                    if row.get("Parameter"):
                        look.note("SQL injection", f"{one['path']} {row['Parameter']}")
    look.seconds = round(time.monotonic() - started)
    return look


def _parameters(told: str) -> set[str]:
    """Return the parameters that sqlmap says it has tried to the end, or found to be open."""
    return set(re.findall(r"parameter '([^']+)' (?:does not seem|is |appears)", told))


if __name__ == "__main__":
    sys.exit(main())
