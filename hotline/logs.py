"""How log lines look: what failed and where, never what somebody said."""

import logging
import traceback
from types import TracebackType

type_of_exc_info = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class QuietFormatter(logging.Formatter):
    """Formats a record as one line; of an exception it keeps its type and the frames.

    An exception's own words are left out: a database error quotes the row, and the row is a call.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(self, ei: type_of_exc_info) -> str:
        names = []
        error = ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            places = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            names.append("\n".join([type(error).__qualname__, *places]))
            error = error.__cause__ or error.__context__
        return "\ncaused by ".join(names)
