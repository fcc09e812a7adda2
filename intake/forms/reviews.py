"""What the supervisor's pages say."""

from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

SHOWN = ("", "mine", "unclaimed", "returned")


@dataclass(frozen=True)
class QueueFilter:
    """What of the queue is shown; `worker` is None for everybody's."""

    show: str
    worker: UUID | None


def parse_filter(query: QueryDict) -> QueueFilter:
    """Return the filter; what is not known filters nothing."""
    show = query.get("show", "")
    return QueueFilter(show if show in SHOWN else "", parse_key(query, "worker"))


def parse_key(data: QueryDict, name: str) -> UUID | None:
    """Return the key that a form or address carries, or None."""
    try:
        return UUID(data.get(name, ""))
    except ValueError:
        return None
