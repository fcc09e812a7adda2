"""The pages of the quality review: what is asked, what is shown to whom, and what stays hidden."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intake import jobs, quality
from intake.actions import amendments, reviews, wrap_up
from intake.actions import quality as actions
from intake.models import (
    Agency,
    AuditEvent,
    Intake,
    QualityRating,
    QualitySample,
    SampledIntake,
    User,
)
from tests.factory import make_call, make_user, option, put, submit

FORM = {f"item-{key}": "yes" for key in quality.RUBRIC}


@pytest.fixture
def as_supervisor(client: Client, supervisor: User) -> Client:
    client.force_login(supervisor)
    return client


@pytest.fixture
def raters(agency: Agency) -> list[User]:
    """Two supervisors beside the one who approves."""
    return [make_user(agency, name, "supervisors") for name in ("second", "third")]


def approved(worker: User, supervisor: User, text: str = "Zebulon hid.") -> Intake:
    """An intake that was approved in the month before this one."""
    at = timezone.now().replace(day=1, hour=12) - timedelta(days=3)
    call = make_call(worker, at)
    put(worker, call, "narrative.text", text, at=at)
    call.prior_involvement.add(make_call(worker, at))
    submit(worker, call, at)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=at)
    reviews.decide_otherwise(
        actor=supervisor,
        intake_id=call.pk,
        screening=option_of(worker),
        reason="Canary of the approver.",
        at=at,
    )
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=at)
    amendments.amend_intake(
        actor=supervisor, intake_id=call.pk, reason="Later", text="Canary amended.", at=at
    )
    return call


def option_of(worker: User) -> UUID:
    return UUID(option(worker.agency, "screening", "transfer"))


def test_the_first_look_draws_and_a_rating_is_given_blind(
    client: Client, worker: User, supervisor: User, raters: list[User]
) -> None:
    call = approved(worker, supervisor)
    actions.rate_record(
        actor=supervisor,
        intake_id=call.pk,
        answers=dict.fromkeys(quality.RUBRIC, "no"),
        at=timezone.now(),
    )
    client.force_login(raters[0])
    page = client.get(reverse("quality"))
    (mine,) = page.context["open_ratings"]
    assert f"Rate {call.reference}" in page.content.decode()
    amendments.enter_in_error(
        actor=supervisor, intake_id=call.pk, reason="Canary of an error.", at=timezone.now()
    )
    address = reverse("quality_rating", args=[mine.pk])
    shown = client.get(address).content.decode()
    assert "Zebulon hid." in shown
    prior = call.prior_involvement.get()
    assert prior.reference in shown and str(prior.pk) not in shown
    for hidden in (
        worker.display_name,
        supervisor.display_name,
        raters[1].display_name,
        "Canary",
        "Rated by",
    ):
        assert hidden not in shown
    title = shown.split("<title>")[1].split("</title>")[0]
    assert title.split() == ["Rate", call.reference, "·", "SOP", "Hotline"]
    assert AuditEvent.objects.filter(
        verb="intake.viewed", actor=raters[0], subject_id=call.pk
    ).exists()
    # The review page and the record keep the other rating back meanwhile.
    for name in ("review", "intake"):
        assert "Rated by" not in client.get(reverse(name, args=[call.pk])).content.decode()

    missing = client.post(address, FORM | {"item-own_words": ""})
    assert missing.status_code == 422
    text = missing.content.decode()
    assert "Choose an answer for each item; item 6 has none." in text
    assert text.count("checked>") == 5  # what was chosen is kept
    assert client.post(address, FORM).status_code == 302
    assert client.post(address, FORM).status_code == 302  # twice is harmless
    again = client.post(address, FORM | {"item-own_words": "no"})
    assert again.status_code == 422
    assert "stays as it was given" in again.content.decode()
    assert QualityRating.objects.get(pk=mine.pk).answers["own_words"] == "yes"
    assert "Given " in client.get(address).content.decode()
    assert "Rated by" in client.get(reverse("review", args=[call.pk])).content.decode()
    after = client.get(reverse("quality")).content.decode()
    assert "You have given 1 rating." in after
    assert "1 being rated" in after
    assert after.count("Under 10 ratings") == 7


def test_another_s_rating_is_not_there(
    client: Client, worker: User, supervisor: User, raters: list[User], stranger: User
) -> None:
    approved(worker, supervisor)
    client.force_login(raters[0])
    (mine,) = client.get(reverse("quality")).context["open_ratings"]
    for user in (raters[1], supervisor, worker, stranger):
        client.force_login(user)
        address = reverse("quality_rating", args=[mine.pk])
        assert client.get(address).status_code == client.post(address, FORM).status_code == 404
    mine.refresh_from_db()
    assert mine.rated_at is None


def test_too_few_supervisors_is_said(as_supervisor: Client, worker: User, supervisor: User) -> None:
    approved(worker, supervisor)
    page = as_supervisor.get(reverse("quality")).content.decode()
    assert "1 waits: there are not two supervisors who neither wrote nor approved it" in page
    assert "No record waits for you." in page


def test_the_job_draws_and_the_page_finds_it_done(
    as_supervisor: Client, worker: User, supervisor: User, raters: list[User]
) -> None:
    approved(worker, supervisor)
    jobs.housekeeping.func()
    jobs.housekeeping.func()
    (sample,) = QualitySample.objects.filter(agency=worker.agency)
    as_supervisor.get(reverse("quality"))
    assert QualitySample.objects.filter(agency=worker.agency).get() == sample
    assert SampledIntake.objects.count() == 1
    assert QualityRating.objects.count() == 2


def test_a_rating_beside_the_review(
    as_supervisor: Client, client: Client, worker: User, supervisor: User
) -> None:
    call = make_call(worker, timezone.now())
    submit(worker, call, timezone.now())
    address = reverse("review_rate", args=[call.pk])
    page = reverse("review", args=[call.pk])
    assert "Rate this record" not in as_supervisor.get(page).content.decode()
    refused = as_supervisor.post(address, FORM)
    assert refused.status_code == 422
    assert "Claim the intake to rate it" in refused.content.decode()
    as_supervisor.post(reverse("review_claim", args=[call.pk]))
    assert "Rate this record" in as_supervisor.get(page).content.decode()
    missing = as_supervisor.post(address, FORM | {"item-own_words": "maybe"})
    assert missing.status_code == 422
    assert "item 6 has none" in missing.content.decode()
    assert missing.content.decode().count("checked>") == 5
    done = as_supervisor.post(address, FORM | {"item-own_words": "na"}, follow=True)
    text = done.content.decode()
    assert "Your rating is kept." in text
    assert "Yes 5 · No 0 · Not applicable 1" in text
    assert "Correct your rating" in text
    assert QualityRating.objects.get().submission == call.submissions.get()
    history = as_supervisor.get(page, {"tab": "history"}).content.decode()
    assert "Rated a record by the items of the quality review" in history

    # The worker reads it on the call screen once it was returned, and on the approved record.
    comment = reviews.NewComment("narrative.text", "Who?")
    record = reverse("intake", args=[call.pk])
    hotline = Client()
    hotline.force_login(worker)
    assert "Rated by" not in hotline.get(record).content.decode()
    reviews.return_intake(
        actor=supervisor, intake_id=call.pk, comments=[comment], at=timezone.now()
    )
    for name in ("call", "wrap_up"):
        assert "Yes 5 · No 0" in hotline.get(reverse(name, args=[call.pk])).content.decode()
    submit_again(worker, call)
    assert "Yes 5 · No 0" in hotline.get(record).content.decode()


def submit_again(worker: User, call: Intake) -> None:
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=timezone.now())


def test_quality_takes_a_fixed_number_of_queries(
    as_supervisor: Client, worker: User, supervisor: User, raters: list[User]
) -> None:
    as_supervisor.force_login(raters[0])

    def count(address: str) -> int:
        as_supervisor.get(address)  # draws, once
        with CaptureQueriesContext(connection) as captured:
            assert as_supervisor.get(address).status_code == 200
        return len(captured)

    call = approved(worker, supervisor)
    few = count(reverse("quality"))
    assert few <= 15
    month = timezone.now().date().replace(day=1)
    for number in range(1, 5):
        more = approved(worker, supervisor)
        sample = QualitySample.objects.create(
            agency=call.agency,
            month=month - timedelta(days=number * 45),
            seed="x",
            drawn_at=timezone.now(),
        )
        sampled = SampledIntake.objects.create(
            sample=sample, intake=more, submission=more.submissions.get()
        )
        for place, rater in enumerate(raters, start=1):
            QualityRating.objects.create(
                intake=more,
                submission=sampled.submission,
                rater=rater,
                sampled=sampled,
                place=place,
                assigned_at=timezone.now(),
            )
    assert count(reverse("quality")) == few
    rating = QualityRating.objects.get(intake=call, rater=raters[0])
    assert count(reverse("quality_rating", args=[rating.pk])) <= 10


def test_only_supervisors_find_it_in_the_navigation(
    client: Client, worker: User, supervisor: User, administrator: User, privacy: User
) -> None:
    for user in (worker, supervisor, administrator, privacy):
        client.force_login(user)
        page = client.get(reverse("editions")).content.decode()
        assert (f'href="{reverse("quality")}"' in page) == (user == supervisor)
