"""The second factor: who has to have one, what opens, what is used once, and how it is reset."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from intake.actions import second_factors
from intake.actions.users import invite_again, reset_second_factor
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import Agency, AuditEvent, Session, TableChange, User
from tests.factory import NOW, PASSWORD, make_user, prove

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SCRIPT = {"Accept": "application/json"}


def code_at(steps: int = 0, secret: str = SECRET) -> str:
    """What the app shows so many half minutes from now."""
    step = int(timezone.now().timestamp()) // second_factors.STEP + steps
    return str(format_hotp_value(hotp_value(secret, step)))


def give_app(user: User, before: timedelta = timedelta(hours=1)) -> None:
    """Set up an app of the user's, an hour ago."""
    at = timezone.now() - before
    code = format_hotp_value(hotp_value(SECRET, int(at.timestamp()) // second_factors.STEP))
    second_factors.add_app(actor=user, secret=SECRET, code=code, at=at)


def type_password(client: Client, username: str, **extra: str) -> str:
    """Give the password; return where that leads."""
    answer = client.post(reverse("login"), {"username": username, "password": PASSWORD} | extra)
    assert answer.status_code == 302
    return str(answer["Location"])


def sign_in(client: Client, username: str) -> None:
    """Give password and code."""
    assert type_password(client, username) == reverse("second_factor")
    assert client.post(reverse("second_factor"), {"code": code_at()}).status_code == 302


def test_the_password_alone_opens_nothing(client: Client, worker: User) -> None:
    give_app(worker)
    assert type_password(client, "worker", next="/notices/") == reverse("second_factor")
    assert client.get(reverse("calls")).status_code == 302
    assert "authenticator app" in client.get(reverse("second_factor")).content.decode()
    wrong = client.post(reverse("second_factor"), {"code": code_at(9)})
    assert (wrong.status_code, "not accepted" in wrong.content.decode()) == (422, True)
    right = client.post(reverse("second_factor"), {"code": code_at()})
    assert (right.status_code, right["Location"]) == (302, "/notices/")
    assert client.get(reverse("calls")).status_code == 200
    verbs = AuditEvent.objects.filter(subject_id=worker.pk).values_list("verb", flat=True)
    assert sorted(verbs) == ["user.factor_added", "user.factor_failed", "user.signed_in"]


def test_a_code_opens_once_and_no_older_one_does(worker: User) -> None:
    give_app(worker)
    at = timezone.now()
    use = second_factors.use_code
    assert not use(user=worker, code=code_at(2), at=at)
    assert use(user=worker, code=f" {code_at()[:3]} {code_at()[3:]} ", at=at)
    assert not use(user=worker, code=code_at(), at=at)
    assert not use(user=worker, code=code_at(-1), at=at)
    assert use(user=worker, code=code_at(1), at=at)


def test_a_recovery_code_opens_once(client: Client, worker: User) -> None:
    give_app(worker)
    codes = second_factors.make_codes(actor=worker, at=NOW)
    assert len(set(codes)) == 10
    for expected in (302, 422):
        type_password(client, "worker")
        answer = client.post(reverse("second_factor"), {"code": f"{codes[3][:5]} {codes[3][5:]}"})
        assert answer.status_code == expected
        client.post(reverse("logout"))
    assert AuditEvent.objects.filter(verb="user.recovery_code_used").count() == 1
    new = second_factors.make_codes(actor=worker, at=NOW)
    assert not second_factors.use_code(user=worker, code=codes[0], at=NOW)
    assert second_factors.use_code(user=worker, code=new[0], at=NOW)


def test_secrets_are_stored_sealed(worker: User) -> None:
    give_app(worker)
    second_factors.make_codes(actor=worker, at=NOW)
    for row in Authenticator.objects.filter(user=worker):
        assert SECRET not in str(row.data)
        assert set(row.data) <= {"secret", "last_step", "seed", "used_mask"}
        assert len(row.data.get("seed", "x" * 120)) >= 120


def test_guessing_codes_is_slowed_down(client: Client, worker: User) -> None:
    give_app(worker)
    type_password(client, "worker")
    address = reverse("second_factor")
    statuses = [client.post(address, {"code": f"00000{n}"}).status_code for n in range(8)]
    assert statuses == [422] * 6 + [429] * 2
    assert client.post(address, {"code": code_at()}).status_code == 429


@pytest.mark.parametrize("role", ["supervisors", "administrators", "privacy_officers"])
def test_who_has_to_have_one_sets_it_up_and_can_do_nothing_else(
    client: Client, agency: Agency, role: str, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "required"
    make_user(agency, "new", role, "workers")
    assert type_password(client, "new") == reverse("account")
    for name in ("home", "calls", "editions", "preferences", "password", "factor_codes"):
        answer = client.get(reverse(name))
        assert (answer.status_code, answer["Location"]) == (302, reverse("account")), name
    refused = client.post(reverse("call_start"), headers=SCRIPT)
    assert (refused.status_code, refused.json()["reason"]) == (403, "second_factor")
    assert client.get(reverse("csrf"), headers=SCRIPT).status_code == 200
    page = client.get(reverse("account")).content.decode()
    assert "Set up a second factor" in page and "Main" not in page
    app = client.get(reverse("factor_app"))
    assert b"<svg" in app.content and b"data:" not in app.content
    secret = app.context["secret"].replace(" ", "")
    wrong = client.post(reverse("factor_app"), {"code": code_at(9, secret)})
    assert wrong.status_code == 422
    right = client.post(reverse("factor_app"), {"code": code_at(0, secret)})
    assert (right.status_code, right["Location"]) == (302, reverse("factor_codes"))
    codes = re.findall(
        r"<code>(\d{5} \d{5})</code>", client.get(right["Location"]).content.decode()
    )
    assert len(codes) == 10
    assert b"<code>" not in client.get(right["Location"]).content  # shown once
    assert client.get(reverse("calls")).status_code == 200
    client.post(reverse("logout"))
    sign_in_again = type_password(client, "new")
    assert sign_in_again == reverse("second_factor")


def test_the_agency_decides_for_its_workers(
    client: Client, worker: User, agency: Agency, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "required"
    assert type_password(client, "worker") == reverse("home")
    assert client.get(reverse("calls")).status_code == 200
    agency.requires_worker_factor = True
    agency.save()
    assert client.get(reverse("calls"))["Location"] == reverse("account")


def test_the_last_factor_stays_where_it_is_needed(supervisor: User, settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"
    give_app(supervisor)
    row = Authenticator.objects.get(user=supervisor)
    with pytest.raises(NotPossibleNow, match="last second factor"):
        second_factors.remove_factor(actor=supervisor, factor_id=row.pk, at=NOW)
    settings.SECOND_FACTOR = "off"
    second_factors.make_codes(actor=supervisor, at=NOW)
    second_factors.remove_factor(actor=supervisor, factor_id=row.pk, at=NOW)
    assert not Authenticator.objects.exists()
    with pytest.raises(NotPossibleNow, match="Set up"):
        second_factors.make_codes(actor=supervisor, at=NOW)


def test_nobody_removes_a_colleagues_factor(as_worker: Client, worker2: User) -> None:
    give_app(worker2)
    session = as_worker.session
    session["proved"] = int(timezone.now().timestamp())
    session.save()
    row = Authenticator.objects.get()
    assert as_worker.post(reverse("factor_remove", args=[row.pk])).status_code == 404
    assert Authenticator.objects.filter(pk=row.pk).exists()


def test_what_no_key_answered_adds_nothing(worker: User, as_worker: Client) -> None:
    session = as_worker.session
    session["proved"] = int(timezone.now().timestamp())
    session.save()
    address = reverse("factor_key")
    for credential in ("", "no json", "[]", "{}", '{"id": "x", "response": {}}'):
        as_worker.get(address)
        answer = as_worker.post(address, {"name": "Mine", "credential": credential})
        assert answer.status_code == 422, credential
    assert not Authenticator.objects.exists()


def test_what_no_key_answered_opens_nothing(client: Client, worker: User) -> None:
    give_app(worker)
    type_password(client, "worker")
    for credential in ("no json", "{}", '{"id": "x", "response": {}}'):
        answer = client.post(reverse("second_factor"), {"credential": credential})
        assert answer.status_code == 422
    assert client.get(reverse("calls")).status_code == 302


def test_removing_a_factor_leads_back_to_the_account_after_the_proof(
    client: Client, worker: User
) -> None:
    give_app(worker, timedelta(hours=2))
    factor = Authenticator.objects.get(user=worker, type=Authenticator.Type.TOTP)
    sign_in(client, "worker")
    session = client.session
    session["proved"] = 0
    session.save()
    asked = client.post(reverse("factor_remove", args=[factor.pk]))
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.post(reverse("second_factor"), {"code": code_at(1)}, follow=True)
    assert page.status_code == 200
    assert page.redirect_chain == [(reverse("account"), 302)]
    assert "press the button again" in page.content.decode()


def test_a_fresh_sign_in_asks_for_the_second_factor_too(client: Client, worker: User) -> None:
    give_app(worker, timedelta(hours=2))
    sign_in(client, "worker")
    session = client.session
    session["proved"] = 0
    session.save()
    asked = client.get(reverse("factor_codes"))
    assert asked["Location"].startswith(reverse("prove"))
    step = client.post(asked["Location"], {"password": PASSWORD})
    assert step["Location"] == reverse("second_factor")
    assert client.get(reverse("factor_codes"))["Location"].startswith(reverse("prove"))
    done = client.post(reverse("second_factor"), {"code": code_at(1)})
    assert done["Location"] == reverse("factor_codes")
    assert client.get(reverse("factor_codes")).status_code == 200


def test_a_locked_screen_opens_with_the_password_alone(client: Client, worker: User) -> None:
    """NIST SP 800-63B-4 lets one factor unlock before the overall limit."""
    give_app(worker)
    sign_in(client, "worker")
    began = client.session["began"]
    client.post(reverse("lock"), headers=SCRIPT)
    assert client.get(reverse("csrf"), headers=SCRIPT).status_code == 401
    form = {"username": "worker", "password": PASSWORD}
    answer = client.post(reverse("login"), form, headers=SCRIPT)
    assert answer.json()["user"] == str(worker.pk)
    assert client.session["began"] == began  # the twelve hours go on
    assert client.session["factor"] == "given"
    assert AuditEvent.objects.filter(verb="user.unlocked", actor=worker).count() == 1
    asked = client.get(reverse("factor_codes"))  # it proves less than a sign-in
    assert asked["Location"].startswith(reverse("prove")) or client.session["proved"]


@pytest.mark.parametrize("change", ["other", "old", "password", "signed out", "nothing kept"])
def test_anybody_else_goes_the_whole_way(
    client: Client, worker: User, worker2: User, change: str
) -> None:
    give_app(worker)
    give_app(worker2)
    sign_in(client, "worker")
    client.post(reverse("lock"), headers=SCRIPT)
    name = "worker"
    session = client.session
    if change == "other":
        name = "worker2"
    elif change == "old":
        session["locked"] = session["locked"] | {"began": session["locked"]["began"] - 12 * 3600}
        session.save()
    elif change == "password":
        session["locked"] = session["locked"] | {"hash": "another"}
        session.save()
    elif change == "signed out":
        Session.objects.filter(user=worker).delete()
    else:
        del session["locked"]
        session.save()
    form = {"username": name, "password": PASSWORD}
    answer = client.post(reverse("login"), form, headers=SCRIPT)
    assert answer.status_code == 422
    assert answer.json()["next"] == reverse("second_factor")
    assert client.get(reverse("csrf"), headers=SCRIPT).status_code == 401


def test_an_administrator_resets_it(
    client: Client, administrator: User, worker: User, supervisor: User
) -> None:
    give_app(worker)
    sign_in(client, "worker")
    desk = Client()
    desk.force_login(administrator)
    prove(desk)
    address = reverse("user", args=[worker.pk])
    page = desk.get(address).content.decode()
    assert "Authenticator app; 0 recovery codes left" in page and "Reset second factor" in page
    told = desk.post(reverse("user_factor_reset", args=[worker.pk]), follow=True).content.decode()
    assert "the second factor was reset" in told and "authenticator app → nothing" in told
    assert client.get(reverse("csrf"), headers=SCRIPT).status_code == 401
    assert not Authenticator.objects.filter(user=worker).exists()
    event = AuditEvent.objects.get(verb="user.factor_reset")
    assert (event.actor, event.subject_id) == (administrator, worker.pk)
    assert TableChange.objects.get(row=worker.pk).before == {"second_factor": "authenticator app"}
    again = desk.post(reverse("user_factor_reset", args=[worker.pk]), follow=True)
    assert "has no second factor" in again.content.decode()
    own = desk.post(reverse("user_factor_reset", args=[administrator.pk]), follow=True)
    assert "Nobody resets the own" in own.content.decode()
    with pytest.raises(NotAllowed):
        reset_second_factor(actor=supervisor, user_id=worker.pk, at=NOW)


def test_a_new_password_by_a_link_leaves_the_factor(
    client: Client, administrator: User, worker: User
) -> None:
    give_app(worker)
    token = invite_again(actor=administrator, user_id=worker.pk, at=timezone.now())[1]
    new = "seven quiet rivers"
    sent = {"code": token, "password": new, "again": new}
    assert client.post(reverse("invitation"), sent)["Location"] == reverse("login")
    assert client.get(reverse("calls")).status_code == 302
    answer = client.post(reverse("login"), {"username": "worker", "password": new})
    assert answer["Location"] == reverse("second_factor")


def test_a_strangers_factor_is_not_reset(as_administrator: Client, stranger: User) -> None:
    give_app(stranger)
    assert (
        as_administrator.post(reverse("user_factor_reset", args=[stranger.pk])).status_code == 404
    )
    assert Authenticator.objects.filter(user=stranger).exists()


def test_a_wrong_code_sets_up_nothing(worker: User) -> None:
    with pytest.raises(InvalidValue, match="clock"):
        second_factors.add_app(actor=worker, secret=SECRET, code="123", at=NOW)
    assert not Authenticator.objects.exists()


def set_up(client: Client) -> HttpResponse:
    """Set up an app in this browser."""
    secret = client.get(reverse("factor_app")).context["secret"].replace(" ", "")
    answer = client.post(reverse("factor_app"), {"code": code_at(0, secret)})
    assert isinstance(answer, HttpResponse)
    return answer


def test_the_first_factor_ends_the_sessions_that_gave_none(worker: User, worker2: User) -> None:
    own, other, colleague = Client(), Client(), Client()
    for client, name in ((own, "worker"), (other, "worker"), (colleague, "worker2")):
        type_password(client, name)
    assert set_up(own)["Location"] == reverse("factor_codes")
    assert own.get(reverse("calls")).status_code == 200
    assert other.get(reverse("calls"))["Location"].startswith(reverse("login"))
    assert colleague.get(reverse("calls")).status_code == 200
    ended = AuditEvent.objects.get(verb="user.sessions_ended")
    assert (ended.subject_id, ended.details) == (worker.pk, {"sessions": 1})


@pytest.mark.parametrize("name", ["factor_app", "factor_key", "factor_codes"])
def test_a_fresh_password_is_no_proof_once_there_is_a_factor(worker: User, name: str) -> None:
    client = Client()
    type_password(client, "worker")
    assert client.get(reverse("factor_app")).status_code == 200
    give_app(worker)  # at the same moment, somewhere else
    for answer in (client.get(reverse(name)), client.post(reverse(name), {"code": code_at()})):
        assert (answer.status_code, answer["Location"][:16]) == (302, reverse("prove"))
    asked = client.post(answer["Location"], {"password": PASSWORD})
    assert asked["Location"] == reverse("second_factor")
    assert client.post(asked["Location"], {"code": code_at()})["Location"] == reverse(name)
    assert client.get(reverse(name)).status_code == 200
    assert Authenticator.objects.filter(user=worker).count() == 1


def test_who_proves_anew_with_the_factor_has_given_it(supervisor: User, settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"
    client = Client()
    type_password(client, "supervisor")
    give_app(supervisor)  # at the same moment, somewhere else
    assert client.get(reverse("reviews"))["Location"] == reverse("account")
    client.post(reverse("prove"), {"password": PASSWORD})
    client.post(reverse("second_factor"), {"code": code_at()})
    assert client.get(reverse("reviews")).status_code == 200


def guess_codes(client: Client, times: int, address: str = "192.0.2.9") -> int:
    """Give the password and wrong codes; return the last status."""
    client.post(reverse("login"), {"username": "worker", "password": PASSWORD}, REMOTE_ADDR=address)
    sent = [
        client.post(reverse("second_factor"), {"code": f"00000{n}"}, REMOTE_ADDR=address)
        for n in range(times)
    ]
    return sent[-1].status_code


def test_who_guesses_codes_elsewhere_does_not_make_the_owner_wait(worker: User) -> None:
    give_app(worker, timedelta(hours=2))
    own, office = Client(), "203.0.113.7"
    guess_codes(own, 1, office)
    assert (
        own.post(reverse("second_factor"), {"code": code_at()}, REMOTE_ADDR=office).status_code
        == 302
    )
    own.post(reverse("logout"))
    assert guess_codes(Client(), 9) == 429
    own.post(reverse("login"), {"username": "worker", "password": PASSWORD}, REMOTE_ADDR=office)
    known = own.post(reverse("second_factor"), {"code": code_at(1)}, REMOTE_ADDR=office)
    assert known.status_code == 302
    assert guess_codes(Client(), 1) == 429  # whoever guesses goes on waiting


@pytest.mark.parametrize("deed", ["user_factor_reset", "user_link"])
def test_a_new_beginning_forgets_wrong_codes(
    worker: User, as_administrator: Client, deed: str
) -> None:
    give_app(worker)
    assert guess_codes(Client(), 9) == 429
    answer = as_administrator.post(reverse(deed, args=[worker.pk]))
    assert answer.status_code == 302
    if deed == "user_link":
        code = re.search(r"invitation/#([^\"]+)", as_administrator.get(answer["Location"]).text)
        assert code is not None
        new = {"code": code[1], "password": PASSWORD, "again": PASSWORD}
        assert Client().post(reverse("invitation"), new).status_code == 302
    else:
        give_app(worker)
    assert guess_codes(Client(), 1) == 422


def test_a_weak_new_password_is_no_wrong_old_one(as_worker: Client) -> None:
    sent = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    for _ in range(9):
        assert "too short" in as_worker.post(reverse("password"), sent).content.decode()
    wrong = sent | {"old_password": "not it"}
    answers = [as_worker.post(reverse("password"), wrong).status_code for _ in range(8)]
    assert answers == [200] * 6 + [302] * 2
