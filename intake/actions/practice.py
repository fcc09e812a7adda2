"""Practice calls: beginning one against a scripted caller, and hearing what the caller says."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake.actions.calls import start_call
from intake.actions.saves import lock_writable
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import Intake, PracticeRun, PracticeTurn, Prompt, User
from intake.models.base import Language
from intake.practice import find_scenario


def start_practice(*, actor: User, scenario: str, language: str, at: datetime) -> Intake:
    """Open a practice call against a scripted caller who speaks `language`; return it.

    Raises NotAllowed, NotPossibleNow, InvalidValue for a caller that is not shipped.
    """
    if find_scenario(scenario) is None or language not in Language.values:
        raise InvalidValue("There is no such caller to practise with.")
    with transaction.atomic():
        intake = start_call(actor=actor, at=at, is_practice=True, language=language)
        PracticeRun.objects.create(intake=intake, scenario=scenario, language=language)
        return intake


def hear(*, actor: User, intake_id: UUID, prompt_id: UUID | None, at: datetime) -> PracticeTurn:
    """Let the caller say the next line, or answer a prompt that is put; return the turn.

    A prompt that is put again gets the same answer. Raises Intake.DoesNotExist, NotPossibleNow
    for a frozen call, InvalidValue for a prompt that the call does not have.
    """
    with transaction.atomic():
        intake = lock_writable(actor=actor, intake_id=intake_id)
        run = PracticeRun.objects.filter(intake=intake).first()
        if run is None:
            raise NotPossibleNow("This call has no scripted caller.")
        turns = list(run.turns.all())
        kind, place, prompt = _say(run, turns, _find_prompt(intake, prompt_id))
        return PracticeTurn.objects.create(
            run=run, number=len(turns) + 1, kind=kind, place=place, prompt=prompt, at=at
        )


def _find_prompt(intake: Intake, prompt_id: UUID | None) -> Prompt | None:
    if prompt_id is None:
        return None
    prompt = Prompt.objects.filter(pk=prompt_id, edition=intake.edition_id).first()
    if prompt is None:
        raise InvalidValue("This call has no such prompt; the caller heard nothing.")
    return prompt


def _say(
    run: PracticeRun, turns: list[PracticeTurn], prompt: Prompt | None
) -> tuple[str, int, Prompt | None]:
    """Return (kind, place, prompt) of what the caller says next."""
    scenario = find_scenario(run.scenario)
    if scenario is None:
        raise NotPossibleNow("This caller is not shipped any more; the call can still be ended.")
    kinds = PracticeTurn.Kind
    if prompt is None:
        place = sum(turn.kind == kinds.LINE for turn in turns)
        if place < len(scenario.lines):
            return kinds.LINE, place, None
        return kinds.ENDING, 0, None
    before = next((turn for turn in turns if turn.prompt_id == prompt.pk), None)
    if before is not None:
        return before.kind, before.place, prompt
    if prompt.key in scenario.replies:
        return kinds.REPLY, 0, prompt
    place = len({turn.prompt_id for turn in turns if turn.kind == kinds.OTHERWISE})
    return kinds.OTHERWISE, place % len(scenario.otherwise), prompt
