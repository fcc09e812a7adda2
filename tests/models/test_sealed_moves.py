"""A sealed value opens at its own place: not in another row, another column or another table."""

import uuid
from datetime import timedelta

import pytest
from django.conf import settings

from intake import crypto
from intake.crypto import SealBroken
from intake.models import FieldRevision, Intake, Reporter, SubmissionReporter, User
from tests.factory import NOW, make_call, put, submit

TAG = 16  # bytes that AES-GCM puts at the end


@pytest.fixture
def told(worker: User, call: Intake) -> Intake:
    """A call whose reporting party was typed and typed over, so that history exists."""
    for column in Reporter.SEALED:
        put(worker, call, f"reporter.{column}", f"Xanthippe {column}")
        later = NOW + timedelta(minutes=1)
        put(worker, call, f"reporter.{column}", f"Quokka {column}", base=1, at=later)
    return call


def open_at(value: bytes, row: uuid.UUID, field: str, table: str = "reporter") -> str:
    return crypto.unseal(value, ring=settings.ENCRYPTION_KEYS, table=table, row=row, field=field)


def test_every_sealed_field_has_a_history_that_opens_at_its_place_only(told: Intake) -> None:
    reporter = Reporter.objects.get(intake=told)
    kept = FieldRevision.objects.filter(intake=told, row=reporter.pk)
    assert {one.field for one in kept} == {f"reporter.{column}" for column in Reporter.SEALED}
    for one in kept:
        column = one.field.removeprefix("reporter.")
        value = bytes(one.sealed or b"")
        assert one.text == ""
        assert open_at(value, reporter.pk, column) == f"Xanthippe {column}"
        for other in {*Reporter.SEALED} - {column}:
            with pytest.raises(SealBroken):
                open_at(value, reporter.pk, other)
        for row, table in ((uuid.uuid4(), "reporter"), (reporter.pk, "submission_reporter")):
            with pytest.raises(SealBroken):
                open_at(value, row, column, table)


def test_no_column_opens_in_another(told: Intake) -> None:
    reporter = Reporter.objects.get(intake=told)
    for column in Reporter.SEALED:
        assert reporter.read(column) == f"Quokka {column}"
        for other in {*Reporter.SEALED} - {column}:
            with pytest.raises(SealBroken):
                open_at(bytes(getattr(reporter, column)), reporter.pk, other)


def test_a_submissions_reporting_party_does_not_open_at_another(worker: User, told: Intake) -> None:
    other = make_call(worker)
    put(worker, other, "reporter.name", "Somebody else")
    theirs = submit(worker, other).reporter
    own = submit(worker, told).reporter
    assert "Quokka name" in own.read()
    moved = SubmissionReporter(id=theirs.pk, sealed=own.sealed)
    with pytest.raises(SealBroken):
        moved.read()
    with pytest.raises(SealBroken):
        open_at(bytes(own.sealed), own.pk, "name")


def test_the_same_words_are_sealed_differently_each_time(worker: User, told: Intake) -> None:
    """Two calls from one number must not show it by equal bytes."""
    other = make_call(worker)
    put(worker, other, "reporter.phone", "Quokka phone")
    one, two = (bytes(Reporter.objects.get(intake=each).phone or b"") for each in (told, other))
    assert one[:-TAG] != two[:-TAG]  # the tag differs by its place alone
