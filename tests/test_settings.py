"""Production is the default: what is not said stops the start, and says what is missing."""

import subprocess
import sys

import pytest
from django.conf import settings

from hotline.dev.environment import for_production_checks

REQUIRED = ("SECRET_KEY", "ENCRYPTION_KEYS", "AUDIT_KEY", "ALLOWED_HOSTS")


OIDC = {
    "OIDC_ISSUER": "https://login.example.org",
    "OIDC_CLIENT_ID": "hotline",
    "OIDC_CLIENT_SECRET": "only the provider knows",
    "OIDC_AGENCY": "demo",
    "OIDC_GROUPS": "leads:supervisors",
}


def check(**changed: str) -> subprocess.CompletedProcess[str]:
    """Run `check --deploy` as production would start, but for what is `changed`."""
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env=for_production_checks() | changed,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("names", [*((name,) for name in REQUIRED), REQUIRED])
def test_what_is_missing_stops_the_start_and_is_named(names: tuple[str, ...]) -> None:
    # An empty value rather than none: a demonstration's `.env` fills in what is absent.
    done = check(**dict.fromkeys(names, ""))
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "does not start" in last
    for name in REQUIRED:
        assert (f"{name} (" in last) == (name in names)


def test_a_complete_production_starts_without_a_warning() -> None:
    done = check()
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(("name", "before"), [("ENCRYPTION_KEYS", "a:"), ("AUDIT_KEY", "")])
def test_a_bad_value_is_named_and_not_shown(name: str, before: str) -> None:
    done = check(**{name: f"{before}c2hvcnQ="})
    assert done.returncode != 0
    assert name in done.stderr
    assert "c2hvcnQ" not in done.stderr


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"SECOND_FACTOR": "off"}, "PASSWORD_ALONE_ACCEPTED=true"),
        ({"SECOND_FACTOR": "of"}, "'required' or 'off'"),
        ({"SECOND_FACTOR": "off", "PASSWORD_ALONE_ACCEPTED": "true"}, ""),
        ({"TRUSTED_PROXIES": "-1"}, "0 or more"),
        ({"OIDC_ISSUER": "https://login.example.org"}, "OIDC_ISSUER needs OIDC_CLIENT_ID"),
        (OIDC | {"OIDC_ISSUER": "http://login.example.org"}, "must begin with https"),
        (OIDC | {"OIDC_GROUPS": "leads:chiefs"}, "must be a group, a colon"),
        (OIDC, ""),
    ],
)
def test_sign_in_is_strict_unless_told(changed: dict[str, str], sentence: str) -> None:
    done = check(**changed)
    assert (done.returncode == 0) == (not sentence), done.stderr
    assert sentence in done.stderr
    assert "only the provider knows" not in done.stderr


MAIL = {
    "NOTICE_EMAIL": "true",
    "SITE_URL": "https://hotline.example.org",
    "NOTICE_EMAIL_FROM": "hotline@example.org",
    "EMAIL_URL": "smtp+tls://hotline:secret@mail.example.org:587",
}


@pytest.mark.parametrize("lacking", ["SITE_URL", "NOTICE_EMAIL_FROM", "EMAIL_URL", ""])
def test_mails_need_an_address_a_sender_and_a_server(lacking: str) -> None:
    done = check(**MAIL | ({lacking: ""} if lacking else {}))
    assert (done.returncode == 0) == (lacking == ""), done.stderr
    if lacking:
        assert "NOTICE_EMAIL needs SITE_URL" in done.stderr
        assert "secret" not in done.stderr


FAR = "postgres://hotline:not-shown@db.example.org/hotline"


@pytest.mark.parametrize(
    ("changed", "starts"),
    [
        ({"DATABASE_URL": FAR}, False),
        ({"DATABASE_URL": f"{FAR}?sslmode=require"}, False),
        ({"DATABASE_URL": f"{FAR}?sslmode=verify-full"}, True),
        ({"DATABASE_URL": FAR, "DATABASE_PLAIN_ACCEPTED": "true"}, True),
        ({"DATABASE_URL": "postgres:///hotline?host=/var/run/postgresql"}, True),
        ({"DATABASE_URL": "postgres://hotline:not-shown@localhost/hotline"}, True),
    ],
)
def test_a_database_elsewhere_has_to_show_its_certificate(
    changed: dict[str, str], starts: bool
) -> None:
    done = check(**changed)
    assert ("DATABASE_PLAIN_ACCEPTED" not in done.stderr) == starts, done.stderr
    assert (done.returncode == 0) == starts, done.stderr
    assert "not-shown" not in done.stderr
