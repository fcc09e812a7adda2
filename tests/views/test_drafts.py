"""The editor's page, its saves in the protocol of the call screen, and what its buttons do."""

import html
import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from intake.actions import drafts, editions
from intake.fields import Step, check_sum
from intake.models import DraftChange, Edition, OutboxKey, Prompt, PromptPair, User
from intake.worksheet import describe
from tests.factory import NOW


def at(name: str, draft: Edition, *more: Any) -> str:
    """An address of the draft."""
    return reverse(name, args=[draft.number, *more])


def save(client: Client, draft: Edition, **about: Any) -> Any:
    """Send one save of the protocol."""
    body = {"base": 0, "key": str(uuid.uuid4())} | about
    return client.post(at("edition_save", draft), json.dumps(body), content_type="application/json")


def press_remark(client: Client, draft: Edition) -> str:
    """The only remark is dealt with, or open again."""
    remark = draft.comments.get()
    address = at("edition_comment_resolve", draft, remark.pk)
    return client.post(address, follow=True).content.decode()


def some_prompt(draft: Edition) -> Prompt:
    """A prompt of the draft that has a pair."""
    return Prompt.objects.filter(edition=draft, side="worry").order_by("key")[0]


def remark_on(anchor: str, text: str) -> dict[str, str]:
    """What the button of a remark sends."""
    return {f"remark:{anchor}": text, "remark_on": anchor}


def test_saves_answer_like_those_of_a_call(as_administrator: Client, draft: Edition) -> None:
    name = f"prompt.{some_prompt(draft).pk}.en"
    answer = save(as_administrator, draft, field=name, text="What worries you?")
    assert answer.status_code == 200 and answer.json()["revision"] == 1
    stale = save(as_administrator, draft, field=name, text="Another")
    assert (stale.status_code, stale.json()["reason"]) == (409, "stale")
    assert stale.json()["text"] == "What worries you?"
    for status, about in (
        (400, {"field": name}),
        (404, {"field": "prompt.x.en", "text": "x"}),
        (404, {"field": f"prompt.{uuid.uuid4()}.en", "text": "x"}),
        (404, {"field": "narrative.text", "text": "x"}),
        (413, {"field": name, "text": "x" * 600_000}),
        (422, {"field": name, "text": "x" * 501, "base": 1}),
    ):
        assert save(as_administrator, draft, **about).status_code == status
    editions.request_review(actor=draft.created_by, edition_id=draft.pk, at=NOW)  # type: ignore[arg-type]
    frozen = save(as_administrator, draft, field=name, text="Late", base=1)
    assert (frozen.status_code, frozen.json()["reason"]) == (409, "state")


def test_the_editor_asks_the_same_number_of_queries_whatever_is_in_the_draft(
    as_administrator: Client, draft: Edition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    as_administrator.get(at("edition_edit", draft))  # makes the key of the outbox
    with django_assert_num_queries(23):
        page = as_administrator.get(at("edition_edit", draft)).content.decode()
    assert "Request review" in page and "Last changes" in page
    for key in ("social_connections", "concrete_support"):
        for _ in range(5):
            as_administrator.post(at("edition_change", draft), {"press": f"add_pair:{key}"})
    for pair in draft.pairs.all()[:4]:
        as_administrator.post(at("edition_comment", draft), remark_on(pair.key, "Plainer?"))
    with django_assert_num_queries(23):
        as_administrator.get(at("edition_edit", draft))


def test_the_page_is_told_what_it_lacks(as_administrator: Client, draft: Edition) -> None:
    page = as_administrator.get(at("edition_edit", draft)).content.decode()
    version = page.partition('data-version="')[2].partition('"')[0]
    state = f"{at('edition_state', draft)}?version={version}"
    assert as_administrator.get(state).status_code == 204
    save(as_administrator, draft, field=f"prompt.{some_prompt(draft).pk}.en", text="Why so?")
    answer = as_administrator.get(state).json()
    assert answer["version"] != version and answer["status"] == "draft"
    assert "Why so?" in answer["html"] and "sounds like blame" in answer["html"]


def test_buttons_work_without_scripts(as_administrator: Client, draft: Edition) -> None:
    change = at("edition_change", draft)
    before = describe(draft)
    added = as_administrator.post(change, {"press": "add_pair:concrete_support"})
    pair = PromptPair.objects.latest("position", "id")
    assert added["Location"].startswith(at("edition_edit", draft) + "#pair-")
    other = draft.pairs.get(key=before[3]["pairs"][1]["key"])
    for what in ("up", "down", "core", "remove"):
        pressed = {"press": f"{what}:pair:{other.pk}"}
        assert as_administrator.post(change, pressed).status_code == 302
    assert DraftChange.objects.filter(edition=draft).count() >= 4
    for wrong in (
        "nothing",
        "up",
        "up:pair:x",
        "up:set:" + str(other.pk),
        f"to:pair:{other.pk}",
        "",
    ):
        page = as_administrator.post(change, {"press": wrong}, follow=True).content.decode()
        assert "nothing that the editor does" in page
    gone = as_administrator.post(change, {"press": f"up:pair:{other.pk}"}, follow=True)
    assert "taken out of the draft" in gone.content.decode()
    while DraftChange.objects.filter(edition=draft, undone_at=None).exists():
        as_administrator.post(change, {"press": "undo"})
    assert describe(draft) == before and pair is not None


def test_a_plain_form_saves_what_was_touched(as_administrator: Client, draft: Edition) -> None:
    prompt, other = Prompt.objects.filter(edition=draft, side="worry").order_by("key")[:2]
    names = [f"prompt.{one.pk}.en" for one in (prompt, other)]
    words = [one.texts.get(language="en").text for one in (prompt, other)]
    served = {
        f"base:{name}": f"0-{check_sum(text)}" for name, text in zip(names, words, strict=True)
    }
    sent = served | {names[0]: "What worries you now?", names[1]: words[1]}
    assert as_administrator.post(at("edition_form", draft), sent).status_code == 302
    assert [one.texts.get(language="en").text for one in (prompt, other)] == [
        "What worries you now?",
        words[1],
    ]
    # Both texts are shown where somebody else was there first, and what is too long stays typed.
    sent = served | {names[0]: "Something else", names[1]: "x" * 501}
    refused = as_administrator.post(at("edition_form", draft), sent)
    page = refused.content.decode()
    assert refused.status_code == 409
    for part in ("Something else", "What worries you now?", "x" * 501, "holds 500"):
        assert part in page


def test_a_browser_gets_the_key_of_its_own_outbox(
    as_administrator: Client, administrator: User, second: User, draft: Edition
) -> None:
    keys = [as_administrator.post(at("edition_outbox_key", draft)).json()["key"] for _ in "ab"]
    assert keys[0] == keys[1] and OutboxKey.objects.get(edition=draft).user == administrator
    as_administrator.force_login(second)
    assert as_administrator.post(at("edition_outbox_key", draft)).json()["key"] != keys[0]


def test_the_course_of_an_edition(as_administrator: Client, second: User, draft: Edition) -> None:
    def press(name: str, **about: str) -> str:
        if name == "edition_publish":
            shown = as_administrator.get(at("edition_edit", draft)).content.decode()
            about |= dict(re.findall(r'name="(reviewed)" value="([^"]+)"', shown))
        return as_administrator.post(at(name, draft), about, follow=True).content.decode()

    assert "not the page that the edition has now" in press("edition_publish")
    assert "Another administrator can publish" in press("edition_request_review")
    assert "Two people are needed" in press("edition_publish")
    assert "There is no remark yet" in press("edition_comment", **remark_on("", " "))
    assert "Plainer, please" in press("edition_comment", **remark_on("", "Plainer, please"))
    as_administrator.force_login(second)
    assert "1 remark is open" in press("edition_publish")
    assert "dealt with by" in press_remark(as_administrator, draft)
    assert "no date and time" in press("edition_publish", live_from="soon")
    assert "time is over" in press("edition_publish", live_from="2020-01-01T08:00")
    assert "is scheduled" in press("edition_publish", live_from="2090-01-01T08:00")
    assert "Scheduled" in as_administrator.get(reverse("editions")).content.decode()
    assert "was called off" in press("edition_cancel")
    assert "Called off" in as_administrator.get(reverse("editions")).content.decode()
    assert "is a draft, a copy" in press("edition_draft")
    assert "Another administrator can publish it" in press("edition_bring_back")
    assert as_administrator.get(at("edition_edit", draft))["Location"] == at("edition", draft)


def test_a_draft_is_discarded(as_administrator: Client, draft: Edition) -> None:
    page = as_administrator.post(at("edition_discard", draft), follow=True).content.decode()
    assert "was discarded" in page and not Edition.objects.filter(pk=draft.pk).exists()
    assert as_administrator.get(at("edition_edit", draft)).status_code == 404


def test_what_was_not_reviewed_is_not_published(
    as_administrator: Client, administrator: User, second: User, draft: Edition, live: Edition
) -> None:
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    client = Client()
    client.force_login(second)
    page = client.get(at("edition_edit", draft)).content.decode()
    form = dict(re.findall(r'type="hidden" name="(edition|reviewed)" value="([^"]+)"', page))
    assert form.keys() == {"edition", "reviewed"}
    editions.reopen_draft(actor=administrator, edition_id=draft.pk, at=NOW)
    later = NOW + timedelta(minutes=1)
    editions.request_review(actor=administrator, edition_id=draft.pk, at=later)
    told = client.post(at("edition_publish", draft), form, follow=True).content.decode()
    assert "was taken back and given to review again" in told
    editions.reopen_draft(actor=administrator, edition_id=draft.pk, at=NOW)
    editions.discard_draft(actor=administrator, edition_id=draft.pk, at=NOW)
    other = editions.start_draft(actor=administrator, source_id=live.pk, at=NOW)
    editions.request_review(actor=administrator, edition_id=other.pk, at=NOW)
    assert other.number == draft.number
    for name in ("edition_publish", "edition_reopen"):
        told = client.post(at(name, draft), form, follow=True).content.decode()
        assert "not the page that the edition has now" in told
    other.refresh_from_db()
    assert other.status == "in_review"


def test_words_that_find_no_box_are_shown_whole(
    as_administrator: Client, administrator: User, second: User, draft: Edition
) -> None:
    pair = PromptPair.objects.filter(edition=draft, is_core=False)[0]
    gone = Prompt.objects.get(pair=pair, side="worry")
    step = Step("pair", pair.pk, "remove")
    drafts.change_row(actor=administrator, edition_id=draft.pk, step=step, at=NOW)
    name, sent = f"prompt.{gone.pk}.en", "Who else\ncould <b>help</b>?"
    form = {name: sent, f"base:{name}": "0-0"}
    answer = as_administrator.post(at("edition_form", draft), form)
    page = answer.content.decode()
    assert answer.status_code == 409 and "could &lt;b&gt;help" in page
    assert "taken out of the draft" in page and "Request review" in page
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    for publishes in (False, True):
        if publishes:
            editions.publish_edition(actor=second, edition_id=draft.pk, live_from=None, at=NOW)
        answer = as_administrator.post(at("edition_form", draft), form)
        page = answer.content.decode()
        assert answer.status_code == 409 and "could &lt;b&gt;help" in page
        assert "takes no changes now" in page and "Publish" not in page


def test_an_emptied_field_that_conflicts_stays_empty(
    as_administrator: Client, administrator: User, draft: Edition
) -> None:
    name = f"prompt.{some_prompt(draft).pk}.en"
    save(as_administrator, draft, field=name, text="Stored since")
    answer = as_administrator.post(at("edition_form", draft), {name: "", f"base:{name}": "0-0"})
    box = re.search(
        rf'<textarea[^>]* name="{name}"[^>]*>\s*([^<]*)</textarea>', answer.content.decode()
    )
    assert answer.status_code == 409 and box is not None and box[1].strip() == ""


def test_a_save_to_a_draft_that_was_discarded_says_so(
    as_administrator: Client, administrator: User, draft: Edition
) -> None:
    name = f"prompt.{some_prompt(draft).pk}.en"
    editions.discard_draft(actor=administrator, edition_id=draft.pk, at=NOW)
    answer = save(as_administrator, draft, field=name, text="Late")
    assert (answer.status_code, answer.json()["reason"]) == (404, "state")


@pytest.mark.parametrize("what", ["remove", "up", "down", "core", "to"])
def test_a_side_stays_with_its_pair(as_administrator: Client, draft: Edition, what: str) -> None:
    before = describe(draft)
    key = some_prompt(draft).pk
    form = {"press": f"{what}:prompt:{key}", f"to:{key}": "concrete_support"}
    told = as_administrator.post(at("edition_change", draft), form, follow=True)
    assert "A side stays with its pair" in told.content.decode() and describe(draft) == before


def test_a_remark_on_what_was_taken_out_is_still_found(
    as_administrator: Client, administrator: User, draft: Edition
) -> None:
    pair = PromptPair.objects.filter(edition=draft, is_core=False)[0]
    as_administrator.post(at("edition_comment", draft), remark_on(pair.key, "Take this one out"))
    step = Step("pair", pair.pk, "remove")
    drafts.change_row(actor=administrator, edition_id=draft.pk, step=step, at=NOW)
    assert "Take this one out" in as_administrator.get(at("edition_edit", draft)).content.decode()


def served(page: str) -> dict[str, str]:
    """The draft's form as a browser without scripts sends it: every field, as it was served."""
    form = {}
    for box in re.finditer(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        form[box[1]] = html.unescape(box[2].removeprefix("\n"))
    for base in re.finditer(r'name="(base:[^"]+|edition)"[^>]*? value="([^"]+)"', page):
        form[base[1]] = base[2]
    return form


@pytest.mark.parametrize("name", ["edition_change", "edition_comment", "edition_request_review"])
def test_every_button_saves_what_was_typed(
    as_administrator: Client, draft: Edition, name: str
) -> None:
    """Without scripts each button brings the whole form: words, and remarks."""
    form = served(as_administrator.get(at("edition_edit", draft)).content.decode())
    prompt = some_prompt(draft)
    form |= {f"prompt.{prompt.pk}.en": "What is on your mind?", "remark:": "Looks good"}
    form |= {"press": "add_pair:concrete_support", "remark_on": ""}
    before = draft.pairs.count()
    assert as_administrator.post(at(name, draft), form).status_code == 302
    assert prompt.texts.get(language="en").text == "What is on your mind?"
    assert [one.text for one in draft.comments.all()] == ["Looks good"]
    assert draft.changes.filter(kind="worded").count() == 1  # what was not touched is not saved
    draft.refresh_from_db()
    assert draft.pairs.count() == before + (name == "edition_change")
    assert draft.status == ("in_review" if name == "edition_request_review" else "draft")


@pytest.mark.parametrize("name", ["edition_change", "edition_request_review"])
def test_a_button_waits_for_words_that_are_not_saved(
    as_administrator: Client, draft: Edition, name: str
) -> None:
    field = f"prompt.{some_prompt(draft).pk}.en"
    save(as_administrator, draft, field=field, text="Stored since")
    form = {field: "Mine <i>too</i>", f"base:{field}": "0-0", "remark:": "x" * 5001}
    before = draft.pairs.count()
    answer = as_administrator.post(at(name, draft), form | {"press": "add_pair:concrete_support"})
    page = answer.content.decode()
    assert answer.status_code == 409 and draft.pairs.count() == before
    for words in ("the button did nothing", "Stored since", "Mine &lt;i&gt;", "x" * 5001, "5,000"):
        assert words in page
    draft.refresh_from_db()
    assert draft.status == "draft" and not draft.comments.exists()


def test_remarks_for_another_edition_are_shown_and_not_stored(
    as_administrator: Client, draft: Edition
) -> None:
    form = {"edition": str(uuid.uuid4()), "remark:": "Not about this one"}
    answer = as_administrator.post(at("edition_request_review", draft), form)
    assert answer.status_code == 409 and "Not about this one" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft" and not draft.comments.exists()


def test_what_was_taken_out_is_undone_where_it_stood(
    as_administrator: Client, administrator: User, second: User, draft: Edition
) -> None:
    first, gone, follower = draft.pairs.filter(question_set__key="social_connections")[:3]
    words = Prompt.objects.get(pair=gone, side="worry").texts.get(language="en").text
    as_administrator.post(at("edition_change", draft), {"press": f"remove:pair:{gone.pk}"})
    page = as_administrator.get(at("edition_edit", draft)).content.decode()
    place = page.index("data-undo-row")
    assert page.index(f'id="pair-{first.pk}"') < place < page.index(f'id="pair-{follower.pk}"')
    assert f"<q>{html.escape(words)}</q>" in page
    as_administrator.force_login(second)  # it is theirs to undo who did it
    assert "data-undo-row" not in as_administrator.get(at("edition_edit", draft)).content.decode()
    as_administrator.force_login(administrator)
    as_administrator.post(at("edition_change", draft), {"press": "undo"})
    as_administrator.post(at("edition_change", draft), {"press": f"down:pair:{gone.pk}"})
    page = as_administrator.get(at("edition_edit", draft)).content.decode()
    row = page[page.index(f'id="pair-{gone.pk}"') :]
    assert row.index("what was done with") < row.index('class="editor-both"')
    assert "data-undo-row" not in page and page.count("what was done with") == 1


def test_who_types_is_told_to_the_others_and_to_the_reviewer(
    as_administrator: Client, administrator: User, second: User, draft: Edition
) -> None:
    """Who asks for a review may cut off a colleague: the reviewer has to know of it."""
    save(as_administrator, draft, field=f"prompt.{some_prompt(draft).pk}.en", text="Half a senten")
    assert (
        "typing in this draft"
        not in as_administrator.get(at("edition_edit", draft)).content.decode()
    )
    as_administrator.force_login(second)
    page = as_administrator.get(at("edition_edit", draft)).content.decode()
    assert f"{administrator.display_name} is typing in this draft" in page
    as_administrator.post(at("edition_request_review", draft))
    as_administrator.force_login(administrator)
    page = as_administrator.get(at("edition_edit", draft)).content.decode()
    assert f"{administrator.display_name} was still typing then" in page
    answer = as_administrator.get(at("edition_state", draft)).json()
    draft.refresh_from_db()
    assert draft.requested_at is not None
    assert answer["reviewed"] == draft.requested_at.isoformat()
    as_administrator.post(at("edition_reopen", draft))
    Edition.objects.filter(pk=draft.pk).update(status="draft")
    as_administrator.force_login(second)
    DraftChange.objects.filter(edition=draft).update(made_at=NOW)
    as_administrator.post(at("edition_request_review", draft))
    as_administrator.force_login(administrator)
    page = as_administrator.get(at("edition_edit", draft)).content.decode()
    assert "still typing" not in page


def test_open_remarks_stand_beside_publish_and_stay_readable(
    as_administrator: Client, second: User, worker: User, draft: Edition
) -> None:
    pair = draft.pairs.all()[0]
    as_administrator.post(at("edition_comment", draft), remark_on(pair.key, "Too <b>long</b>?"))
    as_administrator.post(at("edition_request_review", draft))
    as_administrator.force_login(second)
    page = as_administrator.get(at("edition_edit", draft)).content.decode()
    assert "1 remark is open." in page and "Publish all the same" in page
    assert "Publish all the same" in as_administrator.get(at("edition_state", draft)).json()["html"]
    form = dict(re.findall(r'name="(edition|reviewed)" value="([^"]+)"', page))
    told = as_administrator.post(at("edition_publish", draft), form, follow=True).content.decode()
    assert "tick that you publish all the same" in told
    form["remarks"] = "1"
    as_administrator.post(at("edition_publish", draft), form)
    page = as_administrator.get(at("edition", draft)).content.decode()
    assert "Remarks of the review" in page and "Too &lt;b&gt;long" in page
    as_administrator.force_login(worker)
    assert (
        "Remarks of the review" not in as_administrator.get(at("edition", draft)).content.decode()
    )


def test_another_draft_is_started_only_on_purpose(
    as_administrator: Client, administrator: User, draft: Edition, live: Edition
) -> None:
    address = reverse("editions")
    shown = as_administrator.get(address).content.decode()
    assert f"Open draft {draft.number}" in shown and "Start another" in shown
    assert "Start a draft" not in shown
    state = Edition.objects.get(agency=None)
    for start in (at("edition_draft", live), reverse("state_edition_draft", args=[state.number])):
        told = as_administrator.post(start, follow=True).content.decode()
        assert f"Edition {draft.number} is a draft already" in told
    assert Edition.objects.filter(agency=administrator.agency, status="draft").count() == 1
    as_administrator.post(at("edition_draft", live), {"another": "yes"})
    assert Edition.objects.filter(agency=administrator.agency, status="draft").count() == 2
    editor = as_administrator.get(at("edition_edit", draft)).content.decode()
    assert "Discard this draft" in editor and "cannot be undone" in editor
    as_administrator.post(at("edition_discard", draft), {"edition": str(draft.pk)})
    assert not Edition.objects.filter(pk=draft.pk).exists()
