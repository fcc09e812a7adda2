"""Reading a million intakes: the figures of a month, and the review queue, beside bare SQL.

Targets: the month's figures within 500 ms (p95), the queue within 1.3 times the best bare
statements that fetch the same – once with all that is made of the rows, once its statements alone.
Needs the crowd in the database; `make bench-search` puts it there.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.bench import start

start()

from django.db import connection
from django.test.utils import CaptureQueriesContext

from intake import worksheet
from intake.models import Intake, User
from intake.models.insights import PLACES
from intake.views.reviews import LONGEST_QUEUE
from intake.worksheet.figures import days_of
from tests.bench import crowd, growth

ROUNDS, WARM = 60, 8  # a prepared statement's plan is settled after five
FIGURES_MS, QUEUE_RATIO = 500, 1.3  # targets, at most

Times = list[float]


def main() -> int:
    """Print the table; return 0 when both targets are met."""
    viewer = User.objects.with_roles().get(username="chief0")
    count = Intake.objects.count()
    print(f"\n{count:,} INTAKES, MS        ours p50     p95   bare p50     p95  ratio of p50")
    figures = beside("figures of 4 weeks", lambda: read_figures(viewer), figures_by_sql(viewer))
    queue = beside("review queue", lambda: read_queue(viewer), queue_by_sql(viewer))
    with CaptureQueriesContext(connection) as captured:
        read_queue(viewer)
    statements = [one["sql"] for one in captured.captured_queries]
    ask = beside(
        "… its statements", lambda: [_fetch(sql) for sql in statements], queue_by_sql(viewer)
    )
    missed = []
    if figures[0] > FIGURES_MS:
        missed.append(f"the figures took {figures[0]:.0f} ms at p95, more than {FIGURES_MS}")
    for name, ratio in (("the queue", queue[1]), ("the queue's statements", ask[1])):
        if ratio > QUEUE_RATIO:
            missed.append(f"{name} took {ratio:.2f} times the bare SQL, above {QUEUE_RATIO}")
    for sentence in missed:
        print(f"MISSED: {sentence}")
    return 1 if missed else 0


def beside(
    name: str, ours: Callable[[], Any], bare: dict[str, Callable[[], Any]]
) -> tuple[float, float]:
    """Do all in turns and print their times; return our p95 in ms and the ratio of medians.

    The best of the bare ways counts.
    """
    ways = {"ours": ours, **bare}
    times: dict[str, Times] = {way: [] for way in ways}
    for turn in range(ROUNDS + WARM):
        for way, one in ways.items():
            began = time.perf_counter()
            one()
            if turn >= WARM:
                times[way].append((time.perf_counter() - began) * 1000)
    parts = {way: _parts(taken) for way, taken in times.items()}
    which = min(bare, key=lambda way: parts[way])
    (p50, p95), (bare50, bare95) = parts["ours"], parts[which]
    ratio = p50 / bare50
    others = ", ".join(f"{way} {parts[way][0]:.1f}" for way in bare if way != which)
    print(
        f"{name:22} {p50:14.1f} {p95:7.1f} {bare50:10.1f} {bare95:7.1f} {ratio:13.2f}  {which}"
        f"{f' ({others})' if others else ''}",
        flush=True,
    )
    growth.note(name, ours=parts["ours"], bare=parts[which])
    return p95, ratio


def _parts(times: Times) -> tuple[float, float]:
    return statistics.median(times), sorted(times)[int(len(times) * 0.95)]


def month() -> worksheet.Period:
    """The last four weeks of the crowd."""
    last = crowd.UNTIL.date()
    return worksheet.Period(last - timedelta(days=27), last)


def read_figures(viewer: User) -> worksheet.Insights:
    """Everything that the page of figures reads."""
    return worksheet.build_insights(viewer=viewer, period=month())


def read_queue(viewer: User) -> list[worksheet.QueueRow]:
    """What the queue's page reads: its list, and what is shown of each row."""
    return worksheet.build_queue(viewer=viewer, at=crowd.UNTIL, most=LONGEST_QUEUE + 1)


def figures_by_sql(viewer: User) -> dict[str, Callable[[], object]]:
    """The sums of all teams and weeks in one statement, medians in another."""
    sums = [
        "count(*)",
        "count(*) FILTER (WHERE returns > 0)",
        *(f"count({one}_after)" for one in ("dispatched", "submitted", "approved")),
    ]
    for number in range(len(PLACES)):
        sums += [f"sum(({mask} >> {number}) & 1)" for mask in ("asked", "volunteered", "unknown")]
    sums += [f"sum((asked >> {n}) & (asked >> {n + 1}) & 1)" for n in range(0, len(PLACES), 2)]
    among = "FROM intake_callsummary WHERE agency_id = %s AND started_at >= %s AND started_at < %s"
    medians = ", ".join(
        f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {one}_after)"
        for one in ("dispatched", "submitted", "approved")
    )
    cube = (
        f"SELECT supervisor_id, week, {', '.join(sums)} FROM intake_callsummary JOIN intake_user "
        "ON intake_user.id = worker_id WHERE intake_callsummary.agency_id = %s AND "
        "started_at >= %s AND started_at < %s GROUP BY supervisor_id, week"
    )
    others = (
        "SELECT status, count(*) FROM intake_intake WHERE agency_id = %s AND started_at >= %s AND "
        "started_at < %s AND status IN ('closed_no_report', 'in_progress') AND NOT is_practice "
        "GROUP BY status"
    )
    assert viewer.agency is not None
    words = [viewer.agency_id, *days_of(month(), viewer.agency.zone)]
    statements = (cube, f"SELECT {medians} {among}", others)
    return {"three statements": lambda: [_fetch(sql, words) for sql in statements]}


KEPT = (
    "i.id IN (SELECT k.id FROM intake_intake k WHERE k.agency_id = %s AND k.is_restricted AND NOT "
    "EXISTS (SELECT 1 FROM intake_namedviewer v WHERE v.intake_id = k.id AND v.user_id = %s AND "
    "v.ended_at IS NULL AND (v.until IS NULL OR v.until > %s)) AND NOT EXISTS (SELECT 1 FROM "
    "intake_breakglass b WHERE b.intake_id = k.id AND b.user_id = %s AND b.ends_at > %s AND "
    "b.closed_at IS NULL))"
)
OWN = (
    "i.id, i.reference, i.status, i.is_danger_first, i.due_at, i.submitted_at, i.edition_id, "
    f"i.is_restricted, {KEPT}, u.first_name, u.last_name, u.username"
)
WAITING = (
    "i.agency_id = %s AND NOT i.is_practice AND NOT i.is_hidden AND "
    "i.status IN ('submitted', 'in_review') "
    "ORDER BY i.is_danger_first DESC, i.due_at, i.submitted_at, i.id LIMIT 201"
)
JOINED = (
    f"SELECT {OWN}, s.asked, c.id, c.first_name, c.last_name, c.username FROM intake_intake i "
    "JOIN intake_user u ON u.id = i.worker_id "
    "LEFT JOIN intake_callsummary s ON s.intake_id = i.id "
    "LEFT JOIN intake_review r ON r.intake_id = i.id AND r.outcome = '' AND r.active_at > %s "
    f"LEFT JOIN intake_user c ON c.id = r.reviewer_id WHERE {WAITING}"
)
LISTED = (
    f"SELECT {OWN} FROM intake_intake i JOIN intake_user u ON u.id = i.worker_id WHERE {WAITING}"
)
CLAIMS = (
    "SELECT r.intake_id, u.id, u.first_name, u.last_name, u.username FROM intake_review r JOIN "
    "intake_user u ON u.id = r.reviewer_id WHERE r.intake_id = ANY(%s) AND outcome = '' AND "
    "r.active_at > %s"
)
ASKED = "SELECT intake_id, asked FROM intake_callsummary WHERE intake_id = ANY(%s)"
VISITORS = (
    "SELECT v.intake_id, u.first_name, u.last_name, u.username FROM intake_reviewvisit v JOIN "
    "intake_user u ON u.id = v.user_id WHERE v.seen_at > %s AND u.agency_id = %s AND "
    "v.user_id <> %s ORDER BY u.username"
)
TITLES = (
    "SELECT edition_id, key, title FROM intake_questionset WHERE edition_id = ANY(%s) AND "
    "kind = 'factor' ORDER BY position"
)


def queue_by_sql(viewer: User) -> dict[str, Callable[[], object]]:
    """What the queue shows, by hand: in one statement with all that is joined, and table by table.

    In both who is there and the factors' titles are asked for apart, as they are not of a row.
    """
    me, agency, now = viewer.pk, viewer.agency_id, crowd.UNTIL
    idle, lately = now - timedelta(minutes=15), now - timedelta(seconds=25)
    kept = [agency, me, now, me, now]

    def beside_rows(rows: list[tuple[Any, ...]]) -> list[object]:
        return [
            rows,
            _fetch(VISITORS, [lately, agency, me]),
            _fetch(TITLES, [list({row[6] for row in rows})]),
        ]

    def joined() -> object:
        return beside_rows(_fetch(JOINED, [*kept, idle, agency]))

    def apart() -> object:
        rows = _fetch(LISTED, [*kept, agency])
        keys = [row[0] for row in rows]
        return [_fetch(CLAIMS, [keys, idle]), _fetch(ASKED, [keys]), *beside_rows(rows)]

    return {"joined": joined, "apart": apart}


def _fetch(sql: str, words: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, words)
        return list(cursor.fetchall())


if __name__ == "__main__":
    sys.exit(main())
