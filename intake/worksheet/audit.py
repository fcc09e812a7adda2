"""The audit as its privacy officers read it: filtered, the newest first, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from intake.models import Agency, AuditEvent, Intake, User


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


def details_of(events: Sequence[AuditEvent], agency: Agency) -> list[str]:
    """Return the details of each event in words, people by username and calls by reference.

    Two queries at most; other keys stand as their first eight figures, which tell two apart.
    In order of the alphabet: PostgreSQL keeps no order of what is written as JSON.
    """
    found = {key for event in events for key in map(_key_of, event.details.values()) if key}
    names: dict[UUID, str] = {}
    if found:
        people = User.objects.filter(agency=agency, pk__in=found)
        names |= dict(people.values_list("pk", "username"))
    if found - names.keys():
        calls = Intake.objects.filter(agency=agency, pk__in=found - names.keys())
        names |= dict(calls.values_list("pk", "reference"))
    return [
        "; ".join(
            f"{name.replace('_', ' ')}: {_in_words(value, names)}"
            for name, value in sorted(event.details.items())
            if value != ""
        )
        for event in events
    ]


def _in_words(value: object, names: dict[UUID, str]) -> str:
    key = _key_of(value)
    if key:
        return names.get(key) or f"{str(key)[:8]}…"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _key_of(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None


def older_than(events: QuerySet[AuditEvent], key: UUID) -> QuerySet[AuditEvent]:
    """Return those that come after the event `key` in the list; all where it is not in it."""
    last = events.filter(pk=key).first()
    if last is None:
        return events
    return events.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.pk))


def _midnight(day: date, agency: Agency) -> datetime:
    return datetime.combine(day, time(), tzinfo=agency.zone)
