"""What differs between two editions, and what an agency takes over of the state's."""

import copy
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from intake import worksheet
from intake.actions import drafts, editions, state_changes
from intake.actions.question_sets import load_question_sets, write_edition
from intake.errors import InvalidValue
from intake.management.commands.load_question_sets import read_fixtures
from intake.models import Edition, Prompt, User
from tests.factory import NOW

FACTOR = 2  # the place of the set that the state changes


def changed_sets() -> list[dict[str, Any]]:
    """The shipped sets as the state might publish them next."""
    sets = copy.deepcopy(read_fixtures()[0])
    pairs = sets[FACTOR]["pairs"]
    pairs[0]["worry"]["en"] = "What has the state worried?"
    pairs[0]["worry"]["es"] = "¿Qué le preocupa al estado?"
    pairs[0]["worry"]["helper"] = {"en": "Ask gently."}
    new: dict[str, Any] = {"key": "social_connections.new", "is_core": False}
    for side, words in (("worry", "What tears them apart?"), ("working_well", "What holds them?")):
        new[side] = {"key": f"{new['key']}.{side}", "en": words, "es": f"¿{words}"}
    pairs.insert(1, new)
    gone = pairs.pop(3)
    sets[FACTOR + 1]["pairs"].insert(1, gone)
    pairs.pop()
    for pair in pairs:
        pair["is_core"] = pair is pairs[2]
    sets[FACTOR]["help"]["en"] = "Who is around the family."
    single = {"key": "closing.new", "en": "What else?", "es": "¿Qué más?"}
    sets[7]["prompts"].append({**single, "kind": "question", "bound_to": ""})
    return sets


@pytest.fixture
def newer(live: Edition) -> Edition:
    """The state's second edition."""
    load_question_sets(sets=changed_sets(), at=NOW)
    call_command("publish_state_edition", "2")
    return Edition.objects.get(agency=None, number=2)


def test_the_state_publishes_and_no_agency_changes(live: Edition, newer: Edition) -> None:
    assert newer.status == "live"
    assert Edition.objects.get(agency=None, number=1).status == "retired"
    live.refresh_from_db()
    assert live.status == "live" and Edition.objects.filter(agency=live.agency).count() == 1
    for number, words in ((2, "cannot be published"), (9, "no edition 9")):
        with pytest.raises(CommandError, match=words):
            call_command("publish_state_edition", str(number))


def test_everything_is_taken_over_one_by_one(
    client: Client, administrator: User, live: Edition, newer: Edition
) -> None:
    client.force_login(administrator)
    address = reverse("state_edition_diff", args=[2])
    page = client.get(address).content.decode()
    assert "Start a draft to take changes over" in page and "Take over<" not in page
    draft = editions.start_draft(actor=administrator, source_id=live.pk, at=NOW)
    page = client.get(address).content.decode()
    assert "What has the state" in page and "Take over<" in page
    known: Any = {"actor": administrator, "edition_id": draft.pk, "newer": newer, "at": NOW}
    while change_id := next(iter(worksheet.find_lacking(draft, newer)), ""):
        taken = {"change": change_id, "into": str(draft.pk)}
        told = client.post(reverse("state_edition_take", args=[2]), taken, follow=True)
        assert "Taken over into edition 2" in told.content.decode(), change_id
        with pytest.raises(InvalidValue, match="already"):
            state_changes.take_over(change_id=change_id, **known)
    assert worksheet.find_lacking(draft, newer) == {}
    assert worksheet.describe(draft) == worksheet.describe(newer)
    assert "It has everything" in client.get(address).content.decode()
    while draft.changes.filter(undone_at=None).exists():
        drafts.undo_change(actor=administrator, edition_id=draft.pk, at=NOW)
    assert worksheet.describe(draft) == worksheet.describe(live)


def test_own_words_are_shown_before_they_are_replaced(
    client: Client, administrator: User, live: Edition, newer: Edition
) -> None:
    sets = worksheet.describe(live)
    sets[FACTOR]["pairs"][0]["worry"]["en"] = "What has the county worried?"
    write_edition(sets, agency=live.agency, at=NOW, source=live)
    client.force_login(administrator)
    page = client.get(reverse("state_edition_diff", args=[2])).content.decode()
    assert "words of its own here: “What has the county worried?”" in page


def test_any_two_editions_are_compared(
    client: Client, supervisor: User, live: Edition, newer: Edition
) -> None:
    other = write_edition(changed_sets(), agency=live.agency, at=NOW, source=live)
    client.force_login(supervisor)
    address = reverse("edition_diff", args=[other.number])
    page = client.get(address).content.decode()
    for words in ("reworded 1", "new 2", "taken out 1", "moved 1", "after “"):
        assert words in page, words
    assert client.get(address, {"from": "state-2"}).content.decode().count("Nothing differs") == 1
    assert "Nothing differs" not in client.get(address, {"from": "1"}).content.decode()
    for wrong in ("99", "state-99"):
        assert client.get(address, {"from": wrong}).status_code == 404
    assert client.get(address, {"from": "x"}).status_code == 200
    assert client.get(reverse("edition_diff", args=[1])).status_code == 200


def test_a_draft_of_the_state_is_nobodys_to_read(
    client: Client, administrator: User, live: Edition
) -> None:
    load_question_sets(sets=changed_sets(), at=NOW)
    client.force_login(administrator)
    assert client.get(reverse("state_edition", args=[2])).status_code == 404
    assert client.get(reverse("state_edition_diff", args=[2])).status_code == 404
    assert client.post(reverse("state_edition_take", args=[2])).status_code == 404


def test_the_list_asks_the_same_number_of_queries_for_fifty_editions(
    client: Client,
    administrator: User,
    live: Edition,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(administrator)
    with django_assert_num_queries(7):
        client.get(reverse("editions"))
    for number in range(50):
        Edition.objects.create(
            agency=live.agency,
            number=number + 2,
            status="retired",
            live_from=NOW,
            created_at=NOW,
            copied_from=live,
        )
    with django_assert_num_queries(7):
        assert client.get(reverse("editions")).content.decode().count("Edition 51") == 1


def test_a_change_comes_into_the_draft_that_the_page_showed(
    client: Client, administrator: User, draft: Edition, stranger: User
) -> None:
    assert administrator.agency is not None
    client.force_login(administrator)
    state = Edition.objects.get(agency=None)
    page = client.get(reverse("state_edition_diff", args=[state.number])).content.decode()
    assert f"edition {draft.number}" in page
    later = editions.start_draft(actor=administrator, source_id=draft.pk, at=NOW)
    before = worksheet.describe(later)
    take = reverse("state_edition_take", args=[state.number])
    told = client.post(take, {"change": "x", "into": str(draft.pk)}, follow=True)
    assert "has this change already" in told.content.decode()
    assert worksheet.describe(later) == before
    theirs = Edition.objects.get(agency=stranger.agency)
    assert client.post(take, {"change": "x", "into": str(theirs.pk)}).status_code == 404


def test_a_draft_begins_with_the_state_s_edition(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    state = Edition.objects.get(agency=None)
    shown = client.get(reverse("state_edition", args=[state.number])).content.decode()
    assert "Start a draft from it" in shown
    client.post(reverse("state_edition_draft", args=[state.number]))
    draft = Edition.objects.get(agency=administrator.agency, status="draft")
    assert draft.copied_from == state
    assert worksheet.describe(draft) == worksheet.describe(state)


def test_what_is_to_be_published_is_compared_with_what_is_live(
    client: Client, administrator: User, second: User, draft: Edition, live: Edition
) -> None:
    prompt = Prompt.objects.filter(edition=draft, side="worry").order_by("key")[0]
    prompt.texts.filter(language="en").update(text="What has changed?")
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    editions.publish_edition(actor=second, edition_id=draft.pk, live_from=None, at=NOW)
    back = editions.bring_back(actor=administrator, edition_id=live.pk, at=NOW)
    client.force_login(second)
    page = client.get(reverse("edition_diff", args=[back.number])).content.decode()
    assert f"Edition {draft.number} is what callers are asked now" in page
    assert "1 change" in page and "Nothing differs" not in page


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        ("What has you worried about who is near the family today?", False),
        ("Tell me of a hard evening.", True),
    ],
)
def test_little_that_is_shared_is_shown_whole(
    client: Client, administrator: User, draft: Edition, text: str, *, is_whole: bool
) -> None:
    prompt = Prompt.objects.filter(
        edition=draft, side="worry", question_set__key="social_connections", pair__is_core=True
    ).get()
    prompt.texts.filter(language="en").update(text="What has you worried about the family today?")
    copy = editions.start_draft(actor=administrator, source_id=draft.pk, at=NOW)
    row = Prompt.objects.get(edition=copy, key=prompt.key)
    row.texts.filter(language="en").update(text=text)
    client.force_login(administrator)
    address = reverse("edition_diff", args=[copy.number])
    page = client.get(address, {"from": str(draft.number)}).content.decode()
    changes = page[page.index("diff-change") :]
    assert ("<dt>Before</dt>" in changes, "<dt>Now</dt>" in changes) == (is_whole, is_whole)
    assert ("<ins>" in changes) != is_whole
    assert (text in changes) == is_whole


def test_a_new_pair_is_plainly_new(client: Client, administrator: User, draft: Edition) -> None:
    pair = drafts.add_pair(
        actor=administrator, edition_id=draft.pk, set_key="concrete_support", at=NOW
    )
    worry = pair.prompts.get(side="worry")
    worry.texts.filter(language="en").update(text="What is not paid?", helper="Rent, power")
    client.force_login(administrator)
    page = client.get(reverse("edition_diff", args=[draft.number])).content.decode()
    changes = page[page.index("diff-change") :]
    for words in (
        ">New<",
        "Worry, English",
        "What is not paid?",
        "Rent, power",
        "(nothing written)",
    ):
        assert words in changes
    assert "<ins>" not in changes
