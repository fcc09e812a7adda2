"""The life of an edition: two people publish, the clock makes it live, open calls stay."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake import worksheet
from intake.actions import drafts, editions
from intake.actions.people import set_policy
from intake.actions.question_sets import copy_edition, hash_of
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow, Refused
from intake.fields import Save, Step, parse_draft_name
from intake.models import Answer, AuditEvent, Edition, Intake, Prompt, PromptPair, User
from intake.worksheet import describe
from tests.factory import NOW, core_prompt, make_call, make_user, put, submit

LATER = NOW + timedelta(days=1)


@pytest.fixture
def draft(administrator: User, live: Edition) -> Edition:
    """A draft of the administrator, with other words in one place."""
    draft = editions.start_draft(actor=administrator, source_id=live.pk, at=NOW)
    reword(administrator, draft, "What has you worried?")
    return draft


def reword(actor: User, draft: Edition, text: str, *, is_core: bool = True) -> Prompt:
    """Give one worry prompt other words."""
    prompt = Prompt.objects.filter(
        edition=draft,
        question_set__key="social_connections",
        pair__is_core=is_core,
        pair__is_removed=False,
        side="worry",
    ).order_by("position")[0]
    save = Save(
        field=parse_draft_name(f"prompt.{prompt.pk}.en"),
        base=prompt.revision_of("en"),
        key=uuid4(),
        text=text,
    )
    drafts.save_draft_field(actor=actor, edition_id=draft.pk, save=save, at=NOW)
    return prompt


def status_at(edition: Edition, at: object) -> str:
    """The status that the pages show at a time."""
    edition.refresh_from_db()
    return worksheet.show_status(edition, at=at).label  # type: ignore[arg-type]


def test_two_people_publish_and_open_calls_stay(
    administrator: User, second: User, draft: Edition, live: Edition, worker: User
) -> None:
    before = make_call(worker)
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    with pytest.raises(NotAllowed, match="Two people"):
        editions.publish_edition(actor=administrator, edition_id=draft.pk, live_from=None, at=NOW)
    editions.publish_edition(actor=second, edition_id=draft.pk, live_from=None, at=NOW)
    draft.refresh_from_db()
    live.refresh_from_db()
    assert (draft.status, live.status) == ("live", "retired")
    assert draft.content_sha256 == hash_of(describe(draft)) != live.content_sha256
    after = make_call(worker, at=NOW + timedelta(minutes=1))
    before.refresh_from_db()
    assert (before.edition, after.edition) == (live, draft)
    asked = [core_prompt(call).texts.get(language="en").text for call in (before, after)]
    assert asked[1] == "What has you worried?" != asked[0]
    verbs = AuditEvent.objects.filter(subject_id=draft.pk).order_by("at", "verb")
    assert set(verbs.values_list("verb", flat=True)) == {
        "edition.drafted",
        "edition.published",
        "edition.review_requested",
    }


def test_rows_that_share_a_place_get_places_of_their_own(
    administrator: User, second: User, draft: Edition
) -> None:
    """Two that were made at once are told apart once published, in the order that was seen."""
    PromptPair.objects.filter(edition=draft).update(position=3)
    Prompt.objects.filter(edition=draft, pair=None).update(position=5)
    before = describe(draft)
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    editions.publish_edition(actor=second, edition_id=draft.pk, live_from=None, at=NOW)
    draft.refresh_from_db()
    assert describe(draft) == before and draft.content_sha256 == hash_of(before)
    for section in draft.question_sets.all():
        rows = section.pairs.all() or section.prompts.filter(pair=None)
        assert [one.position for one in rows] == list(range(len(rows)))
    for prompt in Prompt.objects.filter(edition=draft).exclude(pair=None).select_related("pair"):
        assert prompt.pair is not None and prompt.position == prompt.pair.position
    copy = copy_edition(source=draft, agency=draft.agency, at=NOW)
    assert hash_of(describe(copy)) == draft.content_sha256


def test_open_remarks_want_a_second_yes(administrator: User, second: User, draft: Edition) -> None:
    known: dict[str, Any] = {"edition_id": draft.pk, "at": NOW}
    editions.request_review(actor=administrator, **known)
    for text in ("Plainer?", "Shorter?"):
        editions.comment_on_edition(actor=second, anchor="", text=text, **known)
    for seen in (0, 1):
        with pytest.raises(NotPossibleNow, match="2 remarks are open"):
            editions.publish_edition(actor=second, live_from=None, remarks=seen, **known)
    draft.refresh_from_db()
    assert draft.status == "in_review"
    editions.resolve_comment(actor=second, comment_id=draft.comments.all()[0].pk, **known)
    editions.publish_edition(actor=second, live_from=None, remarks=1, **known)
    assert status_at(draft, NOW) == "Live"


def test_the_version_tells_every_remark_and_step(
    administrator: User, second: User, draft: Edition
) -> None:
    known: dict[str, Any] = {"edition_id": draft.pk, "at": NOW}
    first, other = (
        editions.comment_on_edition(actor=second, anchor="", text=text, **known) for text in "ab"
    )
    editions.resolve_comment(actor=second, comment_id=first.pk, **known)
    later = NOW + timedelta(hours=1)
    seen = {worksheet.version_of(draft, at=later)}
    # One is dealt with while another is opened again: as many are open as before.
    for remark in (first, other):
        editions.resolve_comment(actor=second, comment_id=remark.pk, **known)
    seen.add(worksheet.version_of(draft, at=later))
    seen.add(worksheet.version_of(draft, at=NOW))  # somebody is typing
    editions.request_review(actor=administrator, **known)
    draft.refresh_from_db()
    seen.add(worksheet.version_of(draft, at=later))
    editions.reopen_draft(actor=second, **known)
    editions.request_review(actor=administrator, edition_id=draft.pk, at=later)
    draft.refresh_from_db()
    seen.add(worksheet.version_of(draft, at=later))
    assert len(seen) == 5 and worksheet.version_of(draft, at=later) in seen


def test_an_agency_of_one_may_do_without(administrator: User, draft: Edition) -> None:
    assert administrator.agency is not None
    set_policy(
        agency_slug=administrator.agency.slug, name="allows_own_publish", value="yes", at=NOW
    )
    one = User.objects.with_roles().get(pk=administrator.pk)
    editions.request_review(actor=one, edition_id=draft.pk, at=NOW)
    editions.publish_edition(actor=one, edition_id=draft.pk, live_from=None, at=NOW)
    assert status_at(draft, NOW) == "Live"
    assert AuditEvent.objects.filter(verb="agency.policy_set").exists()


def test_a_scheduled_edition_is_live_by_the_clock(
    administrator: User, second: User, draft: Edition, live: Edition, worker: User
) -> None:
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    with pytest.raises(InvalidValue, match="over"):
        editions.publish_edition(actor=second, edition_id=draft.pk, live_from=NOW, at=NOW)
    editions.publish_edition(actor=second, edition_id=draft.pk, live_from=LATER, at=NOW)
    just_before, just_after = LATER - timedelta(seconds=1), LATER
    assert make_call(worker, at=just_before).edition == live
    assert make_call(worker, at=just_after).edition == draft
    assert [status_at(one, just_before) for one in (draft, live)] == ["Scheduled", "Live"]
    assert [status_at(one, just_after) for one in (draft, live)] == ["Live", "Retired"]
    assert draft.status == "scheduled"  # nothing ran
    with pytest.raises(NotPossibleNow, match="is live"):
        editions.cancel_edition(actor=administrator, edition_id=draft.pk, at=just_after)
    editions.settle_editions(agency=administrator.agency, at=just_after)
    assert [status_at(one, just_after) for one in (draft, live)] == ["Live", "Retired"]
    assert (draft.status, live.status) == ("live", "retired")


def test_a_scheduled_edition_that_is_called_off_never_was_live(
    administrator: User, second: User, draft: Edition, live: Edition, worker: User
) -> None:
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    editions.publish_edition(actor=second, edition_id=draft.pk, live_from=LATER, at=NOW)
    editions.cancel_edition(actor=administrator, edition_id=draft.pk, at=NOW)
    assert make_call(worker, at=LATER).edition == live
    assert status_at(draft, LATER) == "Called off"
    assert worker.agency is not None
    assert Edition.objects.live_then(agency=worker.agency, at=LATER).first() == live


def test_what_was_published_comes_back_as_a_copy(
    administrator: User, second: User, draft: Edition, live: Edition
) -> None:
    with pytest.raises(NotPossibleNow, match="never published"):
        editions.bring_back(actor=administrator, edition_id=draft.pk, at=NOW)
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    editions.publish_edition(actor=second, edition_id=draft.pk, live_from=None, at=NOW)
    copy = editions.bring_back(actor=administrator, edition_id=live.pk, at=NOW)
    assert copy.status == "in_review" and copy.number == draft.number + 1
    assert describe(copy) == describe(live)
    with pytest.raises(NotAllowed):
        editions.publish_edition(actor=administrator, edition_id=copy.pk, live_from=None, at=NOW)
    editions.publish_edition(
        actor=second, edition_id=copy.pk, live_from=None, at=NOW + timedelta(minutes=1)
    )
    copy.refresh_from_db()
    live.refresh_from_db()
    assert copy.content_sha256 == live.content_sha256 and live.status == "retired"


def test_a_check_that_blocks_keeps_a_draft_a_draft(administrator: User, draft: Edition) -> None:
    drafts.add_pair(actor=administrator, edition_id=draft.pk, set_key="concrete_support", at=NOW)
    with pytest.raises(InvalidValue, match="mended first"):
        editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    assert status_at(draft, NOW) == "Draft"


def test_what_was_taken_out_is_gone_once_published(
    administrator: User, second: User, draft: Edition
) -> None:
    pair = PromptPair.objects.filter(edition=draft, is_core=False).first()
    assert pair is not None
    step = Step("pair", pair.pk, "remove")
    drafts.change_row(actor=administrator, edition_id=draft.pk, step=step, at=NOW)
    described = describe(draft)
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    editions.publish_edition(actor=second, edition_id=draft.pk, live_from=None, at=NOW)
    assert not Prompt.objects.filter(pair=pair.pk).exists()
    assert not Prompt.objects.filter(edition=draft).exclude(saves={}).exists()
    assert describe(draft) == described


STEPS: dict[str, Callable[..., object]] = {
    "request": editions.request_review,
    "reopen": editions.reopen_draft,
    "publish": lambda **about: editions.publish_edition(live_from=None, **about),
    "cancel": editions.cancel_edition,
    "discard": editions.discard_draft,
    "remark": lambda **about: editions.comment_on_edition(anchor="", text="So?", **about),
}
ALLOWED = {
    "draft": {"request", "discard", "remark"},
    "in_review": {"reopen", "publish", "remark"},
    "scheduled": {"cancel"},
    "live": set(),
    "retired": set(),
}


@pytest.mark.parametrize("status", ALLOWED)
@pytest.mark.parametrize("what", STEPS)
def test_every_step_in_every_state(
    administrator: User, second: User, draft: Edition, status: str, what: str
) -> None:
    if status != "draft":
        editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    if status in ("scheduled", "live", "retired"):
        live_from = LATER if status == "scheduled" else None
        editions.publish_edition(actor=second, edition_id=draft.pk, live_from=live_from, at=NOW)
    if status == "retired":
        Edition.objects.filter(pk=draft.pk).update(status="retired")
    before = describe(draft)
    if what in ALLOWED[status]:
        STEPS[what](actor=second, edition_id=draft.pk, at=NOW)
        return
    with pytest.raises(NotPossibleNow, match="Nothing was changed"):
        STEPS[what](actor=second, edition_id=draft.pk, at=NOW)
    draft.refresh_from_db()
    assert draft.status == status and describe(draft) == before


@pytest.mark.parametrize("what", [*STEPS, "start", "bring_back"])
def test_who_may_not_may_not(
    supervisor: User, stranger: User, draft: Edition, live: Edition, what: str
) -> None:
    foreign = make_user(stranger.agency, "foreign", "administrators")  # type: ignore[arg-type]
    before = Edition.objects.count()

    def act(actor: User) -> object:
        if what == "start":
            return editions.start_draft(actor=actor, source_id=live.pk, at=NOW)
        if what == "bring_back":
            return editions.bring_back(actor=actor, edition_id=live.pk, at=NOW)
        return STEPS[what](actor=actor, edition_id=draft.pk, at=NOW)

    with pytest.raises(NotAllowed):
        act(supervisor)
    with pytest.raises(Edition.DoesNotExist):
        act(foreign)
    assert Edition.objects.count() == before and status_at(draft, NOW) == "Draft"


def test_remarks_are_about_something_and_dealt_with(
    administrator: User, second: User, draft: Edition
) -> None:
    key = PromptPair.objects.filter(edition=draft).values_list("key", flat=True)[0]
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    known = {"actor": second, "edition_id": draft.pk, "at": NOW}
    remark = editions.comment_on_edition(anchor=key, text=" Plainer? ", **known)  # type: ignore[arg-type]
    assert remark.text == "Plainer?"
    for anchor, text in (("nothing", "x"), (key, "  "), ("", "x" * 5001)):
        with pytest.raises(InvalidValue):
            editions.comment_on_edition(anchor=anchor, text=text, **known)  # type: ignore[arg-type]
    done = editions.resolve_comment(
        actor=administrator, edition_id=draft.pk, comment_id=remark.pk, at=NOW
    )
    assert done.resolved_by == administrator
    again = editions.resolve_comment(
        actor=second, edition_id=draft.pk, comment_id=remark.pk, at=NOW
    )
    assert again.resolved_by is None and draft.comments.count() == 1


def test_a_discarded_draft_leaves_nothing_but_the_fact(administrator: User, draft: Edition) -> None:
    copy = editions.start_draft(actor=administrator, source_id=draft.pk, at=NOW)
    editions.discard_draft(actor=administrator, edition_id=draft.pk, at=NOW)
    assert not Prompt.objects.filter(edition=draft.pk).exists()
    copy.refresh_from_db()
    assert copy.copied_from == Edition.objects.get(agency=administrator.agency, status="live")
    assert AuditEvent.objects.filter(verb="edition.discarded").count() == 1


operation = st.sampled_from(
    ["call", "reword", "add", "remove", "core", "move", "publish", "schedule", "bring_back", "undo"]
)


@given(operations=st.lists(operation, min_size=4, max_size=14))
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_answer_stays_with_the_words_that_it_answered(
    administrator: User, second: User, worker: User, operations: list[str]
) -> None:
    """Whatever is edited, published and brought back; and what was live keeps its hash."""
    with transaction.atomic():  # each example begins with the same editions
        said: dict[Intake, dict[str, str]] = {}  # of each call: its prompts' keys and their words
        hashes: dict[Edition, str] = {}
        for step, what in enumerate(operations):
            at = NOW + timedelta(hours=step)
            live = Edition.objects.live(agency=administrator.agency, at=at)[0]
            hashes.setdefault(live, live.content_sha256)
            if what == "call":
                call = make_call(worker, at=at)
                said[call] = answer_some(worker, call, at)
            else:
                with suppress(Refused):  # then nothing was changed
                    carry_out(what, administrator, second, live, at)
        for edition, before in hashes.items():
            edition.refresh_from_db()
            assert edition.content_sha256 == before == hash_of(describe(edition))
        for call, asked in said.items():
            answers = Answer.objects.filter(intake=call).select_related("prompt")
            stored = {one.prompt.key: one.prompt.texts.get(language="en").text for one in answers}
            assert stored == asked
            sheet = worksheet.from_json(call.submissions.latest("number").content.text)
            shown = {one.key: one.text for part in sheet.sections for one in part.all_prompts}
            assert {key: shown[key] for key in asked} == asked
        transaction.set_rollback(True)


def answer_some(worker: User, call: Intake, at: datetime) -> dict[str, str]:
    """Answer some prompts of a call and submit it; return their words by their keys."""
    prompts = Prompt.objects.filter(edition=call.edition_id).exclude(pair=None)[:3]
    for one in prompts:
        put(worker, call, f"answer.{one.pk}.text", f"Said of {one.key}", at=at)
    submit(worker, call)
    return {one.key: one.texts.get(language="en").text for one in prompts}


def carry_out(what: str, actor: User, second: User, live: Edition, at: datetime) -> None:
    """Do one thing to the draft that there is, or to a new one."""
    draft = Edition.objects.filter(agency=actor.agency, status="draft").first()
    draft = draft or editions.start_draft(actor=actor, source_id=live.pk, at=at)
    known: Any = {"actor": actor, "edition_id": draft.pk, "at": at}
    pair = draft.pairs.filter(is_removed=False, is_core=False).order_by("key").first()
    match what:
        case "reword":
            reword(actor, draft, f"What, at {at:%H:%M}?", is_core=bool(at.hour % 2))
        case "add":
            drafts.add_pair(set_key="concrete_support", **known)
        case "undo":
            drafts.undo_change(**known)
        case "bring_back":
            oldest = Edition.objects.filter(agency=actor.agency).earliest("number")
            copy = editions.bring_back(actor=actor, edition_id=oldest.pk, at=at)
            editions.publish_edition(actor=second, edition_id=copy.pk, live_from=None, at=at)
        case "publish" | "schedule":
            soon = at + timedelta(minutes=90) if what == "schedule" else None
            editions.request_review(**known)
            editions.publish_edition(actor=second, edition_id=draft.pk, live_from=soon, at=at)
        case _ if pair is not None:
            to = "to:concrete_support" if what == "move" else what
            drafts.change_row(step=Step("pair", pair.pk, to), **known)


def test_a_draft_that_a_published_edition_was_copied_from_can_go(
    administrator: User, second: User, draft: Edition, live: Edition
) -> None:
    copy = editions.start_draft(actor=administrator, source_id=draft.pk, at=NOW)
    assert copy.copied_from == draft
    editions.request_review(actor=administrator, edition_id=copy.pk, at=NOW)
    editions.publish_edition(actor=second, edition_id=copy.pk, live_from=None, at=NOW)
    copy.refresh_from_db()
    assert copy.copied_from == live
    editions.discard_draft(actor=administrator, edition_id=draft.pk, at=NOW)
    assert not Edition.objects.filter(pk=draft.pk).exists()


def test_a_note_without_a_translation_is_published_too(
    administrator: User, second: User, draft: Edition
) -> None:
    prompt = Prompt.objects.filter(edition=draft, side="worry")[0]
    prompt.texts.filter(language="es").update(text="", helper="Con calma")
    editions.request_review(actor=administrator, edition_id=draft.pk, at=NOW)
    editions.publish_edition(actor=second, edition_id=draft.pk, live_from=None, at=NOW)
    assert prompt.texts.get(language="es").helper == "Con calma"


def test_what_the_state_has_not_published_is_nobody_s(worker: User, live: Edition) -> None:
    state = Edition.objects.get(agency=None)
    assert set(Edition.objects.visible_to(worker)) == {live, state}
    unpublished = copy_edition(source=state, agency=None, at=NOW)
    assert unpublished not in Edition.objects.visible_to(worker)
