"""Who may read a restricted record: who restricted it, who is named, and who broke the glass."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intake import permissions
from intake.models import BreakGlass, Intake, NamedViewer, Restriction, User


@dataclass(frozen=True)
class Access:
    """What the page of a restriction shows.

    Reasons are part of the record: who may not read that does not see them either (`reads`), a
    privacy officer for one, who sees who broke the glass and when.
    """

    restriction: Restriction | None
    viewers: tuple[NamedViewer, ...]
    openings: tuple[BreakGlass, ...]
    reads: bool
    may_name: bool
    may_lift: bool


def build_access(intake: Intake, *, viewer: User, at: datetime) -> Access:
    """Return who may read an intake and what the viewer may change of that."""
    reads = Intake.objects.visible_to(viewer).filter(pk=intake.pk).exists()
    restriction = intake.restrictions.standing().select_related("by").first()
    named = NamedViewer.objects.standing(at).filter(intake=intake)
    return Access(
        restriction=restriction,
        viewers=tuple(named.select_related("user", "given_by")),
        openings=build_openings(intake) if reads or permissions.is_privacy_officer(viewer) else (),
        reads=reads,
        may_name=permissions.can_name_viewers(viewer, intake, at=at),
        may_lift=restriction is not None
        and permissions.can_lift(viewer, intake, restriction, at=at),
    )


def build_openings(intake: Intake) -> tuple[BreakGlass, ...]:
    """Return who opened a restricted intake by break-glass, the latest first."""
    return tuple(intake.broken_glass.select_related("user")[:50])


def find_glass(intake: Intake, *, viewer: User, at: datetime) -> BreakGlass | None:
    """Return by what the viewer reads a restricted intake just now, where it is broken glass."""
    if not intake.is_restricted:
        return None
    return BreakGlass.objects.lasting(at).filter(intake=intake, user=viewer).first()


def list_restricted(officer: User, *, at: datetime) -> list[tuple[Intake, Sequence[NamedViewer]]]:
    """Return the agency's restricted intakes with who is named now, for a privacy officer."""
    here = Intake.objects.filter(agency=officer.agency_id, is_restricted=True).shown()
    intakes = list(here.newest_first().select_related("agency"))
    named: dict[object, list[NamedViewer]] = {}
    standing = NamedViewer.objects.standing(at).filter(intake__in=intakes)
    for one in standing.select_related("user"):
        named.setdefault(one.intake_id, []).append(one)
    return [(one, named.get(one.pk, ())) for one in intakes]


def able_viewers(intake: Intake) -> list[User]:
    """Return who can be named: whose role lets them read the intake, were it not restricted."""
    here = User.objects.with_roles().filter(agency=intake.agency_id, is_active=True)
    return [
        one
        for one in here.order_by("first_name", "last_name", "username")
        if permissions.is_supervisor(one)
        or (permissions.is_worker(one) and permissions.wrote(one, intake))
    ]
