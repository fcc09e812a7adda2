"""What was typed: answers to prompts, notes of what was volunteered, and earlier texts."""

from django.db import models
from django.db.models import Q

from intake.models.base import Record, SavedRecord, Side, Source, is_one_of
from intake.models.intakes import Intake
from intake.models.people import User
from intake.models.question_sets import Prompt


class AnswerStatus(models.TextChoices):
    NOT_ASKED = "not_asked", "Not asked"
    ANSWERED = "answered", "Answered"
    UNKNOWN = "unknown", "Doesn't know"
    DECLINED = "declined", "Declined"


class AnswerKind(models.TextChoices):
    STRENGTH = "strength", "Strength"
    ACT_OF_PROTECTION = "act_of_protection", "Act of protection"


class AnswerNotAskedReason(models.TextChoices):
    NO_TIME = "no_time", "No time"
    CALLER_LEFT = "caller_left", "Caller left"
    VOLUNTEERED = "volunteered", "Already volunteered"
    NOT_RELEVANT = "not_relevant", "Does not bear on this report"


class Answer(SavedRecord):
    """What was typed for one prompt; no row means that the prompt was not asked."""

    Status = AnswerStatus
    Kind = AnswerKind
    NotAskedReason = AnswerNotAskedReason

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="answers")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="answers")
    text = models.TextField(blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.NOT_ASKED)
    source = models.CharField(max_length=20, choices=Source, blank=True)
    kind = models.CharField(max_length=20, choices=Kind, blank=True)
    not_asked_reason = models.CharField(max_length=16, choices=NotAskedReason, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["intake", "prompt"], name="answer_of_prompt"),
            models.CheckConstraint(
                condition=~Q(status="not_asked") | Q(text=""), name="answer_not_asked_is_empty"
            ),
            models.CheckConstraint(
                condition=~Q(status="answered") | ~Q(text=""), name="answer_answered_has_text"
            ),
            is_one_of("answer", "status", AnswerStatus, blank=False),
            is_one_of("answer", "source", Source, blank=True),
            is_one_of("answer", "kind", AnswerKind, blank=True),
        ]

    def __str__(self) -> str:
        return f"Answer {self.id}"


class HeardNote(SavedRecord):
    """What the caller volunteered: a copy of a passage, filed under a factor and a side.

    `start` and `end` are offsets into the narrative as it was when the note was filed, in code
    points; `call_seconds` is the time on the call's clock. A note that was taken out again stays,
    marked.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="heard_notes")
    factor = models.CharField(max_length=64)
    side = models.CharField(max_length=12, choices=Side)
    text = models.TextField()
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    call_seconds = models.PositiveIntegerField(default=0)
    filed_at = models.DateTimeField()
    prompt = models.ForeignKey(
        Prompt, on_delete=models.PROTECT, null=True, blank=True, related_name="heard_notes"
    )
    is_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ["filed_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(side__in=["worry", "working_well"]), name="heard_note_has_side"
            ),
            models.CheckConstraint(
                condition=Q(end__gte=models.F("start")), name="heard_note_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"Heard note {self.id}"


class FieldRevision(Record):
    """An earlier text of one field, put aside before it was overwritten.

    Thinned to one per 30 s of typing; `sealed` holds the text of a reporting party's field, and
    opens at the place of the field it came from.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="field_revisions")
    row = models.UUIDField()
    field = models.CharField(max_length=64)  # "answer.text"
    revision = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    sealed = models.BinaryField(null=True, blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["row", "field", "revision"], name="field_revision_of_field"
            ),
            models.CheckConstraint(
                condition=Q(sealed__isnull=True) | Q(text=""), name="field_revision_one_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.revision}"
