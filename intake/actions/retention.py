"""Keeping and ending records: the schedule, legal hold, seal, expunction, and lists of what is due.

Each takes two privacy officers of the agency: one asks, another confirms. A legal hold only
preserves, so one puts it and two take it off. Locks: agency, intake, measure or list.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from intake import permissions
from intake.actions.agency_tables import save_row
from intake.actions.exports import drop_exports_of
from intake.actions.expunction import expunge
from intake.actions.hand_overs import withdraw_standing
from intake.actions.reviews import release_claim_on
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import (
    Agency,
    AssistLine,
    HelpFlag,
    Intake,
    Measure,
    RetentionItem,
    RetentionRule,
    RetentionRun,
    User,
)
from intake.models.audit import record_event
from intake.models.retention import (
    RUN_LIMIT,
    MeasureKind,
    RetentionLeft,
    RetentionOf,
    is_held,
    local_day,
)
from intake.search.index import clean_names, drop_index, index_people, index_words
from intake.text import clean_text
from intake.worksheet.retention import (
    ToldExpunction,
    cutoff,
    due_under,
    find_due,
    is_due,
    rules_in_force,
)

LONGEST = 160  # code points of an authority
ASKED = {
    MeasureKind.HOLD: "intake.held",
    MeasureKind.LIFT: "intake.lift_requested",
    MeasureKind.SEAL: "intake.seal_requested",
    MeasureKind.UNSEAL: "intake.unseal_requested",
    MeasureKind.EXPUNCTION: "intake.expunction_requested",
}
DONE = {
    MeasureKind.LIFT: "intake.hold_lifted",
    MeasureKind.SEAL: "intake.sealed",
    MeasureKind.UNSEAL: "intake.unsealed",
}
ANOTHER = "Another privacy officer confirms what you asked for; nothing was changed."


# The schedule ----------------------------------------------------------------------------------


def save_rule(
    *, actor: User, row: RetentionRule, seen: str, is_agreed: bool, at: datetime
) -> RetentionRule:
    """Add or change a rule of the schedule as `save_row` does.

    Raises NotPossibleNow with the count where records would become due by it that are not due now,
    unless `is_agreed`. None is deleted by that: two privacy officers decide with a list.
    """
    if not permissions.is_administrator(actor) or row.agency_id != actor.agency_id:
        raise NotAllowed("Only administrators of the agency edit its tables.")
    count = 0 if is_agreed else count_newly_due(row, at=at)
    if count:
        raise NotPossibleNow(
            f"With this, {count:,} record{'' if count == 1 else 's'} would become due that "
            f"{'is' if count == 1 else 'are'} kept now. Nothing was saved. If that is meant, tick "
            "the box below and save again; no record is destroyed before two privacy officers have "
            "confirmed a list."
        )
    return save_row(actor=actor, row=row, seen=seen, at=at)


def count_newly_due(row: RetentionRule, *, at: datetime) -> int:
    """Return how many records a rule, as it is to be, makes due that are kept now."""
    if row.applies_to == RetentionOf.ASSIST or not row.is_active:
        return 0
    now = rules_in_force(row.agency)
    then = [row, *(one for one in now if one.pk != row.pk)]
    return max(0, _count(then, at) - _count(now, at))


def _count(rules: list[RetentionRule], at: datetime) -> int:
    return sum(due_under(rule, rules=rules, at=at).count() for rule in rules)


# Measures --------------------------------------------------------------------------------------


def note_look(*, actor: User, intake: Intake, at: datetime) -> None:
    """Note that a privacy officer looked at how a record of the agency is kept."""
    record_event("intake.keeping_viewed", actor=actor, at=at, subject=intake)


def request_measure(
    *,
    actor: User,
    intake_id: UUID,
    kind: str,
    authority: str,
    dated: date | None = None,
    ends: UUID | None = None,
    at: datetime,
) -> Measure:
    """Ask for a measure on a record of the agency; a legal hold stands from now on.

    `authority` is the reference of the order or of who asked, `dated` the order's date, `ends` the
    hold that is to be lifted or the seal that is to be taken off. Raises Intake.DoesNotExist for
    whom it does not concern, InvalidValue, and NotPossibleNow where the state does not allow it.
    """
    wanted, words = MeasureKind(kind), clean_text(authority).strip()
    if not words or len(words) > LONGEST:
        raise InvalidValue(
            f"Give the reference of the order or of who asked, in at most {LONGEST} characters; "
            "nothing was changed.",
            field="authority",
        )
    if wanted == MeasureKind.EXPUNCTION and dated is None:
        raise InvalidValue("Give the date of the order; nothing was changed.", field="dated")
    with transaction.atomic():
        intake = _lock_intake(actor, intake_id)
        if dated and dated > at.astimezone(intake.agency.zone).date():
            raise InvalidValue("This day is still to come; nothing was changed.", field="dated")
        ended = _ended(intake, wanted, ends)
        _check(intake, wanted)
        measure = Measure.objects.create(
            intake=intake,
            kind=wanted,
            ends=ended,
            authority=words,
            dated=dated,
            requested_by=actor,
            requested_at=at,
        )
        _note(ASKED[wanted], measure, actor, at)
        return measure


def withdraw_measure(*, actor: User, measure_id: UUID, at: datetime) -> Measure:
    """Take a request back that waits for the second person; any privacy officer may."""
    with transaction.atomic():
        measure = _lock_measure(actor, measure_id)
        measure.withdrawn_by, measure.withdrawn_at = actor, at
        measure.save(update_fields=["withdrawn_by", "withdrawn_at"])
        _note("intake.measure_withdrawn", measure, actor, at)
        return measure


def confirm_measure(*, actor: User, measure_id: UUID, reference: str = "", at: datetime) -> Measure:
    """Confirm what another privacy officer asked for, and carry it out in the same transaction.

    Nothing brings back what an expunction destroys: for one `reference` is that of the record, as
    it was typed once more. Raises Measure.DoesNotExist, NotAllowed for who asked, NotPossibleNow
    where a hold stands in the way or the state has changed, InvalidValue for another reference.
    """
    with transaction.atomic():
        measure = _lock_measure(actor, measure_id)
        if measure.requested_by_id == actor.pk:
            raise NotAllowed(ANOTHER)
        _check(measure.intake, MeasureKind(measure.kind), confirms=True)
        is_last = measure.kind == MeasureKind.EXPUNCTION
        if is_last and reference.strip() != measure.intake.reference:
            raise InvalidValue(
                "Nothing was destroyed: type the reference of the record as it stands above, so "
                "that it is surely this one.",
                field="reference",
            )
        measure.confirmed_by, measure.confirmed_at = actor, at
        measure.save(update_fields=["confirmed_by", "confirmed_at"])
        _carry_out(measure, actor, at)
        return measure


def _carry_out(measure: Measure, actor: User, at: datetime) -> None:
    intake = measure.intake
    if measure.kind == MeasureKind.EXPUNCTION:
        expunge(intake, actor=actor, measure=measure, at=at)
        clean_names(intake.agency)
        return
    if measure.kind == MeasureKind.SEAL:
        release_claim_on(intake, actor=actor, at=at)
        _hide(intake, True)
        drop_exports_of(intake, at=at)
        drop_index(intake)
    elif measure.kind == MeasureKind.UNSEAL:
        _hide(intake, Measure.objects.standing().filter(intake=intake, kind="seal").exists())
        if not intake.is_hidden and not intake.is_practice:
            index_words(intake)
            index_people([intake])
    _note(DONE[MeasureKind(measure.kind)], measure, actor, at)


def _hide(intake: Intake, is_hidden: bool) -> None:
    intake.is_hidden = is_hidden
    intake.save(update_fields=["is_hidden"])


def _check(intake: Intake, kind: MeasureKind, *, confirms: bool = False) -> None:
    """Raise NotPossibleNow where a record is in no state for a measure of this kind."""
    name = f"Intake {intake.reference}"
    if hasattr(intake, "expunction"):
        raise NotPossibleNow(f"{name} was expunged; there is nothing left to keep or close.")
    if kind in (MeasureKind.SEAL, MeasureKind.EXPUNCTION):
        if intake.is_live:
            raise NotPossibleNow(
                f"{name} is a call that goes on. Nothing was changed; ask again when it has ended."
            )
        if not confirms and intake.measures.waiting().filter(kind=kind).exists():
            raise NotPossibleNow(f"{name}: this was asked for already and waits for confirmation.")
    if kind == MeasureKind.SEAL and intake.is_hidden:
        raise NotPossibleNow(f"{name} is sealed already; nothing was changed.")
    if kind == MeasureKind.EXPUNCTION and is_held(intake):
        raise NotPossibleNow(
            f"{name} is on legal hold. Nothing was destroyed: have the hold lifted by two people "
            "first, or tell the court of it."
        )


def _ended(intake: Intake, kind: MeasureKind, key: UUID | None) -> Measure | None:
    """Return the standing hold or seal that is to end; None for what ends nothing."""
    kinds = {MeasureKind.LIFT: MeasureKind.HOLD, MeasureKind.UNSEAL: MeasureKind.SEAL}
    if kind not in kinds:
        return None
    standing = intake.measures.standing().filter(kind=kinds[kind])
    found = standing.filter(pk=key).first() if key else None
    if found is None:
        raise NotPossibleNow("This does not stand any more; nothing was changed.")
    if found.endings.waiting().exists():
        raise NotPossibleNow("Its end was asked for already and waits for confirmation.")
    return found


def _note(verb: str, measure: Measure, actor: User, at: datetime) -> None:
    details: dict[str, str | int | bool] = {"measure": str(measure.pk)}
    record_event(verb, actor=actor, at=at, subject=measure.intake, details=details)


def _lock_intake(actor: User, intake_id: UUID) -> Intake:
    if not permissions.is_privacy_officer(actor):
        raise Intake.DoesNotExist
    here = Intake.objects.for_real().filter(agency=actor.agency_id)
    return here.select_for_update(no_key=True).get(pk=intake_id)


def _lock_measure(actor: User, measure_id: UUID) -> Measure:
    """Return a request that waits, its intake locked before it."""
    measure = Measure.objects.of_agency(actor).get(pk=measure_id)
    intake = _lock_intake(actor, measure.intake_id)
    measure = Measure.objects.select_for_update(no_key=True).get(pk=measure_id)
    measure.intake = intake
    if not measure.is_waiting:
        raise NotPossibleNow("Somebody else has decided on this already; nothing was changed.")
    return measure


# Lists of what is due --------------------------------------------------------------------------


def prepare_run(*, actor: User, at: datetime) -> RetentionRun:
    """List what is due in the actor's agency and not held, for another privacy officer to confirm.

    At most `RUN_LIMIT` records; what is more comes with the next list. Raises NotAllowed, and
    NotPossibleNow where nothing is due or a list is open.
    """
    agency = _agency_of(actor)
    with transaction.atomic():
        Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
        if RetentionRun.objects.filter(agency=agency).open().exists():
            raise NotPossibleNow(
                "There is a list already that is not carried out. Nothing was changed: confirm it, "
                "have it carried out, or withdraw it."
            )
        due = list(find_due(agency, at=at, limit=RUN_LIMIT))
        if not due:
            raise NotPossibleNow("No record is due that is not on legal hold.")
        run = RetentionRun.objects.create(agency=agency, prepared_by=actor, prepared_at=at)
        RetentionItem.objects.bulk_create(
            RetentionItem(
                run=run,
                intake=one.intake,
                rule=one.rule,
                outcome=one.rule.label,
                kept_through=one.kept_through,
            )
            for one in due
        )
        record_event(
            "retention.prepared", actor=actor, at=at, subject=run, details={"count": len(due)}
        )
        return run


def confirm_run(*, actor: User, run_id: UUID, at: datetime) -> RetentionRun:
    """Confirm a list that another privacy officer prepared: the command may carry it out now."""
    with transaction.atomic():
        run = _lock_run(actor, run_id)
        if run.prepared_by_id == actor.pk:
            raise NotAllowed(ANOTHER)
        run.confirmed_by, run.confirmed_at = actor, at
        run.save(update_fields=["confirmed_by", "confirmed_at"])
        details: dict[str, str | int | bool] = {"count": run.items.count()}
        record_event("retention.confirmed", actor=actor, at=at, subject=run, details=details)
        return run


def withdraw_run(*, actor: User, run_id: UUID, at: datetime) -> RetentionRun:
    """Take a list back that nobody confirmed; any privacy officer may."""
    with transaction.atomic():
        run = _lock_run(actor, run_id)
        run.withdrawn_by, run.withdrawn_at = actor, at
        run.save(update_fields=["withdrawn_by", "withdrawn_at"])
        record_event("retention.withdrawn", actor=actor, at=at, subject=run)
        return run


def carry_out_item(*, item_id: UUID, at: datetime) -> RetentionItem:
    """Expunge one record of a confirmed list, or leave it, in one transaction; return the item.

    It is left where a hold stands on it now, the schedule or an amendment keeps it longer, or it
    was expunged or sealed meanwhile. Doing it again changes nothing.
    """
    with transaction.atomic():
        key = RetentionItem.objects.values_list("intake", flat=True).get(pk=item_id)
        intake = Intake.objects.select_for_update(no_key=True).get(pk=key)
        item = RetentionItem.objects.select_related("run").get(pk=item_id)
        if item.done_at is not None:
            return item
        if hasattr(intake, "expunction"):
            item.left = RetentionLeft.GONE
        elif is_held(intake):
            item.left = RetentionLeft.HELD
        elif not is_due(intake, at=at):
            item.left = RetentionLeft.NOT_DUE
        else:
            expunge(intake, actor=None, item=item, at=at)
        item.done_at = at
        item.save(update_fields=["done_at", "left"])
        return item


def finish_run(*, run: RetentionRun, at: datetime) -> None:
    """Clean what only the records of a list had, and mark the list as carried out.

    A command that was killed before comes here again, since the list is open until then.
    """
    with transaction.atomic():
        stored = RetentionRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        if stored.finished_at is not None or stored.items.filter(done_at=None).exists():
            return
        clean_names(stored.agency)
        stored.finished_at = max(at, stored.confirmed_at or at)
        stored.save(update_fields=["finished_at"])
        done = stored.items.filter(left="").count()
        details: dict[str, str | int | bool] = {"expunged": done}
        record_event("retention.finished", actor=None, at=at, subject=stored, details=details)


def _agency_of(actor: User) -> Agency:
    if not permissions.is_privacy_officer(actor) or actor.agency is None:
        raise NotAllowed("Only privacy officers of the agency decide on what is due.")
    return actor.agency


def _lock_run(actor: User, run_id: UUID) -> RetentionRun:
    run = RetentionRun.objects.of_agency(actor).select_for_update(no_key=True).get(pk=run_id)
    if run.confirmed_at or run.withdrawn_at:
        raise NotPossibleNow("Somebody else has decided on this list already.")
    return run


# After a restore -------------------------------------------------------------------------------


def expunge_again(*, told: ToldExpunction, at: datetime) -> bool:
    """Destroy again what a backup brought back of an expunged record, as the same two agreed.

    An operator's command does it, no account. Returns False where it stands already. Raises
    Intake.DoesNotExist where there is no such record, NotPossibleNow for one on legal hold, or
    where record and people are not those that the list names.
    """
    name = f"Intake {told.reference}"
    with transaction.atomic():
        intake = Intake.objects.select_for_update(no_key=True).get(pk=told.intake)
        if hasattr(intake, "expunction"):
            return False
        people = User.objects.filter(agency=intake.agency_id, pk__in=(told.asked, told.confirmed))
        if intake.reference != told.reference or people.count() != 2:
            raise NotPossibleNow(
                f"{name}: the record, or the two people who agreed, are not here as the list names "
                "them. Nothing was destroyed: have two privacy officers expunge it anew."
            )
        if is_held(intake):
            raise NotPossibleNow(
                f"{name} is on legal hold in this database. Nothing was destroyed: have the hold "
                "lifted by two people first."
            )
        if intake.is_live:  # when the backup was made
            intake.ended_at = max(told.at, intake.started_at)
            intake.save(update_fields=["ended_at"])
        withdraw_standing(intake, actor=None, at=at)
        expunge(intake, actor=None, measure=_agreed_before(intake, told), at=at)
        details: dict[str, str | int | bool] = {
            "asked": str(told.asked),
            "confirmed": str(told.confirmed),
            "first": told.at.isoformat(),
            "kind": told.kind,
        }
        record_event("intake.expunged_again", actor=None, at=at, subject=intake, details=details)
        return True


def _agreed_before(intake: Intake, told: ToldExpunction) -> Measure:
    """Return the measure by which the two people agreed: the request that waits here, or anew."""
    waiting = intake.measures.waiting().filter(kind=MeasureKind.EXPUNCTION)
    measure = waiting.filter(requested_by=told.asked).first()
    if measure is not None:
        measure.confirmed_by_id = told.confirmed
        measure.confirmed_at = max(told.at, measure.requested_at)
        measure.save(update_fields=["confirmed_by", "confirmed_at"])
        return measure
    by = "court order" if told.kind == "court" else "list of due records"
    return Measure.objects.create(
        intake=intake,
        kind=MeasureKind.EXPUNCTION,
        authority=f"{by}, done again after a restore (first {told.at:%Y-%m-%d %H:%M %Z})",
        dated=local_day(told.at, intake.agency),
        requested_by_id=told.asked,
        requested_at=told.at,
        confirmed_by_id=told.confirmed,
        confirmed_at=told.at,
    )


# What is no record -----------------------------------------------------------------------------


def due_assist(agency: Agency, *, at: datetime) -> tuple[UUID, ...] | None:
    """Return the lines of silent assist that were put away long enough ago; None without a rule.

    Those of a record on legal hold are kept with it.
    """
    rule = RetentionRule.objects.filter(
        agency=agency, applies_to=RetentionOf.ASSIST, is_active=True
    ).first()
    if rule is None:
        return None
    lines = AssistLine.objects.filter(
        intake__agency=agency, put_away_at__lt=cutoff(rule, at=at)
    ).exclude(intake__in=Measure.objects.holds().values("intake"))
    return tuple(lines.values_list("pk", flat=True))


def drop_assist(*, agency: Agency, at: datetime) -> int:
    """Delete what silent assist left and the schedule does not keep; return how many lines.

    Lines are no part of a record, so that the schedule alone decides. Flags that were lowered as
    long ago go with them.
    """
    keys = due_assist(agency, at=at)
    if keys is None:
        return 0
    rule = RetentionRule.objects.get(agency=agency, applies_to=RetentionOf.ASSIST, is_active=True)
    with transaction.atomic():
        count, _ = AssistLine.objects.filter(pk__in=keys).delete()
        flags = HelpFlag.objects.filter(
            intake__agency=agency, lowered_at__lt=cutoff(rule, at=at)
        ).exclude(intake__in=Measure.objects.holds().values("intake"))
        lowered, _ = flags.delete()
        if count or lowered:
            details: dict[str, str | int | bool] = {"lines": count, "flags": lowered}
            record_event(
                "retention.assist_dropped", actor=None, at=at, subject=agency, details=details
            )
        return count
