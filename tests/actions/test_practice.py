"""Practice: what the caller says, and that no practice call reaches a list, queue or figure."""

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
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
        for name in ("calls", "intakes", "danger", "danger_count", "written_reports"):
            response = client.get(reverse(name))
            if response.status_code == 200:
                found.append((user.username, name, shown(response)))
    return found


def shown(response: object) -> object:
    """The references on a page, in order."""
    text = response.content.decode()  # type: ignore[attr-defined]
    return [word for word in text.split() if "26-0" in word]


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
        assert all("PRACTICE" in page.extract_text() for page in pages), name


def test_nothing_of_practice_is_sent(as_worker: Client, worker: User, played: Intake) -> None:
    recipient = played.agency.response_options.filter(decides="cross_report").first()
    assert recipient is not None
    url = reverse("intake_sent", args=[played.pk, recipient.pk])
    answer = as_worker.post(url, {"method": "Fax"}, headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert "practice" in answer.json()["error"]
    disclose = reverse("intake_packet_reporter", args=[played.pk, recipient.pk])
    assert as_worker.post(disclose, {"ground": "investigates"}).status_code == 302
    assert not AuditEvent.objects.filter(verb="reporter.disclosed").exists()


def test_every_shipped_caller_can_be_played(worker: User) -> None:
    for one in scenarios():
        call = practice.start_practice(actor=worker, scenario=one.key, language="es", at=NOW)
        assert hear(worker, call) == one.lines[0].words.es
