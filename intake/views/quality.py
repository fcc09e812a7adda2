"""Quality review: rating a record beside its review, and the blind ratings of a month's sample."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import permissions, quality, worksheet
from intake.actions import quality as actions
from intake.actions import records
from intake.errors import Refused
from intake.forms.quality import parse_answers
from intake.models import QualityRating
from intake.views import reviews
from intake.views.requests import UserRequest


@require_safe
def show_quality(request: UserRequest) -> HttpResponse:
    """What the supervisor is asked to rate blind, the samples, and how far two raters agree.

    The first look of a month draws the sample of the month before, where no job has.
    """
    agency = request.user.agency
    if not permissions.is_supervisor(request.user) or agency is None:
        raise Http404
    now = timezone.now()
    actions.keep_samples(agency=agency, at=now)
    records.note_figures(actor=request.user, page="quality", at=now)
    asked = QualityRating.objects.asked_of(request.user)
    context = {
        "open_ratings": asked.filter(rated_at=None)
        .select_related("intake", "sampled__sample")
        .order_by("assigned_at", "intake__reference"),
        "given_count": asked.exclude(rated_at=None).count(),
        "samples": worksheet.build_samples(agency, at=now),
        "agreement": worksheet.build_agreement(agency, at=now),
        "fewest": quality.FEWEST,
    }
    return render(request, "intake/quality/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rate_blind(request: UserRequest, rating_id: UUID) -> HttpResponse:
    """One sampled record to be rated blind: what was submitted, and nothing of what came of it."""
    asked = QualityRating.objects.asked_of(request.user)
    rating = (
        asked.select_related("intake__agency", "submission__content", "sampled__sample", "rater")
        .filter(pk=rating_id)
        .first()
    )
    if rating is None:
        raise Http404
    now = timezone.now()
    answers, refusal = dict.fromkeys(quality.RUBRIC, ""), ""
    if request.method == "POST":
        answers = parse_answers(request.POST)
        try:
            actions.rate_blind(actor=request.user, rating_id=rating.pk, answers=answers, at=now)
        except Refused as refused:
            refusal = refused.sentence
            rating.refresh_from_db(fields=["items", "rated_at"])
        else:
            messages.success(request, f"Your rating of {rating.intake.reference} is kept.")
            return redirect("quality")
    records.note_view(actor=request.user, intake=rating.intake, at=now)
    context: dict[str, Any] = {
        "rating": rating,
        "intake": rating.intake,
        "sheet": worksheet.from_json(rating.submission.content.text),
        "view": worksheet.view_rating(rating),
        "given": answers,
        "rubric": quality.RUBRIC,
        "rubric_answers": quality.ANSWERS,
        "refusal": refusal,
    }
    return render(request, "intake/quality/rate.html", context, status=422 if refusal else 200)


@require_POST
def rate(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Keep the supervisor's answers to the six items, apart from the decision."""
    answer = reviews.press(
        request, intake_id, actions.rate_record, answers=parse_answers(request.POST)
    )
    if answer.status_code == 302:
        messages.success(request, "Your rating is kept.")
    return answer
