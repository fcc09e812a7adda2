"""Makers of records for tests: plain functions, invented data, nothing random that matters."""

import uuid
from datetime import UTC, datetime

from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from intake import fields
from intake.actions import calls, wrap_up
from intake.actions.agency_tables import load_tables
from intake.actions.question_sets import load_question_sets, load_response_options
from intake.actions.saves import Saved, save_field
from intake.fields import Save
from intake.management.commands.load_question_sets import read_fixtures, read_tables
from intake.models import Agency, Intake, Prompt, ResponseOption, Submission, User

NOW = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)
PASSWORD = "correct horse battery"


def make_agency(slug: str = "demo") -> Agency:
    """An agency with its copy of the question sets and its response options."""
    if standing := Agency.objects.filter(slug=slug).first():
        return standing
    agency = Agency.objects.create(slug=slug, name=f"{slug.title()} County")
    sets, options = read_fixtures()
    load_question_sets(sets=sets, at=datetime(2026, 1, 1, tzinfo=UTC))
    load_response_options(options=options)
    load_tables(**read_tables())
    return agency


def make_user(agency: Agency, username: str, *roles: str) -> User:
    """A user of the agency, holding `roles`, as a session would load it."""
    user = User(agency=agency, username=username, first_name=username.title(), last_name="Example")
    user.set_password(PASSWORD)
    user.save()
    for role in roles:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return User.objects.with_roles().get(pk=user.pk)


def make_call(worker: User, at: datetime = NOW) -> Intake:
    """An open call of the worker."""
    return calls.start_call(actor=worker, at=at)


def put(
    worker: User,
    intake: Intake,
    name: str,
    text: str,
    *,
    base: int = 0,
    at: datetime = NOW,
    **row: str,
) -> Saved:
    """Save one field with a fresh key."""
    save = Save(field=fields.parse_name(name), base=base, key=uuid.uuid4(), text=text, row=row)
    return save_field(actor=worker, intake_id=intake.pk, save=save, at=at)


def core_prompt(intake: Intake, factor: str = "social_connections", side: str = "worry") -> Prompt:
    """The core prompt of a factor's side, in the call's edition."""
    return Prompt.objects.get(
        edition=intake.edition_id, question_set__key=factor, side=side, pair__is_core=True
    )


def option(agency: Agency | None, decides: str, key: str) -> str:
    """The id of one of the agency's response options."""
    assert agency is not None
    return str(ResponseOption.objects.get(agency=agency, decides=decides, key=key).pk)


def make_ready(worker: User, intake: Intake) -> None:
    """Fill in what a submission needs, as a referral with an in-person response."""
    for column in ("danger_now", "responder_safety", "tribal_information"):
        put(worker, intake, f"call.{column}", "unknown")
    put(worker, intake, f"person.{uuid.uuid4()}.name", "Nguyễn Ánh", role="child")
    put(worker, intake, f"concern.{uuid.uuid4()}.type", "general_neglect")
    put(worker, intake, "decision.screening", option(worker.agency, "screening", "in_person"))
    put(worker, intake, "decision.priority", option(worker.agency, "priority", "ten_days"))
    put(worker, intake, "decision.rationale", "Worries are recent; relatives step in.")
    put(worker, intake, "decision.cross_reports", "None due.")


def submit(worker: User, intake: Intake, at: datetime = NOW) -> Submission:
    """Make the intake ready and submit it."""
    make_ready(worker, intake)
    submission = wrap_up.submit_intake(actor=worker, intake_id=intake.pk, at=at)
    intake.refresh_from_db()
    return submission


def prove(client: Client) -> None:
    """Let the client's session be as if the user had signed in just now."""
    session = client.session
    session["proved"] = int(timezone.now().timestamp())
    session.save()
