"""A draft of the question sets as its editor shows it: fields, remarks, and what was changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max

from intake.fields import check_sum
from intake.models import (
    DraftChange,
    Edition,
    EditionComment,
    Prompt,
    PromptPair,
    PromptText,
    QuestionSet,
    User,
)
from intake.models.base import Language, Side

LAST_CHANGES = 12
JUST_NOW = timedelta(seconds=15)  # whoever stored words this lately is typing
BEFORE_REVIEW = timedelta(minutes=1)


@dataclass(frozen=True)
class DraftField:
    """One field of a draft in the shape of the save protocol; `served` is its check sum."""

    name: str
    label: str
    value: str
    revision: int
    language: str
    rows: int

    @property
    def id(self) -> str:
        """The id of the field's element."""
        return "f-" + self.name.replace(".", "-")

    @property
    def served(self) -> str:
        """By which a plain form tells what was not touched."""
        return check_sum(self.value)


@dataclass(frozen=True)
class DraftPrompt:
    """A prompt with its words in each language and the notes to the worker."""

    id: str
    key: str
    side: str
    kind: str
    bound_to: str
    english: DraftField
    spanish: DraftField
    helper: DraftField
    helper_es: DraftField
    stale_from: str  # the English that the translation was made from; empty where it is fresh
    remarks: tuple[EditionComment, ...]

    @property
    def anchor(self) -> str:
        """The id of its element, to which the checks link."""
        return "prompt-" + self.key.replace(".", "-")

    @property
    def side_label(self) -> str:
        """`Worry` or `Working well`; of a prompt without a pair nothing."""
        return "" if self.side == Side.OPEN else str(Side(self.side).label)

    @property
    def has_helper(self) -> bool:
        """Whether there is a note to the worker."""
        return bool(self.helper.value or self.helper_es.value)


@dataclass(frozen=True)
class DraftPair:
    """A pair, its prompts side by side."""

    id: str
    key: str
    is_core: bool
    prompts: tuple[DraftPrompt, DraftPrompt]  # worry, working well
    remarks: tuple[EditionComment, ...]
    is_first: bool  # of those that can be moved: the core pair stands above them
    is_last: bool


@dataclass(frozen=True)
class TakenOut:
    """What the viewer took out last, to be undone where it stood: above the row `before`.

    `before` is that row's id, empty where it stood last.
    """

    words: str
    before: str


@dataclass(frozen=True)
class DraftSet:
    """One set of a draft with everything that stands in it."""

    id: str
    key: str
    kind: str
    title: str
    fields: tuple[DraftField, ...]
    pairs: tuple[DraftPair, ...]
    prompts: tuple[DraftPrompt, ...]
    remarks: tuple[EditionComment, ...]
    taken_out: TakenOut | None

    @property
    def is_factor(self) -> bool:
        """Whether its prompts come in pairs."""
        return self.kind == QuestionSet.Kind.FACTOR


@dataclass(frozen=True)
class ChangeLine:
    """One change of a draft in words; `anchor` is the id of what it is about, if that is there."""

    words: str
    place: str
    anchor: str
    who: str
    made_at: datetime
    is_undone: bool


@dataclass(frozen=True)
class DraftView:
    """A whole draft; `version` moves on with every change, by whomever.

    `typing` are the others who are typing in it now; `late` is who, other than asked for the
    review, still typed in the minute before it, and when: what was not stored by then is not there.
    `undo_about` is the key of the row that the viewer changed last.
    """

    sets: tuple[DraftSet, ...]
    remarks: tuple[EditionComment, ...]  # on all of it
    open_remarks: int
    version: str
    changes: tuple[ChangeLine, ...]  # the newest first
    can_undo: bool
    can_redo: bool
    undo_about: str
    typing: tuple[str, ...]
    late: tuple[tuple[str, datetime], ...]

    @property
    def field_names(self) -> set[str]:
        """The names of all fields that the editor has a box for."""
        prompts = [prompt for one in self.sets for prompt in one.prompts]
        prompts += [prompt for one in self.sets for pair in one.pairs for prompt in pair.prompts]
        boxes = [box for one in self.sets for box in one.fields]
        boxes += [
            box for one in prompts for box in (one.english, one.spanish, one.helper, one.helper_es)
        ]
        return {box.name for box in boxes}


def build_draft(edition: Edition, *, viewer: User, at: datetime) -> DraftView:
    """Return a draft, or what is in review, as its editor shows it; the query count is fixed."""
    # In this order: what somebody changes meanwhile makes the version old, and the next look finds
    # it; a pair that is added meanwhile is not there yet, rather than half there.
    version = version_of(edition, at=at)
    all_pairs = list(
        PromptPair.objects.filter(edition=edition).order_by("-is_core", "position", "key")
    )
    all_prompts = list(Prompt.objects.filter(edition=edition).order_by("position", "key"))
    pairs = [one for one in all_pairs if not one.is_removed]
    standing = [one for one in all_prompts if not one.is_removed]
    remarks: dict[str, list[EditionComment]] = {}
    for remark in edition.comments.select_related("author", "resolved_by"):
        remarks.setdefault(remark.anchor, []).append(remark)
    texts: dict[tuple[UUID, str], PromptText] = {
        (text.prompt_id, text.language): text
        for text in PromptText.objects.filter(prompt__edition=edition)
    }
    prompts = [(prompt, _prompt(prompt, texts, remarks)) for prompt in standing]
    of_pair = {(one.pair_id, one.side): view for one, view in prompts if one.pair_id}
    movable: dict[UUID, list[UUID]] = {}
    for pair in pairs:
        if not pair.is_core:
            movable.setdefault(pair.question_set_id, []).append(pair.pk)
    of_rows = edition.changes.filter(actor=viewer).exclude(kind=DraftChange.Kind.WORDED)
    last = of_rows.filter(undone_at=None).first()
    english = {key: text.text for (key, language), text in texts.items() if language == "en"}
    taken_out = _taken_out(last, all_pairs, all_prompts, english)
    sets = tuple(
        DraftSet(
            id=str(section.pk),
            key=section.key,
            kind=section.kind,
            title=section.title,
            fields=_set_fields(section),
            pairs=tuple(
                DraftPair(
                    id=str(pair.pk),
                    key=pair.key,
                    is_core=pair.is_core,
                    prompts=(of_pair[pair.pk, Side.WORRY], of_pair[pair.pk, Side.WORKING_WELL]),
                    remarks=tuple(remarks.get(pair.key, ())),
                    is_first=pair.is_core or movable[section.pk][0] == pair.pk,
                    is_last=pair.is_core or movable[section.pk][-1] == pair.pk,
                )
                for pair in pairs
                if pair.question_set_id == section.pk
            ),
            prompts=tuple(
                view
                for one, view in prompts
                if one.pair_id is None and one.question_set_id == section.pk
            ),
            remarks=tuple(remarks.get(section.key, ())),
            taken_out=taken_out.get(section.pk),
        )
        for section in edition.question_sets.order_by("position")
    )
    shown = {"", *(one.key for one in sets)}
    shown |= {pair.key for one in sets for pair in one.pairs}
    shown |= {one.key for one, _ in prompts if one.pair_id is None}
    homeless = [one for anchor, some in remarks.items() if anchor not in shown for one in some]
    typing = _typing(edition, at=at)
    return DraftView(
        sets=sets,
        # What a remark was about may have been taken out; then it stands with those on all of it.
        remarks=(*remarks.get("", ()), *homeless),
        open_remarks=sum(
            one.resolved_at is None for standing in remarks.values() for one in standing
        ),
        version=version,
        changes=_change_lines(edition, sets),
        can_undo=last is not None,
        can_redo=of_rows.filter(undone_at__isnull=False).exists(),
        undo_about=last.about if last else "",
        typing=tuple(sorted(name for key, (name, _) in typing.items() if key != viewer.pk)),
        late=_late(edition),
    )


def _taken_out(
    last: DraftChange | None,
    pairs: list[PromptPair],
    prompts: list[Prompt],
    english: dict[UUID, str],
) -> dict[UUID, TakenOut]:
    """Return what a change took out, by the key of its set; nothing of any other change."""
    if last is None or last.kind != DraftChange.Kind.REMOVED:
        return {}
    alone = [one for one in prompts if one.pair_id is None]
    rows: list[PromptPair | Prompt] = [*pairs, *alone]
    gone = next((one for one in rows if one.key == last.about), None)
    if gone is None:
        return {}
    after = rows[rows.index(gone) + 1 :]
    mates = [one for one in after if one.question_set_id == gone.question_set_id]
    follower = next((one for one in mates if not one.is_removed), None)
    said = next(
        (one.pk for one in prompts if one.pair_id == gone.pk and one.side == Side.WORRY), gone.pk
    )
    before = str(follower.pk) if follower else ""
    return {gone.question_set_id: TakenOut(english.get(said, ""), before)}


def _late(edition: Edition) -> tuple[tuple[str, datetime], ...]:
    """Return who still typed when the review was asked for, by somebody else, and until when."""
    if edition.requested_at is None:
        return ()
    typed = edition.changes.filter(
        kind=DraftChange.Kind.WORDED, made_at__gt=edition.requested_at - BEFORE_REVIEW
    )
    others = typed.exclude(actor=edition.requested_by_id).select_related("actor")
    last = {one.actor_id: (one.actor.display_name, one.made_at) for one in others.reverse()}
    return tuple(last.values())


def _change_lines(edition: Edition, sets: tuple[DraftSet, ...]) -> tuple[ChangeLine, ...]:
    """Return the last changes in words, each with the place that it is about."""
    places: dict[str, tuple[str, str]] = {}  # key: what it is called, and its element
    for section in sets:
        places[section.key] = (section.title, f"set-{section.key}")
        for pair in section.pairs:
            places[pair.key] = (f"{section.title}, a pair", f"pair-{pair.id}")
            for prompt in pair.prompts:
                places[prompt.key] = (f"{section.title}, {prompt.side_label}", prompt.anchor)
        for prompt in section.prompts:
            places[prompt.key] = (f"{section.title}, a prompt", prompt.anchor)
    gone = ("what is not there any more", "")
    return tuple(
        ChangeLine(
            words=change.get_kind_display(),
            place=places.get(change.about, gone)[0],
            anchor=places.get(change.about, gone)[1],
            who=change.actor.display_name,
            made_at=change.made_at,
            is_undone=change.undone_at is not None,
        )
        for change in edition.changes.select_related("actor")[:LAST_CHANGES]
    )


def version_of(edition: Edition, *, at: datetime) -> str:
    """Return a check sum that is another one after every change, remark and step of the edition.

    Each remark counts for itself: one that is dealt with while another is opened is a change. So
    is that somebody begins or stops typing.
    """
    changes = edition.changes.aggregate(
        count=Count("pk"), made=Max("made_at"), undone=Max("undone_at"), still=Count("undone_at")
    )
    remarks = edition.comments.order_by("pk").values_list("pk", "made_at", "resolved_at")
    step = (edition.status, edition.requested_at)
    typing = sorted(name for name, _ in _typing(edition, at=at).values())
    return check_sum(repr((step, sorted(changes.items()), list(remarks), typing)))


def _typing(edition: Edition, *, at: datetime) -> dict[UUID, tuple[str, datetime]]:
    """Return who has just typed in a draft, by key: the name, and when it was stored.

    Typing is stored every few seconds, so whoever stored words this lately is at it.
    """
    if edition.status != Edition.Status.DRAFT:
        return {}
    lately = edition.changes.filter(made_at__gt=at - JUST_NOW, kind=DraftChange.Kind.WORDED)
    return {
        one.actor_id: (one.actor.display_name, one.made_at)
        for one in lately.select_related("actor").order_by("made_at")
    }


def _set_fields(section: QuestionSet) -> tuple[DraftField, ...]:
    named = (
        ("title", "Title", Language.ENGLISH, 1),
        ("title_es", "Title, Spanish", Language.SPANISH, 1),
        ("help", "What it is about", Language.ENGLISH, 2),
        ("help_es", "What it is about, Spanish", Language.SPANISH, 2),
    )
    return tuple(
        DraftField(
            name=f"set.{section.pk}.{column}",
            label=label,
            value=getattr(section, column),
            revision=section.revision_of(column),
            language=language,
            rows=rows,
        )
        for column, label, language, rows in named
    )


def _prompt(
    prompt: Prompt,
    texts: dict[tuple[UUID, str], PromptText],
    remarks: dict[str, list[EditionComment]],
) -> DraftPrompt:
    english = texts.get((prompt.pk, Language.ENGLISH))
    spanish = texts.get((prompt.pk, Language.SPANISH))
    side = "Prompt" if prompt.side == Side.OPEN else str(Side(prompt.side).label)

    def field(column: str, label: str, value: str, language: str, rows: int) -> DraftField:
        return DraftField(
            name=f"prompt.{prompt.pk}.{column}",
            label=f"{side}, {label}",
            value=value,
            revision=prompt.revision_of(column),
            language=language,
            rows=rows,
        )

    return DraftPrompt(
        id=str(prompt.pk),
        key=prompt.key,
        side=prompt.side,
        kind=prompt.kind,
        bound_to=prompt.bound_to,
        english=field("en", "English", english.text if english else "", "en", 2),
        spanish=field("es", "Spanish", spanish.text if spanish else "", "es", 2),
        helper=field("helper_en", "note to the worker", english.helper if english else "", "en", 1),
        helper_es=field(
            "helper_es", "note to the worker, Spanish", spanish.helper if spanish else "", "es", 1
        ),
        stale_from=spanish.translated_from if spanish and spanish.text else "",
        remarks=tuple(remarks.get(prompt.key, ())),
    )
