"""The frozen dataclasses of a worksheet: what every page and export renders."""

from dataclasses import dataclass, field

from intake.models import Answer, CrossReport, Dispatch, Intake, Support
from intake.models.base import Side, Source

# Came to a version of submissions that had been written already: those do not have it.
ADDED = {"is_added": True}


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
    def all_prompts(self) -> tuple[PromptView, ...]:
        """Its prompts in order: of a factor, each worry prompt before its working-well prompt."""
        paired = [prompt for pair in self.pairs for prompt in (pair.worry, pair.working_well)]
        return (*paired, *self.prompts)

    def side_title(self, side: str) -> str:
        """What to call one of its sides: `Social Connections – worry`."""
        return f"{self.title} – {str(Side(side).label).lower()}"

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
class ReferenceView:
    """An answer that the decision leans on; its words stand at its prompt."""

    prompt_id: str
    prompt_key: str
    stands: bool
    revisions: dict[str, int] = field(default_factory=dict)

    @property
    def is_removed(self) -> bool:
        """Whether the worker took the reference back."""
        return not self.stands


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
    concrete_help: str = ""
    concrete_help_reason: str = ""
    references: tuple[ReferenceView, ...] = ()
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
class DispatchView:
    """Who was told, when and how, and who acknowledged it."""

    id: str
    told: str
    told_label: str
    who: str
    how: str
    told_at: str
    told_by: str
    acknowledged_at: str
    acknowledged_by: str
    withdrawn_at: str = ""  # noted by mistake
    withdrawn_by: str = field(default="", metadata=ADDED)
    acknowledged_noted_by: str = field(default="", metadata=ADDED)  # who wrote that down


@dataclass(frozen=True)
class SendingView:
    """One line of the log of sending."""

    method: str
    to_whom: str
    is_written: bool
    sent_at: str
    sent_by: str
    id: str = field(default="", metadata=ADDED)
    withdrawn_at: str = field(default="", metadata=ADDED)  # noted by mistake
    withdrawn_by: str = field(default="", metadata=ADDED)


@dataclass(frozen=True)
class CrossReportView:
    """A recipient of cross-reports: which laws make one due, what was decided, what was sent."""

    recipient_id: str
    key: str
    label: str
    why: tuple[str, ...]
    due_at: str
    written_due_at: str
    may_learn_reporter: bool
    decided: str
    note: str
    sendings: tuple[SendingView, ...]
    revisions: dict[str, int] = field(default_factory=dict)

    @property
    def is_due(self) -> bool:
        """Whether the agency's table asks for it."""
        return bool(self.why)

    @property
    def decided_label(self) -> str:
        """What the worker decided, in words."""
        return str(CrossReport.Decided(self.decided).label) if self.decided else "Not decided"

    @property
    def sent(self) -> tuple[SendingView, ...]:
        """The sendings that stand."""
        return tuple(one for one in self.sendings if not one.withdrawn_at)

    @property
    def is_to_make(self) -> bool:
        """Whether its clocks run: the worker said so, or the table asks and nobody said no."""
        if self.decided:
            return self.decided == CrossReport.Decided.YES
        return self.is_due

    @property
    def first_open(self) -> str:
        """When the first report would be due, were one to be made; nothing once one was sent."""
        return "" if self.sent else self.due_at

    @property
    def written_open(self) -> str:
        """When the written report would be due, were one to be made; nothing once it was sent."""
        return "" if any(one.is_written for one in self.sent) else self.written_due_at

    @property
    def first_due(self) -> str:
        """When the first report is due, as long as nothing was sent; else nothing."""
        return self.first_open if self.is_to_make else ""

    @property
    def written_due(self) -> str:
        """When the written report is due, as long as none was sent; else nothing."""
        return self.written_open if self.is_to_make else ""


@dataclass(frozen=True)
class SupportView:
    """Concrete help that was offered."""

    id: str
    factor: str
    service: str
    offered_at: str
    offered_by: str
    accepted: str
    accepted_by: str
    is_removed: bool = False
    revisions: dict[str, int] = field(default_factory=dict)

    @property
    def accepted_label(self) -> str:
        """Whether it was accepted, in words."""
        return dict(Support.ACCEPTED).get(self.accepted, "Not said yet")


@dataclass(frozen=True)
class QuoteView:
    """Exact words of a child."""

    id: str
    text: str
    speaker: str
    hearer: str
    noted_at: str
    is_removed: bool = False
    revisions: dict[str, int] = field(default_factory=dict)

    @property
    def heard_by(self) -> str:
        """Who heard it, for paper that leaves the agency: no name, which may be the caller's."""
        heard = self.hearer.strip().casefold()
        if not heard:
            return "not noted who heard it"
        is_caller = heard in ("the caller", "caller", "reporting party", "the reporting party")
        return "heard by the caller" if is_caller else "heard by somebody whom the record names"


@dataclass(frozen=True)
class CorrectionView:
    """What the caller corrected when the record was read back; `of` is the field's name."""

    id: str
    of: str
    text: str
    made_at: str
    is_removed: bool = False
    revisions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PriorView:
    """An earlier intake that the worker linked as prior involvement of the family."""

    reference: str
    started_at: str


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
    follows: str = ""
    calls_back: str = ""
    written_medium: str = ""  # paper, fax or portal
    from_paper_at: str = ""  # when a call that was taken on paper was typed in
    response_due_at: str = ""
    dispatches: tuple[DispatchView, ...] = ()
    cross_reports: tuple[CrossReportView, ...] = ()
    supports: tuple[SupportView, ...] = ()
    quotes: tuple[QuoteView, ...] = ()
    corrections: tuple[CorrectionView, ...] = ()
    prior_involvement: tuple[PriorView, ...] = field(default=(), metadata=ADDED)
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

    @property
    def offered(self) -> tuple[SupportView, ...]:
        """Supports that were not taken out again."""
        return tuple(one for one in self.supports if not one.is_removed)

    @property
    def exact_words(self) -> tuple[QuoteView, ...]:
        """Quotations that were not taken out again."""
        return tuple(one for one in self.quotes if not one.is_removed)

    @property
    def told(self) -> tuple[DispatchView, ...]:
        """Who was told, without what was noted by mistake."""
        return tuple(one for one in self.dispatches if not one.withdrawn_at)

    @property
    def corrected(self) -> dict[str, str]:
        """The corrections that stand, by the name of the field that they correct."""
        return {one.of: one.text for one in self.corrections if one.text and not one.is_removed}

    @property
    def flags(self) -> tuple[str, ...]:
        """The marks of the call that are set, in words."""
        return tuple(label for name, label in Intake.FLAGS if getattr(self.call, name))

    @property
    def is_about_neglect(self) -> bool:
        """Whether a worry about neglect is reported."""
        kinds = ("general_neglect", "severe_neglect")
        return any(one.type in kinds and not one.is_removed for one in self.concerns)

    @property
    def is_responded(self) -> bool:
        """Whether a responding worker knows of it: then the response's clock is nobody's call."""
        return any(
            one.told == Dispatch.Told.RESPONDING_WORKER and one.acknowledged_at for one in self.told
        )

    @property
    def referred_to(self) -> tuple["AnsweredView", ...]:
        """The answers that the decision leans on, in the order of the sections."""
        keys = {one.prompt_id for one in self.decision.references if one.stands}
        return tuple(one for one in self.answered if one.prompt.id in keys)

    @property
    def referred_well(self) -> tuple["AnsweredView", ...]:
        """Those of them that are no worries."""
        return tuple(one for one in self.referred_to if one.prompt.side != "worry")

    @property
    def referred_worries(self) -> tuple["AnsweredView", ...]:
        """Those of them that are worries."""
        return tuple(one for one in self.referred_to if one.prompt.side == "worry")

    @property
    def answered(self) -> tuple["AnsweredView", ...]:
        """Every prompt with a typed answer, with its section; core prompts first."""
        return tuple(
            AnsweredView(section, prompt)
            for section in self.sections
            for prompt in (*section.all_prompts,)
            if prompt.answer.text and not prompt.bound_to
        )

    def _people(self, role: str) -> tuple[PersonView, ...]:
        return tuple(one for one in self.people if one.role == role and not one.is_removed)


@dataclass(frozen=True)
class AnsweredView:
    """A prompt that was answered, and the section it stands in."""

    section: SectionView
    prompt: PromptView

    @property
    def side_label(self) -> str:
        """The side in words, small."""
        return str(Side(self.prompt.side).label).lower()


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
