"""The settings of the minimal view: session, CSRF check and sign-in, nothing else around it."""

from hotline.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.minimal"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
