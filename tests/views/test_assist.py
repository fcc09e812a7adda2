"""Silent assist: what its pages show and answer, to whom, and with how many queries."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intake.actions import assist, calls, hand_overs
from intake.models import AssistLine, AuditEvent, Follower, HelpFlag, Intake, User
from tests.factory import NOW, core_prompt, make_call, make_user, put, submit

JSON = {"accept": "application/json"}
BACKGROUND = JSON | {"x-background": "yes"}
REPORTER = {
    "name": "Canary Caller",
    "phone": "555-0142",
    "callback_number": "555-0143",
    "address": "9 Canary Lane",
    "relationship": "Canary relation",
    "capacity": "Canary capacity",
    "basis_of_knowledge": "Canary basis",
    "refusal_reason": "Canary refusal",
}


@pytest.fixture
def call(worker: User) -> Intake:
    """The worker's open call, which began a while ago."""
    return make_call(worker, timezone.now() - timedelta(minutes=7))


@pytest.fixture
def as_supervisor(supervisor: User) -> Client:
    client = Client()
    client.force_login(supervisor)
    return client


def state(client: Client, call: Intake, version: str = "") -> tuple[int, dict[str, str]]:
    answer = client.get(
        reverse("assist_state", args=[call.pk]), {"version": version}, headers=BACKGROUND
    )
    return answer.status_code, answer.json() if answer.content else {}


def queries(client: Client, url: str, **data: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url, data, headers=BACKGROUND).status_code in (200, 204)
    return len(captured)


def send(actor: User, call: Intake, text: str = "Ask where he sleeps.") -> AssistLine:
    return assist.send_line(
        actor=actor, intake_id=call.pk, key=uuid.uuid4(), text=text, at=timezone.now()
    )


def fill(worker: User, call: Intake) -> None:
    """Type something everywhere."""
    put(worker, call, "narrative.text", "Shouting at night. <b>Twice</b>")
    put(worker, call, f"answer.{core_prompt(call).pk}.text", "They moved away.")
    opening = call.edition.prompts.filter(question_set__key="opening", bound_to="")
    question = opening.filter(kind="question").first()
    assert question is not None
    put(worker, call, f"answer.{question.pk}.text", "Since the spring.")
    put(worker, call, "call.child_now_at", "At school")
    put(worker, call, f"person.{uuid.uuid4()}.name", "Amir Example", role="child")
    put(worker, call, f"concern.{uuid.uuid4()}.what", "Left alone")
    put(worker, call, f"quote.{uuid.uuid4()}.text", "I want to go home.")
    heard = f"heard.{uuid.uuid4()}.text"
    put(worker, call, heard, "The pantry helps", factor="concrete_support", side="working_well")


def test_a_supervisor_follows_what_is_typed(
    as_supervisor: Client, worker: User, call: Intake
) -> None:
    fill(worker, call)
    answer = as_supervisor.get(reverse("assist_follow", args=[call.pk]))
    page = answer.content.decode()
    said = ("&lt;b&gt;Twice", "They moved away.", "Since the spring.", "At school", "Amir Example")
    for words in (*said, "Left alone", "I want to go home.", "The pantry helps"):
        assert words in page
    assert "Follow" in page.split("<h1>")[1]
    assert "<title>Follow 26-" in page
    version = answer.context["followed"].version
    assert state(as_supervisor, call, version) == (204, {})
    put(worker, call, "narrative.text", "And a bang.", base=1)
    status, news = state(as_supervisor, call, version)
    assert status == 200
    assert "And a bang." in news["html"]
    assert state(as_supervisor, call, news["version"]) == (204, {})


@pytest.mark.parametrize(
    "name", ["call.danger_now", "answer", "person", "concern", "quote", "heard", "narrative.text"]
)
def test_whatever_is_typed_is_another_version(
    as_supervisor: Client, worker: User, call: Intake, name: str
) -> None:
    _, before = state(as_supervisor, call)
    row = uuid.uuid4()
    about = {"role": "other", "factor": "concrete_support", "side": "worry"}
    belongs = {"person": ("role",), "heard": ("factor", "side")}.get(name, ())
    field = {
        "answer": f"answer.{core_prompt(call).pk}.status",
        "person": f"person.{row}.name",
        "concern": f"concern.{row}.where",
        "quote": f"quote.{row}.text",
        "heard": f"heard.{row}.text",
    }.get(name, name)
    text = {"call.danger_now": "yes", "answer": "declined"}.get(name, "x")
    put(worker, call, field, text, at=NOW, base=0, **{one: about[one] for one in belongs})
    status, after = state(as_supervisor, call, before["version"])
    assert (status, after["version"] != before["version"]) == (200, True)


def test_the_reporting_party_is_never_there(
    as_supervisor: Client, worker: User, call: Intake
) -> None:
    fill(worker, call)
    version = state(as_supervisor, call)[1]["version"]
    put(worker, call, "reporter.kind", "mandated")
    for column, text in REPORTER.items():
        put(worker, call, f"reporter.{column}", text)
    assert state(as_supervisor, call, version) == (204, {})  # not even that it was typed
    pages = [as_supervisor.get(reverse("assist_follow", args=[call.pk])).content.decode()]
    pages.append(state(as_supervisor, call)[1]["html"])
    pages.append(as_supervisor.get(reverse("assist")).content.decode())
    for page in pages:
        assert "anary" not in page
        assert "555-014" not in page
        assert "andated" not in page


def test_each_look_is_audited_once_and_polls_are_not(
    as_supervisor: Client, supervisor: User, worker: User, call: Intake
) -> None:
    as_supervisor.get(reverse("assist_follow", args=[call.pk]))
    seen = AuditEvent.objects.get(verb="intake.followed")
    assert (seen.actor, seen.subject_id, seen.details) == (supervisor, call.pk, {})
    before = AuditEvent.objects.count()
    for text in ("One", "Two"):
        put(worker, call, f"person.{uuid.uuid4()}.name", text, role="child")
        assert state(as_supervisor, call)[0] == 200
    as_supervisor.get(reverse("danger_count"), {"live": "yes"})
    assert AuditEvent.objects.count() == before


def test_an_unchanged_call_costs_few_queries_and_a_changed_one_a_fixed_number(
    as_supervisor: Client, worker: User, supervisor: User, call: Intake
) -> None:
    page, poll = (reverse(name, args=[call.pk]) for name in ("assist_follow", "assist_state"))
    as_supervisor.get(page)
    few = queries(as_supervisor, page), queries(as_supervisor, poll)
    fill(worker, call)
    for number in range(3):
        send(supervisor, call, f"Line {number}")
        put(worker, call, f"person.{uuid.uuid4()}.name", "Another", role="other")
    assert (queries(as_supervisor, page), queries(as_supervisor, poll)) == few
    version = state(as_supervisor, call)[1]["version"]
    assert queries(as_supervisor, poll, version=version) == 9


def test_lists_and_counts_take_a_fixed_number_of_queries(
    as_supervisor: Client, worker: User, supervisor: User
) -> None:
    def more() -> None:
        one = make_call(worker, timezone.now())
        assist.ask_help(actor=worker, intake_id=one.pk, at=timezone.now())
        assist.follow_call(actor=supervisor, intake=one, at=timezone.now())

    more()
    count, page = reverse("danger_count"), reverse("assist")
    few = [
        queries(as_supervisor, page),
        queries(as_supervisor, count),
        queries(as_supervisor, count, live="yes"),
    ]
    for _ in range(4):
        more()
    assert few == [
        queries(as_supervisor, page),
        queries(as_supervisor, count),
        queries(as_supervisor, count, live="yes"),
    ]
    assert few[0] <= 8
    assert few[2] == few[1] + 3


def test_the_count_comes_with_that_of_danger(
    as_supervisor: Client, worker: User, stranger: User, call: Intake
) -> None:
    def told(**data: str) -> dict[str, object]:
        answer = as_supervisor.get(reverse("danger_count"), data, headers=BACKGROUND).json()
        return dict(answer["assist"])

    assert told() == {"count": 0}
    assist.ask_help(actor=worker, intake_id=call.pk, at=timezone.now())
    far = make_call(stranger)
    assist.ask_help(actor=stranger, intake_id=far.pk, at=timezone.now())
    assert told() == {"count": 1}
    shown = told(live="yes")
    assert shown["count"] == 1
    assert call.reference in str(shown["html"])
    assert told(live="yes") == shown  # nothing in it runs: the page would show it anew for nothing
    calls.end_call(actor=worker, intake_id=call.pk, at=timezone.now())
    assert told() == {"count": 0}


def test_a_call_that_is_over_or_no_supervisors_is_not_followed(
    as_supervisor: Client, worker: User, supervisor: User, call: Intake
) -> None:
    practice = calls.start_call(actor=worker, at=timezone.now(), is_practice=True)
    for name in ("assist_follow", "assist_state"):
        assert as_supervisor.get(reverse(name, args=[practice.pk])).status_code == 404
    line = reverse("assist_line", args=[practice.pk])
    assert as_supervisor.post(line, {"text": "x"}).status_code == 404
    calls.end_call(actor=worker, intake_id=call.pk, at=timezone.now())
    status, news = state(as_supervisor, call)
    assert status == 200
    assert news["over"].startswith(f"Call {call.reference} ended at ")
    page = as_supervisor.get(reverse("assist_follow", args=[call.pk]), follow=True)
    assert page.redirect_chain[-1][0] == reverse("intake", args=[call.pk])
    assert [str(one) for one in page.context["messages"]] == [news["over"]]
    assert not Follower.objects.exists()
    late = reverse("assist_line", args=[call.pk])
    refused = as_supervisor.post(late, {"text": "Too late & kept"})
    assert refused.status_code == 409
    assert "Too late &amp; kept" in refused.content.decode()
    assert as_supervisor.post(late, {"text": "x"}, headers=JSON).status_code == 409
    assert not AssistLine.objects.exists()


def test_a_hand_over_is_told(
    as_supervisor: Client, worker: User, worker2: User, supervisor: User, call: Intake
) -> None:
    send(supervisor, call, "For the first worker")
    version = state(as_supervisor, call)[1]["version"]
    now = timezone.now()
    offer = hand_overs.offer_call(actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=now)
    hand_overs.answer_offer(actor=worker2, hand_over_id=offer.pk, answer="accepted", at=now)
    status, news = state(as_supervisor, call, version)
    assert status == 200
    assert "Handed over by Worker Example to Worker2 Example at" in news["html"]
    assert "For the first worker" not in news["html"]


def test_an_own_call_is_on_its_own_screen(call: Intake) -> None:
    both = make_user(call.agency, "both", "workers", "supervisors")
    own = make_call(both, timezone.now())
    client = Client()
    client.force_login(both)
    page = client.get(reverse("assist_follow", args=[own.pk]))
    assert (page.status_code, page.headers["Location"]) == (302, reverse("call", args=[own.pk]))
    assert client.get(reverse("assist_state", args=[own.pk])).status_code == 404
    assert client.post(reverse("assist_line", args=[own.pk]), {"text": "x"}).status_code == 404
    assert client.get(reverse("assist_follow", args=[call.pk])).status_code == 200


def test_a_line_without_scripts(
    as_supervisor: Client, as_worker: Client, worker: User, call: Intake
) -> None:
    url = reverse("assist_line", args=[call.pk])
    for text, sentence in (
        ("", "Write a line first"),
        ("x" * 201, "201 characters"),
        ("One\nTwo", "more than one line"),
    ):
        refused = as_supervisor.post(url, {"text": text})
        assert refused.status_code == 422
        assert sentence in refused.content.decode()
        assert as_supervisor.post(url, {"text": text}, headers=JSON).status_code == 422
    assert 'value="One\nTwo"' in refused.content.decode()  # what was typed comes back
    form = {"text": "Ask where he <sleeps>.", "key": str(uuid.uuid4())}
    for _ in range(2):  # pressed twice
        sent = as_supervisor.post(url, form)
        assert (sent.status_code, sent.headers["Location"]) == (
            302,
            reverse("assist_follow", args=[call.pk]),
        )
    line = AssistLine.objects.get()
    screen = as_worker.get(reverse("call", args=[call.pk])).content.decode()
    assert "Ask where he &lt;sleeps&gt;." in screen
    assert "Supervisor Example, " in screen
    assert "Followed by Supervisor Example" in screen or not Follower.objects.exists()
    dismiss = reverse("call_line_seen", args=[call.pk, line.pk])
    assert dismiss in screen
    assert as_worker.post(dismiss).headers["Location"] == reverse("call", args=[call.pk])
    assert "Ask where he" not in as_worker.get(reverse("call", args=[call.pk])).content.decode()
    page = as_supervisor.get(reverse("assist_follow", args=[call.pk])).content.decode()
    assert "Seen " in page
    assert (
        as_worker.post(reverse("call_line_seen", args=[call.pk, uuid.uuid4()])).status_code == 404
    )


def test_the_flag_without_scripts(as_worker: Client, worker: User, call: Intake) -> None:
    screen = reverse("call", args=[call.pk])
    url = reverse("call_help", args=[call.pk])
    assert ">Ask for help</button>" in as_worker.get(screen).content.decode()
    for _ in range(2):
        assert as_worker.post(url, {"asked": "yes"}).headers["Location"] == screen
    assert HelpFlag.objects.raised().count() == 1
    page = as_worker.get(screen).content.decode()
    assert ">Help asked – take back</button>" in page
    assert "Nobody follows yet." in page
    as_worker.post(url, {"asked": "no"})
    assert not HelpFlag.objects.raised().exists()
    calls.end_call(actor=worker, intake_id=call.pk, at=timezone.now())
    assert "Ask for help" not in as_worker.get(screen).content.decode()
    refused = as_worker.post(url, {"asked": "yes"}, follow=True)
    assert [str(one)[:4] for one in refused.context["messages"]] == ["Call"]
    answer = as_worker.post(url, {"asked": "yes"}, headers=JSON)
    assert (answer.status_code, "is over" in answer.json()["error"]) == (409, True)
    assert HelpFlag.objects.count() == 1


def test_a_practice_call_has_no_button(as_worker: Client, worker: User) -> None:
    practice = calls.start_call(actor=worker, at=timezone.now(), is_practice=True)
    assert "Ask for help" not in as_worker.get(reverse("call", args=[practice.pk])).content.decode()
    answer = as_worker.post(reverse("call_help", args=[practice.pk]), headers=JSON)
    assert answer.status_code == 409
    assert not HelpFlag.objects.exists()


def test_who_handed_the_call_over_is_told_so(
    as_worker: Client, worker: User, worker2: User, call: Intake
) -> None:
    now = timezone.now()
    offer = hand_overs.offer_call(actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=now)
    hand_overs.answer_offer(actor=worker2, hand_over_id=offer.pk, answer="accepted", at=now)
    answer = as_worker.post(reverse("call_help", args=[call.pk]), {"asked": "yes"}, headers=JSON)
    assert (answer.status_code, answer.json()["reason"]) == (409, "handed_over")
    assert not HelpFlag.objects.exists()


def test_a_line_comes_with_the_answer_of_a_page_that_is_there(
    as_worker: Client, as_supervisor: Client, worker: User, supervisor: User, call: Intake
) -> None:
    url, page = reverse("call_hold", args=[call.pk]), {"page": str(uuid.uuid4())}

    def hold() -> tuple[dict[str, object], int]:
        with CaptureQueriesContext(connection) as captured:
            answer = as_worker.post(url, page, headers=BACKGROUND)
        return answer.json()["assist"], len(captured)

    hold()  # the first one makes the page known
    told, quiet = hold()
    assert told == {"asked": False, "near": False, "html": ""}
    as_worker.post(reverse("call_help", args=[call.pk]), {"asked": "yes"}, headers=JSON)
    told, _ = hold()
    assert (told["asked"], told["near"]) == (True, True)
    assert "Nobody follows yet." in str(told["html"])
    as_supervisor.get(reverse("assist_follow", args=[call.pk]))
    send(supervisor, call)
    told, asked = hold()
    assert "Followed by Supervisor Example" in str(told["html"])
    assert "Ask where he sleeps." in str(told["html"])
    assert "csrf" not in str(told["html"])  # it says the same until something changes
    assert asked == quiet == 12


def test_saving_costs_what_it_cost(as_worker: Client, worker: User, call: Intake) -> None:
    def save(base: int) -> int:
        body = {"field": "narrative.text", "text": f"Text {base}", "base": base}
        with CaptureQueriesContext(connection) as captured:
            answer = as_worker.post(
                reverse("call_save", args=[call.pk]),
                body | {"key": str(uuid.uuid4())},
                content_type="application/json",
            )
        assert answer.status_code == 200
        return len(captured)

    save(0)
    quiet = save(1)
    assist.ask_help(actor=worker, intake_id=call.pk, at=timezone.now())
    assert save(2) == quiet
    assert not any("help" in one["sql"] or "assist" in one["sql"] for one in connection.queries)


def test_the_record_says_nothing_of_it(
    as_supervisor: Client, worker: User, supervisor: User, call: Intake
) -> None:
    send(supervisor, call, "Canary line.")
    submit(worker, call)
    for name in ("intake", "review", "intake_json"):
        page = as_supervisor.get(reverse(name, args=[call.pk]))
        assert page.status_code == 200
        assert "Canary line" not in page.content.decode()
