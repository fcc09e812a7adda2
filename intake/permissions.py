"""Who may do what, as predicates; actions ask them, templates show what they allow."""

from datetime import datetime

from intake.models import BreakGlass, Edition, Intake, NamedViewer, Restriction, Review, User


def is_worker(user: User) -> bool:
    """Whether the user takes calls."""
    return user.is_active and user.agency_id is not None and "workers" in user.roles


def is_supervisor(user: User) -> bool:
    """Whether the user reviews the agency's intakes."""
    return user.is_active and user.agency_id is not None and "supervisors" in user.roles


def is_administrator(user: User) -> bool:
    """Whether the user edits the agency's question sets."""
    return user.is_active and user.agency_id is not None and "administrators" in user.roles


def is_privacy_officer(user: User) -> bool:
    """Whether the user audits who saw what."""
    return user.is_active and user.agency_id is not None and "privacy_officers" in user.roles


def has_notices(user: User) -> bool:
    """Whether notices wait for the user: privacy officers are told of measures and broken glass."""
    return is_worker(user) or is_supervisor(user) or is_privacy_officer(user)


def can_start_call(user: User) -> bool:
    """Whether the user may start a call."""
    return is_worker(user)


def can_search(user: User) -> bool:
    """Whether the user looks for intakes, within what each may read."""
    return is_worker(user) or is_supervisor(user)


def can_print_form(user: User) -> bool:
    """Whether the user may print blank forms of the agency's editions; no call is in them."""
    return is_worker(user) or is_supervisor(user) or is_administrator(user)


def can_edit_question_sets(user: User) -> bool:
    """Whether the user edits, reviews and publishes the agency's question sets."""
    return is_administrator(user)


def can_export_question_sets(user: User) -> bool:
    """Whether the user takes editions out as files: who edits them, and supervisors."""
    return is_administrator(user) or is_supervisor(user)


def can_publish(user: User, edition: Edition) -> bool:
    """Whether the user may publish an edition that is in review: another than who asked for it.

    So two people stand for what callers are asked. An agency of one administrator may do without.
    """
    if not can_edit_question_sets(user) or edition.agency_id != user.agency_id:
        return False
    if user.agency is not None and user.agency.allows_own_publish:
        return True
    return user.pk != edition.requested_by_id


def can_write(user: User, intake: Intake) -> bool:
    """Whether the user may type in the intake: the own one, while it takes text."""
    return is_own(user, intake) and intake.is_writable


def is_own(user: User, intake: Intake) -> bool:
    """Whether the intake is the worker's own, while the role is held."""
    return is_worker(user) and intake.worker_id == user.pk and intake.agency_id == user.agency_id


def can_see_reporter(user: User, intake: Intake) -> bool:
    """Whether the reporting party is shown unasked: on the own open call, and nowhere else."""
    return can_write(user, intake)


def can_reveal_reporter(user: User, intake: Intake) -> bool:
    """Whether the user may open the reporting party of a submitted record, with a reason.

    An administrator grants it to an account; nobody has it by a role. It reaches the agency's
    records for a supervisor, the own ones for a worker. Practice has nobody to be shown.
    """
    if not user.may_reveal_reporter or intake.agency_id != user.agency_id:
        return False
    is_kept = intake.submitted_at is not None and not intake.is_practice
    return is_kept and (is_own(user, intake) or is_supervisor(user))


def can_hand_over(user: User, intake: Intake) -> bool:
    """Whether the user may offer the call to a colleague: the own real one, while it goes on."""
    return is_own(user, intake) and intake.is_live and not intake.is_practice


def can_ask_help(user: User, intake: Intake) -> bool:
    """Whether the user may ask a supervisor for help: on the own real call, while it goes on."""
    return is_own(user, intake) and intake.is_live and not intake.is_practice


def can_follow(user: User, intake: Intake) -> bool:
    """Whether the user may follow the call and send lines: a supervisor, a colleague's live one."""
    is_here = intake.agency_id == user.agency_id and intake.worker_id != user.pk
    return is_supervisor(user) and is_here and intake.is_live and not intake.is_practice


def can_call_back(user: User, intake: Intake) -> bool:
    """Whether the user may call the reporting party back: from the own real record."""
    return is_own(user, intake) and intake.submitted_at is not None and not intake.is_practice


def can_respond(user: User, intake: Intake) -> bool:
    """Whether the user may note who was told and what was sent: the worker, or a supervisor."""
    if intake.agency_id != user.agency_id:
        return False
    return is_own(user, intake) or (is_supervisor(user) and not intake.is_practice)


def can_export(user: User) -> bool:
    """Whether the user may export what a search finds: supervisors, and only they."""
    return is_supervisor(user)


def can_claim(user: User, intake: Intake, *, at: datetime) -> bool:
    """Whether the user may review the intake: a supervisor of the agency who did not write it.

    Whoever had the call before it was handed over wrote it too. An agency may allow own reviews.
    A restricted one is reviewed by who is named to read it, not by who opened it for an hour.
    """
    if not is_supervisor(user) or intake.agency_id != user.agency_id:
        return False
    if intake.is_restricted and not is_named(user, intake, at=at):
        return False
    if user.agency is not None and user.agency.allows_own_review:
        return True
    return not wrote(user, intake)


def wrote(user: User, intake: Intake) -> bool:
    """Whether the intake is the user's own, or was before it was handed over."""
    if intake.worker_id == user.pk:
        return True
    return intake.hand_overs.accepted().filter(offered_by=user).exists()


def can_rate(user: User, intake: Intake, review: Review | None, *, at: datetime) -> bool:
    """Whether the user may rate the record: with the claim on it, or once it is approved.

    Nobody rates what they wrote. `review` is the intake's open review.
    """
    if intake.is_practice or not can_claim(user, intake, at=at) or wrote(user, intake):
        return False
    if intake.status == Intake.Status.IN_REVIEW:
        return holds_claim(user, review)
    return intake.status == Intake.Status.APPROVED


def can_amend(user: User, intake: Intake) -> bool:
    """Whether the user may add to an approved record: a supervisor of the agency."""
    is_here = intake.agency_id == user.agency_id and not intake.is_practice
    return is_supervisor(user) and is_here and intake.status == Intake.Status.APPROVED


def can_enter_in_error(user: User, intake: Intake) -> bool:
    """Whether the user may mark a record as entered in error: a supervisor, once submitted."""
    is_here = intake.agency_id == user.agency_id and not intake.is_practice
    is_kept = intake.submitted_at is not None and intake.entered_in_error_at is None
    return is_supervisor(user) and is_here and is_kept


def is_named(user: User, intake: Intake, *, at: datetime) -> bool:
    """Whether the user is named to read the restricted intake."""
    return NamedViewer.objects.standing(at).filter(intake=intake, user=user).exists()


def can_restrict(user: User, intake: Intake) -> bool:
    """Whether the user may restrict the intake: a supervisor who reads it, or its own worker.

    The worker while it takes text, so that a call about a colleague is protected from its first
    minute. The intake came through `visible_to(user)`.
    """
    if intake.is_restricted or intake.is_practice or intake.agency_id != user.agency_id:
        return False
    return is_supervisor(user) or can_write(user, intake)


def can_name_viewers(user: User, intake: Intake, *, at: datetime) -> bool:
    """Whether the user may say who reads the restricted intake.

    Supervisors who are named to read it, its worker while it takes text, and the agency's privacy
    officers, who see nothing of it. Who opened it for an hour may where no other supervisor is
    named that could: so that no record waits for somebody who has left.
    """
    if not intake.is_restricted or intake.agency_id != user.agency_id:
        return False
    if is_privacy_officer(user) or can_write(user, intake):
        return True
    if not is_supervisor(user):
        return False
    if is_named(user, intake, at=at):
        return True
    opened = BreakGlass.objects.lasting(at).filter(intake=intake, user=user)
    return opened.exists() and not has_other_supervisor(intake, user, at=at)


def has_other_supervisor(intake: Intake, user: User, *, at: datetime) -> bool:
    """Whether a supervisor other than `user` is named who could review the restricted intake."""
    named = NamedViewer.objects.standing(at).filter(intake=intake).exclude(user=user)
    able = User.objects.with_roles().filter(pk__in=named.values("user"))
    return any(is_supervisor(one) and not wrote(one, intake) for one in able)


def can_lift(user: User, intake: Intake, restriction: Restriction, *, at: datetime) -> bool:
    """Whether the user may take the restriction off: never who set it, so that two agree.

    A supervisor who is named, or a privacy officer; not the worker, and not through broken glass.
    """
    is_own_doing = restriction.by_id == user.pk or wrote(user, intake)
    if is_own_doing or intake.agency_id != user.agency_id:
        return False
    return is_privacy_officer(user) or (is_supervisor(user) and is_named(user, intake, at=at))


def can_see_insights(user: User, worker: User | None) -> bool:
    """Whether the user sees the agency's figures, or those of one worker: of the own team only."""
    if worker is None:
        return is_supervisor(user)
    is_mine = worker.supervisor_id == user.pk and worker.agency_id == user.agency_id
    return is_supervisor(user) and is_mine


def holds_claim(user: User, review: Review | None) -> bool:
    """Whether the open review is this user's."""
    return review is not None and review.outcome == "" and review.reviewer_id == user.pk
