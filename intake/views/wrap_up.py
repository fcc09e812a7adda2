"""The wrap-up of a call on one page, and its submission."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from intake import permissions, worksheet
from intake.actions import records
from intake.actions.wrap_up import find_decision_problems, submit_intake
from intake.deadlines import time_left
from intake.errors import NamesReporter, NotPossibleNow, NotReady
from intake.models import Answer, CrossReportRule, Intake, ResponseOption
from intake.views import hand_overs
from intake.views.calls import call_context, save_form
from intake.views.requests import UserRequest


@require_safe
def show_wrap_up(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The wrap-up of the worker's own open call."""
    intake = Intake.objects.open_to(request.user).filter(pk=intake_id).first()
    if intake is None:
        return hand_overs.instead(request, intake_id)
    if not intake.is_writable:
        return redirect("intake", intake.pk)
    records.note_view(actor=request.user, intake=intake, at=timezone.now())
    return render(request, "intake/calls/wrap_up.html", _context(request, intake))


@require_POST
def submit(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Save what the page carries, then submit; every obstacle is named and linked."""
    intake = Intake.objects.open_to(request.user).filter(pk=intake_id).first()
    if intake is None:
        return hand_overs.instead(request, intake_id)
    unsaved: dict[str, Any] = {"conflicts": {}, "errors": {}}
    try:
        if intake.is_writable:
            unsaved = save_form(request, intake)
        if not unsaved["conflicts"] and not unsaved["errors"]:
            submit_intake(
                actor=request.user,
                intake_id=intake.pk,
                naming_is_meant=request.POST.get("naming_is_meant") == "yes",
                at=timezone.now(),
            )
            messages.success(
                request, f"Intake {intake.reference} was submitted for review and is kept."
            )
            is_kept = intake.is_restricted and not records.find_visible(request.user, intake.pk)
            return redirect("calls") if is_kept else redirect("intake", intake.pk)
        problems = list(unsaved["errors"].items())
        problems += [
            (name, "This text was changed somewhere else: choose which one stands.")
            for name in unsaved["conflicts"]
        ]
    except Intake.DoesNotExist:
        return hand_overs.instead(request, intake_id)
    except NotPossibleNow as refusal:
        messages.error(request, refusal.sentence)
        return redirect("intake", intake.pk)
    except NotReady as refusal:
        problems = refusal.problems
    except NamesReporter:
        problems = [("naming", "The record seems to name the reporting party: edit it, or say so.")]
    intake.refresh_from_db()
    if not permissions.can_write(request.user, intake):
        messages.error(request, "This intake takes no more changes; not all was saved.")
        return redirect("intake", intake.pk)
    context = _context(request, intake) | unsaved | {"problems": problems}
    return render(request, "intake/calls/wrap_up.html", context, status=422)


def _context(request: UserRequest, intake: Intake) -> dict[str, Any]:
    context = call_context(request, intake, page="wrap_up")
    sheet = context["sheet"]
    chosen = (sheet.decision.screening, sheet.decision.priority, sheet.decision.path)
    options: dict[str, list[tuple[str, str]]] = {}
    known = list(ResponseOption.objects.filter(agency=intake.agency_id))
    for option in known:
        if option.is_active:
            label = _with_due(option, intake)
            options.setdefault(option.decides, []).append((str(option.pk), label))
        elif str(option.pk) in chosen:  # what was chosen once is not taken away by the agency
            label = f"{option.label} (no longer offered)"
            options.setdefault(option.decides, []).append((str(option.pk), label))
    return context | {
        "options": options,
        "rules": _rules(intake, sheet),
        "referral_options": _keys(one for one in known if one.is_referral),
        "priority_options": _keys(one for one in known if one.needs_priority),
        "transfer_options": _keys(one for one in known if one.is_transfer),
        "is_decided": not find_decision_problems(intake),
        "priority_hint": _priority_hint(sheet),
        "unfiled": worksheet.unfiled_lines(sheet),
        "flags": Intake.FLAGS,
        "naming": worksheet.find_naming(context["party"], sheet),
        "not_asked_reasons": Answer.NotAskedReason.choices,
        "problems": [],
    }


def _keys(options: Iterable[ResponseOption]) -> str:
    return " ".join(str(option.pk) for option in options)


def _with_due(option: ResponseOption, intake: Intake) -> str:
    """Return an option's label; of a priority with the time by which it asks for a response."""
    due = option.due_at(intake.started_at)
    if due is None or option.decides != ResponseOption.Decides.PRIORITY:
        return option.label
    return f"{option.label} – by {date_format(timezone.localtime(due), 'M j, H:i')}"


def _priority_hint(sheet: worksheet.Worksheet) -> str:
    if not sheet.response_due_at:
        return "Required for an in-person response; runs from receipt of the report"
    due = datetime.fromisoformat(sheet.response_due_at)
    if sheet.is_responded:
        by = date_format(timezone.localtime(due), "M j, H:i")
        return f"By {by}, counted from receipt of the report; a responding worker knows"
    return f"Runs from receipt of the report: {time_left(due, now=timezone.now())}"


def _rules(intake: Intake, sheet: worksheet.Worksheet) -> dict[str, list[CrossReportRule]]:
    """Return the agency's table by recipient, each rule with whether it `applies` to this call."""
    why = {one.recipient_id: one.why for one in sheet.cross_reports}
    rules: dict[str, list[CrossReportRule]] = {}
    for rule in CrossReportRule.objects.filter(agency=intake.agency_id, is_active=True):
        laws = why.get(str(rule.recipient_id), ())
        rule.applies = f"{rule.get_trigger_display()}: {rule.source}" in laws
        rules.setdefault(str(rule.recipient_id), []).append(rule)
    return rules
