"""Single sign-on with a provider that speaks the protocol, over the network of this machine."""

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import SESSION_KEY
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from intake.actions.users import invite_again, is_open, reactivate_user
from intake.errors import NotPossibleNow
from intake.models import Agency, AuditEvent, Invitation, Session, TableChange, User
from intake.roles import parse_group_roles
from tests.factory import NOW, PASSWORD, make_call, make_user
from tests.provider import CLIENT, SECRET, Provider

ROSA: dict[str, Any] = {
    "sub": "0d5f-rosa",
    "preferred_username": "rosa",
    "given_name": "Rosa",
    "family_name": "Example",
    "email": "rosa@example.org",
    "groups": ["sop-workers", "everybody"],
}
SCRIPT = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    """One provider for this file."""
    one = Provider()
    yield one
    one.close()


@pytest.fixture
def provider(running: Provider, agency: Agency, settings: Settings) -> Provider:
    """A provider that signs Rosa in, and an installation that knows it."""
    running.claims, running.token, running.metadata = dict(ROSA), {}, {}
    running.signing_key = running.key
    settings.OIDC_ISSUER = running.issuer
    settings.OIDC_NAME = "County account"
    settings.OIDC_AGENCY = agency.slug
    settings.OIDC_GROUPS = parse_group_roles("sop-workers:workers,sop-leads:supervisors")
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "agency",
                    "name": "County account",
                    "client_id": CLIENT,
                    "secret": SECRET,
                    "settings": {"server_url": running.issuer},
                }
            ],
        }
    }
    return running


def go(client: Client, provider: Provider, **sent: str) -> HttpResponse:
    """Press the button, sign in there, come back; return what that answers."""
    away = client.post(reverse("single_sign_on"), sent)
    answer = client.get(provider.authorize(away.context["address"]))
    assert isinstance(answer, HttpResponse)
    return answer


def test_somebody_new_gets_an_account_with_the_mapped_roles(
    client: Client, provider: Provider, agency: Agency
) -> None:
    assert "Sign in with County account" in client.get(reverse("login")).content.decode()
    answer = go(client, provider, next="/notices/")
    assert (answer.status_code, answer["Location"]) == (302, "/notices/")
    assert client.get(reverse("calls")).status_code == 200
    user = User.objects.with_roles().get(username="rosa")
    assert user.agency == agency
    assert user.roles == {"workers"}
    assert (user.sso_issuer, user.sso_subject) == (provider.issuer, "0d5f-rosa")
    assert not user.has_usable_password()
    verbs = AuditEvent.objects.filter(subject_id=user.pk).values_list("verb", flat=True)
    assert sorted(verbs) == ["user.added", "user.signed_in"]
    assert TableChange.objects.get(row=user.pk).actor is None
    client.post(reverse("logout"))
    form = {"username": "rosa", "password": ""}
    assert client.post(reverse("login"), form).status_code == 200
    assert client.get(reverse("calls")).status_code == 302


def test_the_same_person_is_known_by_another_name(client: Client, provider: Provider) -> None:
    go(client, provider)
    provider.claims |= {"preferred_username": "rosa2", "family_name": "Married"}
    go(Client(), provider)
    user = User.objects.get(sso_subject="0d5f-rosa")
    assert (user.username, user.last_name) == ("rosa", "Married")
    assert TableChange.objects.filter(row=user.pk).latest("at").after == {"last_name": "Married"}


def test_roles_come_and_go_with_the_groups(client: Client, provider: Provider) -> None:
    provider.claims["groups"] = ["sop-workers", "sop-leads"]
    go(client, provider)
    user = User.objects.with_roles().get(username="rosa")
    assert user.roles == {"workers", "supervisors"}
    call = make_call(user)
    provider.claims["groups"] = ["sop-leads"]
    go(Client(), provider)
    assert User.objects.with_roles().get(pk=user.pk).roles == {"supervisors"}
    assert client.get(reverse("csrf"), headers=SCRIPT).status_code == 401  # older sessions end
    provider.claims["groups"] = ["everybody"]
    answer = go(Client(), provider)
    assert (answer.status_code, "no role here" in answer.content.decode()) == (403, True)
    assert User.objects.with_roles().get(pk=user.pk).roles == frozenset()
    assert not Session.objects.filter(user=user).exists()
    call.refresh_from_db()
    assert call.worker_id == user.pk  # until an administrator gives it to a colleague
    events = AuditEvent.objects.filter(verb="user.changed", subject_id=user.pk)
    assert events.count() == 2


def test_nobody_without_a_role_gets_an_account(client: Client, provider: Provider) -> None:
    provider.claims["groups"] = []
    assert go(client, provider).status_code == 403
    assert not User.objects.filter(sso_subject="0d5f-rosa").exists()


def test_an_account_of_ours_is_not_taken_over_by_its_name(
    client: Client, provider: Provider, agency: Agency
) -> None:
    ours = make_user(agency, "rosa", "supervisors")
    answer = go(client, provider)
    assert (answer.status_code, "account of your name" in answer.content.decode()) == (403, True)
    call_command("link_single_sign_on", "rosa", "0d5f-rosa")
    assert go(client, provider).status_code == 302
    linked = User.objects.with_roles().get(pk=ours.pk)
    assert linked.roles == {"workers"}
    assert not linked.check_password(PASSWORD)
    with pytest.raises(CommandError, match="There is no"):
        call_command("link_single_sign_on", "nobody", "x")


def test_a_deactivated_account_stays_shut(client: Client, provider: Provider) -> None:
    go(client, provider)
    User.objects.filter(username="rosa").update(is_active=False)
    answer = go(Client(), provider)
    assert (answer.status_code, "deactivated" in answer.content.decode()) == (403, True)


def test_no_password_is_set_for_them(
    client: Client, provider: Provider, administrator: User
) -> None:
    go(client, provider)
    assert client.get(reverse("password")).status_code == 404
    user = User.objects.get(username="rosa")
    with pytest.raises(NotPossibleNow, match="single sign-on"):
        invite_again(actor=administrator, user_id=user.pk, at=NOW)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert reactivate_user(actor=administrator, user_id=user.pk, at=NOW)[1] == ""


@pytest.mark.parametrize(
    "token",
    [
        {"nonce": "another"},
        {"iss": "https://elsewhere.example.org"},
        {"aud": "another application"},
        {"exp": 1},
        {"sub": "somebody else"},
    ],
)
def test_a_token_for_somebody_or_something_else_opens_nothing(
    client: Client, provider: Provider, token: dict[str, Any]
) -> None:
    provider.token = token
    answer = go(client, provider)
    assert (answer.status_code, "not signed in" in answer.content.decode()) == (401, True)
    assert client.get(reverse("csrf"), headers=SCRIPT).status_code == 401
    assert not User.objects.filter(username="rosa").exists()


def test_a_token_that_somebody_else_signed_opens_nothing(
    client: Client, provider: Provider
) -> None:
    provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert go(client, provider).status_code == 401


def test_a_provider_that_says_it_is_another_opens_nothing(
    client: Client, provider: Provider
) -> None:
    provider.metadata = {"issuer": "https://elsewhere.example.org"}
    provider.token = {"iss": "https://elsewhere.example.org"}
    assert go(client, provider).status_code == 401


def test_the_way_back_opens_in_the_browser_that_began_it(
    client: Client, provider: Provider
) -> None:
    away = client.post(reverse("single_sign_on"))
    back = provider.authorize(away.context["address"])
    assert Client().get(back).status_code == 401
    assert client.get(back).status_code == 302
    client.post(reverse("logout"))
    assert client.get(back).status_code == 401  # once
    cancelled = f"{reverse('single_sign_on_done')}?error=access_denied"
    assert client.get(cancelled).status_code == 401


def test_it_leads_to_no_other_site(client: Client, provider: Provider) -> None:
    assert go(client, provider, next="https://elsewhere.example/")["Location"] == "/"


@pytest.mark.parametrize(
    ("amr", "trusted", "leads_to"),
    [
        (["pwd"], False, "account"),
        (["pwd", "mfa"], False, "home"),
        ([], True, "home"),
    ],
)
def test_the_providers_second_factor_counts_where_it_tells_of_it(
    client: Client,
    provider: Provider,
    settings: Settings,
    amr: list[str],
    trusted: bool,
    leads_to: str,
) -> None:
    settings.SECOND_FACTOR = "required"
    settings.OIDC_HAS_SECOND_FACTOR = trusted
    provider.claims["groups"] = ["sop-leads"]
    provider.token = {"amr": amr}
    assert go(client, provider)["Location"] == reverse(leads_to)


def test_who_is_signed_in_proves_it_there(client: Client, provider: Provider) -> None:
    go(client, provider)
    session = client.session
    session["proved"] = 0
    session.save()
    asked = client.get(reverse("factor_app"))
    page = client.get(asked["Location"]).content.decode()
    assert "County account" in page and 'type="password"' not in page.split("<dialog")[0]
    old = int(timezone.now().timestamp()) - 3600
    provider.token = {"auth_time": old}
    assert go(client, provider, next=reverse("factor_app")).status_code == 401
    provider.token = {}
    done = go(client, provider, next=reverse("factor_app"))
    assert done["Location"] == reverse("factor_app")
    assert (provider.asked["prompt"], provider.asked["max_age"]) == ("login", "0")
    assert client.get(reverse("factor_app")).status_code == 200
    provider.claims["sub"] = "somebody else"
    assert go(client, provider, next=reverse("factor_app")).status_code == 401


def test_a_provider_out_of_reach_is_told(
    client: Client, provider: Provider, settings: Settings
) -> None:
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    apps[0]["settings"]["server_url"] = "http://127.0.0.1:9"
    answer = client.post(reverse("single_sign_on"))
    assert (answer.status_code, "cannot be reached" in answer.content.decode()) == (401, True)


def test_groups_are_read_from_one_line() -> None:
    assert parse_group_roles("a:workers, urn:x:y:supervisors") == {
        "a": "workers",
        "urn:x:y": "supervisors",
    }


@pytest.mark.parametrize("form", ["{}", "{}/", "{}/.well-known/openid-configuration"])
def test_an_account_is_linked_however_the_issuer_is_written(
    client: Client, provider: Provider, worker: User, administrator: User, form: str
) -> None:
    _, token = invite_again(actor=administrator, user_id=worker.pk, at=timezone.now())
    call_command("link_single_sign_on", "worker", ROSA["sub"], issuer=form.format(provider.issuer))
    assert go(client, provider).status_code == 302
    assert client.session[SESSION_KEY] == str(worker.pk)
    assert not is_open(token, at=timezone.now())
    assert not Invitation.objects.exists()


def test_nobody_of_another_agency_is_linked(provider: Provider, stranger: User) -> None:
    with pytest.raises(CommandError, match="not of the agency"):
        call_command("link_single_sign_on", "stranger", ROSA["sub"])
    stranger.refresh_from_db()
    assert not stranger.has_single_sign_on and stranger.has_usable_password()


def test_no_password_opens_an_account_of_single_sign_on(
    client: Client, provider: Provider, worker: User
) -> None:
    call_command("link_single_sign_on", "worker", ROSA["sub"])
    worker.refresh_from_db()
    worker.set_password(PASSWORD)  # as an operator may
    worker.save()
    sent = {"username": "worker", "password": PASSWORD}
    assert client.post(reverse("login"), sent).status_code == 200
    assert SESSION_KEY not in client.session
