"""A practice call as it is played, and its replay: what was reached, missed and volunteered."""

from dataclasses import dataclass
from datetime import datetime

from intake.models import Intake, PracticeRun, PracticeTurn
from intake.models.base import Side
from intake.practice import Scenario, Words, find_scenario
from intake.worksheet.views import HeardView, PairView, PromptView, Worksheet

# A later release may have a shorter script than the one that was played.
GONE = Words(
    en="(The caller's words are not shipped any more.)",
    es="(Lo que dijo esta persona ya no está en el guion.)",
)


@dataclass(frozen=True)
class TurnView:
    """What was asked (empty for what the caller said unasked) and what the caller said."""

    asked: str
    said: str
    at: str
    seconds: int


@dataclass(frozen=True)
class CallerView:
    """The scripted caller of a practice call, and what was said so far."""

    title: str
    about: str
    language: str
    turns: tuple[TurnView, ...]
    has_ended: bool


@dataclass(frozen=True)
class FiledView:
    """A note that was filed, the factor and side it is under in words, and the call's second."""

    place: str
    text: str
    seconds: int


@dataclass(frozen=True)
class MomentView:
    """A turn of the caller, or None before the first, and what was filed until the next."""

    turn: TurnView | None
    filed: tuple[FiledView, ...]


@dataclass(frozen=True)
class SideReplay:
    """One side of a factor: what was volunteered on it, in words."""

    label: str
    volunteered: str


@dataclass(frozen=True)
class PairReplay:
    """A pair: whether it was reached, and each side in words."""

    is_reached: bool
    worry: str
    worry_state: str
    working_well: str
    working_well_state: str


@dataclass(frozen=True)
class FactorReplay:
    """A factor: how many of its pairs were reached, each pair, and what was volunteered."""

    key: str
    title: str
    reached: int
    pairs: tuple[PairReplay, ...]
    sides: tuple[SideReplay, ...]


def build_caller(intake: Intake) -> CallerView | None:
    """Return the scripted caller of a practice call, or None for a call without one."""
    run = PracticeRun.objects.filter(intake=intake).first()
    scenario = find_scenario(run.scenario) if run else None
    if run is None or scenario is None:
        return None
    turns = list(run.turns.select_related("prompt").prefetch_related("prompt__texts"))
    return CallerView(
        title=scenario.title.in_language(run.language),
        about=scenario.about.in_language(run.language),
        language=run.language,
        turns=tuple(_turn(scenario, run, turn, intake) for turn in turns),
        has_ended=any(turn.kind == PracticeTurn.Kind.ENDING for turn in turns),
    )


def build_replay(intake: Intake, sheet: Worksheet) -> tuple[FactorReplay, ...]:
    """Return, for each factor, which pairs were reached or missed and what was volunteered.

    Counts in words for the trainee alone; nothing is scored.
    """
    run = PracticeRun.objects.filter(intake=intake).first()
    scenario = find_scenario(run.scenario) if run else None
    heard, asked = set(), set()
    if run is not None:
        put = run.turns.exclude(prompt=None).values_list("prompt", flat=True)
        asked = {str(prompt) for prompt in put}
    if run is not None and scenario is not None:
        places = run.turns.filter(kind=PracticeTurn.Kind.LINE).values_list("place", flat=True)
        lines = [scenario.lines[place] for place in places if place < len(scenario.lines)]
        heard = {one for line in lines for one in line.volunteers}
    replays = []
    for section in sheet.factors:
        pairs = tuple(_pair(pair, asked) for pair in section.pairs)
        sides = []
        for side, label, notes in (
            ("worry", "Worry", section.heard_worry),
            ("working_well", "Working well", section.heard_well),
        ):
            if (section.key, side) in heard:
                words = (
                    "Volunteered by the caller, filed"
                    if notes
                    else "Volunteered by the caller, not filed"
                )
            else:
                words = "Nothing was volunteered"
            sides.append(SideReplay(label, words))
        replays.append(
            FactorReplay(
                key=section.key,
                title=section.title,
                reached=sum(pair.is_reached for pair in pairs),
                pairs=pairs,
                sides=tuple(sides),
            )
        )
    return tuple(replays)


def build_course(caller: CallerView | None, sheet: Worksheet) -> tuple[MomentView, ...]:
    """Return the turns in order, each with the notes that were filed before the next one.

    Nobody files in the second in which the caller speaks: such a note belongs to the turn before.
    """
    turns = caller.turns if caller else ()
    filed: list[list[FiledView]] = [[] for _ in range(len(turns) + 1)]
    notes = [
        (_second(note, sheet), section.title, note)
        for section in sheet.factors
        for note in (*section.heard_worry, *section.heard_well)
    ]
    for second, title, note in sorted(notes, key=lambda one: (one[0], one[2].id)):
        view = FiledView(place=f"{Side(note.side).label} · {title}", text=note.text, seconds=second)
        filed[sum(turn.seconds < second for turn in turns)].append(view)
    before = [MomentView(None, tuple(filed[0]))] if filed[0] else []
    return (
        *before,
        *(MomentView(turn, tuple(one)) for turn, one in zip(turns, filed[1:], strict=True)),
    )


def _second(note: HeardView, sheet: Worksheet) -> int:
    """Return when a note was filed on the call's clock, which a page without scripts lacks."""
    filed_at, started_at = (datetime.fromisoformat(at) for at in (note.filed_at, sheet.started_at))
    return note.call_seconds or max(0, int((filed_at - started_at).total_seconds()))


def _turn(scenario: Scenario, run: PracticeRun, turn: PracticeTurn, intake: Intake) -> TurnView:
    asked = ""
    if turn.prompt is not None:
        texts = {text.language: text.text for text in turn.prompt.texts.all()}
        asked = texts.get(run.language) or texts.get("en", "")
    return TurnView(
        asked=asked,
        said=_said(scenario, turn).in_language(run.language),
        at=turn.at.isoformat(),
        seconds=max(0, int((turn.at - intake.started_at).total_seconds())),
    )


def _said(scenario: Scenario, turn: PracticeTurn) -> Words:
    kinds = PracticeTurn.Kind
    if turn.kind == kinds.REPLY:
        return scenario.replies.get(turn.prompt.key, GONE) if turn.prompt else GONE
    if turn.kind == kinds.ENDING:
        return scenario.ending
    said = scenario.otherwise
    if turn.kind == kinds.LINE:
        said = tuple(line.words for line in scenario.lines)
    return said[turn.place] if turn.place < len(said) else GONE


def _pair(pair: PairView, asked: set[str]) -> PairReplay:
    sides = (pair.worry, pair.working_well)
    return PairReplay(
        is_reached=any(one.answer.is_asked or one.id in asked for one in sides),
        worry=pair.worry.text,
        worry_state=_state(pair.worry, asked),
        working_well=pair.working_well.text,
        working_well_state=_state(pair.working_well, asked),
    )


def _state(prompt: PromptView, asked: set[str]) -> str:
    if prompt.answer.text:
        return "Asked and answered"
    if prompt.answer.is_asked:
        return "Asked, no answer"
    return "Asked, nothing written down" if prompt.id in asked else "Missed"
