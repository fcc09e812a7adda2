"""Silent assist: the worker's flag, who follows a call, and the lines that supervisors send."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from intake import permissions
from intake.actions.saves import lock_writable
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import AssistLine, Follower, HelpFlag, Intake, User
from intake.models.assist import LINE_LIMIT
from intake.models.audit import record_event
from intake.text import clean_text

NOTED_EVERY = timedelta(seconds=5)  # that somebody follows is written this often at most


def ask_help(*, actor: User, intake_id: UUID, at: datetime) -> HelpFlag:
    """Raise the flag on the actor's own live call and return it; one that is up stays as it is.

    Raises Intake.DoesNotExist, and NotPossibleNow for a practice call or one that is over.
    """
    with transaction.atomic():
        intake = _lock_own(actor, intake_id)
        flag = intake.help_flags.raised().first()
        if flag is None:
            flag = HelpFlag.objects.create(intake=intake, raised_at=at, raised_by=actor)
            _record("assist.asked", flag, intake, actor=actor, at=at)
        return flag


def take_help_back(*, actor: User, intake_id: UUID, at: datetime) -> None:
    """Lower the flag on the actor's own live call; where none is up, nothing changes.

    Raises Intake.DoesNotExist and NotPossibleNow, as `ask_help` does.
    """
    with transaction.atomic():
        intake = _lock_own(actor, intake_id)
        _lower(intake, "assist.taken_back", actor=actor, at=at)


def stop_assist(intake: Intake, *, actor: User, at: datetime) -> None:
    """Lower the flag of a locked intake and put its lines away, as its end and a hand-over do."""
    _lower(intake, "assist.lowered", actor=actor, at=at)
    intake.assist_lines.standing().update(put_away_at=at)


def follow_call(*, actor: User, intake: Intake, at: datetime) -> None:
    """Note that the actor opened a live call to follow it; it came through `visible_to(actor)`."""
    with transaction.atomic():
        record_event("intake.followed", actor=actor, at=at, subject=intake)
        Follower.objects.update_or_create(intake=intake, user=actor, defaults={"seen_at": at})


def go_on_following(*, actor: User, intake: Intake, at: datetime) -> None:
    """Note that the page of a followed call is still looked at; a page's questions are no views."""
    mine = Follower.objects.filter(intake=intake, user=actor)
    seen_at = mine.values_list("seen_at", flat=True).first()
    if seen_at is None:  # its page was never opened: this is the first look
        follow_call(actor=actor, intake=intake, at=at)
    elif seen_at <= at - NOTED_EVERY:
        mine.update(seen_at=at)


def send_line(*, actor: User, intake_id: UUID, key: UUID, text: str, at: datetime) -> AssistLine:
    """Send one line to the worker of a live call and return it; the same `key` twice sends once.

    Raises Intake.DoesNotExist for a call that the actor may not read, NotAllowed for the own one
    and for who is no supervisor, NotPossibleNow for one that is over, InvalidValue for a text that
    is no line of at most 200 characters.
    """
    words = _check_line(text)
    with transaction.atomic():
        visible = Intake.objects.visible_to(actor).for_real()
        intake = visible.select_for_update(no_key=True).get(pk=intake_id)
        if not intake.is_live:
            raise NotPossibleNow(
                f"Call {intake.reference} is over, so the line was not sent. Nothing of the call "
                "is lost; what its worker should know can be said in the review."
            )
        if not permissions.can_follow(actor, intake):
            raise NotAllowed("Only supervisors send lines, and not to themselves.")
        sent = AssistLine.objects.filter(pk=key).first()
        if sent is None:
            sent = AssistLine.objects.create(pk=key, intake=intake, author=actor, at=at, text=words)
            record_event(
                "assist.line_sent",
                actor=actor,
                at=at,
                subject=intake,
                details={"line": str(sent.pk), "to": str(intake.worker_id)},
            )
        elif sent.intake_id != intake.pk or sent.author_id != actor.pk:
            raise InvalidValue("This page is out of date; reload it and send the line again.")
        return sent


def dismiss_line(*, actor: User, intake_id: UUID, line_id: UUID, at: datetime) -> AssistLine:
    """Mark a line on the actor's own call as seen and return it; the first time stands.

    Raises Intake.DoesNotExist and AssistLine.DoesNotExist, also for a line that was put away.
    """
    with transaction.atomic():
        intake = Intake.objects.open_to(actor).select_for_update(no_key=True).get(pk=intake_id)
        line = intake.assist_lines.standing().get(pk=line_id)
        if line.seen_at is None:
            line.seen_at = max(at, line.at)
            line.save(update_fields=["seen_at"])
            record_event(
                "assist.line_seen",
                actor=actor,
                at=at,
                subject=intake,
                details={"line": str(line.pk)},
            )
        return line


def _lock_own(actor: User, intake_id: UUID) -> Intake:
    """Return the actor's own live call, locked, on which help can be asked for."""
    intake = lock_writable(actor=actor, intake_id=intake_id)
    if intake.is_practice:
        raise NotPossibleNow("A practice call is yours alone; no supervisor follows it.")
    if not permissions.can_ask_help(actor, intake):
        raise NotPossibleNow(
            f"Call {intake.reference} is over; help can be asked for while it goes on. Everything "
            "is kept."
        )
    return intake


def _lower(intake: Intake, verb: str, *, actor: User, at: datetime) -> None:
    flag = intake.help_flags.raised().first()
    if flag is None:
        return
    flag.lowered_at, flag.lowered_by = max(at, flag.raised_at), actor
    flag.save(update_fields=["lowered_at", "lowered_by"])
    _record(verb, flag, intake, actor=actor, at=at)


def _record(verb: str, flag: HelpFlag, intake: Intake, *, actor: User, at: datetime) -> None:
    record_event(verb, actor=actor, at=at, subject=intake, details={"flag": str(flag.pk)})


def _check_line(text: str) -> str:
    """Return the line as it is stored, without the spaces around it; raises InvalidValue."""
    words = clean_text(text).strip()
    if not words:
        raise InvalidValue("Write a line first; nothing was sent.", field="text")
    if len(words.splitlines()) > 1:
        raise InvalidValue(
            "This is more than one line; nothing was sent. Put it into one.", field="text"
        )
    if len(words) > LINE_LIMIT:
        raise InvalidValue(
            f"This line has {len(words)} characters; nothing was sent. Shorten it to {LINE_LIMIT}.",
            field="text",
        )
    return words
