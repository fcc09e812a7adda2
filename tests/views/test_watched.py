"""Nothing is kept by browsers, and a refused post changes nothing, at any address."""

import pytest
from django.test import Client
from django.urls import reverse

from intake.models import Intake, User
from tests.actions.test_frozen import everything
from tests.factory import make_user, submit
from tests.views.test_access import TABLE, address

# A walk: who may do what at which address, not what is in the rows.
pytestmark = [pytest.mark.one_engine, pytest.mark.no_cover]


def test_no_page_is_kept_by_a_browser(as_worker: Client, worker: User, call: Intake) -> None:
    for name, (method, _) in TABLE.items():
        if method == "get" and name not in ("healthz", "readyz"):
            response = as_worker.get(address(name, call))
            assert {"no-store", "private"} <= set(response["Cache-Control"].split(", ")), name
    submit(worker, call)
    for name in ("intake", "intake_pdf", "intake_json"):
        response = as_worker.get(reverse(name, args=[call.pk]))
        assert response["Cache-Control"] == "no-store, private", name


@pytest.mark.parametrize("who", ["worker2", "supervisor", "administrator", "privacy", "stranger"])
def test_a_refused_post_changes_nothing(
    client: Client, call: Intake, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    client.force_login(user)
    addresses = {
        name: address(name, call)  # which makes what some of them name
        for name, (method, _) in TABLE.items()
        if method == "post" and name.startswith("call_") and name not in ("call_start", "call_save")
    }
    before = everything()
    form = {"reason": "mistake", "base:narrative.text": "0-0", "narrative.text": "late"}
    for name, url in addresses.items():
        assert client.post(url, form).status_code == 404, name
    assert everything() == before


def test_a_supervisor_who_is_a_worker_too_writes_in_own_calls_only(
    client: Client, call: Intake
) -> None:
    both = make_user(call.agency, "both", "workers", "supervisors")
    client.force_login(both)
    assert client.get(reverse("intake", args=[call.pk])).status_code == 200
    assert client.get(reverse("call", args=[call.pk])).status_code == 404
