"""Saving one field: stored once, guarded by revision, never lost, never another's."""

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake import fields
from intake.actions.saves import save_field
from intake.errors import InvalidValue, NotPossibleNow, StaleRevision, UnknownField
from intake.fields import Save, Splice
from intake.models import Answer, FieldRevision, Intake, Narrative, Person, Prompt, Reporter, User
from intake.text import clean_text
from tests.factory import NOW, core_prompt, make_call, option, put, submit


def narrative(call: Intake) -> str:
    return Narrative.objects.get(intake=call).text


def save(worker: User, call: Intake, name: str, **about: object) -> int:
    one = Save(field=fields.parse_name(name), **{"base": 0, "key": uuid.uuid4()} | about)  # type: ignore[arg-type]
    return save_field(actor=worker, intake_id=call.pk, save=one, at=NOW).revision


def test_a_text_is_stored_and_counted(worker: User, call: Intake) -> None:
    assert put(worker, call, "narrative.text", "Hello").revision == 1
    assert put(worker, call, "narrative.text", "Hello again", base=1).revision == 2
    assert narrative(call) == "Hello again"


def test_the_same_save_twice_changes_nothing(worker: User, call: Intake) -> None:
    key = uuid.uuid4()
    assert save(worker, call, "narrative.text", text="One", key=key) == 1
    assert save(worker, call, "narrative.text", text="One", key=key) == 1
    assert Narrative.objects.get(intake=call).saves["text"]["revision"] == 1


def test_a_text_that_stands_already_succeeds_whatever_the_revision(
    worker: User, call: Intake
) -> None:
    put(worker, call, "narrative.text", "One")
    assert put(worker, call, "narrative.text", "One", base=7).revision == 1


def test_a_stale_revision_is_refused_with_the_stored_text(worker: User, call: Intake) -> None:
    put(worker, call, "narrative.text", "Theirs")
    with pytest.raises(StaleRevision) as refusal:
        put(worker, call, "narrative.text", "Mine", base=0)
    assert (refusal.value.text, refusal.value.revision) == ("Theirs", 1)
    assert narrative(call) == "Theirs"


def test_a_newer_text_follows_a_save_whose_answer_was_lost(worker: User, call: Intake) -> None:
    lost = uuid.uuid4()
    save(worker, call, "narrative.text", text="A", key=lost)
    assert save(worker, call, "narrative.text", text="AB", base=0, after=frozenset({lost})) == 2
    assert narrative(call) == "AB"


def test_fields_of_a_row_are_compared_field_by_field(worker: User, call: Intake) -> None:
    row = uuid.uuid4()
    put(worker, call, f"person.{row}.name", "Amir", role="child")
    put(worker, call, f"person.{row}.age", "4")
    put(worker, call, f"person.{row}.name", "Amir B.", base=1)
    person = Person.objects.get(pk=row)
    assert (person.name, person.age, person.role) == ("Amir B.", "4", "child")


def test_a_splice_changes_a_long_text(worker: User, call: Intake) -> None:
    put(worker, call, "narrative.text", "Grüße 😀 da")
    digest = hashlib.sha256("Grüße 😀 von da".encode()).hexdigest()
    splice = Splice(start=8, delete=0, insert="von ", sha256=digest)
    assert save(worker, call, "narrative.text", splice=splice, base=1) == 2
    assert narrative(call) == "Grüße 😀 von da"
    assert save(worker, call, "narrative.text", splice=splice, base=1) == 2  # stands already


@pytest.mark.parametrize(
    "splice", [Splice(9, 0, "x"), Splice(0, 99, ""), Splice(0, 0, "x", sha256="0" * 64)]
)
def test_a_splice_that_does_not_fit_is_refused(worker: User, call: Intake, splice: Splice) -> None:
    put(worker, call, "narrative.text", "short")
    with pytest.raises(StaleRevision):
        save(worker, call, "narrative.text", splice=splice, base=1)
    assert narrative(call) == "short"


def test_typing_makes_an_answer_and_emptying_unmakes_it(worker: User, call: Intake) -> None:
    name = f"answer.{core_prompt(call).pk}"
    saved = put(worker, call, f"{name}.text", "They moved away.")
    assert saved.changed == {f"{name}.status": ("answered", 1)}
    with pytest.raises(InvalidValue):
        put(worker, call, f"{name}.status", "not_asked", base=1)
    put(worker, call, f"{name}.text", "", base=1)
    assert Answer.objects.get(intake=call).status == "not_asked"
    with pytest.raises(InvalidValue):
        put(worker, call, f"{name}.status", "answered", base=2)
    put(worker, call, f"{name}.status", "unknown", base=2)
    assert Answer.objects.get(intake=call).status == "unknown"


def test_unknown_fields_and_strange_values_change_nothing(worker: User, call: Intake) -> None:
    script = Prompt.objects.filter(edition=call.edition, kind="script").first()
    other = make_call(worker)
    row = uuid.uuid4()
    put(worker, other, f"person.{row}.name", "Other", role="other")
    assert script is not None
    for name in (f"answer.{script.pk}.text", f"answer.{uuid.uuid4()}.text", f"person.{row}.name"):
        with pytest.raises(UnknownField):
            put(worker, call, name, "x", role="child")
    for name in ("call.status", "narrative.saves", "person.x.name", "agency.name", "answer", ""):
        with pytest.raises(UnknownField):
            fields.parse_name(name)
    for name, text in (
        ("call.danger_now", "maybe"),
        ("call.method", ""),
        ("call.is_fatality", "true"),
        (f"person.{uuid.uuid4()}.name", "no role"),
        (f"heard.{uuid.uuid4()}.text", "no factor"),
        ("decision.screening", "not-a-key"),
        ("decision.screening", str(uuid.uuid4())),
        ("decision.screening", option(worker.agency, "priority", "ten_days")),
        ("call.tribe", "x" * 501),
    ):
        with pytest.raises(InvalidValue):
            put(worker, call, name, text)
    with pytest.raises(InvalidValue):
        put(worker, call, f"person.{uuid.uuid4()}.birth_date", "yesterday", role="child")
    assert not Answer.objects.exists()
    assert Person.objects.count() == 1


def test_a_volunteered_passage_is_filed_and_put_to_a_prompt(worker: User, call: Intake) -> None:
    row, prompt = uuid.uuid4(), core_prompt(call)
    about: Any = {"factor": "social_connections", "side": "worry", "start": "3", "end": "9"}
    put(worker, call, f"heard.{row}.text", "moved away", **about, call_seconds="75")
    put(worker, call, f"heard.{row}.prompt", str(prompt.pk))
    note = call.heard_notes.get()
    assert (note.start, note.end, note.call_seconds, note.prompt_id) == (3, 9, 75, prompt.pk)
    put(worker, call, f"heard.{row}.is_removed", "yes")
    assert call.heard_notes.get().is_removed


def test_others_and_other_agencies_find_no_call(
    call: Intake, worker2: User, stranger: User, supervisor: User
) -> None:
    for user in (worker2, stranger, supervisor):
        with pytest.raises(Intake.DoesNotExist):
            put(user, call, "narrative.text", "x")
    assert narrative(call) == ""


def test_no_field_can_be_written_after_submission(worker: User, call: Intake) -> None:
    submit(worker, call)
    prompt = core_prompt(call)
    for noun, columns in fields.FIELDS.items():
        row = {"answer": f".{prompt.pk}"}.get(noun, f".{uuid.uuid4()}")
        for column in columns:
            name = f"{noun}{row if noun in fields.MANY_ROWS else ''}.{column}"
            with pytest.raises(NotPossibleNow):
                put(worker, call, name, "", role="child")


def test_earlier_texts_are_kept_one_for_thirty_seconds(worker: User, call: Intake) -> None:
    for second in range(0, 95, 5):
        text = "word " * (second // 5 + 1)
        at = NOW + timedelta(seconds=second)
        put(worker, call, "narrative.text", text, base=second // 5, at=at)
    kept = list(FieldRevision.objects.filter(intake=call).order_by("revision"))
    assert [one.revision for one in kept] == [6, 12, 18]
    assert kept[0].text == "word " * 6


def test_a_text_that_shrinks_much_is_kept_at_once(worker: User, call: Intake) -> None:
    put(worker, call, "narrative.text", "x" * 200)
    put(worker, call, "narrative.text", "", base=1)
    assert FieldRevision.objects.get(intake=call).text == "x" * 200


def test_an_emptied_text_is_kept_however_short(worker: User, call: Intake) -> None:
    put(worker, call, "call.tribe", "Alder")
    put(worker, call, "call.tribe", "", base=1)
    put(worker, call, "call.danger_now", "no")
    put(worker, call, "call.danger_now", "", base=1)  # a choice that is taken back says nothing
    assert [one.text for one in FieldRevision.objects.filter(intake=call)] == ["Alder"]


def test_the_reporting_party_is_sealed_with_its_history(worker: User, call: Intake) -> None:
    put(worker, call, "reporter.name", "Ines Canary " + "y" * 60)
    put(worker, call, "reporter.name", "", base=1)
    put(worker, call, "reporter.name", "Canary", base=2)
    reporter = Reporter.objects.get(intake=call)
    assert reporter.read("name") == "Canary"
    kept = FieldRevision.objects.get(intake=call)
    assert kept.text == ""
    assert kept.sealed is not None
    assert b"Canary" not in bytes(kept.sealed)
    assert b"Canary" not in bytes(reporter.name or b"")
    assert "Canary" not in str(reporter.saves)


@given(text=st.text(max_size=60), lone=st.sampled_from(["", "\ud800", "\udfff", "\x00"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_storable_after_cleaning(text: str, lone: str) -> None:
    cleaned = clean_text(text + lone)
    cleaned.encode()
    assert "\x00" not in cleaned
    assert "\r" not in cleaned
    assert clean_text(cleaned) == cleaned


def test_a_lost_answer_tells_of_the_status_again(worker: User, call: Intake) -> None:
    name = f"answer.{core_prompt(call).pk}"
    first = put(worker, call, f"{name}.text", "They moved away.")
    again = put(worker, call, f"{name}.text", "They moved away.")
    assert first.changed == again.changed == {f"{name}.status": ("answered", 1)}


@pytest.mark.parametrize("of", ["", "reporter.name", "narrative.saves", "nothing"])
def test_a_correction_is_of_what_is_read_back(worker: User, call: Intake, of: str) -> None:
    with pytest.raises((InvalidValue, UnknownField)):
        put(worker, call, f"correction.{uuid.uuid4()}.text", "Tuesday", of=of)
    assert not call.corrections.exists()


@pytest.mark.parametrize("text", ["", "  ", "x" * 20_001])
def test_exact_words_are_not_emptied_and_change_only_when_asked(
    worker: User, call: Intake, text: str
) -> None:
    name = f"quote.{uuid.uuid4()}.text"
    put(worker, call, name, "I want to go home.")
    with pytest.raises(InvalidValue):
        put(worker, call, name, text, base=1, unlocked="yes")
    with pytest.raises(InvalidValue, match="exact words"):
        put(worker, call, name, "Something else", base=1)
    assert call.quotations.get().text == "I want to go home."
    put(worker, call, name, "I want to go home now.", base=1, unlocked="yes")
    assert call.quotations.get().text == "I want to go home now."


def test_a_settled_conflict_keeps_the_other_text_however_young(worker: User, call: Intake) -> None:
    put(worker, call, "narrative.text", "theirs")
    later = NOW + timedelta(seconds=2)
    field = fields.parse_name("narrative.text")
    save = Save(field=field, base=1, key=uuid.uuid4(), text="mine", keep=True)
    save_field(actor=worker, intake_id=call.pk, save=save, at=later)
    again = Save(field=field, base=2, key=uuid.uuid4(), text="theirs", keep=True)
    save_field(actor=worker, intake_id=call.pk, save=again, at=later)
    kept = FieldRevision.objects.order_by("revision").values_list("revision", "text")
    assert list(kept) == [(1, "theirs"), (2, "mine")]


def test_who_heard_a_child_s_words_is_not_named_like_the_reporting_party(
    worker: User, call: Intake
) -> None:
    quote = uuid.uuid4()
    put(worker, call, f"quote.{quote}.text", "I want to go home.")
    put(worker, call, f"quote.{quote}.hearer", "Her aunt Inés")  # nobody gave a name yet
    put(worker, call, "reporter.name", "Inés Quimby, anonymous caller")
    for text in ("ines quimby", "Mrs. QUIMBY, Inés (caller)"):
        with pytest.raises(InvalidValue, match="the caller"):
            put(worker, call, f"quote.{quote}.hearer", text, base=1)
    for base, text in enumerate(("The caller", "Her mother, Ana Quimby", ""), start=1):
        put(worker, call, f"quote.{quote}.hearer", text, base=base)
