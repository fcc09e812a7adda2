"""The worksheet: a whole intake as frozen dataclasses, which every page and export renders.

`build` reads live rows with a fixed number of queries; `from_json` reads a submission. Times are
ISO 8601 in UTC. `revisions` serve the call screen only and are never part of a submission.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

import rfc8785
from django.db.models.functions import Left

from intake import fields as saved_fields
from intake.models import (
    Answer,
    Concern,
    Decision,
    HeardNote,
    Intake,
    Narrative,
    Person,
    Prompt,
    PromptPair,
    PromptText,
    QuestionSet,
    Reporter,
    ResponseOption,
)
from intake.models.base import SavedRecord, Source, YesNo

SCHEMA_VERSION = 1
READABLE = (1,)  # versions of a submission's content; none is ever dropped
GLIMPSE = 80  # code points of a narrative in a list
NOT_EXPORTED = ("revisions", "narrative_revision")  # of the call screen, not of the record

T = TypeVar("T")


class UnknownVersion(Exception):
    """A submission's content has a version that this release does not know."""


@dataclass(frozen=True)
class AnswerView:
    """What stands for one prompt; `not_asked` where no row does."""

    text: str = ""
    status: str = "not_asked"
    source: str = ""
    kind: str = ""
    not_asked_reason: str = ""
    revisions: dict[str, int] = field(default_factory=dict)

    @property
    def is_asked(self) -> bool:
        """Whether the prompt was put to the caller."""
        return self.status != "not_asked"

    @property
    def status_label(self) -> str:
        """The status in words."""
        return str(Answer.Status(self.status).label)

    @property
    def marks(self) -> str:
        """What is marked beside the text, in words: `Act of protection · First-hand`."""
        return " · ".join(
            label
            for label in (
                "" if self.status == Answer.Status.ANSWERED else self.status_label,
                str(Answer.Kind(self.kind).label) if self.kind else "",
                str(Source(self.source).label) if self.source else "",
            )
            if label
        )

    @property
    def reason_label(self) -> str:
        """Why it was not asked, in words; empty where no reason was given."""
        if self.is_asked or not self.not_asked_reason:
            return ""
        return str(Answer.NotAskedReason(self.not_asked_reason).label)


@dataclass(frozen=True)
class HeardView:
    """What the caller volunteered; `prompt_id` where it was put to a prompt."""

    id: str
    factor: str
    side: str
    text: str
    start: int
    end: int
    call_seconds: int
    filed_at: str
    prompt_id: str
    is_removed: bool
    revisions: dict[str, int] = field(default_factory=dict)

    @property
    def call_time(self) -> str:
        """The time on the call's clock, minutes and seconds."""
        return f"{self.call_seconds // 60:02d}:{self.call_seconds % 60:02d}"


@dataclass(frozen=True)
class PromptView:
    """A prompt as it was asked: its wording in each language and what was answered."""

    id: str
    key: str
    kind: str
    side: str
    bound_to: str
    text: str  # English
    text_es: str
    helper: str
    helper_es: str
    answer: AnswerView


@dataclass(frozen=True)
class PairView:
    """A worry prompt and its working-well prompt, side by side."""

    id: str
    key: str
    is_core: bool
    worry: PromptView
    working_well: PromptView


@dataclass(frozen=True)
class SectionView:
    """One question set with its pairs (factors) or open prompts, and what was volunteered."""

    key: str
    kind: str
    position: int
    title: str
    title_es: str
    help: str
    help_es: str
    pairs: tuple[PairView, ...]
    prompts: tuple[PromptView, ...]
    heard: tuple[HeardView, ...]

    @property
    def is_factor(self) -> bool:
        """Whether this is one of the five protective factors."""
        return self.kind == "factor"

    @property
    def worry_asked(self) -> int:
        """How many worry prompts were asked."""
        return sum(pair.worry.answer.is_asked for pair in self.pairs)

    @property
    def well_asked(self) -> int:
        """How many working-well prompts were asked."""
        return sum(pair.working_well.answer.is_asked for pair in self.pairs)

    @property
    def asked(self) -> int:
        """How many open prompts were asked."""
        return sum(prompt.answer.is_asked for prompt in self.prompts)

    @property
    def heard_worry(self) -> tuple[HeardView, ...]:
        """Volunteered worries."""
        return tuple(note for note in self.heard if note.side == "worry" and not note.is_removed)

    @property
    def heard_well(self) -> tuple[HeardView, ...]:
        """What was volunteered as working well."""
        return tuple(
            note for note in self.heard if note.side == "working_well" and not note.is_removed
        )


@dataclass(frozen=True)
class PersonView:
    """A child, a caregiver or another person."""

    id: str
    role: str
    name: str
    is_unknown: bool
    birth_date: str
    age: str
    gender: str
    relationship: str
    address: str
    current_location: str
    school_or_care: str
    language: str
    culture: str
    disability: str
    last_seen: str
    access_to_child: str
    in_household: str
    is_alleged_victim: bool
    is_alleged_maltreater: bool
    is_removed: bool = False
    revisions: dict[str, int] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name, or what stands for it."""
        return self.name or ("Not known" if self.is_unknown else "No name yet")


@dataclass(frozen=True)
class ConcernView:
    """One thing that is reported."""

    id: str
    type: str
    type_label: str
    what: str
    when: str
    where: str
    injury: str
    witnesses: str
    source: str
    is_removed: bool = False
    revisions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DecisionView:
    """The worker's decision with the labels that the options had."""

    screening: str = ""
    priority: str = ""
    path: str = ""
    screening_label: str = ""
    priority_label: str = ""
    path_label: str = ""
    rationale: str = ""
    working_well_bearing: str = ""
    harm_statement: str = ""
    danger_statement: str = ""
    next_steps: str = ""
    cross_reports: str = ""
    transfer_agency: str = ""
    transfer_person: str = ""
    transfer_method: str = ""
    transfer_time: str = ""
    known_referral: str = ""
    revisions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class CallView:
    """The call itself: its circumstances, the safety strip and the flags."""

    method: str
    language: str
    interpreter: str
    callback_wanted: str
    callback_time: str
    danger_now: str
    child_now_at: str
    responder_safety: str
    responder_safety_details: str
    tribal_information: str
    tribe: str
    tribal_basis: str
    is_fatality: bool
    is_sexual_exploitation: bool
    is_safe_surrender: bool
    is_out_of_home_care: bool
    is_domestic_violence: bool
    is_protected_address: bool
    revisions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Worksheet:
    """A whole intake, without the reporting party."""

    schema_version: int
    id: str
    reference: str
    agency: str
    worker: str
    edition: int
    edition_sha256: str
    is_practice: bool
    started_at: str
    ended_at: str
    no_report_reason: str
    call: CallView
    narrative: str
    sections: tuple[SectionView, ...]
    people: tuple[PersonView, ...]
    concerns: tuple[ConcernView, ...]
    decision: DecisionView
    narrative_revision: int = 0

    @property
    def factors(self) -> tuple[SectionView, ...]:
        """The five factor sets."""
        return tuple(section for section in self.sections if section.is_factor)

    @property
    def open_sections(self) -> tuple[SectionView, ...]:
        """The sets without pairs: opening, next steps, closing."""
        return tuple(section for section in self.sections if not section.is_factor)

    @property
    def children(self) -> tuple[PersonView, ...]:
        """Children who were not taken out again."""
        return self._people("child")

    @property
    def caregivers(self) -> tuple[PersonView, ...]:
        """Caregivers who were not taken out again."""
        return self._people("caregiver")

    @property
    def others(self) -> tuple[PersonView, ...]:
        """Other people who were not taken out again."""
        return self._people("other")

    def _people(self, role: str) -> tuple[PersonView, ...]:
        return tuple(one for one in self.people if one.role == role and not one.is_removed)


@dataclass(frozen=True)
class ReportingPartyView:
    """The reporting party, plainly; built only for who may see it."""

    kind: str = ""
    confidentiality_advised: str = ""
    name: str = ""
    phone: str = ""
    callback_number: str = ""
    address: str = ""
    relationship: str = ""
    capacity: str = ""
    basis_of_knowledge: str = ""
    refusal_reason: str = ""
    revisions: dict[str, int] = field(default_factory=dict)


# Building from live rows ----------------------------------------------------------------------


def build(intake: Intake) -> Worksheet:
    """Return the worksheet of `intake` as it stands, with a fixed number of queries."""
    intake = Intake.objects.select_related("agency", "worker", "edition", "narrative").get(
        pk=intake.pk
    )
    decision = (
        Decision.objects.select_related("screening", "priority", "path")
        .filter(intake=intake)
        .first()
    )
    return Worksheet(
        schema_version=SCHEMA_VERSION,
        id=str(intake.pk),
        reference=intake.reference,
        agency=intake.agency.name,
        worker=intake.worker.display_name,
        edition=intake.edition.number,
        edition_sha256=intake.edition.content_sha256,
        is_practice=intake.is_practice,
        started_at=_time(intake.started_at),
        ended_at=_time(intake.ended_at),
        no_report_reason=intake.no_report_reason,
        call=_columns(CallView, intake),
        narrative=intake.narrative.text,
        narrative_revision=intake.narrative.revision_of("text"),
        sections=_sections(intake),
        people=tuple(
            _columns(PersonView, person) for person in Person.objects.filter(intake=intake)
        ),
        concerns=tuple(
            _columns(ConcernView, concern, type_label=concern.get_type_display())
            for concern in Concern.objects.filter(intake=intake)
        ),
        decision=_decision(decision),
    )


def build_sections(edition_id: UUID) -> tuple[SectionView, ...]:
    """Return the question sets of an edition with nothing answered."""
    return _assemble(edition_id, {}, [], {})


def build_reporting_party(intake: Intake) -> ReportingPartyView | None:
    """Return the reporting party plainly, or None where none was typed.

    The caller has made sure that who asks may see it (`permissions.can_see_reporter`).
    """
    reporter = Reporter.objects.filter(intake=intake).first()
    return None if reporter is None else _columns(ReportingPartyView, reporter)


def _sections(intake: Intake) -> tuple[SectionView, ...]:
    answers = {
        answer.prompt_id: _columns(AnswerView, answer)
        for answer in Answer.objects.filter(intake=intake)
    }
    heard = [
        HeardView(
            id=str(note.pk),
            factor=note.factor,
            side=note.side,
            text=note.text,
            start=note.start,
            end=note.end,
            call_seconds=note.call_seconds,
            filed_at=_time(note.filed_at),
            prompt_id=str(note.prompt_id or ""),
            is_removed=note.is_removed,
            revisions=_revisions(note),
        )
        for note in HeardNote.objects.filter(intake=intake)
    ]
    strip = {
        "call.danger_now": intake.get_danger_now_display(),
        "call.child_now_at": intake.child_now_at,
        "call.responder_safety": intake.get_responder_safety_display(),
        "call.tribal_information": intake.get_tribal_information_display(),
    }
    return _assemble(intake.edition_id, answers, heard, strip)


def _assemble(
    edition_id: UUID,
    answers: dict[UUID, AnswerView],
    heard: list[HeardView],
    bound: dict[str, str],
) -> tuple[SectionView, ...]:
    texts: dict[UUID, dict[str, PromptText]] = {}
    for text in PromptText.objects.filter(prompt__edition=edition_id):
        texts.setdefault(text.prompt_id, {})[text.language] = text
    open_prompts: dict[UUID, list[PromptView]] = {}
    sides: dict[tuple[UUID, str], PromptView] = {}
    for prompt in Prompt.objects.filter(edition=edition_id).order_by("position"):
        view = _prompt(prompt, texts.get(prompt.pk, {}), answers, bound)
        if prompt.pair_id is None:
            open_prompts.setdefault(prompt.question_set_id, []).append(view)
        else:
            sides[prompt.pair_id, prompt.side] = view
    pairs: dict[UUID, list[PairView]] = {}
    for pair in PromptPair.objects.filter(edition=edition_id).order_by("-is_core", "position"):
        view_of_pair = PairView(
            id=str(pair.pk),
            key=pair.key,
            is_core=pair.is_core,
            worry=sides[pair.pk, "worry"],
            working_well=sides[pair.pk, "working_well"],
        )
        pairs.setdefault(pair.question_set_id, []).append(view_of_pair)
    return tuple(
        SectionView(
            key=section.key,
            kind=section.kind,
            position=section.position,
            title=section.title,
            title_es=section.title_es,
            help=section.help,
            help_es=section.help_es,
            pairs=tuple(pairs.get(section.pk, [])),
            prompts=tuple(open_prompts.get(section.pk, [])),
            heard=tuple(note for note in heard if note.factor == section.key),
        )
        for section in QuestionSet.objects.filter(edition=edition_id).order_by("position")
    )


def _prompt(
    prompt: Prompt,
    texts: dict[str, PromptText],
    answers: dict[UUID, AnswerView],
    bound: dict[str, str],
) -> PromptView:
    english, spanish = texts.get("en"), texts.get("es")
    answer = answers.get(prompt.pk, AnswerView())
    if said := bound.get(prompt.bound_to):  # the fact has its home in the safety strip
        is_unknown = said == YesNo.UNKNOWN.label and prompt.bound_to != "call.child_now_at"
        answer = AnswerView(status="unknown") if is_unknown else AnswerView(said, "answered")
    return PromptView(
        id=str(prompt.pk),
        key=prompt.key,
        kind=prompt.kind,
        side=prompt.side,
        bound_to=prompt.bound_to,
        text=english.text if english else "",
        text_es=spanish.text if spanish else "",
        helper=english.helper if english else "",
        helper_es=spanish.helper if spanish else "",
        answer=answer,
    )


def _decision(decision: Decision | None) -> DecisionView:
    if decision is None:
        return DecisionView()
    return _columns(
        DecisionView,
        decision,
        screening_label=_label(decision.screening),
        priority_label=_label(decision.priority),
        path_label=_label(decision.path),
    )


def _label(option: ResponseOption | None) -> str:
    return option.label if option else ""


def _columns(view: type[T], row: SavedRecord, **given: Any) -> T:
    """Return `view` filled from the row's columns of the same names; flags stay flags."""
    values: dict[str, Any] = {"revisions": _revisions(row)} | given
    for one in fields(view):  # type: ignore[arg-type]
        if one.name in values:
            continue
        if one.type is bool or one.type == "bool":
            values[one.name] = getattr(row, one.name)
        else:
            values[one.name] = saved_fields.show_value(row, one.name)
    return view(**values)


def _revisions(row: SavedRecord) -> dict[str, int]:
    return {column: int(entry["revision"]) for column, entry in row.saves.items()}


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""


# Submissions ----------------------------------------------------------------------------------


def to_canonical_json(view: Any, *, salt: str) -> str:
    """Return `view` as RFC 8785 canonical JSON with a random salt, without revisions."""
    return rfc8785.dumps({"salt": salt} | _plain(view)).decode()


def from_json(text: str) -> Worksheet:
    """Return the worksheet that a submission's content holds, of any version ever written.

    Raises UnknownVersion for one that a later release wrote.
    """
    content = json.loads(text)
    if content["schema_version"] not in READABLE:
        raise UnknownVersion(
            f"This submission has version {content['schema_version']}; this release reads "
            f"{', '.join(map(str, READABLE))}. Use the release that wrote it, or a later one."
        )
    return _read(Worksheet, content)  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            one.name: _plain(getattr(value, one.name))
            for one in fields(value)
            if one.name not in NOT_EXPORTED
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value if not getattr(item, "is_removed", False)]
    return value


def _read(kind: Any, value: Any) -> Any:
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(  # type: ignore[operator]
            **{
                one.name: _read(hints[one.name], value[one.name])
                for one in fields(kind)
                if one.name in value
            }
        )
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in value)
    return value


def glimpses(intakes: Iterable[Intake]) -> dict[UUID, str]:
    """Return a line by which the worker knows an own call again, for each key.

    The children's names, else how the narrative begins: for the worker's own list only. Two
    queries, however many intakes.
    """
    keys = [intake.pk for intake in intakes]
    begins = Narrative.objects.filter(intake__in=keys).annotate(begin=Left("text", GLIMPSE))
    lines = {
        one.intake_id: one.begin.strip().partition("\n")[0] for one in begins.defer("text", "saves")
    }
    children = Person.objects.filter(intake__in=keys, role=Person.Role.CHILD, is_removed=False)
    names: dict[UUID, list[str]] = {}
    for child in children.exclude(name="").only("intake_id", "name", "age", "role"):
        known = f"{child.name} ({child.age})" if child.age else child.name
        names.setdefault(child.intake_id, []).append(known)
    return lines | {key: ", ".join(known) for key, known in names.items()}


def find_passage(narrative: str, note: HeardView) -> range:
    """Return where a note's words stand in the narrative now, in code points.

    The offsets of a note are those of its filing; typing above it has moved the words since. Of
    several places the nearest counts; words that are nowhere have an empty range.
    """
    places = []
    place = narrative.find(note.text)
    while note.text and place >= 0:
        places.append(place)
        place = narrative.find(note.text, place + 1)
    start = min(places, key=lambda one: abs(one - note.start), default=0)
    return range(start, start + len(note.text) if places else start)


def unfiled_lines(sheet: Worksheet) -> list[str]:
    """Return the lines of the narrative of which nothing was filed under a factor."""
    filed = [
        find_passage(sheet.narrative, note)
        for section in sheet.sections
        for note in section.heard
        if not note.is_removed
    ]
    lines, start = [], 0
    for line in sheet.narrative.split("\n"):
        end = start + len(line)
        is_filed = any(note.start < end and start < note.stop for note in filed)
        if line.strip() and not is_filed:
            lines.append(line.strip())
        start = end + 1
    return lines
