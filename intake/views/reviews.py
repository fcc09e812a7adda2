"""The supervisor's desk: the queue of what waits, and the page on which one intake is judged."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import permissions, quality, worksheet
from intake.actions import amendments, comments, records, reviews
from intake.errors import Refused
from intake.forms.reviews import parse_filter, parse_key
from intake.middleware import wants_json
from intake.models import Intake, ResponseOption, Review, ReviewComment, User
from intake.views.records import build_sheet, build_tabs, latest_submission, link_prior
from intake.views.requests import UserRequest

LONGEST_QUEUE = 200  # rows; what is not shown is counted


@require_safe
def list_reviews(request: UserRequest) -> HttpResponse:
    """The review queue: danger first, then the response's deadline, then who waits longest."""
    context = _queue(request)
    used = sorted(name for name in ("show", "worker") if request.GET.get(name))
    records.note_list(actor=request.user, page="reviews", filters=used, at=timezone.now())
    workers = User.objects.filter(
        agency=request.user.agency_id, is_active=True, groups__name="workers"
    )
    context["workers"] = workers.order_by("first_name", "last_name", "username")
    return render(request, "intake/reviews/queue.html", context)


@require_safe
def queue_state(request: UserRequest) -> JsonResponse:
    """Who is at which row, for the page that asks every few seconds; its rows stay in place."""
    context = _queue(request)
    return JsonResponse(
        {
            "rows": {
                str(row.pk): render_to_string(
                    "intake/reviews/_claim.html", context | {"row": row}, request
                )
                for row in context["rows"]
            }
        }
    )


@require_safe
def show_review(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The page on which a supervisor judges one intake."""
    return render(
        request, "intake/reviews/review.html", _review(request, _fetch(request, intake_id))
    )


@require_POST
def note_presence(request: UserRequest, intake_id: UUID) -> JsonResponse:
    """The page says that it is there; the answer is who else is, and whose the claim is."""
    intake = _fetch(request, intake_id)
    now = timezone.now()
    is_active = request.POST.get("active") == "yes"
    reviews.note_presence(actor=request.user, intake_id=intake.pk, is_active=is_active, at=now)
    row = worksheet.build_queue_row(intake, viewer=request.user, at=now)
    html = render_to_string(
        "intake/reviews/_there.html", {"row": row, "user": request.user}, request
    )
    return JsonResponse({"html": html, "status": intake.status})


@require_POST
def claim(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Take an intake for review and open it."""
    return press(request, intake_id, reviews.claim_intake)


@require_POST
def release(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Give a claimed intake back to the queue."""
    done = "is back in the queue; what you remarked comes along when you claim it again"
    return press(request, intake_id, reviews.release_intake, then="reviews", done=done)


@require_POST
def give_back(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Return a claimed intake to its worker with the comments that were noted."""
    to = parse_key(request.POST, "to")
    done = "went back with your comments"
    return press(request, intake_id, reviews.return_intake, then="reviews", done=done, to=to)


@require_POST
def approve(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Approve a claimed intake."""
    done = "is approved; from now on only amendments are added"
    return press(request, intake_id, reviews.approve_intake, done=done)


@require_POST
def comment(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Note a remark on a place of the record."""
    anchor = request.POST.get("anchor", "")
    return press(
        request,
        intake_id,
        comments.add_comment,
        place=f"remarks-{anchor}",
        anchor=anchor,
        text=request.POST.get("text", ""),
        passage=request.POST.get("passage", ""),
    )


@require_POST
def remove_comment(request: UserRequest, intake_id: UUID, comment_id: UUID) -> HttpResponse:
    """Take back a remark that the worker has not seen yet."""
    intake = _fetch(request, intake_id)
    try:
        comments.remove_comment(actor=request.user, intake_id=intake.pk, comment_id=comment_id)
    except ReviewComment.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("review", intake.pk)


@require_POST
def decide_otherwise(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Record an own decision beside the worker's, or take it back."""
    if "take_back" in request.POST:
        return press(request, intake_id, reviews.take_back_decision)
    screening = parse_key(request.POST, "screening")
    if screening is None:
        _fetch(request, intake_id)
        messages.error(request, "Choose one of the decisions; nothing was recorded.")
        return redirect("review", intake_id)
    return press(
        request,
        intake_id,
        reviews.decide_otherwise,
        screening=screening,
        reason=request.POST.get("reason", ""),
    )


@require_POST
def amend(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Add a text to an approved record."""
    return press(
        request,
        intake_id,
        amendments.amend_intake,
        reason=request.POST.get("reason", ""),
        text=request.POST.get("text", ""),
    )


@require_POST
def enter_in_error(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Mark a record as entered in error."""
    return press(
        request, intake_id, amendments.enter_in_error, reason=request.POST.get("reason", "")
    )


@require_POST
def reply(request: UserRequest, intake_id: UUID, comment_id: UUID) -> HttpResponse:
    """The worker's answer to a remark, and whether it is dealt with."""
    intake = get_object_or_404(Intake.objects.open_to(request.user), pk=intake_id)
    now = timezone.now()
    text, resolved = request.POST.get("text", ""), request.POST.get("resolved")
    page = "wrap_up" if request.POST.get("page") == "wrap_up" else "call"
    refused = ""
    try:
        if text.strip() or resolved is None:
            comments.reply(
                actor=request.user,
                intake_id=intake.pk,
                comment_id=comment_id,
                text=text,
                at=now,
            )
        if resolved is not None:
            comments.resolve(
                actor=request.user,
                intake_id=intake.pk,
                comment_id=comment_id,
                is_resolved=resolved == "yes",
                at=now,
            )
    except ReviewComment.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        refused = refusal.sentence
    if wants_json(request):
        return _answered(request, intake, comment_id, page=page, refused=refused)
    if refused:
        messages.error(request, refused)
    return redirect(reverse(page, args=[intake.pk]) + f"#remark-{comment_id}")


def _answered(
    request: UserRequest, intake: Intake, comment_id: UUID, *, page: str, refused: str
) -> JsonResponse:
    """Return {"html", "line", "head", "left"}, or {"error"}.

    The remark and its line on top as they stand now, and what is said of all that are still open.
    """
    if refused:
        return JsonResponse({"error": refused}, status=409)
    remarks = worksheet.build_remarks(intake, worksheet.build(intake), page=page)
    remark = next(one for one in remarks if one.comment.pk == comment_id)
    context = {"intake": intake, "remark": remark, "remarks": remarks}
    parts = {
        "html": "_remark.html",
        "line": "_returned_line.html",
        "head": "_returned_head.html",
        "left": "_still_open.html",
    }
    return JsonResponse(
        {
            part: render_to_string(f"intake/calls/{name}", context, request)
            for part, name in parts.items()
        }
    )


def _queue(request: UserRequest) -> dict[str, Any]:
    """Return what the queue shows; the query count is fixed."""
    if not permissions.is_supervisor(request.user):
        raise Http404
    wanted = parse_filter(request.GET)
    now = timezone.now()
    rows = worksheet.build_queue(
        viewer=request.user, at=now, most=LONGEST_QUEUE + 1, show=wanted.show, worker=wanted.worker
    )
    is_cut = len(rows) > LONGEST_QUEUE
    return {"rows": rows[:LONGEST_QUEUE], "wanted": wanted, "now": now, "is_cut": is_cut}


def _fetch(request: UserRequest, intake_id: UUID) -> Intake:
    """Return an intake that a supervisor may review or look back at; else a 404."""
    if not permissions.is_supervisor(request.user):
        raise Http404
    kept = Intake.objects.visible_to(request.user).for_real().filter(submitted_at__isnull=False)
    return get_object_or_404(kept.select_related("worker", "agency", "edition"), pk=intake_id)


def press(
    request: UserRequest,
    intake_id: UUID,
    action: Callable[..., object],
    *,
    then: str = "review",
    place: str = "",
    done: str = "",
    **about: object,
) -> HttpResponse:
    """Carry out an action of the desk and show what stands then, or why it was not possible.

    The page opens again at `place`, where one is named, and says what is `done` of the intake. What
    was typed comes back with the refusal.
    """
    intake = _fetch(request, intake_id)
    try:
        action(actor=request.user, intake_id=intake.pk, at=timezone.now(), **about)
    except Refused as refusal:
        intake.refresh_from_db()
        context = _review(request, intake)
        context |= {"refusal": refusal.sentence, "typed": request.POST}
        if "answers" in about:
            context["given"] = about["answers"]
        return render(request, "intake/reviews/review.html", context, status=422)
    if done:
        messages.success(request, f"{intake.reference} {done}.")
    if then == "reviews":
        return redirect(then)
    return redirect(reverse(then, args=[intake.pk]) + (f"#{place}" if place else ""))


def _review(request: UserRequest, intake: Intake) -> dict[str, Any]:
    """Return what the review page shows."""
    now = timezone.now()
    records.note_view(actor=request.user, intake=intake, at=now)
    submission = latest_submission(intake)
    if submission is None:
        raise Http404
    sheet = build_sheet(intake, submission)
    party = worksheet.build_party_state(intake, sheet)
    open_review = intake.reviews.filter(outcome="").first()
    is_mine = permissions.holds_claim(request.user, open_review)
    remarks = ReviewComment.objects.filter(review__intake=intake, parent=None)
    shown = remarks.filter(review__outcome="returned") | remarks.filter(author=request.user)
    return {
        "intake": intake,
        "sheet": sheet,
        "prior": link_prior(request.user, intake, sheet),
        "submission": submission,
        "party_state": party,
        "may_reveal": permissions.can_reveal_reporter(request.user, intake),
        "disclosures": worksheet.build_disclosures(intake),
        "row": worksheet.build_queue_row(intake, viewer=request.user, at=now),
        "now": now,
        "is_mine": is_mine,
        "open_review": open_review,
        "may_claim": permissions.can_claim(request.user, intake, at=now)
        and intake.status in (Intake.Status.SUBMITTED, Intake.Status.IN_REVIEW)
        and not is_mine
        and not (open_review and open_review.is_held(now)),
        "may_amend": permissions.can_amend(request.user, intake),
        "may_enter_in_error": permissions.can_enter_in_error(request.user, intake),
        "remarks": list(
            shown.select_related("author", "review", "resolved_by").prefetch_related(
                "replies__author"
            )
        ),
        "noted": open_review.comments.count() if open_review and is_mine else 0,
        "colleagues": User.objects.colleagues_of(intake.worker),
        "screenings": ResponseOption.objects.filter(
            agency=intake.agency_id, decides="screening", is_active=True
        ),
        "amendments": intake.amendments.select_related("author"),
        "reviews": intake.reviews.exclude(outcome="").select_related("reviewer", "own_screening"),
        "Review": Review,
        **build_tabs(request, intake, submission),
        **rating_context(request.user, intake, open_review),
    }


def rating_context(user: User, intake: Intake, open_review: Review | None) -> dict[str, Any]:
    """Return what the quality review of a record shows: ratings, and the form for the own one."""
    is_asked = worksheet.is_asked(intake, viewer=user)
    ratings = () if is_asked else worksheet.build_ratings(intake, viewer=user)
    may_rate = not is_asked and permissions.can_rate(user, intake, open_review, at=timezone.now())
    latest = max((one.submission for one in ratings), default=0)
    mine = [one for one in ratings if one.rater_id == user.pk and one.submission == latest]
    return {
        "ratings": ratings,
        "may_rate": may_rate,
        "is_asked_blind": is_asked,
        "rubric": quality.RUBRIC,
        "rubric_answers": quality.ANSWERS,
        "given": {item.key: item.answer for one in mine for item in one.items},
    }
