"""How prompts were used: counted like a plain recount, and hidden where a number would be small."""

import csv
import io
import re
from uuid import UUID

from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from intake import worksheet
from intake.exports.csv import USE_COLUMNS
from intake.models import Answer, AuditEvent, Edition, HeardNote, Intake, Prompt, User
from intake.worksheet.prompt_use import FEWEST, PromptUse, hide_small
from tests.factory import NOW, core_prompt, make_call, submit


def some_calls(worker: User, count: int) -> list[Intake]:
    """Submitted calls of the edition that is live."""
    calls = [make_call(worker) for _ in range(count)]
    for one in calls:
        submit(worker, one)
    return calls


def use_of(edition: Edition, prompt: Prompt) -> PromptUse:
    """What is shown of one prompt."""
    rows = [row for _, rows in worksheet.build_use(edition).sets for row in rows]
    return next(row for row in rows if UUID(row.prompt.id) == prompt.pk)


def test_numbers_are_those_of_a_recount(
    worker: User,
    supervisor: User,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    calls = some_calls(worker, 45)
    edition, prompt = calls[0].edition, core_prompt(calls[0])
    rows = []
    for number, call in enumerate(calls):
        status = "answered" if number < 20 else "unknown" if number < 32 else "declined"
        text = " ".join(["word"] * (number + 1)) if status == "answered" else ""
        if number < 43:
            rows.append(Answer(intake=call, prompt=prompt, text=text, status=status))
    Answer.objects.bulk_create(rows)
    for call in calls[:11]:
        HeardNote.objects.create(
            intake=call,
            factor="social_connections",
            side="worry",
            text="x",
            prompt=prompt,
            start=0,
            end=1,
            call_seconds=1,
            filed_at=NOW,
        )
    practice = make_call(worker)
    Intake.objects.filter(pk=practice.pk).update(is_practice=True)
    Answer.objects.create(intake=practice, prompt=prompt, text="not counted", status="answered")
    with django_assert_num_queries(8):
        assert worksheet.build_use(edition).shown == 45
    row = use_of(edition, prompt)
    assert row.cells == (43, 20, 12, 11, 11, 10)
    other = use_of(edition, core_prompt(calls[0], side="working_well"))
    assert other.cells == (None,) * 6
    client.force_login(supervisor)
    page = client.get(reverse("edition_use", args=[edition.number])).content.decode()
    assert "Shown in 45 calls" in page and "word word" not in page
    assert re.search(r"<th scope=\"row\">[^<]+</th>\s*<td[^>]*>43</td>", page)


def test_the_table_hides_what_the_page_hides(
    client: Client, worker: User, administrator: User
) -> None:
    calls = some_calls(worker, 12)
    edition, prompt = calls[0].edition, core_prompt(calls[0])
    for number, call in enumerate(calls):
        status = "answered" if number < 11 else "declined"
        Answer.objects.create(
            intake=call, prompt=prompt, status=status, text="one two" if number < 11 else ""
        )
    client.force_login(administrator)
    answer = client.get(reverse("edition_use_csv", args=[edition.number]))
    assert "use-edition-1.csv" in answer["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][5:] == list(USE_COLUMNS) and len({len(one) for one in rows}) == 1
    row = dict(zip(rows[0], next(one for one in rows if one[2] == prompt.key), strict=True))
    use = use_of(edition, prompt)
    assert [row[name] for name in USE_COLUMNS] == [
        "" if cell is None else str(cell) for cell in use.cells
    ]
    assert (row["Shown"], row["Asked"], row["Declined"], row["Side"]) == ("12", "12", "", "Worry")
    assert "one two" not in answer.content.decode()
    event = AuditEvent.objects.get(verb="edition.use_exported")
    assert (event.actor, event.subject_id) == (administrator, edition.pk)


def test_few_calls_show_nothing(client: Client, worker: User, administrator: User) -> None:
    (call,) = some_calls(worker, 1)
    client.force_login(administrator)
    page = client.get(reverse("edition_use", args=[call.edition.number])).content.decode()
    assert "there are no figures yet" in page and "<table" not in page and "CSV" not in page
    table = client.get(reverse("edition_use_csv", args=[call.edition.number])).content.decode()
    assert table.count("\n") == 1


@given(st.lists(st.integers(0, 60), min_size=3, max_size=3))
def test_no_small_number_can_be_computed(counts: list[int]) -> None:
    told = hide_small(counts)
    hidden = [count for count, shown in zip(counts, told, strict=True) if shown is None]
    assert all(count >= FEWEST for count in told if count is not None)
    is_safe = sum(map(bool, hidden)) > 1 and sum(hidden) >= FEWEST
    assert not any(hidden) or is_safe or len(hidden) == len(counts)
