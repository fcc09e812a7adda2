"""What cannot be taken says so in words, with the right status, and nothing is changed."""

import uuid

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from hotline.wsgi import application, without_charset
from intake import fields
from intake.models import Intake, Narrative, Person, User
from tests.factory import put

POST_ONLY = [
    "call_start",
    "call_save",
    "call_section",
    "call_end",
    "call_interrupt",
    "call_resume",
    "call_no_report",
    "call_submit",
    "logout",
]
READ_ONLY = ["home", "csrf", "calls", "call", "wrap_up", "notices", "intake", "editions", "audit"]


def address(name: str, call: Intake) -> str:
    """The address of a name, of the call where it needs one."""
    needs_none = {"call_start", "logout", "home", "csrf", "calls", "notices", "editions", "audit"}
    return reverse(name) if name in needs_none else reverse(name, args=[call.pk])


@pytest.mark.parametrize("name", POST_ONLY)
def test_a_page_asked_from_a_button_s_address_says_where_to_go(
    as_worker: Client, call: Intake, name: str
) -> None:
    response = as_worker.get(address(name, call))
    assert response.status_code == 405
    assert response["Allow"]
    assert "This address is no page" in response.content.decode()
    assert (
        as_worker.get(address(name, call), headers={"Accept": "application/json"})
        .json()["error"]
        .endswith("nothing was changed.")
    )


@pytest.mark.parametrize("name", READ_ONLY)
def test_a_page_takes_no_post(as_worker: Client, call: Intake, name: str) -> None:
    response = as_worker.post(address(name, call), {"text": "x"})
    assert response.status_code == 405
    assert "nothing was changed" in " ".join(response.content.decode().lower().split())
    assert as_worker.head(address("calls", call)).status_code == 200


def test_a_form_that_is_too_large_says_so(as_worker: Client, call: Intake) -> None:
    data = {"section": "narrative", "base:narrative.text": "0-0", "narrative.text": "x" * 2_200_000}
    response = as_worker.post(reverse("call_section", args=[call.pk]), data)
    assert response.status_code == 413
    assert "Too much at once" in response.content.decode()
    many = {f"field-{number}": "" for number in range(3100)}
    assert as_worker.post(reverse("call_section", args=[call.pk]), many).status_code == 413
    large = as_worker.post(
        reverse("call_save", args=[call.pk]), b"x" * 2_200_000, content_type="application/json"
    )
    assert (large.status_code, large.json()["reason"]) == (413, "size")
    assert Narrative.objects.get(intake=call).text == ""


@pytest.mark.parametrize("reason", ["session", "token"])
def test_what_was_typed_in_a_refused_form_is_shown_to_copy(
    worker: User, call: Intake, reason: str
) -> None:
    client = Client(enforce_csrf_checks=reason == "token")
    if reason == "token":
        client.force_login(worker)
    served = f"0-{fields.check_sum('')}"
    data = {
        "base:narrative.text": served,
        "narrative.text": "Long words <b>typed</b>",
        "base:call.tribe": served,
        "call.tribe": "",
    }
    url = reverse("call_section", args=[call.pk])
    page = client.post(url, data, headers={"Origin": "http://testserver"})
    assert page.status_code == (403 if reason == "token" else 401)
    assert "Long words &lt;b&gt;typed&lt;/b&gt;" in page.content.decode()
    assert page.content.decode().count("<textarea") == 1
    assert page["Cache-Control"] == "no-store, private"
    elsewhere = client.post(url, data, headers={"Origin": "https://elsewhere.example"})
    assert "Long words" not in elsewhere.content.decode()
    assert Narrative.objects.get(intake=call).text == ""


@pytest.mark.parametrize("name", ["reason", "words", "authority"])
def test_a_reason_comes_back_to_who_was_signed_out(client: Client, name: str) -> None:
    address = reverse("restriction_set", args=[uuid.uuid4()])
    sent = {name: "A cousin works here."}
    page = client.post(address, sent, headers={"Origin": "http://testserver"})
    assert page.status_code == 401
    assert "A cousin works here.</textarea>" in page.content.decode()


def test_a_button_of_who_was_signed_out_says_that_it_did_nothing(client: Client) -> None:
    page = client.post(reverse("sessions_end"), {"which": "all"}, follow=True)
    assert page.redirect_chain == [(reverse("login"), 302)]
    assert "the button did nothing" in page.content.decode()


def test_a_crafted_row_is_no_trouble(as_worker: Client, call: Intake) -> None:
    key = uuid.uuid4()
    data = {
        "section": "people",
        f"row:person:{key}:role": "heard",
        f"base:person.{key}.name": f"0-{fields.check_sum('')}",
        f"person.{key}.name": "Ana",
    }
    assert as_worker.post(reverse("call_section", args=[call.pk]), data).status_code == 409
    assert not Person.objects.exists()


def test_a_refused_new_concern_comes_back_on_the_wrap_up(
    as_worker: Client, worker: User, call: Intake
) -> None:
    put(worker, call, "narrative.text", "Words")
    key = uuid.uuid4()
    data = {
        f"row:concern:{key}:new": "yes",
        f"base:concern.{key}.what": f"0-{fields.check_sum('')}",
        f"concern.{key}.what": "y" * 20_001,
    }
    page = as_worker.post(reverse("call_submit", args=[call.pk]), data)
    assert page.status_code == 422
    assert "y" * 20_001 in page.content.decode()


def test_a_form_in_place_of_a_save_is_no_failure(worker: User, call: Intake) -> None:
    """The check of its token reads a form, and nothing is left to be read as JSON."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(worker)
    token = client.get(reverse("csrf")).json()["token"]
    for name, keys in (("call_save", [call.pk]), ("preferences_keep", [])):
        place = reverse(name, args=keys)
        answer = client.post(place, {"text": "x"}, headers={"x-csrftoken": token})
        assert answer.status_code == 400, name
        assert "JSON" in answer.json()["error"]
    assert Narrative.objects.get(intake=call).text == ""


@pytest.mark.parametrize(
    "charset", ["rot13", "undefined", "idna", "utf-7", "none", 'x"; charset*=hex']
)
def test_a_charset_that_is_none_is_not_asked(db: None, charset: str) -> None:
    """Django would raise before any page of ours, the one for errors too, sees the request."""
    asked = RequestFactory().get(reverse("login"), {"next": "ü" * 70})
    kind = f"application/x-www-form-urlencoded; CharSet={charset}"
    sent = asked.environ | {"CONTENT_TYPE": kind}
    answers: list[str] = []
    body = b"".join(application(sent, lambda status, headers: answers.append(status)))
    assert answers == ["200 OK"]
    assert b"<h1" in body
    boundary = f"multipart/form-data; charset={charset}; boundary=b"
    assert without_charset(boundary).endswith("; boundary=b")
