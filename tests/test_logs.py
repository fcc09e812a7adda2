"""The log that is really set up: a failure with its kind and place, never the words of a row."""

import logging
import uuid
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any, NoReturn

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from hotline.logs import QuietFormatter
from intake.models import Intake, Narrative, User
from intake.views import calls
from tests.factory import put

WORDS = "Zebulon hid under the stairs"
KIND_OF_THE_DRIVER = {"postgresql": "NotNullViolation", "sqlite": "IntegrityError"}
log = logging.getLogger("intake.of_this_test")


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What the handler of our settings writes, which stands at the root as it was set up."""
    (handler,) = [one for one in logging.getLogger().handlers if one.name == "stderr"]
    assert isinstance(handler, logging.StreamHandler)
    stream = StringIO()
    usual = handler.setStream(stream)
    yield stream
    handler.setStream(usual)


def break_a_row() -> NoReturn:
    """Have the database refuse a row that holds WORDS; its error quotes them.

    PostgreSQL quotes the row by itself. SQLite never does, so there the words are put in.
    """
    try:
        with transaction.atomic():
            Narrative.objects.filter(text=WORDS).update(intake=None)
    except IntegrityError as error:
        if connection.vendor == "sqlite":
            error.args = (f"{error} DETAIL: Failing row contains ({WORDS}).",)
        raise
    raise AssertionError("The database took the row.")


@pytest.fixture
def refusal(worker: User, call: Intake) -> IntegrityError:
    """An error of the database that quotes a row of the call."""
    put(worker, call, "narrative.text", WORDS)
    with pytest.raises(IntegrityError) as caught:
        break_a_row()
    assert WORDS in str(caught.value)
    return caught.value


def check_words(told: str) -> None:
    assert "Zebulon" not in told
    assert "stairs" not in told
    assert "DETAIL" not in told
    assert "Failing row" not in told


def check_place(told: str) -> None:
    """Whether a log tells the kinds of the error and of its cause, and where it was raised."""
    assert "\nIntegrityError\n" in told
    assert f"\ncaused by {KIND_OF_THE_DRIVER[connection.vendor]}\n" in told
    line = break_a_row.__code__.co_firstlineno
    lines = range(line, line + 16)
    assert any(f"{__file__}:{one} break_a_row\n" in told for one in lines)


def test_every_handler_of_ours_is_quiet() -> None:
    handlers: Any = settings.LOGGING["handlers"]
    assert {one["formatter"] for one in handlers.values()} == {"quiet"}
    root: Any = settings.LOGGING["root"]
    assert root["handlers"] == list(handlers)
    (handler,) = [one for one in logging.getLogger().handlers if one.name == "stderr"]
    assert type(handler.formatter) is QuietFormatter


def test_no_other_handler_hears_of_a_failure() -> None:
    for name in ("django", "django.request", "django.db.backends", "django.security", "intake"):
        logger = logging.getLogger(name)
        assert logger.propagate, name
        assert not logger.handlers, name


def test_an_error_of_the_database_is_told_by_kind_and_place(
    written: StringIO, refusal: IntegrityError
) -> None:
    log.error("The save failed", exc_info=refusal)
    told = written.getvalue()
    assert " ERROR intake.of_this_test The save failed\n" in told
    check_words(told)
    check_place(told)


def test_what_failed_on_the_way_is_quiet_too(written: StringIO, refusal: IntegrityError) -> None:
    try:
        raise RuntimeError(f"Not kept: {WORDS}") from refusal
    except RuntimeError:
        log.exception("The save failed")
    told = written.getvalue()
    assert "\nRuntimeError\n" in told
    assert "\ncaused by IntegrityError\n" in told
    check_words(told)


def test_what_another_handler_made_of_it_is_not_used(
    written: StringIO, refusal: IntegrityError
) -> None:
    loud = logging.StreamHandler(StringIO())
    loud.setFormatter(logging.Formatter())  # it leaves its text on the record
    log.addHandler(loud)
    try:
        log.error("The save failed", exc_info=refusal)
    finally:
        log.removeHandler(loud)
    assert WORDS in loud.stream.getvalue()
    check_words(written.getvalue())
    check_place(written.getvalue())


@pytest.mark.parametrize("message", ["Not kept: %s", "Not kept: %r", "Not kept: %.300s"])
def test_an_error_as_an_argument_is_told_by_kind(
    written: StringIO, refusal: IntegrityError, message: str
) -> None:
    log.warning(message, refusal)
    told = written.getvalue()
    check_words(told)
    assert "Not kept: " in told
    assert "IntegrityError" in told


def test_an_error_among_arguments_leaves_the_others(
    written: StringIO, refusal: IntegrityError
) -> None:
    log.warning("%s failed %d times: %s", "The save", 3, refusal)
    told = written.getvalue()
    check_words(told)
    assert "The save failed 3 times: IntegrityError\n" in told


@pytest.mark.parametrize("wrap", [list, tuple, lambda one: {"why": one}, lambda one: [{1: one}]])
def test_an_error_within_an_argument_is_told_by_kind(
    written: StringIO, refusal: IntegrityError, wrap: Callable[[list[Exception]], object]
) -> None:
    log.warning("Not kept: %s", wrap([refusal]))
    log.warning("Not kept: %(why)s, %(times)d times", {"why": refusal, "times": 3})
    told = written.getvalue()
    check_words(told)
    assert told.count("IntegrityError") == 2
    assert "IntegrityError, 3 times\n" in told


def test_an_error_that_is_its_own_cause_is_told_once(
    written: StringIO, refusal: IntegrityError
) -> None:
    first, second = RuntimeError(WORDS), ValueError(WORDS)
    first.__cause__, second.__cause__ = second, first
    for error in (first, second):
        log.error("The save failed", exc_info=error)
    told = written.getvalue()
    check_words(told)
    assert told.count("\nRuntimeError") == told.count("\ncaused by RuntimeError") == 1


def test_an_error_as_the_message_is_told_by_kind(
    written: StringIO, refusal: IntegrityError
) -> None:
    log.error(refusal, exc_info=refusal)
    told = written.getvalue()
    check_words(told)
    assert " ERROR intake.of_this_test IntegrityError\n" in told
    check_place(told)


def test_a_request_that_fails_is_told_by_kind_and_place(
    written: StringIO,
    as_worker: Client,
    worker: User,
    call: Intake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(worker, call, "narrative.text", WORDS)
    monkeypatch.setattr(calls, "save_field", lambda **_: break_a_row())
    as_worker.raise_request_exception = False
    save = {"field": "narrative.text", "text": WORDS, "base": 1, "key": str(uuid.uuid4())}
    place = reverse("call_save", args=[call.pk])
    answer = as_worker.post(place, save, content_type="application/json")
    assert answer.status_code == 500
    check_words(answer.content.decode())
    told = written.getvalue()
    assert f" ERROR django.request Internal Server Error: {place}\n" in told
    check_words(told)
    check_place(told)


def test_an_error_raised_from_itself_ends(written: StringIO) -> None:
    error = RuntimeError(WORDS)
    try:
        raise error from error
    except RuntimeError:
        log.exception("The save failed")
    told = written.getvalue()
    check_words(told)
    assert told.count("RuntimeError") == 1


def test_nobody_writes_a_second_line(written: StringIO, as_worker: Client) -> None:
    log.warning("Not found: %s", "/x\n2026-01-01 INFO intake all is well\r\u2028\x1b[2K")
    as_worker.get("/nowhere%0A2026-01-01%20INFO%20intake%20all%20is%20well")
    lines = written.getvalue().splitlines()
    assert len(lines) == 2
    assert "\x1b" not in written.getvalue()


@pytest.mark.parametrize(
    ("headers", "place", "status"),
    [
        ({"host": "elsewhere.example"}, "calls", 400),
        ({}, "nowhere", 404),
        ({}, "many", 413),
        ({}, "csrf", 403),
    ],
)
def test_what_is_refused_is_told_without_what_was_sent(
    written: StringIO, worker: User, headers: dict[str, str], place: str, status: int
) -> None:
    client = Client(enforce_csrf_checks=place == "csrf")
    client.force_login(worker)
    sent = {f"name{one}": WORDS for one in range(3100 if place == "many" else 1)}
    path = "/nowhere/" if place == "nowhere" else reverse("intakes")
    if place == "calls":
        answer = client.get(path, {"words": WORDS}, headers=headers)
    else:
        answer = client.post(f"{path}?words={WORDS}", sent, headers=headers)
    assert answer.status_code == status
    told = written.getvalue()
    assert told
    check_words(told)


def test_a_failure_tells_nothing_of_the_request(
    written: StringIO, as_worker: Client, call: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "save_field", lambda **_: break_a_row())
    as_worker.raise_request_exception = False
    save = {"field": "narrative.text", "text": WORDS, "base": 1, "key": str(uuid.uuid4())}
    place = f"{reverse('call_save', args=[call.pk])}?words={WORDS}"
    answer = as_worker.post(
        place,
        save,
        content_type="application/json",
        headers={"referer": f"http://testserver/?{WORDS}", "user-agent": WORDS},
    )
    assert answer.status_code == 500
    assert not mail.outbox
    check_words(written.getvalue())
    check_words(answer.content.decode())


def test_times_are_in_utc(caplog: pytest.LogCaptureFixture) -> None:
    record = logging.LogRecord("intake", logging.INFO, "", 0, "all is well", None, None)
    record.created = 1_772_470_800.25
    record.msecs = 250
    line = QuietFormatter().format(record)
    assert line == "2026-03-02T17:00:00.250Z INFO intake all is well"
