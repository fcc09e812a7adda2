"""Insights: figures of the own agency alone, and none that is made of fewer than ten calls."""

import csv
import re
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from intake.actions import calls, dispatches, reviews
from intake.exports.csv import export_table, harmless
from intake.models import AuditEvent, CallSummary, User
from intake.models.insights import BITS
from intake.models.question_sets import FACTORS
from intake.worksheet import Table
from intake.worksheet.figures import find_hidden
from intake.worksheet.insights import Cell, Insights, Row
from tests.factory import core_prompt, make_agency, make_call, make_user, put, submit
from tests.figures import count, join

HOUR = timedelta(hours=1)


@pytest.fixture
def as_supervisor(client: Client, supervisor: User) -> Client:
    client.force_login(supervisor)
    return client


def bits(*places: tuple[str, str]) -> int:
    return sum(BITS[one] for one in places)


def look(client: Client, **query: str) -> Insights:
    answer = client.get(reverse("insights"), query)
    assert answer.status_code == 200
    found = answer.context["insights"]
    assert isinstance(found, Insights)
    return found


def texts(table: Table | None) -> dict[str, list[str]]:
    assert table is not None
    return {row.label: [cell.text for cell in row.cells] for row in table.rows}


RESILIENCE, SOCIAL = "Parental Resilience", "Social Connections"


def test_shares_say_what_was_asked_volunteered_and_not_known(
    as_supervisor: Client, worker: User
) -> None:
    worry, well = (FACTORS[0], "worry"), (FACTORS[0], "working_well")
    count(worker, 11, asked=bits(worry, well), unknown=bits(worry))
    count(worker, 5, asked=bits(worry), volunteered=bits(well))
    count(worker, 4)
    page = look(as_supervisor)
    assert page.calls == "20"
    assert texts(page.shares)[RESILIENCE] == ["80%", "0%", "69%", "55%", "25%", "0%", "55%", "20"]
    # Of the sides of the second factor nothing was asked: "doesn't know" has no calls to be of.
    nothing = ["0%", "0%", "under 10", "0%", "0%", "under 10", "0%", "20"]
    assert texts(page.shares)[SOCIAL] == nothing


def test_what_is_typed_in_a_real_call_arrives(as_supervisor: Client, worker: User) -> None:
    now = timezone.now() - HOUR
    for number in range(10):
        call = make_call(worker, now)
        put(worker, call, f"answer.{core_prompt(call).pk}.status", "unknown", at=now)
        if number < 3:
            prompt = core_prompt(call, side="working_well")
            put(worker, call, f"answer.{prompt.pk}.text", "The aunt.", at=now)
        if number == 9:  # in progress: not yet
            make_call(worker, now)
        submit(worker, call, now)
    assert texts(look(as_supervisor).shares)[SOCIAL] == [
        *("100%", "0%", "100%", "30%", "0%", "under 10", "30%", "10")
    ]


def test_practice_other_agencies_and_what_is_no_report_are_not_counted(
    as_supervisor: Client, worker: User, stranger: User
) -> None:
    count(worker, 10)
    count(stranger, 30)
    now = timezone.now()
    for _ in range(2):
        submit(worker, calls.start_call(actor=worker, at=now, is_practice=True), now)
        closed = make_call(worker, now)
        calls.close_no_report(actor=worker, intake_id=closed.pk, reason="hung_up", at=now)
    page = look(as_supervisor)
    assert page.calls == "10"
    assert (page.closed, page.in_progress) == ("under 10", "under 10")
    for _ in range(10):
        make_call(worker, now)
        calls.start_call(actor=worker, at=now, is_practice=True)
    assert look(as_supervisor).in_progress == "10"


def test_fewer_than_ten_calls_give_no_figure(as_supervisor: Client, worker: User) -> None:
    count(worker, 9, asked=1023)
    page = as_supervisor.get(reverse("insights")).content.decode()
    assert "no figure is shown" in page
    assert "%" not in page.split("<main")[1]
    table = as_supervisor.get(reverse("insights_csv", args=["shares"])).content.decode()
    assert "100%" not in table
    assert "under 10" in table


def test_a_small_team_is_hidden_and_what_would_give_it_away(
    as_supervisor: Client, worker: User, worker2: User, supervisor: User
) -> None:
    assert worker.agency is not None
    chiefs = [make_user(worker.agency, f"chief{n}", "supervisors") for n in range(2)]
    others = [make_user(worker.agency, f"mate{n}", "workers") for n in range(2)]
    count(join(worker, supervisor), 30, asked=1)
    count(join(worker2, chiefs[0]), 12, asked=1)
    count(join(others[0], chiefs[1]), 4, asked=1)
    teams = texts(look(as_supervisor, side="worry").teams)
    assert teams["Supervisor Example"] == ["100%", "0%", "0%", "0%", "0%", "30"]
    assert set(teams["Chief1 Example"]) == {"under 10"}
    assert set(teams["Chief0 Example"]) == {"hidden"}
    count(others[1], 6)  # of no team: with the four they are ten, which tell of nobody
    teams = texts(look(as_supervisor).teams)
    assert set(teams["Chief1 Example"]) == set(teams["No team"]) == {"under 10"}
    assert teams["Chief0 Example"][-1] == "12"
    assert list(teams)[-1] == "No team"


def test_a_small_week_is_hidden_and_what_would_give_it_away(
    as_supervisor: Client, worker: User
) -> None:
    count(worker, 20, asked=1)
    count(worker, 15, asked=1, days_ago=7)
    count(worker, 3, asked=1, days_ago=14)
    page = look(as_supervisor)
    shown = [cells[-1] for cells in texts(page.weeks).values() if cells[-1] != "under 10"]
    assert shown == ["hidden", "20"]
    chart = page.charts[0]
    assert chart.table.rows[-1].cells[0].text == "100%"
    assert [len(line.marks) for line in chart.lines] == [1, 1]
    assert "Weeks not shown" in chart.description
    assert "15" not in {one for cells in texts(page.weeks).values() for one in cells}


def test_a_supervisor_looks_at_one_own_worker_and_at_no_other(
    as_supervisor: Client, worker: User, worker2: User, supervisor: User, stranger: User
) -> None:
    count(join(worker, supervisor), 12, asked=1)
    count(worker2, 40, asked=1)
    page = look(as_supervisor, worker=str(worker.pk))
    assert page.calls == "12"
    assert (page.teams, page.weeks, page.charts) == (None, None, ())
    assert texts(page.shares)[RESILIENCE][0] == "100%"
    content = as_supervisor.get(reverse("insights"), {"worker": str(worker.pk)}).content.decode()
    assert "Worker Example" not in content.split("</title>")[0]
    for other in (worker2, stranger, supervisor):
        for name, words in (("insights", []), ("insights_csv", ["shares"])):
            answer = as_supervisor.get(reverse(name, args=words), {"worker": str(other.pk)})
            assert answer.status_code == 404, (other, name)
    for strange in ("x", "00000000-0000-0000-0000-000000000000"):
        assert as_supervisor.get(reverse("insights"), {"worker": strange}).status_code == 404
    for key in ("teams", "weeks"):
        answer = as_supervisor.get(reverse("insights_csv", args=[key]), {"worker": str(worker.pk)})
        assert answer.status_code == 404


def test_no_worker_is_given_away_by_the_colleagues_and_the_team(
    as_supervisor: Client, worker: User, worker2: User, supervisor: User
) -> None:
    assert worker.agency is not None
    third = join(make_user(worker.agency, "third", "workers"), supervisor)
    count(join(worker, supervisor), 30, asked=1)
    count(join(worker2, supervisor), 14, asked=1)
    count(third, 5, asked=1)
    assert look(as_supervisor, worker=str(worker.pk)).calls == "30"
    for hidden, word in ((worker2, "hidden"), (third, "under 10")):
        page = look(as_supervisor, worker=str(hidden.pk))
        assert page.is_hidden
        assert page.calls == word
        assert {one for cells in texts(page.shares).values() for one in cells} == {word}
        assert {one for cells in texts(page.course).values() for one in cells} == {word}


def test_a_worker_of_a_hidden_team_is_hidden(
    as_supervisor: Client, worker: User, worker2: User, supervisor: User
) -> None:
    count(join(worker, supervisor), 12, asked=1)
    count(worker2, 5, asked=1)  # no team, under ten: the team of twelve would give it away
    page = look(as_supervisor, worker=str(worker.pk))
    assert page.is_hidden
    assert page.calls == "hidden"


def test_periods_are_days_of_the_agency(as_supervisor: Client, worker: User) -> None:
    assert worker.agency is not None
    today = timezone.now().astimezone(worker.agency.zone).date()
    count(worker, 10, days_ago=0)
    count(worker, 10, days_ago=40)
    count(worker, 10, days_ago=400)
    assert look(as_supervisor).calls == "10"
    assert look(as_supervisor, period="13").calls == "20"
    long_ago = {"since": str(today - timedelta(days=401)), "until": str(today)}
    assert look(as_supervisor, period="range", **long_ago).calls == "30"
    first = date(today.year, 1, 1)
    this_year = sum(today - timedelta(days=days) >= first for days in (0, 40)) * 10
    assert look(as_supervisor, period="year").calls == str(this_year)

    CallSummary.objects.all().delete()
    edge = datetime(2026, 3, 2, 7, 59, 59, tzinfo=timezone.get_fixed_timezone(0))
    for summary in count(worker, 10):
        CallSummary.objects.filter(pk=summary.pk).update(started_at=edge)
    days = {"period": "range", "since": "2026-03-01", "until": "2026-03-01"}
    assert look(as_supervisor, **days).calls == "10"  # 23:59:59 in Los Angeles
    days = {"period": "range", "since": "2026-03-02", "until": "2026-03-02"}
    assert look(as_supervisor, **days).calls == "under 10"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"period": "range"}, "Give both days"),
        ({"period": "range", "since": "2026-03-01", "until": "2026-02-01"}, "before the first"),
        ({"period": "range", "since": "1026-03-01", "until": "2026-02-01"}, "after 1989"),
        ({"period": "range", "since": "2015-03-01", "until": "2026-02-01"}, "at most five years"),
        ({"period": "forever"}, "Select a valid choice"),
        ({"factor": "strange"}, "Select a valid choice"),
        ({"side": "open"}, "Select a valid choice"),
    ],
)
def test_a_strange_question_is_said_and_answered_with_the_last_four_weeks(
    as_supervisor: Client, worker: User, query: dict[str, str], sentence: str
) -> None:
    count(worker, 10)
    answer = as_supervisor.get(reverse("insights"), query)
    assert sentence in answer.content.decode()
    assert answer.context["insights"].calls == "10"


def test_one_factor_is_shown_alone(as_supervisor: Client, worker: User) -> None:
    count(worker, 10, asked=1023)
    page = look(as_supervisor, factor="concrete_support")
    assert list(texts(page.shares)) == ["Concrete Support"]
    assert [one.factor for one in page.charts] == ["concrete_support"]
    assert page.teams is not None
    assert page.teams.columns == ("Concrete Support", "n")
    assert page.weeks is not None
    assert page.weeks.columns == ("Worry", "Working well", "n")


def test_returns_and_times(as_supervisor: Client, worker: User, supervisor: User) -> None:
    now = timezone.now() - timedelta(days=2)
    for number in range(10):
        call = make_call(worker, now)
        calls.end_call(actor=worker, intake_id=call.pk, at=now)
        submit(worker, call, now + timedelta(minutes=10 + number))
        reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=now + HOUR)
        if number < 4:
            words = reviews.NewComment("narrative.text", "Who?")
            reviews.return_intake(
                actor=supervisor, intake_id=call.pk, comments=[words], at=now + HOUR
            )
        else:
            reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=now + 2 * HOUR)
        dispatches.tell(
            actor=worker,
            intake_id=call.pk,
            told="responding_worker" if number else "law_enforcement",
            who="On call",
            how="",
            at=now + (number + 3) * HOUR,
        )
    count(worker, 1, days_ago=1, submitted_after=0)
    course = texts(look(as_supervisor).course)
    assert list(course.values()) == [
        ["36%", "11"],
        ["under 10", "under 10"],  # nine were told of
        ["14 min", "11"],
        ["under 10", "under 10"],
    ]
    CallSummary.objects.filter(dispatched_after=None).update(dispatched_after=60)
    row = look(as_supervisor).course.rows[1]
    assert [cell.text for cell in row.cells] == ["7 h", "11"]


def test_the_page_takes_a_fixed_number_of_queries(
    as_supervisor: Client, worker: User, worker2: User, supervisor: User
) -> None:
    def number(**query: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            look(as_supervisor, **query)
        return len(captured)

    join(worker, supervisor)
    count(worker, 10, dispatched_after=1, approved_after=1)
    few = number(), number(worker=str(worker.pk)), number(period="13")
    for days in (8, 15, 30):
        count(worker2, 12, days_ago=days, dispatched_after=1, approved_after=1)
        count(worker, 12, days_ago=days)
    assert (number(), number(worker=str(worker.pk)), number(period="13")) == few
    assert max(few) <= 12


def test_every_table_is_exported_as_it_is_shown_and_leaves_a_trace(
    as_supervisor: Client, worker: User, supervisor: User
) -> None:
    count(join(worker, supervisor), 20, asked=bits((FACTORS[0], "worry")))
    page = look(as_supervisor, side="worry")
    assert set(page.tables) == {"shares", "teams", "weeks", "course"}
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    for key, table in page.tables.items():
        answer = as_supervisor.get(reverse("insights_csv", args=[key]), {"side": "worry"})
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        wanted = (
            r'attachment; filename="insights-(\w+)-(\d{4}-\d\d-\d\d)-to-(\d{4}-\d\d-\d\d)\.csv"'
        )
        named = re.fullmatch(wanted, answer["Content-Disposition"])
        assert named is not None and named[1] == key and named[2] < named[3]
        rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0] == [table.first, *table.columns]
        assert rows[1:] == [[one.label, *(cell.text for cell in one.cells)] for one in table.rows]
    as_supervisor.get(reverse("insights_csv", args=["shares"]), {"worker": str(worker.pk)})
    events = AuditEvent.objects.exclude(pk__in=before).order_by("at")
    assert {one.verb for one in events} == {"insights.exported"}
    assert [one.details["table"] for one in events] == [*page.tables, "shares"]
    assert [one.details.get("worker") for one in events] == [None] * 4 + [str(worker.pk)]
    assert {one.actor_id for one in events} == {supervisor.pk}
    assert as_supervisor.get(reverse("insights_csv", args=["nothing"])).status_code == 404
    assert AuditEvent.objects.exclude(pk__in=before).count() == 5


def test_a_cell_of_the_csv_is_no_formula() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        assert harmless(text) == f"'{text}"
    assert harmless("100%") == "100%"
    rows = (Row("=HYPERLINK(1)", (Cell("@n", "-3"),)),)
    table = Table(key="x", title="x", first="+Team", columns=("@n",), rows=rows)
    assert export_table(table).decode("utf-8-sig") == "'+Team,'@n\r\n'=HYPERLINK(1),'-3\r\n"


def test_a_supervisor_of_no_team_has_nobody_to_choose(as_supervisor: Client) -> None:
    page = as_supervisor.get(reverse("insights")).content.decode()
    select = page.split('name="worker"')[1].split("</select>")[0]
    assert select.count("<option") == 1
    assert '<a href="/insights/" aria-current="page">Insights</a>' in page


def test_workers_and_who_has_left_see_no_figures(client: Client, supervisor: User) -> None:
    worker = join(make_user(make_agency(), "w", "workers"), supervisor)
    client.force_login(worker)
    assert client.get(reverse("insights")).status_code == 404
    assert "Insights" not in client.get(reverse("calls")).content.decode()


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 40), max_size=12))
def test_what_is_hidden_together_is_nobody_or_ten(counts: dict[int, int]) -> None:
    hidden = find_hidden(counts)
    assert all(counts[key] >= 10 for key in counts if key not in hidden)
    left = sum(counts[key] for key in hidden)
    assert left == 0 or left >= 10 or set(hidden) == set(counts)
    small = [key for key, count in counts.items() if count < 10]
    assert all(hidden[key] == "under 10" for key in small)
    # Nothing is hidden without need: without the largest that is only hidden too few are left.
    others = [counts[key] for key, word in hidden.items() if word == "hidden"]
    assert not others or 0 < left - max(others) < 10
