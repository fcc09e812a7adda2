"""Two agencies side by side: audit and question sets show the own one's and nothing else."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

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
from intake.views.audit import PER_PAGE
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


def shown(client: Client) -> list[AuditEvent]:
    """The events of all pages of the audit."""
    first = client.get(reverse("audit")).context["page"].paginator
    assert first.num_pages > 1
    events: list[AuditEvent] = []
    for number in first.page_range:
        events += client.get(reverse("audit"), {"page": number}).context["page"].object_list
    return events


@pytest.mark.usefixtures("both_busy")
@pytest.mark.parametrize("whose", ["demo", "other"])
def test_an_audit_tells_of_the_own_agency(client: Client, whose: str) -> None:
    agency = Agency.objects.get(slug=whose)
    client.force_login(make_user(agency, f"privacy of {whose}", "privacy_officers"))
    own = AuditEvent.objects.filter(agency=agency)
    assert 0 < own.count() < AuditEvent.objects.count()
    events = shown(client)
    assert len(events) == own.count()
    assert {event.pk for event in events} == set(own.values_list("pk", flat=True))
    assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)


@pytest.mark.usefixtures("both_busy")
def test_a_page_of_the_audit_names_nobody_else(client: Client, privacy: User) -> None:
    client.force_login(privacy)
    for number in (1, 2, 99):
        page = client.get(reverse("audit"), {"page": number}).content.decode()
        assert "worker" in page
        assert "stranger" not in page


@pytest.mark.usefixtures("both_busy")
def test_what_is_asked_for_does_not_widen_the_audit(
    client: Client, privacy: User, other: Agency
) -> None:
    client.force_login(privacy)
    for name in ("agency", "agency_id"):
        answer = client.get(reverse("audit"), {name: str(other.pk)})
        assert {event.agency_id for event in answer.context["page"]} == {privacy.agency_id}


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
