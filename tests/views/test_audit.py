"""Two agencies side by side: audit and question sets show the own one's and nothing else."""

import csv
import io
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from intake.actions.audit import seal_events
from intake.models import (
    Agency,
    AuditEvent,
    Edition,
    Prompt,
    PromptPair,
    PromptText,
    QuestionSet,
    User,
)
from intake.models.audit import record_event
from intake.views.audit import COLUMNS, PER_PAGE
from tests.factory import NOW, make_call, make_user


@pytest.fixture
def other(stranger: User) -> Agency:
    """The agency of the stranger."""
    assert stranger.agency is not None
    return stranger.agency


@pytest.fixture
def both_busy(worker: User, stranger: User) -> None:
    """Events of both agencies and of none, in turn, on more than one page."""
    ours, theirs = make_call(worker), make_call(stranger)
    assert ours.reference == theirs.reference  # so no label tells them apart
    for minute in range(PER_PAGE):
        at = NOW + timedelta(minutes=minute)
        record_event("intake.viewed", actor=worker, at=at, subject=ours)
        record_event("intake.viewed", actor=stranger, at=at, subject=theirs)
        record_event("user.sign_in_failed", actor=None, at=at, subject=stranger)
    record_event("user.sign_in_failed", actor=None, at=NOW, subject=worker)
    record_event("edition.published", actor=None, at=NOW, subject=Edition.objects.get(agency=None))


def shown(client: Client, **asked: str) -> list[AuditEvent]:
    """The events of all pages of the audit."""
    page = client.get(reverse("audit"), asked).context
    events: list[AuditEvent] = list(page["events"])
    while page["is_more"]:
        page = client.get(reverse("audit"), asked | {"older": str(events[-1].pk)}).context
        events += page["events"]
    return events


@pytest.mark.usefixtures("both_busy")
@pytest.mark.parametrize("whose", ["demo", "other"])
def test_an_audit_tells_of_the_own_agency(client: Client, whose: str) -> None:
    agency = Agency.objects.get(slug=whose)
    client.force_login(make_user(agency, f"privacy of {whose}", "privacy_officers"))
    own = AuditEvent.objects.filter(agency=agency)
    assert 0 < own.count() < AuditEvent.objects.count()
    before = set(own.values_list("pk", flat=True))
    events = shown(client)  # each look is an event of its own, which the page does not begin with
    assert len(events) == len(before)
    assert {event.pk for event in events} == before
    assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)


@pytest.mark.usefixtures("both_busy")
def test_a_page_of_the_audit_names_nobody_else(client: Client, privacy: User) -> None:
    client.force_login(privacy)
    theirs = AuditEvent.objects.filter(agency=None).latest("at")
    middle = shown(client)[PER_PAGE // 2]
    for asked in ({}, {"older": str(middle.pk)}, {"older": str(theirs.pk)}, {"older": "x"}):
        page = client.get(reverse("audit"), asked).content.decode()
        assert "worker" in page
        assert "stranger" not in page


@pytest.mark.usefixtures("both_busy")
def test_what_is_asked_for_does_not_widen_the_audit(
    client: Client, privacy: User, other: Agency
) -> None:
    client.force_login(privacy)
    for name in ("agency", "agency_id"):
        answer = client.get(reverse("audit"), {name: str(other.pk)})
        assert {event.agency_id for event in answer.context["events"]} == {privacy.agency_id}


@pytest.mark.usefixtures("both_busy")
def test_the_audit_is_looked_through(
    client: Client, privacy: User, worker: User, worker2: User, stranger: User
) -> None:
    client.force_login(privacy)
    call = make_call(worker2)
    noon = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)  # 8 in the evening of the 2nd in the agency
    event = record_event("intake.exported", actor=worker2, at=noon, subject=call)

    def found(**asked: str) -> list[AuditEvent]:
        return shown(client, **asked)

    assert {one.actor for one in found(person=str(worker2.pk))} == {worker2}
    assert found(verb="intake.exported") == [event]
    assert {one.verb for one in found(verb="intake.")} == {
        *("intake.started", "intake.viewed", "intake.exported")
    }
    assert {one.subject_id for one in found(reference=f" {call.reference}")} == {call.pk}
    assert event in found(since="2026-03-02", until="2026-03-02", verb="intake.exported")
    assert found(since="2026-03-03", verb="intake.exported") == []
    nothing = client.get(reverse("audit"), {"reference": "26-999999"})
    assert "Nothing was done that fits" in nothing.content.decode()
    for odd in (
        {"person": str(stranger.pk)},
        {"verb": "x"},
        {"since": "x"},
        {"since": "2026-03-03", "until": "2026-03-02"},
    ):
        refused = client.get(reverse("audit"), odd)
        assert refused.status_code == 422 and not refused.context["events"]
        assert client.get(reverse("audit_csv"), odd).status_code == 404
    assert not AuditEvent.objects.filter(verb="audit.exported").exists()


@pytest.mark.usefixtures("both_busy")
def test_the_audit_is_taken_out_and_that_is_audited(
    client: Client, privacy: User, worker: User
) -> None:
    client.force_login(privacy)
    seal_events(at=NOW)
    answer = client.get(reverse("audit_csv"), {"verb": "intake.viewed"})
    lines = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert lines[0] == list(COLUMNS) and len(lines) == PER_PAGE + 1
    assert {(one[1], one[3]) for one in lines[1:]} == {("worker", "intake.viewed")}
    assert all(one[-1].isdigit() for one in lines[1:])
    event = AuditEvent.objects.get(verb="audit.exported")
    assert (event.actor, event.details) == (privacy, {"by": "verb"})


@pytest.mark.usefixtures("both_busy")
def test_a_page_of_the_audit_takes_a_fixed_number_of_queries(
    client: Client, privacy: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(privacy)
    with django_assert_num_queries(6):  # with the count of notices in the header
        client.get(reverse("audit"), {"verb": "intake."})


def draft(agency: Agency | None, number: int, words: str) -> Edition:
    """A draft with one section and one pair of prompts, which say `words`."""
    edition = Edition.objects.create(agency=agency, number=number, created_at=NOW)
    section = QuestionSet.objects.create(
        edition=edition, key="social_connections", kind="factor", position=1, title=words
    )
    pair = PromptPair.objects.create(edition=edition, question_set=section, key="pair", position=1)
    for side in ("worry", "working_well"):
        prompt = Prompt.objects.create(
            edition=edition,
            question_set=section,
            pair=pair,
            key=f"pair_{side}",
            side=side,
            kind="question",
            position=1,
        )
        PromptText.objects.create(prompt=prompt, language="en", text=f"{words}?")
    return edition


@pytest.mark.parametrize("role", ["workers", "supervisors", "administrators", "privacy_officers"])
def test_editions_are_listed_of_the_own_agency(
    client: Client, agency: Agency, other: Agency, role: str
) -> None:
    draft(agency, 5, "Ours")
    draft(other, 7, "Theirs")
    draft(None, 9, "The state's")
    client.force_login(make_user(agency, "reader", role))
    answer = client.get(reverse("editions"))
    editions = [row.edition for row in answer.context["rows"]]
    assert [one.number for one in editions] == [5, 1]
    assert {one.agency_id for one in editions} == {agency.pk}
    linked = re.findall(r"/question-sets/(\d+)/\"", answer.content.decode())
    assert linked == ["5", "1"]


@pytest.mark.parametrize("role", ["workers", "supervisors", "administrators", "privacy_officers"])
def test_a_number_leads_to_the_own_edition_or_nowhere(
    client: Client, agency: Agency, other: Agency, role: str
) -> None:
    numbers = {7: (other,), 9: (None,), 5: (other, agency, None), 6: (None, agency, other)}
    for number, owners in numbers.items():
        for owner in owners:
            draft(owner, number, f"Words of {owner.slug if owner else 'the state'}")
    client.force_login(make_user(agency, "reader", role))
    for number, owners in numbers.items():
        answer = client.get(reverse("edition", args=[number]))
        page = answer.content.decode()
        assert answer.status_code == (200 if agency in owners else 404), number
        assert ("Words of demo" in page) == (agency in owners)
        assert "Words of other" not in page
        assert "Words of the state" not in page


def test_who_has_no_agency_reads_no_edition(client: Client, agency: Agency) -> None:
    assert Edition.objects.filter(agency=None, number=1).exists()
    client.force_login(User.objects.create(username="operator", is_superuser=True))
    assert client.get(reverse("editions")).status_code == 404
    assert client.get(reverse("edition", args=[1])).status_code == 404


def test_details_stand_in_words(client: Client, privacy: User, worker: User) -> None:
    call, other = make_call(worker), make_call(worker)
    strange = uuid.uuid4()
    details: dict[str, str | int | bool] = {
        "viewer": str(worker.pk),
        "to": str(other.pk),
        "hand_over": str(strange),
        "is_written": True,
        "count": 3,
        "until": "",
        "fields": "name, street",
    }
    record_event("intake.viewer_named", actor=worker, at=NOW, subject=call, details=details)
    client.force_login(privacy)
    page = client.get(reverse("audit")).content.decode()
    told = (
        f"count: 3; fields: name, street; hand over: {str(strange)[:8]}…; is written: yes; "
        f"to: {other.reference}; viewer: worker"
    )
    assert told in page


def test_details_name_nobody_of_another_agency(
    client: Client, privacy: User, worker: User, stranger: User
) -> None:
    details: dict[str, str | int | bool] = {"viewer": str(stranger.pk)}
    record_event(
        "intake.viewer_named", actor=worker, at=NOW, subject=make_call(worker), details=details
    )
    client.force_login(privacy)
    page = client.get(reverse("audit")).content.decode()
    assert f"viewer: {str(stranger.pk)[:8]}…" in page and "viewer: stranger" not in page
