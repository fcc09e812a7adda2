"""Measurements as ratios within one run; nothing here is a test."""

import os

import django
from django.core.management import call_command


def start() -> None:
    """Make Django ready on the empty database that DATABASE_URL names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
    django.setup()
    call_command("migrate", verbosity=0)
