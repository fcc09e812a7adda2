"""What the agency's schedule says of records: which are due, which are held; nothing they say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from intake.deadlines import first_kept
from intake.models import Agency, Expunction, Intake, Measure, RetentionRule, Review
from intake.models.intakes import IntakeQuerySet
from intake.models.retention import RetentionOf, local_day


@dataclass(frozen=True)
class DueView:
    """One kind of record: how long it is kept, how many are due, and how many of them are held."""

    label: str
    span: str
    due: int
    held: int


@dataclass(frozen=True)
class DueRecord:
    """A record that is due: by which rule, and up to which day it was kept."""

    intake: Intake
    rule: RetentionRule
    kept_through: date


@dataclass(frozen=True)
class ToldExpunction:
    """An expunction as a list that is kept elsewhere tells it; nothing of what the record said.

    `kind` is `court` or `retention`; `asked` and `confirmed` are the keys of the two people.
    """

    intake: UUID
    reference: str
    at: datetime
    kind: str
    asked: UUID
    confirmed: UUID


def list_expunctions() -> Iterator[ToldExpunction]:
    """Yield every expunction of every agency, the earliest first."""
    of_order = ("measure__requested_by", "measure__confirmed_by")
    of_list = ("item__run__prepared_by", "item__run__confirmed_by")
    rows = Expunction.objects.select_related("intake", *of_order, *of_list).order_by("at", "pk")
    for one in rows.iterator(chunk_size=2_000):
        asked, confirmed = one.people
        yield ToldExpunction(
            intake=one.intake_id,
            reference=one.intake.reference,
            at=one.at,
            kind=one.kind,
            asked=asked.pk,
            confirmed=confirmed.pk,
        )


def rules_in_force(agency: Agency) -> list[RetentionRule]:
    """Return the schedule of the agency that is about records, in its order."""
    rules = RetentionRule.objects.filter(agency=agency, is_active=True)
    return list(rules.exclude(applies_to=RetentionOf.ASSIST).select_related("screening"))


def cutoff(rule: RetentionRule, *, at: datetime) -> datetime:
    """Return the moment before which what began is due at `at`: a midnight of the agency's zone."""
    agency = rule.agency
    day = first_kept(local_day(at, agency), years=rule.years or 0, days=rule.days or 0)
    return datetime(day.year, day.month, day.day, tzinfo=agency.zone)


def due_under(
    rule: RetentionRule, *, rules: Sequence[RetentionRule], at: datetime
) -> IntakeQuerySet:
    """Return the records that `rule` says are due, held ones too; `rules` are all in force.

    A record whose reviewer decided otherwise than its worker is kept as long as the longer of both
    rules says; one of them without a rule keeps it. What is sealed is preserved, and never due.
    """
    shown = Intake.objects.filter(agency=rule.agency_id).shown()
    if rule.applies_to == RetentionOf.PRACTICE:
        return shown.filter(is_practice=True, started_at__lt=cutoff(rule, at=at))
    kept = shown.for_real().filter(retained_from__lt=cutoff(rule, at=at))
    if rule.applies_to == RetentionOf.NO_REPORT:
        return kept.filter(status=Intake.Status.CLOSED_NO_REPORT)
    due = kept.filter(status=Intake.Status.APPROVED, decision__screening=rule.screening_id)
    own = Review.objects.filter(intake=OuterRef("pk"), own_screening__isnull=False)
    known = {one.screening_id: one for one in rules if one.screening_id}
    due = due.filter(~Exists(own.exclude(own_screening__in=known)))
    for key, other in known.items():
        if key != rule.screening_id:
            own_other = own.filter(own_screening=key)
            due = due.filter(~Exists(own_other) | Q(retained_from__lt=cutoff(other, at=at)))
    return due


def held() -> Exists:
    """Return the condition that a legal hold stands on an intake."""
    return Exists(Measure.objects.holds().filter(intake=OuterRef("pk")))


def count_due(agency: Agency, *, at: datetime) -> list[DueView]:
    """Return for each rule how many records are due, and how many of those are on legal hold."""
    rules = rules_in_force(agency)
    counts = []
    for rule in rules:
        due = due_under(rule, rules=rules, at=at)
        counts.append(DueView(rule.label, rule.span, due.count(), due.filter(held()).count()))
    return counts


def find_due(agency: Agency, *, at: datetime, limit: int) -> Iterator[DueRecord]:
    """Yield records that are due and not held, those that were kept longest first, rule by rule."""
    rules = rules_in_force(agency)
    for rule in rules:
        due = due_under(rule, rules=rules, at=at).filter(~held())
        for intake in due.order_by("retained_from", "started_at", "id")[:limit]:
            yield DueRecord(intake, rule, rule.kept_through(local_day(_begins(intake), agency)))
            limit -= 1


def is_due(intake: Intake, *, at: datetime) -> bool:
    """Whether a rule in force says that the intake is due now."""
    rules = rules_in_force(intake.agency)
    return any(due_under(rule, rules=rules, at=at).filter(pk=intake.pk).exists() for rule in rules)


def rule_of(intake: Intake) -> RetentionRule | None:
    """Return the rule that the intake is kept by, or None where there is none yet."""
    rules = RetentionRule.objects.filter(agency=intake.agency, is_active=True)
    if intake.is_practice:
        rules = rules.filter(applies_to=RetentionOf.PRACTICE)
    elif intake.status == Intake.Status.CLOSED_NO_REPORT:
        rules = rules.filter(applies_to=RetentionOf.NO_REPORT)
    else:
        decision = getattr(intake, "decision", None)
        if intake.retained_from is None or decision is None or decision.screening is None:
            return None
        rules = rules.filter(screening=decision.screening)
    return rules.select_related("screening").first()


def kept_until(intake: Intake) -> tuple[RetentionRule | None, date | None]:
    """Return the rule of an intake and the last day on which it is kept; None where none says."""
    rule = rule_of(intake)
    if rule is None:
        return None, None
    return rule, rule.kept_through(local_day(_begins(intake), intake.agency))


def _begins(intake: Intake) -> datetime:
    return intake.started_at if intake.is_practice else intake.retained_from or intake.started_at
