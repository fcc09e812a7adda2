"""Prior involvement: the worker links another intake to the call, and takes the link back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake.actions.records import note_shown
from intake.actions.saves import lock_writable
from intake.errors import NotPossibleNow
from intake.models import Intake, User
from intake.models.audit import record_event
from intake.search.matches import Matches, possible_matches


def view_matches(*, actor: User, intake: Intake, at: datetime) -> Matches:
    """Return the possible matches of the actor's own call; that they were opened is audited."""
    matches = possible_matches(intake, viewer=actor)
    record_event(
        "intake.matches_viewed",
        actor=actor,
        at=at,
        subject=intake,
        details={"count": matches.number},
    )
    found = [one.intake for one in matches]
    note_shown(actor=actor, intakes=found, where="matches", at=at)
    return matches


def link_prior(*, actor: User, intake_id: UUID, other_id: UUID, at: datetime) -> Intake:
    """Link a possible match to the actor's own call as prior involvement.

    Linking twice is linking once. Raises Intake.DoesNotExist for a call that is not the actor's,
    NotPossibleNow for one that is frozen and for an intake that is no possible match.
    """
    with transaction.atomic():
        intake = lock_writable(actor=actor, intake_id=intake_id)
        if intake.prior_involvement.filter(pk=other_id).exists():
            return intake
        match = next(
            (one for one in possible_matches(intake, viewer=actor) if one.intake.pk == other_id),
            None,
        )
        if match is None:
            raise NotPossibleNow(
                "This intake does not match the people of the call any more; nothing was linked."
            )
        intake.prior_involvement.add(match.intake)
        _note("linked", intake, match.intake, actor=actor, at=at)
        return intake


def unlink_prior(*, actor: User, intake_id: UUID, other_id: UUID, at: datetime) -> Intake:
    """Take back a link of the actor's own call; what is not linked stays so."""
    with transaction.atomic():
        intake = lock_writable(actor=actor, intake_id=intake_id)
        other = intake.prior_involvement.filter(pk=other_id).first()
        if other is not None:
            intake.prior_involvement.remove(other)
            _note("unlinked", intake, other, actor=actor, at=at)
        return intake


def _note(verb: str, intake: Intake, other: Intake, *, actor: User, at: datetime) -> None:
    record_event(
        f"intake.prior_{verb}",
        actor=actor,
        at=at,
        subject=intake,
        details={"other": str(other.pk), "reference": other.reference},
    )
