"""Saves per second of our endpoint beside a minimal view doing the same statements: ≥ 0.85."""

import json
import time
import uuid
from uuid import UUID

from tests.bench import start

start()

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.test import Client, override_settings
from django.urls import include, path, reverse

from intake.models import Answer, Intake, User
from tests import factory

ROUNDS, BATCH = 8, 250


def minimal(request: HttpRequest, intake_id: UUID) -> JsonResponse:
    """Session, owner check, guarded update, commit: what a save cannot do without."""
    data = json.loads(request.body)
    prompt = data["field"].split(".")[1]
    user = request.user
    assert isinstance(user, User)
    with transaction.atomic():
        intake = Intake.objects.select_for_update(no_key=True).get(
            pk=intake_id, worker=user, agency=user.agency_id
        )
        answer = Answer.objects.get(intake=intake, prompt=prompt)
        answer.text = data["text"]
        answer.saves = {"text": {"revision": data["base"] + 1, "key": data["key"]}}
        answer.save(update_fields=["text", "saves"])
    return JsonResponse({"revision": data["base"] + 1})


urlpatterns = [
    path("minimal/<uuid:intake_id>/", minimal, name="minimal"),
    path("", include("intake.urls")),
]


def main() -> None:
    """Print saves per second of both and their ratio."""
    agency = factory.make_agency()
    worker = factory.make_user(agency, "saver", "workers")
    client = Client(SERVER_NAME="localhost")
    client.force_login(worker)
    seconds = {"call_save": 0.0, "minimal": 0.0}
    with override_settings(ROOT_URLCONF="tests.bench.saves"):
        for _ in range(ROUNDS):  # in turns, so that both meet the same machine
            for name in seconds:
                call = factory.make_call(worker)
                field = f"answer.{factory.core_prompt(call).pk}.text"
                factory.put(worker, call, field, "first")
                address = reverse(name, args=[call.pk])
                began = time.perf_counter()
                for base in range(1, BATCH + 1):
                    body = {"field": field, "base": base, "text": f"word {base}"}
                    body["key"] = str(uuid.uuid4())
                    response = client.post(address, body, content_type="application/json")
                    assert response.status_code == 200, response.content
                seconds[name] += time.perf_counter() - began
    rates = {name: ROUNDS * BATCH / spent for name, spent in seconds.items()}
    ratio = rates["call_save"] / rates["minimal"]
    print(
        f"Saves: ours {rates['call_save']:.0f}/s, minimal view {rates['minimal']:.0f}/s", end="; "
    )
    print(f"ratio {ratio:.2f} (target at least 0.85)")


if __name__ == "__main__":
    main()
