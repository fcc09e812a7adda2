"""The checks of prompts: what blocks, what is warned of, and that the shipped texts pass."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.management.commands.load_question_sets import read_fixtures, read_tables
from intake.wording import Finding, Jargon, check_sets, count_words, grade_of

JARGON = tuple(
    Jargon(one["language"], one["words"], one["plainer"]) for one in read_tables()["jargon"]
)
SHIPPED = read_fixtures()[0]


def shipped() -> list[dict[str, Any]]:
    """The shipped sets, to be spoilt."""
    return copy.deepcopy(SHIPPED)


def found_in(sets: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """What is found that the shipped sets do not have, as (level, code, anchor)."""
    known = set(check_sets(SHIPPED, jargon=JARGON))
    return {
        (one.level, one.code, one.anchor)
        for one in check_sets(sets, jargon=JARGON)
        if one not in known
    }


def test_the_shipped_edition_has_no_warning_outside_the_opening() -> None:
    found = check_sets(SHIPPED, jargon=JARGON)
    assert [one for one in found if not one.place.startswith("Opening")] == []
    assert [one for one in found if one.level == "blocking"] == []
    assert found  # the opening has: the law wants its words


def test_what_blocks() -> None:
    sets = shipped()
    factors = [one for one in sets if one["kind"] == "factor"]
    resilience, connections, support, knowledge, children = factors
    lost = resilience["pairs"][1]["worry"]
    del lost["en"]
    for side in ("worry", "working_well"):
        connections["pairs"][1][side]["en"] = " "
    support["pairs"] = []
    for pair in knowledge["pairs"]:
        pair["is_core"] = False
    first, second = children["pairs"][:2]
    second["worry"]["en"] = f"  {first['worry']['en'].upper()} "
    opening = sets[0]["prompts"][0]
    opening["en"] = ""
    knowledge["title"]["en"] = ""

    def anchor(prompt: dict[str, Any]) -> str:
        return "prompt-" + str(prompt["key"]).replace(".", "-")

    blocking = {(code, where) for level, code, where in found_in(sets) if level == "blocking"}
    assert blocking == {
        ("unpaired", anchor(lost)),
        ("missing_english", anchor(connections["pairs"][1]["worry"])),
        ("missing_english", anchor(connections["pairs"][1]["working_well"])),
        ("empty_set", "set-concrete_support"),
        ("no_core", "set-parenting_knowledge"),
        ("missing_title", "set-parenting_knowledge"),
        ("duplicate", anchor(second["worry"])),
        ("missing_english", anchor(opening)),
    }


# A text, its language, and the warnings that it brings; each good one stands beside the bad.
TEXTS = [
    ("What does the child eat on a school day?", "en", set()),
    ("What " + "then " * 20 + "?", "en", {"long"}),
    ("What " + "then " * 19 + "?", "en", set()),
    ("What do they eat? Who cooks it?", "en", {"two_questions"}),
    ("What do they eat, and who cooks it?", "en", {"two_questions"}),
    ("What do they eat, and at what time of day?", "en", set()),
    ("Why does he hit the wall?", "en", {"why"}),
    ("Does the child eat?", "en", {"yes_or_no"}),
    ("On a hard day, does the child eat?", "en", {"yes_or_no"}),
    ("Does the child eat", "en", {"yes_or_no"}),
    ("Is there any food in the house.", "en", {"yes_or_no"}),
    ("On a hard day, does the child eat", "en", {"yes_or_no"}),
    ("Does the child eat? ”", "en", {"yes_or_no"}),
    ("Do tell me of a good day.", "en", set()),
    ("Can you tell me what the child eats", "en", set()),
    ("Can you tell me what the child eats?", "en", set()),
    ("When the child is sad, what helps?", "en", set()),
    ("Don't you think she drinks too much?", "en", {"leading"}),
    ("She drinks a lot, doesn\u2019t she?", "en", {"leading"}),
    ("The child is cold at night, right?", "en", {"leading"}),
    ("What don\u2019t we know yet?", "en", set()),
    ("What do you know of any substance  Abuse?", "en", {"jargon"}),
    ("What do you know of their institutional interdependencies?", "en", {"grade"}),
    ("Tell me about a good day.", "en", set()),
    ("¿Qué come el niño?", "es", set()),
    ("¿Come bien el niño?", "es", {"yes_or_no"}),
    ("¿Hay algo en esa casa que le preocupe?", "es", {"yes_or_no"}),
    ("¿Come bien el niño", "es", {"yes_or_no"}),
    ("Come bien el niño", "es", {"yes_or_no"}),
    ("Hay comida en la casa", "es", {"yes_or_no"}),
    ("Le preocupa algo de esa casa.", "es", {"yes_or_no"}),
    ("Puede decirme qué come el niño", "es", set()),
    ("Cuénteme de un buen día.", "es", set()),
    ("¿Por qué le pega a la pared?", "es", {"why"}),
    ("¿Qué come? ¿Quién cocina?", "es", {"two_questions"}),
    ("¿Qué come, y quién cocina?", "es", {"two_questions"}),
    ("El niño pasa frío, ¿verdad?", "es", {"leading"}),
    ("¿Qué sabe usted del abuso de sustancias?", "es", {"jargon"}),
]


@pytest.mark.parametrize(("text", "language", "codes"), TEXTS)
def test_words_are_warned_of(text: str, language: str, codes: set[str]) -> None:
    sets = shipped()
    prompt = sets[1]["pairs"][1]["worry"]
    prompt[language] = text
    found = {(level, code) for level, code, _ in found_in(sets)}
    assert found == {("warning", code) for code in codes}


def test_what_is_read_out_asks_nothing() -> None:
    sets = shipped()
    script = next(one for one in sets[0]["prompts"] if one["kind"] == "script")
    script["en"], script["es"] = "Is there anything else.", "Hay algo más."
    assert found_in(sets) == set()


def test_translations_are_missing_or_stale() -> None:
    sets = shipped()
    first, second = (pair["worry"] for pair in sets[1]["pairs"][:2])
    del first["es"]
    second["stale"] = {"es": "What was it?"}
    assert {code for _, code, _ in found_in(sets)} == {"missing_translation", "stale_translation"}
    stale = [one for one in check_sets(sets, jargon=()) if one.code == "stale_translation"]
    assert "What was it?" in stale[0].why and stale[0].words == second["es"]


def test_every_finding_has_its_reason_and_a_way_to_mend_it() -> None:
    sets = shipped()
    sets[1]["pairs"][0]["worry"]["en"] = "Why did the intervention fail, and who " + "x " * 30 + "?"
    sets[2]["pairs"] = []
    for one in check_sets(sets, jargon=JARGON):
        assert isinstance(one, Finding)
        for sentence in (one.why, one.mend):
            assert sentence[0] in "“ABCDEFGHIJKLMNOPQRSTUVWXYZ" and sentence[-1] == "."
    assert [one.level for one in check_sets(sets, jargon=())][:1] == ["blocking"]


def test_a_grade_never_blocks() -> None:
    sets = shipped()
    for pair in sets[1]["pairs"]:
        for side in ("worry", "working_well"):
            pair[side]["en"] += " Notwithstanding institutional interdependencies."
    assert all(level == "warning" for level, _, _ in found_in(sets))


@given(st.text(max_size=300), st.sampled_from(["en", "es"]))
def test_any_text_can_be_checked(text: str, language: str) -> None:
    sets = shipped()
    sets[1]["pairs"][0]["worry"][language] = text
    assert check_sets(sets, jargon=JARGON) == check_sets(sets, jargon=JARGON)
    assert count_words(text) >= 0 and grade_of(text, language) < float("inf")
