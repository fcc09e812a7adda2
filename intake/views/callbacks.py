"""Calling back the reporting party of a record."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake.actions.callbacks import start_callback
from intake.errors import Refused
from intake.models import Intake
from intake.views.requests import UserRequest


@require_POST
def call_back(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Start a call that calls back from the worker's own record, and go to its call screen."""
    try:
        call = start_callback(actor=request.user, intake_id=intake_id, at=timezone.now())
    except Intake.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("intake", intake_id)
    return redirect("call", call.pk)
