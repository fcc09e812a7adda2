"""Adds an account: manage.py add_user rosa --agency example --role workers."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from intake.actions.people import add_user
from intake.errors import InvalidValue
from intake.roles import ROLES


class Command(BaseCommand):
    """The password is generated and printed once, so that it stands in no shell's history."""

    help = "Add an account with its roles, and print its first password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--agency", required=True, help="the agency's short name")
        parser.add_argument("--role", action="append", default=[], choices=ROLES)
        parser.add_argument("--supervisor", default="", help="whose team a worker belongs to")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument(
            "--reveals",
            action="store_true",
            help="may open the reporting party of submitted records, with a reason",
        )
        parser.add_argument("--email", default="", help="where mails about notices go, if wanted")

    def handle(self, *args: object, **options: Any) -> None:
        password = secrets.token_urlsafe(12)
        try:
            user = add_user(
                agency_slug=options["agency"],
                username=options["username"],
                first_name=options["first_name"],
                last_name=options["last_name"],
                roles=options["role"],
                supervisor=options["supervisor"],
                password=password,
                email=options["email"],
                may_reveal_reporter=options["reveals"],
                at=timezone.now(),
            )
        except InvalidValue as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"{user.username} was added with the password {password}")
