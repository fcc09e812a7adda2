"""Reading back at the end of a call what was recorded, and keeping what the caller corrects."""

import uuid
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import worksheet
from intake.actions import records
from intake.actions.outbox import release_key
from intake.exports.read_back import build_read_back
from intake.models import Intake
from intake.views import hand_overs
from intake.views.requests import UserRequest


@require_safe
def show_read_back(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The script of the worker's own open call; each line takes a correction."""
    intake = Intake.objects.open_to(request.user).filter(pk=intake_id).first()
    if intake is None:
        return hand_overs.instead(request, intake_id)
    if not intake.is_writable:
        return redirect("intake", intake.pk)
    records.note_view(actor=request.user, intake=intake, at=timezone.now())
    script = build_read_back(worksheet.build(intake))
    # Of a line that was not corrected yet the key of its first correction.
    lines = [line for group in script.groups for line in group.lines]
    keys = {line.of: line.correction.id if line.correction else uuid.uuid4() for line in lines}
    context = {
        "intake": intake,
        "script": script,
        "keys": keys,
        "outbox_key": release_key(actor=request.user, intake_id=intake.pk, at=timezone.now()),
    }
    return render(request, "intake/calls/read_back.html", context)
