"""What a request may carry that no page of ours sends: bodies, queries, forms and their types."""

import json
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from hypothesis import strategies as st

from intake import fields

MARK = "<fuzz onx=1>"  # it must never stand in a page as it is
TEXTS = (
    "", " ", "yes", "no", "x", MARK, f'"{MARK}', "{{ 7 }}{% now 'Y' %}", "' OR 1=1 --", "\x00", "a\x00b",
    "\ud800", "\udfff\ud800", "\u202e\u2066", "\r\n\r\nSet-Cookie: a=b", "\ufeff", "İıßﬀ", "\U0010ffff",
    "x" * 501, "y" * 20_001, "a " * 3000, "%00%ff", "../../etc/passwd", "http://127.0.0.1:1/",
    "//elsewhere.example/", "javascript:alert(1)", "-0", "1e999", "٣", "²", "9" * 40, "-1", "2147483648",
    "9223372036854775808", "NaN", "0001-01-01", "9999-12-31", "2026-02-30", "24:00", "00:00", "12:60",
    "2026-03-08T02:30", "9999-12-31T23:59:59", "0001-01-01T00:00", "20260302173000000000|x", "narrative.text",
    "person..name", "urn:uuid:", "{", "null", "=1+1", "\t\x0b\x1f\x7f\x85\u2028",
)  # fmt: skip
NUMBERS = (
    0,
    1,
    -1,
    2**31,
    2**31 - 1,
    2**63,
    -(2**63) - 1,
    10**30,
    0.5,
    -0.0,
    float("nan"),
    float("inf"),
)
TYPES = (
    "application/json", "application/json; charset=utf-16", "application/json; charset=\u00fc",
    "text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data",
    "application/x-www-form-urlencoded; charset=rot13", "application/x-www-form-urlencoded; charset=utf-7",
    'multipart/form-data; boundary=""', "multipart/form-data; boundary=" + "b" * 300, "application/xml",
)  # fmt: skip
NOT_JSON = (
    b"", b"{", b"[" * 100_000, b'{"a":' * 5000, b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"{\x00}", b"nul",
    b'"\xed\xa0\x80"', b"1" * 5000, b"1e99999", b'{"text": "\\ud800", "text": 5}', b"x" * 600_000, b"\x80" * 9,
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
)  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """A request: what it carries, and as which kind of thing."""

    method: str
    query: str
    body: bytes
    kind: str
    wants_json: bool


def texts(known: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Words that mean something here, hostile ones, and any."""
    return st.one_of(
        st.sampled_from(known),
        st.sampled_from(TEXTS),
        st.text(st.characters(exclude_categories=()), max_size=40),
        st.uuids().map(str),
    )


def anything(known: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Any value that JSON has, and some that only Python's does."""
    leaves = st.one_of(
        texts(known),
        st.sampled_from(NUMBERS),
        st.integers(-3, 40),
        st.booleans(),
        st.none(),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(texts(known), inner, max_size=4)
        ),
        max_leaves=6,
    )


def saves(known: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Saves of the protocol that are nearly right: one part or two may be anything."""
    good = st.fixed_dictionaries(
        {
            "field": field_names(known),
            "base": st.sampled_from([0, 1, 2]),
            "key": st.uuids().map(str),
        },
        optional={
            "text": texts(known),
            "after": st.lists(st.uuids().map(str), max_size=25),
            "row": st.dictionaries(st.sampled_from(ROW_WORDS), texts(known), max_size=4),
            "keep": st.booleans(),
            "page": st.uuids().map(str),
            "splice": st.fixed_dictionaries(
                {"start": counts, "delete": counts, "insert": texts(known)},
                optional={"sha256": texts(known)},
            ),
        },
    )
    parts = ("field", "base", "key", "text", "after", "row", "keep", "page", "splice", "sha256")
    spoiled = st.dictionaries(st.sampled_from(parts), anything(known), max_size=2)
    return st.builds(lambda one, other: one | other, good, st.one_of(st.just({}), spoiled))


ROW_WORDS = (
    "role",
    "factor",
    "side",
    "new",
    "start",
    "end",
    "said_at",
    "prompt",
    "service",
    "kind",
)
counts = st.one_of(st.integers(0, 12), st.sampled_from([2**31 - 1, 2**31, -1, 200_001]))
COLUMNS = tuple(
    (noun, column)
    for names in (fields.FIELDS, fields.DRAFT_FIELDS)
    for noun, columns in names.items()
    for column in columns
)


@st.composite
def field_names(draw: st.DrawFn, known: tuple[str, ...]) -> str:
    """The name of a field that there is, of a row that may be there."""
    noun, column = draw(st.sampled_from(COLUMNS))
    if noun in fields.MANY_ROWS or noun in fields.DRAFT_FIELDS:
        rows = [one for one in known if len(one) == 36]
        row = draw(st.one_of(st.sampled_from(rows or [str(uuid.uuid4())]), st.uuids().map(str)))
        return f"{noun}.{row}.{column}"
    return f"{noun}.{column}"


@st.composite
def as_json(draw: st.DrawFn, known: tuple[str, ...], words: tuple[str, ...]) -> bytes:
    """A body that is JSON, or nearly so."""
    how = draw(st.sampled_from(["save", "save", "object", "object", "any", "raw", "twice"]))
    if how == "raw":
        return draw(st.one_of(st.sampled_from(NOT_JSON), st.binary(max_size=60)))
    if how.startswith("save"):
        value = draw(saves(known))
    elif how == "any":
        value = draw(anything(known))
    else:
        value = draw(st.dictionaries(st.sampled_from(words), anything(known), max_size=6))
    # Lone surrogates travel as escapes, or as bytes that are no UTF-8.
    ascii_only = draw(st.booleans())
    body = json.dumps(value, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    if how == "twice" and body.startswith(b"{") and len(body) > 2:
        body = body[:-1] + b", " + body[1:]
    return body


@st.composite
def as_form(draw: st.DrawFn, known: tuple[str, ...], words: tuple[str, ...]) -> str:
    """Fields of a form, some of them twice; a plain form of saves has its own kinds of names."""
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(words), texts(known)), max_size=6),
    )
    if draw(st.booleans()):
        name = draw(field_names(known))
        base = draw(st.one_of(st.sampled_from(["0-0", "1-0", "0", "²-0"]), texts(known)))
        noun, _, rest = name.partition(".")
        row = f"row:{noun}:{rest.partition('.')[0]}:{draw(st.sampled_from(ROW_WORDS))}"
        pairs += [(f"base:{name}", base), (name, draw(texts(known))), (row, draw(texts(known)))]
    return urlencode(pairs, errors="surrogatepass")


@st.composite
def uploads(draw: st.DrawFn, name: str = "file") -> bytes:
    """A multipart body with a file whose name and content need not fit."""
    suffix = draw(
        st.sampled_from([".json", ".xlsx", ".csv", ".JSON", "", "/../x.json", "\x00.csv"])
    )
    content = draw(
        st.one_of(
            st.sampled_from(NOT_JSON),
            anything(("sets", "key", "title")).map(lambda one: json.dumps(one).encode()),
            st.binary(max_size=200).map(lambda one: b"PK\x03\x04" + one),
            st.text(max_size=80).map(lambda one: one.encode()),
        )
    )
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="a{suffix}"\r\n\r\n'
    return head.encode() + content + b"\r\n--b--\r\n"


@st.composite
def requests(
    draw: st.DrawFn, *, method: str, known: tuple[str, ...], words: tuple[str, ...]
) -> Sent:
    """A request to an address that is asked by `method`: seldom it is asked by another one."""
    usual = draw(st.integers(0, 9)) > 0
    how = (
        method
        if usual
        else draw(st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE"]))
    )
    query = draw(
        st.one_of(
            st.just(""),
            as_form(known, words),
            as_form(known, words),
            st.binary(max_size=30).map(quote_from_bytes),
            st.sampled_from(["a=%ff%fe&%00=%00", "&&==&", ";", "a" * 5000, "page=-1", "page=1e9"]),
        )
    )
    body, kind = b"", ""
    if how not in ("GET", "HEAD"):
        shape = draw(st.sampled_from(["json", "json", "json", "form", "form", "file", "other"]))
        if shape == "json":
            body, kind = draw(as_json(known, words)), TYPES[0]
        elif shape == "form":
            body, kind = draw(as_form(known, words)).encode(), "application/x-www-form-urlencoded"
        elif shape == "file":
            body, kind = draw(uploads()), "multipart/form-data; boundary=b"
        else:
            body = draw(st.one_of(as_json(known, words), uploads()))
            kind = draw(st.sampled_from(TYPES))
    return Sent(how, query, body, kind, draw(st.booleans()))
