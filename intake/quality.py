"""Quality review: the rubric's items, how a month is sampled, and how far two raters agree."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

SHARE = 2  # per cent of the intakes that were approved in a month (ux 38)
RATERS = 2  # of each sampled intake
FEWEST = 10  # ratings; a figure that is made of fewer is not shown (ux 42)

ANSWERS = (("yes", "Yes"), ("no", "No"), ("na", "Not applicable"))
LABELS = dict(ANSWERS)

# Behaviour that can be found in the record, or not; nothing here is added up. Keys are kept for
# ever and never used anew. A rating keeps the wording that it answered.
RUBRIC = {
    "both_sides": "Both sides of each factor were asked, or a reason is noted where one was not.",
    "sources_apart": "What the reporting party saw or heard is told apart from what others told.",
    "safety_first": "The safety of the child and of a responder was asked about first.",
    "rationale_facts": "The rationale of the decision names facts that stand in the record.",
    "well_behaviour": "What works well is described as something that somebody did.",
    "own_words": "Answers tell what was said, in exact words where a child spoke.",
}

T = TypeVar("T")


@dataclass(frozen=True)
class Agreement:
    """How two raters' answers go together; `alpha` is None where it is undefined.

    `ratings` is of how many ratings, by one person of one record, the `pairs` of answers are.
    """

    ratings: int
    pairs: int
    alike: int
    alpha: float | None

    @property
    def is_shown(self) -> bool:
        """Whether it is made of enough ratings to say anything."""
        return self.ratings >= FEWEST


def month_before(moment: datetime, zone: ZoneInfo) -> date:
    """Return the first day of the month before the one that `moment` lies in, in `zone`."""
    today = moment.astimezone(zone).date()
    year, month = (today.year - 1, 12) if today.month == 1 else (today.year, today.month - 1)
    return date(year, month, 1)


def bounds_of(month: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a month begins and when the next one does, in `zone`."""
    year, following = (month.year + 1, 1) if month.month == 12 else (month.year, month.month + 1)
    begins = datetime.combine(month, time.min, tzinfo=zone)
    return begins, datetime.combine(date(year, following, 1), time.min, tzinfo=zone)


def size_of_sample(approved: int) -> int:
    """Return how many of the approved intakes are drawn: 2 %, rounded up, so one at least."""
    return -(-approved * SHARE // 100)


def place_in_draw(seed: str, key: object) -> str:
    """Return what orders the draw: SHA-256 of `seed:key`, which anybody can compute again."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def draw(seed: str, keys: Iterable[T]) -> list[T]:
    """Return the keys that the seed draws, in their order; the same for the same seed."""
    listed = sorted(keys, key=lambda key: place_in_draw(seed, key))
    return listed[: size_of_sample(len(listed))]


def agreement_of(pairs: Sequence[tuple[str, str]], *, ratings: int) -> Agreement:
    """Return the agreement of pairs of answers, each pair two raters' answers to one item.

    Krippendorff's alpha for nominal data. "Not applicable" counts as a value of its own, not as
    missing: whether an item applies is part of what two raters have to see alike. Without any
    variation alpha is undefined.
    """
    alike = sum(first == second for first, second in pairs)
    answers = [key for key, _ in ANSWERS]
    seen = {answer for pair in pairs for answer in pair}
    if len(seen) < 2:
        return Agreement(ratings, len(pairs), alike, None)
    # NumPy takes a while and some memory; only the page that shows this has a use for it.
    import krippendorff

    data = [[answers.index(pair[rater]) for pair in pairs] for rater in range(RATERS)]
    alpha = krippendorff.alpha(
        reliability_data=data,
        level_of_measurement="nominal",
        value_domain=list(range(len(answers))),
    )
    return Agreement(ratings, len(pairs), alike, float(alpha))
