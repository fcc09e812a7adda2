"""The audit as its privacy officers read it: filtered, the newest first, page by page."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from intake.models import Agency, AuditEvent, Intake


@dataclass(frozen=True)
class AuditFilter:
    """What is looked for; `verb` may be a whole group (`intake.`); days are the agency's own."""

    actor: UUID | None = None
    verb: str = ""
    reference: str = ""
    since: date | None = None
    until: date | None = None


def find_events(agency: Agency, wanted: AuditFilter) -> QuerySet[AuditEvent]:
    """Return the agency's events that are looked for, the newest first."""
    events = AuditEvent.objects.filter(agency=agency).order_by("-at", "-id")
    if wanted.actor:
        events = events.filter(actor=wanted.actor)
    if wanted.verb.endswith("."):
        events = events.filter(verb__startswith=wanted.verb)
    elif wanted.verb:
        events = events.filter(verb=wanted.verb)
    if wanted.reference:
        intakes = Intake.objects.filter(agency=agency, reference=wanted.reference)
        events = events.filter(subject_id__in=intakes.values("pk"))
    if wanted.since:
        events = events.filter(at__gte=_midnight(wanted.since, agency))
    if wanted.until:
        events = events.filter(at__lt=_midnight(wanted.until + timedelta(days=1), agency))
    return events


def older_than(events: QuerySet[AuditEvent], key: UUID) -> QuerySet[AuditEvent]:
    """Return those that come after the event `key` in the list; all where it is not in it."""
    last = events.filter(pk=key).first()
    if last is None:
        return events
    return events.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.pk))


def _midnight(day: date, agency: Agency) -> datetime:
    return datetime.combine(day, time(), tzinfo=agency.zone)
