"""What pages say of silent assist."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.http import QueryDict


@dataclass(frozen=True)
class LineForm:
    """A line for the worker, and the key under which it is sent once."""

    key: UUID
    text: str


def parse_line(post: QueryDict) -> LineForm:
    """Return the line that was posted; a form that brought no key gets one."""
    try:
        key = UUID(post.get("key", ""))
    except ValueError:
        key = uuid4()
    return LineForm(key=key, text=post.get("text", ""))
