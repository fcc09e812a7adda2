"""The demonstration: an invented agency, its accounts, and calls in every state."""

import os
import secrets
import uuid
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from intake import fields
from intake.actions import calls, reviews, wrap_up
from intake.actions.question_sets import load_question_sets, load_response_options
from intake.actions.saves import save_field
from intake.fields import Save
from intake.management import stories
from intake.management.commands.load_question_sets import read_fixtures
from intake.management.stories import Story
from intake.models import Agency, Intake, Narrative, Prompt, ResponseOption, User

ACCOUNTS = (
    ("worker", "Rosa", "Delgado", "workers"),
    ("worker2", "Thomas", "Okafor", "workers"),
    ("supervisor", "Helen", "Marsh", "supervisors"),
    ("supervisor2", "Viet", "Tran", "supervisors"),
    ("administrator", "Alma", "Reyes", "administrators"),
    ("privacy", "Jonas", "Weber", "privacy_officers"),
)

MARKS = {"F": ("source", "first_hand"), "S": ("source", "second_hand"),
         "+": ("kind", "strength"), "!": ("kind", "act_of_protection")}  # fmt: skip
BLANKS = {"?": "unknown", "-": "declined"}
OPTIONS = ("screening", "priority", "path")


class Command(BaseCommand):
    """Running it again keeps what is there; accounts and calls are made once."""

    help = "Make the invented demonstration agency with accounts and calls."

    def handle(self, *args: object, **options: object) -> None:
        agency, _ = Agency.objects.get_or_create(slug="demo", defaults={"name": "Demo County"})
        sets, response_options = read_fixtures()
        # Published before the first demonstration call, which lies in the past.
        load_question_sets(sets=sets, at=timezone.now() - timedelta(days=30))
        load_response_options(options=response_options)
        users, password = _make_accounts(agency)
        if password:
            self.stdout.write(f"Password of the demonstration accounts: {password}")
        if not Intake.objects.filter(agency=agency).exists():
            with transaction.atomic():
                _make_calls(users, timezone.now())
            self.stdout.write("Demonstration calls were made, in every state.")


def _make_accounts(agency: Agency) -> tuple[dict[str, User], str]:
    """Return the accounts, and the password when they were made now."""
    password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
    made = False
    for username, first, last, role in ACCOUNTS:
        user, is_new = User.objects.get_or_create(
            username=username,
            defaults={"agency": agency, "first_name": first, "last_name": last},
        )
        if is_new:
            made = True
            user.set_password(password)
            user.save(update_fields=["password"])
            user.groups.add(Group.objects.get_or_create(name=role)[0])
    users = {one.username: one for one in User.objects.with_roles().filter(agency=agency)}
    is_generated = "DEMO_PASSWORD" not in os.environ
    return users, password if made and is_generated else ""


def _make_calls(users: dict[str, User], now: datetime) -> None:
    worker, other = users["worker"], users["worker2"]
    supervisor, second = users["supervisor"], users["supervisor2"]

    def hours(count: float) -> datetime:
        return now - timedelta(hours=count)

    approved = _submitted(worker, stories.MARIN, hours(70))
    reviews.claim_intake(actor=supervisor, intake_id=approved.pk, at=hours(66))
    reviews.approve_intake(actor=supervisor, intake_id=approved.pk, at=hours(65))
    evaluated_out = _submitted(other, stories.NGUYEN, hours(52))
    reviews.claim_intake(actor=second, intake_id=evaluated_out.pk, at=hours(48))
    reviews.approve_intake(actor=second, intake_id=evaluated_out.pk, at=hours(47.5))

    returned = _submitted(worker, stories.QUIROZ, hours(30))
    _return(
        supervisor,
        returned,
        "decision.rationale",
        "What did the caller see herself, and what only hear? Please say it here.",
        hours(27),
    )
    again = _submitted(worker, stories.REYES, hours(28))
    _return(second, again, "decision.next_steps", "Who calls the aunt on Friday?", hours(26))
    _put(
        worker,
        again,
        "decision.next_steps",
        stories.REYES.decision["next_steps"] + " R. Delgado calls.",
        hours(25.5),
        base=1,
    )
    wrap_up.submit_intake(actor=worker, intake_id=again.pk, at=hours(25))

    in_review = _submitted(other, stories.SAHIN, hours(9))
    reviews.claim_intake(actor=second, intake_id=in_review.pk, at=hours(8))
    _submitted(other, stories.WINTERS, hours(3))

    wrong = calls.start_call(actor=worker, at=hours(5))
    calls.close_no_report(actor=worker, intake_id=wrong.pk, reason="wrong_number", at=hours(4.98))
    dropped = _told(worker, stories.DROPPED, hours(1))
    calls.interrupt_call(actor=worker, intake_id=dropped.pk, reason="dropped", at=hours(0.97))
    ended = _told(worker, stories.LI, hours(0.9))
    calls.end_call(actor=worker, intake_id=ended.pk, at=hours(0.7))
    _told(worker, stories.HADDAD, hours(0.1))


def _told(actor: User, story: Story, at: datetime) -> Intake:
    """Return a call in progress with everything that the story tells."""
    intake = calls.start_call(actor=actor, at=at)
    _put(actor, intake, "narrative.text", story.narrative, at)
    for column, text in story.call.items():
        _put(actor, intake, f"call.{column}", text, at)
    prompts = {one.key: one for one in Prompt.objects.filter(edition=intake.edition)}
    for place, told in story.answers.items():
        _answer(actor, intake, prompts[_key(place)], told, at)
    for place, beginning, seconds in story.heard:
        _hear(actor, intake, place, beginning, at + timedelta(seconds=seconds))
    for role, person in story.people:
        owner = f"person.{uuid.uuid4()}"
        for column, text in person.items():
            _put(actor, intake, f"{owner}.{column}", text, at, role=role)
    for concern in story.concerns:
        owner = f"concern.{uuid.uuid4()}"
        for column, text in concern.items():
            _put(actor, intake, f"{owner}.{column}", text, at)
    for column, text in story.reporter.items():
        _put(actor, intake, f"reporter.{column}", text, at)
    return intake


def _key(place: str) -> str:
    """`social_connections.contact>` → the key of that pair's worry prompt."""
    return place.replace(">", ".worry").replace("<", ".working_well")


def _answer(actor: User, intake: Intake, prompt: Prompt, told: str, at: datetime) -> None:
    owner = f"answer.{prompt.pk}"
    if told in BLANKS:
        _put(actor, intake, f"{owner}.status", BLANKS[told], at)
        return
    text, _, marks = told.partition(" | ")
    _put(actor, intake, f"{owner}.text", text, at)
    for mark in marks.split():
        column, value = MARKS[mark]
        _put(actor, intake, f"{owner}.{column}", value, at)


def _hear(actor: User, intake: Intake, place: str, beginning: str, at: datetime) -> None:
    """File the line of the narrative that begins so; a star puts it to the core prompt."""
    lines = Narrative.objects.get(intake=intake).text
    start = lines.index(beginning)
    end = lines.index("\n", start)
    factor, side = _key(place.rstrip("*")).split(".")
    owner = f"heard.{uuid.uuid4()}"
    _put(
        actor,
        intake,
        f"{owner}.text",
        lines[start:end],
        at,
        factor=factor,
        side=side,
        start=str(start),
        end=str(end),
        call_seconds=str(int((at - intake.started_at).total_seconds())),
    )
    if place.endswith("*"):
        core = Prompt.objects.get(
            edition=intake.edition, question_set__key=factor, side=side, pair__is_core=True
        )
        _put(actor, intake, f"{owner}.prompt", str(core.pk), at)


def _submitted(actor: User, story: Story, at: datetime) -> Intake:
    """Return a submitted intake with the story's decision."""
    intake = _told(actor, story, at)
    ended = at + timedelta(minutes=story.minutes)
    calls.end_call(actor=actor, intake_id=intake.pk, at=ended)
    later = ended + timedelta(minutes=8)
    for column, text in story.decision.items():
        if column in OPTIONS:
            option = ResponseOption.objects.get(agency=actor.agency, decides=column, key=text)
            text = str(option.pk)  # noqa: PLW2901
        _put(actor, intake, f"decision.{column}", text, later)
    wrap_up.submit_intake(actor=actor, intake_id=intake.pk, at=later)
    intake.refresh_from_db()
    return intake


def _return(actor: User, intake: Intake, anchor: str, text: str, at: datetime) -> None:
    reviews.claim_intake(actor=actor, intake_id=intake.pk, at=at - timedelta(hours=1))
    comment = reviews.NewComment(anchor=anchor, text=text)
    reviews.return_intake(actor=actor, intake_id=intake.pk, comments=[comment], at=at)


def _put(
    actor: User,
    intake: Intake,
    name: str,
    text: str,
    at: datetime,
    *,
    base: int = 0,
    **row: str,
) -> None:
    save = Save(field=fields.parse_name(name), base=base, key=uuid.uuid4(), text=text, row=row)
    save_field(actor=actor, intake_id=intake.pk, save=save, at=at)
