"""Carries out confirmed lists and clears what ran out: manage.py apply_retention --dry-run."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone

from intake.actions import retention
from intake.actions.exports import drop_old_exports
from intake.actions.expunction import GOES
from intake.actions.searches import KEPT, forget_searches
from intake.models import Agency, RetentionItem, RetentionRun
from intake.worksheet.retention import count_due

# Beside what expunction empties: tables that kept words of it.
ALSO = (
    *("intake_intake", "intake_review", "intake_reviewcomment", "intake_exportjob"),
    *("intake_exportitem", "intake_exportpart", "intake_searchdocument", "intake_searchquery"),
    *("intake_personword", "intake_nameword"),
)


class Command(BaseCommand):
    """One record for each transaction; may be killed at any point, and run again as often."""

    help = "Carry out confirmed lists of due records, and clear what needs no list."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: object, **options: Any) -> None:
        is_dry = options["dry_run"]
        for agency in Agency.objects.order_by("slug"):
            self._tell_due(agency)
            for run in RetentionRun.objects.filter(agency=agency).to_carry_out():
                self._tell(run) if is_dry else self._carry_out(run)
            self._clear_assist(agency, is_dry=is_dry)
        if is_dry:
            self.stdout.write("Nothing was changed.")
            return
        now = timezone.now()
        forget_searches(before=now - KEPT)
        drop_old_exports(at=now)
        tidy()

    def _tell_due(self, agency: Agency) -> None:
        """Say what the schedule makes due; without a confirmed list it stays."""
        for one in count_due(agency, at=timezone.now()):
            self.stdout.write(
                f"{agency}: {one.label}, kept {one.span}: {one.due:,} due, {one.held:,} of them on "
                "legal hold"
            )

    def _tell(self, run: RetentionRun) -> None:
        waiting = run.items.filter(done_at=None).values_list("outcome", flat=True)
        for outcome, count in sorted(Counter(waiting).items()):
            self.stdout.write(f"{run.agency}: {count:,} would be looked at: {outcome}")

    def _carry_out(self, run: RetentionRun) -> None:
        done: Counter[tuple[str, str]] = Counter()
        waiting = RetentionItem.objects.filter(run=run, done_at=None).order_by("id")
        while key := waiting.values_list("pk", flat=True).first():
            item = retention.carry_out_item(item_id=key, at=timezone.now())
            done[item.outcome, item.get_left_display() or "Expunged"] += 1
        retention.finish_run(run=run, at=timezone.now())
        for (outcome, became), count in sorted(done.items()):
            self.stdout.write(f"{run.agency}: {count:,} {outcome}: {became.lower()}")

    def _clear_assist(self, agency: Agency, *, is_dry: bool) -> None:
        at = timezone.now()
        lines = retention.due_assist(agency, at=at) or ()
        count = len(lines) if is_dry else retention.drop_assist(agency=agency, at=at)
        verb = "would go" if is_dry else "went"
        self.stdout.write(f"{agency}: {count:,} lines of silent assist {verb}")


def tidy() -> None:
    """Let the database give up what deleted rows leave behind, its statistics of words too.

    PostgreSQL keeps dead rows until they are vacuumed, SQLite old pages in its journal. Neither can
    be done inside a transaction.
    """
    if connection.in_atomic_block:
        return
    tables = sorted({model._meta.db_table for model, _ in GOES} | set(ALSO))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"VACUUM (ANALYZE) {', '.join(tables)}")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
