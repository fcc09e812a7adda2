"""Notices: what waits for whom, what was seen of it, and what a mail says of it: a number."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from intake import jobs, quality, worksheet
from intake.actions import (
    calls,
    dispatches,
    hand_overs,
    notices,
    restrictions,
    retention,
    reviews,
    wrap_up,
)
from intake.actions import quality as quality_actions
from intake.models import Agency, AuditEvent, Intake, User
from tests.factory import NOW, make_call, make_ready, make_user, option, put, submit

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def colleague(agency: Agency) -> User:
    """A second supervisor."""
    return make_user(agency, "colleague", "supervisors")


def submitted(worker: User, at: datetime = NOW, priority: str = "ten_days") -> Intake:
    call = make_call(worker, at)
    make_ready(worker, call)
    put(worker, call, "decision.priority", option(worker.agency, "priority", priority), base=1)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=at)
    call.refresh_from_db()
    return call


def give_back(supervisor: User, call: Intake, at: datetime = NOW, to: User | None = None) -> None:
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=at)
    reviews.return_intake(
        actor=supervisor,
        intake_id=call.pk,
        comments=[reviews.NewComment("narrative.text", "Zebulon?")],
        to=to.pk if to else None,
        at=at,
    )


def told(user: User, at: datetime = NOW) -> list[tuple[str, str, bool]]:
    """Kind, reference and whether it is new, of each notice."""
    user.refresh_from_db()
    found = worksheet.build_notices(user, at=at)
    new = [one for one in found if one.is_new]
    assert worksheet.count_new(user, at=at) == len(new)
    assert [one.target for one in worksheet.build_notices(user, at=at, only_new=True)] == [
        one.target for one in new
    ]
    return [(one.kind, one.reference, one.is_new) for one in found]


def kinds(user: User, at: datetime = NOW) -> list[str]:
    return [kind for kind, _, _ in told(user, at)]


def test_a_returned_intake_until_it_is_submitted_again(
    worker: User, worker2: User, supervisor: User, colleague: User
) -> None:
    call = submitted(worker)
    assert told(worker) == []
    give_back(supervisor, call, NOW + MINUTE)
    assert told(worker, NOW + MINUTE) == [("returned", call.reference, True)]
    assert kinds(worker2) == kinds(supervisor) == kinds(colleague) == []
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW + 2 * MINUTE)
    assert kinds(worker, NOW + 2 * MINUTE) == []


def test_a_returned_intake_that_another_worker_gets(
    worker: User, worker2: User, supervisor: User
) -> None:
    call = submitted(worker)
    give_back(supervisor, call, NOW + MINUTE, to=worker2)
    assert kinds(worker) == []
    assert told(worker2, NOW + MINUTE) == [("moved", call.reference, True)]
    wrap_up.submit_intake(actor=worker2, intake_id=call.pk, at=NOW + 2 * MINUTE)
    give_back(supervisor, call, NOW + 3 * MINUTE)
    assert kinds(worker2, NOW + 3 * MINUTE) == ["returned"]


def test_an_offered_call_until_it_is_answered(worker: User, worker2: User) -> None:
    call = make_call(worker)
    offered = hand_overs.offer_call(
        actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=NOW
    )
    assert told(worker2) == [("offered", call.reference, True)]
    assert kinds(worker) == []
    hand_overs.answer_offer(actor=worker2, hand_over_id=offered.pk, answer="declined", at=NOW)
    assert kinds(worker2) == []


def test_a_response_that_is_due_and_then_overdue(
    worker: User, worker2: User, supervisor: User, stranger: User
) -> None:
    call = submitted(worker, NOW, "immediate")  # within 24 hours
    assert call.due_at is not None
    for user in (worker, supervisor):
        assert kinds(user, call.due_at - HOUR - MINUTE) == []
        assert told(user, call.due_at - HOUR) == [("due", call.reference, True)]
        notices.mark_seen(actor=user, until=call.due_at - HOUR)
        assert told(user, call.due_at - MINUTE) == [("due", call.reference, False)]
        assert told(user, call.due_at) == [("overdue", call.reference, True)]
        notices.mark_seen(actor=user, until=call.due_at + HOUR)
        assert told(user, call.due_at + HOUR) == [("overdue", call.reference, True)]  # it stays
    assert kinds(worker2, call.due_at) == kinds(stranger, call.due_at) == []


@pytest.mark.parametrize("dealt", ["responded", "approved", "error"])
def test_what_ends_the_clock_of_a_response(worker: User, supervisor: User, dealt: str) -> None:
    call = submitted(worker, NOW, "immediate")
    assert call.due_at is not None
    late = call.due_at + HOUR
    if dealt == "responded":
        deputy = tell(worker, call, "law_enforcement", late)
        assert kinds(worker, late) == ["overdue"]  # a deputy is no responding worker
        responder = tell(worker, call, "responding_worker", late)
        assert kinds(worker, late) == ["overdue"]  # nobody acknowledged
        acknowledge(worker, call, deputy, late)
        assert kinds(worker, late) == ["overdue"]
        acknowledge(worker, call, responder, late)
    elif dealt == "approved":
        reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=late)
        reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=late)
    else:
        Intake.objects.filter(pk=call.pk).update(
            entered_in_error_at=late, entered_in_error_reason="Twice."
        )
    assert kinds(worker, late) == kinds(supervisor, late) == []


def tell(worker: User, call: Intake, whom: str, at: datetime) -> UUID:
    return dispatches.tell(
        actor=worker, intake_id=call.pk, told=whom, who="Somebody", how="Phone", at=at
    ).pk


def acknowledge(worker: User, call: Intake, dispatch: UUID, at: datetime) -> None:
    dispatches.acknowledge(
        actor=worker,
        intake_id=call.pk,
        dispatch_id=dispatch,
        by="Somebody",
        at=at,
    )


def test_a_sampled_record_until_it_is_rated(worker: User, supervisor: User, agency: Agency) -> None:
    for name in ("second", "third"):
        make_user(agency, name, "supervisors")
    call = submitted(worker)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    later = NOW + timedelta(days=31)
    sample = quality_actions.keep_samples(agency=agency, at=later)
    for rating in sample.sampled.get().ratings.all():
        rater = User.objects.with_roles().get(pk=rating.rater_id)
        (notice,) = worksheet.build_notices(rater, at=later)
        assert (notice.kind, notice.reference, notice.target) == (
            "sampled",
            call.reference,
            rating.pk,
        )
        answers = dict.fromkeys(quality.RUBRIC, "na")
        quality_actions.rate_blind(actor=rater, rating_id=rating.pk, answers=answers, at=later)
        assert kinds(rater, later) == []
    assert kinds(supervisor, later) == []


def test_a_claim_that_lapsed_and_was_taken(worker: User, supervisor: User, colleague: User) -> None:
    call = submitted(worker)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    assert kinds(supervisor, NOW + 14 * MINUTE) == []
    assert told(supervisor, NOW + 15 * MINUTE) == [("lapsed", call.reference, True)]
    notices.mark_seen(actor=supervisor, until=NOW + 15 * MINUTE)
    assert told(supervisor, NOW + 16 * MINUTE) == [("lapsed", call.reference, False)]
    later = NOW + 20 * MINUTE
    reviews.claim_intake(actor=colleague, intake_id=call.pk, at=later)
    assert told(supervisor, later) == [("taken", call.reference, True)]
    assert kinds(colleague, later) == []
    assert kinds(supervisor, later + timedelta(days=1)) == []
    # What one gives back oneself did not lapse.
    reviews.release_intake(actor=colleague, intake_id=call.pk, at=later + 14 * MINUTE)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=later + 15 * MINUTE)
    assert kinds(colleague, later + 15 * MINUTE) == []


def test_practice_is_left_out(worker: User) -> None:
    call = calls.start_call(actor=worker, at=NOW, is_practice=True)
    submit(worker, call)
    Intake.objects.filter(pk=call.pk).update(due_at=NOW)
    assert kinds(worker, NOW + HOUR) == []


def test_nobody_else_has_notices(administrator: User, client: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert worksheet.build_notices(administrator, at=NOW) == ()
    assert not captured.captured_queries
    client.force_login(administrator)
    assert b"data-notice-count" not in client.get(reverse("preferences")).content


# Broken glass ---------------------------------------------------------------------------------


def broken(by: User, call: Intake, at: datetime = NOW) -> None:
    restrictions.break_glass(actor=by, intake_id=call.pk, reason="A child waits.", at=at)


def restricted(by: User, call: Intake, at: datetime = NOW, *viewers: User) -> None:
    restrictions.restrict_intake(
        actor=by,
        intake_id=call.pk,
        reason="A cousin works here.",
        viewers=[one.pk for one in viewers],
        at=at,
    )


def lifted(by: User, call: Intake, at: datetime) -> None:
    restrictions.lift_restriction(actor=by, intake_id=call.pk, reason="No cousin.", at=at)


def test_who_restricted_a_record_is_told_also_when_that_was_lifted(
    client: Client,
    worker: User,
    worker2: User,
    supervisor: User,
    colleague: User,
    privacy: User,
    stranger: User,
) -> None:
    call = make_call(worker)
    restricted(worker, call, NOW, colleague)
    submit(worker, call)
    broken(supervisor, call)
    for user in (worker, colleague, privacy):
        assert told(user) == [("glass", call.reference, True)]
    lifted(privacy, call, NOW + MINUTE)
    later = NOW + HOUR
    for user in (worker, colleague, privacy):
        assert told(user, later) == [("opened", call.reference, True)]
    for user in (supervisor, worker2, stranger):  # supervisor: who opened it
        assert kinds(user, later) == []
    for user in (worker, colleague, privacy):
        assert kinds(user, NOW + timedelta(days=7)) == []


def test_who_was_named_when_it_was_opened_is_told(
    worker: User, worker2: User, supervisor: User, colleague: User
) -> None:
    """Not who was taken off before, nor who was named for as long as did not last till then."""
    call = make_call(worker)
    submit(worker, call)
    restricted(colleague, call, NOW, worker)
    broken(supervisor, call, NOW + MINUTE)
    assert kinds(worker, NOW + MINUTE) == ["glass"]
    viewer = call.named_viewers.get(user=worker)
    restrictions.remove_viewer(
        actor=colleague, intake_id=call.pk, viewer_id=viewer.pk, at=NOW + 2 * MINUTE
    )
    assert kinds(worker, NOW + 3 * MINUTE) == ["glass"]
    broken(supervisor, call, NOW + 2 * HOUR)
    assert kinds(worker, NOW + 2 * HOUR) == ["glass"]  # of the first opening alone
    assert kinds(colleague, NOW + 2 * HOUR) == ["glass", "glass"]


def test_what_is_opened_is_told_where_it_can_be_read_about(
    client: Client, worker: User, supervisor: User, colleague: User, privacy: User
) -> None:
    now = timezone.now()
    call = make_call(worker, now - HOUR)
    restricted(worker, call, now - HOUR, colleague)
    submit(worker, call, now - HOUR)
    broken(supervisor, call, now - MINUTE)
    audit = f"{reverse('audit')}?reference={call.reference}"
    record, access = reverse("intake", args=[call.pk]), reverse("restriction", args=[call.pk])

    def leads(user: User, place: str, status: int) -> None:
        client.force_login(user)
        page = client.get(reverse("notices")).content.decode()
        assert f'href="{place}"' in page
        assert "Supervisor Example" not in page
        assert client.get(place).status_code == status

    leads(worker, reverse("break_glass", args=[call.pk]), 302)  # to prove who it is
    leads(colleague, access, 200)
    leads(privacy, audit, 200)
    lifted(privacy, call, now)
    leads(worker, record, 200)
    leads(colleague, record, 200)
    leads(privacy, audit, 200)


def test_the_second_privacy_officer_is_told_what_waits(
    client: Client, worker: User, privacy: User, supervisor: User, agency: Agency
) -> None:
    second = make_user(agency, "privacy2", "privacy_officers")
    call = submitted(worker, NOW - 30 * HOUR, "immediate")
    about: Any = {"actor": privacy, "intake_id": call.pk, "authority": "Court 26-1", "at": NOW}
    retention.request_measure(kind="hold", **about)  # stands at once
    assert told(second) == []
    measure = retention.request_measure(kind="seal", **about)
    assert [kind for kind, *_ in told(second)] == ["asked"]
    assert told(privacy) == []
    client.force_login(second)
    page = client.get(reverse("notices")).content.decode()
    place = reverse("retention_record", args=[call.pk])
    assert f'href="{place}"' in page and "it waits for a second person" in page
    assert "Court 26-1" not in page
    retention.confirm_measure(actor=second, measure_id=measure.pk, at=NOW)
    assert told(second) == []
    assert "asked" not in [kind for kind, *_ in told(supervisor)]


def test_a_privacy_officer_is_told_of_nothing_else(
    client: Client, worker: User, worker2: User, supervisor: User, privacy: User
) -> None:
    submitted(worker, NOW - 30 * HOUR, "immediate")
    call = make_call(worker2)
    hand_overs.offer_call(actor=worker2, intake_id=call.pk, colleague_id=worker.pk, at=NOW)
    assert told(privacy) == []
    client.force_login(privacy)
    assert header(client, "audit") is None
    assert b"Nothing waits for you." in client.get(reverse("notices")).content


def test_what_matters_most_is_never_pushed_out(
    worker: User, supervisor: User, colleague: User
) -> None:
    """Of more notices than are shown: the opening, then the longest overdue, then the latest."""
    both = make_user(supervisor.agency or Agency(), "both", "workers", "supervisors")
    late = [submitted(worker, NOW - (30 - n) * HOUR, "immediate") for n in range(3)]
    back = [submitted(both, NOW - timedelta(days=2)) for _ in range(3)]
    for n, call in enumerate(back):
        give_back(supervisor, call, NOW + n * MINUTE)
    opened = submitted(worker, NOW - timedelta(days=2))
    restricted(colleague, opened, NOW)
    broken(supervisor, opened, NOW)
    at = NOW + HOUR
    wanted = [*late, *reversed(back), opened]
    assert [one.target for one in worksheet.build_notices(both, at=at)] == [
        one.pk for one in wanted
    ]
    for most in range(1, len(wanted)):
        found = worksheet.build_notices(both, at=at, most=most)
        assert [one.target for one in found] == [
            *(one.pk for one in wanted[: most - 1]),
            opened.pk,
        ]


def header(client: Client, name: str = "intakes") -> int | None:
    """The count in a page's header; None where it is hidden."""
    html = client.get(reverse(name)).content.decode()
    (found,) = re.findall(r"data-notice-count( data-none)?><strong>(\d+)", html)
    return None if found[0] else int(found[1])


def test_the_page_marks_what_it_shows_and_tells_no_names(
    as_worker: Client, worker: User, supervisor: User
) -> None:
    now = timezone.now()
    assert header(as_worker) is None
    assert b"Nothing waits for you." in as_worker.get(reverse("notices")).content
    call, late = submitted(worker, now), submitted(worker, now - 30 * HOUR, "immediate")
    put_name = "Zebulon"
    give_back(supervisor, call, now)
    assert header(as_worker) == 2
    page = as_worker.get(reverse("notices")).content.decode()
    assert page.count(">New</span>") == 1
    assert "Returned to you with comments" in page
    assert "Response overdue" in page
    assert call.reference in page and late.reference in page
    for word in (put_name, "Supervisor Example", "Nguyễn"):
        assert word not in page
    assert header(as_worker) == 1  # overdue stays
    again = as_worker.get(reverse("notices")).content.decode()
    assert ">New</span>" not in again
    assert call.reference in again
    events = AuditEvent.objects.exclude(verb="list.viewed").count()
    # What comes while the page is open is marked by the button.
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=now)
    give_back(supervisor, call, timezone.now())
    assert header(as_worker) == 2
    answer = as_worker.post(reverse("notices_seen"), follow=True)
    assert b"All notices are marked as seen" in answer.content
    assert header(as_worker) == 1
    # Submit, claim, return; seeing is none.
    assert AuditEvent.objects.exclude(verb="list.viewed").count() == events + 3


def test_what_comes_late_into_view_is_not_lost(worker: User, supervisor: User) -> None:
    """It began before the page was opened, and was committed after."""
    first, second = submitted(worker), submitted(worker)
    give_back(supervisor, first, NOW)
    notices.mark_seen(actor=worker, until=NOW)
    give_back(supervisor, second, NOW + timedelta(milliseconds=1))
    assert [new for _, _, new in told(worker, NOW + HOUR)] == [True, False]
    notices.mark_seen(actor=worker, until=NOW - HOUR)  # never fewer than were
    assert [new for _, _, new in told(worker, NOW + HOUR)] == [True, False]


def test_counting_takes_one_query_and_the_page_a_fixed_number(
    client: Client, agency: Agency, supervisor: User, worker: User
) -> None:
    both = make_user(agency, "both", "workers", "supervisors")
    client.force_login(both)
    now = timezone.now()

    def count() -> tuple[int, int]:
        user = User.objects.with_roles().get(pk=both.pk)
        with CaptureQueriesContext(connection) as one:
            worksheet.count_new(user, at=now)
        counting = len(one)
        client.get(reverse("notices"))
        with CaptureQueriesContext(connection) as page:
            client.get(reverse("notices"))
        return counting, len(page)

    submitted(worker, now - 30 * HOUR, "immediate")
    few = count()
    assert few[0] == 1
    assert (
        few[1] <= 6
    )  # session, user, notices; the header's notices, offers, and whether to export
    for _ in range(5):
        give_back(supervisor, submitted(both, now), now)
        submitted(worker, now - 30 * HOUR, "immediate")
    assert count() == few


def test_polls_bring_the_count_when_they_are_asked_for_it(
    client: Client, worker: User, supervisor: User
) -> None:
    call = submitted(worker, timezone.now() - 30 * HOUR, "immediate")
    assert call.due_at is not None
    for user, name in ((worker, "offers"), (supervisor, "danger_count")):
        client.force_login(user)
        assert "notices" not in client.get(reverse(name)).json()
        assert client.get(reverse(name), {"notices": "1"}).json()["notices"] == 1
        user.refresh_from_db()
        assert user.notices_seen_at is None  # asking is not seeing


def test_the_call_screen_has_no_notices(as_worker: Client, worker: User, call: Intake) -> None:
    page = as_worker.get(reverse("call", args=[call.pk])).content.decode()
    assert "data-notice-count" not in page
    assert reverse("notices") not in page


# Mail -----------------------------------------------------------------------------------------


@pytest.fixture
def mailing(settings: Settings, agency: Agency, worker: User) -> User:
    """The worker, with an address, where installation and agency want mails."""
    settings.NOTICE_EMAIL = True
    settings.SITE_URL = "https://hotline.example.org"
    settings.DEFAULT_FROM_EMAIL = "hotline@example.org"
    Agency.objects.filter(pk=agency.pk).update(has_notice_emails=True)
    worker.email = "worker@example.org"
    worker.save(update_fields=["email"])
    return worker


def wait(worker: User, supervisor: User, at: datetime) -> Intake:
    """An intake with a narrative that was returned to the worker."""
    call = make_call(worker, at)
    put(worker, call, "narrative.text", "Zebulon hid in the barn.", at=at)
    put(worker, call, "reporter.name", "Canary Caller", at=at)
    submit(worker, call, at)
    give_back(supervisor, call, at)
    return call


def test_a_mail_says_a_number_and_nothing_else(mailing: User, supervisor: User) -> None:
    calls = [wait(mailing, supervisor, NOW) for _ in range(2)]
    assert notices.mail_counts(at=NOW) == 1
    (sent,) = mail.outbox
    assert sent.to == ["worker@example.org"]
    assert sent.from_email == "hotline@example.org"
    assert sent.subject == "New notices in the hotline"
    assert sent.body == "You have 2 new notices in the hotline:\n\nhttps://hotline.example.org\n"
    whole = sent.message().as_string()
    names = [mailing.first_name, mailing.last_name, supervisor.first_name, "Zebulon", "Canary"]
    for word in (*names, "barn", "returned", "Nguyễn", *(one.reference for one in calls)):
        assert word not in whole.replace("worker@example.org", "")
    for one in calls:
        assert str(one.pk) not in whole


def test_a_user_gets_one_an_hour_and_only_for_what_is_new(mailing: User, supervisor: User) -> None:
    assert notices.mail_counts(at=NOW) == 0  # nothing waits
    wait(mailing, supervisor, NOW)
    assert [notices.mail_counts(at=NOW + n * MINUTE) for n in (1, 1, 10, 59)] == [1, 0, 0, 0]
    assert notices.mail_counts(at=NOW + 2 * HOUR) == 0  # it was told already
    wait(mailing, supervisor, NOW + 2 * HOUR)
    assert notices.mail_counts(at=NOW + 2 * HOUR) == 1
    wait(mailing, supervisor, NOW + 2 * HOUR + MINUTE)
    assert notices.mail_counts(at=NOW + 2 * HOUR + 30 * MINUTE) == 0
    assert notices.mail_counts(at=NOW + 3 * HOUR) == 1
    assert mail.outbox[-1].body.startswith("You have 3 new notices")
    wait(mailing, supervisor, NOW + 4 * HOUR)
    notices.mark_seen(actor=mailing, until=NOW + 4 * HOUR)
    assert notices.mail_counts(at=NOW + 5 * HOUR) == 0


@pytest.mark.parametrize("lacking", ["installation", "agency", "address", "account", "role"])
def test_nothing_is_sent_unless_everybody_wants_it(
    mailing: User, supervisor: User, settings: Settings, lacking: str
) -> None:
    wait(mailing, supervisor, NOW)
    if lacking == "installation":
        settings.NOTICE_EMAIL = False
    elif lacking == "agency":
        Agency.objects.update(has_notice_emails=False)
    elif lacking == "address":
        User.objects.update(email="")
    elif lacking == "account":
        User.objects.update(is_active=False)
    else:
        mailing.groups.clear()
    assert notices.mail_counts(at=NOW) == 0
    assert mail.outbox == []


def test_nothing_is_sent_by_default(worker: User, supervisor: User) -> None:
    worker.email = "worker@example.org"
    worker.save(update_fields=["email"])
    wait(worker, supervisor, timezone.now())
    jobs.housekeeping.func()
    jobs.notice_mails.func()
    assert mail.outbox == []


class Broken(EmailBackend):
    """A mail server that refuses."""

    def send_messages(self, messages: object) -> int:
        raise ConnectionRefusedError


def test_a_mail_that_could_not_be_sent_is_tried_again(
    mailing: User, supervisor: User, settings: Settings
) -> None:
    wait(mailing, supervisor, NOW)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    assert notices.mail_counts(at=NOW) == 0
    settings.EMAIL_BACKEND = working
    assert notices.mail_counts(at=NOW + MINUTE) == 1


def test_what_is_kept_of_a_count_holds_no_time_of_its_own(worker: User, supervisor: User) -> None:
    """The same words count at any time, and after whatever was seen."""
    call = submitted(worker, NOW, "immediate")
    assert call.due_at is not None
    for at in (NOW, call.due_at - HOUR, call.due_at - HOUR / 2, call.due_at + HOUR):
        for seen in (None, NOW, at - HOUR / 4, at):
            User.objects.filter(pk=supervisor.pk).update(notices_seen_at=seen)
            told(supervisor, at)
    counts = [worksheet.count_new(supervisor, at=call.due_at + span) for span in (-2 * HOUR, HOUR)]
    assert counts == [0, 1]
