"""Every constraint of every model, broken once: the database refuses, and names the constraint."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from intake.actions import reviews
from intake.models import (
    Agency,
    Amendment,
    Answer,
    AssistLine,
    BreakGlass,
    CallPage,
    Concern,
    CopyOutField,
    CopyOutTick,
    Correction,
    CrossReport,
    CrossReportRule,
    CrossReportSending,
    Decision,
    DecisionReference,
    Dispatch,
    DraftChange,
    Edition,
    EditionComment,
    ExportItem,
    ExportJob,
    Expunction,
    FieldRevision,
    Follower,
    HandOver,
    HeardNote,
    HelpFlag,
    Intake,
    JargonWord,
    Measure,
    NamedViewer,
    Narrative,
    OutboxKey,
    Person,
    PersonWord,
    PracticeRun,
    PracticeTurn,
    Preferences,
    Prompt,
    PromptPair,
    PromptText,
    QualityRating,
    QualitySample,
    QuestionSet,
    Quotation,
    ReferenceCounter,
    Reporter,
    ReporterReveal,
    ResponseOption,
    Restriction,
    RetentionItem,
    RetentionRule,
    RetentionRun,
    Review,
    ReviewComment,
    ReviewVisit,
    SampledIntake,
    Service,
    Submission,
    Support,
    User,
)
from intake.models.intakes import NARRATIVE_LIMIT
from tests.factory import NOW, core_prompt, make_call, put, submit

EARLIER = NOW - timedelta(hours=1)

OWN = uuid.uuid4()
NEW_USER: dict[str, Any] = {"username": "new", "sso_issuer": "", "sso_subject": ""}
SAME = "the user of offered_by"
WHO = ("offered_by_id", "requested_by_id", "by_id")
ANOTHER_CALL = "another intake"
THE_DRAFT = "the edition that is a draft"
NOBODY = uuid.UUID(int=7)
OTHER = "a user who is not the rater"
ORDINARY = {"sampled_id": None, "place": None, "assigned_at": None, "rated_at": NOW}
FOLLOWED = "a call that has its written report"

NO_SCREENING = {"screening_id": None}
THE_SEAL = "the seal that is to be taken off"
THE_ITEM = "the item of a list"

ENDED: dict[str, Any] = {"status": "done", "finished_at": NOW, "expires_at": NOW, "done": 1}

# What a copy of a good row changes to break the constraint of that name.
CASES: list[tuple[str, type[models.Model], dict[str, Any]]] = [
    ("agency_idle_lock_1_to_30_minutes", Agency, {"slug": "new", "idle_lock_minutes": 0}),
    ("agency_idle_lock_1_to_30_minutes", Agency, {"slug": "new", "idle_lock_minutes": 31}),
    ("user_has_agency_or_is_operator", User, NEW_USER | {"agency_id": None}),
    ("user_is_not_own_supervisor", User, NEW_USER | {"id": OWN, "supervisor_id": OWN}),
    ("user_of_single_sign_on", User, {"username": "new"}),
    ("user_has_issuer_and_subject_or_neither", User, NEW_USER | {"sso_subject": "7"}),
    ("user_has_issuer_and_subject_or_neither", User, NEW_USER | {"sso_issuer": "https://b"}),
    # Question sets
    ("edition_number_in_agency", Edition, {}),
    ("edition_number_in_state", Edition, {"agency_id": None, "number": 1}),
    ("edition_status_known", Edition, {"number": 99, "status": "x", "live_from": NOW}),
    ("edition_published_has_time", Edition, {"number": 99, "status": "scheduled"}),
    ("edition_published_has_time", Edition, {"number": 99, "status": "live"}),
    ("edition_published_has_time", Edition, {"number": 99, "status": "retired"}),
    ("edition_cancelled_is_retired", Edition, {"number": 99, "cancelled_at": NOW}),
    ("draft_change_number", DraftChange, {}),
    ("edition_comment_not_empty", EditionComment, {"text": ""}),
    ("edition_comment_resolved_by_somebody", EditionComment, {"resolved_at": NOW}),
    ("question_set_key_in_edition", QuestionSet, {}),
    ("question_set_kind_known", QuestionSet, {"key": "new", "kind": "x"}),
    ("pair_key_in_edition", PromptPair, {"is_core": False}),
    ("pair_one_core_in_set", PromptPair, {"key": "new"}),
    ("pair_core_is_there", PromptPair, {"key": "new", "is_removed": True}),
    ("prompt_key_in_edition", Prompt, {"side": "working_well"}),
    ("prompt_side_in_pair", Prompt, {"key": "new"}),
    ("prompt_side_known", Prompt, {"key": "new", "side": "x"}),
    ("prompt_kind_known", Prompt, {"key": "new", "kind": "x"}),
    ("prompt_open_or_paired", Prompt, {"key": "new", "side": "open"}),
    ("prompt_open_or_paired", Prompt, {"key": "new", "pair_id": None}),
    ("jargon_word_in_agency", JargonWord, {}),
    ("jargon_word_not_empty", JargonWord, {"words": ""}),
    ("prompt_text_in_language", PromptText, {}),
    ("prompt_text_english_is_no_translation", PromptText, {"translated_from": "What else?"}),
    # The intake
    ("intake_reference_in_agency", Intake, {}),
    ("intake_ends_after_start", Intake, {"reference": "new", "ended_at": EARLIER}),
    ("intake_no_report_has_reason", Intake, {"reference": "new", "no_report_reason": "mistake"}),
    ("intake_no_report_has_reason", Intake, {"reference": "new", "status": "closed_no_report"}),
    (
        "intake_danger_is_a_report",
        Intake,
        {
            "reference": "new",
            "status": "closed_no_report",
            "no_report_reason": "mistake",
            "danger_now": "yes",
        },
    ),
    ("intake_interruption_has_reason", Intake, {"reference": "new", "interrupted_at": NOW}),
    ("intake_interruption_has_reason", Intake, {"reference": "new", "interruption_reason": "x"}),
    ("intake_submitted_has_time", Intake, {"reference": "new", "submitted_at": None}),
    ("intake_error_mark_has_reason", Intake, {"reference": "new", "entered_in_error_at": NOW}),
    ("intake_error_mark_has_reason", Intake, {"reference": "new", "entered_in_error_reason": "x"}),
    (
        "intake_error_mark_has_reason",
        Intake,
        {
            "reference": "new",
            "status": "in_progress",
            "submitted_at": None,
            "entered_in_error_at": NOW,
            "entered_in_error_reason": "x",
        },
    ),
    ("intake_status_known", Intake, {"reference": "new", "status": "x"}),
    ("intake_one_written_report_of_call", Intake, {"reference": "new", "follows_id": FOLLOWED}),
    ("intake_written_medium_known", Intake, {"reference": "new", "written_medium": "x"}),
    ("intake_method_known", Intake, {"reference": "new", "method": "x"}),
    ("intake_danger_now_known", Intake, {"reference": "new", "danger_now": "x"}),
    ("intake_responder_safety_known", Intake, {"reference": "new", "responder_safety": "x"}),
    ("intake_tribal_information_known", Intake, {"reference": "new", "tribal_information": "x"}),
    ("intake_from_paper_after_start", Intake, {"reference": "new", "from_paper_at": EARLIER}),
    ("call_page_seen_after_opened", CallPage, {"seen_at": EARLIER}),
    ("outbox_key_of_user_and_call", OutboxKey, {}),
    ("outbox_key_of_user_and_draft", OutboxKey, {"intake_id": None, "edition_id": THE_DRAFT}),
    ("outbox_key_of_call_or_draft", OutboxKey, {"intake_id": None}),
    ("hand_over_one_open_of_intake", HandOver, {}),
    ("hand_over_answer_has_time", HandOver, {"answer": "accepted"}),
    ("hand_over_answer_has_time", HandOver, {"answered_at": NOW}),
    ("hand_over_answer_known", HandOver, {"answer": "x", "answered_at": NOW}),
    (
        "hand_over_to_a_colleague",
        HandOver,
        {"answer": "declined", "answered_at": NOW, "offered_to_id": SAME},
    ),
    ("narrative_within_limit", Narrative, {"text": "x" * (NARRATIVE_LIMIT + 1)}),
    ("counter_of_agency_and_year", ReferenceCounter, {}),
    # What was typed
    ("answer_of_prompt", Answer, {}),
    ("answer_not_asked_is_empty", Answer, {"status": "not_asked"}),
    ("answer_answered_has_text", Answer, {"text": ""}),
    ("answer_status_known", Answer, {"status": "x"}),
    ("answer_source_known", Answer, {"source": "x"}),
    ("answer_kind_known", Answer, {"kind": "x"}),
    ("heard_note_has_side", HeardNote, {"side": "open"}),
    ("heard_note_ends_after_start", HeardNote, {"start": 2, "end": 1}),
    ("field_revision_of_field", FieldRevision, {}),
    ("field_revision_one_form", FieldRevision, {"revision": 99, "sealed": b"sealed"}),
    ("reporter_kind_known", Reporter, {"kind": "x"}),
    ("reveal_how_known", ReporterReveal, {"how": "x"}),
    ("reveal_ground_known", ReporterReveal, {"ground": "x"}),
    ("person_role_known", Person, {"role": "x"}),
    ("person_in_household_known", Person, {"in_household": "x"}),
    ("concern_type_known", Concern, {"type": "x"}),
    ("concern_source_known", Concern, {"source": "x"}),
    # Decisions
    ("response_option_key_in_agency", ResponseOption, {}),
    ("response_option_decides_known", ResponseOption, {"decides": "x"}),
    (
        "response_option_only_cross_reports_follow",
        ResponseOption,
        {"key": "new", "decides": "path", "written_hours": 36},
    ),
    (
        "response_option_only_cross_reports_follow",
        ResponseOption,
        {"key": "new", "decides": "path", "may_learn_reporter": True},
    ),
    ("decision_reference_once", DecisionReference, {}),
    ("decision_concrete_help_known", Decision, {"concrete_help": "x"}),
    ("dispatch_told_known", Dispatch, {"told": "x"}),
    ("dispatch_acknowledged_after_told", Dispatch, {"acknowledged_at": EARLIER}),
    ("dispatch_withdrawn_by_somebody", Dispatch, {"withdrawn_at": NOW}),
    ("cross_report_once_to_recipient", CrossReport, {}),
    ("cross_report_decided_known", CrossReport, {"decided": "x"}),
    ("cross_report_sent_somehow", CrossReportSending, {"method": ""}),
    ("sending_withdrawn_by_somebody", CrossReportSending, {"withdrawn_at": NOW}),
    ("cross_report_rule_once", CrossReportRule, {}),
    ("cross_report_rule_has_source", CrossReportRule, {"trigger": "other", "source": ""}),
    ("support_of_known_factor", Support, {"factor": "x"}),
    ("support_accepted_known", Support, {"accepted": "x"}),
    ("service_once", Service, {}),
    ("service_of_known_factor", Service, {"name": "new", "factor": "x"}),
    ("quotation_not_empty", Quotation, {"text": ""}),
    ("correction_of_a_field", Correction, {"of": ""}),
    ("copy_out_field_in_agency", CopyOutField, {}),
    ("copy_out_limit_holds_words", CopyOutField, {"label": "new", "limit": 5}),
    ("copy_out_tick_of_block", CopyOutTick, {}),
    ("copy_out_part_from_one", CopyOutTick, {"part": 0}),
    ("practice_run_has_scenario", PracticeRun, {"scenario": ""}),
    ("practice_run_language_known", PracticeRun, {"language": "xx"}),
    ("practice_turn_of_run", PracticeTurn, {}),
    ("practice_turn_kind_known", PracticeTurn, {"number": 2, "kind": "x"}),
    ("preferences_language_known", Preferences, {"language": "xx"}),
    # Submissions and reviews
    ("submission_number_of_intake", Submission, {}),
    ("submission_hash_is_sha256", Submission, {"number": 99, "sha256": "A" * 64}),
    ("submission_hash_is_sha256", Submission, {"number": 99, "sha256": "a" * 63}),
    ("review_one_claim_at_a_time", Review, {}),
    ("review_decided_has_time", Review, {"outcome": "approved"}),
    ("review_decided_has_time", Review, {"decided_at": NOW}),
    ("review_own_decision_has_reason", Review, {"own_reason": ""}),
    ("review_outcome_known", Review, {"outcome": "x", "decided_at": NOW}),
    ("review_comment_not_empty", ReviewComment, {"text": ""}),
    ("review_comment_resolved_by_somebody", ReviewComment, {"resolved_at": NOW}),
    (
        "review_comment_passage_of_narrative",
        ReviewComment,
        {"anchor": "decision.rationale", "passage": "They moved"},
    ),
    (
        "hand_over_moved_stands",
        HandOver,
        {"answer": "declined", "answered_at": NOW, "moved_by_id": SAME},
    ),
    ("review_visit_once", ReviewVisit, {}),
    ("follower_once", Follower, {}),
    ("person_word_kind_known", PersonWord, {"kind": "x"}),
    ("help_flag_one_raised_of_intake", HelpFlag, {}),
    ("help_flag_lowered_by_somebody", HelpFlag, {"lowered_at": NOW}),
    ("assist_line_within_limit", AssistLine, {"text": ""}),
    ("assist_line_within_limit", AssistLine, {"text": "x" * 201}),
    ("assist_line_seen_after_sent", AssistLine, {"seen_at": NOW - timedelta(seconds=1)}),
    ("user_is_not_own_supervisor", User, {"id": NOBODY, "supervisor_id": NOBODY, "username": "x"}),
    # Exports
    ("export_one_unfinished_of_requester", ExportJob, {}),
    ("export_one_unfinished_of_requester", ExportJob, {"status": "running"}),
    ("export_done_within_total", ExportJob, ENDED | {"done": 2}),
    ("export_done_within_total", ExportJob, ENDED | {"done": 0, "left_out": 1}),
    ("export_end_has_time", ExportJob, ENDED | {"finished_at": None}),
    ("export_end_has_time", ExportJob, ENDED | {"expires_at": None}),
    ("export_end_has_time", ExportJob, {"finished_at": NOW}),
    ("export_failure_has_reason", ExportJob, ENDED | {"status": "failed"}),
    ("export_failure_has_reason", ExportJob, ENDED | {"failure": "error"}),
    ("export_kind_known", ExportJob, ENDED | {"kind": "x"}),
    ("export_status_known", ExportJob, {"status": "x", "finished_at": NOW}),
    ("export_failure_known", ExportJob, ENDED | {"status": "failed", "failure": "x"}),
    ("export_item_at_position", ExportItem, {"intake_id": ANOTHER_CALL}),
    ("export_item_once", ExportItem, {"position": 2}),
    ("amendment_has_text_and_reason", Amendment, {"text": ""}),
    ("amendment_has_text_and_reason", Amendment, {"reason": ""}),
    ("quality_sample_of_agency_and_month", QualitySample, {}),
    ("quality_sample_has_seed", QualitySample, {"month": date(2025, 1, 1), "seed": ""}),
    # Retention
    ("retention_rule_once_for_screening", RetentionRule, {}),
    ("retention_rule_once_for_kind", RetentionRule, {"applies_to": "no_report"} | NO_SCREENING),
    ("retention_rule_applies_to_known", RetentionRule, {"applies_to": "x"} | NO_SCREENING),
    ("retention_rule_names_screening", RetentionRule, NO_SCREENING),
    ("retention_rule_years_or_days", RetentionRule, {"days": 9}),
    ("retention_rule_years_or_days", RetentionRule, {"years": 151}),
    ("retention_rule_report_at_least_3_years", RetentionRule, {"years": 2}),
    ("measure_one_request_of_a_kind", Measure, {}),
    ("measure_kind_known", Measure, {"kind": "x"}),
    ("measure_has_authority", Measure, {"authority": "", "kind": "hold"}),
    ("measure_ends_another", Measure, {"kind": "lift"}),
    ("measure_confirmed_by_another", Measure, {"confirmed_at": NOW}),
    ("measure_confirmed_by_another", Measure, {"confirmed_at": NOW, "confirmed_by_id": SAME}),
    ("measure_withdrawn_by_somebody", Measure, {"withdrawn_at": NOW}),
    (
        "measure_hold_stands_at_once",
        Measure,
        {"kind": "hold", "withdrawn_at": NOW, "withdrawn_by_id": SAME},
    ),
    ("measure_expunction_has_date", Measure, {"kind": "expunction", "dated": None}),
    ("measure_ended_once", Measure, {"kind": "unseal", "ends_id": THE_SEAL}),
    ("retention_run_one_open_of_agency", RetentionRun, {}),
    ("retention_run_confirmed_by_another", RetentionRun, {"confirmed_at": NOW}),
    ("retention_run_withdrawn_by_somebody", RetentionRun, {"withdrawn_at": NOW}),
    ("retention_run_finished_after_confirmed", RetentionRun, {"finished_at": NOW}),
    ("retention_item_once", RetentionItem, {}),
    ("retention_item_left_has_time", RetentionItem, {"intake_id": ANOTHER_CALL, "left": "held"}),
    (
        "retention_item_left_known",
        RetentionItem,
        {"intake_id": ANOTHER_CALL, "left": "x", "done_at": NOW},
    ),
    ("expunction_by_order_or_retention", Expunction, {"item_id": THE_ITEM}),
    (
        "intake_practice_not_restricted",
        Intake,
        {"reference": "new-1", "is_practice": True, "is_restricted": True},
    ),
    ("restriction_one_of_intake", Restriction, {}),
    ("restriction_has_reason", Restriction, {"intake_id": ANOTHER_CALL, "reason": ""}),
    ("restriction_has_reason", Restriction, {"intake_id": ANOTHER_CALL, "reason": "x" * 2_001}),
    ("restriction_ended_by_somebody", Restriction, {"intake_id": ANOTHER_CALL, "ended_at": NOW}),
    (
        "restriction_ended_by_another",
        Restriction,
        {"ended_at": NOW, "ended_by_id": SAME, "end_reason": "x"},
    ),
    ("named_viewer_once", NamedViewer, {}),
    ("named_viewer_until_later", NamedViewer, {"intake_id": ANOTHER_CALL, "until": NOW}),
    ("named_viewer_ended_by_somebody", NamedViewer, {"ended_at": NOW}),
    ("break_glass_has_reason", BreakGlass, {"reason": ""}),
    ("break_glass_lasts_an_hour", BreakGlass, {"ends_at": NOW}),
    ("break_glass_lasts_an_hour", BreakGlass, {"ends_at": NOW + timedelta(minutes=61)}),
    ("break_glass_closed_after_opened", BreakGlass, {"closed_at": EARLIER}),
    ("quality_rating_once", QualityRating, ORDINARY),
    ("quality_rating_by_different_raters", QualityRating, {"place": 2}),
    ("quality_rating_place_once", QualityRating, {"rater_id": OTHER}),
    ("quality_rating_ordinary_or_asked_for", QualityRating, {"place": 3}),
    ("quality_rating_ordinary_or_asked_for", QualityRating, {"assigned_at": None}),
    ("quality_rating_ordinary_or_asked_for", QualityRating, ORDINARY | {"rated_at": None}),
    ("quality_rating_ordinary_or_asked_for", QualityRating, ORDINARY | {"place": 1}),
]


@pytest.fixture
def rows(worker: User, supervisor: User) -> dict[type[models.Model], models.Model]:
    """A good row of every model that has constraints; the question sets are a draft's."""
    worker.sso_issuer, worker.sso_subject = "https://a", "7"
    worker.save()
    call = make_call(worker)
    put(worker, call, f"answer.{core_prompt(call).pk}.text", "They moved away.")
    heard: Any = {"factor": "social_connections", "side": "worry"}
    put(worker, call, f"heard.{uuid.uuid4()}.text", "Filed", **heard)
    put(worker, call, "reporter.name", "Ines Caller")
    put(worker, call, "narrative.text", "x" * 60)
    put(worker, call, "narrative.text", "", base=1)
    submit(worker, call)
    review = reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    call.refresh_from_db()

    agency, option = call.agency, ResponseOption.objects.filter(agency=call.agency).first()
    assert option is not None
    Review.objects.filter(pk=review.pk).update(own_screening=option, own_reason="Seen otherwise.")
    draft = Edition.objects.create(agency=agency, number=2, created_at=NOW)
    section = QuestionSet.objects.create(edition=draft, key="s", kind="factor", position=1)
    pair = PromptPair.objects.create(
        edition=draft, question_set=section, key="p", position=1, is_core=True
    )
    prompt = Prompt.objects.create(
        edition=draft, question_set=section, pair=pair, key="q", side="worry", position=1
    )
    rule = CrossReportRule.objects.filter(agency=agency).first()
    service = Service.objects.filter(agency=agency).first()
    field = CopyOutField.objects.filter(agency=agency).first()
    assert rule is not None
    assert service is not None
    assert field is not None
    reveal = ReporterReveal(intake=call, by=supervisor, at=NOW, how="shown", ground="record")
    reveal.write("Why")
    reveal.save()
    run = PracticeRun.objects.create(intake=call, scenario="nurse")
    Intake.objects.filter(pk=make_call(worker).pk).update(follows=make_call(worker))
    key = OutboxKey(intake=call, user=worker, made_at=NOW)
    key.write("a key")
    key.save()
    of_draft = OutboxKey(edition=draft, user=worker, made_at=NOW)
    of_draft.write("a key")
    of_draft.save()
    job = ExportJob.objects.create(
        agency=agency,
        requested_by=supervisor,
        kind="csv",
        total=1,
        requested_at=NOW,
        heartbeat_at=NOW,
    )
    sample = QualitySample.objects.create(agency=agency, month=NOW.date(), seed="x", drawn_at=NOW)
    submission = Submission.objects.get(intake=call)
    sampled = SampledIntake.objects.create(sample=sample, intake=call, submission=submission)
    of_record = {"intake": call, "submission": submission, "rater": supervisor}
    QualityRating.objects.create(**of_record, rated_at=NOW)
    made: list[models.Model] = [
        sample,
        sampled,
        QualityRating.objects.create(**of_record, sampled=sampled, place=1, assigned_at=NOW),
        agency,
        job,
        ExportItem.objects.create(job=job, position=1, intake=call),
        worker,
        draft,
        DraftChange.objects.create(
            edition=draft, number=1, actor=worker, made_at=NOW, kind="worded", about="q", cells=[]
        ),
        JargonWord.objects.filter(agency=agency).earliest("language", "words"),
        EditionComment.objects.create(edition=draft, author=worker, text="How so?", made_at=NOW),
        section,
        pair,
        prompt,
        PromptText.objects.create(prompt=prompt, language="en", text="What worries you?"),
        call,
        option,
        Review.objects.get(pk=review.pk),
        ReviewComment.objects.create(
            review=review, anchor="decision.rationale", author=supervisor, at=NOW, text="How so?"
        ),
        ReviewVisit.objects.create(intake=call, user=supervisor, seen_at=NOW),
        Follower.objects.create(intake=call, user=supervisor, seen_at=NOW),
        PersonWord.objects.filter(intake=call).earliest("kind", "word"),
        HelpFlag.objects.create(intake=call, raised_at=NOW, raised_by=worker),
        AssistLine.objects.create(intake=call, author=supervisor, at=NOW, text="Ask who saw it."),
        DecisionReference.objects.create(
            decision=Decision.objects.get(intake=call), answer=Answer.objects.get(intake=call)
        ),
        Dispatch.objects.create(intake=call, told="tribe", told_at=NOW, told_by=worker),
        CrossReport.objects.create(intake=call, recipient=option),
        CrossReportSending.objects.create(
            intake=call, recipient=option, method="Fax", sent_at=NOW, sent_by=worker
        ),
        rule,
        service,
        Quotation.objects.create(intake=call, created_at=NOW, text="I want to go home."),
        Correction.objects.create(intake=call, created_at=NOW, of="narrative.text"),
        field,
        CopyOutTick.objects.create(intake=call, field=field, at=NOW, by=worker),
        run,
        reveal,
        CallPage.objects.create(intake=call, user=worker, opened_at=NOW, seen_at=NOW),
        key,
        HandOver.objects.create(
            intake=call, offered_by=worker, offered_to=supervisor, offered_at=NOW
        ),
        PracticeTurn.objects.create(run=run, number=1, kind="line", at=NOW),
        Preferences.objects.create(user=worker),
        Support.objects.create(
            intake=call,
            factor="concrete_support",
            service="Food bank",
            offered_at=NOW,
            offered_by=worker,
        ),
        Amendment.objects.create(intake=call, author=worker, at=NOW, reason="New", text="Moved"),
        *of_retention(worker, supervisor),
        Restriction.objects.create(intake=call, by=supervisor, at=NOW, reason="Kin."),
        NamedViewer.objects.create(intake=call, user=supervisor, given_by=worker, at=NOW),
        BreakGlass.objects.create(
            intake=call,
            user=supervisor,
            at=NOW,
            ends_at=NOW + timedelta(minutes=60),
            reason="A child waits.",
        ),
    ]
    of_the_call = (Decision, Narrative, Answer, HeardNote, Reporter, Person, Concern, Submission)
    made += [model._default_manager.get(intake=call) for model in of_the_call]
    made += [FieldRevision.objects.get(intake=call), ReferenceCounter.objects.get(agency=agency)]
    return {type(one): one for one in made}


def of_retention(worker: User, supervisor: User) -> list[models.Model]:
    """Rows of another record: a rule, a request, a list, and its expunction by order."""
    call, agency = make_call(worker), worker.agency
    assert agency is not None
    rule = RetentionRule.objects.filter(agency=agency, applies_to="screening").first()
    assert rule is not None
    asked: dict[str, Any] = {"intake": call, "authority": "x", "requested_at": NOW}
    asked |= {"requested_by": worker}
    agreed: dict[str, Any] = {"confirmed_by": supervisor, "confirmed_at": NOW}
    seal = Measure.objects.create(**asked, **agreed, kind="seal")
    Measure.objects.create(**asked, kind="unseal", ends=seal)
    order = Measure.objects.create(**asked, **agreed, kind="expunction", dated=NOW.date())
    run = RetentionRun.objects.create(agency=agency, prepared_by=worker, prepared_at=NOW)
    return [
        rule,
        Measure.objects.create(**asked, kind="seal"),
        run,
        RetentionItem.objects.create(
            run=run, intake=call, rule=rule, outcome="x", kept_through=NOW.date()
        ),
        Expunction.objects.create(intake=call, measure=order, at=NOW),
    ]


def constraints() -> dict[str, models.BaseConstraint]:
    """Every constraint that a model of ours names."""
    ours = apps.get_app_config("intake").get_models(include_auto_created=True)
    return {one.name: one for model in ours for one in model._meta.constraints}


def test_every_constraint_has_a_case() -> None:
    assert constraints().keys() == {name for name, _, _ in CASES}


def test_every_constraint_refuses_what_breaks_it(
    rows: dict[type[models.Model], models.Model],
) -> None:
    for name, model, changes in CASES:
        with pytest.raises(IntegrityError) as refusal:
            insert_copy(rows[model], changes)
        assert told_of(constraints()[name], model) in str(refusal.value), (name, changes)


GOOD: list[tuple[type[models.Model], dict[str, Any]]] = [
    (Agency, {"slug": "new", "idle_lock_minutes": 30}),
    (User, NEW_USER | {"agency_id": None, "is_superuser": True}),
    (Edition, {"number": 99, "status": "live", "live_from": NOW}),
    (Edition, {"agency_id": None, "number": 99}),
    (QuestionSet, {"key": "new"}),
    (PromptPair, {"key": "new", "is_core": False}),
    (Prompt, {"key": "new", "side": "working_well"}),
    (Prompt, {"key": "newer", "side": "open", "pair_id": None}),
    (PromptText, {"language": "es"}),
    (Intake, {"reference": "new-1"}),
    (Intake, {"reference": "new-2", "status": "closed_no_report", "no_report_reason": "mistake"}),
    (Intake, {"reference": "new-3", "interrupted_at": NOW, "interruption_reason": "dropped"}),
    (Intake, {"reference": "new-4", "entered_in_error_at": NOW, "entered_in_error_reason": "x"}),
    (Intake, {"reference": "new-5", "from_paper_at": NOW}),
    (HandOver, {"answer": "accepted", "answered_at": NOW}),
    (ReferenceCounter, {"year": 2027}),
    (HeardNote, {"start": 2, "end": 2}),
    (FieldRevision, {"revision": 99, "sealed": b"sealed", "text": ""}),
    (Person, {"role": "other", "in_household": "unknown", "birth_date": date(2019, 5, 4)}),
    (Concern, {"type": "", "source": "first_hand"}),
    (ResponseOption, {"key": "new"}),
    (Dispatch, {"acknowledged_at": NOW}),
    (Support, {}),
    (Submission, {"number": 99}),
    (Review, {"outcome": "approved", "decided_at": NOW}),
    (ReviewComment, {}),
    (Amendment, {}),
    (Restriction, {"intake_id": ANOTHER_CALL}),
    (NamedViewer, {"intake_id": ANOTHER_CALL}),
    (BreakGlass, {"closed_at": NOW}),
    (AssistLine, {"text": "x" * 200, "seen_at": NOW}),
    (PersonWord, {"kind": "b"}),
    (ExportJob, ENDED),
    (ExportItem, {"intake_id": ANOTHER_CALL, "position": 2}),
    (ExportJob, ENDED | {"status": "failed", "failure": "error", "expires_at": None}),
    (QualitySample, {"month": date(2025, 1, 1)}),
    (QualityRating, {"place": 2, "rater_id": OTHER}),
    (QualityRating, ORDINARY | {"rater_id": OTHER}),
]


def test_a_good_copy_is_taken(rows: dict[type[models.Model], models.Model]) -> None:
    """So that what is refused above is refused for its change alone."""
    for model, changes in GOOD:
        insert_copy(rows[model], changes)


def insert_copy(row: models.Model, changes: dict[str, Any]) -> None:
    """Insert the row again under a key of its own, with `changes`, past every validation."""
    fields = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}
    if "follows_id" in changes:
        changes |= {"follows_id": Intake.objects.exclude(follows=None).get().follows_id}
    if changes.get("intake_id") == ANOTHER_CALL:
        changes |= {"intake_id": Intake.objects.exclude(follows=None).get().follows_id}
    if changes.get("edition_id") == THE_DRAFT:
        changes |= {"edition_id": Edition.objects.get(status="draft").pk}
    for name in [name for name, value in changes.items() if value is SAME]:
        changes |= {name: next(filter(None, (getattr(row, one, None) for one in WHO)))}
    if changes.get("ends_id") == THE_SEAL:
        changes |= {"ends_id": Measure.objects.get(kind="unseal").ends_id}
    if changes.get("item_id") == THE_ITEM:
        changes |= {"item_id": RetentionItem.objects.get().pk}
    for name in [name for name, value in changes.items() if value is OTHER]:
        changes |= {name: User.objects.exclude(pk=row.rater_id).earliest("username").pk}  # type: ignore[attr-defined]
    with transaction.atomic():
        key = {"id": uuid.uuid4()} if "id" in fields else {}  # else the changes make it another
        type(row)(**fields | key | changes).save(force_insert=True)


def told_of(constraint: models.BaseConstraint, model: type[models.Model]) -> str:
    """What the engine says when the constraint is broken; SQLite names a key by its columns."""
    if connection.vendor == "sqlite" and isinstance(constraint, models.UniqueConstraint):
        columns = [model._meta.get_field(name).column for name in constraint.fields]  # type: ignore[union-attr]
        return "failed: " + ", ".join(f"{model._meta.db_table}.{one}" for one in columns)
    return constraint.name
