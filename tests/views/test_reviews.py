"""The supervisor's desk: what waits in which order, who is at it, and what a page answers."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intake import worksheet
from intake.actions import calls, comments, reviews, wrap_up
from intake.models import AuditEvent, Intake, Review, ReviewComment, User
from tests.factory import core_prompt, make_call, make_ready, make_user, option, put, submit


@pytest.fixture
def as_supervisor(client: Client, supervisor: User) -> Client:
    client.force_login(supervisor)
    return client


def wait(
    worker: User, *, hours: float, priority: str = "ten_days", danger: str = "unknown"
) -> Intake:
    """An intake that was submitted so many hours after its call began, just now."""
    now = timezone.now()
    call = make_call(worker, now - timedelta(hours=hours))
    make_ready(worker, call)
    put(worker, call, "call.danger_now", danger, base=1)
    put(worker, call, "decision.priority", option(worker.agency, "priority", priority), base=1)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=now)
    call.refresh_from_db()
    return call


def remark(actor: User, call: Intake) -> ReviewComment:
    return comments.add_comment(
        actor=actor, intake_id=call.pk, anchor="narrative.text", text="Who?", at=timezone.now()
    )


def listed(client: Client, **query: str) -> list[str]:
    answer = client.get(reverse("reviews"), query)
    assert answer.status_code == 200
    return [row.reference for row in answer.context["rows"]]


def test_danger_comes_first_then_the_deadline_then_age(as_supervisor: Client, worker: User) -> None:
    late = wait(worker, hours=1)
    older = wait(worker, hours=5)
    soon = wait(worker, hours=1, priority="immediate")
    danger = wait(worker, hours=1, danger="yes")
    none = wait(worker, hours=9)
    Intake.objects.filter(pk=none.pk).update(due_at=None)
    order = [one.reference for one in (danger, soon, older, late, none)]
    assert listed(as_supervisor) == order
    make_call(worker)  # in progress: nobody's to review
    calls.start_call(actor=worker, at=timezone.now(), is_practice=True)
    assert listed(as_supervisor) == order


def test_filters_show_a_part(
    as_supervisor: Client, worker: User, worker2: User, supervisor: User
) -> None:
    mine, free, given = (wait(worker, hours=1) for _ in range(3))
    others = wait(worker2, hours=1)
    now = timezone.now()
    for one in (mine, given):
        reviews.claim_intake(actor=supervisor, intake_id=one.pk, at=now)
    comment = reviews.NewComment("narrative.text", "Who?")
    reviews.return_intake(actor=supervisor, intake_id=given.pk, comments=[comment], at=now)
    names = {one.pk: one.reference for one in (mine, free, given, others)}
    assert listed(as_supervisor, show="mine") == [names[mine.pk]]
    assert set(listed(as_supervisor, show="unclaimed")) == {names[free.pk], names[others.pk]}
    assert listed(as_supervisor, show="returned") == [names[given.pk]]
    assert listed(as_supervisor, worker=str(worker2.pk)) == [names[others.pk]]
    assert len(listed(as_supervisor, show="strange", worker="nobody")) == 3
    Review.objects.filter(intake=mine).update(active_at=now - timedelta(minutes=16))
    assert names[mine.pk] in listed(as_supervisor, show="unclaimed")


def test_what_was_not_asked_is_said_in_words(as_supervisor: Client, worker: User) -> None:
    call = make_call(worker, timezone.now())
    put(worker, call, f"answer.{core_prompt(call).pk}.text", "They moved away.")
    put(worker, call, f"answer.{core_prompt(call, side='working_well').pk}.status", "unknown")
    submit(worker, call, timezone.now())
    row = as_supervisor.get(reverse("reviews")).context["rows"][0]
    assert len(row.not_asked) == 8
    assert "Social Connections – worry" not in row.not_asked
    assert "Parental Resilience – working well" in row.not_asked


def test_the_desk_takes_a_fixed_number_of_queries(
    as_supervisor: Client, worker: User, supervisor: User
) -> None:
    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_supervisor.get(address).status_code == 200
        return len(captured)

    first = wait(worker, hours=1)
    reviews.claim_intake(actor=supervisor, intake_id=first.pk, at=timezone.now())
    remark(supervisor, first)
    pages = [
        reverse("reviews"),
        reverse("reviews_state"),
        reverse("review", args=[first.pk]),
        reverse("review", args=[first.pk]) + "?tab=history",
        reverse("review", args=[first.pk]) + "?tab=viewed",
    ]
    few = [count(page) for page in pages]
    for number in range(4):
        wait(worker, hours=number)
        remark(supervisor, first)
    assert [count(page) for page in pages] == few
    assert few[0] <= 9


def test_the_page_that_asks_learns_who_is_there(
    as_supervisor: Client, worker: User, supervisor: User
) -> None:
    colleague = make_user(worker.agency, "colleague", "supervisors")  # type: ignore[arg-type]
    call = wait(worker, hours=1)
    reviews.note_presence(actor=colleague, intake_id=call.pk, is_active=True, at=timezone.now())
    rows = as_supervisor.get(reverse("reviews_state")).json()["rows"]
    assert "Colleague Example looking at it" in " ".join(rows[str(call.pk)].split())
    reviews.claim_intake(actor=colleague, intake_id=call.pk, at=timezone.now())
    rows = as_supervisor.get(reverse("reviews_state")).json()["rows"]
    assert "Claimed by Colleague Example" in rows[str(call.pk)]
    there = as_supervisor.post(reverse("review_there", args=[call.pk]), {"active": "yes"}).json()
    assert there["status"] == "in_review"
    assert "Claimed by Colleague Example" in there["html"]
    before = AuditEvent.objects.count()
    as_supervisor.post(reverse("review_there", args=[call.pk]), {"active": "no"})
    assert AuditEvent.objects.count() == before  # a poll is no view


def test_a_refusal_says_why_and_keeps_what_was_typed(
    as_supervisor: Client, worker: User, supervisor: User
) -> None:
    call = wait(worker, hours=1)
    form = {"anchor": "narrative.text", "text": "Who saw it?", "passage": "no such words"}
    place = reverse("review_comment", args=[call.pk])
    unclaimed = as_supervisor.post(place, form)
    assert unclaimed.status_code == 422
    assert "Claim the intake first" in unclaimed.content.decode()
    assert as_supervisor.post(reverse("review_claim", args=[call.pk])).status_code == 302
    refused = as_supervisor.post(place, form).content.decode()
    assert "The narrative does not have these words." in refused
    assert "Who saw it?" in refused
    assert not ReviewComment.objects.exists()
    kept = as_supervisor.post(place, form | {"passage": ""})
    assert kept["Location"] == f"{reverse('review', args=[call.pk])}#remarks-narrative.text"
    remark = ReviewComment.objects.get()
    as_supervisor.post(reverse("review_comment_remove", args=[call.pk, remark.pk]))
    nothing = as_supervisor.post(reverse("review_return", args=[call.pk]))
    assert "Write at least one comment" in nothing.content.decode()


def test_no_words_of_a_call_stand_in_titles_or_addresses(
    as_supervisor: Client, worker: User, supervisor: User
) -> None:
    call = make_call(worker, timezone.now())
    put(worker, call, "narrative.text", "Zebulon hid.")
    submit(worker, call, timezone.now())
    page = as_supervisor.get(reverse("review", args=[call.pk])).content.decode()
    title = page.split("<title>")[1].split("</title>")[0]
    assert title.split() == ["Review", call.reference, "·", "SOP", "Hotline"]
    assert "Zebulon" in page


def test_every_look_at_a_review_is_an_event(
    as_supervisor: Client, worker: User, supervisor: User
) -> None:
    call = wait(worker, hours=1)
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    for tab in ("record", "changes", "history", "viewed"):
        as_supervisor.get(reverse("review", args=[call.pk]), {"tab": tab})
    events = AuditEvent.objects.exclude(pk__in=before)
    facts = [(one.verb, one.actor_id, one.subject_id, one.details) for one in events]
    assert facts == [("intake.viewed", supervisor.pk, call.pk, {})] * 4


def test_reading_is_noted_and_changes_are_shown(
    as_supervisor: Client, worker: User, supervisor: User
) -> None:
    call = make_call(worker, timezone.now())
    put(worker, call, "narrative.text", "The aunt saw it.")
    submit(worker, call, timezone.now())
    page = reverse("review", args=[call.pk])
    assert "first submission" in as_supervisor.get(f"{page}?tab=changes").content.decode()
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=timezone.now())
    comment = reviews.NewComment("narrative.text", "Which aunt?")
    reviews.return_intake(
        actor=supervisor, intake_id=call.pk, comments=[comment], at=timezone.now()
    )
    put(worker, call, "narrative.text", "The older aunt saw it.", base=1)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=timezone.now())
    changes = as_supervisor.get(f"{page}?tab=changes").context["changes"]
    assert [
        (one.section, [part.text for part in one.parts if part.kind == "new"]) for one in changes
    ] == [("Narrative", [" older"])]
    history = as_supervisor.get(f"{page}?tab=history").context["history"]
    assert [step.state for step in history if step.state] == [
        "In progress",
        "Submitted",
        "In review",
        "Returned",
        "Submitted",
    ]
    viewed = as_supervisor.get(f"{page}?tab=viewed")
    assert "Viewed the intake (4 times)" in viewed.content.decode()  # within a quarter of an hour


def test_the_page_shows_all_that_was_submitted(
    as_supervisor: Client, worker: User, worker2: User
) -> None:
    earlier, foreign = wait(worker, hours=30), make_call(worker2, timezone.now())
    call = make_call(worker, timezone.now())
    quote, support, person = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    words: dict[str, tuple[str, Any]] = {
        "narrative.text": ("Aaword was seen.", {}),
        "call.child_now_at": ("Bbword", {}),
        "call.tribe": ("Ccword", {}),
        "call.callback_time": ("Ddword", {}),
        f"quote.{quote}.text": ("Eeword", {}),
        f"support.{support}.service": ("Ffword", {"factor": "concrete_support"}),
        f"person.{person}.name": ("Ggword", {"role": "child"}),
        "decision.working_well_bearing": ("Hhword", {}),
        "decision.concrete_help_reason": ("Iiword", {}),
        "decision.cross_reports": ("Jjword", {}),
        "decision.harm_statement": ("Kkword", {}),
        "decision.danger_statement": ("Llword", {}),
        "decision.next_steps": ("Mmword", {}),
        "decision.transfer_agency": ("Nnword", {}),
        "decision.known_referral": ("Ooword", {}),
    }
    make_ready(worker, call)
    for name, (text, row) in words.items():
        put(worker, call, name, text, base=name == "decision.cross_reports", **row)
    put(worker, call, "call.is_fatality", "yes")
    call.prior_involvement.add(earlier, foreign)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=timezone.now())
    place = as_supervisor.get(reverse("intake", args=[call.pk])).content.decode()
    page = as_supervisor.get(reverse("review", args=[call.pk])).content.decode()
    for text, _ in words.values():
        assert text in place and text in page, text
    flags = dict(Intake.FLAGS)
    assert flags["is_fatality"] in page
    assert f'href="{reverse("intake", args=[earlier.pk])}"' in page
    assert page.count("Not asked</p>") >= 3  # opening, next steps and closing have no empty title


def test_what_was_done_is_said(as_supervisor: Client, worker: User, supervisor: User) -> None:
    calls_ = [wait(worker, hours=1) for _ in range(3)]
    for call, name, words in zip(
        calls_,
        ("review_release", "review_return", "review_approve"),
        ("is back in the queue", "went back with your comments", "is approved"),
        strict=True,
    ):
        as_supervisor.post(reverse("review_claim", args=[call.pk]))
        remark(supervisor, call)
        page = as_supervisor.post(reverse(name, args=[call.pk]), follow=True).content.decode()
        assert f"{call.reference} {words}" in page
        assert as_supervisor.get(reverse("review", args=[call.pk])).status_code == 200


def test_a_worker_comes_back_to_the_page_on_which_they_answered(
    client: Client, worker: User, supervisor: User
) -> None:
    call = wait(worker, hours=1)
    now = timezone.now()
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=now)
    noted = remark(supervisor, call)
    reviews.return_intake(actor=supervisor, intake_id=call.pk, at=now)
    client.force_login(worker)
    for page in ("wrap_up", "call"):
        place = f'id="remark-{noted.pk}"'
        assert place in client.get(reverse(page, args=[call.pk])).content.decode()
        sent = {"text": "The mother's sister.", "page": page}
        answer = client.post(reverse("call_comment", args=[call.pk, noted.pk]), sent)
        assert answer["Location"] == f"{reverse(page, args=[call.pk])}#remark-{noted.pk}"


def returned_with(supervisor: User, call: Intake, **words: str) -> dict[str, ReviewComment]:
    """Return a call with a remark on each anchor (`answer.<key>` as `answer__<key>`)."""
    now = timezone.now()
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=now)
    noted = {
        anchor: comments.add_comment(
            actor=supervisor, intake_id=call.pk, anchor=anchor.replace("__", "."), text=text, at=now
        )
        for anchor, text in words.items()
    }
    reviews.return_intake(actor=supervisor, intake_id=call.pk, at=now)
    return noted


def remark_of(page: str, comment: ReviewComment) -> int:
    """Where a page shows a remark in full; -1 where it does not."""
    return page.find(f'id="remark-{comment.pk}"')


def test_a_remark_stands_beside_what_it_is_about(
    client: Client, worker: User, supervisor: User
) -> None:
    call = wait(worker, hours=1)
    prompt = core_prompt(call)
    person = call.people.get()
    words = {
        f"answer__{prompt.pk}": "Since when?",
        f"person__{person.pk}": "How old?",
        "narrative__text": "Which aunt?",
        "decision__rationale": "How so?",
        "call__child_now_at": "With whom?",
    }
    noted = returned_with(supervisor, call, **words)
    answer, on_person, on_narrative, on_decision, on_call = noted.values()
    client.force_login(worker)
    page = client.get(reverse("call", args=[call.pk])).content.decode()
    assert page.index(f'id="prompt-{prompt.pk}"') < remark_of(page, answer)
    assert remark_of(page, answer) < page.index(f'id="region-{prompt.pk}"')
    assert page.index(f'id="row-{person.pk}"') < remark_of(page, on_person)
    assert page.index('id="panel-narrative"') < remark_of(page, on_narrative)
    assert remark_of(page, on_narrative) < page.index('id="f-narrative-text"')
    top = page.index('id="returned-remarks"')
    assert top < remark_of(page, on_call) < page.index('id="panel-narrative"')  # it has no place
    assert remark_of(page, on_decision) == -1
    assert f"{reverse('wrap_up', args=[call.pk])}#remark-{on_decision.pk}" in page
    page = client.get(reverse("wrap_up", args=[call.pk])).content.decode()
    assert page.index('id="board"') < remark_of(page, answer) < page.index('id="decision-title"')
    assert page.index('id="decision-title"') < remark_of(page, on_decision)
    assert page.index('id="people-summary"') < remark_of(page, on_person)
    assert page.index('id="returned-remarks"') < remark_of(page, on_call)
    for comment in noted.values():
        assert page.count(f'id="remark-{comment.pk}"') == 1
        assert page.count(f'id="remark-form-{comment.pk}"') == 1


def test_a_remark_on_who_was_taken_out_is_not_lost(
    client: Client, worker: User, supervisor: User
) -> None:
    call = wait(worker, hours=1)
    person = call.people.get()
    (noted,) = returned_with(supervisor, call, **{f"person__{person.pk}": "Really?"}).values()
    put(worker, call, f"person.{person.pk}.is_removed", "yes")
    client.force_login(worker)
    for name in ("call", "wrap_up"):
        page = client.get(reverse(name, args=[call.pk])).content.decode()
        assert remark_of(page, noted) > page.index('id="returned-remarks"')


def test_a_reviewer_sees_every_remark_again_with_its_reply(
    client: Client, worker: User, supervisor: User
) -> None:
    """Also one on another field of the decision, and those whose place is gone."""
    call = wait(worker, hours=1)
    person, unasked = call.people.get(), core_prompt(call)
    words = {
        "decision__harm_statement": "Draft one.",
        f"answer__{unasked.pk}": "Was this not asked?",
        f"person__{person.pk}": "Is that her name?",
        "call__child_now_at": "With whom?",
    }
    noted = returned_with(supervisor, call, **words)
    for number, comment in enumerate(noted.values()):
        comments.reply(
            actor=worker,
            intake_id=call.pk,
            comment_id=comment.pk,
            text=f"Reply {number}.",
            at=timezone.now(),
        )
    put(worker, call, f"person.{person.pk}.is_removed", "yes")
    put(
        worker,
        call,
        "decision.screening",
        option(worker.agency, "screening", "evaluated_out"),
        base=1,
    )
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=timezone.now())
    client.force_login(supervisor)
    page = client.get(reverse("review", args=[call.pk])).content.decode()
    for number, text in enumerate(words.values()):
        assert page.count(text) == 1, text
        assert page.count(f"Reply {number}.") == 1
    others = page.index('id="d-remarks"')
    assert page.index('id="d-decision"') < page.index("Draft one.") < others
    assert others < page.index("Is that her name?") and others < page.index("With whom?")
    assert page.index('id="d-board"') < page.index("Was this not asked?")


def test_what_is_not_returned_shows_no_remarks(worker: User, supervisor: User) -> None:
    call = wait(worker, hours=1)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=timezone.now())
    remark(supervisor, call)
    reviews.release_intake(actor=supervisor, intake_id=call.pk, at=timezone.now())
    sheet = worksheet.build(call)
    assert worksheet.build_remarks(call, sheet, page="call") == ()
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=timezone.now())
    reviews.return_intake(actor=supervisor, intake_id=call.pk, at=timezone.now())
    call.refresh_from_db()
    assert len(worksheet.build_remarks(call, sheet, page="call")) == 1
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=timezone.now())
    call.refresh_from_db()
    assert worksheet.build_remarks(call, sheet, page="call") == ()


def test_what_is_open_comes_first_and_what_is_earlier_says_so(
    client: Client, worker: User, supervisor: User
) -> None:
    call, now = wait(worker, hours=1), timezone.now()
    done, left = returned_with(
        supervisor, call, narrative__text="Which aunt?", decision__rationale="How so?"
    ).values()
    client.force_login(worker)
    calls, address = reverse("calls"), reverse("wrap_up", args=[call.pk])
    assert "Returned to you with 2 comments." in client.get(address).content.decode()
    assert "2 comments open" in client.get(calls).content.decode()
    comments.resolve(actor=worker, intake_id=call.pk, comment_id=done.pk, is_resolved=True, at=now)
    page = client.get(address).content.decode()
    assert "Returned to you: 1 of 2 comments is still open." in page
    assert "1 comment of your supervisor is not marked as dealt with" in page
    assert page.index(f'id="line-{left.pk}"') < page.index("Dealt with before: 1 comment")
    assert page.index("Dealt with before: 1 comment") < page.index(f'id="line-{done.pk}"')
    assert "from an earlier return" not in page
    assert f'data-returned="{call.pk}.2"' in page
    assert "1 comment open" in client.get(calls).content.decode()
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=now)
    assert not re.search(r"comments? open", client.get(calls).content.decode())
    (new,) = returned_with(supervisor, call, decision__rationale="Still: how so?").values()
    page = client.get(address).content.decode()
    assert "Returned to you: 2 of 3 comments are still open." in page
    assert page.count("from an earlier return") == 2
    # Who folded the first list away has this one open.
    assert f'data-returned="{call.pk}.3"' in page
    for comment in (left, new):
        comments.resolve(
            actor=worker, intake_id=call.pk, comment_id=comment.pk, is_resolved=True, at=now
        )
    page = client.get(address).content.decode()
    assert "Returned to you: all 3 comments are dealt with." in page
    assert "not marked as dealt with" not in page
    assert not re.search(r"comments? open", client.get(calls).content.decode())


def test_the_reviewer_sees_on_top_how_earlier_comments_stand(
    client: Client, worker: User, supervisor: User
) -> None:
    call, now = wait(worker, hours=1), timezone.now()
    client.force_login(supervisor)
    address = reverse("review", args=[call.pk])
    assert "Sent to the worker" not in client.get(address).content.decode()
    done, left = returned_with(
        supervisor, call, narrative__text="Which aunt?", decision__rationale="How so?"
    ).values()
    comments.resolve(actor=worker, intake_id=call.pk, comment_id=done.pk, is_resolved=True, at=now)
    page = client.get(address).content.decode()
    assert f'<a href="#remark-{left.pk}">2 comments, 1 not dealt with</a>' in page
    assert f'id="remark-{left.pk}"' in page
    comments.resolve(actor=worker, intake_id=call.pk, comment_id=left.pk, is_resolved=True, at=now)
    assert "2 comments, all dealt with</a>" in client.get(address).content.decode()
    changes = client.get(f"{address}?tab=changes").content.decode()
    assert "<dd>2 comments, all dealt with</dd>" in changes
    other = wait(worker, hours=2)
    (only,) = returned_with(supervisor, other, narrative__text="Which aunt?").values()
    comments.resolve(actor=worker, intake_id=other.pk, comment_id=only.pk, is_resolved=True, at=now)
    page = client.get(reverse("review", args=[other.pk])).content.decode()
    assert "1 comment, dealt with</a>" in page


def test_remarks_cost_the_same_however_many(client: Client, worker: User, supervisor: User) -> None:
    counts = set()
    client.force_login(worker)
    for places in (("narrative.text",), ("narrative.text", "decision.rationale", "decision.path")):
        call = wait(worker, hours=1)
        words = dict.fromkeys((place.replace(".", "__") for place in places), "So?")
        for comment in returned_with(supervisor, call, **words).values():
            comments.reply(
                actor=worker,
                intake_id=call.pk,
                comment_id=comment.pk,
                text="So.",
                at=timezone.now(),
            )
        client.get(reverse("call", args=[call.pk]))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("call", args=[call.pk])).content.decode()
        assert page.count('id="line-') == len(places)
        counts.add(len(queries))
    assert len(counts) == 1


def test_a_script_gets_the_remark_as_it_stands(
    client: Client, worker: User, supervisor: User
) -> None:
    call = wait(worker, hours=1)
    noted, other = returned_with(
        supervisor, call, narrative__text="Which aunt?", decision__rationale="How so?"
    ).values()
    client.force_login(worker)
    address = reverse("call_comment", args=[call.pk, noted.pk])
    script = {"Accept": "application/json"}
    refused = client.post(address, {"text": " "}, headers=script)
    assert (refused.status_code, refused.json()) == (
        409,
        {"error": "Write the reply first; nothing was noted."},
    )
    assert not noted.replies.exists()
    sent = {"text": "The <b>older</b> one.", "resolved": "yes"}
    answer = client.post(address, sent, headers=script).json()
    assert "The &lt;b&gt;older&lt;/b&gt; one." in answer["html"]
    assert "Not dealt with" in answer["html"]
    assert "Dealt with" in answer["line"] and f'"#remark-{noted.pk}"' in answer["line"]
    assert "1 of 2 comments is still open" in answer["head"]
    assert "1 comment of your supervisor is not marked" in answer["left"]
    client.post(address, sent, headers=script)  # the first answer was lost on its way
    assert noted.replies.count() == 1
    elsewhere = client.post(
        reverse("call_comment", args=[call.pk, other.pk]), {"resolved": "yes"}, headers=script
    ).json()
    assert f"{reverse('wrap_up', args=[call.pk])}#remark-{other.pk}" in elsewhere["line"]
    on_wrap_up = client.post(
        reverse("call_comment", args=[call.pk, other.pk]),
        {"resolved": "no", "page": "wrap_up"},
        headers=script,
    ).json()
    assert "Dealt with" not in on_wrap_up["line"]
    assert f'"#remark-{other.pk}"' in on_wrap_up["line"]
    strange = client.post(reverse("call_comment", args=[call.pk, uuid.uuid4()]), headers=script)
    assert strange.status_code == 404
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=timezone.now())
    frozen = client.post(address, {"text": "Late"}, headers=script)
    assert frozen.status_code == 409 and "its comments stay" in frozen.json()["error"]
    assert noted.replies.count() == 1


def test_nobody_reviews_across_agencies_or_without_the_role(
    client: Client, worker: User, stranger: User
) -> None:
    call = wait(worker, hours=1)
    Group.objects.get_or_create(name="supervisors")
    for somebody in (worker, stranger):
        client.force_login(somebody)
        for name in ("review", "review_there", "review_claim", "review_amend"):
            address = reverse(name, args=[call.pk])
            got = client.get(address) if name == "review" else client.post(address)
            assert got.status_code == 404, name
    assert not Review.objects.exists()
    client.force_login(worker)
    strange = reverse("call_comment", args=[call.pk, uuid.uuid4()])
    assert client.post(strange, {"text": "x"}).status_code == 404


def test_the_record_has_the_same_tabs_for_who_wrote_it(
    client: Client, worker: User, supervisor: User
) -> None:
    call = wait(worker, hours=1)
    client.force_login(supervisor)
    client.get(reverse("intake", args=[call.pk]))
    client.force_login(worker)
    address = reverse("intake", args=[call.pk])
    assert "the first submission" in client.get(f"{address}?tab=changes").content.decode()
    history = client.get(f"{address}?tab=history").content.decode()
    assert "Submitted the intake" in history
    assert supervisor.display_name in client.get(f"{address}?tab=viewed").content.decode()
    assert client.get(f"{address}?tab=strange").context["tab"] == "record"
