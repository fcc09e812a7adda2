"""The administrator's desk: users, policies, response options, and the history of each."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from intake.actions.administration import account_of
from intake.actions.agency_tables import save_row, sum_of, values_of
from intake.actions.people import POLICIES, set_policies
from intake.errors import NotAllowed, NotPossibleNow
from intake.models import (
    Agency,
    CopyOutField,
    Invitation,
    ResponseOption,
    Service,
    TableChange,
    User,
)
from intake.worksheet.administration import column_words
from tests.factory import NOW, make_call, make_user, submit

STRONG = "seven quiet rivers"
NEW = {"username": "new", "first_name": "New", "last_name": "Person", "roles": ["workers"]}


def test_somebody_is_invited_and_comes(
    as_administrator: Client, worker: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    page = as_administrator.post(reverse("user_invite"), NEW, follow=True).content.decode()
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
    page = again.content.decode()
    assert again.status_code == 422 and "it was used already" in page
    assert "Set the password" not in page
    assert code not in caplog.text and STRONG not in caplog.text
    assert guest.login(username="new", password=STRONG)
    assert guest.get(reverse("calls")).status_code == 200
    refused = as_administrator.post(reverse("user_invite"), NEW)
    assert refused.status_code == 422 and "already exists" in refused.content.decode()


def test_the_page_of_a_link_can_be_loaded_again_until_it_is_left(
    as_administrator: Client, administrator: User, second: User
) -> None:
    sent = as_administrator.post(reverse("user_invite"), NEW)
    user = User.objects.get(username="new")
    address = reverse("user_link", args=[user.pk])
    assert (sent.status_code, sent["Location"]) == (302, address)
    pages = [as_administrator.get(address) for _ in "ab"]
    code = re.findall(r"/accounts/invitation/#([^\"]+)", pages[0].content.decode())
    assert len(code) == 1 and code[0] in pages[1].content.decode()
    assert "no-store" in pages[0]["Cache-Control"]
    kept = as_administrator.session.get("invitation_link")
    assert kept is not None and code[0] not in str(kept)  # only sealed is it in the database
    other = Client()
    other.force_login(second)
    assert "/accounts/invitation/#" not in other.get(address).content.decode()
    guest = Client()
    look = {"look": "yes", "code": code[0]}
    assert guest.post(reverse("invitation"), look).json() == {"opens": True}
    assert guest.post(reverse("invitation"), {"look": "yes", "code": "x"}).json() == {
        "opens": False
    }
    as_administrator.get(reverse("users"))
    left = as_administrator.get(address).content.decode()
    assert "not shown any more" in left and "Make a new link" in left and code[0] not in left
    again = as_administrator.post(address, follow=True).content.decode()
    assert "/accounts/invitation/#" in again and code[0] not in again
    assert guest.post(reverse("invitation"), look).json() == {"opens": False}
    session = as_administrator.session
    session["invitation_link"] |= {"until": "2020-01-01T00:00:00+00:00"}
    session.save()
    assert "not shown any more" in as_administrator.get(address).content.decode()


def test_a_link_that_was_used_is_not_shown(as_administrator: Client) -> None:
    as_administrator.post(reverse("user_invite"), NEW)
    user = User.objects.get(username="new")
    address = reverse("user_link", args=[user.pk])
    page = as_administrator.get(address).content.decode()
    code = re.findall(r"/accounts/invitation/#([^\"]+)", page)[0]
    sent = {"code": code, "password": STRONG, "again": STRONG}
    assert Client().post(reverse("invitation"), sent).status_code == 302
    assert "the last one was used" in as_administrator.get(address).content.decode()


@pytest.mark.parametrize(
    ("label", "hours", "told"),
    [
        ("Within 10 days", 24, "says “10 days”, which is 240 hours, but is due within 24 hours"),
        ("Within 24 hours", None, "has no deadline"),
        ("A 36-hour response", 0, "is due at once"),
        ("Within 10 days", 240, ""),
        ("Within 10 business days", 24, ""),
        ("As soon as possible", 24, ""),
    ],
)
def test_a_name_that_contradicts_its_hours_is_warned_of(
    as_administrator: Client, agency: Agency, label: str, hours: int | None, told: str
) -> None:
    row = ResponseOption.objects.filter(agency=agency, decides="priority")[0]
    address = reverse("agency_row", args=["response-options", row.pk])
    form = as_administrator.get(address).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, False)}
    sent |= {"label": label, "deadline_hours": "" if hours is None else hours}
    page = as_administrator.post(address, sent, follow=True).content.decode()
    row.refresh_from_db()
    assert (row.label, row.deadline_hours) == (label, hours)  # it is a warning, not a refusal
    assert told in page and ("deadlines follow the hours" in page) == bool(told)


def test_histories_and_lists_speak_in_words(
    as_administrator: Client, client: Client, agency: Agency, privacy: User
) -> None:
    """What administrators see of one row, a privacy officer sees in the agency's history."""
    keys = ("services", "cross-reports", "copy-out", "response-options", "jargon")
    for key in keys:
        listed = as_administrator.get(reverse("agency_table", args=[key]))
        assert not re.search(r">\s*None\s*<", listed.content.decode())
        row = listed.context["lines"][0][0]
        address = reverse("agency_row", args=[key, row.pk])
        form = as_administrator.get(address).context["form"]
        sent = {name: form[name].value() for name in form.fields}
        sent = {name: value for name, value in sent.items() if value not in (None, False)}
        del sent["is_active"]
        assert as_administrator.post(address, sent).status_code == 302
        shown = as_administrator.get(address).content.decode()
        assert "In use: yes → no" in shown
    client.force_login(privacy)
    page = client.get(reverse("agency_history")).content.decode()
    assert page.count("In use: yes → no") == len(keys)
    for title in (
        "Services",
        "Cross-reports",
        "Copy-out",
        "Response options",
        "Words of the trade",
    ):
        assert title in page
    assert TableChange.objects.filter(agency=agency).count() == len(keys)


@pytest.mark.parametrize("table", ["users", "policies", "responseoption", "copyoutfield"])
def test_every_column_of_a_history_has_a_name(agency: Agency, table: str) -> None:
    names = {
        "users": [*account_of(User(agency=agency), [])],
        "policies": [*POLICIES],
        "responseoption": [*values_of(ResponseOption.objects.filter(agency=agency)[0])],
        "copyoutfield": [*values_of(CopyOutField.objects.filter(agency=agency)[0])],
    }[table]
    told = [column_words(table, name) for name in names]
    assert len(set(told)) == len(told) > 3
    assert not [one for one in told if one.startswith(("Is ", "Allows ", "Has ")) or "_" in one]


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
        in as_administrator.post(
            reverse("user_link", args=[worker.pk]), follow=True
        ).content.decode()
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
        set_policies(actor=supervisor, values={"idle_lock_minutes": 9}, seen=seen, at=NOW)


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
