"""Copy-out: the record in the order and field lengths of a case management system."""

from django.db import models
from django.db.models import Q

from intake.models.base import Record
from intake.models.intakes import Intake
from intake.models.people import Agency, User

# What of a record can be copied out, and what an administrator reads.
SOURCES = {
    "first_child": "Name of the first child",
    "received": "When the report was received",
    "method": "How the report was received",
    "priority": "Response priority",
    "narrative": "Narrative",
    "danger": "Danger now, and where the child is",
    "marks": "Marks of the call",
    "responder_safety": "Responder safety",
    "callback": "Whether the caller wants a call back",
    "children": "Children",
    "caregivers": "Caregivers",
    "others": "Other people",
    "tribal": "Tribal information",
    "concerns": "Concerns",
    "quotes": "Exact words",
    "worries": "Worries",
    "working_well": "What is working well",
    "decision": "Decision and rationale",
    "working_well_bearing": "How the working-well information bears on the decision",
    "statements": "Harm and danger statements",
    "concrete_help": "Concrete help and its reason",
    "next_steps": "Next steps",
    "transfer": "Transfer to another jurisdiction",
    "known_referral": "Known referral",
    "cross_reports": "Cross-reports",
    "dispatches": "Who was told",
    "supports": "Supports offered",
}


class CopyOutField(Record):
    """One field of the other system, in its order: what of the record goes there, and how much.

    `source` is a key of `SOURCES`; `limit` counts characters, 0 is no limit.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="copy_out_fields")
    page = models.CharField(max_length=120)
    label = models.CharField(max_length=120)
    source = models.CharField(max_length=64)
    limit = models.PositiveIntegerField(default=0)
    position = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "page", "label"], name="copy_out_field_in_agency"
            ),
            # One of fewer characters would cut words into hundreds of parts.
            models.CheckConstraint(
                condition=Q(limit=0) | Q(limit__gte=20), name="copy_out_limit_holds_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page}: {self.label}"


class CopyOutTick(Record):
    """A block that was pasted into the other system.

    `sha256` is of the text that was pasted; a block that has another is to be pasted again.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="copy_out_ticks")
    field = models.ForeignKey(CopyOutField, on_delete=models.PROTECT, related_name="+")
    part = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "field", "part"], name="copy_out_tick_of_block"
            ),
            models.CheckConstraint(condition=Q(part__gte=1), name="copy_out_part_from_one"),
        ]

    def __str__(self) -> str:
        return f"Tick {self.id}"
