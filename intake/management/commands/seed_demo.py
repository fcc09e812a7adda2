"""The demonstration: an invented agency, its accounts, and calls in every state."""

import os
import re
import secrets
import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from intake import fields, quality
from intake.actions import calls, dispatches, practice, reviews, wrap_up
from intake.actions import quality as actions
from intake.actions.agency_tables import load_tables
from intake.actions.question_sets import load_question_sets, load_response_options
from intake.actions.saves import save_field
from intake.fields import Save
from intake.management import stories
from intake.management.commands.load_question_sets import read_fixtures, read_tables
from intake.management.stories import Story
from intake.management.weeks import brief_calls
from intake.models import (
    Agency,
    Intake,
    Narrative,
    Prompt,
    QualityRating,
    ResponseOption,
    Service,
    User,
)

ACCOUNTS = (
    ("worker", "Rosa", "Delgado", "workers"),
    ("worker2", "Thomas", "Okafor", "workers"),
    ("supervisor", "Helen", "Marsh", "supervisors"),
    ("supervisor2", "Viet", "Tran", "supervisors"),
    ("supervisor3", "Nadia", "Castellano", "supervisors"),
    ("administrator", "Alma", "Reyes", "administrators"),
    ("administrator2", "Teodor", "Lindqvist", "administrators"),
    ("privacy", "Jonas", "Weber", "privacy_officers"),
    ("privacy2", "Ruth", "Adeyemi", "privacy_officers"),
)

TEAM = ("worker", "worker2")  # of `supervisor`

MARKS = {"F": ("source", "first_hand"), "S": ("source", "second_hand"),
         "W": ("source", "worker_observation"),
         "+": ("kind", "strength"), "!": ("kind", "act_of_protection")}  # fmt: skip
BLANKS = {"?": "unknown", "-": "declined"}
OPTIONS = ("screening", "priority", "path")
WHEN = re.compile(r"\{([+-]\d+)([dm])\}")
BETWEEN_SAVES = timedelta(seconds=4)
WRITE_UP = timedelta(minutes=8)  # from the end of the call to the submission


class Command(BaseCommand):
    """Running it again keeps what is there; accounts and calls are made once."""

    help = "Make the invented demonstration agency with accounts and calls."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--weeks", action="store_true", help="also brief calls of five weeks, for the insights"
        )

    def handle(self, *args: object, **options: object) -> None:
        agency, _ = Agency.objects.get_or_create(slug="demo", defaults={"name": "Demo County"})
        sets, response_options = read_fixtures()
        # Published before the first demonstration call, which lies in the past.
        load_question_sets(sets=sets, at=timezone.now() - timedelta(days=90))
        load_response_options(options=response_options)
        load_tables(**read_tables())
        users, password = _make_accounts(agency)
        if password:
            self.stdout.write(f"Password of the demonstration accounts: {password}")
        if not Intake.objects.filter(agency=agency).exists():
            with transaction.atomic():
                _make_calls(users, timezone.now(), with_weeks=bool(options["weeks"]))
            self.stdout.write("Demonstration calls were made, in every state.")


def _make_accounts(agency: Agency) -> tuple[dict[str, User], str]:
    """Return the accounts, and the password when they were made now."""
    password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
    hashed = make_password(password)  # once: hashing is slow on purpose
    made = False
    for username, first, last, role in ACCOUNTS:
        user, is_new = User.objects.get_or_create(
            username=username,
            defaults={"agency": agency, "first_name": first, "last_name": last},
        )
        if is_new:
            made = True
            user.password = hashed
            user.save(update_fields=["password"])
            user.groups.add(Group.objects.get_or_create(name=role)[0])
    team = User.objects.filter(agency=agency, username__in=TEAM, supervisor=None)
    team.update(supervisor=User.objects.get(username="supervisor"))
    users = {one.username: one for one in User.objects.with_roles().filter(agency=agency)}
    is_generated = "DEMO_PASSWORD" not in os.environ
    return users, password if made and is_generated else ""


def _make_calls(users: dict[str, User], now: datetime, *, with_weeks: bool) -> None:
    """Make every story's call, the oldest first, so that the references follow the days.

    The brief calls of the weeks before come after the one that is sampled: no blind review is of
    them.
    """
    worker, other = users["worker"], users["worker2"]
    supervisor, second = users["supervisor"], users["supervisor2"]

    assert worker.agency is not None
    here = worker.agency.zone

    def on(working_days_ago: int, clock: str) -> datetime:
        day = _working_day(now.astimezone(here), -working_days_ago)
        return datetime.combine(day, time.fromisoformat(clock), tzinfo=here)

    def ago(minutes: int) -> datetime:
        return now - timedelta(minutes=minutes)

    _sampled_later(worker, users["supervisor3"], now)
    if with_weeks:
        _make_weeks(users, now)
    approved = _submitted(worker, stories.MARIN, on(4, "12:12"), _respond_to_marin)
    reviews.claim_intake(actor=supervisor, intake_id=approved.pk, at=on(4, "13:05"))
    reviews.approve_intake(actor=supervisor, intake_id=approved.pk, at=on(4, "13:26"))
    evaluated_out = _submitted(other, stories.NGUYEN, on(3, "10:34"))
    reviews.claim_intake(actor=second, intake_id=evaluated_out.pk, at=on(3, "14:02"))
    reviews.approve_intake(actor=second, intake_id=evaluated_out.pk, at=on(3, "14:15"))

    again = _submitted(worker, stories.REYES, on(2, "10:31"))
    question = ("decision.next_steps", "Who calls Rosario, and when?")
    _return(second, again, on(2, "15:40"), question)
    writing = _Typist(worker, again, on(1, "08:20"))
    writing.put(
        "decision.next_steps",
        stories.REYES.decision["next_steps"] + stories.REYES_NEXT_STEPS,
        base=1,
    )
    wrap_up.submit_intake(actor=worker, intake_id=again.pk, at=on(1, "08:24"))

    returned = _submitted(worker, stories.QUIROZ, on(1, "08:50"))
    _return(
        supervisor,
        returned,
        on(1, "11:30"),
        ("decision.rationale", "What did the caller see, and what only hear? Please say it here."),
        ("decision.harm_statement", "Last night has happened: draft one from what was told."),
    )
    in_review = _submitted(other, stories.SAHIN, on(1, "17:40"))
    _submitted(worker, stories.TADESSE, on(1, "19:10"))

    wrong = _told(worker, stories.WRONG_NUMBER, ago(240))
    calls.close_no_report(actor=worker, intake_id=wrong.pk, reason="wrong_number", at=ago(238))
    _practised(other, stories.PRACTICE, ago(180))
    winters = _submitted(other, stories.WINTERS, ago(90), _respond_to_winters)
    dispatches.tell(
        actor=other,
        intake_id=winters.pk,
        told="tribe",
        who="Three Alders family services",
        how="Telephone",
        at=ago(30),
    )
    dropped = _told(other, stories.DROPPED, ago(60))
    calls.interrupt_call(actor=other, intake_id=dropped.pk, reason="dropped", at=ago(57))
    ended = _told(worker, stories.LI, ago(54))
    calls.end_call(actor=worker, intake_id=ended.pk, at=ago(43))
    reviews.claim_intake(actor=second, intake_id=in_review.pk, at=ago(12))
    _told(worker, stories.HADDAD, ago(stories.HADDAD.minutes))
    _rate(approved, supervisor, second, now)


def _sampled_later(worker: User, approver: User, now: datetime) -> None:
    """Make a call of the month before, early enough to be the first; it is approved that day."""
    assert worker.agency is not None
    month = quality.month_before(now, worker.agency.zone)
    day = _working_day(
        datetime.combine(month, time(10, 20), tzinfo=worker.agency.zone) + timedelta(days=6), 1
    )
    intake = _submitted(worker, stories.ADEYEMI, day)
    reviews.claim_intake(actor=approver, intake_id=intake.pk, at=day + timedelta(hours=3))
    reviews.approve_intake(actor=approver, intake_id=intake.pk, at=day + timedelta(hours=4))
    actions.keep_samples(agency=worker.agency, at=now)


def _make_weeks(users: dict[str, User], now: datetime) -> None:
    """Make the brief calls of the weeks before, each approved the working day after it."""
    supervisor = users["supervisor"]
    assert supervisor.agency is not None
    for brief in brief_calls(now, supervisor.agency.zone, TEAM):
        worker = users[brief.worker]
        intake = _submitted(worker, brief.story, brief.at)
        reviewed = _working_day(brief.at, 1)
        if brief.is_returned:
            _return(supervisor, intake, reviewed, ("narrative.text", "Who saw it, and when?"))
            reviewed += timedelta(hours=2)
            wrap_up.submit_intake(actor=worker, intake_id=intake.pk, at=reviewed)
        reviews.claim_intake(
            actor=supervisor, intake_id=intake.pk, at=reviewed + timedelta(minutes=10)
        )
        reviews.approve_intake(
            actor=supervisor, intake_id=intake.pk, at=reviewed + timedelta(minutes=25)
        )


def _rate(approved: Intake, supervisor: User, other: User, now: datetime) -> None:
    """Rate one record beside its approval, and one of the sample's blind; the other one waits."""
    answers = dict.fromkeys(quality.RUBRIC, "yes") | {"sources_apart": "no"}
    actions.rate_record(actor=supervisor, intake_id=approved.pk, answers=answers, at=now)
    for rating in QualityRating.objects.asked_of(other):
        given = dict.fromkeys(quality.RUBRIC, "yes") | {"own_words": "na"}
        actions.rate_blind(actor=other, rating_id=rating.pk, answers=given, at=now)


def _working_day(day: datetime, count: int) -> datetime:
    """Return the day that many working days after `day`, or before it."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.weekday() > 4:
            day += step
    return day


def _told(actor: User, story: Story, at: datetime) -> Intake:
    """Return a call in progress with everything that the story tells."""
    intake = calls.start_call(actor=actor, at=at)
    _type(actor, intake, story, at)
    return intake


def _practised(actor: User, story: Story, at: datetime) -> Intake:
    """Return a practice call against the story's scripted caller, played to its end."""
    intake = practice.start_practice(actor=actor, scenario=story.caller, language="en", at=at)
    prompts = {one.key: one.pk for one in Prompt.objects.filter(edition=intake.edition)}
    for place, seconds in story.turns:
        practice.hear(
            actor=actor,
            intake_id=intake.pk,
            prompt_id=prompts[_key(place)] if place else None,
            at=at + timedelta(seconds=seconds),
        )
    _type(actor, intake, story, at)
    ended = at + timedelta(minutes=story.minutes)
    return calls.end_call(actor=actor, intake_id=intake.pk, at=ended)


def _type(actor: User, intake: Intake, story: Story, at: datetime) -> None:
    """Type everything that the story tells."""
    typing = _Typist(actor, intake, at)
    typing.put("narrative.text", story.narrative)
    typing.put_all("call", story.call)
    prompts = {one.key: one for one in Prompt.objects.filter(edition=intake.edition)}
    for place, told in story.answers.items():
        _answer(typing, prompts[_key(place)], told)
    for role, person in story.people:
        typing.put_all(f"person.{uuid.uuid4()}", person, {"role": role})
    for concern in story.concerns:
        typing.put_all(f"concern.{uuid.uuid4()}", concern)
    typing.put_all("reporter", story.reporter)
    for place, beginning, seconds in story.heard:
        _hear(typing, place, beginning, seconds)


def _key(place: str) -> str:
    """`social_connections.contact>` → the key of that pair's worry prompt."""
    return place.replace(">", ".worry").replace("<", ".working_well")


class _Typist:
    """A worker typing in a call: each save comes a few seconds after the one before."""

    def __init__(self, actor: User, intake: Intake, at: datetime) -> None:
        self.actor, self.intake, self.at = actor, intake, at

    def put(self, name: str, text: str, row: dict[str, str] | None = None, base: int = 0) -> None:
        """Save one field; `row` tells what a new row is. Days and times turn with the call's."""
        self.at += BETWEEN_SAVES
        save = Save(
            field=fields.parse_name(name),
            base=base,
            key=uuid.uuid4(),
            text=self.dated(text),
            row=row or {},
        )
        save_field(actor=self.actor, intake_id=self.intake.pk, save=save, at=self.at)

    def put_all(
        self, owner: str, columns: dict[str, str], row: dict[str, str] | None = None
    ) -> None:
        """Save every column of one row."""
        for column, text in columns.items():
            self.put(f"{owner}.{column}", text, row)

    def dated(self, text: str) -> str:
        """Return the text with weekdays and times of day in place of the distances."""
        assert self.actor.agency is not None
        start = self.intake.started_at.astimezone(self.actor.agency.zone)

        def day_or_time(found: re.Match[str]) -> str:
            count = int(found[1])
            if found[2] == "d":
                return f"{_working_day(start, count):%a}"
            return f"{start + timedelta(minutes=count):%H:%M}"

        return WHEN.sub(day_or_time, text)


def _answer(typing: _Typist, prompt: Prompt, told: str) -> None:
    owner = f"answer.{prompt.pk}"
    if told in BLANKS:
        typing.put(f"{owner}.status", BLANKS[told])
        return
    if told.startswith("#"):
        typing.put(f"{owner}.not_asked_reason", told[1:])
        return
    text, _, marks = told.partition(" | ")
    typing.put(f"{owner}.text", text)
    for mark in marks.split():
        column, value = MARKS[mark]
        typing.put(f"{owner}.{column}", value)


def _hear(typing: _Typist, place: str, beginning: str, seconds: int) -> None:
    """File the line of the narrative that begins so; a star puts it to the core prompt."""
    intake = typing.intake
    typing.at = intake.started_at + timedelta(seconds=seconds)
    text = Narrative.objects.get(intake=intake).text
    line = next(one for one in text.split("\n") if one.startswith(typing.dated(beginning)))
    start = text.index(line)
    factor, side = _key(place.rstrip("*")).split(".")
    owner = f"heard.{uuid.uuid4()}"
    place_of_note = {
        "factor": factor,
        "side": side,
        "start": str(start),
        "end": str(start + len(line)),
        "call_seconds": str(seconds),
    }
    typing.put(f"{owner}.text", line, place_of_note)
    if place.endswith("*"):
        core = Prompt.objects.get(
            edition=intake.edition, question_set__key=factor, side=side, pair__is_core=True
        )
        typing.put(f"{owner}.prompt", str(core.pk))


def _submitted(
    actor: User,
    story: Story,
    at: datetime,
    respond: Callable[["_Typist"], None] | None = None,
) -> Intake:
    """Return a submitted intake with the story's decision, after what `respond` adds to it."""
    intake = _told(actor, story, at)
    ended = at + timedelta(minutes=story.minutes)
    calls.end_call(actor=actor, intake_id=intake.pk, at=ended)
    typing = _Typist(actor, intake, ended)
    if respond:
        respond(typing)
    for column, text in story.decision.items():
        if column in OPTIONS:
            option = ResponseOption.objects.get(agency=actor.agency, decides=column, key=text)
            typing.put(f"decision.{column}", str(option.pk))
        else:
            typing.put(f"decision.{column}", text)
    wrap_up.submit_intake(actor=actor, intake_id=intake.pk, at=ended + WRITE_UP)
    intake.refresh_from_db()
    return intake


def _respond_to_winters(typing: _Typist) -> None:
    """A child in danger: the deputy was told at once, both cross-reports are decided."""
    intake, actor = typing.intake, typing.actor
    told = dispatches.tell(
        actor=actor,
        intake_id=intake.pk,
        told="law_enforcement",
        who="Deputy on the way to bay 4",
        how="Telephone",
        at=intake.started_at + timedelta(minutes=4),
    )
    dispatches.acknowledge(
        actor=actor,
        intake_id=intake.pk,
        dispatch_id=told.pk,
        by="Dispatcher 12",
        at=intake.started_at + timedelta(minutes=6),
    )
    quote = f"quote.{uuid.uuid4()}"
    typing.put_all(quote, {"text": "Rob squeeze.", "speaker": "Jonah, 3", "hearer": "The nurse"})
    for key, note in (
        ("law_enforcement", "Deputy is on the way."),
        ("district_attorney", "By secure e-mail this afternoon."),
        ("tribe", "Three Alders family services, by telephone."),
    ):
        recipient = ResponseOption.objects.get(
            agency=actor.agency, decides=ResponseOption.Decides.CROSS_REPORT, key=key
        )
        typing.put_all(f"cross_report.{recipient.pk}", {"decided": "yes", "note": note})
    _refer(typing, "parental_resilience.pressure<")


def _respond_to_marin(typing: _Typist) -> None:
    """A worry about food: a pantry was offered and accepted."""
    service = Service.objects.get(agency=typing.actor.agency, name="Harbor Lane Food Pantry")
    support = f"support.{uuid.uuid4()}"
    typing.put(f"{support}.service", f"{service.name}, {service.phone}", {"factor": service.factor})
    typing.put(f"{support}.accepted", "yes")
    typing.put(f"{support}.accepted_by", "The mother, through the school office")
    typing.put("decision.concrete_help", "yes")
    typing.put("decision.concrete_help_reason", "Food bags and day work would end most of it.")
    _refer(typing, "parental_resilience.pressure<")


def _refer(typing: _Typist, place: str) -> None:
    """Let the decision lean on the answer to a prompt."""
    prompt = Prompt.objects.get(edition=typing.intake.edition, key=_key(place))
    typing.put(f"reference.{prompt.pk}.stands", "yes")


def _return(actor: User, intake: Intake, at: datetime, *remarks: tuple[str, str]) -> None:
    """Send the intake back with remarks, each at its field."""
    claimed = at - timedelta(minutes=15)
    reviews.claim_intake(actor=actor, intake_id=intake.pk, at=claimed)
    comments = [reviews.NewComment(anchor=anchor, text=text) for anchor, text in remarks]
    reviews.return_intake(actor=actor, intake_id=intake.pk, comments=comments, at=at)
