"""Costly pages are asked for by hand, not by the thousand."""

import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django.fixtures import Settings

from hotline.dev.environment import for_production_checks
from intake.middleware import COSTLY, FILES, RequestLimitMiddleware
from intake.models import User
from tests.views.test_access import names


def test_every_costly_address_is_one() -> None:
    assert set(COSTLY) <= names(get_resolver().url_patterns)


def test_a_bucket_empties_and_fills_by_the_minute() -> None:
    limit = RequestLimitMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
    taken = [limit._take(("a", "x"), 30, 0.0) for _ in range(31)]
    assert taken == [0] * 30 + [2]
    assert limit._take(("b", "x"), 30, 0.0) == limit._take(("a", "y"), 30, 0.0) == 0
    assert limit._take(("a", "x"), 30, 2.0) == 0
    assert limit._take(("a", "x"), 30, 2.0) == 2


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_too_many_files_are_refused_in_words_and_saves_go_on(
    client: Client, privacy: User, supervisor: User, settings: Settings, accept: str
) -> None:
    settings.REQUEST_LIMITS = True
    client.force_login(privacy)
    for _ in range(FILES):
        assert client.get(reverse("audit_csv")).status_code == 200
    refused = client.get(reverse("audit_csv"), headers={"accept": accept})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "try again in" in refused.content.decode()
    assert "no-store" in refused["Cache-Control"]
    assert client.get(reverse("preferences")).status_code == 200
    other = Client()
    other.force_login(supervisor)
    assert other.get(reverse("intakes")).status_code == 200


def test_cookies_of_production_are_bound_to_the_host() -> None:
    ask = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, "
        "s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_DOMAIN, "
        "s.SESSION_COOKIE_PATH, s.SECURE_HSTS_SECONDS)"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", ask],
        cwd=django_settings.BASE_DIR,
        env=for_production_checks(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [
        *("__Host-hotline_session", "__Host-hotline_csrf"),
        *("True", "True", "None", "/", "31536000"),
    ]
