"""Commands: safe to run again, and the demonstration has a call in every state."""

import copy
from io import StringIO

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from intake.actions.question_sets import describe, hash_of, load_question_sets
from intake.jobs import schedule_housekeeping
from intake.management.commands.load_question_sets import read_fixtures
from intake.models import Agency, Edition, Intake, PromptText, User


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
@pytest.mark.parametrize("loads_first", [False, True])
def test_the_demonstration_has_every_state_and_keeps_its_data(
    loads_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    if loads_first:  # as `make run` does
        call_command("load_question_sets", stdout=StringIO())
    out = StringIO()
    call_command("seed_demo", stdout=out)
    assert "Password" in out.getvalue()
    states = set(Intake.objects.values_list("status", flat=True))
    assert states == set(Intake.Status.values)
    assert Intake.objects.filter(interrupted_at__isnull=False).exists()
    assert Intake.objects.filter(status="submitted", submissions__number=2).exists()
    count, users = Intake.objects.count(), User.objects.count()
    call_command("seed_demo", stdout=StringIO())
    assert (Intake.objects.count(), User.objects.count()) == (count, users)


@pytest.mark.usefixtures("emptied")
def test_the_worker_works_the_queue_and_ends() -> None:
    """The hourly job runs, clears what ran out, and waits for the next hour."""
    old = SessionStore()
    old.set_expiry(-60)
    old.save()
    call_command("work", batch=True)
    assert not Session.objects.exists()
    waiting = DBTaskResult.objects.get(status="READY")
    assert waiting.run_after is not None
    assert waiting.run_after > timezone.now()
    schedule_housekeeping()  # one is enough
    assert DBTaskResult.objects.filter(status="READY").count() == 1
