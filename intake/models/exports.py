"""Exports of a search result: what was asked for, of which intakes, and the parts of the file."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from intake import crypto
from intake.models.base import Record, is_one_of
from intake.models.intakes import Intake
from intake.models.people import Agency, User
from intake.models.submissions import Submission

KEPT = timedelta(hours=24)  # from the end of the work until the content goes
SILENT = timedelta(minutes=1)  # a worker that was not heard of for so long is not there any more


class ExportKind(models.TextChoices):
    PDF = "pdf", "PDFs in a zip"
    CSV = "csv", "CSV table"
    JSONL = "jsonl", "JSON Lines"


class ExportStatus(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being made"
    DONE = "done", "Ready"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


class ExportFailure(models.TextChoices):
    ERROR = "error", "an error of the program"
    STALLED = "stalled", "its worker ended again and again at the same intake"
    ROLE = "role", "the requester's role or account has changed"
    LATE = "late", "it was not finished within 24 hours"
    GONE = "gone", "a record of it is not to be read any more; ask for it anew"


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    """Exports, whose they are, and which are to be worked on."""

    def visible_to(self, user: User) -> "ExportJobQuerySet":
        """Return the user's own exports, while the user supervises the agency they are of."""
        if user.agency_id is None or not user.is_active or "supervisors" not in user.roles:
            return self.none()
        return self.filter(requested_by=user, agency=user.agency_id)

    def unfinished(self) -> "ExportJobQuerySet":
        """Return the exports that wait or are being made."""
        return self.filter(status__in=ExportJob.UNFINISHED)

    def there(self, at: datetime) -> "ExportJobQuerySet":
        """Return the exports that are still of use at `at`: unfinished, or to be downloaded."""
        return self.filter(
            Q(status__in=ExportJob.UNFINISHED)
            | Q(status=ExportStatus.DONE, expires_at__gt=at, dropped_at__isnull=True)
        )

    def takeable(self, at: datetime) -> "ExportJobQuerySet":
        """Return the exports that a worker may take; whoever was not worked on longest is first.

        Nobody works on them, or whoever did was not heard of for a minute.
        """
        free = Q(runner__isnull=True) | Q(heartbeat_at__lt=at - SILENT)
        return self.unfinished().filter(free).order_by("heartbeat_at", "id")


class ExportJob(Record):
    """One export: asked for by a supervisor, made by a worker, kept for 24 hours.

    `runner` names the run that works on it; only that run writes. `stalls` counts the runs that
    ended without a word since the last part was stored. `expires_at` is when the content goes,
    `dropped_at` when it went. The criteria go with it: they may name people.
    """

    Kind = ExportKind
    Status = ExportStatus
    Failure = ExportFailure

    UNFINISHED = (Status.WAITING, Status.RUNNING)

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    kind = models.CharField(max_length=8, choices=ExportKind)
    criteria = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=12, choices=ExportStatus, default=ExportStatus.WAITING)
    failure = models.CharField(max_length=12, choices=ExportFailure, blank=True)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)  # of those done: not the requester's to read
    # Restricted ones that fitted and the requester may read: never part of it, not in `total`.
    restricted = models.PositiveIntegerField(default=0)
    # Of those written: how many seem to name the reporting party, whom no export has.
    naming = models.PositiveIntegerField(default=0)
    has_more = models.BooleanField(default=False)  # more fitted than one export holds
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField()
    runner = models.UUIDField(null=True, blank=True)
    stalls = models.PositiveSmallIntegerField(default=0)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["requested_by"],
                condition=Q(status__in=["waiting", "running"]),
                name="export_one_unfinished_of_requester",
            ),
            models.CheckConstraint(
                condition=Q(done__lte=F("total"), left_out__lte=F("done")),
                name="export_done_within_total",
            ),
            models.CheckConstraint(
                condition=(~Q(status__in=["waiting", "running"]) | Q(finished_at__isnull=True))
                & (~Q(status__in=["done", "cancelled", "failed"]) | Q(finished_at__isnull=False))
                & (~Q(status="done") | Q(expires_at__isnull=False)),
                name="export_end_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="failed") & ~Q(failure="") | ~Q(status="failed") & Q(failure=""),
                name="export_failure_has_reason",
            ),
            is_one_of("export", "kind", ExportKind, blank=False),
            is_one_of("export", "status", ExportStatus, blank=False),
            is_one_of("export", "failure", ExportFailure, blank=True),
        ]
        indexes = [
            models.Index(fields=["requested_by", "-requested_at", "-id"], name="export_of_user"),
            models.Index(
                fields=["heartbeat_at", "id"],
                condition=Q(status__in=["waiting", "running"]),
                name="export_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"Export {self.id}"

    @property
    def is_unfinished(self) -> bool:
        """Whether it waits or is being made."""
        return self.status in self.UNFINISHED

    @property
    def written(self) -> int:
        """How many intakes the file holds."""
        return self.done - self.left_out

    def is_there(self, at: datetime) -> bool:
        """Whether its file can be downloaded at `at`."""
        is_done = self.status == ExportStatus.DONE and self.dropped_at is None
        return is_done and self.expires_at is not None and at < self.expires_at


class ExportItem(Record):
    """One intake of an export, at its place from 1; they are worked on in this order.

    Those up to the job's `done` are dealt with: the submission is what was written of the intake,
    and one without was left out.
    """

    job = models.ForeignKey(ExportJob, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["job", "position"], name="export_item_at_position"),
            models.UniqueConstraint(fields=["job", "intake"], name="export_item_once"),
        ]

    def __str__(self) -> str:
        return f"Item {self.position} of {self.job_id}"


class ExportPart(Record):
    """What the file holds of one intake, sealed: a PDF, or a line. `size` is in bytes, unsealed."""

    job = models.ForeignKey(ExportJob, on_delete=models.PROTECT, related_name="parts")
    item = models.OneToOneField(ExportItem, on_delete=models.PROTECT, related_name="part")
    sealed = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)  # of a PDF

    def __str__(self) -> str:
        return f"Part {self.id}"

    def write(self, content: bytes) -> None:
        """Put `content` in, sealed for this row."""
        self.size = len(content)
        self.sealed = crypto.seal_bytes(
            content,
            ring=settings.ENCRYPTION_KEYS,
            table="export_part",
            row=self.id,
            field="sealed",
        )

    def read(self) -> bytes:
        """Return the content, or raise SealBroken where its key is not in the ring any more."""
        return unseal_part(self.id, bytes(self.sealed))


def unseal_part(key: UUID, sealed: bytes) -> bytes:
    """Return the content of the part `key`, or raise SealBroken."""
    return crypto.unseal_bytes(
        sealed, ring=settings.ENCRYPTION_KEYS, table="export_part", row=key, field="sealed"
    )
