"""Editions as lists and pages show them: with their status by the clock."""

from dataclasses import dataclass
from datetime import datetime

from intake.models import Agency, Edition


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
