"""Commands: safe to run again, and the demonstration has a call in every state."""

import copy
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from intake import fields
from intake.actions.people import add_user
from intake.actions.question_sets import hash_of, load_question_sets
from intake.errors import InvalidValue
from intake.jobs import schedule_housekeeping, schedule_look
from intake.management import weeks
from intake.management.commands.load_question_sets import read_fixtures
from intake.models import (
    Agency,
    Answer,
    AuditEvent,
    CacheEntry,
    Decision,
    Edition,
    HeardNote,
    Intake,
    Person,
    PromptText,
    Reporter,
    Session,
    User,
)
from intake.session_store import SessionStore
from intake.worksheet import describe

ADD_TO_TEAM = ["add_user", "x", "--agency", "demo", "--role", "workers", "--supervisor"]


def test_loading_twice_changes_nothing(agency: Agency) -> None:
    before = PromptText.objects.count()
    out = StringIO()
    call_command("load_question_sets", stdout=out)
    assert "loaded already" in out.getvalue()
    assert PromptText.objects.count() == before
    for edition in Edition.objects.all():
        assert hash_of(describe(edition)) == edition.content_sha256


def test_a_changed_fixture_makes_a_draft(agency: Agency) -> None:
    sets = copy.deepcopy(read_fixtures()[0])
    sets[1]["pairs"][0]["worry"]["en"] = "What has changed for the worse?"
    load_question_sets(sets=sets, at=timezone.now())
    states = Edition.objects.filter(agency=None).order_by("number").values_list("status", flat=True)
    assert list(states) == ["live", "draft"]


@pytest.mark.django_db
def test_the_demonstration_has_every_state_and_keeps_its_data(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    call_command("load_question_sets", stdout=StringIO())  # as `make run` does
    out = StringIO()
    call_command("seed_demo", stdout=out)
    check_reporting_parties()
    assert "Password" in out.getvalue()
    states = set(Intake.objects.values_list("status", flat=True))
    assert states == set(Intake.Status.values)
    assert Intake.objects.filter(interrupted_at__isnull=False).exists()
    assert Intake.objects.filter(status="submitted", submissions__number=1).count() == 3
    assert Intake.objects.filter(status="submitted", submissions__number=2).count() == 1
    practised = Intake.objects.get(is_practice=True)
    kinds = set(practised.practice.turns.values_list("kind", flat=True))
    assert kinds == {"line", "reply", "ending"}
    team = User.objects.get(username="supervisor").team
    assert set(team.values_list("username", flat=True)) == {"worker", "worker2"}
    made = (Intake, User, AuditEvent, Answer, Person, HeardNote)
    counts = [model.objects.count() for model in made]
    call_command("seed_demo", stdout=StringIO())
    assert [model.objects.count() for model in made] == counts
    check_who_reads_it(client)


def check_who_reads_it(client: Client) -> None:
    """Each worker reads every call of theirs."""
    for username in ("worker", "worker2"):
        worker = User.objects.get(username=username)
        client.force_login(worker)
        own = Intake.objects.filter(worker=worker)
        assert own.count() >= 5
        for intake in own:
            page = "call" if intake.is_writable else "intake"
            answer = client.get(reverse(page, args=[intake.pk]))
            assert answer.status_code == 200
            assert intake.narrative.text.splitlines()[0][:20] in answer.content.decode()


def check_reporting_parties() -> None:
    """What tells who called stands in the sealed record only; each has an own invented number."""
    phones = []
    for reporter in Reporter.objects.select_related("intake__narrative"):
        intake = reporter.intake
        told = {field: reporter.read(field) for field in Reporter.SEALED}
        phones += [told["phone"], told["callback_number"]]
        rows = (
            intake,
            intake.narrative,
            *Decision.objects.filter(intake=intake),
            *intake.answers.all(),
            *intake.heard_notes.all(),
            *intake.people.all(),
            *intake.concerns.all(),
        )
        open_text = "\n".join(
            fields.show_value(row, column) for row in rows for column in row.saves
        ).casefold()
        for text in told.values():
            assert not text or text.casefold() not in open_text
        assert "{" not in open_text  # every day and time was put in
    given = [phone for phone in phones if phone]
    assert len(given) == len(set(given)) >= 10
    assert all(re.fullmatch(r"555-01\d\d", phone) for phone in given)


@pytest.mark.one_engine  # what the clock says
@pytest.mark.parametrize("run_on", ["2026-03-08 11:30", "2027-01-01 08:05"])
@pytest.mark.django_db
def test_the_demonstration_is_in_order_whenever_it_is_made(
    run_on: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a Sunday when the clocks change, and minutes after New Year: references by day."""
    now = datetime.fromisoformat(run_on).replace(tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    call_command("seed_demo", stdout=StringIO())
    by_time = Intake.objects.for_real().order_by("started_at").values_list("reference", flat=True)
    assert list(by_time) == sorted(by_time)
    assert not AuditEvent.objects.filter(at__gt=now).exists()
    for intake in Intake.objects.filter(ended_at__isnull=False):
        for row in (intake.narrative, *intake.answers.all(), *intake.people.all()):
            saved = [datetime.fromisoformat(one["at"]) for one in row.saves.values()]
            assert intake.ended_at is not None
            assert intake.started_at < max(saved) < intake.ended_at


@pytest.mark.one_engine  # what the clock says
@pytest.mark.django_db
def test_the_demonstration_has_weeks_that_insights_can_show(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a Monday morning, with nothing of the week: whole weeks lie before it."""
    monkeypatch.setattr(weeks, "WEEKS", 2)  # of five
    now = datetime(2026, 11, 30, 16, 5, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    call_command("seed_demo", "--weeks", stdout=StringIO())
    assert not AuditEvent.objects.filter(at__gt=now).exists()
    assert not Intake.objects.filter(narrative__text__contains="{").exists()
    for week in (1, 2):
        monday = datetime(2026, 11, 30, tzinfo=UTC) - timedelta(weeks=week)
        begun = Intake.objects.filter(started_at__range=(monday, monday + timedelta(weeks=1)))
        assert begun.filter(status="approved", is_practice=False).count() >= 10
    assert Intake.objects.filter(reviews__outcome="returned", status="approved").exists()
    client.force_login(User.objects.get(username="supervisor"))
    page = client.get(reverse("insights")).content.decode()
    assert re.search(r'<td [^>]*class="numeric"><strong>\d+%</strong>', page)


@pytest.mark.usefixtures("transactional_db")
def test_the_worker_works_the_queue_and_ends() -> None:
    """The hourly job runs, clears what ran out, and waits for the next hour."""
    old = SessionStore()
    old.set_expiry(-60)
    old.save()
    hour = timedelta(hours=1)
    for key, expires in (("old", timezone.now() - hour), ("new", timezone.now() + hour)):
        CacheEntry.objects.create(cache_key=key, value="", expires=expires)
    call_command("work", batch=True)
    assert [one.cache_key for one in CacheEntry.objects.all()] == ["new"]
    assert not Session.objects.exists()
    ready = DBTaskResult.objects.filter(status="READY")
    for name in ("housekeeping", "look_for_exports", "seal_audit"):
        waiting = ready.get(task_path=f"intake.jobs.{name}")
        assert waiting.run_after is not None
        assert waiting.run_after > timezone.now()
    schedule_housekeeping()  # one is enough
    schedule_look()
    assert ready.count() == 3


def test_an_operator_sets_up_an_agency_and_its_people(client: Client, db: None) -> None:
    call_command("add_agency", "example", "Example County", stdout=StringIO())
    call_command("load_question_sets", stdout=StringIO())
    out = StringIO()
    roles = ["--role", "workers", "--role", "supervisors"]
    address = ["--email", "rosa@example.org"]
    call_command("add_user", "rosa", "--agency", "example", *roles, *address, stdout=out)
    password = out.getvalue().split()[-1]
    assert client.login(username="rosa", password=password)
    assert client.post(reverse("call_start")).status_code == 302
    rosa = User.objects.get(username="rosa")
    assert rosa.roles == {"workers", "supervisors"}
    assert rosa.email == "rosa@example.org"
    verbs = AuditEvent.objects.values_list("verb", flat=True)
    assert {"agency.added", "user.added"} <= set(verbs)


def test_a_worker_joins_a_supervisors_team(worker: User, supervisor: User) -> None:
    words = ["--agency", "demo", "--role", "workers", "--supervisor", "supervisor"]
    call_command("add_user", "rosa", *words, stdout=StringIO())
    rosa = User.objects.get(username="rosa")
    assert list(User.objects.team_of(supervisor)) == [rosa]
    event = AuditEvent.objects.get(verb="user.added", subject_id=rosa.pk)
    assert event.details == {"roles": "workers", "supervisor": str(supervisor.pk)}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add_agency", "demo", "Again"], "already exists"),
        (["add_agency", "new", "New", "--time-zone", "Nowhere"], "not a time zone"),
        (["add_agency", "no slug", "New"], "slug"),
        (["add_user", "x", "--agency", "nowhere", "--role", "workers"], "no agency"),
        (["add_user", "x", "--agency", "demo"], "at least one"),
        (["add_user", "worker", "--agency", "demo", "--role", "workers"], "already exists"),
        ([*ADD_TO_TEAM, "worker"], "worker is no supervisor"),
        ([*ADD_TO_TEAM, "stranger"], "There is no 'stranger' in Demo County"),
        ([*ADD_TO_TEAM, "x"], "There is no 'x'"),
    ],
)
def test_what_cannot_be_added_is_said_and_changes_nothing(
    worker: User, stranger: User, words: list[str], sentence: str
) -> None:
    before = (Agency.objects.count(), User.objects.count(), AuditEvent.objects.count())
    with pytest.raises(CommandError, match=sentence):
        call_command(*words, stdout=StringIO())
    assert (Agency.objects.count(), User.objects.count(), AuditEvent.objects.count()) == before


def test_a_weak_password_is_refused(agency: Agency) -> None:
    with pytest.raises(InvalidValue, match="too short"):
        add_user(
            agency_slug="demo",
            username="x",
            first_name="",
            last_name="",
            roles=["workers"],
            password="short",
            at=timezone.now(),
        )
    assert not User.objects.filter(username="x").exists()


def test_a_policy_is_set_and_a_strange_one_refused(agency: Agency) -> None:
    out = StringIO()
    call_command("set_policy", agency.slug, "idle_lock_minutes", "10", stdout=out)
    agency.refresh_from_db()
    assert agency.idle_lock_minutes == 10
    assert "idle_lock_minutes is 10" in out.getvalue()
    wrong = [
        (agency.slug, "idle_lock_minutes", "31"),
        (agency.slug, "idle_lock_minutes", "soon"),
        (agency.slug, "allows_own_review", "perhaps"),
        ("nowhere", "allows_own_review", "yes"),
        (agency.slug, "name", "Another County"),
    ]
    for words in wrong:
        with pytest.raises(CommandError):
            call_command("set_policy", *words)
    agency.refresh_from_db()
    assert (agency.idle_lock_minutes, agency.allows_own_review) == (10, False)
    assert AuditEvent.objects.filter(verb="agency.policy_set").count() == 1
