"""What a page says of itself."""

from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

PAGES = 20  # that a browser may know to be gone


@dataclass(frozen=True)
class PageForm:
    """A page's key, the pages that it stands for, and whether it takes over or leaves."""

    page: UUID
    instead: frozenset[UUID]
    takes_over: bool
    leaves: bool


def parse_page(post: QueryDict) -> PageForm | None:
    """Return what a page posted, or None where it has no key."""
    try:
        page = UUID(post.get("page", ""))
        instead = frozenset(UUID(one) for one in post.getlist("instead")[:PAGES])
    except ValueError:
        return None
    return PageForm(
        page=page,
        instead=instead,
        takes_over=post.get("take") == "yes",
        leaves=post.get("leave") == "yes",
    )
