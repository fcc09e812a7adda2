"""The key ring's keys change while the service runs: nothing is lost, overwritten or left out."""

import base64
import importlib
import os
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from intake import crypto, triggers
from intake.actions.exports import Made, next_items, request_export, store_parts, take_export
from intake.actions.keys import MISSING, Unopened, count_by_key, reseal
from intake.actions.outbox import release_key
from intake.factors import Adapter
from intake.models import (
    ExportPart,
    FieldRevision,
    Intake,
    OutboxKey,
    Reporter,
    ReporterReveal,
    Submission,
    SubmissionReporter,
    SubmissionReporterKey,
    User,
)
from intake.models.sealed import OWN_KEYS, SEALED_TABLES
from intake.search import Criteria
from intake.worksheet.audit_proof import find_faults
from tests.actions.test_concurrency import at_once
from tests.factory import NOW, make_call, put, submit

OLD, NEW = {"old": os.urandom(32)}, {"new": os.urandom(32)}


@pytest.fixture
def sealed(settings: Settings, worker: User, supervisor: User) -> Intake:
    """A submitted call with something in every sealed column, all under the old key."""
    settings.ENCRYPTION_KEYS = OLD
    call = make_call(worker)
    release_key(actor=worker, intake_id=call.pk, at=NOW)
    for column in Reporter.SEALED:
        put(worker, call, f"reporter.{column}", f"First {column}")
        put(worker, call, f"reporter.{column}", "", base=1)
        put(worker, call, f"reporter.{column}", f"Ines {column}", base=2)
    submission = submit(worker, call)
    reveal = ReporterReveal(intake=call, by=supervisor, at=NOW, how="shown", ground="record")
    reveal.write("Why")
    reveal.save()
    request_export(actor=supervisor, kind="jsonl", criteria=Criteria(), at=NOW)
    job = take_export(at=NOW)
    assert job is not None
    store_parts(job=job, made=[Made(next_items(job, count=1)[0], submission, b"A part")], at=NOW)
    return call


def values() -> list[bytes]:
    """Every sealed value of the list."""
    return [
        bytes(value)
        for table in SEALED_TABLES
        for row in table.model._default_manager.values_list(*table.columns)
        for value in row
        if value is not None
    ]


def read_all(call: Intake) -> list[Any]:
    """What everything sealed of the call says."""
    party = Reporter.objects.get(intake=call)
    revisions = FieldRevision.objects.filter(intake=call, sealed__isnull=False).order_by("pk")
    kept = [
        crypto.unseal(
            bytes(one.sealed or b""),
            ring=ring(),
            table="reporter",
            row=one.row,
            field=one.field.partition(".")[2],
        )
        for one in revisions
    ]
    return [
        *(party.read(column) for column in Reporter.SEALED),
        *kept,
        call.submissions.get().reporter.read(),
        OutboxKey.objects.get(intake=call).read(),
        ReporterReveal.objects.get(intake=call).read(),
        ExportPart.objects.get(item__intake=call).read(),
    ]


def ring() -> dict[str, bytes]:
    from django.conf import settings

    return dict(settings.ENCRYPTION_KEYS)


def test_the_list_has_every_sealed_column() -> None:
    listed = {
        (table.model._meta.db_table, column) for table in SEALED_TABLES for column in table.columns
    }
    assert {*listed, *OWN_KEYS} == {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.BinaryField)
    }


def test_everything_is_sealed_by_the_first_key_and_reads_the_same(
    sealed: Intake, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = read_all(sealed)
    assert "Ines name" in before and "First name" in before and b"A part" in before
    frozen = bytes(SubmissionReporter.objects.get().sealed)
    count = len(values())
    settings.ENCRYPTION_KEYS = NEW | OLD
    with pytest.raises(CommandError, match="run rotate_keys"):
        call_command("rotate_keys", "--check")
    assert f"old: {count} values need it. Keep it." in capsys.readouterr().out

    call_command("rotate_keys", "--batch", "3")

    told = capsys.readouterr().out
    assert f"{count} sealed anew in all." in told
    assert "old: nothing needs it." in told
    assert all(value.startswith(crypto.mark_of("new")) for value in values())
    assert bytes(SubmissionReporter.objects.get().sealed) == frozen
    settings.ENCRYPTION_KEYS = NEW
    assert read_all(sealed) == before
    assert not [one for one in find_faults(at=NOW, kept=[]) if "reporting party" in one]
    call_command("rotate_keys", "--check")


def test_one_that_is_killed_is_begun_again(sealed: Intake, settings: Settings) -> None:
    before = read_all(sealed)
    count = len(values())
    settings.ENCRYPTION_KEYS = NEW | OLD
    killed = reseal(batch=1)
    done = sum(one for one in (next(killed), next(killed)) if isinstance(one, int))
    killed.close()
    assert 0 < done < count
    assert count_by_key() == {"new": done, "old": count - done, MISSING: 0}
    assert sum(one for one in reseal() if isinstance(one, int)) == count - done
    assert sum(one for one in reseal() if isinstance(one, int)) == 0  # twice is harmless
    assert read_all(sealed) == before


def test_a_missing_key_is_told_and_nothing_is_changed(
    sealed: Intake, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = values()
    settings.ENCRYPTION_KEYS = NEW
    assert {type(one) for one in reseal() if one} == {Unopened}
    with pytest.raises(CommandError, match="not in the ring") as refusal:
        call_command("rotate_keys")
    assert f"{len(before)} values" in str(refusal.value)
    assert "Does not open: intake_reporter " in capsys.readouterr().out
    assert values() == before


def damage(value: bytes | memoryview) -> bytes:
    """The same value with its last byte altered: it names its key still."""
    return bytes(value)[:-1] + bytes([bytes(value)[-1] ^ 1])


def test_what_is_damaged_is_named_and_the_rest_is_sealed_anew(
    sealed: Intake, worker: User, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = frozen(worker, "Ines", OLD)
    lost = damage(bare.sealed)
    triggers.remove()
    SubmissionReporter.objects.filter(pk=bare.pk).update(sealed=lost)
    party = Reporter.objects.get(intake=sealed)
    Reporter.objects.filter(pk=party.pk).update(name=damage(party.name or b""))
    code = Authenticator.objects.create(
        user=worker, type="totp", data={"secret": Adapter().encrypt("JBSWY3DP")}
    )
    broken = base64.b64encode(damage(base64.b64decode(code.data["secret"]))).decode()
    Authenticator.objects.filter(pk=code.pk).update(data={"secret": broken})
    triggers.reinstall()
    count = len(values())
    settings.ENCRYPTION_KEYS = NEW | OLD
    for _ in range(2):
        with pytest.raises(CommandError) as refusal:
            call_command("rotate_keys", "--batch", "2")
        told = capsys.readouterr().out
        assert f"Does not open: intake_reporter {party.pk} name." in told
        assert f"Does not open: intake_submissionreporter {bare.pk} sealed." in told
        assert f"Does not open: mfa_authenticator {code.pk} secret." in told
        assert told.count("Does not open") == 3
        assert "old: 3 values, none of which opens. Nothing else needs it." in told
        assert str(refusal.value) == (
            "3 values do not open with the key that sealed them: they are damaged, and were left "
            "as they are. Put those rows back from a backup and run this again, or keep the old "
            "key."
        )
        assert "Ines" not in told
    assert count_by_key() == {"new": count - 1, "old": 3, MISSING: 0}
    bare.refresh_from_db()
    assert bytes(bare.sealed) == lost
    with pytest.raises(CommandError, match="run rotate_keys"):  # which tells more
        call_command("rotate_keys", "--check")
    capsys.readouterr()

    # Put back from a backup, they are sealed anew like all else, but for the frozen one.
    Reporter.objects.filter(pk=party.pk).update(name=party.name)
    Authenticator.objects.filter(pk=code.pk).update(data=code.data)
    triggers.remove()
    SubmissionReporter.objects.filter(pk=bare.pk).update(sealed=damage(lost))
    triggers.reinstall()
    with pytest.raises(CommandError) as refusal:
        call_command("rotate_keys")
    assert str(refusal.value) == (
        "1 frozen reporting parties of submissions have an older key and cannot be sealed anew: "
        "keep it."
    )
    assert "Does not open" not in capsys.readouterr().out
    assert count_by_key() == {"new": count + 1, "old": 1, MISSING: 0}


def frozen(worker: User, text: str, ring: dict[str, bytes]) -> SubmissionReporter:
    """A submission's reporting party as it was before each had a key of its own."""
    row = SubmissionReporter(submission=submit(worker, make_call(worker)), sha256="0" * 64)
    row.sealed = crypto.seal(
        text, ring=ring, table="submission_reporter", row=row.pk, field="sealed"
    )
    row.save()
    return row


def test_a_page_says_in_words_that_a_key_is_missing(
    as_worker: Client, worker: User, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = OLD
    call = make_call(worker)
    put(worker, call, "reporter.name", "Ines Caller")
    settings.ENCRYPTION_KEYS = NEW
    page = as_worker.get(reverse("call", args=[call.pk]))
    assert page.status_code == 503
    assert "a key of the system is missing" in page.content.decode()
    body = {"field": "reporter.name", "text": "x", "base": 1, "key": str(call.pk)}
    answer = as_worker.post(
        reverse("call_save", args=[call.pk]), body, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["reason"]) == (503, "key")
    settings.ENCRYPTION_KEYS = OLD
    assert Reporter.objects.get(intake=call).read("name") == "Ines Caller"


def test_rows_of_before_get_their_own_key_and_give_it_back(
    worker: User, settings: Settings
) -> None:
    """The migration, on a row as it was before it, and one whose ring key is gone."""
    settings.ENCRYPTION_KEYS = OLD
    sealed = {}
    for text in ("Ines", "Gone"):
        sealed[text] = bytes(frozen(worker, text, OLD if text == "Ines" else NEW).sealed)
    migration = importlib.import_module(_migration())
    migration.give_keys(apps, SimpleNamespace(connection=connection))
    triggers.reinstall()
    key = SubmissionReporterKey.objects.select_related("party").get()
    assert key.party.read() == "Ines"
    assert bytes(key.party.sealed) != sealed["Ines"]
    gone = SubmissionReporter.objects.get(key=None)
    assert bytes(gone.sealed) == sealed["Gone"]
    with pytest.raises(crypto.SealBroken):
        gone.read()
    migration.take_keys(apps, SimpleNamespace(connection=connection))
    triggers.reinstall()
    back = bytes(SubmissionReporter.objects.get(pk=key.party_id).sealed)
    place: crypto.Place = {
        "table": "submission_reporter",
        "row": key.party_id,
        "field": "sealed",
    }
    assert crypto.unseal(back, ring=OLD, **place) == "Ines"


def _migration() -> str:
    """The module of the migration, whatever its number is."""
    from django.db.migrations.loader import MigrationLoader

    names = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    (name,) = [name for app, name in names if app == "intake" and name.endswith("_reporting_party")]
    return f"intake.migrations.{name}"


@pytest.mark.postgresql_only
@pytest.mark.usefixtures("transactional_db")
def test_a_save_in_between_is_not_overwritten(worker: User, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = OLD
    call = make_call(worker)
    put(worker, call, "reporter.name", "Ines")
    put(worker, call, "reporter.phone", "555-0100")
    for number in range(1, 7):
        name = f"key{number}"
        settings.ENCRYPTION_KEYS = {name: os.urandom(32)} | settings.ENCRYPTION_KEYS
        text = f"Ines {number}"
        _, saved = at_once(
            lambda: list(reseal(batch=1)),
            partial(put, worker, call, "reporter.name", text, base=number),
        )
        assert saved.revision == number + 1
        list(reseal())
        assert set(count_by_key().items()) >= {(name, len(values())), (MISSING, 0)}
        party = Reporter.objects.get(intake=call)
        assert (party.read("name"), party.read("phone")) == (text, "555-0100")


@pytest.mark.postgresql_only
@pytest.mark.usefixtures("transactional_db")
def test_a_row_that_is_being_written_is_passed_by(worker: User, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = OLD
    call = make_call(worker)
    put(worker, call, "reporter.name", "Ines")
    settings.ENCRYPTION_KEYS = NEW | OLD
    with transaction.atomic():
        Reporter.objects.select_for_update().get(intake=call)
        (outcome,) = at_once(lambda: list(reseal()))
        assert set(outcome) == {0}
    assert count_by_key() == {"new": 0, "old": 1, MISSING: 0}
    assert sum(one for one in reseal() if isinstance(one, int)) == 1
    assert Submission.objects.count() == 0


def test_second_factors_open_under_the_new_key(settings: Settings, worker: User) -> None:
    settings.ENCRYPTION_KEYS = OLD
    app = Authenticator.objects.create(
        user=worker, type="totp", data={"secret": Adapter().encrypt("JBSWY3DP")}
    )
    codes = Authenticator.objects.create(
        user=worker, type="recovery_codes", data={"seed": Adapter().encrypt("abc"), "used_mask": 1}
    )
    settings.ENCRYPTION_KEYS = NEW | OLD
    assert count_by_key() == {"new": 0, "old": 2, MISSING: 0}
    assert sum(one for one in reseal(batch=1) if isinstance(one, int)) == 2
    assert count_by_key() == {"new": 2, "old": 0, MISSING: 0}
    settings.ENCRYPTION_KEYS = NEW
    app.refresh_from_db()
    codes.refresh_from_db()
    assert Adapter().decrypt(app.data["secret"]) == "JBSWY3DP"
    assert Adapter().decrypt(codes.data["seed"]) == "abc"
    assert codes.data["used_mask"] == 1
    settings.ENCRYPTION_KEYS = {"other": os.urandom(32)}
    assert count_by_key() == {"other": 0, MISSING: 2}
    assert [one for one in reseal() if isinstance(one, Unopened)]
