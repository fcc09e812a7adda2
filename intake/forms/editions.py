"""Which edition an address names beside its own."""

import re
from dataclasses import dataclass

_SOURCE = re.compile(r"(state-)?([0-9]{1,6})")


@dataclass(frozen=True)
class Source:
    """An edition by its number, of the agency or of the state."""

    number: int
    is_state: bool


def parse_source(text: str) -> Source | None:
    """Return what `7` or `state-2` names, or None for anything else."""
    found = _SOURCE.fullmatch(text)
    return Source(int(found[2]), bool(found[1])) if found else None


def kind_of(name: str) -> str:
    """Return what a file is by the end of its name: json, xlsx, csv, or nothing."""
    return name.rpartition(".")[2].lower() if "." in name else ""
