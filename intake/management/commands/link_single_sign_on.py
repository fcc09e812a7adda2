"""`manage.py link_single_sign_on rosa SUBJECT`: an account of ours signs in by single sign-on."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from intake.actions.single_sign_on import link_person
from intake.errors import InvalidValue


class Command(BaseCommand):
    """The subject is what the provider calls the person (`sub`), not a name."""

    help = "Let an account sign in by single sign-on from now on, and by no password any more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("subject")
        parser.add_argument("--issuer", default=settings.OIDC_ISSUER)

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["issuer"]:
            raise CommandError("No issuer: set OIDC_ISSUER, or give --issuer.")
        try:
            user = link_person(
                username=options["username"],
                issuer=options["issuer"],
                subject=options["subject"],
                at=timezone.now(),
            )
        except InvalidValue as refused:
            raise CommandError(refused.sentence) from None
        self.stdout.write(f"{user.username} signs in by single sign-on from now on.")
