"""Callback: the reporting party of a submitted intake is called back, in a call of its own."""

import uuid
from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake import fields
from intake.actions.calls import start_call
from intake.actions.restrictions import restrict_like
from intake.actions.saves import save_field
from intake.actions.workers import lock_users
from intake.errors import NotPossibleNow
from intake.fields import Save
from intake.models import Intake, Reporter, User
from intake.models.audit import record_event

COPIED = ("name", "phone", "callback_number")


def start_callback(*, actor: User, intake_id: UUID, at: datetime) -> Intake:
    """Open a call that calls back from the actor's own submitted intake, and return it.

    Who is called and on which numbers is copied over, sealed anew; the record itself stays masked
    and unchanged. Raises Intake.DoesNotExist for a record that is not the actor's own or is
    practice, NotPossibleNow before its submission, and what `start_call` raises.
    """
    with transaction.atomic():
        lock_users(actor.pk)
        own = Intake.objects.open_to(actor).for_real()
        record = own.select_for_update(no_key=True).get(pk=intake_id)
        if record.submitted_at is None:
            raise NotPossibleNow(
                f"Intake {record.reference} was not submitted. If its call is open still, resume "
                "it: the number stands there."
            )
        call = start_call(actor=actor, at=at, language=record.language)
        call.calls_back = record
        call.save(update_fields=["calls_back"])
        restrict_like(record, call, actor=actor, at=at)
        record_event(
            "intake.called_back",
            actor=actor,
            at=at,
            subject=record,
            details={"callback": str(call.pk)},
        )
        if _copy_party(record, call, actor=actor, at=at):
            record_event(
                "reporter.copied",
                actor=actor,
                at=at,
                subject=record,
                details={"to": str(call.pk)},
            )
        return call


def _copy_party(record: Intake, call: Intake, *, actor: User, at: datetime) -> bool:
    """Save name and numbers into the call's own fields; return whether there were any."""
    party = Reporter.objects.filter(intake=record).first()
    known = {column: party.read(column) for column in COPIED} if party else {}
    for column, text in known.items():
        if text:
            name = fields.parse_name(f"reporter.{column}")
            save = Save(field=name, base=0, key=uuid.uuid4(), text=text)
            save_field(actor=actor, intake_id=call.pk, save=save, at=at)
    return any(known.values())
