"""Comparing words: accents, case, letters of their own, and one letter that is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.text import fold, is_near, name_words, seems_to_name, spellings, words_in, words_of

WORDS = st.text(alphabet="abcdefgh", min_size=3, max_size=9)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Nguyễn", "nguyen"),
        ("María", "maria"),
        ("Đặng", "dang"),
        ("Łódź", "lodz"),
        ("Sørensen", "sorensen"),
        ("Weiß", "weiss"),
        ("ŞÜKRÜ Işık", "sukru isik"),
        ("Æsa Þór", "aesa thor"),
        ("Ｗｉｄｅ", "wide"),
        ("e\u0301", "e"),
    ],
)
def test_words_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_are_letters_and_digits() -> None:
    assert words_of("He's 4, “Ana-María”!\nE\u0301va_x") == [
        "he",
        "s",
        "4",
        "ana",
        "maria",
        "eva",
        "x",
    ]
    assert words_of("李雷来了") == ["李", "雷", "来", "了"]
    assert words_of("…%_'\"\x00") == []


def test_places_are_those_of_the_text_as_it_is() -> None:
    text = "Straße, Nguyê\u0303n!"
    assert [(word, text[begin:end]) for word, begin, end in words_in(text)] == [
        ("strasse", "Straße"),
        ("nguyen", "Nguyê\u0303n"),
    ]


def test_an_apostrophe_parts_and_joins() -> None:
    assert name_words("Sinéad O’Brien") == {"sinead", "o", "brien", "obrien"}


@given(WORDS, st.data())
def test_one_wrong_letter_is_near_and_shares_a_spelling(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    other = data.draw(
        st.sampled_from(
            [
                word[:place] + "z" + word[place + 1 :],
                word[:place] + word[place + 1 :],
                word[:place] + "z" + word[place:],
                word + "z",
                word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
            ]
        )
    )
    assert is_near(word, other)
    assert is_near(other, word)
    if min(len(word), len(other)) > 2:
        assert spellings(word) & spellings(other)


@given(WORDS, WORDS)
def test_near_is_what_it_says(one: str, other: str) -> None:
    assert is_near(one, other) == (distance(one, other) <= 1)


def distance(one: str, other: str) -> int:
    """Letters to change, add, leave out or swap, the slow way."""
    rows = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if not i or not j:
                rows[i][j] = i + j
                continue
            rows[i][j] = min(
                rows[i - 1][j] + 1,
                rows[i][j - 1] + 1,
                rows[i - 1][j - 1] + (one[i - 1] != other[j - 1]),
            )
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


def test_numbers_have_no_near_ones() -> None:
    assert spellings("123") == {"123"}
    assert spellings("ab") == {"ab"}


@pytest.mark.parametrize(
    ("name", "text", "beside", "expected"),
    [
        ("Nguyễn Thị Ánh", "said NGUYEN at the door", "", True),
        ("Rosa Delgado", "Mia Delgado was outside", "Mia Delgado", False),
        ("Rosa Delgado", "Rosa Delgado saw it", "Mia Delgado", True),
        ("An Li", "An apple; the child li", "", False),
        ("An Li", "then an-li came", "", True),
        ("Ann Lee", "Lee was there", "", False),
        ("Ann Lee", "called by ann lee.", "", True),
        ("李雷", "老师李雷说", "", True),
        ("李", "老师李雷说", "", False),
        ("Al", "al came", "", False),
        ("Aunt Josefina", "An aunt came", "", False),
        ("Aunt Josefina", "Josefína came", "", True),
        ("The caller", "the caller said", "", False),
        ("Marchand", "merchandise", "", False),
        ("", "anything", "", False),
    ],
)
def test_a_text_seems_to_name_somebody(name: str, text: str, beside: str, expected: bool) -> None:
    assert seems_to_name(text, name=name, beside=beside) is expected


@pytest.mark.parametrize(
    ("number", "text", "expected"),
    [
        ("(555) 010-0177", "reach her on 555 010 0177", True),
        ("+1 555 010 0177", "only 010-0177", True),
        ("555-010-0177", "0100178", False),
        ("12345", "12345 Main St", False),
        ("٥٥٥٠١٠٠١٧٧", "5550100177", True),
        ("555-010-0177", "in 1955, 501 of 00177", False),
    ],
)
def test_a_text_seems_to_hold_a_number(number: str, text: str, expected: bool) -> None:
    assert seems_to_name(text, name="", numbers=[number]) is expected
