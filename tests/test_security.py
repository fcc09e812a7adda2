"""What SECURITY.md claims of the whole: headers, cookies, secrets, what the code reaches out to."""

import ast
import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from hotline.dev.environment import for_production_checks
from hotline.dev.run import write_env_file
from hotline.dev.security import told_of
from intake.models import User
from tests.factory import PASSWORD, make_call
from tests.views.test_access import TABLE, address

ROOT = Path(settings.BASE_DIR)
DOCUMENT = ROOT / "SECURITY.md"
OUTSIDE = {"subprocess", "socket", "requests", "httpx", "urllib.request", "http.client", "ftplib",
           "telnetlib", "pickle", "marshal", "shelve", "ctypes", "hotline.dev"}  # fmt: skip

# How many requirements each section of ASVS 5.0.0 has, by their levels in their order.
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23", "3.1": "3", "3.2": "113",
    "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222", "5.1": "2", "5.2": "112333",
    "5.3": "113", "5.4": "222", "6.1": "122", "6.2": "111111112222", "6.3": "11223333",
    "6.4": "112233", "6.5": "22222333", "6.6": "2223", "6.7": "33", "6.8": "2222", "7.1": "222",
    "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22", "8.1": "1233",
    "8.2": "1123", "8.3": "133", "8.4": "23", "9.1": "111", "9.2": "1222", "10.1": "22",
    "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22",
    "10.7": "222", "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23",
    "11.6": "23", "11.7": "33", "12.1": "12233", "12.2": "11", "12.3": "22223", "13.1": "2333",
    "13.2": "222223", "13.3": "2233", "13.4": "1222233", "14.1": "22", "14.2": "12223333",
    "14.3": "122", "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223", "17.1": "23",
    "17.2": "22223333", "17.3": "22",
}  # fmt: skip
ABOVE = {"7.5.3", "14.2.6", "14.2.7", "16.3.2"}  # wanted besides level 2


def sources(*folders: str) -> list[Path]:
    return [one for folder in folders for one in sorted((ROOT / folder).rglob("*.py"))]


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What production answers to whoever is not signed in."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.answers"],
        cwd=ROOT,
        env=for_production_checks() | {"DJANGO_SETTINGS_MODULE": "hotline.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("place", ["page", "nothing", "script"])
def test_every_answer_carries_the_headers(answers: dict[str, Any], place: str) -> None:
    headers = answers[place]["headers"]
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'"):
        assert part in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    seconds = re.match(r"max-age=(\d+); includeSubDomains", headers["Strict-Transport-Security"])
    assert seconds is not None
    assert int(seconds[1]) >= 365 * 24 * 3600
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] != ""
    assert not [name for name in headers if name.startswith("Access-Control-")]
    assert "Server" not in headers
    assert headers["Content-Type"] in ("text/html; charset=utf-8", "application/json")


def test_cookies_are_of_this_host_and_of_https_alone(answers: dict[str, Any]) -> None:
    ((name, cookie),) = answers["page"]["cookies"].items()
    assert name.startswith("__Host-")
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert cookie["samesite"] == "Lax"
    session = answers["settings"]
    assert session["name"].startswith("__Host-")
    assert (session["http_only"], session["secure"], session["same_site"]) == (True, True, "Lax")


def test_what_is_no_page_tells_nothing(answers: dict[str, Any]) -> None:
    assert answers["nothing"]["status"] == 404
    assert answers["folder"]["status"] == 404
    assert answers["trace"]["status"] == 405
    assert answers["process"]["status"] == 200
    assert answers["process"]["cookies"] == {}


def test_passwords_are_hashed_slowly(answers: dict[str, Any]) -> None:
    assert answers["settings"]["hashers"][0].rpartition(".")[2] in (
        "PBKDF2PasswordHasher",
        "Argon2PasswordHasher",
        "ScryptPasswordHasher",
    )


@pytest.mark.parametrize("password", ["ten thousand owls sleep", "é" * 20, "a1b2 " * 13, "ß" * 64])
def test_a_password_may_be_long_and_of_anything(worker: User, password: str) -> None:
    validate_password(password, worker)
    worker.set_password(password)
    assert worker.check_password(password)
    assert not worker.check_password(password[:-1])
    assert not worker.check_password(password.upper() if password != "É" else "")


@pytest.mark.parametrize("password", ["short", "password1234"])
def test_what_is_easily_guessed_is_refused(worker: User, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, worker)


def test_a_changed_password_ends_the_other_sessions(as_worker: Client, worker: User) -> None:
    other = Client()
    other.force_login(worker)
    place = reverse("calls")
    assert other.get(place).status_code == 200
    worker.set_password(f"{PASSWORD} two")
    worker.save()
    assert other.get(place).status_code == 302
    assert as_worker.get(place).status_code == 302


def test_no_secret_stands_in_the_settings() -> None:
    """A literal of a secret's name is nothing but the name of a variable, or an empty default."""
    tree = ast.parse((ROOT / "hotline" / "settings.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [one.id for one in node.targets if isinstance(one, ast.Name)]
            assert not [one for one in names if re.search(r"SECRET|_KEY$|_KEYS$|PASSWORD$", one)]
        if isinstance(node, ast.Call) and re.search(
            r"SECRET|KEY|PASSWORD|EMAIL_URL",
            "".join(str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant)),
        ):
            defaults = [one.value for one in node.keywords if one.arg == "default"]
            assert not [one for one in defaults if isinstance(one, ast.Constant) and one.value]


@pytest.mark.parametrize("before", [None, "DEMO=true\n"])
def test_the_demonstration_s_secrets_are_their_owner_s_alone(
    tmp_path: Path, before: str | None
) -> None:
    path = tmp_path / ".env"
    if before is not None:
        path.write_text(before)
        path.chmod(0o644)
    write_env_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "SECRET_KEY=" in path.read_text()


def test_the_application_reaches_out_to_nothing() -> None:
    """It starts no program, opens no connection by itself and reads no objects from bytes.

    Backups alone start the database's own programs, from the command line, and single sign-on asks
    the provider that the settings name.
    """
    for path in [*sources("intake"), *(ROOT / "hotline").glob("*.py")]:
        if path.parent.name == "backups" or path.name == "single_sign_on.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
            assert not OUTSIDE & set(names), path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile"), path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert (node.value.id, node.attr) not in {("os", "system"), ("os", "popen")}, path


def test_a_weak_package_is_told_and_silence_is_no_answer() -> None:
    good = {"name": "a", "version": "1", "vulns": []}
    weak = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
    unknown = {"name": "c", "skip_reason": "not found"}
    assert told_of([good, weak, unknown]) == (
        "Asked about 2 of 3 packages; 1 weaknesses.",
        ["b 2: CVE-1, mended in 3"],
    )
    for nothing in ([], [unknown]):
        sentence, found = told_of(nothing)
        assert sentence.startswith("Not asked")
        assert not found


def test_no_form_is_taken_without_its_token(worker: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(worker)
    for name, (method, _) in TABLE.items():
        if method == "post":
            place = address(name, make_call(worker))
            assert client.post(place, {"text": "x"}).status_code == 403, name
            forged = client.post(
                place, {"csrfmiddlewaretoken": "t" * 32}, headers={"origin": "null"}
            )
            assert forged.status_code == 403, name


def rows() -> list[list[str]]:
    found = re.findall(r"^\| (\d+\.\d+\.\d+) \|(.+)\|$", DOCUMENT.read_text(), re.MULTILINE)
    return [[number, *(one.strip() for one in rest.split("|"))] for number, rest in found]


def test_the_list_is_that_of_the_standard() -> None:
    levels = "".join(LEVELS.values())
    assert (levels.count("1"), levels.count("2"), levels.count("3")) == (70, 183, 92)


def test_every_requirement_has_its_row() -> None:
    level = {
        f"{section}.{place}": one
        for section, levels in LEVELS.items()
        for place, one in enumerate(levels, 1)
    }
    wanted = [number for number, one in level.items() if one != "3" or number in ABOVE]
    assert [row[0] for row in rows()] == wanted
    for number, told, _, state, where in rows():
        assert told == level[number], number
        assert state in ("met", "open", "n/a"), number
        assert where, number


def test_what_the_document_names_is_there() -> None:
    text = DOCUMENT.read_text()
    met = [row for row in rows() if row[3] == "met"]
    for number, *_, where in met:
        assert re.search(
            r"[\w/]+\.(py|md|js|html|txt)|`|nothing|no |Django|alone|one |above", where
        ), number
    named = re.findall(
        r"(?:hotline|intake|tests|docs|static|templates)/[\w/.-]+\.\w+|requirements\.txt", text
    )
    assert len(named) > 100
    assert not [one for one in named if not (ROOT / one).is_file()]
