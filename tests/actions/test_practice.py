"""Practice: what the caller says, and that no practice call reaches a list, queue or figure."""

import re
import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from intake import worksheet
from intake.actions import calls, practice
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import AuditEvent, Intake, PracticeTurn, Prompt, User
from intake.practice import find_scenario, scenarios
from tests.factory import NOW, core_prompt, make_call, make_ready, put, submit

CALLER = "school-nurse"


@pytest.fixture
def played(worker: User) -> Intake:
    """A practice call against the school nurse."""
    return practice.start_practice(actor=worker, scenario=CALLER, language="en", at=NOW)


def hear(worker: User, call: Intake, prompt: Prompt | None = None) -> str:
    practice.hear(
        actor=worker,
        intake_id=call.pk,
        prompt_id=prompt.pk if prompt else None,
        at=NOW + timedelta(seconds=70),
    )
    caller = worksheet.build_caller(call)
    assert caller is not None
    return caller.turns[-1].said


def test_the_caller_says_the_lines_in_order_and_then_the_ending(
    worker: User, played: Intake
) -> None:
    scenario = find_scenario(CALLER)
    assert scenario is not None
    said = [hear(worker, played) for _ in range(len(scenario.lines) + 2)]
    assert said[:-2] == [line.words.en for line in scenario.lines]
    assert said[-2:] == [scenario.ending.en] * 2


def test_a_prompt_gets_its_answer_and_the_same_again(worker: User, played: Intake) -> None:
    scenario = find_scenario(CALLER)
    assert scenario is not None
    prompt = core_prompt(played)
    first = hear(worker, played, prompt)
    assert first == scenario.replies[prompt.key].en
    unknown = Prompt.objects.filter(edition=played.edition_id).exclude(key__in=scenario.replies)
    one, other = unknown.order_by("key")[:2]
    assert hear(worker, played, one) == scenario.otherwise[0].en
    assert hear(worker, played, other) == scenario.otherwise[1].en
    assert hear(worker, played, one) == scenario.otherwise[0].en
    assert hear(worker, played, prompt) == first


def test_the_caller_speaks_spanish_whatever_the_prompts_do(worker: User) -> None:
    call = practice.start_practice(actor=worker, scenario=CALLER, language="es", at=NOW)
    assert call.language == "es"
    put(worker, call, "call.language", "en")
    scenario = find_scenario(CALLER)
    assert scenario is not None
    assert hear(worker, call) == scenario.lines[0].words.es


def test_what_cannot_be_is_refused(worker: User, worker2: User, played: Intake) -> None:
    with pytest.raises(InvalidValue):
        practice.start_practice(actor=worker, scenario="nobody", language="en", at=NOW)
    with pytest.raises(InvalidValue):
        practice.start_practice(actor=worker, scenario=CALLER, language="xx", at=NOW)
    with pytest.raises(NotPossibleNow):
        practice.hear(actor=worker, intake_id=make_call(worker).pk, prompt_id=None, at=NOW)
    with pytest.raises(InvalidValue):
        practice.hear(actor=worker, intake_id=played.pk, prompt_id=uuid.uuid4(), at=NOW)
    with pytest.raises(Intake.DoesNotExist):
        practice.hear(actor=worker2, intake_id=played.pk, prompt_id=None, at=NOW)
    calls.close_no_report(actor=worker, intake_id=played.pk, reason="mistake", at=NOW)
    with pytest.raises(NotPossibleNow):
        practice.hear(actor=worker, intake_id=played.pk, prompt_id=None, at=NOW)
    assert not PracticeTurn.objects.exists()


def test_the_replay_says_what_was_reached_missed_and_volunteered(
    as_worker: Client, worker: User, played: Intake
) -> None:
    scenario = find_scenario(CALLER)
    assert scenario is not None
    for _ in scenario.lines:
        hear(worker, played)
    volunteered = {one for line in scenario.lines for one in line.volunteers}
    assert ("social_connections", "working_well") in volunteered
    put(worker, played, f"answer.{core_prompt(played).pk}.text", "An uncle who drinks.")
    well = core_prompt(played, factor="concrete_support", side="working_well")
    put(worker, played, f"answer.{well.pk}.status", "unknown")
    note = f"heard.{uuid.uuid4()}.text"
    put(worker, played, note, "Doña Chela", factor="social_connections", side="working_well")
    url = reverse("practice_replay", args=[played.pk])
    assert as_worker.get(url).status_code == 302  # it is not over yet
    calls.end_call(actor=worker, intake_id=played.pk, at=NOW + timedelta(minutes=9))
    page = as_worker.get(url)
    factors = {factor.key: factor for factor in page.context["factors"]}
    social, concrete = factors["social_connections"], factors["concrete_support"]
    assert (social.reached, social.pairs[0].worry_state) == (1, "Asked and answered")
    assert social.pairs[0].working_well_state == "Missed"
    assert social.sides[1].volunteered == "Volunteered by the caller, filed"
    assert concrete.pairs[0].working_well_state == "Asked, no answer"
    for key, factor in factors.items():
        for side, place in (("worry", 0), ("working_well", 1)):
            words = factor.sides[place].volunteered
            if (key, side) == ("social_connections", "working_well"):
                continue
            is_told = (key, side) in volunteered
            assert words == (
                "Volunteered by the caller, not filed" if is_told else "Nothing was volunteered"
            )
    assert escape(scenario.lines[0].words.en) in page.content.decode()


def test_the_replay_tells_the_turns_beside_what_was_filed(
    as_worker: Client, worker: User, played: Intake
) -> None:
    def file(text: str, side: str, seconds: int) -> str:
        """Worries are filed without scripts: no clock of the call is sent along."""
        name = f"heard.{uuid.uuid4()}"
        put(
            worker,
            played,
            f"{name}.text",
            text,
            at=NOW + timedelta(seconds=seconds),
            factor="social_connections",
            side=side,
            call_seconds=str(seconds) if side == "working_well" else "",
        )
        return name

    file("Before anything was said", "worry", 2)
    for seconds in (10, 30):
        at = NOW + timedelta(seconds=seconds, milliseconds=700)
        practice.hear(actor=worker, intake_id=played.pk, prompt_id=None, at=at)
    file("In the second of the next turn", "working_well", 30)
    put(worker, played, f"{file('Taken out again', 'worry', 40)}.is_removed", "yes")
    file("Last", "worry", 95)
    calls.end_call(actor=worker, intake_id=played.pk, at=NOW + timedelta(minutes=3))
    course = as_worker.get(reverse("practice_replay", args=[played.pk])).context["course"]
    told = [
        (moment.turn and moment.turn.seconds, [one.text for one in moment.filed])
        for moment in course
    ]
    assert told == [
        (None, ["Before anything was said"]),
        (10, ["In the second of the next turn"]),
        (30, ["Last"]),
    ]
    assert course[1].filed[0].place == "Working well · Social Connections"
    assert course[2].filed[0].seconds == 95


def test_a_script_that_got_shorter_breaks_no_page(
    as_worker: Client, worker: User, played: Intake
) -> None:
    scenario = find_scenario(CALLER)
    assert scenario is not None
    run = played.practice
    beyond = len(scenario.lines)
    unanswered = Prompt.objects.filter(edition=played.edition_id).exclude(key__in=scenario.replies)[
        0
    ]
    kinds = PracticeTurn.Kind
    for number, (kind, prompt) in enumerate(
        [(kinds.LINE, None), (kinds.REPLY, unanswered), (kinds.OTHERWISE, unanswered)], start=1
    ):
        PracticeTurn.objects.create(
            run=run, number=number, kind=kind, place=beyond, prompt=prompt, at=NOW
        )
    page = as_worker.get(reverse("call", args=[played.pk]))
    assert page.content.decode().count(escape("(The caller's words are not shipped")) == 3
    calls.end_call(actor=worker, intake_id=played.pk, at=NOW)
    assert as_worker.get(reverse("practice_replay", args=[played.pk])).status_code == 200
    run.scenario = "of-an-earlier-release"
    run.save(update_fields=["scenario"])
    for name in ("call", "practice_replay"):
        page = as_worker.get(reverse(name, args=[played.pk]))
        assert page.status_code == 200
        assert "nothing of this is a report" in page.content.decode()
    with pytest.raises(NotPossibleNow):
        practice.hear(actor=worker, intake_id=played.pk, prompt_id=None, at=NOW)


def test_a_press_is_answered_with_a_fragment_or_a_sentence(
    as_worker: Client, worker: User, played: Intake
) -> None:
    scenario = find_scenario(CALLER)
    assert scenario is not None
    url, script = reverse("call_practice", args=[played.pk]), {"Accept": "application/json"}
    answer = as_worker.post(url, headers=script)
    assert escape(scenario.lines[0].words.en) in answer.json()["html"]
    assert as_worker.post(url)["Location"] == reverse("call", args=[played.pk])
    turns = PracticeTurn.objects.count()
    for prompt in ("x", str(uuid.uuid4())):
        refused = as_worker.post(url, {"prompt": prompt}, headers=script)
        assert refused.status_code == 409
        assert "no such prompt" in refused.json()["error"]
    calls.close_no_report(actor=worker, intake_id=played.pk, reason="mistake", at=NOW)
    assert "takes no more changes" in as_worker.post(url, headers=script).json()["error"]
    assert "takes no more changes" in as_worker.post(url, follow=True).content.decode()
    assert PracticeTurn.objects.count() == turns == 2


def test_the_pages_of_practice_take_a_fixed_number_of_queries(
    as_worker: Client, worker: User, played: Intake
) -> None:
    def count(name: str, *args: object) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_worker.get(reverse(name, args=args)).status_code == 200
        return len(captured)

    hear(worker, played, core_prompt(played))
    calls.end_call(actor=worker, intake_id=played.pk, at=NOW)
    count("call", played.pk)  # makes the key of the journal, once
    few = count("practice"), count("call", played.pk), count("practice_replay", played.pk)
    for prompt in Prompt.objects.filter(edition=played.edition_id)[:9]:
        hear(worker, played, prompt)
    for _ in range(4):
        practice.start_practice(actor=worker, scenario=CALLER, language="en", at=NOW)
    many = count("practice"), count("call", played.pk), count("practice_replay", played.pk)
    assert many == few


def test_only_the_own_practice_calls_are_listed(
    as_worker: Client, worker: User, worker2: User, played: Intake
) -> None:
    make_call(worker)
    other = practice.start_practice(actor=worker2, scenario=CALLER, language="en", at=NOW)
    submitted = practice.start_practice(actor=worker, scenario=CALLER, language="en", at=NOW)
    submit(worker, submitted)
    page = as_worker.get(reverse("practice"))
    assert set(page.context["earlier"]) == {played, submitted}
    html = page.content.decode()
    assert reverse("call", args=[played.pk]) in html
    assert reverse("practice_replay", args=[played.pk]) not in html
    assert reverse("practice_replay", args=[submitted.pk]) in html
    assert other.reference != played.reference and other.reference not in html


def test_others_have_no_replay(client: Client, worker: User, played: Intake) -> None:
    calls.end_call(actor=worker, intake_id=played.pk, at=NOW)
    url = reverse("practice_replay", args=[played.pk])
    client.force_login(worker)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("who", ["worker2", "supervisor", "administrator", "privacy", "stranger"])
def test_practice_is_the_worker_s_alone(
    client: Client, worker: User, played: Intake, who: str, request: pytest.FixtureRequest
) -> None:
    make_ready(worker, played)
    client.force_login(request.getfixturevalue(who))
    for name in ("call", "intake", "intake_brief", "practice_replay"):
        assert client.get(reverse(name, args=[played.pk])).status_code == 404, (who, name)


def figures(client: Client, users: list[User]) -> list[object]:
    """Everything that lists, queues or counts calls, for each of `users`."""
    found: list[object] = []
    for user in users:
        client.force_login(user)
        for name in ("calls", "intakes", "danger", "danger_count", "assist", "written_reports"):
            response = client.get(reverse(name))
            if response.status_code == 200:
                found.append((user.username, name, shown(response)))
    return found


def shown(response: object) -> object:
    """The references on a page, in order."""
    text = response.content.decode()  # type: ignore[attr-defined]
    return re.findall(r"P?26-\d{6}", text)


@given(kinds=st.lists(st.sampled_from(["open", "danger", "ended", "submitted", "mandated"])))
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_practice_never_reaches_a_list_or_a_figure(
    client: Client, worker: User, supervisor: User, kinds: list[str]
) -> None:
    real = make_call(worker)
    put(worker, real, "call.danger_now", "yes")
    before = figures(client, [worker, supervisor])
    for kind in kinds:
        call = practice.start_practice(actor=worker, scenario=CALLER, language="en", at=NOW)
        if kind == "danger":
            put(worker, call, "call.danger_now", "yes")
        elif kind == "ended":
            calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
        elif kind == "mandated":
            put(worker, call, "reporter.kind", "mandated")
        elif kind == "submitted":
            submit(worker, call)
    assert figures(client, [worker, supervisor]) == before


def test_practice_is_marked_on_every_page_and_print(
    as_worker: Client, worker: User, played: Intake
) -> None:
    for name in ("call", "wrap_up", "call_read_back", "intake_dispatch", "intake_brief"):
        page = as_worker.get(reverse(name, args=[played.pk])).content.decode()
        assert "nothing of this is a report" in page, name
    submit(worker, played)
    record = as_worker.get(reverse("intake", args=[played.pk])).content.decode()
    assert "nothing of this is a report" in record
    for name in ("intake_pdf", "intake_brief_pdf"):
        content = as_worker.get(reverse(name, args=[played.pk])).content
        pages = PdfReader(BytesIO(content)).pages
        for sheet in pages:
            assert "PRACTICE – nothing of this is a report" in sheet.extract_text(), name


def test_nothing_of_practice_is_sent(as_worker: Client, worker: User, played: Intake) -> None:
    recipient = played.agency.response_options.filter(decides="cross_report").first()
    assert recipient is not None
    url = reverse("intake_sent", args=[played.pk, recipient.pk])
    answer = as_worker.post(url, {"method": "Fax"}, headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert "practice" in answer.json()["error"]
    for name in ("intake_packet", "intake_copy_out"):
        args = [played.pk, recipient.pk][: 2 if name == "intake_packet" else 1]
        assert as_worker.get(reverse(name, args=args)).status_code == 404, name
    disclose = reverse("intake_packet_reporter", args=[played.pk, recipient.pk])
    assert as_worker.post(disclose, {"ground": "investigates"}).status_code == 302
    assert not AuditEvent.objects.filter(verb="reporter.disclosed").exists()


def test_every_shipped_caller_can_be_played(worker: User) -> None:
    for one in scenarios():
        call = practice.start_practice(actor=worker, scenario=one.key, language="es", at=NOW)
        assert hear(worker, call) == one.lines[0].words.es


def test_what_was_put_to_the_caller_is_not_missed(
    as_worker: Client, worker: User, played: Intake
) -> None:
    prompt = core_prompt(played)
    hear(worker, played, prompt)
    calls.end_call(actor=worker, intake_id=played.pk, at=NOW)
    replay = as_worker.get(reverse("practice_replay", args=[played.pk])).context["factors"]
    states = [
        state
        for factor in replay
        for pair in factor.pairs
        for state in (pair.worry_state, pair.working_well_state)
    ]
    assert states.count("Asked, nothing written down") == 1
    assert sum(factor.reached for factor in replay) == 1


def test_every_question_can_be_put_to_the_caller(as_worker: Client, played: Intake) -> None:
    page = as_worker.get(reverse("call", args=[played.pk])).content.decode()
    for prompt in Prompt.objects.filter(edition=played.edition_id):
        asks = f'form="practice-form" name="prompt" value="{prompt.pk}"'
        assert asks in page, prompt.key
