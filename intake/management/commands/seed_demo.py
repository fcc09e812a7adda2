"""The demonstration: an invented agency, its accounts, and calls in every state."""

import os
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from intake import fields
from intake.actions import calls, reviews, wrap_up
from intake.actions.question_sets import load_question_sets, load_response_options
from intake.actions.saves import save_field
from intake.fields import Save
from intake.management.commands.load_question_sets import read_fixtures
from intake.models import Agency, Intake, Prompt, ResponseOption, User

ACCOUNTS = (
    ("worker", "Rosa", "Delgado", "workers"),
    ("worker2", "Thomas", "Okafor", "workers"),
    ("supervisor", "Helen", "Marsh", "supervisors"),
    ("supervisor2", "Viet", "Tran", "supervisors"),
    ("administrator", "Alma", "Reyes", "administrators"),
    ("privacy", "Jonas", "Weber", "privacy_officers"),
)

# Invented families; core answers in the order of the factors, worry then working well.
STORIES: dict[str, dict[str, Any]] = {
    "marin": {
        "narrative": (
            "Caller is a second-grade teacher. Leo (7) came to school three days this week "
            "without lunch and asked for seconds at breakfast.\n"
            "On Tuesday he said: “Mom sleeps all day now.”\n"
            "Grandmother picks him up every Wednesday and has done so for two years.\n"
            "Mother answered the school's call within the hour."
        ),
        "answers": (
            ("Mother lost night shifts in October and has been in bed when Leo comes home.",
             "She called the school back the same day and asked for the food programme."),
            ("Her sister moved away and nobody has visited since.",
             "Grandmother takes Leo every Wednesday and cooks for both."),
            ("No packed lunch on three days; he was hungry and could not follow lessons.",
             "He has a winter coat, and rent is paid until January."),
            ("He gets himself up and to the bus alone.",
             "She reads with him when she is well; he is at grade level."),
            ("Quieter since October, cries when he is picked up late.",
             "He settles at once with grandmother and his class friend Mia."),
        ),
        "heard": "Grandmother picks him up every Wednesday and has done so for two years.",
        "child": "Leo Marin", "age": "7", "caregiver": "Dana Marin",
        "concern": ("general_neglect", "Without food at school on three days this week"),
    },
    "quiroz": {
        "narrative": (
            "Neighbour hears shouting through the wall most evenings since August.\n"
            "Last night something broke and the little girl was on the landing in pyjamas.\n"
            "An older brother took her to his room and closed the door."
        ),
        "answers": (
            ("Shouting starts when the father comes home late.",
             "Once the mother took both children to her cousin until it was quiet."),
            ("They keep to themselves; nobody comes to the door.",
             "The cousin on Pine Street is called when it is bad."),
            ("", "Father works, the flat is warm."),
            ("The girl is sent out on the landing as a punishment.", ""),
            ("She flinches when a door slams.", "Her brother comforts her; she laughs with him."),
        ),
        "heard": "An older brother took her to his room and closed the door.",
        "child": "Alba Quiroz", "age": "about 5", "caregiver": "Marta Quiroz",
        "concern": ("emotional_abuse", "Shouting, a broken object, child put out on the landing"),
    },
}  # fmt: skip


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

    approved = _submitted(worker, "marin", hours(70))
    reviews.claim_intake(actor=supervisor, intake_id=approved.pk, at=hours(66))
    reviews.approve_intake(actor=supervisor, intake_id=approved.pk, at=hours(65))

    returned = _submitted(worker, "quiroz", hours(30))
    reviews.claim_intake(actor=supervisor, intake_id=returned.pk, at=hours(28))
    reviews.return_intake(
        actor=supervisor,
        intake_id=returned.pk,
        comments=[
            reviews.NewComment(
                anchor="decision.rationale",
                text="Which of this did the caller see first-hand? Please add it.",
            )
        ],
        at=hours(27),
    )
    in_review = _submitted(other, "marin", hours(9))
    reviews.claim_intake(actor=second, intake_id=in_review.pk, at=hours(8))
    _submitted(other, "quiroz", hours(3))

    wrong = calls.start_call(actor=worker, at=hours(5))
    calls.close_no_report(actor=worker, intake_id=wrong.pk, reason="wrong_number", at=hours(4.98))
    dropped = calls.start_call(actor=worker, at=hours(1))
    _put(worker, dropped, "narrative.text", "Caller whispers that her nephew is", hours(1))
    calls.interrupt_call(actor=worker, intake_id=dropped.pk, reason="dropped", at=hours(0.97))
    _told(worker, "marin", hours(0.2))


def _told(actor: User, story: str, at: datetime) -> Intake:
    """Return a call in progress with everything that the story tells."""
    told = STORIES[story]
    intake = calls.start_call(actor=actor, at=at)
    narrative = told["narrative"]
    _put(actor, intake, "narrative.text", narrative, at)
    _put(actor, intake, "call.danger_now", "no", at)
    _put(actor, intake, "call.responder_safety", "unknown", at)
    _put(actor, intake, "call.tribal_information", "no", at)
    core = Prompt.objects.filter(edition=intake.edition, pair__is_core=True)
    ordered = core.order_by("question_set__position")
    for side, index in (("worry", 0), ("working_well", 1)):
        for prompt, answers in zip(ordered.filter(side=side), told["answers"], strict=True):
            if answers[index]:
                _put(actor, intake, f"answer.{prompt.pk}.text", answers[index], at)
            else:
                _put(actor, intake, f"answer.{prompt.pk}.status", "unknown", at)
    start = narrative.index(told["heard"])
    _put(
        actor,
        intake,
        f"heard.{uuid.uuid4()}.text",
        told["heard"],
        at,
        factor="social_connections",
        side="working_well",
        start=str(start),
        end=str(start + len(told["heard"])),
        call_seconds="140",
    )
    child, caregiver, concern = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    _put(actor, intake, f"person.{child}.name", told["child"], at, role="child")
    _put(actor, intake, f"person.{child}.age", told["age"], at)
    _put(actor, intake, f"person.{child}.is_alleged_victim", "yes", at)
    _put(actor, intake, f"person.{caregiver}.name", told["caregiver"], at, role="caregiver")
    _put(actor, intake, f"concern.{concern}.type", told["concern"][0], at)
    _put(actor, intake, f"concern.{concern}.what", told["concern"][1], at)
    _put(actor, intake, "reporter.kind", "non_mandated", at)
    _put(actor, intake, "reporter.name", "Ines Caller", at)
    _put(actor, intake, "reporter.phone", "555 0142", at)
    return intake


def _submitted(actor: User, story: str, at: datetime) -> Intake:
    """Return a submitted intake with the story's decision."""
    intake = _told(actor, story, at)
    later = at + timedelta(minutes=25)
    for decides, key in (("screening", "in_person"), ("priority", "ten_days")):
        option = ResponseOption.objects.get(agency=actor.agency, decides=decides, key=key)
        _put(actor, intake, f"decision.{decides}", str(option.pk), later)
    _put(
        actor,
        intake,
        "decision.rationale",
        "The worries are recent and affect the child every day; relatives already step in and "
        "the caregiver has asked for help. A visit should come soon, not tonight.",
        later,
    )
    _put(actor, intake, "decision.cross_reports", "Law enforcement: not due so far.", later)
    calls.end_call(actor=actor, intake_id=intake.pk, at=at + timedelta(minutes=18))
    wrap_up.submit_intake(actor=actor, intake_id=intake.pk, at=later)
    intake.refresh_from_db()
    return intake


def _put(actor: User, intake: Intake, name: str, text: str, at: datetime, **row: str) -> None:
    save = Save(field=fields.parse_name(name), base=0, key=uuid.uuid4(), text=text, row=row)
    save_field(actor=actor, intake_id=intake.pk, save=save, at=at)
