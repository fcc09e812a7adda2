"""For `make scan`: a session of a role in the instance, and what there is to be asked for.

Prints JSON: `cookies`, `starts` (where a crawl begins) and `targets` (addresses with parameters).
"""

import json
import os
import sys
import uuid
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402

from intake.actions import calls  # noqa: E402
from intake.models import Edition, Intake, User  # noqa: E402

SUBMITTED = ("submitted", "in_review", "approved", "returned")


def main(role: str) -> None:
    """Sign the role's account in and print what a scanner needs."""
    cookies = {settings.CSRF_COOKIE_NAME: get_random_string(32)}
    told: dict[str, Any] = {"starts": [""], "targets": [{"path": "accounts/login/?next=/calls/"}]}
    if role == "nobody":
        told["targets"].append({"path": "accounts/login/", "data": "username=worker&password=x"})
        told["targets"].append({"path": "accounts/invitation/", "data": "code=x&password=y"})
    else:
        user = User.objects.with_roles().get(username=role)
        client = Client()
        client.force_login(user)
        session = client.session
        session.save()
        cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        told = {"starts": _starts(role), "targets": _targets(role, user)}
    print(json.dumps(told | {"cookies": cookies}))


def _starts(role: str) -> list[str]:
    return {
        "worker": ["", "intakes/", "practice/", "written-reports/", "preferences/", "notices/"],
        "supervisor": ["", "reviews/", "intakes/", "insights/", "assist/", "danger/", "exports/"],
        "administrator": ["", "question-sets/", "agency/", "agency/policies/", "agency/history/"],
        "privacy": ["", "audit/", "agency/history/", "question-sets/"],
    }[role]


def _targets(role: str, user: User) -> list[dict[str, str]]:
    return {
        "worker": _of_worker,
        "supervisor": _of_supervisor,
        "administrator": _of_administrator,
        "privacy": _of_privacy,
    }[role](user)


def _of_worker(user: User) -> list[dict[str, str]]:
    call = calls.start_call(actor=user, at=timezone.now()).pk
    save = {"field": "narrative.text", "text": "words", "base": 0, "key": str(uuid.uuid4())}
    return [
        {"path": f"calls/{call}/save/", "data": json.dumps(save)},
        {"path": f"calls/{call}/save/", "data": json.dumps(save | {"field": "call.tribe"})},
        {"path": f"calls/{call}/hold/", "data": f"page={uuid.uuid4()}&instead={uuid.uuid4()}"},
        {"path": f"calls/{call}/versions/?field=narrative.text&before=3"},
        {"path": f"calls/{call}/matches/link/", "data": f"other={uuid.uuid4()}&unlink="},
        {"path": "services/find/?q=food&factor=concrete_support&area=north"},
        {"path": "calls/offers/?call=1&notices=1"},
        {"path": "written-reports/?page=1"},
        {"path": "preferences/keep/", "data": json.dumps({"font_size": "large"})},
        {"path": "intakes/?status=approved&since=2026-01-01&until=2026-12-31&older=20260101|x"},
        {
            "path": "intakes/",
            "data": "name=Maria&address=Oak&words=cold&reference=26-1&is_exact=on",
        },
        {"path": "practice/start/", "data": "scenario=x&language=en"},
    ]


def _of_supervisor(user: User) -> list[dict[str, str]]:
    sent = Intake.objects.filter(agency=user.agency_id, status__in=SUBMITTED).first()
    live = Intake.objects.filter(agency=user.agency_id, status="in_progress").first()
    assert sent is not None
    assert live is not None
    return [
        {"path": "intakes/?status=approved&outcome=x&worker=y&factor=z&side=worry&asked=asked"},
        {"path": "intakes/", "data": "name=Maria&address=Oak&words=cold&reference=26-1&status="},
        {"path": f"reviews/?show=mine&worker={user.pk}"},
        {"path": f"reviews/state/?show=mine&worker={user.pk}"},
        {"path": f"reviews/{sent.pk}/comment/", "data": "anchor=narrative&text=x&passage=y"},
        {"path": f"reviews/{sent.pk}/there/", "data": "active=yes"},
        {"path": f"reviews/{sent.pk}/rate/", "data": "accuracy=yes&note=x"},
        {"path": f"intakes/{sent.pk}/?tab=record"},
        {"path": f"intakes/{sent.pk}/copy-out/tick/", "data": "field=x&part=1&sha256=y&pasted=yes"},
        {"path": f"assist/{live.pk}/state/?version=1"},
        {"path": f"assist/{live.pk}/line/", "data": "text=x&key=y"},
        {"path": "insights/?period=range&since=2026-01-01&until=2026-02-01&factor=x&worker=y"},
        {"path": "insights/shares/csv/?period=13&side=worry"},
        {"path": "exports/state/?id=1&id=2"},
        {"path": "exports/?page=1"},
        {"path": "danger/count/?live=1&notices=1"},
    ]


def _of_administrator(user: User) -> list[dict[str, str]]:
    edition = Edition.objects.filter(agency=user.agency_id).order_by("number").first()
    assert edition is not None
    place = f"question-sets/{edition.number}"
    save = {"field": f"set.{uuid.uuid4()}.title", "text": "x", "base": 0, "key": str(uuid.uuid4())}
    return [
        {"path": f"{place}/diff/?from=1"},
        {"path": f"{place}/preview/?language=en"},
        {"path": f"{place}/print/?language=es"},
        {"path": f"{place}/edit/save/", "data": json.dumps(save)},
        {"path": f"{place}/edit/state/?version=1"},
        {"path": f"{place}/edit/change/", "data": f"what=up&row=pair&id={uuid.uuid4()}&set=x&to=y"},
        {"path": f"{place}/comment/", "data": "anchor=x&text=y"},
        {"path": "question-sets/state/1/take/", "data": f"into={edition.pk}&change=x"},
        {"path": "agency/services/?page=1"},
        {"path": "agency/services/add/", "data": "name=x&phone=1&area=y&seen=z"},
        {"path": "agency/history/?page=1"},
    ]


def _of_privacy(user: User) -> list[dict[str, str]]:
    sent = Intake.objects.filter(agency=user.agency_id).first()
    assert sent is not None
    days = "since=2026-01-01&until=2026-12-31"
    query = f"person={user.pk}&verb=intake.viewed&reference={sent.reference}&{days}"
    return [
        {"path": f"audit/?{query}&older=5"},
        {"path": f"audit/csv/?{query}"},
        {"path": "agency/history/?page=1"},
    ]


if __name__ == "__main__":
    main(sys.argv[1])
