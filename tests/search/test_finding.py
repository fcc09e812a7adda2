"""Which intakes are found, by what, by whom, and in which order."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.actions import amendments, calls, reviews, wrap_up
from intake.models import Agency, Intake, NameWord, PersonWord, SearchDocument, User
from intake.search import COUNTED, Criteria, Edge, count, engines, find, find_page, finding, pages
from intake.search.index import index_missing
from tests.factory import NOW, core_prompt, make_agency, make_call, make_user, option, put, submit

CANARY = "Ulalume Zephyrine"


def told(worker: User, narrative: str = "", minutes: int = 0, **person: str) -> Intake:
    """A call that ended, with a narrative and a child."""
    call = make_call(worker, at=NOW + timedelta(minutes=minutes))
    if narrative:
        put(worker, call, "narrative.text", narrative)
    if person:
        name_person(worker, call, **person)
    return calls.end_call(actor=worker, intake_id=call.pk, at=NOW + timedelta(minutes=minutes + 9))


def name_person(worker: User, call: Intake, **columns: str) -> str:
    """Record a child and return the name of its fields."""
    row = f"person.{uuid.uuid4()}"
    for column, text in columns.items():
        put(worker, call, f"{row}.{column}", text, role="child")
    return row


def found(user: User, criteria: Criteria) -> list[Intake]:
    """What a page shows; the queryset for exports has the same, unless it goes beyond.

    So has the way that is gone where all words of a name are common.
    """
    page = [hit.intake for hit in find_page(user, criteria).hits]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "OFTEN", ())
        assert [hit.intake for hit in find_page(user, criteria).hits] == page
    if not criteria.is_beyond:
        assert list(find(user, criteria)) == page
    assert count(user, criteria) == (len(page), False)
    return page


def test_words_are_found_folded_newest_first(worker: User) -> None:
    older = told(worker, "The caller saw Jürgen at the café.")
    newer = told(worker, "Near the CAFE, again.", minutes=5)
    assert found(worker, Criteria(words="Café")) == [newer, older]
    assert found(worker, Criteria(words="jurgen cafe")) == [older]
    assert found(worker, Criteria(words="cafe nowhere")) == []
    assert found(worker, Criteria(words="!?")) == []


def test_a_phrase_is_a_phrase_within_one_text(worker: User) -> None:
    call = make_call(worker)
    put(worker, call, "narrative.text", "He sleeps on the back porch")
    put(worker, call, f"answer.{core_prompt(call).pk}.text", "all night, porch light off.")
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    assert found(worker, Criteria(words='"the back porch"')) == [call]
    assert found(worker, Criteria(words="“back porch” light")) == [call]
    assert found(worker, Criteria(words="porch the light")) == [call]
    assert found(worker, Criteria(words='"porch back"')) == []
    assert found(worker, Criteria(words='"porch all"')) == []  # two texts


def test_signs_without_spaces_are_found_inside(worker: User) -> None:
    call = told(worker, "孩子说李雷来了。", name="李雷")
    assert found(worker, Criteria(words="李雷")) == [call]
    assert found(worker, Criteria(words="雷李")) == []
    assert found(worker, Criteria(name="李雷")) == [call]


@pytest.mark.parametrize(
    "typed",
    ["Nguyễn", "Nguyen", "nguyen anh", "NGUYEN", "Nguyan", "Ngyen", "Nguyeen", "Ngueyn", "Mguyen"],
)
def test_names_are_found_without_accents_and_with_a_wrong_letter(worker: User, typed: str) -> None:
    call = told(worker, name="Nguyễn Ánh")
    told(worker, name="María Torres", minutes=1)
    assert found(worker, Criteria(name=typed)) == [call]


def test_exact_spelling_leaves_near_names_out(worker: User) -> None:
    marin = told(worker, name="Ana Marin")
    martin = told(worker, name="Ana Martin", minutes=1)
    assert found(worker, Criteria(name="Marin")) == [martin, marin]
    assert found(worker, Criteria(name="Marin", is_exact=True)) == [marin]


def test_all_words_of_a_name_are_of_one_person(worker: User) -> None:
    call = told(worker, name="Amir Benali")
    name_person(worker, call, name="Sara Okafor")
    assert found(worker, Criteria(name="benali amir")) == [call]
    assert found(worker, Criteria(name="Amir Okafor")) == []
    assert found(worker, Criteria(name="O’Brien")) == []


def test_an_apostrophe_does_not_matter(worker: User) -> None:
    call = told(worker, name="Sinéad O’Brien")
    for typed in ("O'Brien", "obrien", "Brien", "Sinead OBrien"):
        assert found(worker, Criteria(name=typed)) == [call], typed


def test_addresses_are_found(worker: User) -> None:
    call = told(worker, name="Amir", address="12 Harbor Lane, Apt 3")
    assert found(worker, Criteria(address="Harbour Lane 12")) == [call]
    assert found(worker, Criteria(address="13 Harbor Lane")) == []
    assert found(worker, Criteria(address="Harbor", name="Amir")) == [call]
    for typed in ("Harbor Ln apartment 3", "12 HARBOR LN."):  # as people shorten it
        assert found(worker, Criteria(address=typed)) == [call]
        assert found(worker, Criteria(address=typed, is_exact=True)) == [call]
    assert found(worker, Criteria(address="Harbor Drive")) == []


def test_a_name_is_one_persons_also_where_the_address_is_rarer(worker: User) -> None:
    call = told(worker, name="Maria Gomez", address="Elm Street 4")
    for person in ("Juan Lopez", "Ana Gomez", "Maria Silva"):
        put(worker, call, f"person.{uuid.uuid4()}.name", person, role="child")
    assert found(worker, Criteria(name="Maria Lopez", address="Elm")) == []
    assert found(worker, Criteria(name="Maria Gomez", address="Elm")) == [call]
    assert found(worker, Criteria(name="Ana Gomez", address="Elm")) == [call]  # of the same call
    assert found(worker, Criteria(address="Harbor", name="Sara")) == []
    assert found(worker, Criteria(name="Harbor")) == []


def test_a_person_who_was_taken_out_or_renamed_is_not_found(worker: User) -> None:
    call = make_call(worker)
    row = name_person(worker, call, name="Amir Benali", address="12 Harbor Lane")
    assert found(worker, Criteria(name="Benali")) == [call]
    put(worker, call, f"{row}.name", "Amir Haddad", base=1)
    assert found(worker, Criteria(name="Benali")) == []
    assert found(worker, Criteria(name="Haddad", address="harbor")) == [call]
    put(worker, call, f"{row}.is_removed", "yes")
    assert found(worker, Criteria(name="Haddad")) == []
    assert found(worker, Criteria(address="harbor")) == []
    put(worker, call, f"{row}.is_removed", "", base=1)
    assert found(worker, Criteria(name="Haddad", address="harbor")) == [call]


def test_words_and_names_together(worker: User) -> None:
    call = told(worker, "He was hungry.", name="Amir Benali")
    told(worker, "He was hungry.", minutes=1, name="Sara Okafor")
    told(worker, "All is well.", minutes=2, name="Amir Benali")
    assert found(worker, Criteria(words="hungry", name="Benaly")) == [call]


def test_everything_else_narrows(worker: User, supervisor: User, worker2: User) -> None:
    here = told(worker, "hungry")
    there = told(worker2, "hungry", minutes=1)
    put(worker, here, "decision.screening", option(worker.agency, "screening", "in_person"))
    prompt = core_prompt(here, "social_connections", "worry")
    put(worker, here, f"answer.{prompt.pk}.status", "declined")
    asked = Criteria(words="hungry", factor="social_connections", side="worry", asked="asked")
    for criteria in (
        Criteria(words="hungry", outcome="in_person"),
        Criteria(words="hungry", worker=str(worker.pk)),
        Criteria(words="hungry", reference=here.reference),
        asked,
        replace(asked, words=""),
    ):
        assert found(supervisor, criteria) == [here], criteria
    assert found(supervisor, replace(asked, asked="not_asked")) == [there]
    assert found(supervisor, Criteria(words="hungry", status="submitted")) == []
    assert found(supervisor, Criteria(words="hungry", until=NOW.date() - timedelta(days=1))) == []
    assert found(supervisor, Criteria(words="hungry", since=NOW.date())) == [there, here]


@pytest.mark.parametrize("typed", ["26-000001", "1", "000001", "26-1", " 26-000001 "])
def test_a_reference_is_found_as_people_write_it(worker: User, typed: str) -> None:
    call = make_call(worker)
    make_call(worker)
    assert found(worker, Criteria(reference=typed)) == [call]


def test_who_finds_what(worker: User, worker2: User, supervisor: User, stranger: User) -> None:
    call = told(worker, "hungry", name="Amir Benali")
    for criteria in (Criteria(words="hungry"), Criteria(name="Benali")):
        assert found(worker, criteria) == [call]
        assert found(supervisor, criteria) == [call]
        assert found(worker2, criteria) == []
        assert found(stranger, criteria) == []
    beyond = Criteria(name="Benali", is_beyond=True, purpose="reported_before")
    assert found(worker2, beyond) == [call]
    assert found(stranger, beyond) == []
    assert list(find(worker2, beyond)) == []


def test_an_address_names_only_who_lives_there(worker: User) -> None:
    call = told(worker, name="Mia Stone", address="12 Main Street")
    name_person(worker, call, name="Hidden Mother", address="99 Oak Street")
    (hit,) = find_page(worker, Criteria(address="12 Main Street")).hits
    assert [str(one) for one in hit.people] == ["Mia Stone"]


def test_practice_is_never_found(worker: User, supervisor: User) -> None:
    call = calls.start_call(actor=worker, at=NOW, is_practice=True)
    put(worker, call, "narrative.text", "hungry")
    name_person(worker, call, name="Amir Benali")
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    call_command("index_intakes")
    for user in (worker, supervisor):
        assert found(user, Criteria(words="hungry")) == []
        assert found(user, Criteria(name="Benali")) == []
    assert not SearchDocument.objects.exists()
    assert not PersonWord.objects.exists()


def test_words_are_found_from_the_end_of_the_call_on(worker: User, supervisor: User) -> None:
    call = make_call(worker)
    put(worker, call, "narrative.text", "first")
    assert found(worker, Criteria(words="first")) == []
    calls.interrupt_call(actor=worker, intake_id=call.pk, reason="dropped", at=NOW)
    assert found(worker, Criteria(words="first")) == [call]
    put(worker, call, "narrative.text", "second", base=1)
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    assert found(worker, Criteria(words="first")) == []
    put(worker, call, "narrative.text", "third", base=2)
    submit(worker, call)
    assert found(worker, Criteria(words="third")) == [call]
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    remark = reviews.NewComment(anchor="decision.rationale", text="How so?")
    reviews.return_intake(actor=supervisor, intake_id=call.pk, comments=[remark], at=NOW)
    put(worker, call, "narrative.text", "fourth", base=3)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    assert found(worker, Criteria(words="fourth")) == [call]
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    amendments.amend_intake(
        actor=supervisor, intake_id=call.pk, reason="Told later", text="fifth", at=NOW
    )
    assert found(worker, Criteria(words="fourth fifth")) == [call]
    closed = make_call(worker)
    put(worker, closed, "narrative.text", "wrong number, sorry")
    calls.close_no_report(actor=worker, intake_id=closed.pk, reason="wrong_number", at=NOW)
    assert found(worker, Criteria(words="sorry")) == [closed]


def test_pages_follow_each_other(worker: User, supervisor: User) -> None:
    made = [told(worker, "hungry", minutes=place // 2, name="Amir B") for place in range(30)]
    wanted = sorted(made, key=lambda one: (one.started_at, one.pk), reverse=True)
    for criteria in (
        Criteria(words="hungry"),
        Criteria(name="amir"),
        Criteria(),
        Criteria(words="hungry", status="in_progress"),
        Criteria(words="hungry", name="amir"),
    ):
        first = find_page(supervisor, criteria)
        assert list(first) == wanted[:25]
        assert first.newer is None
        assert first.older == Edge.of(wanted[24])
        second = find_page(supervisor, criteria, older=first.older)
        assert list(second) == wanted[25:]
        assert second.older is None
        assert second.newer is not None
        back = find_page(supervisor, criteria, newer=second.newer)
        assert list(back) == wanted[:25]
        assert count(supervisor, criteria) == (30, False)
        assert list(find(supervisor, criteria)) == wanted


def test_common_names_are_found_in_ever_longer_times(
    worker: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "OFTEN", ())
    monkeypatch.setattr(finding, "WEEKS", (1, 4, 16))
    monkeypatch.setattr(pages, "PER_PAGE", 2)
    until_now = int((timezone.now() - NOW) / timedelta(minutes=1))
    days = (1, 1, 2, 5, 6, 8, 20, 27, 29, 100, 112, 113, 200, 201)
    made = {
        last_name: [
            told(worker, minutes=until_now - 1440 * ago, name=f"Amir {last_name}")
            for place, ago in enumerate(days)
            if place % 3 != rest
        ]
        for rest, last_name in enumerate(("Brown", "Li"))
    }
    for last_name, theirs in made.items():
        criteria = Criteria(name=f"{last_name} amir")
        wanted = sorted(theirs, key=lambda one: (one.started_at, one.pk), reverse=True)
        page = find_page(supervisor, criteria)
        older, newer = list(page), list[Intake]()
        while page.older:
            page = find_page(supervisor, criteria, older=page.older)
            older += list(page)
        assert older == wanted
        newer = list(page)
        while page.newer:
            page = find_page(supervisor, criteria, newer=page.newer)
            newer = list(page) + newer
        assert newer == wanted
        narrow = replace(criteria, since=wanted[-2].started_at.date())
        assert count(supervisor, narrow) == (len(wanted) - 1, False)


def test_a_count_stops_and_says_so(
    worker: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in range(3):
        told(worker, "hungry", minutes=minute, name="Amir")
    monkeypatch.setattr(finding, "COUNTED", 2)
    for criteria in (Criteria(words="hungry"), Criteria(name="Amir"), Criteria()):
        assert count(supervisor, criteria) == (2, True)
    assert COUNTED == 1_000


def test_an_edge_is_read_back_and_nonsense_is_none() -> None:
    edge = Edge(NOW, uuid.uuid4())
    assert Edge.parse(str(edge)) == edge
    for text in ("", "x", f"{NOW.isoformat()}_x", f"2026-01-01_{uuid.uuid4()}", "_"):
        assert Edge.parse(text) is None


def test_what_is_not_indexed_yet_is_filled_in_once(worker: User, supervisor: User) -> None:
    call = told(worker, "hungry", name="Amir Benali")
    live = make_call(worker)
    name_person(worker, live, name="Sara Okafor")
    for model in (SearchDocument, PersonWord, NameWord):
        model.objects.all().delete()
    assert found(supervisor, Criteria(words="hungry")) == []
    call_command("index_intakes")
    assert found(supervisor, Criteria(words="hungry")) == [call]
    assert found(supervisor, Criteria(name="Bemali")) == [call]
    assert found(supervisor, Criteria(name="Okafor")) == [live]
    before = PersonWord.objects.count()
    call_command("index_intakes")
    assert PersonWord.objects.count() == before
    assert SearchDocument.objects.count() == 1


def test_many_are_filled_in_batch_by_batch(worker: User, supervisor: User) -> None:
    made = {told(worker, "hungry", minutes=place // 3).pk for place in range(7)}
    SearchDocument.objects.all().delete()
    assert index_missing(batch=2) == 7
    assert {one.pk for one in found(supervisor, Criteria(words="hungry"))} == made
    assert index_missing(batch=2) == 0


def test_of_the_reporting_party_nothing_is_indexed(worker: User, supervisor: User) -> None:
    call = make_call(worker)
    for column in ("name", "phone", "address", "relationship", "capacity", "basis_of_knowledge"):
        put(worker, call, f"reporter.{column}", f"{CANARY} 5550177 {column}")
    put(worker, call, f"quote.{uuid.uuid4()}.text", "I want to go home.")
    put(worker, call, "narrative.text", "A word in the clear.")
    submit(worker, call)
    call_command("index_intakes")
    with connection.cursor() as cursor:
        tables = [
            one
            for one in connection.introspection.table_names(cursor)
            if one.startswith(("intake_search", "intake_person", "intake_name", "intake_words"))
        ]
        assert len(tables) >= 4
        stored = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    is_bytes = isinstance(value, bytes | memoryview)
                    stored.append(bytes(value) if is_bytes else str(value).encode())
    everything = b"\n".join(stored).lower()
    assert b"clear" in everything
    for word in (*CANARY.lower().split(), "5550177"):
        assert word.encode() not in everything
        for criteria in (Criteria(words=word), Criteria(name=word), Criteria(address=word)):
            assert found(supervisor, criteria) == []


def test_the_index_reads_no_column_of_the_reporting_party(worker: User) -> None:
    call = make_call(worker)
    put(worker, call, "reporter.name", CANARY)
    with CaptureQueriesContext(connection) as captured:
        calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    assert captured.captured_queries
    assert not [one for one in captured if "intake_reporter" in one["sql"]]


def test_very_long_texts_are_found(worker: User) -> None:
    call = told(worker, " ".join(f"w{place:05x}" for place in range(28_000)) + " end")
    assert found(worker, Criteria(words="w00001 w03000")) == [call]


def test_a_vector_stays_within_its_room() -> None:
    words = [f"{place:060x}" for place in range(40_000)]
    assert len(engines.vector_of([words])) < 1_300_000
    assert engines.vector_of([["a", "b"], ["a"]]) == "'a':1,4 'b':2"


TYPED = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="\"'“”«»()&|!*:<->%_\\ \x00aé李😀", max_size=40),
    st.sampled_from(["AND OR NOT", "NEAR(a b)", "a* b", "-a", "{a}:b", "'; DROP", "x" * 5000]),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(words=TYPED, name=TYPED, address=TYPED, reference=TYPED)
def test_whatever_is_typed_makes_no_error(
    call: Intake, supervisor: User, words: str, name: str, address: str, reference: str
) -> None:
    for criteria in (
        Criteria(words=words),
        Criteria(name=name),
        Criteria(address=address),
        Criteria(reference=reference.replace("\x00", "")),
        Criteria(words=words, name=name, address=address),
    ):
        find_page(supervisor, criteria)
        list(find(supervisor, criteria))


@pytest.mark.postgresql_only
@pytest.mark.parametrize(
    ("words", "share", "is_fetched"),
    [
        ("hungry boy", 0.2, False),
        ("hungry boy", 0.075, False),  # thousands are passed sooner than as many are fetched
        ("hungry boy", 0.04, True),
        ('"hungry boy"', 0.2, False),  # what is fetched of a phrase has to be read
        ('"hungry boy"', 0.06, True),
    ],
)
def test_among_a_million_the_shares_of_the_words_choose_the_way(
    call: Intake,
    supervisor: User,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    share: float,
    is_fetched: bool,
) -> None:
    monkeypatch.setattr(engines.statistics, "of", lambda words: [share for _ in words])
    monkeypatch.setattr(engines.statistics, "documents", 1e6)
    with CaptureQueriesContext(connection) as captured:
        find_page(supervisor, Criteria(words=words))
    asked = [one["sql"] for one in captured if "intake_searchdocument" in one["sql"]]
    assert asked and any("MATERIALIZED" in one for one in asked) == is_fetched


@pytest.mark.postgresql_only
def test_common_words_walk_and_rare_ones_are_fetched(
    worker: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [
        told(worker, "hungry boy" if place % 3 else "boy", minutes=place) for place in range(40)
    ]
    wanted = [one for place, one in enumerate(made) if place % 3][::-1]
    common: dict[str, float | None] = {"boy": 1.0, "hungry": 0.66}
    unknown: dict[str, float | None] = {"boy": 1.0, "hungry": None}
    monkeypatch.setattr(engines.statistics, "least", 0.05)
    monkeypatch.setattr(finding, "SAMPLE", 12)
    for known, documents, walk, fetched in (
        (common, 1e6, 20_000, 1e9),
        (common, 1e6, 5, 1e9),
        (common, 1e6, 5, 100),
        (common, 10, 5, 9),
        (unknown, 1e6, 20_000, 1e9),
        (unknown, 1e6, 5, 1e9),
        (unknown, 10, 5, 1e9),
    ):
        monkeypatch.setattr(
            engines.statistics, "of", lambda words, known=known: [known[w] for w in words]
        )
        monkeypatch.setattr(engines.statistics, "documents", documents)
        monkeypatch.setattr(finding, "WALK", walk)
        monkeypatch.setattr(finding, "FETCHED", fetched)
        monkeypatch.setattr(finding, "WALK_FAR", 12)
        page = find_page(supervisor, Criteria(words="hungry boy"))
        seen = list(page)
        turns = 0
        while page.older and turns < 10:  # where it stops early, the older page goes on there
            page = find_page(supervisor, Criteria(words="hungry boy"), older=page.older)
            seen += list(page)
            turns += 1
        assert seen == wanted, (documents, walk, fetched)


def test_other_agencies_share_nothing(worker: User, stranger: User, agency: Agency) -> None:
    told(worker, "hungry", name="Amir Benali")
    theirs = told(stranger, "hungry", minutes=1, name="Amir Benali")
    other = make_user(make_agency("other"), "chief", "supervisors")
    for criteria in (Criteria(words="hungry"), Criteria(name="Benali")):
        assert found(other, criteria) == [theirs]
    assert set(NameWord.objects.filter(agency=agency).values_list("word", flat=True)) == {
        "amir",
        "benali",
    }
