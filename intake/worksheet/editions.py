"""Editions as lists and pages show them: with their status by the clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from intake.models import Agency, Edition, EditionComment
from intake.worksheet.views import SectionView


@dataclass(frozen=True)
class EditionRow:
    """An edition in the list, with its status by the clock."""

    edition: Edition
    status: str
    label: str

    @property
    def is_open(self) -> bool:
        """Whether the editor shows it: a draft, or what is in review."""
        return self.status in (Edition.Status.DRAFT, Edition.Status.IN_REVIEW)


def list_editions(agency: Agency | None, *, at: datetime) -> tuple[EditionRow, ...]:
    """Return the editions of an agency (None: the state's), the newest first; two queries."""
    live = Edition.objects.live(agency=agency, at=at).first()
    editions = Edition.objects.filter(agency=agency).order_by("-number")
    return tuple(_row(one, live, at) for one in editions.select_related("copied_from"))


def open_drafts(agency: Agency | None) -> tuple[Edition, ...]:
    """Return an agency's drafts, the newest first."""
    drafts = Edition.objects.filter(agency=agency, status=Edition.Status.DRAFT)
    return tuple(drafts.select_related("created_by").order_by("-number"))


@dataclass(frozen=True)
class RemarkView:
    """A remark on an edition, and what it is about in words."""

    remark: EditionComment
    place: str


def list_remarks(edition: Edition, sections: Iterable[SectionView]) -> tuple[RemarkView, ...]:
    """Return what was remarked on an edition before it was published, the oldest first."""
    places = {"": "All of the edition"}
    for section in sections:
        places[section.key] = section.title
        places |= {pair.key: f"{section.title}: {pair.worry.text}" for pair in section.pairs}
        places |= {one.key: f"{section.title}: {one.text}" for one in section.all_prompts}
    remarks = edition.comments.select_related("author", "resolved_by")
    return tuple(
        RemarkView(one, places.get(one.anchor, "What was taken out since")) for one in remarks
    )


def show_status(edition: Edition, *, at: datetime) -> EditionRow:
    """Return an edition with its status by the clock."""
    return _row(edition, Edition.objects.live(agency=edition.agency, at=at).first(), at)


def _row(edition: Edition, live: Edition | None, at: datetime) -> EditionRow:
    status, live_from = edition.status, edition.live_from
    if edition.cancelled_at is not None:
        return EditionRow(edition, status, "Called off")
    has_gone = status in (Edition.Status.SCHEDULED, Edition.Status.LIVE)
    if has_gone and live_from is not None and live_from <= at:
        is_live = live is not None and edition.pk == live.pk
        status = Edition.Status.LIVE if is_live else Edition.Status.RETIRED
    return EditionRow(edition, status, str(Edition.Status(status).label))
