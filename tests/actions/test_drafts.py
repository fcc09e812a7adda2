"""Editing a draft: words with the promise of the call screen, rows that can be undone."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from intake.actions import drafts, editions
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow, StaleRevision, UnknownField
from intake.fields import Save, Step, parse_draft_name
from intake.models import DraftChange, Edition, Prompt, PromptPair, User
from intake.worksheet import build_sections, describe
from tests.factory import NOW, make_user

FACTOR = "social_connections"


def prompt_of(draft: Edition, *, is_core: bool = True, side: str = "worry") -> Prompt:
    """A prompt of a factor's core pair, or of the first of the others."""
    return Prompt.objects.filter(
        edition=draft, question_set__key=FACTOR, pair__is_core=is_core, side=side
    ).order_by("position")[0]


def put(actor: User, draft: Edition, name: str, text: str, **about: Any) -> Any:
    """Save one field as the page would; `base` is what stands unless it is given."""
    field = parse_draft_name(name)
    row: Any = (Prompt.objects if field.noun == "prompt" else draft.question_sets).get(
        pk=field.row or uuid4()
    )
    save = Save(
        field=field,
        text=text,
        base=about.pop("base", row.revision_of(field.column)),
        key=about.pop("key", None) or uuid4(),
    )
    at = about.pop("at", NOW)
    return drafts.save_draft_field(actor=actor, edition_id=draft.pk, save=save, at=at)


def step(actor: User, draft: Edition, row: PromptPair | Prompt, what: str) -> DraftChange | None:
    """Press a button of a row."""
    kind = "pair" if isinstance(row, PromptPair) else "prompt"
    return drafts.change_row(
        actor=actor, edition_id=draft.pk, step=Step(kind, row.pk, what), at=NOW
    )


def keys_of(draft: Edition, set_key: str = FACTOR) -> list[str]:
    """The keys of a set's pairs as the editor has them."""
    pairs = PromptPair.objects.filter(edition=draft, question_set__key=set_key, is_removed=False)
    return list(pairs.order_by("-is_core", "position", "key").values_list("key", flat=True))


def words(draft: Edition, prompt: Prompt, language: str = "en") -> str:
    """What stands for a prompt in a language."""
    return prompt.texts.get(language=language).text


def test_a_copy_has_everything_and_changes_nothing_of_its_source(
    administrator: User, draft: Edition
) -> None:
    source = draft.copied_from
    assert source is not None
    assert describe(draft) == describe(source)
    assert draft.number == source.number + 1 and draft.status == "draft"
    assert draft.content_sha256 == source.content_sha256


def test_words_are_saved_like_those_of_a_call(administrator: User, draft: Edition) -> None:
    prompt, key = prompt_of(draft), uuid4()
    name = f"prompt.{prompt.pk}.en"
    assert put(administrator, draft, name, "What worries you?", key=key).revision == 1
    again = put(administrator, draft, name, "What worries you?", key=key, base=0)
    assert again.revision == 1 and words(draft, prompt) == "What worries you?"
    with pytest.raises(StaleRevision) as stale:
        put(administrator, draft, name, "Another one", base=0)
    assert stale.value.text == "What worries you?"
    with pytest.raises(InvalidValue, match="holds 500"):
        put(administrator, draft, name, "x" * 501)
    assert words(draft, prompt) == "What worries you?"
    section = draft.question_sets.get(key=FACTOR)
    put(administrator, draft, f"set.{section.pk}.title", "Friends & family")
    section.refresh_from_db()
    assert section.title == "Friends & family"


def test_a_translation_is_stale_while_the_english_is_another(
    administrator: User, draft: Edition
) -> None:
    prompt = prompt_of(draft)
    before = words(draft, prompt)
    english = f"prompt.{prompt.pk}.en"

    def stale() -> str:
        return prompt.texts.get(language="es").translated_from

    put(administrator, draft, english, "Other words")
    put(administrator, draft, english, "Still other words")
    assert stale() == before
    described = describe(draft)
    assert any(
        side.get("stale") == {"es": before}
        for one in described
        for pair in one["pairs"]
        for side in (pair["worry"], pair["working_well"])
    )
    put(administrator, draft, english, before)
    assert stale() == ""
    put(administrator, draft, english, "Other words")
    put(administrator, draft, f"prompt.{prompt.pk}.es", "Otras palabras")
    assert stale() == ""
    put(administrator, draft, english, "New words")
    assert stale() == "Other words"
    step(administrator, draft, prompt, "confirm")
    assert stale() == ""
    assert step(administrator, draft, prompt, "confirm") is None
    drafts.undo_change(actor=administrator, edition_id=draft.pk, at=NOW)
    assert stale() == "Other words"


def test_typing_without_a_pause_is_one_change(administrator: User, draft: Edition) -> None:
    name = f"prompt.{prompt_of(draft).pk}.en"
    first = words(draft, prompt_of(draft))
    for second, text in enumerate(("What", "What wor", "What worries you?")):
        put(administrator, draft, name, text, at=NOW + timedelta(seconds=second))
    change = draft.changes.get()
    assert [cell[3:] for cell in change.cells if cell[2] == "en"] == [[first, "What worries you?"]]
    put(administrator, draft, name, "Later", at=NOW + timedelta(minutes=1))
    assert draft.changes.count() == 2


def test_rows_move_among_their_own_and_to_other_sets(administrator: User, draft: Edition) -> None:
    before = keys_of(draft)
    second = PromptPair.objects.get(edition=draft, key=before[1])
    assert step(administrator, draft, second, "up") is None  # the core pair stands above it
    step(administrator, draft, second, "down")
    assert keys_of(draft) == [before[0], before[2], before[1], *before[3:]]
    core = PromptPair.objects.get(edition=draft, key=before[0])
    assert step(administrator, draft, core, "down") is None
    step(administrator, draft, second, "to:concrete_support")
    assert keys_of(draft, "concrete_support")[-1] == second.key
    assert second.key not in keys_of(draft)
    assert {one.question_set.key for one in second.prompts.all()} == {"concrete_support"}
    for wrong in ("to:opening", "to:nothing", "sideways"):
        with pytest.raises(InvalidValue):
            step(administrator, draft, second, wrong)
    single = Prompt.objects.filter(edition=draft, question_set__key="opening").first()
    assert single is not None
    with pytest.raises(InvalidValue):
        step(administrator, draft, single, "to:" + FACTOR)
    step(administrator, draft, single, "to:closing")
    single.refresh_from_db()
    assert single.question_set.key == "closing"


def test_one_pair_of_a_set_is_the_core_one(administrator: User, draft: Edition) -> None:
    before = keys_of(draft)
    third = PromptPair.objects.get(edition=draft, key=before[2])
    step(administrator, draft, third, "core")
    assert step(administrator, draft, PromptPair.objects.get(pk=third.pk), "core") is None
    cores = PromptPair.objects.filter(edition=draft, question_set__key=FACTOR, is_core=True)
    assert [one.key for one in cores] == [third.key] and keys_of(draft)[0] == third.key
    step(administrator, draft, PromptPair.objects.get(pk=third.pk), "remove")
    assert not cores.all().exists()
    drafts.undo_change(actor=administrator, edition_id=draft.pk, at=NOW)
    drafts.undo_change(actor=administrator, edition_id=draft.pk, at=NOW)
    assert keys_of(draft) == before


def test_what_was_taken_out_comes_back_with_its_words(administrator: User, draft: Edition) -> None:
    before = describe(draft)
    prompt = prompt_of(draft, is_core=False)
    pair = PromptPair.objects.get(prompts=prompt)
    step(administrator, draft, pair, "remove")
    assert pair.key not in keys_of(draft)
    assert pair.key not in [p.key for s in build_sections(draft.pk) for p in s.pairs]
    with pytest.raises(UnknownField, match="taken out"):
        put(administrator, draft, f"prompt.{prompt.pk}.en", "Too late")
    with pytest.raises(UnknownField):
        step(administrator, draft, pair, "up")
    drafts.undo_change(actor=administrator, edition_id=draft.pk, at=NOW)
    assert describe(draft) == before
    drafts.redo_change(actor=administrator, edition_id=draft.pk, at=NOW)
    assert pair.key not in keys_of(draft)
    with pytest.raises(NotPossibleNow):
        drafts.redo_change(actor=administrator, edition_id=draft.pk, at=NOW)


def test_new_rows_have_keys_that_nobody_had(administrator: User, draft: Edition) -> None:
    pair = drafts.add_pair(actor=administrator, edition_id=draft.pk, set_key=FACTOR, at=NOW)
    other = drafts.add_pair(actor=administrator, edition_id=draft.pk, set_key=FACTOR, at=NOW)
    single = drafts.add_prompt(actor=administrator, edition_id=draft.pk, set_key="closing", at=NOW)
    assert keys_of(draft)[-2:] == [pair.key, other.key] and pair.key != other.key
    assert sorted(pair.prompts.values_list("key", flat=True)) == [
        f"{pair.key}.working_well",
        f"{pair.key}.worry",
    ]
    assert single.key.startswith("closing.")
    for wrong in ("opening", "nothing"):
        with pytest.raises(InvalidValue):
            drafts.add_pair(actor=administrator, edition_id=draft.pk, set_key=wrong, at=NOW)
    with pytest.raises(InvalidValue):
        drafts.add_prompt(actor=administrator, edition_id=draft.pk, set_key=FACTOR, at=NOW)
    for _ in range(3):
        drafts.undo_change(actor=administrator, edition_id=draft.pk, at=NOW)
    assert draft.copied_from is not None
    assert describe(draft) == describe(draft.copied_from)
    with pytest.raises(NotPossibleNow, match="nothing"):
        drafts.undo_change(actor=administrator, edition_id=draft.pk, at=NOW)


def test_two_editors_undo_their_own_and_nothing_of_the_other(
    administrator: User, draft: Edition
) -> None:
    agency = administrator.agency
    assert agency is not None
    other = make_user(agency, "administrator2", "administrators")
    before = keys_of(draft)
    pairs = [PromptPair.objects.get(edition=draft, key=key) for key in before]
    step(administrator, draft, pairs[1], "remove")
    step(other, draft, pairs[2], "remove")
    drafts.undo_change(actor=administrator, edition_id=draft.pk, at=NOW)
    assert keys_of(draft) == [key for key in before if key != pairs[2].key]
    step(administrator, draft, pairs[0], "remove")  # the core one
    step(other, draft, pairs[3], "core")
    with pytest.raises(NotPossibleNow, match="changed since"):
        drafts.undo_change(actor=administrator, edition_id=draft.pk, at=NOW)
    assert keys_of(draft)[0] == pairs[3].key
    # What one undid cannot be done again after one's next change; the other's can.
    drafts.undo_change(actor=other, edition_id=draft.pk, at=NOW)
    step(administrator, draft, PromptPair.objects.get(pk=pairs[1].pk), "remove")
    drafts.redo_change(actor=other, edition_id=draft.pk, at=NOW)
    with pytest.raises(NotPossibleNow):
        drafts.redo_change(actor=administrator, edition_id=draft.pk, at=NOW)


def test_only_administrators_of_the_agency_edit(
    administrator: User, draft: Edition, supervisor: User, stranger: User
) -> None:
    before = describe(draft)
    name = f"prompt.{prompt_of(draft).pk}.en"
    with pytest.raises(NotAllowed):
        put(supervisor, draft, name, "Mine")
    with pytest.raises(NotAllowed):
        step(supervisor, draft, prompt_of(draft), "remove")
    foreign = make_user(stranger.agency, "foreign", "administrators")  # type: ignore[arg-type]
    with pytest.raises(Edition.DoesNotExist):
        put(foreign, draft, name, "Mine")
    other = editions.start_draft(
        actor=foreign,
        source_id=Edition.objects.get(agency=stranger.agency, status="live").pk,
        at=NOW,
    )
    with pytest.raises(UnknownField):  # a row of one draft, named in another
        drafts.change_row(
            actor=foreign,
            edition_id=other.pk,
            step=Step("prompt", prompt_of(draft).pk, "remove"),
            at=NOW,
        )
    assert describe(draft) == before


def test_what_is_no_draft_takes_nothing(administrator: User, draft: Edition) -> None:
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    before = describe(draft)
    with pytest.raises(NotPossibleNow, match="in review"):
        put(administrator, draft, f"prompt.{prompt_of(draft).pk}.en", "Late")
    with pytest.raises(NotPossibleNow):
        drafts.add_pair(actor=administrator, edition_id=draft.pk, set_key=FACTOR, at=NOW)
    with pytest.raises(NotPossibleNow):
        drafts.undo_change(actor=administrator, edition_id=draft.pk, at=NOW)
    assert describe(draft) == before
