"""What pages say of a hand-over."""

from uuid import UUID

from django.http import QueryDict


def parse_colleague(post: QueryDict) -> UUID | None:
    """Return the key of the colleague that was chosen, or None where none was."""
    return _key(post, "colleague")


def parse_call(query: QueryDict) -> UUID | None:
    """Return the key of the call that the asking page shows, or None."""
    return _key(query, "call")


def _key(data: QueryDict, name: str) -> UUID | None:
    try:
        return UUID(data.get(name, ""))
    except ValueError:
        return None
