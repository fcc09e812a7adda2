"""Restricted records on the screen: what is shown to whom, and the way through broken glass."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intake import jobs, search, worksheet
from intake.actions import restrictions
from intake.actions.quality import approvals_of
from intake.actions.reviews import approve_intake, claim_intake
from intake.models import (
    Agency,
    AuditEvent,
    BreakGlass,
    ExportJob,
    Intake,
    NamedViewer,
    QualityRating,
    QualitySample,
    SampledIntake,
    User,
)
from intake.search import Criteria
from tests.factory import NOW, PASSWORD, make_call, make_user, put, submit

WHY = "A cousin of Zebulon works here."
LINE = "A restricted record may match – contact a supervisor."


@pytest.fixture
def named(agency: Agency) -> User:
    """The supervisor who restricted the record."""
    return make_user(agency, "named", "supervisors")


@pytest.fixture
def record(worker: User, named: User) -> Intake:
    """A submitted, restricted intake in danger, about a child with a rare name."""
    call = make_call(worker)
    put(worker, call, "narrative.text", "Quillfeather was heard shouting.")
    child = uuid.uuid4()
    put(worker, call, f"person.{child}.name", "Ottoline Brandreth", role="child")
    put(worker, call, f"person.{child}.address", "12 Larkspur Lane", role="child")
    submit(worker, call)
    Intake.objects.filter(pk=call.pk).update(
        danger_now="yes", is_danger_first=True, due_at=timezone.now() - timedelta(hours=1)
    )
    restrict(named, call)
    return call


def restrict(actor: User, intake: Intake) -> None:
    restrictions.restrict_intake(actor=actor, intake_id=intake.pk, reason=WHY, at=timezone.now())
    intake.refresh_from_db()


def lookup(user: User, **asked: object) -> str:
    """The page of what the user finds, in words."""
    client = Client()
    client.force_login(user)
    return client.post(reverse("intakes"), asked, follow=True).content.decode()


def prove(client: Client, back: str) -> None:
    answer = client.post(reverse("prove"), {"password": PASSWORD, "next": back})
    assert answer["Location"] == back


@pytest.mark.parametrize(
    ("asked", "is_told"),
    [
        ({"name": "Ottoline Brandreth"}, True),
        ({"name": "Otoline Brandreth"}, True),  # one wrong letter
        ({"name": "Ottoline", "words": "nothing of it"}, True),  # by the name alone
        ({"address": "Larkspur"}, True),
        ({"name": "Somebody Else"}, False),
        ({"name": "Ottoline Else"}, False),
        ({"words": "Quillfeather"}, False),  # what was said is not looked through
        ({"name": "Somebody Else", "address": "12 Larkspur"}, False),
    ],
)
def test_a_search_says_only_whom_to_ask(
    supervisor: User, named: User, record: Intake, asked: dict[str, str], is_told: bool
) -> None:
    page = lookup(supervisor, **asked)
    assert (LINE in page) is is_told
    assert "No intake fits" in page
    for word in (record.reference, str(record.pk), "<mark>", "12 Larkspur Lane"):
        assert word not in page
    assert LINE not in lookup(named, **asked)


def test_a_reference_with_a_name_confirms_nobody(supervisor: User, record: Intake) -> None:
    right = lookup(supervisor, reference=record.reference, name="Ottoline Brandreth")
    other = lookup(supervisor, reference="26-999999", name="Ottoline Brandreth")
    wrong = lookup(supervisor, reference=record.reference, name="Somebody Else")
    assert (LINE in right, LINE in other, LINE in wrong) == (True, True, False)
    assert LINE in lookup(supervisor, reference=record.reference)


def test_two_that_may_match_are_told_like_one(
    worker: User, named: User, supervisor: User, record: Intake
) -> None:
    one = lookup(supervisor, name="Ottoline Brandreth")
    second = make_call(worker)
    put(worker, second, f"person.{uuid.uuid4()}.name", "Ottoline Brandreth", role="child")
    submit(worker, second)
    restrict(named, second)
    two = lookup(supervisor, name="Ottoline Brandreth")
    assert one.count(LINE) == two.count(LINE) == 1


def test_a_worker_finds_no_more_beyond_the_own_intakes(worker2: User, record: Intake) -> None:
    page = lookup(worker2, name="Ottoline Brandreth", is_beyond="on", purpose="prior_involvement")
    assert LINE in page
    assert record.reference not in page
    assert LINE not in lookup(worker2, name="Ottoline Brandreth")  # the own ones


def test_counts_and_pages_are_of_what_one_may_read(
    worker: User, named: User, supervisor: User, record: Intake
) -> None:
    for minute in range(30):
        other = make_call(worker, NOW + timedelta(minutes=minute))
        put(worker, other, f"person.{uuid.uuid4()}.name", "Ottoline Brandreth", role="child")
        if minute % 3 == 0:
            restrict(named, other)
    for criteria in (Criteria(), Criteria(name="Ottoline"), Criteria(status="in_progress")):
        assert search.count(supervisor, criteria) == (20, False)
        found = list(search.find(supervisor, criteria))
        assert len(found) == 20
        page = search.find_page(supervisor, criteria)
        assert [one.pk for one in page] == [one.pk for one in found]
        assert page.older is None
    assert search.count(named, Criteria(name="Ottoline")) == (31, False)


def test_looking_costs_the_same_with_restricted_records(
    worker: User, named: User, supervisor: User
) -> None:
    counts = []
    for _ in range(2):
        call = make_call(worker)
        submit(worker, call)
        client = Client()
        client.force_login(supervisor)
        for name in ("intakes", "reviews", "danger", "assist", "notices"):
            client.get(reverse(name))  # warm
        with CaptureQueriesContext(connection) as seen:
            for name in ("intakes", "reviews", "danger", "assist", "notices"):
                assert client.get(reverse(name)).status_code == 200
        counts.append(len(seen))
        restrict(named, call)
    assert counts[0] == counts[1]


def test_possible_matches_tell_one_line_and_link_nothing(
    as_worker: Client, worker: User, supervisor: User, record: Intake, call: Intake
) -> None:
    put(worker, call, f"person.{uuid.uuid4()}.name", "Ottoline Brandreth", role="child")
    counted = as_worker.get(reverse("call_matches_count", args=[call.pk])).json()
    assert counted == {"count": 1, "words": "1 possible match"}
    page = as_worker.get(reverse("call_matches", args=[call.pk])).content.decode()
    assert LINE in page
    assert record.reference not in page
    as_worker.post(reverse("call_matches_link", args=[call.pk]), {"other": str(record.pk)})
    assert not call.prior_involvement.exists()


def test_what_was_linked_and_restricted_since_is_the_same_line(
    as_worker: Client, worker: User, record: Intake, call: Intake
) -> None:
    call.prior_involvement.add(record)
    page = as_worker.get(reverse("call_matches", args=[call.pk])).content.decode()
    assert LINE in page
    assert record.reference not in page


def test_what_was_linked_before_tells_its_reference_and_time_alone(
    client: Client, worker: User, supervisor: User, named: User, record: Intake, call: Intake
) -> None:
    call.prior_involvement.add(record)
    content = submit(worker, call).content.text
    assert json.loads(content)["prior_involvement"] == [
        {"reference": record.reference, "started_at": NOW.isoformat()}
    ]
    client.force_login(supervisor)
    page = client.get(reverse("intake", args=[call.pk])).content.decode()
    for text in (content, page):
        assert record.reference in text
        for word in ("Ottoline", "Quillfeather", "Larkspur", str(record.pk)):
            assert word not in text


def test_queue_and_danger_show_that_it_waits_and_nothing_of_it(
    client: Client, worker: User, supervisor: User, named: User, record: Intake
) -> None:
    client.force_login(supervisor)
    for name in ("reviews", "danger"):
        page = client.get(reverse(name)).content.decode()
        assert record.reference in page
        assert "Restricted" in page
        assert reverse("break_glass", args=[record.pk]) in page
        assert worker.display_name not in page.split("<table", 1)[1].split("</table")[0]
        assert reverse("review", args=[record.pk]) not in page
        assert reverse("intake_brief", args=[record.pk]) not in page
    by_worker = client.get(reverse("reviews"), {"worker": str(worker.pk)}).content.decode()
    assert record.reference not in by_worker
    state = client.get(reverse("reviews_state")).json()["rows"][str(record.pk)]
    assert "form" not in state
    client.force_login(named)
    page = client.get(reverse("reviews")).content.decode()
    assert reverse("review", args=[record.pk]) in page
    assert worker.display_name in page


def test_a_restricted_live_call_asks_for_help_without_a_name(
    client: Client, worker: User, supervisor: User, named: User, call: Intake
) -> None:
    restrict(named, call)
    client.force_login(supervisor)
    page = client.get(reverse("assist")).content.decode()
    assert call.reference in page
    assert worker.display_name not in page
    assert reverse("assist_follow", args=[call.pk]) not in page


def test_break_glass_asks_who_why_and_tells(
    client: Client, supervisor: User, named: User, record: Intake
) -> None:
    client.force_login(supervisor)
    place = reverse("break_glass", args=[record.pk])
    assert client.get(place)["Location"].startswith(reverse("prove"))
    asked = client.post(place, {"reason": "A child waits."})
    kept = asked.content.decode()
    assert asked.status_code == 422
    assert "more than five minutes" in kept and "A child waits.</textarea>" in kept
    for word in ("Ottoline", "Quillfeather", WHY):
        assert word not in kept
    assert not BreakGlass.objects.exists()
    prove(client, place)
    page = client.get(place).content.decode()
    assert "Open for 60 minutes" in page
    for word in ("Ottoline", "Quillfeather", WHY):
        assert word not in page
    assert client.post(place, {"reason": " "}).status_code == 422
    assert not BreakGlass.objects.exists()
    opened = client.post(place, {"reason": "A child waits."})
    assert opened["Location"] == reverse("intake", args=[record.pk])
    shown = client.get(opened["Location"]).content.decode()
    assert "Opened by break-glass until" in shown
    assert "Close it now" in shown
    assert client.get(place)["Location"] == reverse("intake", args=[record.pk])

    notice = worksheet.build_notices(named, at=timezone.now())
    assert [one.kind for one in notice if one.page == "restriction"] == ["glass"]
    assert not [
        one for one in worksheet.build_notices(supervisor, at=timezone.now()) if one.kind == "glass"
    ]
    client.force_login(named)
    viewed = client.get(reverse("intake", args=[record.pk]), {"tab": "viewed"}).content.decode()
    assert "Opened the restricted record by break-glass" in viewed
    access = client.get(reverse("restriction", args=[record.pk])).content.decode()
    assert "A child waits." in access

    client.force_login(supervisor)
    assert client.post(reverse("break_glass_close", args=[record.pk])).status_code == 302
    assert client.get(reverse("intake", args=[record.pk])).status_code == 404
    told = str(list(AuditEvent.objects.values()))
    assert "A child waits" not in told


def test_after_an_hour_it_is_closed(client: Client, supervisor: User, record: Intake) -> None:
    begun = timezone.now() - timedelta(minutes=60, seconds=1)
    restrictions.break_glass(
        actor=supervisor, intake_id=record.pk, reason="A child waits.", at=begun
    )
    client.force_login(supervisor)
    for name in ("intake", "intake_pdf", "intake_brief", "review", "intake_dispatch"):
        assert client.get(reverse(name, args=[record.pk])).status_code == 404


def test_notices_lead_to_the_glass_where_the_record_is_kept(
    client: Client, worker: User, supervisor: User, named: User, record: Intake
) -> None:
    for user, page in ((supervisor, "break_glass"), (named, "review"), (worker, "break_glass")):
        pages = [one.page for one in worksheet.build_notices(user, at=timezone.now())]
        assert pages == [page]
        client.force_login(user)
        assert client.get(reverse("notices")).status_code == 200


def test_a_worker_restricts_the_own_call_submits_it_and_is_told(
    as_worker: Client, worker: User, supervisor: User, call: Intake
) -> None:
    place = reverse("restriction_set", args=[call.pk])
    refused = as_worker.post(place, {"reason": "", "viewers": [str(supervisor.pk)]})
    assert refused.status_code == 422
    as_worker.post(place, {"reason": WHY, "viewers": [str(supervisor.pk)]})
    assert NamedViewer.objects.get().user == supervisor
    assert "Restricted" in as_worker.get(reverse("call", args=[call.pk])).content.decode()
    submit(worker, call)
    again = as_worker.post(reverse("call_submit", args=[call.pk]), follow=True)
    assert again.redirect_chain == [(reverse("calls"), 302)]
    assert "is restricted: who is named" in again.content.decode()
    assert as_worker.get(reverse("intake", args=[call.pk])).status_code == 404


def test_privacy_officers_say_who_reads_it_and_see_nothing(
    client: Client, privacy: User, supervisor: User, named: User, record: Intake
) -> None:
    client.force_login(privacy)
    assert record.reference in client.get(reverse("restrictions")).content.decode()
    page = client.get(reverse("restriction", args=[record.pk])).content.decode()
    assert WHY not in page
    client.post(
        reverse("restriction_name", args=[record.pk]), {"user": str(supervisor.pk), "days": "7"}
    )
    viewer = NamedViewer.objects.get(user=supervisor)
    assert viewer.until is not None
    client.force_login(supervisor)
    assert client.get(reverse("intake", args=[record.pk])).status_code == 200
    client.force_login(privacy)
    client.post(reverse("restriction_remove", args=[record.pk, viewer.pk]))
    client.post(reverse("restriction_lift", args=[record.pk]), {"lift-reason": "No kin."})
    record.refresh_from_db()
    assert not record.is_restricted
    assert client.get(reverse("intake", args=[record.pk])).status_code == 404


def test_an_export_says_how_many_were_left_out(
    client: Client, worker: User, named: User, record: Intake
) -> None:
    other = make_call(worker)
    submit(worker, other)
    client.force_login(named)
    page = client.get(reverse("intakes")).content.decode()
    criteria = page.split('name="criteria" value="')[1].split('"')[0]
    client.post(reverse("export_ask"), {"kind": "csv", "criteria": criteria})
    jobs.work_exports.call()
    job = ExportJob.objects.get()
    assert (job.total, job.written, job.restricted) == (1, 1, 1)
    assert "1 restricted record was left out" in client.get(reverse("exports")).content.decode()


def test_a_sample_is_drawn_from_what_was_not_restricted_and_rated_by_who_may_read(
    agency: Agency, worker: User, supervisor: User, named: User
) -> None:
    calls = [make_call(worker) for _ in range(2)]
    for call in calls:
        submit(worker, call)
        claim_intake(actor=named, intake_id=call.pk, at=NOW)
        approve_intake(actor=named, intake_id=call.pk, at=NOW)
    sample = QualitySample.objects.create(
        agency=agency, month=NOW.date().replace(day=1), seed="x", drawn_at=timezone.now()
    )
    assert approvals_of(sample).keys() == {one.pk for one in calls}
    sampled = SampledIntake.objects.create(
        sample=sample, intake=calls[0], submission=calls[0].submissions.get()
    )
    QualityRating.objects.create(
        intake=calls[0],
        submission=sampled.submission,
        rater=supervisor,
        sampled=sampled,
        place=1,
        assigned_at=NOW,
    )
    assert QualityRating.objects.asked_of(supervisor).exists()
    restrict(named, calls[0])
    assert not QualityRating.objects.asked_of(supervisor).exists()
    assert approvals_of(sample).keys() == {one.pk for one in calls}  # as it was drawn
    later = QualitySample(agency=agency, month=sample.month, drawn_at=timezone.now())
    assert approvals_of(later).keys() == {calls[1].pk}


def test_a_privacy_officer_sees_who_broke_the_glass_and_not_why(
    client: Client, privacy: User, supervisor: User, record: Intake
) -> None:
    restrictions.break_glass(
        actor=supervisor, intake_id=record.pk, reason="A child waits.", at=timezone.now()
    )
    client.force_login(privacy)
    page = client.get(reverse("restriction", args=[record.pk])).content.decode()
    assert "Opened by break-glass" in page and supervisor.display_name in page
    assert "A child waits" not in page and WHY not in page


def test_the_queue_offers_no_claim_through_broken_glass(
    client: Client, supervisor: User, named: User, record: Intake
) -> None:
    restrictions.break_glass(
        actor=supervisor, intake_id=record.pk, reason="A child waits.", at=timezone.now()
    )
    claim = reverse("review_claim", args=[record.pk])
    for user, offered in ((supervisor, False), (named, True)):
        client.force_login(user)
        page = client.get(reverse("reviews")).content.decode()
        assert record.reference in page
        assert (claim in page) == offered
        assert ("Open to you by break-glass" in page) != offered
        assert client.post(claim).status_code == (302 if offered else 422)
