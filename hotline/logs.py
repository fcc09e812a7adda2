"""How log lines look: what failed and where, never what somebody said."""

import copy
import logging
import time
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

type_of_exc_info = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)

# What would begin another line, or move the cursor of who reads it.
_CONTROLS = {one: repr(chr(one))[1:-1] for one in (*range(32), *range(127, 160), 0x2028, 0x2029)}


class QuietFormatter(logging.Formatter):
    """Formats a record as one line; of an exception it keeps its type and the frames.

    An exception's own words are left out: a database error quotes the row, and the row is a call.
    Times are in UTC, as those of the audit.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        quiet = copy.copy(record)
        quiet.exc_text = None  # what another formatter made of the exception has its words
        quiet.msg = _quiet(record.msg)
        if record.args:
            quiet.args = _quiet(record.args)
        return super().format(quiet)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line with control characters escaped: nobody writes a second one."""
        return super().formatMessage(record).translate(_CONTROLS)

    def formatException(self, ei: type_of_exc_info) -> str:
        names: list[str] = []
        error = ei[1]
        seen = set()
        while error is not None and id(error) not in seen:  # an error may be its own cause
            seen.add(id(error))
            frames = traceback.extract_tb(error.__traceback__)
            places = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            names.append("\n".join([type(error).__qualname__, *places]))
            error = error.__cause__ or error.__context__
        return "\ncaused by ".join(names)


def _quiet(value: Any) -> Any:
    """Return an exception's kind in place of each exception; anything else as it is."""
    if isinstance(value, BaseException):
        return type(value).__qualname__
    if isinstance(value, Mapping):
        return {_quiet(key): _quiet(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        kept = [_quiet(one) for one in value]
        return tuple(kept) if isinstance(value, tuple) else kept
    return value
