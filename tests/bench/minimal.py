"""What a save cannot do without, in one view: the same statements as ours, in the same order."""

import json
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

from intake.models import Answer, Intake, User


@login_required
def save(request: HttpRequest, intake_id: UUID) -> JsonResponse:
    """Owner check, guarded update, commit."""
    data = json.loads(request.body)
    user = request.user
    assert isinstance(user, User)
    with transaction.atomic():
        intake = Intake.objects.select_for_update(no_key=True).get(
            pk=intake_id, worker=user, agency=user.agency_id
        )
        answer = Answer.objects.get(intake=intake, prompt=data["field"].split(".")[1])
        before = answer.saves["text"]
        if before["revision"] != data["base"]:
            return JsonResponse({"text": answer.text}, status=409)
        answer.text = data["text"]
        answer.saves["text"] = before | {
            "revision": data["base"] + 1,
            "key": data["key"],
            "at": timezone.now().isoformat(),
        }
        answer.save(update_fields=["text", "saves"])
    return JsonResponse({"field": data["field"], "revision": data["base"] + 1})


urlpatterns = [path("calls/<uuid:intake_id>/save/", save)]
