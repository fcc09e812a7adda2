"""`manage.py reset_second_factor rosa`: for the agency's only administrator, who lost the phone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from intake import guessing
from intake.actions.users import drop_second_factor
from intake.errors import NotPossibleNow
from intake.models import User


class Command(BaseCommand):
    """What an administrator does on the page of an account, done by the operator."""

    help = "Take the second factors of an account away; its sessions end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            found = User.objects.select_for_update(no_key=True, of=("self",))
            user = found.select_related("agency").filter(username=options["username"]).first()
            if user is None:
                raise CommandError(f"There is no '{options['username']}'.")
            try:
                drop_second_factor(user, actor=None, at=timezone.now())
            except NotPossibleNow as refused:
                raise CommandError(refused.sentence) from None
        guessing.forget_account(user.username)
        self.stdout.write(f"{user.username} sets up a second factor at the next sign-in.")
