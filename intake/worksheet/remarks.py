"""What a supervisor remarked on a returned intake, each remark with its place on a page."""

from dataclasses import dataclass

from intake.models import Intake, ReviewComment
from intake.models.base import Side
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

    @property
    def anchor(self) -> str:
        """The place's name in the save protocol; all of the decision is one place."""
        is_decision = self.comment.anchor.startswith("decision.")
        return "decision" if is_decision else self.comment.anchor


def build_remarks(intake: Intake, sheet: Worksheet, *, page: str) -> tuple[ReturnedRemark, ...]:
    """Return the remarks with which an intake was returned, oldest first; none while it is not.

    `page` is the one that is shown, `call` or `wrap_up`. Three queries.
    """
    if intake.status != Intake.Status.RETURNED:
        return ()
    comments = (
        ReviewComment.objects.filter(review__intake=intake, review__outcome="returned", parent=None)
        .select_related("author")
        .prefetch_related("replies__author")
    )
    places = _places(sheet)
    remarks = []
    for number, comment in enumerate(comments, start=1):
        noun, _, rest = comment.anchor.partition(".")
        where = "decision" if noun == "decision" else comment.anchor
        place, pages = places.get(where, (noun.capitalize(), ()))
        is_here = page in pages
        remarks.append(
            ReturnedRemark(
                comment=comment,
                number=number,
                place=place,
                field=f"{comment.anchor}.{FIRST[noun]}"
                if noun in FIRST and "." not in rest
                else comment.anchor,
                page=page if is_here else next(iter(pages), ""),
                is_here=is_here,
            )
        )
    return tuple(remarks)


def _places(sheet: Worksheet) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return what each place is called, and the pages that show remarks beside it."""
    places: dict[str, tuple[str, tuple[str, ...]]] = {
        "narrative.text": ("Narrative", PAGES),
        "decision": ("Decision", ("wrap_up",)),
    }
    for section in sheet.sections:
        for prompt in section.all_prompts:
            title = section.title
            if section.is_factor:
                title = f"{title} – {str(Side(prompt.side).label).lower()}"
            pages: tuple[str, ...] = PAGES if section.is_factor else ("call",)
            # What a field of its own answers has no box at its prompt.
            places[f"answer.{prompt.id}"] = title, () if prompt.bound_to else pages
    for person in sheet.people:
        pages = () if person.is_removed else PAGES
        places[f"person.{person.id}"] = person.label, pages
    return places
