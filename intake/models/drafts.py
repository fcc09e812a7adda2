"""What becomes of a draft of the question sets: who changed what, and what was remarked."""

from datetime import datetime, timedelta

from django.db import models

from intake.models.base import Record
from intake.models.people import Agency, User
from intake.models.question_sets import Edition


class DraftChangeKind(models.TextChoices):
    WORDED = "worded", "Changed the wording"
    ADDED = "added", "Added"
    REMOVED = "removed", "Took out"
    MOVED = "moved", "Moved"
    CORE = "core", "Made the core pair"
    CONFIRMED = "confirmed", "Said that the translation is still right"
    TAKEN_OVER = "taken_over", "Took over from the state’s edition"


class DraftChange(Record):
    """One change of a draft: the cells it changed, each with what was before and is after.

    A cell is [kind of row, its key, column, before, after]. Changes of rows can be undone by who
    made them; words that are typed are undone in the page, and one change is what was typed in one
    field without a pause.
    """

    Kind = DraftChangeKind

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="changes")
    number = models.PositiveIntegerField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind)
    about = models.CharField(max_length=120)  # key of the prompt, pair or set
    cells = models.JSONField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="draft_change_number"),
        ]

    def __str__(self) -> str:
        return f"Change {self.number} of {self.edition_id}"


class EditionImportQuerySet(models.QuerySet["EditionImport"]):
    """What was read from files, and who may go on with it."""

    def usable_by(self, user: User, *, at: datetime) -> "EditionImportQuerySet":
        """Return what the user brought to the own agency within the last day."""
        mine = self.filter(user=user, agency=user.agency_id)
        return mine.filter(made_at__gt=at - EditionImport.KEPT)


class EditionImport(Record):
    """What was read from a file and waits for a yes: nothing of the question sets is written yet.

    Usable by who brought it, for a day.
    """

    KEPT = timedelta(days=1)

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="edition_imports")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    sets = models.TextField()  # our JSON, in which the order of keys stays

    objects = EditionImportQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="edition_import_age")]

    def __str__(self) -> str:
        return f"Import {self.id}"


class EditionComment(Record):
    """A remark on a pair, prompt or set of a draft (its key), or on all of it (no key)."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    anchor = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    made_at = models.DateTimeField()
    resolved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="edition_comment_not_empty"),
            models.CheckConstraint(
                condition=models.Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | models.Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="edition_comment_resolved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Remark on {self.anchor or 'the edition'}"
