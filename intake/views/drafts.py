"""The editor of a draft: the page, its saves, and what its buttons do."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import permissions, worksheet
from intake.actions import drafts, state_changes
from intake.actions.editions import comment_on_edition, start_draft
from intake.actions.outbox import release_draft_key
from intake.errors import (
    NotPossibleNow,
    Refused,
    StaleRevision,
    UnknownField,
)
from intake.fields import parse_draft_name
from intake.forms.drafts import Pressed, parse_change, parse_remarks
from intake.forms.reviews import parse_key
from intake.forms.saves import Malformed, parse_form_saves
from intake.models import Edition
from intake.views.question_sets import state_edition
from intake.views.requests import UserRequest, body_of
from intake.views.saving import answer_save, refusal
from intake.wording import BLOCKING, WARNING

OTHER = "This is not the page that the edition has now. Nothing was changed: look at what stands."
WAITS = (
    "What you typed is not saved yet, so the button did nothing. Your words stand below: mend that "
    "first, then press it again."
)
GONE = "this draft was discarded. Copy what you need from this page."
RELATED = ("agency", "copied_from__agency", "requested_by", "created_by")


@require_safe
def edit(request: UserRequest, number: int) -> HttpResponse:
    """The editor of a draft; what is in review stands there to be read and remarked on."""
    edition = fetch(request, number)
    if edition.status not in (Edition.Status.DRAFT, Edition.Status.IN_REVIEW):
        return redirect("edition", number)
    return _page(request, edition)


@require_safe
def state(request: UserRequest, number: int) -> HttpResponse:
    """What the page of a draft lacks: nothing (204), or the draft as it is now, with its checks."""
    edition = fetch(request, number)
    if request.GET.get("version") == worksheet.version_of(edition, at=timezone.now()):
        return HttpResponse(status=204)
    context = _context(request, edition)
    html: str = render_to_string("intake/question_sets/_draft.html", context, request)
    if context["may_publish"] and not context["is_draft"]:
        publish = render_to_string("intake/question_sets/_publish.html", context, request)
        html += f'<div data-part="publish">{publish}</div>'
    return JsonResponse(
        {
            "version": context["draft"].version,
            "status": edition.status,
            "reviewed": edition.requested_at.isoformat() if edition.requested_at else "",
            "html": html,
        }
    )


@require_POST
def save(request: UserRequest, number: int) -> JsonResponse:
    """One save of the protocol that the call screen has too (intake/README.md)."""
    if not permissions.can_edit_question_sets(request.user):
        raise Http404
    try:
        edition = Edition.objects.get(agency=request.user.agency_id, number=number)
        return answer_save(
            body_of(request),
            lambda save: drafts.save_draft_field(
                actor=request.user, edition_id=edition.pk, save=save, at=timezone.now()
            ),
            parse_draft_name,
        )
    except Edition.DoesNotExist:
        return refusal(404, "state", GONE)


@require_POST
def outbox_key(request: UserRequest, number: int) -> JsonResponse:
    """The key of what the user's browser keeps of this draft until it is acknowledged."""
    edition = fetch(request, number)
    try:
        key = release_draft_key(actor=request.user, edition_id=edition.pk, at=timezone.now())
    except Refused:
        raise Http404 from None
    return JsonResponse({"key": key})


@require_POST
def save_form(request: UserRequest, number: int) -> HttpResponse:
    """Save the editor as a plain form, field by field; what conflicts is shown with both texts."""
    edition = fetch(request, number)
    unsaved = keep_typed(request, edition)
    if unsaved is None:
        messages.success(request, "Saved.")
    return unsaved or redirect("edition_edit", number)


def keep_typed(request: UserRequest, edition: Edition, *, told: str = "") -> HttpResponse | None:
    """Save what the plain form brought with the button that was pressed: words, and remarks.

    Without scripts every button sends all of the editor. Returns None where everything is stored;
    else the editor with what is not, and `told`.
    """
    conflicts: dict[str, str] = {}
    errors: dict[str, str] = {}
    is_other = request.POST.get("edition", str(edition.pk)) != str(edition.pk)
    try:
        saves = parse_form_saves(request.POST, parse_draft_name)
    except (Malformed, UnknownField) as error:
        messages.error(request, str(error))
        return redirect("edition_edit", edition.number)
    known: dict[str, Any] = {
        "actor": request.user,
        "edition_id": edition.pk,
        "at": timezone.now(),
    }
    for one in saves:
        name = str(one.field)
        try:
            drafts.save_draft_field(save=one, **known)
        except StaleRevision as stale:
            conflicts[name] = stale.text
        except Refused as refused:
            errors[name] = refused.sentence
    lost: list[tuple[str, str]] = []
    for anchor, text in parse_remarks(request.POST).items():
        try:
            if is_other:
                raise NotPossibleNow(OTHER)
            comment_on_edition(anchor=anchor, text=text, **known)
        except Refused as refused:
            lost.append((refused.sentence, text))
    if not (conflicts or errors or lost):
        return None
    for sentence in dict.fromkeys([told, *(why for why, _ in lost)]):
        if sentence:
            messages.error(request, sentence)
    typed = {str(one.field): one.text or "" for one in saves}
    return _unsaved(request, edition, conflicts, errors, typed, lost)


def _unsaved(
    request: UserRequest,
    shown: Edition,
    conflicts: dict[str, str],
    errors: dict[str, str],
    typed: dict[str, str],
    lost: list[tuple[str, str]],
) -> HttpResponse:
    """Return the editor with what was refused in its boxes, and beside them what has none.

    Where there is no draft any more to show, a page has all of what was not saved.
    """
    edition = Edition.objects.filter(pk=shown.pk).select_related(*RELATED).first()
    told: dict[str, Any] = {"conflicts": conflicts, "errors": errors, "typed": typed}
    is_shown = edition is not None and (
        edition.status == Edition.Status.DRAFT
        or (edition.status == Edition.Status.IN_REVIEW and not typed)
    )
    if edition is None or not is_shown:
        gone = [(errors.get(name, ""), typed[name]) for name in (*errors, *conflicts)]
        context = {"number": shown.number, "lost": [*gone, *lost]}
        return render(request, "intake/question_sets/unsaved.html", context, status=409)
    view = worksheet.build_draft(edition, viewer=request.user, at=timezone.now())
    boxes = view.field_names
    told["lost"] = [(errors[name], typed[name]) for name in errors if name not in boxes] + lost
    return _page(request, edition, status=409, **told)


@require_POST
def change(request: UserRequest, number: int) -> HttpResponse:
    """What a button of the editor does: add, move, take out, undo; then the editor again."""
    edition = fetch(request, number)
    unsaved = keep_typed(request, edition, told=WAITS)
    if unsaved is not None:
        return unsaved
    pressed = parse_change(request.POST)
    anchor = ""
    if pressed is None:
        messages.error(request, "This is nothing that the editor does; nothing was changed.")
    else:
        try:
            anchor = _press(request, edition, pressed)
        except Refused as refused:
            messages.error(request, refused.sentence)
    return redirect(reverse("edition_edit", args=[number]) + anchor)


@require_POST
def start_state_draft(request: UserRequest, number: int) -> HttpResponse:
    """A copy of an edition of the state, to be edited as the agency's own."""
    if not permissions.can_edit_question_sets(request.user):
        raise Http404
    source = state_edition(request, number)
    standing = open_draft(request)
    if standing is not None:
        return standing
    draft = start_draft(actor=request.user, source_id=source.pk, at=timezone.now())
    messages.success(
        request,
        f"Edition {draft.number} is a draft, a copy of the state’s edition {number}. Nobody is "
        "asked by it until it is published.",
    )
    return redirect("edition_edit", draft.number)


@require_POST
def take_over(request: UserRequest, number: int) -> HttpResponse:
    """One change of the state's edition comes into the draft that the page shows."""
    if not permissions.can_edit_question_sets(request.user):
        raise Http404
    newer = state_edition(request, number)
    try:
        into = parse_key(request.POST, "into")
        if into is None:
            raise Http404
        own = Edition.objects.get(agency=request.user.agency_id, pk=into)
        state_changes.take_over(
            actor=request.user,
            edition_id=own.pk,
            newer=newer,
            change_id=request.POST.get("change", ""),
            at=timezone.now(),
        )
        messages.success(request, f"Taken over into edition {own.number}, which is a draft.")
    except Edition.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("state_edition_diff", number)


def open_draft(request: UserRequest) -> HttpResponse | None:
    """Return the list of editions, where a draft is open and the button did not say `another`."""
    if "another" in request.POST:
        return None
    standing = worksheet.open_drafts(request.user.agency)
    if not standing:
        return None
    one = standing[0]
    messages.warning(
        request,
        f"Edition {one.number} is a draft already. No other one was started: open it, or choose "
        "“Start another”.",
    )
    return redirect("editions")


def fetch(request: UserRequest, number: int) -> Edition:
    """Return an edition of the user's agency for who edits question sets; 404 for all else."""
    if not permissions.can_edit_question_sets(request.user):
        raise Http404
    editions = Edition.objects.filter(agency=request.user.agency_id).select_related(*RELATED)
    return get_object_or_404(editions, number=number)


def _context(request: UserRequest, edition: Edition) -> dict[str, Any]:
    """Return what the editor shows."""
    draft = worksheet.build_draft(edition, viewer=request.user, at=timezone.now())
    findings = worksheet.build_checks(edition)
    is_draft = edition.status == Edition.Status.DRAFT
    return {
        "edition": edition,
        "draft": draft,
        "is_draft": is_draft,
        "findings": findings,
        "blocking": sum(one.level == BLOCKING for one in findings),
        "warnings": sum(one.level == WARNING for one in findings),
        "factors": [one for one in draft.sets if one.is_factor],
        "others": [one for one in draft.sets if not one.is_factor],
        "may_publish": permissions.can_publish(request.user, edition),
        "conflicts": {},
        "errors": {},
        "typed": {},
        "lost": [],
    }


def _page(
    request: UserRequest, edition: Edition, *, status: int = 200, **told: dict[str, Any]
) -> HttpResponse:
    """Return the editor as a whole page; a draft comes with the key of the browser's outbox."""
    context = _context(request, edition) | told
    if context["is_draft"]:
        context["outbox_key"] = release_draft_key(
            actor=request.user, edition_id=edition.pk, at=timezone.now()
        )
    return render(request, "intake/question_sets/edit.html", context, status=status)


def _press(request: UserRequest, edition: Edition, pressed: Pressed) -> str:
    """Do what was pressed; return the place on the page where it happened, as a fragment."""
    known: dict[str, Any] = {
        "actor": request.user,
        "edition_id": edition.pk,
        "at": timezone.now(),
    }
    match pressed.what:
        case "add_pair":
            pair = drafts.add_pair(set_key=pressed.set_key, **known)
            return f"#pair-{pair.pk}"
        case "add_prompt":
            prompt = drafts.add_prompt(set_key=pressed.set_key, **known)
            return f"#row-{prompt.pk}"
        case "undo":
            drafts.undo_change(**known)
        case "redo":
            drafts.redo_change(**known)
        case _:
            assert pressed.step is not None
            drafts.change_row(step=pressed.step, **known)
            if pressed.step.what != "remove":
                return _place(pressed.step.row, pressed.step.id)
    return ""


def _place(row: str, row_id: UUID) -> str:
    return f"#pair-{row_id}" if row == "pair" else f"#row-{row_id}"
