"""The life of an edition: draft, in review, scheduled, live, retired."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake import permissions, wording, worksheet
from intake.actions.question_sets import copy_edition, expect_editor, hash_of, lock_edition
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import (
    Agency,
    Edition,
    EditionComment,
    Prompt,
    PromptPair,
    PromptText,
    QuestionSet,
    User,
)
from intake.models.audit import record_event
from intake.text import clean_text

REMARK = 5_000  # code points
UNPUBLISHED = (Edition.Status.DRAFT, Edition.Status.IN_REVIEW)


def start_draft(*, actor: User, source_id: UUID, at: datetime) -> Edition:
    """Return a new draft of the actor's agency, a copy of any edition that the actor may read.

    Raises NotAllowed, or Edition.DoesNotExist for an edition of another agency.
    """
    agency = expect_editor(actor)
    with transaction.atomic():
        source = Edition.objects.visible_to(actor).get(pk=source_id)
        draft = copy_edition(source=source, agency=agency, at=at, actor=actor)
        record_event("edition.drafted", actor=actor, at=at, subject=draft)
    return draft


def discard_draft(*, actor: User, edition_id: UUID, at: datetime) -> None:
    """Delete a draft with all that was typed in it; its number is free again."""
    with transaction.atomic():
        edition = lock_edition(actor, edition_id)
        _expect(edition, Edition.Status.DRAFT, "discarded")
        copies = Edition.objects.filter(copied_from=edition)
        published = copies.exclude(status__in=UNPUBLISHED).first()
        if published is not None:
            raise NotPossibleNow(
                f"Edition {published.number} was made from this draft and is published, so where "
                "it came from is kept. Nothing was changed."
            )
        record_event("edition.discarded", actor=actor, at=at, subject=edition)
        prompts = Prompt.objects.filter(edition=edition)
        PromptText.objects.filter(prompt__in=prompts).delete()
        prompts.delete()
        PromptPair.objects.filter(edition=edition).delete()
        QuestionSet.objects.filter(edition=edition).delete()
        copies.update(copied_from=edition.copied_from)
        edition.delete()


def request_review(*, actor: User, edition_id: UUID, at: datetime) -> Edition:
    """Give a draft to a second administrator; raises InvalidValue while a check blocks it."""
    with transaction.atomic():
        edition = lock_edition(actor, edition_id)
        _expect(edition, Edition.Status.DRAFT, "given to review")
        _refuse_blocked(edition)
        edition.status = Edition.Status.IN_REVIEW
        edition.requested_by, edition.requested_at = actor, at
        edition.save(update_fields=["status", "requested_by", "requested_at"])
        record_event("edition.review_requested", actor=actor, at=at, subject=edition)
    return edition


def reopen_draft(*, actor: User, edition_id: UUID, at: datetime) -> Edition:
    """Make an edition that is in review a draft again: withdrawn, or sent back with remarks."""
    with transaction.atomic():
        edition = lock_edition(actor, edition_id)
        _expect(edition, Edition.Status.IN_REVIEW, "taken back")
        edition.status = Edition.Status.DRAFT
        edition.requested_by = edition.requested_at = None
        edition.save(update_fields=["status", "requested_by", "requested_at"])
        record_event("edition.reopened", actor=actor, at=at, subject=edition)
    return edition


def publish_edition(
    *,
    actor: User,
    edition_id: UUID,
    live_from: datetime | None,
    at: datetime,
    reviewed: datetime | None = None,
    remarks: int = 0,
) -> Edition:
    """Publish an edition that is in review: at once, or live from a later time on.

    `reviewed` is when the review was asked for that the actor looked at: what was taken back,
    changed and given to review again since is not published unread. `remarks` is with how many
    open remarks it is to be published all the same: where more are open, nothing is.
    Nobody publishes what they asked to be reviewed, unless the agency allows it. Open calls stay
    with the edition that they began with. Raises NotAllowed, NotPossibleNow, or InvalidValue for a
    time that is over.
    """
    with transaction.atomic():
        edition = lock_edition(actor, edition_id)
        _expect(edition, Edition.Status.IN_REVIEW, "published")
        if not permissions.can_publish(actor, edition):
            raise NotAllowed(
                "Two people are needed to publish: another administrator than who asked for the "
                "review. Nothing was changed."
            )
        if reviewed is not None and reviewed != edition.requested_at:
            raise NotPossibleNow(
                f"Edition {edition.number} was taken back and given to review again since you "
                "opened the page. Nothing was published: look at what stands now."
            )
        standing = edition.comments.filter(resolved_at=None).count()
        if standing > remarks:
            one = standing == 1
            raise NotPossibleNow(
                f"{standing} remark{' is' if one else 's are'} open. Nothing was published: say "
                f"that {'it is' if one else 'they are'} dealt with, or tick that you publish all "
                "the same."
            )
        if live_from is not None and live_from <= at:
            raise InvalidValue("This time is over. Choose a later one, or publish at once.")
        _publish(edition, actor=actor, live_from=live_from, at=at)
    return edition


def publish_state_edition(*, number: int, at: datetime) -> Edition:
    """Publish a draft of the state's, as the operator of an installation does; no agency's changes.

    Raises InvalidValue while a check blocks it, NotPossibleNow for what is no draft.
    """
    with transaction.atomic():
        drafts = Edition.objects.filter(agency=None).select_for_update(of=("self",))
        edition = drafts.filter(number=number).first()
        if edition is None:
            raise InvalidValue(f"There is no edition {number} of the state.")
        _expect(edition, Edition.Status.DRAFT, "published")
        _refuse_blocked(edition)
        _publish(edition, actor=None, live_from=None, at=at)
    return edition


def cancel_edition(*, actor: User, edition_id: UUID, at: datetime) -> Edition:
    """Call a scheduled edition off before its time; it stays, as retired, and never was live."""
    with transaction.atomic():
        edition = lock_edition(actor, edition_id)
        _expect(edition, Edition.Status.SCHEDULED, "called off")
        if edition.live_from is None or edition.live_from <= at:
            raise NotPossibleNow(
                f"Edition {edition.number} is live since its time has come. Bring an earlier "
                "edition back instead."
            )
        edition.cancelled_at = at
        edition.status = Edition.Status.RETIRED
        edition.save(update_fields=["cancelled_at", "status"])
        record_event("edition.cancelled", actor=actor, at=at, subject=edition)
    return edition


def bring_back(*, actor: User, edition_id: UUID, at: datetime) -> Edition:
    """Return a copy of a published edition that is in review at once: a second person publishes.

    What was published is never published again itself; its copy has the next number.
    """
    with transaction.atomic():
        source = Edition.objects.filter(agency=actor.agency_id).filter(pk=edition_id).first()
        if source is not None and source.status not in (
            Edition.Status.LIVE,
            Edition.Status.RETIRED,
            Edition.Status.SCHEDULED,
        ):
            raise NotPossibleNow(
                f"Edition {source.number} was never published. Nothing was changed."
            )
        draft = start_draft(actor=actor, source_id=edition_id, at=at)
        return request_review(actor=actor, edition_id=draft.pk, at=at)


def settle_editions(*, agency: Agency | None, at: datetime) -> None:
    """Let the stored statuses follow the clock: the newest is live, those before it retired."""
    gone_live = list(Edition.objects.live(agency=agency, at=at).select_for_update())
    for place, edition in enumerate(gone_live):
        now = Edition.Status.RETIRED if place else Edition.Status.LIVE
        if edition.status != now:
            edition.status = now
            edition.save(update_fields=["status"])


def comment_on_edition(
    *, actor: User, edition_id: UUID, anchor: str, text: str, at: datetime
) -> EditionComment:
    """Remark on a pair, prompt or set of a draft or of what is in review, or on all of it."""
    with transaction.atomic():
        edition = lock_edition(actor, edition_id)
        if edition.status not in UNPUBLISHED:
            raise _not_possible(edition, "remarked on")
        words = clean_text(text).strip()
        if not words:
            raise InvalidValue("There is no remark yet. Write what should be looked at.")
        if len(words) > REMARK:
            raise InvalidValue(f"The remark has {len(words):,} characters; {REMARK:,} fit.")
        if anchor and anchor not in _anchors(edition):
            raise InvalidValue("What the remark is about is not in this edition any more.")
        return EditionComment.objects.create(
            edition=edition, author=actor, anchor=anchor, text=words, made_at=at
        )


def resolve_comment(
    *, actor: User, edition_id: UUID, comment_id: UUID, at: datetime
) -> EditionComment:
    """Mark a remark as dealt with, or take that back."""
    with transaction.atomic():
        edition = lock_edition(actor, edition_id)
        comment = edition.comments.select_for_update().get(pk=comment_id)
        is_open = comment.resolved_at is None
        comment.resolved_by = actor if is_open else None
        comment.resolved_at = at if is_open else None
        comment.save(update_fields=["resolved_by", "resolved_at"])
    return comment


def _publish(
    edition: Edition, *, actor: User | None, live_from: datetime | None, at: datetime
) -> None:
    """Let a locked edition be live, at once or from a time on; from now on it does not change."""
    _clear(edition)
    _renumber(edition)
    while edition.copied_from is not None and edition.copied_from.status in UNPUBLISHED:
        edition.copied_from = edition.copied_from.copied_from  # a draft may be discarded any time
    edition.content_sha256 = hash_of(worksheet.describe(edition))
    edition.live_from = live_from or at
    edition.status = Edition.Status.SCHEDULED if live_from else Edition.Status.LIVE
    edition.published_by = actor
    edition.save(
        update_fields=["content_sha256", "copied_from", "live_from", "status", "published_by"]
    )
    settle_editions(agency=edition.agency, at=at)
    verb = "edition.scheduled" if live_from else "edition.published"
    record_event(verb, actor=actor, at=at, subject=edition)


def _anchors(edition: Edition) -> set[str]:
    """Return the keys of everything in an edition that a remark can stand on."""
    pairs = PromptPair.objects.filter(edition=edition, is_removed=False)
    prompts = Prompt.objects.filter(edition=edition, is_removed=False)
    return {
        *edition.question_sets.values_list("key", flat=True),
        *pairs.values_list("key", flat=True),
        *prompts.values_list("key", flat=True),
    }


def _refuse_blocked(edition: Edition) -> None:
    found = worksheet.build_checks(edition)
    blocking = sum(one.level == wording.BLOCKING for one in found)
    if blocking:
        raise InvalidValue(
            f"{blocking} check{'s' if blocking > 1 else ''} must be mended first: the list beside "
            "the questions says which. Nothing was changed."
        )


def _clear(edition: Edition) -> None:
    """Let go of what only a draft has: what was taken out, and the revisions of its fields."""
    pairs = PromptPair.objects.filter(edition=edition, is_removed=True)
    prompts = Prompt.objects.filter(edition=edition, is_removed=True) | Prompt.objects.filter(
        pair__in=pairs
    )
    PromptText.objects.filter(prompt__in=prompts).delete()
    prompts.delete()
    pairs.delete()
    Prompt.objects.filter(edition=edition).update(saves={})
    QuestionSet.objects.filter(edition=edition).update(saves={})
    kept = Prompt.objects.filter(edition=edition)  # a subquery: a join would be read three times
    empty = PromptText.objects.filter(prompt__in=kept, text="", helper="")
    empty.exclude(language="en").delete()


def _renumber(edition: Edition) -> None:
    """Give the rows of every set places from 0 on, in the order that they are shown in.

    Two that were made or moved at once may have one place; what is published tells it by itself.
    """
    pairs = list(PromptPair.objects.filter(edition=edition).order_by("position", "key"))
    prompts = list(Prompt.objects.filter(edition=edition).order_by("position", "key"))
    places: dict[UUID, int] = {}
    for kind in (pairs, [one for one in prompts if one.pair_id is None]):
        taken: Counter[UUID] = Counter()
        for row in kind:
            places[row.pk] = taken[row.question_set_id]
            taken[row.question_set_id] += 1
    places |= {one.pk: places[one.pair_id] for one in prompts if one.pair_id is not None}
    rows: list[PromptPair | Prompt] = [*pairs, *prompts]
    for row in rows:
        if row.position != places[row.pk]:
            row.position = places[row.pk]
            row.save(update_fields=["position"])


def _expect(edition: Edition, status: str, what: str) -> None:
    if edition.status != status:
        raise _not_possible(edition, what)


def _not_possible(edition: Edition, what: str) -> NotPossibleNow:
    return NotPossibleNow(
        f"Edition {edition.number} is {edition.get_status_display().lower()} and cannot be {what} "
        "now. Nothing was changed."
    )
