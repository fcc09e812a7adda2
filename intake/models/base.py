"""What the records share: keys, known choices, and fields that are saved while they are typed."""

import uuid
from typing import Any

from django.db import models


class Record(models.Model):
    """A row with a UUID key; rows made on the call screen bring theirs from the client."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class SavedRecord(Record):
    """A row whose fields are saved one by one while a call is typed.

    `saves` holds, for each field that was ever saved, its revision and the save that made it:
    {field: {"revision": int, "key": idempotency key, "at": ISO time, "by": user id, "kept": ISO
    time of the last earlier text that was put aside}}. A field without an entry is at revision 0.
    """

    saves = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    def revision_of(self, field: str) -> int:
        """Return the revision of `field`: 0 before its first save."""
        return int(self.saves.get(field, {}).get("revision", 0))


def is_one_of(table: str, field: str, choices: type[models.TextChoices], *, blank: bool) -> Any:
    """Return the constraint that `field` holds one of `choices` (or nothing, where `blank`)."""
    allowed = [*choices.values, ""] if blank else list(choices.values)
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": allowed}), name=f"{table}_{field}_known"
    )


class YesNo(models.TextChoices):
    """An answer to a yes/no question that was asked; blank means it was not."""

    YES = "yes", "Yes"
    NO = "no", "No"
    UNKNOWN = "unknown", "Don't know"


class Source(models.TextChoices):
    """How the reporting party knows; blank means nobody marked it."""

    FIRST_HAND = "first_hand", "First-hand"
    SECOND_HAND = "second_hand", "Second-hand"
    WORKER_OBSERVATION = "worker_observation", "Worker's observation"


class Side(models.TextChoices):
    """The side of a prompt; `open` prompts stand alone."""

    WORRY = "worry", "Worry"
    WORKING_WELL = "working_well", "Working well"
    OPEN = "open", "Open"


class Language(models.TextChoices):
    """Languages that prompts are shipped in."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Español"
