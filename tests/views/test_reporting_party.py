"""Who reported: masked once submitted, opened with a reason, disclosed with a purpose."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake import worksheet
from intake.actions import dispatches, users
from intake.errors import NotPossibleNow
from intake.models import AuditEvent, Intake, ReporterReveal, TableChange, User
from tests.factory import NOW, make_call, make_ready, make_user, option, prove, put, submit

NAME, PHONE = "Rosalind Quill", "(555) 010-0177"
WHY = {"ground": "call_back", "words": "The school asks her to call."}


@pytest.fixture
def record(worker: User) -> Intake:
    """A submitted call whose reporting party is on file."""
    call = make_call(worker)
    put(worker, call, "reporter.name", NAME)
    put(worker, call, "reporter.phone", PHONE)
    put(worker, call, "reporter.kind", "mandated")
    submit(worker, call)
    return call


def fresh(client: Client, user: User, *, may_reveal: bool = True) -> Client:
    User.objects.filter(pk=user.pk).update(may_reveal_reporter=may_reveal)
    client.force_login(user)
    prove(client)
    return client


def ask(client: Client, intake: Intake, name: str = "intake_reporter", **more: str) -> Any:
    form = WHY | {"key": str(uuid.uuid4())} | more
    return client.post(reverse(name, args=[intake.pk]), form)


@pytest.mark.parametrize("who", ["supervisor", "worker"])
def test_it_is_masked_and_shown_once_with_a_reason(
    client: Client, record: Intake, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    fresh(client, user)
    page = client.get(reverse("intake", args=[record.pk])).content.decode()
    assert "On file, not shown; mandated reporter" in page
    assert "Show the reporting party" in page
    assert NAME not in page
    form = client.get(reverse("intake_reporter", args=[record.pk]))
    assert NAME not in form.content.decode()
    assert not ReporterReveal.objects.exists()

    key = str(uuid.uuid4())
    shown = ask(client, record, key=key)
    assert NAME in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    reveal = ReporterReveal.objects.get()
    assert (reveal.by, reveal.how, reveal.ground, reveal.read()) == (
        user,
        "shown",
        "call_back",
        WHY["words"],
    )
    event = AuditEvent.objects.get(verb="reporter.revealed")
    assert event.details == {"ground": "call_back", "reveal": str(reveal.pk)}

    again = ask(client, record, key=key)
    assert again.status_code == 422
    assert NAME not in again.content.decode()
    assert ReporterReveal.objects.count() == 1
    viewed = client.get(reverse("intake", args=[record.pk]) + "?tab=viewed").content.decode()
    assert "Opened the reporting party of the record" in viewed


def test_a_pdf_with_it_is_an_action_of_its_own(
    client: Client, record: Intake, supervisor: User
) -> None:
    fresh(client, supervisor)
    answer = ask(client, record, "intake_pdf_reporter")
    assert f"intake-{record.reference}-NAMES-REPORTING-PARTY.pdf" in answer["Content-Disposition"]
    assert ReporterReveal.objects.get().how == "pdf"
    assert AuditEvent.objects.filter(verb="reporter.exported").count() == 1
    assert not AuditEvent.objects.filter(verb="intake.exported").exists()


@pytest.mark.parametrize(
    ("who", "may_reveal"),
    [
        ("worker", False),
        ("supervisor", False),
        ("worker2", True),
        ("administrator", True),
        ("privacy", True),
        ("stranger", True),
    ],
)
@pytest.mark.parametrize("name", ["intake_reporter", "intake_pdf_reporter"])
def test_nobody_else_opens_it(
    client: Client,
    record: Intake,
    who: str,
    may_reveal: bool,
    name: str,
    request: pytest.FixtureRequest,
) -> None:
    fresh(client, request.getfixturevalue(who), may_reveal=may_reveal)
    assert client.get(reverse(name, args=[record.pk])).status_code == 404
    assert ask(client, record, name).status_code == 404
    assert not ReporterReveal.objects.exists()


def test_it_needs_a_fresh_sign_in_a_ground_and_words(
    client: Client, record: Intake, supervisor: User
) -> None:
    fresh(client, supervisor)
    for missing in ({"ground": ""}, {"words": " "}, {"ground": "curiosity"}, {"words": "x" * 501}):
        assert ask(client, record, **missing).status_code == 422
    client.force_login(supervisor)
    session = client.session
    session["proved"] = 0
    session.save()
    for name in ("intake_reporter", "intake_pdf_reporter"):
        page = client.get(reverse(name, args=[record.pk]))
        assert page["Location"].startswith(reverse("prove"))
        kept = ask(client, record, name)
        assert kept.status_code == 422
        assert "more than five minutes" in kept.content.decode()
        assert WHY["words"] in kept.content.decode()
        assert NAME not in kept.content.decode()
    assert not ReporterReveal.objects.exists()


def test_before_the_submission_there_is_nothing_to_open(
    client: Client, worker: User, supervisor: User
) -> None:
    call = make_call(worker)
    put(worker, call, "reporter.name", NAME)
    for user in (worker, supervisor):
        fresh(client, user)
        assert ask(client, call).status_code == 404


def test_privacy_officers_read_the_reasons_of_their_agency(
    client: Client, record: Intake, supervisor: User, privacy: User, stranger: User
) -> None:
    fresh(client, supervisor)
    ask(client, record)
    client.force_login(privacy)
    page = client.get(reverse("reveals")).content.decode()
    assert WHY["words"] in page
    assert NAME not in page
    assert AuditEvent.objects.filter(verb="reporter.reasons_viewed", actor=privacy).exists()
    assert stranger.agency is not None
    client.force_login(make_user(stranger.agency, "their-privacy", "privacy_officers"))
    assert WHY["words"] not in client.get(reverse("reveals")).content.decode()


def test_the_grant_is_an_administrators_and_not_for_oneself(
    administrator: User, supervisor: User
) -> None:
    def grant(user: User, roles: list[str]) -> User:
        return users.change_user(
            actor=administrator,
            user_id=user.pk,
            first_name=user.first_name,
            last_name=user.last_name,
            roles=roles,
            supervisor_id=None,
            may_reveal_reporter=True,
            at=timezone.now(),
        )

    assert grant(supervisor, ["supervisors"]).may_reveal_reporter
    change = TableChange.objects.get(row=supervisor.pk)
    assert (change.before, change.after) == (
        {"may_reveal_reporter": False},
        {"may_reveal_reporter": True},
    )
    with pytest.raises(NotPossibleNow, match="another administrator"):
        grant(administrator, ["administrators"])
    administrator.refresh_from_db()
    assert not administrator.may_reveal_reporter


def test_a_responding_worker_is_told_by_the_same_action(
    client: Client, record: Intake, worker: User
) -> None:
    told: dict[str, Any] = {"actor": worker, "intake_id": record.pk, "how": "Radio", "at": NOW}
    telling = dispatches.tell(told="responding_worker", who="Unit 7", **told)
    other = dispatches.tell(told="tribe", who="Desk", **told)
    fresh(client, worker, may_reveal=False)
    url = reverse("intake_brief_reporter", args=[record.pk, telling.pk])
    assert client.post(url, {"purpose": "investigates"}).status_code == 422
    answer = client.post(url, {"purpose": "responds"})
    assert "NAMES-REPORTING-PARTY" in answer["Content-Disposition"]
    (made,) = worksheet.build_disclosures(record)
    assert (made.label, made.purpose) == (
        "Responding worker (Unit 7)",
        "It responds to the report for this agency",
    )
    page = client.get(reverse("intake", args=[record.pk])).content.decode()
    assert "Disclosed 1 time" in page and "Unit 7" in page
    police = option(record.agency, "cross_report", "law_enforcement")
    for key in (other.pk, police, uuid.uuid4()):  # of the tribe; of the other address; nobody
        strange = reverse("intake_brief_reporter", args=[record.pk, key])
        assert client.post(strange, {"purpose": "responds"}).status_code == 404
    dispatches.withdraw(actor=worker, intake_id=record.pk, dispatch_id=telling.pk, at=NOW)
    assert client.post(url, {"purpose": "responds"}).status_code == 422
    assert AuditEvent.objects.filter(verb="reporter.disclosed").count() == 1


@pytest.mark.parametrize("text", ["Said by ROSALIND at the door", "Call 555.010.0177 at noon"])
def test_the_wrap_up_warns_and_asks(as_worker: Client, worker: User, text: str) -> None:
    call = make_call(worker)
    put(worker, call, "reporter.name", NAME)
    put(worker, call, "reporter.phone", PHONE)
    put(worker, call, "narrative.text", text)
    make_ready(worker, call)
    page = as_worker.get(reverse("wrap_up", args=[call.pk])).content.decode()
    assert "The record seems to name the reporting party" in page
    assert 'href="#f-narrative-text">The narrative</a>' in page
    url = reverse("call_submit", args=[call.pk])
    assert as_worker.post(url).status_code == 422
    call.refresh_from_db()
    assert call.status == "in_progress"
    assert as_worker.post(url, {"naming_is_meant": "yes"}).status_code == 302
    event = AuditEvent.objects.get(verb="intake.submitted")
    assert event.details["seems_to_name_reporter"] == 1
    for name in ("intake", "intake_brief", "intake_cross_reports", "intake_copy_out"):
        page = as_worker.get(reverse(name, args=[call.pk])).content.decode()
        assert "The record seems to name the reporting party" in page, name
        assert "Quill" not in page


def test_no_warning_where_nothing_names_them(as_worker: Client, record: Intake) -> None:
    page = as_worker.get(reverse("intake", args=[record.pk])).content.decode()
    assert "seems to name" not in page
