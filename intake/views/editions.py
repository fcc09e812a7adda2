"""The life of an edition: drafted, given to review, published, called off, brought back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake.actions import editions
from intake.errors import Refused
from intake.forms.drafts import REMARK, PublishForm
from intake.models import Edition, EditionComment
from intake.views.drafts import OTHER, WAITS, fetch, keep_typed, open_draft
from intake.views.requests import UserRequest


@require_POST
def start_draft(request: UserRequest, number: int) -> HttpResponse:
    """A copy of an edition, to be edited."""
    source = fetch(request, number)
    standing = open_draft(request)
    if standing is not None:
        return standing
    draft = editions.start_draft(actor=request.user, source_id=source.pk, at=timezone.now())
    messages.success(
        request,
        f"Edition {draft.number} is a draft, a copy of edition {number}. Nobody is asked by it "
        "until it is published.",
    )
    return redirect("edition_edit", draft.number)


@require_POST
def discard_draft(request: UserRequest, number: int) -> HttpResponse:
    """A draft that nobody needs."""
    return _press(
        request, number, editions.discard_draft, to="editions", told="The draft was discarded."
    )


@require_POST
def request_review(request: UserRequest, number: int) -> HttpResponse:
    """The draft is done: another administrator is to look at it."""
    told = f"{_publisher(request)} can publish it now, or send it back with remarks."
    return _press(request, number, editions.request_review, told=told)


@require_POST
def reopen_draft(request: UserRequest, number: int) -> HttpResponse:
    """Out of review again, to be edited."""
    return _press(request, number, editions.reopen_draft, told="It is a draft again.")


@require_POST
def publish_edition(request: UserRequest, number: int) -> HttpResponse:
    """Live at once, or from a time on."""
    edition = fetch(request, number)
    unsaved = keep_typed(request, edition, told=WAITS)
    if unsaved is not None:
        return unsaved
    agency = edition.agency
    assert agency is not None
    zone = agency.zone
    form = PublishForm(request.POST, zone=zone)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors.get("live_from", [OTHER]))))
        return redirect("edition_edit", number)
    live_from = form.cleaned_data["live_from"]
    told = (
        f"Edition {number} is live: calls that begin from now on have it. Open calls stay with "
        "the edition that they began with."
    )
    if live_from:
        moment = timezone.localtime(live_from, zone)
        told = f"Edition {number} is scheduled: live from {moment:%b %-d, %Y, %H:%M} on."
    return _press(
        request,
        number,
        editions.publish_edition,
        to="edition",
        told=told,
        live_from=live_from,
        reviewed=form.cleaned_data["reviewed"],
        remarks=form.cleaned_data["remarks"] or 0,
    )


@require_POST
def cancel_edition(request: UserRequest, number: int) -> HttpResponse:
    """A scheduled edition is called off before its time."""
    return _press(
        request,
        number,
        editions.cancel_edition,
        to="edition",
        told=f"Edition {number} was called off and will not be live.",
    )


@require_POST
def bring_back(request: UserRequest, number: int) -> HttpResponse:
    """A copy of a published edition goes straight to review."""
    source = fetch(request, number)
    try:
        copy = editions.bring_back(actor=request.user, edition_id=source.pk, at=timezone.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("edition", number)
    messages.success(
        request,
        f"Edition {copy.number} is a copy of edition {number} and in review. "
        f"{_publisher(request)} can publish it.",
    )
    return redirect("edition_edit", copy.number)


@require_POST
def comment(request: UserRequest, number: int) -> HttpResponse:
    """A remark on a pair, a prompt, a set or all of the edition; any button stores those typed."""
    edition = fetch(request, number)
    unsaved = keep_typed(request, edition)
    if unsaved is not None:
        return unsaved
    if not request.POST.get(f"{REMARK}{request.POST.get('remark_on', '')}", "").strip():
        messages.error(request, "There is no remark yet. Write what should be looked at.")
    return redirect("edition_edit", number)


@require_POST
def resolve_comment(request: UserRequest, number: int, comment_id: UUID) -> HttpResponse:
    """A remark was dealt with, or is open again."""
    edition = fetch(request, number)
    get_object_or_404(EditionComment, pk=comment_id, edition=edition)
    return _press(request, number, editions.resolve_comment, told="", comment_id=comment_id)


def _publisher(request: UserRequest) -> str:
    """Return who may publish what the user gives to review, by the agency's policy."""
    agency = request.user.agency
    return "Any administrator" if agency and agency.allows_own_publish else "Another administrator"


def _press(
    request: UserRequest,
    number: int,
    action: Callable[..., Any],
    *,
    told: str,
    to: str = "edition_edit",
    **values: Any,
) -> HttpResponse:
    """Carry out one step of an edition's life and go on, or say why not."""
    edition = fetch(request, number)
    if action is not editions.discard_draft:  # its words go with it, and the page asked
        unsaved = keep_typed(request, edition, told=WAITS)
        if unsaved is not None:
            return unsaved
    if request.POST.get("edition", str(edition.pk)) != str(edition.pk):
        messages.error(request, OTHER)  # that one was discarded, and its number given again
        return redirect("edition", number)
    try:
        action(actor=request.user, edition_id=edition.pk, at=timezone.now(), **values)
    except Edition.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.sentence)
        is_open = edition.status in (Edition.Status.DRAFT, Edition.Status.IN_REVIEW)
        return redirect("edition_edit" if is_open else "edition", number)
    if told:
        messages.success(request, told)
    return redirect(to) if to == "editions" else redirect(to, number)
