"""Taking a call: the list of calls, the call screen, saving, and the ways a call ends."""

import dataclasses
import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import permissions, worksheet
from intake.actions import calls, records
from intake.actions.outbox import release_key
from intake.actions.saves import save_field
from intake.errors import (
    NotPossibleNow,
    Refused,
    StaleRevision,
    UnknownField,
)
from intake.fields import Save
from intake.forms.calls import InterruptForm, NoReportForm
from intake.forms.saves import (
    Malformed,
    parse_form_saves,
    posted_rows,
)
from intake.models import (
    Answer,
    Concern,
    CrossReport,
    Dispatch,
    Intake,
    Reporter,
    Support,
)
from intake.models.base import Language, Source, YesNo
from intake.views import hand_overs
from intake.views.requests import UserRequest, body_of
from intake.views.saving import answer_save, refusal
from intake.worksheet import Worksheet

RECENT = 10
NEW_ROWS = ("child", "caregiver", "other", "concern", "quote", "support")


@require_safe
def list_calls(request: UserRequest) -> HttpResponse:
    """The worker's own calls: interrupted first, then open, returned and recent ones."""
    if not permissions.is_worker(request.user):
        raise Http404
    records.note_list(actor=request.user, page="calls", at=timezone.now())
    mine = Intake.objects.open_to(request.user).for_real().newest_first()
    being_written = list(mine.being_written())
    recent = list(mine.exclude(status__in=Intake.WRITABLE)[:RECENT])
    interrupted = [one for one in being_written if one.interrupted_at is not None]
    returned = [one for one in being_written if one.status == Intake.Status.RETURNED]
    return render(
        request,
        "intake/calls/list.html",
        {
            "offers": hand_overs.offers_to(request.user),
            "interrupted": interrupted,
            "numbers": worksheet.numbers_to_call(
                one for one in interrupted if permissions.can_see_reporter(request.user, one)
            ),
            "now": timezone.now(),
            "open_calls": [
                one
                for one in being_written
                if one.interrupted_at is None and one.status == Intake.Status.IN_PROGRESS
            ],
            "returned": returned,
            "open_remarks": worksheet.count_open_remarks(returned),
            "recent": recent,
            "glimpses": worksheet.glimpses([*being_written, *recent]),
        },
    )


@require_POST
def start_call(request: UserRequest) -> HttpResponse:
    """Open a new intake and go to its call screen."""
    if not permissions.can_start_call(request.user):
        raise Http404
    try:
        intake = calls.start_call(actor=request.user, at=timezone.now())
    except NotPossibleNow as refused:
        messages.error(request, refused.sentence)
        return redirect("calls")
    return redirect("call", intake.pk)


@require_safe
def show_call(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The call screen of the worker's own open call; a frozen one is shown as a record."""
    intake = Intake.objects.open_to(request.user).filter(pk=intake_id).first()
    if intake is None:
        return hand_overs.instead(request, intake_id)
    if not intake.is_writable:
        return redirect("intake", intake.pk)
    records.note_view(actor=request.user, intake=intake, at=timezone.now())
    return render(request, "intake/calls/call.html", call_context(request, intake))


@require_POST
def save(request: UserRequest, intake_id: UUID) -> JsonResponse:
    """One save of the protocol (intake/README.md): JSON in, JSON out, acknowledged after commit."""
    try:
        return answer_save(
            body_of(request),
            lambda save: save_field(
                actor=request.user, intake_id=intake_id, save=save, at=timezone.now()
            ),
        )
    except Intake.DoesNotExist:
        handed_over = hand_overs.from_user(request.user, intake_id)
        if handed_over is not None:
            return refusal(409, "handed_over", hand_overs.told_of(handed_over))
        return refusal(404, "call", "There is no such call for you; nothing was changed.")


@require_POST
def save_section(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Save a section's plain form, field by field; what conflicts is shown with both texts."""
    intake = Intake.objects.open_to(request.user).filter(pk=intake_id).first()
    if intake is None:
        return hand_overs.instead(request, intake_id)
    if not intake.is_writable:
        messages.error(request, "This intake takes no more changes; nothing was saved.")
        return redirect("intake", intake.pk)
    try:
        outcome = save_form(request, intake)
    except Intake.DoesNotExist:  # handed over between two of its fields
        return hand_overs.instead(request, intake_id)
    if outcome["conflicts"] or outcome["errors"]:
        intake.refresh_from_db()
        if not permissions.can_write(request.user, intake):
            messages.error(request, "This intake takes no more changes; not all was saved.")
            return redirect("intake", intake.pk)
        context = call_context(request, intake) | outcome
        return render(request, "intake/calls/call.html", context, status=409)
    messages.success(request, "Saved.")
    section = request.POST.get("section", "")
    if section in ("wrap_up", "read_back"):
        return redirect({"read_back": "call_read_back"}.get(section, section), intake.pk)
    anchor = f"#panel-{section}" if section.isidentifier() else ""
    return redirect(reverse("call", args=[intake.pk]) + anchor)


@require_POST
def end_call(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Note that the caller is gone and go to the wrap-up."""
    return _then(request, intake_id, calls.end_call, to="wrap_up")


@require_POST
def resume_call(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Take the call up again."""
    return _then(request, intake_id, calls.resume_call, to="call")


@require_POST
def interrupt_call(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Mark the call as dropped, with its reason."""
    reason = InterruptForm(request.POST).data.get("reason", "")
    return _then(request, intake_id, calls.interrupt_call, to="calls", reason=reason)


@require_POST
def close_no_report(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Close a call that is no report, with its reason."""
    reason = NoReportForm(request.POST).data.get("reason", "")
    return _then(request, intake_id, calls.close_no_report, to="calls", reason=reason)


def call_context(request: UserRequest, intake: Intake, *, page: str = "call") -> dict[str, Any]:
    """Return what the call screen and the wrap-up show; the query count is fixed.

    `page` is which of them, `call` or `wrap_up`.
    """
    sheet = worksheet.build(intake)
    party = None
    if permissions.can_see_reporter(request.user, intake):
        party = worksheet.build_reporting_party(intake)
    new_rows = new_keys(sheet)
    if request.method == "POST":
        _keep_rows(new_rows, sheet, request.POST)
    return {
        "intake": intake,
        "sheet": sheet,
        "party": party or worksheet.ReportingPartyView(),
        "choices": choices(),
        "new_rows": new_rows,
        "outbox_key": release_key(actor=request.user, intake_id=intake.pk, at=timezone.now()),
        "caller": worksheet.build_caller(intake) if intake.is_practice else None,
        "dispatches": sheet.dispatches,
        "told_choices": Dispatch.Told.choices,
        "page": page,
        "remarks": worksheet.build_remarks(intake, sheet, page=page),
        "ratings": worksheet.build_ratings(intake, viewer=request.user)
        if intake.status == Intake.Status.RETURNED
        else (),
        **hand_overs.offer_context(request.user, intake),
        **_help(request, intake),
        "calls_back": records.find_visible(request.user, intake.calls_back_id),
        "conflicts": {},
        "errors": {},
        "elapsed": int((timezone.now() - intake.started_at).total_seconds()),
    }


def choices() -> dict[str, Any]:
    """Return what the choices of the call screen are, with their words."""
    return {
        "yes_no": YesNo.choices,
        "sources": Source.choices,
        "kinds": Answer.Kind.choices,
        "methods": Intake.Method.choices,
        "languages": Language.choices,
        "reporter_kinds": Reporter.Kind.choices,
        "concern_types": Concern.Type.choices,
        "accepted": Support.ACCEPTED,
        "decided": CrossReport.Decided.choices,
        "interruptions": Intake.Interruption.choices,
        "no_report_reasons": Intake.NoReportReason.choices,
    }


def new_keys(sheet: Worksheet) -> dict[str, Any]:
    """Return keys for the rows that a page may make."""
    return {
        **{noun: uuid.uuid4() for noun in NEW_ROWS},
        "heard": {
            section.key: {"worry": uuid.uuid4(), "working_well": uuid.uuid4()}
            for section in sheet.factors
        },
    }


def _help(request: UserRequest, intake: Intake) -> dict[str, Any]:
    """Return what the call screen shows of silent assist."""
    if not permissions.can_ask_help(request.user, intake):
        return {"may_ask_help": False}
    return {
        "may_ask_help": True,
        "told": worksheet.build_help(intake.pk, at=timezone.now()),
        "intake_id": intake.pk,
    }


def save_form(request: UserRequest, intake: Intake) -> dict[str, Any]:
    """Save every field of a plain form that changed; return what was not saved, by field name.

    {"conflicts": {field: {"mine", "stored", "revision"}}, "errors": {field: sentence}}
    """
    conflicts: dict[str, dict[str, Any]] = {}
    errors: dict[str, str] = {}
    try:
        saves = parse_form_saves(request.POST)
    except (Malformed, UnknownField) as error:
        return {"conflicts": {}, "errors": {"": str(error)}}
    revisions: dict[str, int] = {}  # of fields that another save of this form has moved on
    # An answer's text before its status: a status may follow from the text.
    for one in sorted(saves, key=lambda item: item.field.column not in ("text", "name", "type")):
        if _is_nothing(one):
            continue
        mine = dataclasses.replace(one, base=revisions.get(str(one.field), one.base))
        try:
            saved = save_field(
                actor=request.user, intake_id=intake.pk, save=mine, at=timezone.now()
            )
            revisions |= {name: revision for name, (_, revision) in saved.changed.items()}
        except StaleRevision as stale:
            conflicts[str(one.field)] = {
                "mine": one.text,
                "stored": stale.text,
                "revision": stale.revision,
            }
        except Refused as refused:
            errors[str(one.field)] = refused.sentence
    return {"conflicts": conflicts, "errors": errors}


def _is_nothing(one: Save) -> bool:
    """Whether a plain form's field says nothing: a blank row, or an answer that has no radio."""
    is_status = one.field.noun == "answer" and one.field.column == "status"
    if is_status and one.text in ("", "answered"):
        return True
    return one.base == 0 and one.text in ("", "not_asked")


def _keep_rows(new_rows: dict[str, Any], sheet: Worksheet, post: QueryDict) -> None:
    """Give new rows that were posted and are not stored their posted keys again."""
    posted = posted_rows(post)
    stored = {one.id for one in sheet.people} | {one.id for one in sheet.concerns}
    stored |= {one.id for one in sheet.quotes} | {one.id for one in sheet.supports}
    for noun, key in posted.items():
        if noun in new_rows and noun != "heard" and key not in stored:
            new_rows[noun] = key
    filed = {note.id for section in sheet.factors for note in section.heard}
    for factor, sides in posted["heard"].items():
        for side, key in sides.items():
            if key not in filed and side in new_rows["heard"].get(factor, {}):
                new_rows["heard"][factor][side] = key


def _then(
    request: UserRequest, intake_id: UUID, action: Callable[..., Intake], *, to: str, **values: Any
) -> HttpResponse:
    """Carry out one step of the call's course and go on, or say why not."""
    try:
        intake = action(actor=request.user, intake_id=intake_id, at=timezone.now(), **values)
    except Intake.DoesNotExist:
        return hand_overs.instead(request, intake_id)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("call", intake_id)
    return redirect(to) if to == "calls" else redirect(to, intake.pk)
