"""Brief invented calls of the weeks before, so that a demonstration's insights have what to count.

Their days, workers and words follow from their number: every demonstration has the same ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from intake.management.stories import SAFE, Story

WEEKS = 5
HOURS = 8  # in which calls come, each day from Monday to Thursday
CALLS = 11  # in each week: of fewer than ten, insights show no share

CHILDREN = ("Amaya", "Bruno", "Chidi", "Dalia", "Emre", "Freya", "Goran", "Hana", "Idris", "Jonna")
FAMILIES = ("Abel", "Brandt", "Castro", "Dufour", "Eze", "Farkas", "Gallo", "Haas", "Ito", "Jonker")

# What was reported: type, the narrative's lines, and what happened.
REPORTS = (
    (
        "general_neglect",
        ("{child}, {age}, alone in front of the house at dusk, twice this week.",
         "Somebody called {child} in after half an hour. Jacket on, no marks."),
        "Alone outside at dusk for half an hour, twice",
    ),
    (
        "general_neglect",
        ("{child}, {age}, came to school without breakfast on three mornings.",
         "Ate both portions. A grandparent brings lunch on Fridays."),
        "No breakfast on three mornings",
    ),
    (
        "emotional_abuse",
        ("Shouting through the wall on two evenings; a door was slammed, then it was quiet.",
         "{child}, {age}, was seen the next morning, calm, with a schoolbag."),
        "Shouting on two evenings while the child was at home",
    ),
    (
        "physical_abuse",
        ("A bruise on the upper arm of {child}, {age}. {child} said: “From the monkey bars.”",
         "The teacher has seen {child} fall there before."),
        "A bruise on the upper arm, explained as a fall",
    ),
)  # fmt: skip

# By pair: what worries, and what works well, with its marks; how often each side is asked (%).
SIDES = {
    "parental_resilience.pressure": (
        ("Snaps when the evening gets long. | S", 92),
        ("Steps out on the landing and comes back calm. | F +", 61),
    ),
    "social_connections.people_around": (
        ("Nobody visits since the move. | S", 84),
        ("An aunt collects the child on Tuesdays. | F !", 55),
    ),
    "concrete_support.essentials": (
        ("The heating was off for a week. | S", 78),
        ("Rent is paid, and there is food. | S +", 42),
    ),
    "parenting_knowledge.fits_age": (
        ("Expects the child to watch a baby. | F", 88),
        ("Homework first, then play; bed at eight. | S +", 49),
    ),
    "child_competence.daily_signs": (
        ("Quieter than in spring. | F", 71),
        ("Laughs with two friends at recess. | F +", 66),
    ),
}


@dataclass(frozen=True)
class Brief:
    """A call of an earlier week: when it began, whose it was, and whether it was returned once."""

    at: datetime
    worker: str
    story: Story
    is_returned: bool


def brief_calls(now: datetime, zone: ZoneInfo, workers: tuple[str, ...]) -> Iterator[Brief]:
    """Yield the calls of the weeks before the one of `now`, the oldest first."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    for number in range(WEEKS * CALLS):
        week, place = divmod(number, CALLS)
        days, minutes = divmod(place * 4 * HOURS * 60 // CALLS, HOURS * 60)
        day = monday - timedelta(weeks=WEEKS - week) + timedelta(days=days)
        yield Brief(
            at=datetime.combine(day, time(8, 12), tzinfo=zone) + timedelta(minutes=minutes),
            worker=workers[number % len(workers)],
            story=_story(number),
            is_returned=number % 7 == 3,
        )


def _story(number: int) -> Story:
    child, family = CHILDREN[number * 3 % 10], FAMILIES[number * 7 % 10]
    age = 3 + number * 5 % 9
    kind, lines, what = REPORTS[number % len(REPORTS)]
    answers: dict[str, str] = {}
    for pair, sides in SIDES.items():
        for mark, (text, percent) in zip("><", sides, strict=True):
            # Spread over the calls, each side in another order.
            place = (number * 37 + 61 * len(answers) + percent) % 100
            if place < percent:
                answers[pair + mark] = "?" if place < 12 else text
    is_seen = number % 5 in (1, 4)
    return Story(
        narrative="".join(f"{line}\n" for line in lines).format(child=child, age=age),
        call=SAFE,
        answers=answers,
        people=(("child", {"name": f"{child} {family}", "age": str(age)}),),
        concerns=({"type": kind, "what": what},),
        reporter={"kind": "non_mandated"},
        decision={
            "screening": "in_person" if is_seen else "evaluated_out",
            **({"priority": "ten_days"} if is_seen else {}),
            "rationale": "Weighed with what works; what is not known is said above.",
            "cross_reports": "None due.",
        },
        minutes=7 + number * 5 % 17,
    )
