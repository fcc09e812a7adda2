"""Looking for words where they must not be: in tables, answers, files, log lines."""

import base64
import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from django.db import connection
from django.http.response import HttpResponseBase
from pypdf import PdfReader

from hotline.logs import QuietFormatter


def everything_stored() -> bytes:
    """Every value of every column of every table of the database."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            parts += [_plain(value) for row in cursor.fetchall() for value in row]
    return b"\n".join(parts)


@contextmanager
def everything_sent() -> Iterator[list[bytes]]:
    """Collect every value that statements carry to the database, also of what is rolled back."""
    sent: list[bytes] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql.encode())
        rows = (params or ()) if many else (params or (),)
        sent.extend(_plain(value) for row in rows for value in row)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


@contextmanager
def everything_logged() -> Iterator[list[bytes]]:
    """Collect every line of every logger, down to DEBUG, as the log's own format writes it."""
    lines: list[bytes] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record).encode())

    handler = Collecting()
    handler.setFormatter(QuietFormatter())
    named = logging.root.manager.loggerDict.values()
    loggers = [logging.root, *(one for one in named if isinstance(one, logging.Logger))]
    before = [(one, one.level, one.handlers) for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
        # Those that write lines would write the same ones, and pytest's keep each record with all
        # that its exception's frames hold. Whatever tells of it in another way goes on.
        own = [kept for kept in one.handlers if not isinstance(kept, logging.StreamHandler)]
        one.handlers = [*own, handler] if one is logging.root or not one.propagate else own
    try:
        yield lines
    finally:
        for one, level, handlers in before:
            one.setLevel(level)
            one.handlers = handlers


def told_by(response: HttpResponseBase) -> bytes:
    """All that an answer tells: head, body, text and metadata of a PDF, members of a zip."""
    streamed = getattr(response, "streaming_content", None)
    body = b"".join(streamed) if streamed is not None else getattr(response, "content", b"")
    head = "\n".join(f"{name}: {value}" for name, value in response.items())
    cookies = response.cookies.output()
    return b"\n".join([head.encode(), cookies.encode(), *inside(body)])


def inside(content: bytes) -> Iterator[bytes]:
    """Yield a file's bytes, and what it says once it is opened."""
    yield content
    if content.startswith(b"%PDF"):
        document = PdfReader(BytesIO(content))
        yield str(document.metadata).encode()
        yield str(document.xmp_metadata and document.xmp_metadata.stream.get_data()).encode()
        text = "\n".join(page.extract_text() for page in document.pages)
        yield text.encode()
        yield "".join(text.split()).encode()  # whatever the lines broke
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(BytesIO(content)) as packed:
            for name in packed.namelist():
                yield name.encode()
                yield from inside(packed.read(name))


def found(needles: dict[str, str], haystack: bytes, *, deep: bool = False) -> set[str]:
    """Return the names of the needles that stand in `haystack`, without case; `deep`: in base64."""
    lowered = haystack.lower()
    return {
        name
        for name, text in needles.items()
        if text.lower().encode() in lowered
        or (deep and any(one in haystack for one in _in_base64(text)))
    }


def _in_base64(text: str) -> list[bytes]:
    """The inner part of a text in base64, at each of the three places where it may begin."""
    forms = []
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + text.encode())
        start = 4 if shift else 0
        forms.append(encoded[start : len(encoded) - 4])
    return [one for one in forms if len(one) >= 12]


def _plain(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
