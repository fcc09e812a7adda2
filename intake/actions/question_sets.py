"""Question sets: loading the shipped texts, publishing, and an agency's copy of the state's."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import rfc8785
from django.db import transaction
from django.db.models import Max

from intake import permissions
from intake.errors import NotAllowed
from intake.exchange import sop_json
from intake.exchange.shape import expect_same_sides, mark_stale
from intake.models import (
    Agency,
    Edition,
    EditionImport,
    Prompt,
    PromptPair,
    PromptText,
    QuestionSet,
    ResponseOption,
    User,
)
from intake.models.audit import record_event
from intake.models.base import Language
from intake.worksheet import describe


@dataclass
class Loaded:
    """What a load made, in sentences; empty when everything stood already."""

    made: list[str] = field(default_factory=list)


def load_question_sets(*, sets: list[dict[str, Any]], at: datetime) -> Loaded:
    """Bring the shipped sets in as an edition of the state, and give agencies their copy.

    The first load publishes edition 1. Loading the same texts again changes nothing; changed
    texts become a draft, since what is published never changes.
    """
    loaded = Loaded()
    digest = hash_of(sets)
    with transaction.atomic():
        editions = Edition.objects.filter(agency__isnull=True)
        if not editions.filter(content_sha256=digest).exists():
            is_first = not editions.exists()
            edition = write_edition(sets, agency=None, at=at)
            if is_first:
                _publish(edition, actor=None, at=at)
            loaded.made.append(f"{edition}: {edition.get_status_display().lower()}")
        # Whenever it went live: an agency's copy may be dated back, as the demonstration's is.
        live = (
            Edition.objects.filter(agency=None, status=Edition.Status.LIVE)
            .order_by("-live_from", "-number")
            .first()
        )
        if live is not None:
            for agency in Agency.objects.filter(editions__isnull=True):
                copy = copy_edition(source=live, agency=agency, at=at)
                _publish(copy, actor=None, at=at)
                loaded.made.append(f"{copy}: {copy.get_status_display().lower()}")
    return loaded


def load_response_options(*, options: list[dict[str, Any]]) -> Loaded:
    """Give every agency that has no response options the shipped ones; change none."""
    loaded = Loaded()
    with transaction.atomic():
        for agency in Agency.objects.filter(response_options__isnull=True):
            ResponseOption.objects.bulk_create(
                ResponseOption(agency=agency, **option) for option in options
            )
            loaded.made.append(f"{agency}: {len(options)} response options")
    return loaded


def copy_edition(
    *, source: Edition, agency: Agency | None, at: datetime, actor: User | None = None
) -> Edition:
    """Return a draft for `agency` with everything that `source` holds; keys stay the same."""
    with transaction.atomic():
        return write_edition(describe(source), agency=agency, at=at, source=source, actor=actor)


def expect_editor(actor: User) -> Agency:
    """Return the agency whose question sets the actor edits; raises NotAllowed for who does not."""
    if not permissions.can_edit_question_sets(actor) or actor.agency is None:
        raise NotAllowed("Only administrators of the agency edit its question sets.")
    return actor.agency


def lock_edition(actor: User, edition_id: UUID) -> Edition:
    """Return an edition of the actor's agency, locked until the transaction ends.

    Raises Edition.DoesNotExist for any other, NotAllowed for who does not edit question sets.
    """
    edition = (
        Edition.objects.filter(agency=actor.agency_id, agency__isnull=False)
        .select_for_update(of=("self",))
        .select_related("agency")
        .get(pk=edition_id)
    )
    expect_editor(actor)
    return edition


def keep_import(*, actor: User, sets: list[dict[str, Any]], at: datetime) -> EditionImport:
    """Keep sets that were read from a file until the actor says yes.

    A translation that stayed while its English changed is marked as stale. Raises NotAllowed, or
    Unreadable for what would give the sides of a known pair other keys.
    """
    agency = expect_editor(actor)
    live = Edition.objects.live(agency=agency, at=at).first()
    if live is not None:
        standing = describe(live)
        expect_same_sides(sets, standing)
        mark_stale(sets, standing)
    return EditionImport.objects.create(
        agency=agency,
        user=actor,
        made_at=at,
        sets=sop_json.dump(sets, title="").decode(),
    )


def import_edition(*, actor: User, import_id: UUID, at: datetime) -> Edition:
    """Return a new draft with what was read from a file; what was kept of it goes.

    Raises EditionImport.DoesNotExist for what is not the actor's, or older than a day.
    """
    with transaction.atomic():
        mine = EditionImport.objects.usable_by(actor, at=at)
        kept = mine.select_for_update(of=("self",)).get(pk=import_id)
        agency = expect_editor(actor)
        live = Edition.objects.live(agency=agency, at=at).first()
        sets = sop_json.load(kept.sets.encode(), is_kept=True)
        edition = write_edition(sets, agency=agency, at=at, source=live, actor=actor)
        kept.delete()
        record_event("edition.imported", actor=actor, at=at, subject=edition)
    return edition


def forget_imports(*, at: datetime) -> int:
    """Delete what was read from files and nobody said yes to within a day; return how many."""
    return EditionImport.objects.filter(made_at__lte=at - EditionImport.KEPT).delete()[0]


def note_export(*, actor: User, edition: Edition, kind: str, at: datetime) -> None:
    """Audit that an edition was exported, and as what."""
    record_event("edition.exported", actor=actor, at=at, subject=edition, details={"as": kind})


def note_use_export(*, actor: User, edition: Edition, at: datetime) -> None:
    """Audit that the figures of an edition's use were taken out."""
    record_event("edition.use_exported", actor=actor, at=at, subject=edition)


def hash_of(sets: Iterable[dict[str, Any]]) -> str:
    """Return the SHA-256 of sets of prompts in canonical JSON."""
    ordered = sorted(sets, key=lambda one: int(one["position"]))
    return hashlib.sha256(rfc8785.dumps(ordered)).hexdigest()


def _publish(edition: Edition, *, actor: User | None, at: datetime) -> None:
    edition.status = Edition.Status.LIVE
    edition.live_from = at
    edition.save(update_fields=["status", "live_from"])
    record_event("edition.published", actor=actor, at=at, subject=edition)


def write_edition(
    sets: list[dict[str, Any]],
    *,
    agency: Agency | None,
    at: datetime,
    source: Edition | None = None,
    actor: User | None = None,
) -> Edition:
    """Return a new draft with the next number and everything that `sets` describes.

    The caller's transaction has it whole; two drafts at once wait for each other.
    """
    if agency is not None:
        Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    last = Edition.objects.filter(agency=agency).aggregate(last=Max("number"))["last"]
    edition = Edition.objects.create(
        agency=agency,
        number=(last or 0) + 1,
        copied_from=source,
        content_sha256=hash_of(sets),
        created_at=at,
        created_by=actor,
    )
    pairs: list[PromptPair] = []
    prompts: list[Prompt] = []
    texts: list[PromptText] = []

    def add(section: QuestionSet, described: dict[str, Any], **about: Any) -> None:
        prompt = Prompt(edition=edition, question_set=section, key=described["key"], **about)
        prompts.append(prompt)
        helpers, stale = described.get("helper", {}), described.get("stale", {})
        texts.extend(
            PromptText(
                prompt=prompt,
                language=language,
                text=described.get(language, ""),
                helper=helpers.get(language, ""),
                translated_from=stale.get(language, ""),
            )
            for language in Language.values
        )

    for one in sets:
        section = QuestionSet.objects.create(
            edition=edition,
            key=one["key"],
            kind=one["kind"],
            position=one["position"],
            title=one["title"]["en"],
            title_es=one["title"].get("es", ""),
            help=one["help"]["en"],
            help_es=one["help"].get("es", ""),
        )
        for position, described in enumerate(one["pairs"]):
            pair = PromptPair(
                edition=edition,
                question_set=section,
                key=described["key"],
                position=position,
                is_core=described["is_core"],
            )
            pairs.append(pair)
            for side in ("worry", "working_well"):
                add(section, described[side], pair=pair, side=side, position=position)
        for position, described in enumerate(one["prompts"]):
            add(
                section,
                described,
                side="open",
                position=position,
                kind=described["kind"],
                bound_to=described["bound_to"],
            )
    PromptPair.objects.bulk_create(pairs)
    Prompt.objects.bulk_create(prompts)
    PromptText.objects.bulk_create(texts)
    return edition
