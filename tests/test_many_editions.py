"""Ten thousand calls spread over fifty editions: all is right, and costs the same."""

import copy
import io
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from intake import worksheet
from intake.actions.question_sets import write_edition
from intake.actions.summaries import count_missing
from intake.models import Answer, CallSummary, Edition, Intake, Prompt, User
from intake.models.insights import BITS
from tests import figures
from tests.factory import core_prompt, make_call, put, submit

EDITIONS, CALLS = 50, 10_000
FACTOR = 2  # the place of the set whose core prompt each edition words otherwise


def wording(number: int) -> str:
    """What an edition asks in the one place in which it differs."""
    return f"What has you worried in edition {number} of these?"


def spread(worker: User) -> list[Edition]:
    """Fifty editions of the agency, and ten thousand submitted calls with an answer each."""
    agency, now = worker.agency, timezone.now()
    assert agency is not None
    live = Edition.objects.get(agency=agency)
    described = worksheet.describe(live)
    editions = []
    for number in range(2, EDITIONS + 2):
        sets = copy.deepcopy(described)
        sets[FACTOR]["pairs"][0]["worry"]["en"] = wording(number)
        edition = write_edition(sets, agency=agency, at=now, source=live)
        status = "live" if number == EDITIONS + 1 else "retired"
        Edition.objects.filter(pk=edition.pk).update(status=status, live_from=now)
        editions.append(edition)
    Edition.objects.filter(pk=live.pk).update(status="retired")
    prompts = {
        one.edition_id: one
        for one in Prompt.objects.filter(
            edition__in=editions,
            question_set__key="social_connections",
            side="worry",
            pair__is_core=True,
        )
    }
    calls = Intake.objects.bulk_create(
        [
            Intake(
                agency=agency,
                reference=f"M{number:06}",
                worker=worker,
                edition=editions[number % EDITIONS],
                status="submitted",
                started_at=now - timedelta(minutes=number % 500),
                ended_at=now,
                submitted_at=now,
            )
            for number in range(CALLS)
        ],
        batch_size=500,
    )
    answers = [
        Answer(
            intake=call,
            prompt=prompts[call.edition_id],
            text="Nobody is near." if number % 4 else "",
            status="answered" if number % 4 else "unknown",
        )
        for number, call in enumerate(calls)
        if number % 10
    ]
    Answer.objects.bulk_create(answers, batch_size=1000)
    return editions


def cost(client: Client, address: str) -> tuple[int, str]:
    """How many queries a page asks, and the page."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(address).content.decode()
    return len(asked), page


@pytest.mark.postgresql_only
def test_everything_is_right_and_costs_the_same(
    client: Client, worker: User, supervisor: User
) -> None:
    first = make_call(worker, timezone.now())
    submit(worker, first)
    figures.count(worker, 30)  # enough for the pages to show figures
    client.force_login(supervisor)
    pages = {name: reverse(name) for name in ("insights", "intakes", "editions")}
    pages |= {"use": reverse("edition_use", args=[1])}
    pages |= {"record": reverse("intake", args=[first.pk])}
    for address in pages.values():
        client.get(address)
    before = {name: cost(client, address)[0] for name, address in pages.items()}

    editions = spread(worker)
    assert count_missing() == CALLS
    pages["use"] = reverse("edition_use", args=[editions[7].number])
    after = {name: cost(client, address) for name, address in pages.items()}
    assert {name: asked for name, (asked, _) in after.items()} == before

    # Figures beside a plain recount.
    bit = BITS["social_connections", "worry"]
    asked = [one for one in CallSummary.objects.values_list("asked", flat=True) if one & bit]
    assert len(asked) == CALLS * 9 // 10
    mine = [
        (one.status, one.text)
        for one in Answer.objects.filter(intake__edition=editions[7]).select_related("intake")
    ]
    use = worksheet.build_use(editions[7])
    row = next(
        row
        for section, rows in use.sets
        for row in rows
        if row.prompt.text == wording(editions[7].number)
    )
    answered = sum(status == "answered" for status, _ in mine)
    assert use.shown == CALLS // EDITIONS
    assert (row.asked, row.answered, row.words) == (len(mine), answered or None, 3)
    assert wording(editions[7].number) in after["use"][1]

    # Records and PDFs have the words that each call asked.
    for edition in (editions[0], editions[24], editions[-1]):
        call = make_call(worker, timezone.now())
        Intake.objects.filter(pk=call.pk).update(edition=edition)
        call.refresh_from_db()
        put(worker, call, f"answer.{core_prompt(call).pk}.text", f"Said {uuid.uuid4().hex}")
        submit(worker, call, timezone.now())
        asked_now, page = cost(client, reverse("intake", args=[call.pk]))
        assert asked_now == before["record"] and wording(edition.number) in page
        pdf = client.get(reverse("intake_pdf", args=[call.pk])).content
        texts = [one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages]
        assert wording(edition.number) in " ".join(" ".join(texts).split())
