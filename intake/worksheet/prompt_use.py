"""How each prompt of an edition was used in the calls that were submitted; never what was said."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Length, Replace, Trim

from intake.models import Answer, Edition, HeardNote, Intake
from intake.worksheet.build import build_sections
from intake.worksheet.views import PromptView, SectionView

FEWEST = 10  # calls that a shown number stands for
OUTCOMES = (Answer.Status.ANSWERED, Answer.Status.UNKNOWN, Answer.Status.DECLINED)


@dataclass(frozen=True)
class PromptUse:
    """How often a prompt was asked, and what came; None is hidden: under ten, or would tell it.

    `asked` is `answered`, `unknown` and `declined` together. `volunteered` are calls in which
    something that the caller had said by itself was put to the prompt. `words` is the median of
    the answers' lengths.
    """

    prompt: PromptView
    asked: int | None
    answered: int | None
    unknown: int | None
    declined: int | None
    volunteered: int | None
    words: int | None

    @property
    def cells(self) -> tuple[int | None, ...]:
        """The numbers in the order of the table's columns."""
        return (
            self.asked,
            self.answered,
            self.unknown,
            self.declined,
            self.volunteered,
            self.words,
        )


@dataclass(frozen=True)
class EditionUse:
    """The use of an edition's prompts: in how many calls they were shown, then each by set."""

    shown: int | None
    sets: tuple[tuple[SectionView, tuple[PromptUse, ...]], ...]


def build_use(edition: Edition) -> EditionUse:
    """Return how the prompts of an edition were used, in a fixed number of queries.

    Counted are calls that were submitted; practice, and what was entered in error, is not.
    """
    calls = Intake.objects.counted().filter(edition=edition)
    shown = calls.count()
    outcomes = _outcomes(calls)
    volunteered = dict(
        HeardNote.objects.filter(intake__in=calls, is_removed=False, prompt__isnull=False)
        .order_by()
        .values_list("prompt")
        .annotate(times=Count("intake", distinct=True))
    )
    lengths = _lengths(calls)
    return EditionUse(
        shown=_told(shown),
        sets=tuple(
            (
                section,
                tuple(
                    _use(prompt, outcomes, volunteered, lengths)
                    for prompt in section.all_prompts
                    if prompt.kind == "question" and not prompt.bound_to
                ),
            )
            for section in build_sections(edition.pk)
        ),
    )


def _outcomes(calls: QuerySet[Intake]) -> dict[tuple[UUID, str], int]:
    answers = Answer.objects.filter(intake__in=calls).exclude(status=Answer.Status.NOT_ASKED)
    counted = answers.order_by().values_list("prompt", "status").annotate(times=Count("pk"))
    return {(prompt, status): times for prompt, status, times in counted}


def _lengths(calls: QuerySet[Intake]) -> dict[UUID, list[tuple[int, int]]]:
    """Return how many answers of a prompt have how many words; the texts stay in the database."""
    answers = Answer.objects.filter(intake__in=calls, status=Answer.Status.ANSWERED)
    text = Trim(Replace(F("text"), Value("\n"), Value(" ")))
    gaps = Length(text) - Length(Replace(text, Value(" "), Value("")))
    counted = (
        answers.exclude(text="")
        .annotate(words=gaps + 1)
        .order_by("words")
        .values_list("prompt", "words")
        .annotate(times=Count("pk"))
    )
    lengths: dict[UUID, list[tuple[int, int]]] = {}
    for prompt, words, times in counted:
        lengths.setdefault(prompt, []).append((words, times))
    return lengths


def _use(
    prompt: PromptView,
    outcomes: dict[tuple[UUID, str], int],
    volunteered: dict[UUID, int],
    lengths: dict[UUID, list[tuple[int, int]]],
) -> PromptUse:
    key = UUID(prompt.id)
    counts = [outcomes.get((key, status), 0) for status in OUTCOMES]
    told = hide_small(counts)
    spread = lengths.get(key, [])
    answered = sum(times for _, times in spread)
    return PromptUse(
        prompt=prompt,
        asked=_told(sum(counts)),
        answered=told[0],
        unknown=told[1],
        declined=told[2],
        volunteered=_told(volunteered.get(key, 0)),
        words=_median(spread) if answered >= FEWEST else None,
    )


def hide_small(counts: list[int]) -> list[int | None]:
    """Return counts whose sum is shown, without those under ten, and without what tells them.

    What is hidden is, together, the sum less what is shown: so the smallest of those go too, until
    what is hidden are at least two, of ten calls or more. That nobody said something tells of
    nobody.
    """
    told: list[int | None] = [_told(one) for one in counts]
    while any(one is not None for one in told):
        hidden = [count for count, shown in zip(counts, told, strict=True) if shown is None]
        if not any(hidden) or (sum(map(bool, hidden)) > 1 and sum(hidden) >= FEWEST):
            break
        told[told.index(min(one for one in told if one is not None))] = None
    return told


def _told(count: int) -> int | None:
    return count if count >= FEWEST else None


def _median(spread: list[tuple[int, int]]) -> int:
    """Return the lower median of values with how often each occurs, in rising order."""
    half = (sum(times for _, times in spread) + 1) // 2
    for value, times in spread:
        half -= times
        if half <= 0:
            return value
    raise AssertionError("A spread has at least one value.")
