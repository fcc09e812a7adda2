"""Splices: whatever was typed, a splice stores what the whole text would have stored."""

import hashlib
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake import fields
from intake.actions.saves import save_field
from intake.errors import StaleRevision
from intake.fields import Save, Splice
from intake.models import Intake, Narrative, User
from intake.text import clean_text
from tests.factory import NOW, make_call

# Half of it beyond the basic plane, where counting in UTF-16 units goes wrong.
texts = st.text(
    st.sampled_from("aé😀𝒳👩‍👧\n\u0301\u202e\r\0") | st.characters(exclude_categories=["Cs"]),
    max_size=40,
)
usual = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def store(worker: User, call: Intake, **about: object) -> str:
    save = Save(field=fields.parse_name("narrative.text"), key=uuid.uuid4(), **about)  # type: ignore[arg-type]
    save_field(actor=worker, intake_id=call.pk, save=save, at=NOW)
    return stored(call).text


def stored(call: Intake) -> Narrative:
    return Narrative.objects.get(intake=call)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@given(text=texts, insert=texts, data=st.data())
@usual
def test_a_splice_stores_what_the_whole_text_would(
    worker: User, text: str, insert: str, data: st.DataObject
) -> None:
    text, insert = clean_text(text), clean_text(insert)
    start = data.draw(st.integers(0, len(text)))
    delete = data.draw(st.integers(0, len(text) - start))
    whole = text[:start] + insert + text[start + delete :]
    spliced, typed = make_call(worker), make_call(worker)
    for call in (spliced, typed):
        assert store(worker, call, base=0, text=text) == text
    base = stored(spliced).revision_of("text")
    splice = Splice(start=start, delete=delete, insert=insert, sha256=digest(whole))
    assert store(worker, spliced, base=base, splice=splice) == whole
    assert store(worker, typed, base=base, text=whole) == whole
    assert stored(spliced).revision_of("text") == stored(typed).revision_of("text")


@given(text=texts, theirs=texts, insert=texts, data=st.data())
@usual
def test_a_splice_on_another_text_changes_nothing(
    worker: User, text: str, theirs: str, insert: str, data: st.DataObject
) -> None:
    text, theirs, insert = clean_text(text), clean_text(theirs), clean_text(insert)
    start = data.draw(st.integers(0, len(text)))
    whole = text[:start] + insert + text[start:]
    call = make_call(worker)
    store(worker, call, base=0, text=theirs)
    splice = Splice(start=start, delete=0, insert=insert, sha256=digest(whole))
    if theirs not in (text, whole):
        with pytest.raises(StaleRevision) as refusal:
            store(worker, call, base=stored(call).revision_of("text"), splice=splice)
        assert refusal.value.text == theirs
    assert stored(call).text == theirs


def test_a_splice_with_a_check_sum_fits_the_revision_or_the_save_before(
    worker: User, call: Intake
) -> None:
    """A save before it that never arrived does not keep it out."""
    store(worker, call, base=0, text="one")
    base = stored(call).revision_of("text")
    lost = uuid.uuid4()
    splice = Splice(start=3, delete=0, insert=" two", sha256=digest("one two"))
    assert store(worker, call, base=base, after=[lost], splice=splice) == "one two"
    unsure = Splice(start=7, delete=0, insert=" three", sha256="")
    with pytest.raises(StaleRevision):
        store(worker, call, base=base + 1, after=[lost], splice=unsure)
    assert stored(call).text == "one two"
