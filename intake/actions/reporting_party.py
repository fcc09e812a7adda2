"""Who reported: opened after the submission with a reason, or disclosed to who may learn it."""

import uuid
from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake import permissions, worksheet
from intake.actions.facts import lock_for_fact
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.fields import LINE
from intake.models import Agency, Dispatch, Intake, ReporterReveal, ResponseOption, User
from intake.models.audit import record_event
from intake.models.dispatches import DispatchTold
from intake.text import clean_text

VERBS = {"shown": "reporter.revealed", "pdf": "reporter.exported"}


class RecipientUnknown(Exception):
    """No recipient of this agency's table, and nobody whom this intake's dispatch tells of."""


def reveal_reporter(
    *, actor: User, intake_id: UUID, how: str, ground: str, words: str, key: UUID, at: datetime
) -> ReporterReveal:
    """Keep that the actor opens the reporting party of a submitted record, on what ground and why.

    The caller shows it only afterwards, once: `key` is the form's own, and one that was used opens
    nothing. `how` is "shown" or "pdf". The words are kept sealed with the reveal, never in the
    audit. Raises Intake.DoesNotExist, NotAllowed, NotPossibleNow for a used key, InvalidValue.
    """
    with transaction.atomic():
        visible = Intake.objects.visible_to(actor)
        intake = visible.select_for_update(no_key=True).get(pk=intake_id)
        fresh = User.objects.with_roles().get(pk=actor.pk)  # what was granted may be gone
        if not permissions.can_reveal_reporter(fresh, intake):
            raise NotAllowed("You may not open the reporting party of this record.")
        if ReporterReveal.objects.filter(pk=key).exists():
            raise NotPossibleNow(
                "The reporting party was shown once for that reason. Give the reason again to see "
                "it again; that is kept too."
            )
        words = clean_text(words).strip()
        if ground not in ReporterReveal.Ground.values:
            raise InvalidValue("Choose on what ground.", field="ground")
        if not words or len(words) > LINE:
            raise InvalidValue(f"Say why, in at most {LINE} characters.", field="words")
        reveal = ReporterReveal(id=key, intake=intake, by=fresh, at=at, how=how, ground=ground)
        reveal.write(words)
        reveal.save(force_insert=True)
        record_event(
            VERBS[how],
            actor=fresh,
            at=at,
            subject=intake,
            details={"ground": ground, "reveal": str(reveal.pk)},
        )
        return reveal


def disclose_reporter(
    *, actor: User, intake_id: UUID, recipient_id: UUID, purpose: str, at: datetime
) -> UUID:
    """Record that who reported is disclosed to a recipient, to what purpose; return the copy's id.

    The recipient is one of the agency's cross-reports, or a telling of the intake's dispatch to a
    responding worker. The caller makes the copy only afterwards. Source: California Penal Code
    11167(d), disclosure only to those it lists.

    Raises Intake.DoesNotExist, RecipientUnknown, NotAllowed for a recipient whom the agency's table
    does not let know, NotPossibleNow for one whose cross-report is neither due nor decided or for a
    telling that was taken back, InvalidValue without a purpose that fits the recipient.
    """
    with transaction.atomic():
        intake = lock_for_fact(actor=actor, intake_id=intake_id)
        if intake.is_practice:
            raise NotPossibleNow("This is a practice call: nothing of it is sent to anybody.")
        recipient = find_recipient(intake, recipient_id)
        details: dict[str, str | int | bool] = {}
        if isinstance(recipient, Dispatch):
            name = str(recipient.told)
            details["telling"] = str(recipient.pk)
            _check_telling(recipient)
        else:
            name = recipient.key
            _check_cross_report(intake, recipient)
        if purpose not in worksheet.purposes_of(name):
            raise InvalidValue("Choose to what purpose the recipient learns who reported.")
        copy = uuid.uuid4()
        details |= {"recipient": name, "purpose": purpose, "copy": str(copy)}
        record_event("reporter.disclosed", actor=actor, at=at, subject=intake, details=details)
        return copy


def find_recipient(intake: Intake, recipient_id: UUID) -> ResponseOption | Dispatch:
    """Return who may be told: a recipient of cross-reports, or a responding worker who was told.

    Raises RecipientUnknown.
    """
    option = ResponseOption.objects.filter(
        pk=recipient_id, agency=intake.agency_id, decides=ResponseOption.Decides.CROSS_REPORT
    ).first()
    told = Dispatch.objects.filter(
        pk=recipient_id, intake=intake, told=DispatchTold.RESPONDING_WORKER
    ).first()
    found = option or told
    if found is None:
        raise RecipientUnknown
    return found


def note_reasons_view(*, actor: User, agency: Agency, at: datetime) -> None:
    """Record that a privacy officer read why reporting parties were opened."""
    record_event("reporter.reasons_viewed", actor=actor, at=at, subject=agency)


def _check_telling(telling: Dispatch) -> None:
    if telling.withdrawn_at is not None:
        raise NotPossibleNow(
            "This telling was taken back as noted by mistake. Note first whom you told. No copy "
            "was made."
        )


def _check_cross_report(intake: Intake, recipient: ResponseOption) -> None:
    if not recipient.may_learn_reporter:
        raise NotAllowed(
            f"{recipient.label} may not learn who reported. The packet without it is there."
        )
    reports = worksheet.build_cross_reports(intake)
    if not any(one.is_to_make for one in reports if one.recipient_id == str(recipient.pk)):
        raise NotPossibleNow(
            f"A cross-report to {recipient.label} is neither due nor decided. Decide first "
            "that it is to be made. No copy was made."
        )
