"""What a supervisor remarked on a returned intake, each remark with its place on a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from intake.models import Intake, ReviewComment
from intake.worksheet.views import Worksheet

PAGES = ("call", "wrap_up")
# A remark on a row stands at the row's first box.
FIRST = {"answer": "text", "person": "name", "concern": "type"}


@dataclass(frozen=True)
class ReturnedRemark:
    """A remark as the worker sees it; `comment` has its words, author and replies."""

    comment: ReviewComment
    number: int
    place: str  # what to call its place: `Social Connections – worry`
    field: str  # the box in which its place is changed
    page: str  # where it stands beside its place: this page, or the other one; "" for neither
    is_here: bool
    is_earlier: bool  # it came with a return before the last one

    @property
    def is_open(self) -> bool:
        """Whether it is not dealt with."""
        return self.comment.resolved_at is None

    @property
    def anchor(self) -> str:
        """The place's name in the save protocol; all of the decision is one place."""
        return _place_of(self.comment)

    @property
    def is_typed_elsewhere(self) -> bool:
        """Whether its place is only shown on this page, and changed on the call screen."""
        return self.page == "wrap_up" and self.comment.anchor.startswith(("answer.", "person."))

    @property
    def waits_here(self) -> bool:
        """Whether it stands on this page and is not dealt with."""
        return self.is_here and self.is_open


def build_remarks(intake: Intake, sheet: Worksheet, *, page: str) -> tuple[ReturnedRemark, ...]:
    """Return the remarks with which an intake was returned, oldest first; none while it is not.

    `page` is the one that is shown, `call` or `wrap_up`. Three queries.
    """
    if intake.status != Intake.Status.RETURNED:
        return ()
    comments = (
        ReviewComment.objects.sent()
        .filter(review__intake=intake)
        .select_related("author", "review")
        .prefetch_related("replies__author")
    )
    places = _places(sheet)
    last = max((one.review.decided_at for one in comments if one.review.decided_at), default=None)
    remarks = []
    for number, comment in enumerate(comments, start=1):
        noun = comment.anchor.partition(".")[0]
        place, pages = places.get(_place_of(comment), (noun.capitalize(), ()))
        is_here = page in pages
        remarks.append(
            ReturnedRemark(
                comment=comment,
                number=number,
                place=place,
                field=f"{comment.anchor}.{FIRST[noun]}" if noun in FIRST else comment.anchor,
                page=page if is_here else next(iter(pages), ""),
                is_here=is_here,
                is_earlier=comment.review.decided_at != last,
            )
        )
    return tuple(remarks)


def count_open_remarks(intakes: Iterable[Intake]) -> dict[UUID, int]:
    """Return how many remarks wait for the worker, for each key where any does. One query."""
    keys = [intake.pk for intake in intakes]
    waiting = ReviewComment.objects.sent().filter(review__intake__in=keys, resolved_at=None)
    counts = waiting.values_list("review__intake").annotate(Count("pk")).order_by()
    return dict(counts)


def _place_of(comment: ReviewComment) -> str:
    return "decision" if comment.anchor.startswith("decision.") else comment.anchor


def _places(sheet: Worksheet) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return what each place is called, and the pages that show remarks beside it."""
    places: dict[str, tuple[str, tuple[str, ...]]] = {
        "narrative.text": ("Narrative", PAGES),
        "decision": ("Decision", ("wrap_up",)),
    }
    for section in sheet.sections:
        for prompt in section.all_prompts:
            title = section.side_title(prompt.side) if section.is_factor else section.title
            pages: tuple[str, ...] = PAGES if section.is_factor else ("call",)
            # What a field of its own answers has no box at its prompt.
            places[f"answer.{prompt.id}"] = title, () if prompt.bound_to else pages
    for person in sheet.people:
        pages = () if person.is_removed else PAGES
        places[f"person.{person.id}"] = person.label, pages
    return places
