"""Proving anew who one is, before what asks for a fresh sign-in."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from intake.models import AuditEvent, Invitation, User
from intake.sessions import is_fresh
from intake.views.fresh import fresh_sign_in_required
from intake.views.requests import UserRequest
from tests import factory
from tests.factory import PASSWORD, make_user


@fresh_sign_in_required
def guarded(request: UserRequest) -> HttpResponse:
    """A page that asks for a fresh sign-in."""
    return HttpResponse("shown")


def asked(client: Client, user: User) -> HttpResponse:
    """Ask for that page with the client's session."""
    request = RequestFactory().get("/somewhere/?a=1")
    request.user = user
    request.session = client.session
    answer = guarded(request)  # type: ignore[arg-type]
    assert isinstance(answer, HttpResponse)
    return answer


def test_who_signed_in_just_now_is_let_in(client: Client, worker: User) -> None:
    client.post(reverse("login"), {"username": "worker", "password": PASSWORD})
    assert asked(client, worker).content == b"shown"


def test_after_five_minutes_it_is_asked_for_and_leads_back(as_worker: Client, worker: User) -> None:
    session = as_worker.session
    session["proved"] = int((timezone.now() - timedelta(minutes=5)).timestamp())
    session.save()
    answer = asked(as_worker, worker)
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/prove/?next=%2Fsomewhere%2F%3Fa%3D1"
    proved = as_worker.post(answer["Location"], {"password": PASSWORD})
    assert (proved.status_code, proved["Location"]) == (302, "/somewhere/?a=1")
    assert asked(as_worker, worker).content == b"shown"
    assert AuditEvent.objects.filter(verb="user.proved", actor=worker).count() == 1


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_opens_nothing(as_worker: Client, worker: User, password: str) -> None:
    answer = as_worker.post(reverse("prove"), {"password": password})
    assert answer.status_code == 422
    assert "password" in answer.content.decode()
    request = RequestFactory().get("/")
    request.session = as_worker.session
    assert not is_fresh(request)
    assert AuditEvent.objects.filter(verb="user.proof_failed").count() == bool(password)


def test_it_leads_to_no_other_site(as_worker: Client, worker: User) -> None:
    answer = as_worker.post(
        reverse("prove") + "?next=https://elsewhere.example/", {"password": PASSWORD}
    )
    assert answer["Location"] == "/"


NEW = {"username": "new", "first_name": "New", "last_name": "Person", "roles": ["workers"]}


def account_pages(user: User) -> list[tuple[str, str]]:
    """The pages and buttons that change an account, and where each goes on after the proof."""
    page = reverse("user", args=[user.pk])
    buttons = ("user_link", "user_factor_reset", "user_deactivate", "user_reactivate")
    return [("get", page), ("get", reverse("user_invite"))] + [
        ("post", reverse(name, args=[user.pk])) for name in buttons
    ]


def test_whatever_changes_an_account_asks_for_it(client: Client, administrator: User) -> None:
    colleague = make_user(administrator.agency, "colleague", "workers")  # type: ignore[arg-type]
    client.force_login(administrator)
    before = User.objects.values().get(pk=colleague.pk)
    for method, address in account_pages(colleague):
        answer = getattr(client, method)(address)
        back = address if method == "get" else reverse("user", args=[colleague.pk])
        expected = f"{reverse('prove')}?{urlencode({'next': back})}"
        assert (answer.status_code, answer["Location"]) == (302, expected), address
    assert User.objects.values().get(pk=colleague.pk) == before
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("name", ["user", "user_invite"])
def test_a_form_of_an_account_keeps_what_was_typed_when_the_proof_is_over(
    as_administrator: Client, worker: User, name: str
) -> None:
    session = as_administrator.session
    session["proved"] = 0
    session.save()
    address = reverse(name, args=[worker.pk] if name == "user" else [])
    answer = as_administrator.post(address, NEW | {"last_name": "Typed Slowly"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "more than five minutes" in page and "Typed Slowly" in page
    assert f'href="{reverse("prove")}?next=/agency/users/" target="_blank"' in page
    assert not User.objects.filter(last_name="Typed Slowly").exists()
    factory.prove(as_administrator)
    assert as_administrator.post(address, NEW | {"last_name": "Typed Slowly"}).status_code == 302
    assert User.objects.filter(last_name="Typed Slowly").exists()
