"""Where filed words stand in a narrative that was typed on."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from intake.worksheet import HeardView, find_passage

NOTE = HeardView(
    id="n",
    factor="social_connections",
    side="worry",
    text="she cried",
    start=4,
    end=13,
    call_seconds=0,
    filed_at="",
    prompt_id="",
    is_removed=False,
)


@given(before=st.text(alphabet="abc 😀\n"), after=st.text(alphabet="abc 😀\n"))
def test_words_are_found_wherever_typing_moved_them(before: str, after: str) -> None:
    narrative = f"{before}she cried{after}"
    place = find_passage(narrative, NOTE)
    assert narrative[place.start : place.stop] == "she cried"


def test_of_two_places_the_nearest_counts() -> None:
    narrative = "she cried, then later she cried"
    assert find_passage(narrative, replace(NOTE, start=25)).start == 22
    assert find_passage(narrative, NOTE).start == 0


def test_words_that_are_gone_have_no_place() -> None:
    assert len(find_passage("Nothing of it.", NOTE)) == 0
    assert len(find_passage("Nothing of it.", replace(NOTE, text=""))) == 0
