"""Copy-out: nothing is lost at a cut, no part is too long, and who reported is in none of it."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from intake import worksheet
from intake.actions import calls
from intake.actions.written_reports import start_written_report
from intake.exports.copy_out import SOURCES, build_blocks, measure, plain, split
from intake.models import AuditEvent, CopyOutField, CopyOutTick, Intake, Prompt, User, copy_out
from tests.exports.test_response_papers import reporter_words, told  # noqa: F401
from tests.factory import NOW, core_prompt, make_call, put, submit

texts = st.text(alphabet=st.sampled_from("ab😀 \n"), max_size=300)


def pasted(text: str) -> int:
    """How many characters a field of Windows counts."""
    return len(text.replace("\n", "\r\n").encode("utf-16-le")) // 2


@given(text=texts, limit=st.integers(min_value=2, max_value=40))
def test_parts_hold_everything_and_fit(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < pasted(part) <= limit for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)


@given(text=texts)
def test_a_line_end_counts_as_windows_pastes_it(text: str) -> None:
    assert measure(text) == pasted(text)


@given(text=texts)
def test_without_a_limit_it_is_one_part(text: str) -> None:
    assert split(text, 0) == ([text.strip()] if text.strip() else [])


@given(text=texts, limit=st.integers(min_value=8, max_value=40))
def test_words_that_fit_are_not_cut(text: str, limit: int) -> None:
    for part in split(text, limit):
        for word in part.split():
            if word not in text.split():
                whole = [one for one in text.split() if word in one]
                assert any(pasted(one) > limit for one in whole)


@given(text=st.text())
def test_it_is_plain_text(text: str) -> None:
    made = plain(text)
    assert "\r" not in made
    assert "\t" not in made
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", made)


def test_the_shipped_fields_have_their_sources(worker: User) -> None:
    fields = CopyOutField.objects.filter(agency=worker.agency)
    assert {one.source for one in fields} <= SOURCES.keys()
    assert SOURCES.keys() == copy_out.SOURCES.keys()
    assert fields.count() >= 15


@pytest.mark.usefixtures("told")
def test_blocks_stand_in_order_and_never_name_who_reported(
    worker: User,
    told: Intake,  # noqa: F811
) -> None:
    put(worker, told, "narrative.text", "The boys are alone. " * 700, base=1)
    fields = list(CopyOutField.objects.filter(agency=told.agency, is_active=True))
    blocks = build_blocks(worksheet.build(told), fields, told.agency.zone)
    order = [str(field.pk) for field in fields]
    assert [order.index(one.field_id) for one in blocks] == sorted(
        order.index(one.field_id) for one in blocks
    )
    narrative = [one for one in blocks if one.label == "Screener narrative"]
    assert [one.part for one in narrative] == [1, 2]
    assert all(len(one.text) <= one.limit for one in blocks if one.limit)
    everything = "\n".join(one.text for one in blocks)
    assert "A bruise on the left arm" in everything
    for word in reporter_words(told):
        assert word not in everything


def copied(call: Intake, source: str) -> str:
    """What the copy-out makes of one source."""
    return SOURCES[source](worksheet.build(call), call.agency.zone)


def test_every_correction_stands_in_exactly_one_place(worker: User, call: Intake) -> None:
    concern, quote, note, gone = (uuid.uuid4() for _ in range(4))
    worry = core_prompt(call)
    next_step = Prompt.objects.filter(edition=call.edition, question_set__kind="next_steps").first()
    assert next_step is not None
    put(worker, call, f"concern.{concern}.type", "physical_abuse")
    put(worker, call, f"concern.{concern}.what", "Left arm")
    put(worker, call, f"concern.{gone}.type", "physical_abuse")
    put(worker, call, f"quote.{quote}.text", "Go home")
    put(worker, call, f"answer.{worry.pk}.text", "No food")
    put(worker, call, f"answer.{next_step.pk}.text", "A visit")
    factor = "social_connections"
    put(worker, call, f"heard.{note}.text", "Doors slam", side="worry", factor=factor)
    put(worker, call, "decision.next_steps", "Call the school")
    places = {
        f"concern.{concern}.what": "concerns",
        f"quote.{quote}.text": "quotes",
        f"answer.{worry.pk}.text": "worries",
        f"heard.{note}.text": "worries",
        f"answer.{next_step.pk}.text": "narrative",
        "decision.next_steps": "narrative",
        f"concern.{gone}.what": "narrative",
    }
    for number, of in enumerate(places):
        put(worker, call, f"correction.{uuid.uuid4()}.text", f"Mended {number}.", of=of)
    put(worker, call, f"concern.{gone}.is_removed", "yes")
    for number, place in enumerate(places.values()):
        holders = {one for one in SOURCES if f"Mended {number}." in copied(call, one)}
        assert holders == {place}, number
    assert "A visit [corrected by the caller: Mended 4.]" in copied(call, "narrative")


def test_how_it_was_received_says_how_the_paper_came(worker: User) -> None:
    report = start_written_report(
        actor=worker, follows_id=None, medium="fax", received_at=NOW, at=NOW
    )
    assert copied(report, "method") == "Written report, fax, English"


def test_the_page_is_audited_and_keeps_ticks(as_worker: Client, worker: User, call: Intake) -> None:
    put(worker, call, "narrative.text", "What was told.")
    submit(worker, call)
    url = reverse("intake_copy_out", args=[call.pk])
    page = as_worker.get(url)
    assert "What was told." in page.content.decode()
    assert AuditEvent.objects.filter(verb="intake.copied_out", subject_id=call.pk).count() == 1
    block = page.context["blocks"][0]
    form = {"field": block.field_id, "part": str(block.part), "pasted": "yes"}
    form["sha256"] = block.sha256
    tick = reverse("intake_copy_out_tick", args=[call.pk])
    for _ in range(2):
        answer = as_worker.post(tick, form, headers={"Accept": "application/json"})
        assert 'aria-pressed="true"' in answer.json()["html"]
    assert CopyOutTick.objects.count() == 1
    assert as_worker.get(url).content.decode().count('aria-pressed="true"') == 1
    assert as_worker.post(tick, form | {"pasted": "no"}).status_code == 302
    assert not CopyOutTick.objects.exists()


def test_a_block_that_changed_is_to_be_ticked_again(
    as_worker: Client, worker: User, call: Intake
) -> None:
    put(worker, call, "narrative.text", "What was told.")
    page = reverse("intake_copy_out", args=[call.pk])
    tick = reverse("intake_copy_out_tick", args=[call.pk])

    def paste(pasted: str = "yes") -> None:
        block = next(one for one in as_worker.get(page).context["blocks"] if "told." in one.text)
        form = {"field": block.field_id, "part": "1", "sha256": block.sha256}
        as_worker.post(tick, form | {"pasted": pasted})

    paste()
    submit(worker, call)  # the same text is not to be pasted again
    assert "Changed since" not in as_worker.get(page).content.decode()
    reopened = make_call(worker)
    put(worker, reopened, "narrative.text", "What was told.")
    page = reverse("intake_copy_out", args=[reopened.pk])
    tick = reverse("intake_copy_out_tick", args=[reopened.pk])
    paste()
    put(worker, reopened, "narrative.text", "More was told.", base=1)  # before any submission
    before = as_worker.get(page).content.decode()
    assert before.count("Changed since it was ticked") == 1
    assert 'aria-pressed="true"' not in before
    paste()
    after = as_worker.get(page).content.decode()
    assert "Changed since" not in after
    assert after.count('aria-pressed="true"') == 1
    paste("no")
    paste("no")  # already taken back: nothing to note
    events = AuditEvent.objects.filter(verb__startswith="copy_out.", subject_id=reopened.pk)
    verbs = [one.verb for one in events.order_by("at", "pk")]
    assert verbs == ["copy_out.pasted"] * 2 + ["copy_out.taken_back"]
    assert {tuple(sorted(one.details)) for one in events} == {("field", "part")}


def test_what_was_decided_and_marked_is_copied_too(worker: User, call: Intake) -> None:
    put(worker, call, "call.danger_now", "yes")
    put(worker, call, "call.child_now_at", "At the neighbor's")
    put(worker, call, "call.is_protected_address", "yes")
    put(worker, call, "call.callback_wanted", "yes")
    for column, text in {
        "transfer_agency": "Harlan County",
        "transfer_person": "Ms. Oduya",
        "known_referral": "26-000001",
        "harm_statement": "He was hit.",
        "danger_statement": "He may be hit again.",
        "next_steps": "Visit today.",
        "concrete_help": "yes",
        "concrete_help_reason": "A crib",
    }.items():
        put(worker, call, f"decision.{column}", text)
    assert copied(call, "danger") == "Danger now: Yes\nChild now at: At the neighbor's"
    assert copied(call, "marks") == "Protected address"
    assert copied(call, "callback") == "Yes"
    assert copied(call, "transfer") == "Harlan County; Person: Ms. Oduya"
    assert copied(call, "known_referral") == "26-000001"
    assert copied(call, "statements") == "Harm: He was hit.\nDanger: He may be hit again."
    assert copied(call, "next_steps") == "Visit today."
    assert copied(call, "concrete_help") == "Yes: A crib"


def test_what_has_no_field_is_named(as_worker: Client, worker: User, call: Intake) -> None:
    put(worker, call, "decision.transfer_agency", "Harlan County")
    page = reverse("intake_copy_out", args=[call.pk])
    assert "no field of the other system is set" not in as_worker.get(page).content.decode()
    CopyOutField.objects.filter(agency=call.agency, source="transfer").delete()
    shown = as_worker.get(page).content.decode()
    assert "is set for it: Transfer to another jurisdiction." in shown


def test_fields_with_nothing_recorded_are_named_once(as_worker: Client, call: Intake) -> None:
    page = reverse("intake_copy_out", args=[call.pk])
    shown = as_worker.get(page).content.decode()
    assert shown.count("Nothing is recorded for: ") == 1
    line = shown.partition("Nothing is recorded for: ")[2].partition("<")[0]
    assert "Screener narrative" in line
    assert "Received" not in line
    CopyOutField.objects.filter(agency=call.agency).exclude(source="narrative").update(
        is_active=False
    )
    bare = as_worker.get(page).content.decode()
    assert "Nothing is recorded for: Screener narrative." in bare
    assert "There is nothing to copy" not in bare
    CopyOutField.objects.filter(agency=call.agency).update(is_active=False)
    assert "There is nothing to copy" in as_worker.get(page).content.decode()


def test_practice_is_not_copied_out(as_worker: Client, worker: User) -> None:
    call = calls.start_call(actor=worker, at=NOW, is_practice=True)
    field = CopyOutField.objects.filter(agency=call.agency).first()
    assert field is not None
    page = reverse("intake_copy_out", args=[call.pk])
    form = {"field": str(field.pk), "part": "1", "pasted": "yes"}
    assert as_worker.get(page).status_code == 404
    tick = reverse("intake_copy_out_tick", args=[call.pk])
    assert as_worker.post(tick, form).status_code == 404
    assert not CopyOutTick.objects.exists()
    assert not AuditEvent.objects.filter(verb="intake.copied_out").exists()
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    for name in ("wrap_up", "intake"):
        shown = as_worker.get(reverse(name, args=[call.pk]))
        assert page not in shown.content.decode()
    real = make_call(worker)
    calls.end_call(actor=worker, intake_id=real.pk, at=NOW)
    shown = as_worker.get(reverse("wrap_up", args=[real.pk]))
    assert reverse("intake_copy_out", args=[real.pk]) in shown.content.decode()


def test_a_strange_block_is_refused(as_worker: Client, stranger: User, call: Intake) -> None:
    theirs = CopyOutField.objects.filter(agency=stranger.agency).first()
    assert theirs is not None
    tick = reverse("intake_copy_out_tick", args=[call.pk])
    for field in (str(theirs.pk), str(uuid.uuid4()), "x", ""):
        form = {"field": field, "part": "1", "pasted": "yes"}
        answer = as_worker.post(tick, form, headers={"Accept": "application/json"})
        assert answer.status_code == 409
        assert answer.json()["error"].endswith("nothing was noted.")
    assert not CopyOutTick.objects.exists()
