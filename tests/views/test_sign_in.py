"""Signing in: guessing is slowed down, and an honest colleague in the same office still gets in."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.core.cache.backends import db as cache_backend
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from intake import guessing
from intake.addresses import client_of
from intake.models import Agency, AuditEvent, CacheEntry, User
from intake.passwords import normalised
from tests.factory import PASSWORD, make_user

OFFICE = "203.0.113.7"


def try_from(
    address: str, username: str, password: str, client: Client | None = None
) -> HttpResponse:
    """Answer of a browser that is new, or `client`, at an address."""
    form = {"username": username, "password": password}
    answer = (client or Client()).post(reverse("login"), form, REMOTE_ADDR=address)
    assert isinstance(answer, HttpResponse)
    return answer


Later = Callable[[float], None]


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Let so many seconds pass for the cache; none pass by themselves, however busy the machine."""
    at = time.time()

    def pass_seconds(seconds: float) -> None:
        nonlocal at
        at += seconds

    monkeypatch.setattr(time, "time", lambda: at)
    monkeypatch.setattr(cache_backend, "tz_now", lambda: datetime.fromtimestamp(at, UTC))
    return pass_seconds


def test_fifty_guesses_from_many_addresses_are_stopped(worker: User, worker2: User) -> None:
    known = Client()
    assert try_from(OFFICE, "worker", PASSWORD, known).status_code == 302
    statuses = [
        try_from(f"198.51.100.{n}", "worker", f"guess number {n}").status_code for n in range(50)
    ]
    assert statuses[:5] == [200] * 5
    assert set(statuses[6:]) == {429}
    assert AuditEvent.objects.filter(verb="user.sign_in_failed").count() <= 6
    # Even the right password is not looked at from just anywhere,
    answer = try_from("198.51.100.99", "worker", PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 30
    assert f"try again in {answer['Retry-After']} seconds" in answer.content.decode()
    # but it is from the browser that signed in before, wherever it is now, and from its office.
    known.post(reverse("logout"))
    assert try_from("198.51.100.98", "worker", PASSWORD, known).status_code == 302
    assert try_from(OFFICE, "worker", PASSWORD).status_code == 302
    assert try_from("198.51.100.1", "worker2", PASSWORD).status_code == 302


def test_waiting_helps_and_each_wait_is_longer(worker: User, later: Later) -> None:
    for n in range(6):
        assert try_from(f"198.51.100.{n}", "worker", f"guess {n}").status_code == 200
    waits = []
    for n in range(8):
        waits.append(int(try_from("198.51.100.50", "worker", "guess")["Retry-After"]))
        later(waits[-1])
        assert try_from(f"192.0.2.{n}", "worker", f"another guess {n}").status_code == 200
    expected = [30, 60, 120, 240, 480, 900, 900, 900]
    assert all(told <= full for told, full in zip(waits, expected, strict=True))
    assert waits == sorted(waits)
    assert waits[-1] > 800
    later(waits[-1] + 200)
    assert try_from("192.0.2.99", "worker", PASSWORD).status_code == 302


def test_one_password_at_five_hundred_accounts_is_stopped(agency: Agency, worker2: User) -> None:
    for number in range(12):
        make_user(agency, f"person{number}", "workers")
    statuses = [
        try_from(OFFICE, f"person{number}", "Summer in the office 1").status_code
        for number in range(500)
    ]
    assert set(statuses[:8]) == {200}
    assert set(statuses[9:]) == {429}
    # Her very first sign-in, from the address of whoever does that.
    assert try_from(OFFICE, "worker2", PASSWORD).status_code == 302


def test_another_password_at_each_account_is_slowed_down_for_the_address(
    agency: Agency, worker: User, worker2: User, later: Later
) -> None:
    honest = Client()
    assert try_from(OFFICE, "worker2", PASSWORD, honest).status_code == 302
    statuses = [
        try_from(OFFICE, f"somebody{number}", f"somebody{number} likes 2026").status_code
        for number in range(60)
    ]
    assert statuses.count(200) <= guessing.ADDRESS.free + 1
    assert statuses[-1] == 429
    assert try_from(OFFICE, "worker2", PASSWORD).status_code == 302  # she was here before
    answer = try_from(OFFICE, "worker", PASSWORD)  # he was not, and waits for a moment
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= guessing.ADDRESS.longest
    later(int(answer["Retry-After"]))
    assert try_from(OFFICE, "worker", PASSWORD).status_code == 302


def test_a_known_browser_is_limited_too(worker: User) -> None:
    known = Client()
    assert try_from(OFFICE, "worker", PASSWORD, known).status_code == 302
    known.post(reverse("logout"))
    statuses = [try_from(OFFICE, "worker", f"guess {n}", known).status_code for n in range(30)]
    assert statuses.count(200) == guessing.KNOWN.free + 1
    assert statuses[-1] == 429


def test_success_forgets_the_failures(worker: User) -> None:
    for n in range(4):
        try_from(OFFICE, "worker", f"guess {n}")
    assert try_from(OFFICE, "worker", PASSWORD).status_code == 302
    assert not cache.get(
        f"account:{guessing.attempt_of(HttpRequest(), 'worker', '').account}:count"
    )


def test_an_unknown_name_is_answered_in_the_same_words_and_as_slowly(worker: User) -> None:
    hidden = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|value="(worker|nobody)"')
    pages = []
    for name in ("worker", "nobody"):
        answers = [try_from("192.0.2.1", name, f"{name} guesses {n}") for n in range(7)]
        assert [one.status_code for one in answers] == [200] * 6 + [429]
        pages.append([hidden.sub("", one.content.decode()) for one in answers])
    assert pages[0] == pages[1]


@pytest.mark.parametrize("password", ["not the password", "ﬁve ﬁshes"])
@pytest.mark.parametrize("name", ["worker", "nobody"])
def test_a_failure_hashes_and_writes_once_whoever_it_is(
    name: str, password: str, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    from django.contrib.auth.hashers import MD5PasswordHasher

    encode = MD5PasswordHasher.encode

    def count(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    try_from(OFFICE, name, password)
    assert hashed == [normalised(password)]


def test_nothing_of_it_is_stored_in_plain(worker: User) -> None:
    try_from(OFFICE, "worker", "a guess that may be right elsewhere")
    try_from(OFFICE, "worker", PASSWORD)
    stored = " ".join(f"{one.cache_key} {one.value}" for one in CacheEntry.objects.all())
    assert stored
    for word in ("worker", OFFICE, "guess that", PASSWORD):
        assert word not in stored


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "found"),
    [
        (0, "192.0.2.1", "", "192.0.2.1"),
        (0, "192.0.2.1", "198.51.100.1", "192.0.2.1"),  # nobody vouches for it
        (1, "10.0.0.1", "192.0.2.1", "192.0.2.1"),
        (1, "10.0.0.1", "198.51.100.1, 192.0.2.1", "192.0.2.1"),  # forged at the left
        (2, "10.0.0.1", "198.51.100.1, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        (2, "10.0.0.1", "192.0.2.1", "192.0.2.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "no address", "10.0.0.1"),
        (1, "10.0.0.1", "192.0.2.1:4711", "192.0.2.1"),
        (1, "10.0.0.1", "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:9::9", "", "2001:db8:1:2::/64"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
        (0, "", "", ""),
    ],
)
def test_an_address_is_what_our_own_proxies_say(
    proxies: int, peer: str, forwarded: str, found: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    assert client_of(request) == found


def test_forging_the_forwarded_address_does_not_help(worker: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    statuses = []
    for number in range(40):
        form = {"username": f"name{number}", "password": f"guess {number}"}
        chain = f"192.0.2.{number}, 198.51.100.66"
        answer = Client().post(
            reverse("login"), form, REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": chain}
        )
        statuses.append(answer.status_code)
    assert statuses[-1] == 429


def test_an_invitation_makes_a_browser_known_and_forgets_failures(
    as_administrator: Client, worker: User
) -> None:
    page = as_administrator.post(
        reverse("user_link", args=[worker.pk]), follow=True
    ).content.decode()
    code = re.search(r'/accounts/invitation/#([^"]+)"', page)
    assert code is not None
    for n in range(9):
        try_from(f"198.51.100.{n}", "worker", f"guess {n}")
    guest = Client()
    sent = {"code": code[1], "password": "seven quiet rivers", "again": "seven quiet rivers"}
    assert guest.post(reverse("invitation"), sent).status_code == 302
    assert guest.cookies["hotline_browser"]["httponly"]
    assert try_from("198.51.100.9", "worker", "seven quiet rivers", guest).status_code == 302


def test_readiness_tells_of_a_missing_table(
    client: Client, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(reverse("readyz")).status_code == 200
    monkeypatch.setattr(CacheEntry._meta, "db_table", "nowhere")
    answer = client.get(reverse("readyz"))
    assert (answer.status_code, "cache" in answer.content.decode()) == (503, True)


def test_a_password_of_a_megabyte_is_refused_before_it_is_read(worker: User) -> None:
    answer = try_from(OFFICE, "worker", "a" + "\u0301" * 150_000 + "\u0327" * 150_000)
    assert answer.status_code == 200
    assert "at most 4096 characters" in answer.content.decode()


def test_one_password_at_the_accounts_of_a_known_office_is_stopped(agency: Agency) -> None:
    names = [f"colleague{n}" for n in range(20)]
    for name in names:
        make_user(agency, name, "workers")
        assert try_from(OFFICE, name, PASSWORD).status_code == 302  # the office is known for it
    statuses = [try_from(OFFICE, name, "autumn in the county").status_code for name in names]
    assert statuses == [200] * 9 + [429] * 11
    assert try_from(OFFICE, names[-1], PASSWORD).status_code == 302
