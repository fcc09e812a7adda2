"""Copying a record out into another system, block by block."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import worksheet
from intake.actions import copy_out
from intake.errors import Refused
from intake.exports.copy_out import build_blocks, empty_fields, unmapped
from intake.fields import parse_count
from intake.models import CopyOutField, CopyOutTick
from intake.views import facts
from intake.views.records import latest_submission
from intake.views.requests import UserRequest


@require_safe
def show_copy_out(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The latest submission (else what stands now) as blocks of plain text."""
    intake = facts.fetch_report(request, intake_id)
    if intake.is_practice:  # practice never reaches another system
        raise Http404
    copy_out.note_copy_out(actor=request.user, intake=intake, at=timezone.now())
    submission = latest_submission(intake)
    sheet = worksheet.from_json(submission.content.text) if submission else worksheet.build(intake)
    fields = list(CopyOutField.objects.filter(agency=intake.agency_id, is_active=True))
    ticks = list(CopyOutTick.objects.filter(intake=intake))
    blocks = build_blocks(sheet, fields, intake.agency.zone)
    pasted = {f"{tick.field_id}-{tick.part}": tick.sha256 for tick in ticks}
    context = {
        "intake": intake,
        "submission": submission,
        "party_state": worksheet.build_party_state(intake, sheet),
        "blocks": blocks,
        "empty": empty_fields(blocks, fields),
        "has_fields": bool(fields),
        "unmapped": unmapped(sheet, fields, intake.agency.zone),
        # What has changed since is to be pasted again: its button is not pressed any more.
        "pasted": {one.key for one in blocks if pasted.get(one.key) == one.sha256},
        "outdated": {one.key for one in blocks if pasted.get(one.key, one.sha256) != one.sha256},
    }
    return render(request, "intake/copy_out/page.html", context)


@require_POST
def tick(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Note that a block was pasted, or take the note back."""
    intake = facts.fetch(request, intake_id)
    if intake.is_practice:
        raise Http404
    is_pasted = request.POST.get("pasted") == "yes"
    field, part = request.POST.get("field", ""), parse_count(request.POST.get("part", ""))
    refusal = ""
    try:
        copy_out.tick_block(
            actor=request.user,
            intake_id=intake_id,
            field_id=UUID(field),
            part=part,
            is_pasted=is_pasted,
            sha256=request.POST.get("sha256", ""),
            at=timezone.now(),
        )
    except ValueError:
        refusal = "The copy-out has no such block; nothing was noted."
    except Refused as refused:
        refusal = refused.sentence
    return facts.answer(
        request,
        template="intake/copy_out/_tick.html",
        context={
            "intake": intake,
            "field": field,
            "sha256": request.POST.get("sha256", ""),
            "part": part,
            "is_pasted": is_pasted,
        },
        page=reverse("intake_copy_out", args=[intake_id]) + f"#block-{field}-{part}",
        refusal=refusal,
    )
