"""What production answers, as JSON: run by tests/test_security.py with production's settings."""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client, override_settings  # noqa: E402

# Nothing was collected here; where a static file lies is no part of what is asked.
PLAIN = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

PLACES = {
    "page": ("GET", "/accounts/login/"),
    "process": ("GET", "/healthz"),
    "nothing": ("GET", "/.git/config"),
    "folder": ("GET", "/static/"),
    "trace": ("TRACE", "/accounts/login/"),
    "script": ("POST", "/preferences/keep/"),
}


@override_settings(STORAGES=PLAIN)
def main() -> None:
    """Print status, headers and cookies of each place, and settings that tests change."""
    told = {}
    for name, (method, place) in PLACES.items():
        headers = {"x-forwarded-proto": "https"}
        if name == "script":
            headers["accept"] = "application/json"
        client = Client(enforce_csrf_checks=True, SERVER_NAME="hotline.example.org")
        answer = client.generic(method, place, headers=headers, secure=True)
        cookies = {key: dict(one) for key, one in answer.cookies.items()}
        told[name] = {
            "status": answer.status_code,
            "headers": dict(answer.headers),
            "cookies": cookies,
        }
    told["settings"] = {
        "hashers": settings.PASSWORD_HASHERS,
        "http_only": settings.SESSION_COOKIE_HTTPONLY,
        "same_site": settings.SESSION_COOKIE_SAMESITE,
        "secure": settings.SESSION_COOKIE_SECURE,
        "name": settings.SESSION_COOKIE_NAME,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
