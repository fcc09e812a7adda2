"""The log never quotes a row: an exception tells its kind and place, not its words."""

import logging
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from hotline.logs import QuietFormatter
from intake.models import Agency, Answer, Intake, User
from tests.factory import core_prompt, put

SECRET = "Zebulon said it"


@pytest.fixture
def log() -> StringIO:
    """Where a handler with the formatter of our settings writes."""
    formatters: Any = settings.LOGGING["formatters"]
    assert formatters["quiet"]["()"] == "hotline.logs.QuietFormatter"
    return StringIO()


def speak(log: StringIO, *args: object, error: bool = False) -> str:
    """Log `args` through the formatter; return what was written."""
    handler = logging.StreamHandler(log)
    handler.setFormatter(QuietFormatter())
    logger = logging.getLogger("tests.quiet")
    logger.propagate = False
    logger.addHandler(handler)
    message, *rest = args
    logger.error(message, *rest, exc_info=error)
    logger.removeHandler(handler)
    return log.getvalue()


def broken(worker: User, call: Intake) -> None:
    """Break a constraint with a row that holds the words."""
    put(worker, call, f"answer.{core_prompt(call).pk}.text", SECRET)
    answer = Answer.objects.get()
    with transaction.atomic():
        Answer(intake=call, prompt=answer.prompt, text=SECRET, status="answered").save()


def test_an_exception_is_told_without_its_words(log: StringIO, worker: User, call: Intake) -> None:
    try:
        broken(worker, call)
    except IntegrityError:
        told = speak(log, "The save failed", error=True)
    assert "IntegrityError" in told
    assert SECRET not in told
    assert "Zebulon" not in told


def test_an_exception_of_a_cause_is_quiet_too(log: StringIO) -> None:
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as inner:
            raise RuntimeError(f"because {SECRET}") from inner
    except RuntimeError:
        told = speak(log, "It failed", error=True)
    assert "RuntimeError" in told
    assert SECRET not in told


def test_an_exception_given_as_an_argument_is_quiet(log: StringIO) -> None:
    told = speak(log, "It failed: %s", ValueError(SECRET))
    assert SECRET not in told
    assert "ValueError" in told


@pytest.mark.django_db
def test_ordinary_words_are_written(log: StringIO) -> None:
    assert "2 agencies" in speak(log, "%d agencies", Agency.objects.count() + 2)
