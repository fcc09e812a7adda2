"""The administrator's desk: users, policies, response options, and the history of each."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from intake.actions.agency_tables import save_row, sum_of
from intake.actions.people import set_policies
from intake.errors import NotAllowed, NotPossibleNow
from intake.models import Agency, Invitation, ResponseOption, Service, TableChange, User
from tests.factory import NOW, make_call, make_user, submit

STRONG = "seven quiet rivers"
NEW = {"username": "new", "first_name": "New", "last_name": "Person", "roles": ["workers"]}


def test_somebody_is_invited_and_comes(
    as_administrator: Client, worker: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    page = as_administrator.post(reverse("user_invite"), NEW).content.decode()
    link = re.search(r'value="http://testserver(/accounts/invitation/)#([^"]+)"', page)
    assert link is not None
    guest, code = Client(), link[2]
    opened = guest.get(link[1])
    assert "Choose a password" in opened.content.decode() and "no-store" in opened["Cache-Control"]
    for wrong, sentence in (
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": STRONG, "again": "x"}, "not the same"),
    ):
        answer = guest.post(link[1], {"code": code} | wrong)
        assert answer.status_code == 422 and sentence in answer.content.decode()
    right = {"code": f" {code}\n", "password": STRONG, "again": STRONG}
    assert guest.post(link[1], right).status_code == 302
    again = guest.post(link[1], right)
    assert again.status_code == 422 and "does not open any more" in again.content.decode()
    assert code not in caplog.text and STRONG not in caplog.text
    assert guest.login(username="new", password=STRONG)
    assert guest.get(reverse("calls")).status_code == 200
    refused = as_administrator.post(reverse("user_invite"), NEW)
    assert refused.status_code == 422 and "already exists" in refused.content.decode()


def test_an_account_is_kept(as_administrator: Client, worker: User, worker2: User) -> None:
    make_call(worker)
    address = reverse("user", args=[worker.pk])
    page = as_administrator.get(address).content.decode()
    assert "1 open call" in page and make_call(worker2).reference not in page
    sent = {"first_name": "Wilma", "last_name": "Example", "roles": ["workers", "supervisors"]}
    assert as_administrator.post(address, sent).status_code == 302
    page = as_administrator.get(address).content.decode()
    assert "supervisors, workers" in page and "Wilma" in page
    assert as_administrator.post(address, sent | {"roles": []}).status_code == 422
    end = reverse("user_deactivate", args=[worker.pk])
    told = as_administrator.post(end, follow=True).content.decode()
    assert "Choose who takes them" in told
    told = as_administrator.post(end, {"gives_to": str(worker2.pk)}, follow=True).content.decode()
    assert "1 open call went to the colleague" in told and "Deactivated" in told
    lost = as_administrator.post(reverse("user_link", args=[worker.pk]), follow=True)
    assert "Reactivate the account first" in lost.content.decode()
    back = as_administrator.post(reverse("user_reactivate", args=[worker.pk]), follow=True)
    assert "Hand this link" in back.content.decode()
    back = as_administrator.post(reverse("user_reactivate", args=[worker.pk]), follow=True)
    assert "is active already" in back.content.decode()
    assert (
        "Hand this link"
        in as_administrator.post(reverse("user_link", args=[worker.pk])).content.decode()
    )
    assert Invitation.objects.filter(user=worker).exists()


def test_users_of_other_agencies_are_not_there(as_administrator: Client, stranger: User) -> None:
    for name in ("user", "user_link", "user_deactivate", "user_reactivate"):
        send = as_administrator.get if name == "user" else as_administrator.post
        assert send(reverse(name, args=[stranger.pk])).status_code == 404
    assert "stranger" not in as_administrator.get(reverse("users")).content.decode()


def test_the_list_of_users_asks_a_fixed_number_of_queries(
    as_administrator: Client, agency: Agency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        as_administrator.get(reverse("users"))
    for number in range(20):
        make_user(agency, f"worker{number + 10}", "workers")
    with django_assert_num_queries(3):
        as_administrator.get(reverse("users"))


def test_policies_are_set_and_their_history_kept(
    as_administrator: Client, administrator: User, supervisor: User
) -> None:
    agency = administrator.agency
    assert agency is not None
    sent: dict[str, Any] = {
        "idle_lock_minutes": 20,
        "anonymous_reporter_text": agency.anonymous_reporter_text,
        "retention_years": agency.retention_years,
        "allows_own_publish": "on",
    }
    address = reverse("agency_policies")
    sent["seen"] = as_administrator.get(address).context["form"]["seen"].value()
    assert as_administrator.post(address, sent).status_code == 302
    agency.refresh_from_db()
    assert agency.idle_lock_minutes == 20 and agency.allows_own_publish
    kept = {one.label: (one.before, one.after) for one in TableChange.objects.all()}
    assert kept["idle_lock_minutes"] == ({"idle_lock_minutes": 15}, {"idle_lock_minutes": 20})
    assert kept.keys() == {"idle_lock_minutes", "allows_own_publish"}
    stale = as_administrator.post(address, sent | {"idle_lock_minutes": 15})
    assert stale.status_code == 422 and "Somebody else changed" in stale.content.decode()
    seen = as_administrator.get(address).context["form"]["seen"].value()
    for wrong, words in (
        ({"idle_lock_minutes": 0}, "Choose 1 to 30 minutes."),
        ({"idle_lock_minutes": 99}, "Choose 1 to 30 minutes."),
        ({"retention_years": 1}, "Choose 3 to 150 years."),
    ):
        answer = as_administrator.post(address, sent | {"seen": seen} | wrong)
        page = answer.content.decode()
        assert answer.status_code == 422 and words in page and "Constraint" not in page
        assert answer.context["user"].agency.idle_lock_minutes == 20  # by which this page locks
    agency.refresh_from_db()
    assert agency.idle_lock_minutes == 20
    page = as_administrator.get(reverse("agency_history")).content.decode()
    assert "15 → 20" in page and "Policies" in page
    with pytest.raises(NotAllowed):
        set_policies(actor=supervisor, values={"retention_years": 9}, seen=seen, at=NOW)


def test_rows_of_tables_have_their_history(as_administrator: Client, agency: Agency) -> None:
    service = Service.objects.filter(agency=agency)[0]
    address = reverse("agency_row", args=["services", service.pk])
    form = as_administrator.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"phone": "555-0199"}
    assert as_administrator.post(address, sent).status_code == 302
    change = TableChange.objects.get(row=service.pk)
    assert (change.before, change.after) == ({"phone": service.phone}, {"phone": "555-0199"})
    assert f"{service.phone} → 555-0199" in as_administrator.get(address).content.decode()


def test_response_options_are_edited_and_submitted_deadlines_stay(
    as_administrator: Client, administrator: User, agency: Agency, worker: User
) -> None:
    call = make_call(worker)
    submit(worker, call)
    call.refresh_from_db()
    due = call.due_at
    sheet = call.submissions.get().content.text
    for option in ResponseOption.objects.filter(agency=agency, decides="priority"):
        address = reverse("agency_row", args=["response-options", option.pk])
        form = as_administrator.get(address).context["form"]
        assert "key" not in form.fields and "decides" not in form.fields
        sent = {name: form[name].value() for name in form.fields}
        sent = {name: value for name, value in sent.items() if value not in (None, False)}
        assert as_administrator.post(address, sent | {"deadline_hours": 7}).status_code == 302
        odd = as_administrator.post(address, sent | {"written_hours": 3})
        assert odd.status_code == 422 and "belong to cross-reports" in odd.content.decode()
    call.refresh_from_db()
    assert call.due_at == due and call.submissions.get().content.text == sheet
    assert set(
        ResponseOption.objects.filter(agency=agency, decides="priority").values_list(
            "deadline_hours", flat=True
        )
    ) == {7}
    for change in ({"key": "other"}, {"decides": "screening"}):
        row = ResponseOption.objects.filter(agency=agency, decides="priority")[0]
        seen = sum_of(row)
        for name, value in change.items():
            setattr(row, name, value)
        with pytest.raises(NotPossibleNow, match="for ever"):
            save_row(actor=administrator, row=row, seen=seen, at=NOW)
    add = reverse("agency_row_add", args=["response-options"])
    new = {"decides": "path", "key": "new_path", "label": "Another way", "position": 9}
    assert as_administrator.post(add, new).status_code == 302
    assert as_administrator.post(add, new).status_code == 422
