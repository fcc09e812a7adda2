"""Keeping and ending records: every deed by one person is refused, by two it is done."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, InternalError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake import fields, triggers
from intake.actions import amendments, calls, exports, matches, retention, reviews, wrap_up
from intake.actions.audit import seal_events
from intake.actions.comments import add_comment
from intake.actions.expunction import BESIDES, GOES, KEPT, STAYS
from intake.deadlines import first_kept, kept_through
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow, Refused
from intake.exports import bulk
from intake.models import (
    Agency,
    AssistLine,
    AuditEvent,
    BreakGlass,
    CopyOutField,
    CopyOutTick,
    Decision,
    ExportPart,
    Expunction,
    FieldRevision,
    Intake,
    Measure,
    NamedViewer,
    NameWord,
    PersonWord,
    Restriction,
    RetentionItem,
    RetentionRule,
    RetentionRun,
    Review,
    SearchQuery,
    Submission,
    User,
)
from intake.search import Criteria, find
from intake.search.finding import Slice, find_keys
from intake.search.matches import possible_matches
from intake.worksheet.audit_proof import find_faults
from intake.worksheet.retention import count_due
from tests.factory import NOW, core_prompt, make_call, make_ready, make_user, option, put, submit

REFUSALS = (IntegrityError, InternalError)
WORD = "Quillfeather"  # stands in no word of ours
LATER = NOW + timedelta(days=1)
IN_11_YEARS = NOW + timedelta(days=11 * 366)


@pytest.fixture
def privacy2(agency: Agency) -> User:
    """The second privacy officer."""
    return make_user(agency, "privacy2", "privacy_officers")


def approve(worker: User, supervisor: User, at: datetime = NOW) -> Intake:
    """An approved record of the worker, as if it had been approved `at`."""
    call = make_call(worker)
    put(worker, call, "narrative.text", f"Said {WORD}.")
    submit(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    call.refresh_from_db()
    assert call.retained_from == NOW
    Intake.objects.filter(pk=call.pk).update(retained_from=at)
    return call


@pytest.fixture
def approved(worker: User, supervisor: User) -> Intake:
    """An approved record."""
    return approve(worker, supervisor)


def ask(actor: User, intake: Intake, kind: str, **more: Any) -> Measure:
    if kind == "expunction":
        more.setdefault("dated", date(2026, 3, 1))
    return retention.request_measure(
        actor=actor, intake_id=intake.pk, kind=kind, authority="Court 26-1", at=LATER, **more
    )


def confirm(actor: User, measure: Measure) -> Measure:
    reference = measure.intake.reference
    return retention.confirm_measure(
        actor=actor, measure_id=measure.pk, reference=reference, at=LATER
    )


def by_two(one: User, other: User, intake: Intake, kind: str, **more: Any) -> Measure:
    return confirm(other, ask(one, intake, kind, **more))


def state(intake: Intake) -> tuple[bool, bool, bool]:
    """Whether a record is held, hidden, expunged."""
    intake = Intake.objects.get(pk=intake.pk)
    return (
        Measure.objects.holds().filter(intake=intake).exists(),
        intake.is_hidden,
        Expunction.objects.filter(intake=intake).exists(),
    )


# By one person, by two --------------------------------------------------------------------------


def test_a_hold_stands_at_once_and_takes_two_to_lift(
    approved: Intake, privacy: User, privacy2: User
) -> None:
    hold = ask(privacy, approved, "hold")
    assert state(approved) == (True, False, False)
    with pytest.raises(NotPossibleNow):  # nothing waits: nobody withdraws it alone
        retention.withdraw_measure(actor=privacy, measure_id=hold.pk, at=LATER)
    lift = ask(privacy, approved, "lift", ends=hold.pk)
    with pytest.raises(NotAllowed):
        confirm(privacy, lift)
    with pytest.raises(NotPossibleNow):
        ask(privacy2, approved, "lift", ends=hold.pk)
    assert state(approved) == (True, False, False)
    confirm(privacy2, lift)
    assert state(approved) == (False, False, False)
    with pytest.raises(NotPossibleNow):
        ask(privacy, approved, "lift", ends=hold.pk)


@pytest.mark.parametrize("kind", ["seal", "expunction"])
def test_one_person_changes_nothing(
    approved: Intake, privacy: User, privacy2: User, kind: str
) -> None:
    measure = ask(privacy, approved, kind)
    with pytest.raises(NotAllowed):
        confirm(privacy, measure)
    with pytest.raises(NotPossibleNow):
        ask(privacy2, approved, kind)
    assert state(approved) == (False, False, False)
    retention.withdraw_measure(actor=privacy, measure_id=measure.pk, at=LATER)
    with pytest.raises(NotPossibleNow):
        confirm(privacy2, measure)
    assert state(approved) == (False, False, False)
    by_two(privacy, privacy2, approved, kind)
    assert state(approved) == (False, True, kind == "expunction")
    with pytest.raises(NotPossibleNow):
        ask(privacy, approved, "seal")


def test_a_seal_is_taken_off_by_two(approved: Intake, privacy: User, privacy2: User) -> None:
    seal = by_two(privacy, privacy2, approved, "seal")
    unseal = ask(privacy2, approved, "unseal", ends=seal.pk)
    with pytest.raises(NotAllowed):
        confirm(privacy2, unseal)
    assert state(approved) == (False, True, False)
    confirm(privacy, unseal)
    assert state(approved) == (False, False, False)


@pytest.mark.parametrize("who", ["worker", "supervisor", "administrator", "elsewhere"])
def test_whom_it_does_not_concern(
    request: pytest.FixtureRequest, approved: Intake, privacy: User, stranger: User, who: str
) -> None:
    assert stranger.agency is not None
    actor = (
        make_user(stranger.agency, "elsewhere", "privacy_officers")
        if who == "elsewhere"
        else request.getfixturevalue(who)
    )
    waiting = ask(privacy, approved, "seal")
    deeds: tuple[Callable[[], Measure], ...] = (
        lambda: ask(actor, approved, "hold"),
        lambda: confirm(actor, waiting),
        lambda: retention.withdraw_measure(actor=actor, measure_id=waiting.pk, at=LATER),
    )
    for does in deeds:
        with pytest.raises((Intake.DoesNotExist, Measure.DoesNotExist)):
            does()
    if who != "elsewhere":
        with pytest.raises(NotAllowed):
            retention.prepare_run(actor=actor, at=IN_11_YEARS)
    assert Measure.objects.count() == 1 and state(approved) == (False, False, False)


def test_what_is_asked_for_needs_its_reference(approved: Intake, privacy: User) -> None:
    for more in ({"authority": " "}, {"authority": "x" * 161}, {"kind": "expunction"}):
        asked: dict[str, Any] = {"kind": "seal", "authority": "Court 26-1"} | more
        with pytest.raises(InvalidValue):
            retention.request_measure(actor=privacy, intake_id=approved.pk, at=LATER, **asked)
    assert not Measure.objects.exists()


def test_a_call_that_goes_on_is_held_only(call: Intake, privacy: User) -> None:
    for kind in ("seal", "expunction"):
        with pytest.raises(NotPossibleNow):
            ask(privacy, call, kind)
    ask(privacy, call, "hold")
    assert state(call) == (True, False, False)


def test_a_held_record_is_not_expunged(approved: Intake, privacy: User, privacy2: User) -> None:
    waiting = ask(privacy, approved, "expunction")
    hold = ask(privacy2, approved, "hold")
    with pytest.raises(NotPossibleNow, match="legal hold"):
        confirm(privacy2, waiting)
    # Not by SQL either.
    Measure.objects.filter(pk=waiting.pk).update(confirmed_by=privacy2, confirmed_at=LATER)
    with pytest.raises(REFUSALS), transaction.atomic():
        Expunction.objects.create(intake=approved, measure=waiting, at=LATER)
    assert state(approved) == (True, False, False)
    with pytest.raises(NotPossibleNow, match="legal hold"):
        ask(privacy, approved, "expunction")
    by_two(privacy, privacy2, approved, "lift", ends=hold.pk)
    by_two(privacy, privacy2, approved, "expunction")
    assert state(approved) == (False, True, True)


# Sealed -----------------------------------------------------------------------------------------


def test_nobody_sees_or_finds_a_sealed_record(
    client: Client,
    worker: User,
    supervisor: User,
    approved: Intake,
    privacy: User,
    privacy2: User,
) -> None:
    other = make_call(worker)
    for intake in (approved, other):
        person = f"person.{uuid.uuid4()}.name"
        if intake == other:
            put(worker, other, person, f"Zebulon {WORD}", role="child")
    matching = make_call(worker)
    put(worker, matching, f"person.{uuid.uuid4()}.name", f"Zebulon {WORD}", role="child")
    calls.end_call(actor=worker, intake_id=other.pk, at=NOW)
    assert [one.intake for one in possible_matches(matching, viewer=worker)] == [other]
    matches.link_prior(actor=worker, intake_id=matching.pk, other_id=other.pk, at=NOW)
    everywhere = (
        Criteria(),
        Criteria(words=WORD),
        Criteria(name="Zebulon"),
        Criteria(reference=other.reference),
    )
    seal = by_two(privacy, privacy2, other, "seal")
    by_two(privacy, privacy2, approved, "seal")
    for user in (worker, supervisor):
        assert not Intake.objects.visible_to(user).filter(pk__in=[approved.pk, other.pk])
        assert not Intake.objects.open_to(user).filter(pk__in=[approved.pk, other.pk])
        for criteria in everywhere:
            found = {*find(user, criteria).values_list("pk", flat=True)}
            found |= {*find_keys(user, criteria, Slice(50)).keys}
            assert not {approved.pk, other.pk} & found
    assert not possible_matches(matching, viewer=worker)
    assert Submission.objects.get(intake=approved).content.text  # preserved
    for user in (worker, supervisor):
        client.force_login(user)
        for name in ("intake", "intake_pdf", "intake_json", "intake_brief", "intake_copy_out"):
            assert client.get(reverse(name, args=[approved.pk])).status_code == 404, name
    client.force_login(worker)
    page = client.get(reverse("call_matches", args=[matching.pk])).content.decode()
    assert other.reference not in page
    by_two(privacy, privacy2, other, "unseal", ends=seal.pk)
    assert [one.intake for one in possible_matches(matching, viewer=worker)] == [other]
    assert other in find(supervisor, Criteria(name="Zebulon"))


def test_a_claim_ends_and_exports_go_with_the_seal(
    worker: User, supervisor: User, approved: Intake, privacy: User, privacy2: User
) -> None:
    call = make_call(worker)
    submit(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    job = exports.request_export(actor=supervisor, kind="csv", criteria=Criteria(), at=NOW)
    while bulk.work_on_exports(seconds=600, now=lambda: NOW):
        pass
    assert ExportPart.objects.filter(job=job).count() == 2
    waits = exports.request_export(actor=supervisor, kind="csv", criteria=Criteria(), at=NOW)
    by_two(privacy, privacy2, call, "seal")
    assert Review.objects.get(intake=call).outcome == "released"
    job.refresh_from_db()
    waits.refresh_from_db()
    assert job.dropped_at == LATER and waits.failure == "gone"
    assert not ExportPart.objects.exists()


# Expunged ---------------------------------------------------------------------------------------


def hangs_on(model: type[models.Model]) -> bool:
    """Whether rows of a model belong to an intake, by foreign keys."""
    seen: set[Any] = set()
    todo: list[Any] = [model]
    while todo:
        one = todo.pop()
        for field in one._meta.concrete_fields:
            target = field.related_model if field.is_relation else None
            if target is Intake:
                return True
            if target is not None and target not in seen and target is not User:
                seen.add(target)
                todo.append(target)
    return False


def test_no_table_of_a_record_is_forgotten() -> None:
    """A new table that hangs on an intake has to say whether its rows go or stay."""
    ours = apps.get_app_config("intake").get_models()
    hanging = {one.__name__ for one in ours if one is not Intake and hangs_on(one)}
    said = [*(model.__name__ for model, _ in GOES), *BESIDES, *STAYS]
    assert sorted(said) == sorted(hanging)
    assert {field.name for field in Intake._meta.concrete_fields} >= KEPT


@pytest.mark.parametrize("table", STAYS)
def test_what_stays_can_hold_no_word_of_a_call(table: str) -> None:
    """Text of what stays is emptied, or is no text of a call; a new column needs its reason."""
    known = {
        "Submission": {"sha256"},
        "Review": {"outcome", "own_reason"},  # the reason is emptied
        "HandOver": {"answer"},
        "QualityRating": {"items"},  # yes, no, and the agency's own wordings
        "Measure": {"kind", "authority"},
        "RetentionItem": {"outcome", "left"},
    }
    model = apps.get_model("intake", table)
    kinds = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    columns = {one.name for one in model._meta.concrete_fields if isinstance(one, kinds)}
    assert columns == known.get(table, set())


def fill(worker: User, supervisor: User, call: Intake) -> None:
    """Put the word into every field, row and table that an intake can have."""
    make_ready(worker, call)
    row = {name: str(uuid.uuid4()) for name in fields.MANY_ROWS}
    row["answer"] = str(core_prompt(call).pk)
    row["cross_report"] = option(call.agency, "cross_report", "law_enforcement")
    about = {
        "role": "child",
        "factor": "social_connections",
        "side": "worry",
        "of": "narrative.text",
    }
    for noun, columns in fields.FIELDS.items():
        if noun == "reference":
            continue
        for column in columns:
            name = f"{noun}.{row[noun]}.{column}" if noun in row else f"{noun}.{column}"
            spec = fields.spec_of(fields.parse_name(name))
            if spec.kind not in ("text", "sealed"):
                continue
            more: Any = about if noun in row else {}
            try:
                base = 1 if name in ("decision.rationale", "decision.cross_reports") else 0
                word = "Ottoline" if noun == "reporter" else WORD  # the caller stands apart
                put(worker, call, name, f"{word} Zebulonx", base=base, **more)
                put(worker, call, name, f"{word} again", base=base + 1, **more)
            except Refused:
                continue  # a choice of the agency's
    call.dispatches.create(told="tribe", who=WORD, how=WORD, told_at=NOW, told_by=worker)
    call.cross_report_sendings.create(
        recipient_id=row["cross_report"], method=WORD, to_whom=WORD, sent_at=NOW, sent_by=worker
    )
    AssistLine.objects.create(intake=call, author=supervisor, at=NOW, text=WORD)
    Restriction.objects.create(intake=call, by=supervisor, at=NOW, reason=WORD)
    NamedViewer.objects.create(intake=call, user=supervisor, given_by=worker, at=NOW)
    BreakGlass.objects.create(
        intake=call, user=supervisor, at=NOW, ends_at=NOW + timedelta(minutes=60), reason=WORD
    )
    call.help_flags.create(raised_at=NOW, raised_by=worker)
    call.followers.create(user=supervisor, seen_at=NOW)
    call.visits.create(user=supervisor, seen_at=NOW)
    call.pages.create(user=worker, opened_at=NOW, seen_at=NOW)
    field = CopyOutField.objects.filter(agency=call.agency_id).first()
    assert field is not None
    CopyOutTick.objects.create(intake=call, field=field, at=NOW, by=worker)
    FieldRevision.objects.create(
        intake=call, row=uuid.uuid4(), field="x", revision=1, text=WORD, saved_at=NOW,
        saved_by=worker,
    )  # fmt: skip
    decision, answer = Decision.objects.get(intake=call), call.answers.first()
    assert answer is not None
    decision.references.create(answer=answer)
    SearchQuery.objects.create(owner=supervisor, criteria={"name": WORD}, count=1, made_at=NOW)


def finish(worker: User, supervisor: User, call: Intake) -> None:
    """Submit, return with a remark, submit anew, decide otherwise, approve, amend."""
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    put_on: Any = {"actor": supervisor, "intake_id": call.pk, "at": NOW}
    reviews.claim_intake(**put_on)
    add_comment(**put_on, anchor="decision.rationale", text=WORD)
    reviews.return_intake(**put_on)
    comment = Review.objects.filter(intake=call).latest("claimed_at").comments.get()
    comment.replies.create(
        review_id=comment.review_id, anchor=comment.anchor, author=worker, at=NOW, text=WORD
    )
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    reviews.claim_intake(**put_on)
    other = option(call.agency, "screening", "evaluated_out")
    reviews.decide_otherwise(**put_on, screening=uuid.UUID(other), reason=WORD)
    reviews.approve_intake(**put_on)
    amendments.amend_intake(**put_on, reason=WORD, text=WORD)
    amendments.enter_in_error(**put_on, reason=WORD)
    exports.request_export(actor=supervisor, kind="jsonl", criteria=Criteria(words=WORD), at=NOW)
    while bulk.work_on_exports(seconds=600, now=lambda: NOW):
        pass


def places_of(word: str) -> set[str]:
    """Every table in which a word stands, whatever the case; SQLite's own of FTS5 too."""
    found = set()
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            row = "t::text" if is_postgresql else "*"
            cursor.execute(f'SELECT {row} FROM "{table}" t')
            for cells in cursor.fetchall():
                text = b" ".join(
                    bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode()
                    for one in cells
                )
                if word.lower().encode() in text.lower():
                    found.add(table)
    return found


def test_no_word_of_an_expunged_record_is_left(
    worker: User, supervisor: User, call: Intake, privacy: User, privacy2: User
) -> None:
    fill(worker, supervisor, call)
    finish(worker, supervisor, call)
    before = places_of(WORD)
    texts = {
        *("answer", "heardnote", "fieldrevision", "person", "concern", "decision", "narrative"),
        *("crossreport", "crossreportsending", "dispatch", "quotation", "correction", "support"),
        *("amendment", "submissioncontent", "reviewcomment", "review", "intake", "assistline"),
        *("exportjob", "searchquery", "personword", "nameword"),
    }
    assert {f"intake_{one}" for one in texts} <= before
    assert places_of("zebulonx") >= {"intake_nameword"}
    assert len(Submission.objects.filter(intake=call)) == 2
    hashes = set(Submission.objects.filter(intake=call).values_list("number", "sha256"))

    by_two(privacy, privacy2, call, "expunction")

    assert places_of(WORD) == set()
    assert places_of("zebulonx") == set()
    for model, way in GOES:
        assert not model._default_manager.filter(**{way: call}).exists(), model
    assert not ExportPart.objects.exists() and not PersonWord.objects.filter(intake=call).exists()
    assert set(Submission.objects.filter(intake=call).values_list("number", "sha256")) == hashes
    stands = Intake.objects.get(pk=call.pk)
    assert (stands.reference, stands.status, stands.started_at) == (
        *(call.reference, "approved", call.started_at),
    )
    assert stands.entered_in_error_reason == "Expunged." and stands.saves == {}
    expunction = Expunction.objects.get(intake=call)
    assert expunction.people == (privacy, privacy2)
    told = AuditEvent.objects.get(verb="intake.expunged")
    assert told.subject_label == call.reference and told.actor == privacy2


def test_names_that_others_have_stay(
    worker: User, supervisor: User, approved: Intake, privacy: User, privacy2: User
) -> None:
    other = make_call(worker)
    put(worker, other, f"person.{uuid.uuid4()}.name", "Nguyễn Binh", role="child")
    assert NameWord.objects.filter(word="anh").exists()
    by_two(privacy, privacy2, approved, "expunction")
    assert not NameWord.objects.filter(word="anh").exists()
    assert NameWord.objects.filter(word="nguyen").exists()
    assert list(find(supervisor, Criteria(name="Nguyen"))) == [other]


CONTENT = (
    *triggers.CONTENT,
    *("submissioncontent", "submissionreporter", "amendment", "reviewcomment"),
    "decisionreference",
)


def refused(statement: str) -> None:
    with pytest.raises(REFUSALS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_sql_deletes_nothing_without_an_expunction(
    worker: User, supervisor: User, call: Intake, privacy: User, privacy2: User
) -> None:
    fill(worker, supervisor, call)
    finish(worker, supervisor, call)
    waiting = ask(privacy, call, "expunction")
    with pytest.raises(REFUSALS), transaction.atomic():
        Expunction.objects.create(intake=call, measure=waiting, at=LATER)  # one person asked
    for table in CONTENT:
        refused(f"DELETE FROM intake_{table}")
    other = make_call(worker)
    put(worker, other, "narrative.text", "Another's")
    confirm(privacy2, waiting)
    refused("DELETE FROM intake_narrative")  # another record's is still there
    for statement in (
        "DELETE FROM intake_expunction",
        "UPDATE intake_expunction SET at = at",
        "DELETE FROM intake_measure",
        "UPDATE intake_measure SET authority = 'x'",
        "UPDATE intake_measure SET confirmed_by_id = NULL, confirmed_at = NULL",
        "DELETE FROM intake_submission",
    ):
        refused(statement)
    with pytest.raises(REFUSALS), transaction.atomic():
        Intake.objects.filter(pk=call.pk).update(is_hidden=False)
    with pytest.raises(REFUSALS), transaction.atomic():
        Expunction.objects.create(intake=other, measure=waiting, at=LATER)  # of another record
    Measure.objects.create(
        intake=other, kind="seal", authority="x", requested_by=privacy, requested_at=LATER,
        confirmed_by=privacy2, confirmed_at=LATER,
    )  # fmt: skip
    seal = Measure.objects.get(intake=other)
    with pytest.raises(REFUSALS), transaction.atomic():
        Expunction.objects.create(intake=other, measure=seal, at=LATER)  # a seal is none


def test_verify_audit_takes_an_expunction_and_nothing_else(
    worker: User, supervisor: User, approved: Intake, privacy: User, privacy2: User
) -> None:
    other = approve(worker, supervisor)
    by_two(privacy, privacy2, approved, "expunction")
    at = timezone.now()
    seal_events(at=at)
    assert list(find_faults(at=at)) == []
    triggers.remove()
    submission = Submission.objects.get(intake=other)
    submission.content.delete()
    name = f"Submission 1 of intake {other.reference}"
    assert list(find_faults(at=at)) == [f"{name} has no content."]
    # A forged expunction, of which nobody told.
    forged = Measure.objects.create(
        intake=other, kind="expunction", authority="x", dated=at.date(), requested_by=privacy,
        requested_at=at, confirmed_by=privacy2, confirmed_at=at,
    )  # fmt: skip
    Expunction.objects.create(intake=other, measure=forged, at=at)
    assert list(find_faults(at=at)) == [
        f"{name} has no content.",
        f"The expunction of intake {other.reference} is in no audit.",
    ]
    Expunction.objects.filter(intake=approved)._raw_delete("default")
    assert f"The expunction of intake {approved.reference} is gone." in list(find_faults(at=at))


# The schedule -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "years", "until"),
    [
        (date(2024, 2, 29), 3, date(2027, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2023, 2, 28), 1, date(2024, 2, 28)),
        (date(2024, 12, 31), 3, date(2027, 12, 31)),
    ],
)
def test_years_end_no_day_early(day: date, years: int, until: date) -> None:
    assert kept_through(day, years=years) == until


def test_what_is_due_today_agrees_with_each_day() -> None:
    for years, days in ((1, 0), (3, 0), (4, 0), (0, 1), (0, 90)):
        for number in range(800):
            today = date(2027, 1, 1) + timedelta(days=number)
            edge = first_kept(today, years=years, days=days)
            for around in range(-3, 4):
                day = edge + timedelta(days=around)
                is_kept = kept_through(day, years=years, days=days) >= today
                assert is_kept == (day >= edge), (today, day, years, days)


def due(agency: Agency, at: datetime) -> dict[str, tuple[int, int]]:
    return {one.label: (one.due, one.held) for one in count_due(agency, at=at) if one.due}


REPORT = "In-person response"


def test_due_begins_after_the_last_day_in_the_agencys_zone(
    worker: User, supervisor: User, agency: Agency
) -> None:
    # 03:30 UTC on March 1 is still February 29 in Los Angeles.
    call = approve(worker, supervisor, datetime(2024, 3, 1, 3, 30, tzinfo=UTC))
    RetentionRule.objects.filter(agency=agency, screening__key="in_person").update(years=3)
    assert due(agency, datetime(2027, 3, 2, 7, 59, tzinfo=UTC)) == {}
    assert due(agency, datetime(2027, 3, 2, 8, 1, tzinfo=UTC)) == {REPORT: (1, 0)}
    at = datetime(2026, 5, 1, tzinfo=UTC)
    amendments.amend_intake(actor=supervisor, intake_id=call.pk, reason="New", text="Moved", at=at)
    assert due(agency, datetime(2027, 3, 3, tzinfo=UTC)) == {}
    assert due(agency, datetime(2029, 5, 1, 8, tzinfo=UTC)) == {REPORT: (1, 0)}


def test_what_is_due_of_each_kind(
    worker: User, supervisor: User, agency: Agency, privacy: User, privacy2: User
) -> None:
    approve(worker, supervisor)
    held = approve(worker, supervisor)
    ask(privacy, held, "hold")
    sealed = approve(worker, supervisor)
    by_two(privacy, privacy2, sealed, "seal")
    closed = make_call(worker)
    calls.close_no_report(actor=worker, intake_id=closed.pk, reason="mistake", at=NOW)
    make_call(worker)  # never submitted: never due
    assert due(agency, NOW + timedelta(days=4 * 366)) == {"A call closed as no report": (1, 0)}
    assert due(agency, IN_11_YEARS) == {REPORT: (2, 1), "A call closed as no report": (1, 0)}
    RetentionRule.objects.filter(agency=agency, applies_to="no_report").update(is_active=False)
    assert due(agency, IN_11_YEARS) == {REPORT: (2, 1)}


def test_the_longer_of_two_decisions_keeps(worker: User, supervisor: User, agency: Agency) -> None:
    call = make_call(worker)
    submit(worker, call)
    of_it: Any = {"actor": supervisor, "intake_id": call.pk, "at": NOW}
    reviews.claim_intake(**of_it)
    other = uuid.UUID(option(agency, "screening", "evaluated_out"))
    reviews.decide_otherwise(**of_it, screening=other, reason="Seen otherwise.")
    reviews.approve_intake(**of_it)
    rule = RetentionRule.objects.get(agency=agency, screening=other)
    for years, found in ((12, {}), (10, {REPORT: (1, 0)}), (3, {REPORT: (1, 0)})):
        RetentionRule.objects.filter(pk=rule.pk).update(years=years)
        assert due(agency, IN_11_YEARS) == found
    RetentionRule.objects.filter(pk=rule.pk).update(is_active=False)
    assert due(agency, IN_11_YEARS) == {}


def test_a_shorter_schedule_tells_how_many_become_due(
    client: Client, worker: User, supervisor: User, administrator: User, agency: Agency
) -> None:
    long_ago = timezone.now() - timedelta(days=5 * 366)
    approve(worker, supervisor, long_ago)
    rule = RetentionRule.objects.get(agency=agency, screening__key="in_person")
    client.force_login(administrator)
    address = reverse("agency_row", args=["retention", rule.pk])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if name != "is_agreed"}
    sent |= {"is_active": "on", "years": "4"}
    answer = client.post(address, sent)
    assert answer.status_code == 422 and "1 record would become due" in answer.content.decode()
    assert due(agency, timezone.now()) == {}
    assert client.post(address, sent | {"is_agreed": "on"}).status_code == 302
    assert due(agency, timezone.now()) == {REPORT: (1, 0)}
    assert "10 → 4" in client.get(reverse("agency_history")).content.decode()
    for wrong in ({"years": "2"}, {"years": ""}, {"days": "9"}, {"years": "0"}):
        assert client.post(address, sent | {"is_agreed": "on"} | wrong).status_code == 422
    with pytest.raises(NotAllowed):
        retention.save_rule(actor=supervisor, row=rule, seen="", is_agreed=True, at=NOW)
    with pytest.raises(REFUSALS), transaction.atomic():
        RetentionRule.objects.filter(pk=rule.pk).update(years=2)


# Lists of what is due ---------------------------------------------------------------------------


def due_long_ago(worker: User, supervisor: User, count: int) -> list[Intake]:
    """Approved records that the shipped schedule makes due now."""
    long_ago = timezone.now() - timedelta(days=11 * 366)
    return [approve(worker, supervisor, long_ago + timedelta(days=n)) for n in range(count)]


def prepare(actor: User) -> RetentionRun:
    return retention.prepare_run(actor=actor, at=timezone.now())


def test_the_command_alone_deletes_nothing(
    worker: User, supervisor: User, privacy: User, privacy2: User, capsys: Any
) -> None:
    records = due_long_ago(worker, supervisor, 2)
    call_command("apply_retention")
    run = prepare(privacy)
    call_command("apply_retention")
    with pytest.raises(NotAllowed):
        retention.confirm_run(actor=privacy, run_id=run.pk, at=timezone.now())
    with pytest.raises(NotPossibleNow):
        prepare(privacy2)
    call_command("apply_retention")
    assert not Expunction.objects.exists()
    retention.confirm_run(actor=privacy2, run_id=run.pk, at=timezone.now())
    before = {one.__name__: one._default_manager.count() for one in apps.get_models()}
    capsys.readouterr()
    call_command("apply_retention", dry_run=True)
    told = capsys.readouterr().out
    assert "2 due, 0 of them on legal hold" in told and "2 would be looked at" in told
    assert {one.__name__: one._default_manager.count() for one in apps.get_models()} == before
    call_command("apply_retention")
    told = capsys.readouterr().out
    assert f"2 {REPORT}: expunged" in told and WORD not in told
    assert all(one.reference not in told for one in records)
    assert Expunction.objects.count() == 2 and places_of(WORD) == set()
    run.refresh_from_db()
    assert run.finished_at is not None and run.state == "Carried out"
    events = AuditEvent.objects.count()
    call_command("apply_retention")
    assert (Expunction.objects.count(), AuditEvent.objects.count()) == (2, events)
    at = timezone.now()
    seal_events(at=at)
    assert list(find_faults(at=at)) == []


def test_what_changed_since_the_list_is_left(
    worker: User, supervisor: User, agency: Agency, privacy: User, privacy2: User
) -> None:
    held, amended, sealed, ordered, plain = due_long_ago(worker, supervisor, 5)
    run = prepare(privacy)
    ask(privacy, held, "hold")
    amendments.amend_intake(
        actor=supervisor, intake_id=amended.pk, reason="New", text="Moved", at=timezone.now()
    )
    by_two(privacy, privacy2, sealed, "seal")
    by_two(privacy, privacy2, ordered, "expunction")
    retention.confirm_run(actor=privacy2, run_id=run.pk, at=timezone.now())
    call_command("apply_retention")
    left = dict(RetentionItem.objects.values_list("intake", "left"))
    assert left == {
        held.pk: "held",
        amended.pk: "not_due",
        sealed.pk: "not_due",
        ordered.pk: "gone",
        plain.pk: "",
    }
    assert set(Expunction.objects.values_list("intake", flat=True)) == {ordered.pk, plain.pk}
    with pytest.raises(NotPossibleNow, match="No record is due"):
        prepare(privacy)


def test_a_list_is_taken_back_and_not_added_to(
    worker: User, supervisor: User, privacy: User, privacy2: User, agency: Agency
) -> None:
    one, other = due_long_ago(worker, supervisor, 2)
    ask(privacy, other, "hold")
    run = prepare(privacy)
    retention.withdraw_run(actor=privacy, run_id=run.pk, at=timezone.now())
    with pytest.raises(NotPossibleNow):
        retention.confirm_run(actor=privacy2, run_id=run.pk, at=timezone.now())
    run = prepare(privacy)
    retention.confirm_run(actor=privacy2, run_id=run.pk, at=timezone.now())
    rule = RetentionRule.objects.filter(agency=agency).first()
    assert rule is not None
    with pytest.raises(REFUSALS), transaction.atomic():
        RetentionItem.objects.create(
            run=run, intake=other, rule=rule, outcome="x", kept_through=NOW.date()
        )
    refused("DELETE FROM intake_retentionitem")
    refused("UPDATE intake_retentionrun SET prepared_at = prepared_at")
    refused("UPDATE intake_retentionrun SET confirmed_at = NULL, confirmed_by_id = NULL")
    assert run.items.get().intake == one


def test_lines_that_were_put_away_go_by_the_schedule_alone(
    worker: User, supervisor: User, agency: Agency, privacy: User
) -> None:
    at = timezone.now()
    kept, gone, held = make_call(worker), make_call(worker), make_call(worker)
    for call, days in ((kept, 80), (gone, 92), (held, 92)):
        AssistLine.objects.create(
            intake=call,
            author=supervisor,
            at=NOW - timedelta(days=400),
            text=WORD,
            put_away_at=at - timedelta(days=days),
        )
    ask(privacy, held, "hold")
    call_command("apply_retention", dry_run=True)
    assert AssistLine.objects.count() == 3
    call_command("apply_retention")
    assert set(AssistLine.objects.values_list("intake", flat=True)) == {kept.pk, held.pk}
    assert AuditEvent.objects.get(verb="retention.assist_dropped").details["lines"] == 1


def test_a_practice_call_is_due_after_a_year(worker: User, agency: Agency) -> None:
    call = make_call(worker, NOW)
    Intake.objects.filter(pk=call.pk).update(is_practice=True)
    assert due(agency, NOW + timedelta(days=364)) == {}
    assert due(agency, NOW + timedelta(days=367)) == {"A practice call": (1, 0)}
