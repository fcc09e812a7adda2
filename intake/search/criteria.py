"""What is asked for when intakes are looked for."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

TEXTS = ("reference", "name", "address", "words")  # what is typed; never part of an address
# What tells of a record's content: not asked of records that the searcher may not read.
OF_CONTENT = ("words", "factor", "side", "asked")
ASKED = (("asked", "Asked"), ("not_asked", "Not asked"))
PURPOSES = (
    ("prior_involvement", "Prior involvement of the family"),
    ("reported_before", "Same call reported before"),
    ("supervisor_asked", "Asked by a supervisor"),
    ("caller_asked", "The caller asks about an earlier report"),
)


@dataclass(frozen=True)
class Criteria:
    """What is asked for; an empty field asks for nothing. Days are those of the active zone.

    `outcome` is the key of a screening decision, `worker` a user's key, `factor` with `side` and
    `asked` whether any prompt of that side was put to the caller. `is_exact` leaves out names and
    addresses that are spelled nearly the same. `is_beyond` asks for the agency's intakes beside
    those that one may read, for `purpose`; `find` passes it by.
    """

    status: str = ""
    since: date | None = None
    until: date | None = None
    reference: str = ""
    name: str = ""
    address: str = ""
    words: str = ""
    outcome: str = ""
    worker: str = ""
    factor: str = ""
    side: str = ""
    asked: str = ""
    is_exact: bool = False
    is_beyond: bool = False
    purpose: str = ""

    @property
    def has_text(self) -> bool:
        """Whether anything that is typed is asked for, which stands in no address."""
        return any(getattr(self, name) for name in TEXTS)

    @property
    def used(self) -> list[str]:
        """The names of what is asked for, as the audit keeps them."""
        return [name for name in self.to_dict() if name not in ("is_beyond", "purpose")]

    def to_dict(self) -> dict[str, Any]:
        """Return the criteria as JSON can hold them."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
            if value
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Criteria":
        """Return the criteria that `to_dict` wrote."""
        fields = dict(data)
        for name in ("since", "until"):
            if name in fields:
                fields[name] = date.fromisoformat(fields[name])
        return cls(**fields)
