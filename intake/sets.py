"""Question sets described as in the shipped files: their type, and the walk through them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

Sets = list[dict[str, Any]]
SIDES = ("worry", "working_well")


class Standing(NamedTuple):
    """A prompt where it stands: on a side of its pair, or `open` and without one."""

    prompt: dict[str, Any]
    side: str
    pair: dict[str, Any] | None = None

    @property
    def other(self) -> dict[str, Any]:
        """The other side of its pair; nothing of a prompt without one."""
        if self.pair is None:
            return {}
        other: dict[str, Any] = self.pair[SIDES[1 - SIDES.index(self.side)]]
        return other


def standing_in(one: dict[str, Any]) -> Iterator[Standing]:
    """Yield the prompts of a set in their order, each with where it stands."""
    for pair in one["pairs"]:
        yield from (Standing(pair[side], side, pair) for side in SIDES)
    for prompt in one["prompts"]:
        yield Standing(prompt, "open")


def prompts_of(sets: Sets) -> Iterator[dict[str, Any]]:
    """Yield every prompt of sets, of a pair or alone, in their order."""
    for one in sets:
        yield from (standing.prompt for standing in standing_in(one))
