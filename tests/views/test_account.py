"""The own sessions, listed and ended; and what a password has to be."""

import hashlib
import re
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from intake.models import AuditEvent, Session, User
from intake.passwords import BreachedList, digests_of, is_breached, write_list
from intake.sessions import mark_of
from tests.factory import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
SCRIPT = {"Accept": "application/json"}


def signed_in(username: str, agent: str = FIREFOX) -> Client:
    """A browser of its own in which somebody signed in."""
    client = Client(headers={"User-Agent": agent})
    form = {"username": username, "password": PASSWORD}
    assert client.post(reverse("login"), form, REMOTE_ADDR="192.0.2.77").status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("csrf"), headers=SCRIPT).status_code == 200


def test_own_sessions_are_listed_without_addresses(worker: User, worker2: User) -> None:
    here, there = signed_in("worker"), signed_in("worker", EDGE)
    signed_in("worker2")
    page = here.get(reverse("account")).content.decode()
    assert "Firefox on Linux <strong>(this one)</strong>" in page
    assert "Edge on Windows" in page
    assert page.count('data-label="Browser"') == 2
    assert "192.0.2.77" not in page
    stored = " ".join(one.session_data for one in Session.objects.all())
    assert "192.0.2.77" not in stored
    assert str(there.session.session_key) not in page
    assert Session.objects.filter(user=worker).count() == 2


@pytest.mark.parametrize(("which", "stays"), [("others", True), ("all", False)])
def test_signing_out_elsewhere_and_everywhere(
    worker: User, worker2: User, which: str, stays: bool
) -> None:
    here, there, colleague = signed_in("worker"), signed_in("worker", EDGE), signed_in("worker2")
    answer = here.post(reverse("sessions_end"), {"which": which}, follow=True)
    assert answer.status_code == 200
    assert (is_in(here), is_in(there), is_in(colleague)) == (stays, False, True)
    assert AuditEvent.objects.get(verb="user.sessions_ended").details == {
        "sessions": 1 if stays else 2
    }


def test_the_page_asks_few_queries(worker: User) -> None:
    here = signed_in("worker")
    counts = []
    for more in (0, 5):
        for _ in range(more):
            signed_in("worker", EDGE)
        with CaptureQueriesContext(connection) as captured:
            here.get(reverse("account"))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12, counts


def test_a_session_that_is_over_is_not_listed(worker: User) -> None:
    here, there = signed_in("worker"), signed_in("worker", EDGE)
    session = there.session
    session["active"] -= 3600
    session.save()
    assert "Edge" not in here.get(reverse("account")).content.decode()


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "too short"),
        ("fourteen chars", "it has 14 characters and needs 15"),
        ("CorrectHorseBatteryStaple", "known from a breach"),
        ("correcthorsebatterystaple", "known from a breach"),
        ("x" * 1025, "too long"),
        ("workerexample1!", "similar"),
    ],
)
def test_what_a_password_may_not_be(worker: User, password: str, sentence: str) -> None:
    worker.email = "workerexample@example.org"
    with pytest.raises(ValidationError, match=sentence):
        validate_password(password, worker)


@pytest.mark.parametrize(
    "password",
    [
        "all of it in small letters",
        "我们的小猫今天早上又不吃饭了吗",
        "x y" * 30,
        "0 1 2 3 5 8 13 21",
    ],
)
def test_nothing_is_asked_of_how_it_is_composed(worker: User, password: str) -> None:
    validate_password(password, worker)


def test_with_a_second_factor_it_may_be_shorter(supervisor: User, settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"
    validate_password("twelve chars", supervisor)
    with pytest.raises(ValidationError, match="needs 12"):
        validate_password("eleven char", supervisor)


def test_letters_count_the_same_from_every_keyboard(worker: User) -> None:
    worker.set_password("Ｃafe\u0301 ﬁve rivers")
    worker.save()
    assert worker.check_password("Café five rivers".replace("é", "\u00e9"))
    assert worker.check_password("Cafe\u0301 five rivers")
    assert not worker.check_password("Cafe five rivers")
    assert not worker.check_password(None)


def test_the_shipped_list_is_large(settings: Settings) -> None:
    shipped = BreachedList(Path(settings.BREACHED_PASSWORDS))
    assert len(shipped) > 1_000_000
    assert is_breached("1234567890987654321")
    assert not is_breached(PASSWORD)


def test_an_operator_makes_a_larger_list(tmp_path: Path, settings: Settings) -> None:
    words = ["one password of many", "another one of many", "short"]
    plain, hashes = tmp_path / "plain.txt", tmp_path / "hashes.txt"
    plain.write_text("\n".join(words))
    digests = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    hashes.write_text("\r\n".join(f"{one}:{7}" for one in digests))
    for source, options, count in ((plain, [], 2), (hashes, ["--hashes"], 3)):
        made = tmp_path / f"{source.stem}.bin"
        call_command("build_breached_list", str(source), str(made), *options)
        assert len(BreachedList(made)) == count
        settings.BREACHED_PASSWORDS = str(made)
        assert is_breached(words[0]) and is_breached(words[1])
        assert not is_breached("a password that is in none")
    hashes.write_text("\n".join(reversed(digests)))
    with pytest.raises(CommandError, match="not sorted"):
        call_command("build_breached_list", str(hashes), str(tmp_path / "x.bin"), "--hashes")
    assert not (tmp_path / "x.bin").exists()
    (tmp_path / "y.bin").write_bytes(b"something else" * 50_000)
    with pytest.raises(ValueError, match="no list"):
        BreachedList(tmp_path / "y.bin")


def test_what_is_listed_once_is_written_once() -> None:
    file = BytesIO()
    twice = [one for one in digests_of(["a", "b"]) for _ in range(2)]
    assert write_list(file, twice, width=3) == 2


def test_one_session_is_ended_by_its_mark(worker: User, worker2: User) -> None:
    here, there, third = signed_in("worker"), signed_in("worker", EDGE), signed_in("worker")
    colleague = signed_in("worker2")
    page = here.get(reverse("account")).content.decode()
    mark = re.search(r'value="([0-9a-f]{16})" aria-label="Sign out Edge on Windows"', page)
    assert mark is not None
    strange = mark_of(str(colleague.session.session_key))
    for which, count in ((strange, 0), ("", 0), (mark[1], 1)):
        told = here.post(reverse("sessions_end"), {"which": which}, follow=True).content.decode()
        assert f"signed out at {count} other place" in told
    assert [is_in(one) for one in (here, there, third, colleague)] == [True, False, True, True]


def test_ending_sessions_asks_for_a_fresh_sign_in(as_worker: Client, worker: User) -> None:
    signed_in("worker")
    answer = as_worker.post(reverse("sessions_end"), {"which": "all"})
    assert answer["Location"] == f"{reverse('prove')}?next=%2Faccounts%2F"
    assert Session.objects.filter(user=worker).count() == 2
    proof = {"password": PASSWORD, "next": reverse("account")}
    page = as_worker.post(reverse("prove"), proof, follow=True).content.decode()
    assert "Nothing was done yet: press the button again." in page
    again = as_worker.post(reverse("prove"), proof, follow=True).content.decode()
    assert "Nothing was done yet" not in again


@pytest.mark.parametrize(
    "password",
    ["hotline hotline 2026!", "Demo County Intake 1", "Summer-2026-Winter-2027", "123456789012345"],
)
def test_words_of_the_place_are_no_password(worker: User, password: str) -> None:
    assert worker.agency is not None
    worker.agency.name = "Demo County"
    with pytest.raises(ValidationError, match=r"everybody thinks of here|breach"):
        validate_password(password, worker)


def test_words_of_the_place_may_stand_among_others(worker: User) -> None:
    validate_password("the hotline counts purple snails", worker)
