"""Every address × every role: one table, which an address without a row breaks."""

import uuid
from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from intake.actions.question_sets import copy_edition
from intake.actions.restrictions import restrict_intake
from intake.exchange import sop_json
from intake.models import (
    AssistLine,
    CrossReport,
    CrossReportSending,
    Dispatch,
    Edition,
    EditionImport,
    ExportJob,
    HandOver,
    Intake,
    Measure,
    QualityRating,
    QualitySample,
    RetentionRun,
    SampledIntake,
    Service,
    User,
)
from intake.worksheet import describe
from tests.factory import NOW, make_call, make_user, option, submit
from tests.walk import twin, undone

# A walk: who may do what at which address, not what is in the rows.
pytestmark = pytest.mark.one_engine

PROBES = {"healthz", "readyz"}
PARTS_OF_TABLE = 8  # the cast is made once for each
WHO = ("nobody", "owner", "worker2", "supervisor", "administrator", "privacy", "stranger")

# name: (method, statuses in the order of WHO); 302 of nobody is the way to the sign-in.
TABLE: dict[str, tuple[str, tuple[int, ...]]] = {
    "home": ("get", (302, 302, 302, 302, 302, 302, 302)),
    "healthz": ("get", (200,) * 7),
    "readyz": ("get", (200,) * 7),
    "login": ("get", (200, 302, 302, 302, 302, 302, 302)),
    "logout": ("post", (302,) * 7),
    "account": ("get", (302, 200, 200, 200, 200, 200, 200)),
    "factor_app": ("get", (302, 302, 302, 302, 302, 302, 302)),  # to prove who they are
    "factor_key": ("get", (302, 302, 302, 302, 302, 302, 302)),
    "factor_codes": ("get", (302, 302, 302, 302, 302, 302, 302)),
    "factor_remove": ("post", (302, 302, 302, 302, 302, 302, 302)),
    "second_factor": ("get", (302,) * 7),  # nobody gave a password just now
    "sessions_end": ("post", (302, 302, 302, 302, 302, 302, 302)),
    "single_sign_on": ("post", (404,) * 7),  # it is not configured
    "single_sign_on_done": ("get", (404,) * 7),
    "lock": ("post", (302, 204, 204, 204, 204, 204, 204)),
    "prove": ("get", (302, 200, 200, 200, 200, 200, 200)),
    "password": ("get", (302, 200, 200, 200, 200, 200, 200)),
    "preferences": ("get", (302, 200, 200, 200, 200, 200, 200)),
    "preferences_keep": ("post", (302, 400, 400, 400, 400, 400, 400)),
    "csrf": ("get", (302, 200, 200, 200, 200, 200, 200)),
    "calls": ("get", (302, 200, 200, 404, 404, 404, 200)),
    "call_start": ("post", (302, 302, 302, 404, 404, 404, 302)),
    "call_from_paper": ("get", (302, 200, 200, 404, 404, 404, 200)),
    "call": ("get", (302, 200, 404, 404, 404, 404, 404)),
    "call_save": ("post", (401, 200, 404, 404, 404, 404, 404)),
    "call_hold": ("post", (302, 200, 404, 404, 404, 404, 404)),
    "call_outbox_key": ("post", (302, 200, 404, 404, 404, 404, 404)),
    "call_versions": ("get", (302, 200, 404, 404, 404, 404, 404)),
    "call_section": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "call_end": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "call_interrupt": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "call_resume": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "call_no_report": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "call_hand_over": ("get", (302, 200, 404, 404, 404, 404, 404)),
    "call_offer": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "call_withdraw": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "call_help": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "call_line_seen": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "offers": ("get", (302, 200, 200, 404, 404, 404, 200)),
    "offer_answer": ("post", (302, 404, 302, 404, 404, 404, 404)),  # offered to worker2
    "call_matches": ("get", (302, 200, 404, 404, 404, 404, 404)),
    "call_matches_count": ("get", (302, 200, 404, 404, 404, 404, 404)),
    "call_matches_link": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "call_read_back": ("get", (302, 200, 404, 404, 404, 404, 404)),
    "wrap_up": ("get", (302, 200, 404, 404, 404, 404, 404)),
    "call_submit": ("post", (302, 422, 404, 404, 404, 404, 404)),
    "intakes": ("get", (302, 200, 200, 200, 404, 404, 200)),
    "intake": ("get", (302, 302, 404, 200, 404, 404, 404)),
    "intake_pdf": ("get", (302, 404, 404, 404, 404, 404, 404)),
    "intake_json": ("get", (302, 404, 404, 404, 404, 404, 404)),
    "intake_fhir": ("get", (302, 404, 404, 404, 404, 404, 404)),
    "restrictions": ("get", (302, 404, 404, 404, 404, 200, 404)),
    "restriction": ("get", (302, 200, 404, 200, 404, 404, 404)),
    "restriction_set": ("post", (302, 422, 404, 422, 404, 404, 404)),
    # What is not restricted has nobody to be named, and no glass to be broken.
    "restriction_name": ("post", (302, 422, 404, 422, 404, 404, 404)),
    "restriction_remove": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "restriction_lift": ("post", (302, 422, 404, 422, 404, 404, 404)),
    "break_glass": ("get", (302, 404, 404, 404, 404, 404, 404)),
    "break_glass_close": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "intake_call_back": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "intake_brief": ("get", (302, 200, 404, 200, 404, 404, 404)),
    "intake_brief_pdf": ("get", (302, 200, 404, 200, 404, 404, 404)),
    "intake_dispatch": ("get", (302, 200, 404, 200, 404, 404, 404)),
    "intake_tell": ("post", (302, 302, 404, 302, 404, 404, 404)),
    "intake_acknowledge": ("post", (302, 302, 404, 302, 404, 404, 404)),
    "intake_withdraw": ("post", (302, 302, 404, 302, 404, 404, 404)),
    "intake_copy_out": ("get", (302, 200, 404, 200, 404, 404, 404)),
    "intake_copy_out_tick": ("post", (302, 302, 404, 302, 404, 404, 404)),
    "intake_cross_reports": ("get", (302, 200, 404, 200, 404, 404, 404)),
    "intake_sending_withdraw": ("post", (302, 302, 404, 302, 404, 404, 404)),
    "intake_sent": ("post", (302, 302, 404, 302, 404, 404, 404)),
    "intake_packet": ("get", (302, 200, 404, 200, 404, 404, 404)),
    # To a fresh sign-in; a reveal is nobody's without the grant.
    "intake_packet_reporter": ("get", (302, 302, 404, 302, 404, 404, 404)),
    "intake_brief_reporter": ("get", (302, 302, 404, 302, 404, 404, 404)),
    "intake_reporter": ("get", (302, 404, 404, 404, 404, 404, 404)),
    "intake_pdf_reporter": ("get", (302, 404, 404, 404, 404, 404, 404)),
    "danger": ("get", (302, 404, 404, 200, 404, 404, 200)),
    "danger_count": ("get", (302, 404, 404, 200, 404, 404, 200)),
    "assist": ("get", (302, 404, 404, 200, 404, 404, 200)),
    "assist_follow": ("get", (302, 404, 404, 200, 404, 404, 404)),
    "assist_state": ("get", (302, 404, 404, 200, 404, 404, 404)),
    "assist_line": ("post", (302, 404, 404, 422, 404, 404, 404)),
    "services_find": ("get", (302, 200, 200, 404, 404, 404, 200)),
    "written_reports": ("get", (302, 200, 200, 200, 404, 404, 200)),
    "written_report_start": ("post", (302, 422, 422, 404, 404, 404, 422)),
    "practice": ("get", (302, 200, 200, 404, 404, 404, 200)),
    "practice_start": ("post", (302, 302, 302, 404, 404, 404, 302)),
    "practice_replay": ("get", (302, 404, 404, 404, 404, 404, 404)),
    "call_practice": ("post", (302, 302, 404, 404, 404, 404, 404)),
    "editions": ("get", (302, 200, 200, 200, 200, 200, 200)),
    "edition": ("get", (302, 200, 200, 200, 200, 200, 200)),
    "edition_print": ("get", (302, 200, 200, 200, 200, 404, 200)),
    "state_edition": ("get", (302, 200, 200, 200, 200, 200, 200)),
    "state_edition_diff": ("get", (302, 200, 200, 200, 200, 200, 200)),
    "state_edition_draft": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "state_edition_take": ("post", (302, 404, 404, 404, 404, 404, 404)),  # into which draft?
    "edition_import": ("get", (302, 404, 404, 404, 200, 404, 404)),
    "edition_imported": ("get", (302, 404, 404, 404, 200, 404, 404)),
    "edition_import_confirm": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "edition_export": ("get", (302, 404, 404, 200, 200, 404, 404)),
    # A draft of the agency's.
    "edition_use": ("get", (302, 404, 404, 200, 200, 404, 404)),
    "edition_use_csv": ("get", (302, 404, 404, 200, 200, 404, 404)),
    "edition_preview": ("get", (302, 404, 404, 200, 200, 404, 404)),
    "edition_diff": ("get", (302, 200, 200, 200, 200, 200, 404)),
    "edition_draft": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "edition_edit": ("get", (302, 404, 404, 404, 200, 404, 404)),
    "edition_state": ("get", (302, 404, 404, 404, 200, 404, 404)),
    "edition_save": ("post", (302, 404, 404, 404, 400, 404, 404)),
    "edition_form": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "edition_change": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "edition_outbox_key": ("post", (302, 404, 404, 404, 200, 404, 404)),
    "edition_discard": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "edition_request_review": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "edition_reopen": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "edition_publish": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "edition_cancel": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "edition_bring_back": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "edition_comment": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "edition_comment_resolve": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "agency_tables": ("get", (302, 404, 404, 404, 200, 404, 404)),
    "agency_policies": ("get", (302, 404, 404, 404, 200, 404, 404)),
    "agency_history": ("get", (302, 404, 404, 404, 200, 200, 404)),
    "users": ("get", (302, 404, 404, 404, 200, 404, 404)),
    # Whatever changes an account asks first for a fresh sign-in.
    "user_invite": ("get", (302, 404, 404, 404, 302, 404, 404)),
    "user": ("get", (302, 404, 404, 404, 302, 404, 404)),
    "user_link": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "user_deactivate": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "user_reactivate": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "user_factor_reset": ("post", (302, 404, 404, 404, 302, 404, 404)),
    "invitation": ("get", (200,) * 7),
    "agency_table": ("get", (302, 404, 404, 404, 200, 404, 404)),
    "agency_row_add": ("get", (302, 404, 404, 404, 200, 404, 404)),
    "agency_row": ("get", (302, 404, 404, 404, 200, 404, 404)),
    "audit": ("get", (302, 404, 404, 404, 404, 200, 404)),
    "reveals": ("get", (302, 404, 404, 404, 404, 200, 404)),
    "audit_csv": ("get", (302, 404, 404, 404, 404, 200, 404)),
    "retention": ("get", (302, 404, 404, 404, 404, 200, 404)),
    "retention_find": ("post", (302, 404, 404, 404, 404, 422, 404)),
    "retention_record": ("get", (302, 404, 404, 404, 404, 200, 404)),
    "retention_ask": ("post", (302, 404, 404, 404, 404, 422, 404)),
    # Asked for by another: who confirms has to prove anew who they are.
    "retention_confirm": ("post", (302, 404, 404, 404, 404, 302, 404)),
    "retention_withdraw": ("post", (302, 404, 404, 404, 404, 302, 404)),
    "retention_prepare": ("post", (302, 404, 404, 404, 404, 302, 404)),
    "retention_run": ("get", (302, 404, 404, 404, 404, 200, 404)),
    "retention_run_confirm": ("post", (302, 404, 404, 404, 404, 302, 404)),
    "retention_run_withdraw": ("post", (302, 404, 404, 404, 404, 302, 404)),
    "exports": ("get", (302, 404, 404, 200, 404, 404, 200)),
    "export_ask": ("post", (302, 404, 404, 302, 404, 404, 302)),
    "exports_state": ("get", (302, 404, 404, 200, 404, 404, 200)),
    # The supervisor's own, finished.
    "export_download": ("get", (302, 404, 404, 200, 404, 404, 404)),
    "export_cancel": ("post", (302, 404, 404, 302, 404, 404, 404)),
    "export_delete": ("post", (302, 404, 404, 302, 404, 404, 404)),
    "reviews": ("get", (302, 404, 404, 200, 404, 404, 200)),
    "reviews_state": ("get", (302, 404, 404, 200, 404, 404, 200)),
    "insights": ("get", (302, 404, 404, 200, 404, 404, 200)),
    "insights_csv": ("get", (302, 404, 404, 200, 404, 404, 200)),
    # What was not submitted yet is no supervisor's to judge.
    "review": ("get", (302, 404, 404, 404, 404, 404, 404)),
    "review_there": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "review_claim": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "review_release": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "review_return": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "review_approve": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "review_comment": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "review_comment_remove": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "review_decide": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "review_amend": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "review_error": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "review_rate": ("post", (302, 404, 404, 404, 404, 404, 404)),
    "quality": ("get", (302, 404, 404, 200, 404, 404, 200)),
    "quality_rating": ("get", (302, 404, 404, 200, 404, 404, 404)),  # the supervisor is asked
    "notices": ("get", (302, 200, 200, 200, 404, 200, 200)),
    "notices_seen": ("post", (302, 302, 302, 302, 404, 302, 302)),
    "call_comment": ("post", (302, 404, 404, 404, 404, 404, 404)),  # nothing was remarked
}
AFTER_SUBMISSION = {
    "intake": (302, 200, 404, 200, 404, 404, 404),
    "intake_pdf": (302, 200, 404, 200, 404, 404, 404),
    "intake_json": (302, 200, 404, 200, 404, 404, 404),
    "intake_fhir": (302, 200, 404, 200, 404, 404, 404),
    "review": (302, 404, 404, 200, 404, 404, 404),
    "review_there": (302, 404, 404, 200, 404, 404, 404),
    "review_claim": (302, 404, 404, 302, 404, 404, 404),
    "review_release": (302, 404, 404, 422, 404, 404, 404),  # nobody claimed it
    "review_return": (302, 404, 404, 422, 404, 404, 404),
    "review_approve": (302, 404, 404, 422, 404, 404, 404),
    "review_comment": (302, 404, 404, 422, 404, 404, 404),
    "review_comment_remove": (302, 404, 404, 302, 404, 404, 404),
    "review_decide": (302, 404, 404, 302, 404, 404, 404),
    "review_amend": (302, 404, 404, 422, 404, 404, 404),
    "review_error": (302, 404, 404, 422, 404, 404, 404),
    "review_rate": (302, 404, 404, 422, 404, 404, 404),
    "call_comment": (302, 404, 404, 404, 404, 404, 404),
    "assist_follow": (302, 404, 404, 302, 404, 404, 404),  # to the record
    "assist_state": (302, 404, 404, 200, 404, 404, 404),  # it says that it is over
    "assist_line": (302, 404, 404, 422, 404, 404, 404),
    "call": (302, 302, 404, 404, 404, 404, 404),
    "wrap_up": (302, 302, 404, 404, 404, 404, 404),
    "call_matches": (302, 302, 404, 404, 404, 404, 404),
    "call_matches_count": (302, 404, 404, 404, 404, 404, 404),
    "call_versions": (302, 302, 404, 404, 404, 404, 404),
}


def names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for one in patterns:
        found |= names(one.url_patterns) if isinstance(one, URLResolver) else {str(one.name)}
    return found


def offer(call: Intake) -> HandOver:
    colleague = User.objects.filter(username="worker2").first()
    if colleague is None:
        colleague = make_user(call.agency, "worker2", "workers")
    return HandOver.objects.create(
        intake=call, offered_by_id=call.worker_id, offered_to=colleague, offered_at=NOW
    )


PARTS: dict[str, int | str] = {
    "edition": 1,
    "edition_print": 1,
    "state_edition": 1,
    "state_edition_diff": 1,
    "state_edition_draft": 1,
    "state_edition_take": 1,
    "agency_table": "services",
    "agency_row_add": "services",
    "insights_csv": "shares",
    "factor_remove": 1,
}


def of_edition(name: str, call: Intake) -> str:
    if name == "edition_import":
        return reverse(name)
    if name in ("edition_imported", "edition_import_confirm"):
        return brought(name, call)
    # One draft serves until somebody makes something else of it.
    drafts = Edition.objects.filter(agency=call.agency, status="draft")
    draft = drafts.first() or copy_edition(source=call.edition, agency=call.agency, at=NOW)
    if name == "edition_export":
        return reverse(name, args=[draft.number, "csv"])
    if name != "edition_comment_resolve":
        return reverse(name, args=[draft.number])
    author = User.objects.get(pk=call.worker_id)
    remark = draft.comments.create(author=author, text="So?", made_at=NOW)
    return reverse(name, args=[draft.number, remark.pk])


def of_user(name: str, call: Intake) -> str:
    is_one = name not in ("users", "user_invite")
    return reverse(name, args=[call.worker_id] if is_one else [])


def brought(name: str, call: Intake) -> str:
    """The address of what the administrator read from a file."""
    user = User.objects.filter(username="administrator").first()
    if user is None:
        user = make_user(call.agency, "administrator", "administrators")
    sets = sop_json.dump(describe(call.edition), title="").decode()
    kept = EditionImport.objects.create(
        agency=call.agency, user=user, made_at=timezone.now(), sets=sets
    )
    return reverse(name, args=[kept.pk])


def address(name: str, call: Intake) -> str:
    if name in PARTS:
        return reverse(name, args=[PARTS[name]])
    if name.startswith(("edition_", "user")):
        return of_edition(name, call) if name.startswith("edition_") else of_user(name, call)
    if name in ("intake_acknowledge", "intake_withdraw", "intake_brief_reporter"):
        whom = "responding_worker" if name == "intake_brief_reporter" else "tribe"
        told = Dispatch.objects.create(
            intake=call, told=whom, told_at=NOW, told_by_id=call.worker_id
        )
        return reverse(name, args=[call.pk, told.pk])
    if name == "intake_sending_withdraw":
        sent = CrossReportSending.objects.create(
            intake=call,
            recipient_id=option(call.agency, "cross_report", "law_enforcement"),
            method="Fax",
            sent_at=NOW,
            sent_by_id=call.worker_id,
        )
        return reverse(name, args=[call.pk, sent.pk])
    if name == "call_line_seen":
        line = AssistLine.objects.create(
            intake=call, author_id=call.worker_id, at=NOW, text="Go on."
        )
        return reverse(name, args=[call.pk, line.pk])
    if name.startswith("retention_") and name not in ("retention_find", "retention_prepare"):
        return of_retention(name, call)
    if name in ("offer_answer", "quality_rating"):
        return reverse(name, args=[offer(call).pk if name == "offer_answer" else ask(call).pk])
    if name == "agency_row":
        service = Service.objects.filter(agency=call.agency).first()
        assert service is not None
        return reverse(name, args=["services", service.pk])
    if name in ("intake_sent", "intake_packet", "intake_packet_reporter"):
        recipient = option(call.agency, "cross_report", "law_enforcement")
        if name == "intake_packet_reporter":
            CrossReport.objects.get_or_create(
                intake=call, recipient_id=uuid.UUID(recipient), defaults={"decided": "yes"}
            )
        return reverse(name, args=[call.pk, recipient])
    if name in ("review_comment_remove", "call_comment", "restriction_remove"):
        return reverse(name, args=[call.pk, uuid.uuid4()])
    query = "?field=narrative.text" if name == "call_versions" else ""
    return reverse(name, args=keys_of(name, call)) + query


def of_retention(name: str, call: Intake) -> str:
    """The address of a record, of a seal that is asked for, or of a list that waits."""
    if name == "retention_record":
        return reverse(name, args=[call.pk])
    if name == "retention_ask":
        return reverse(name, args=[call.pk, "hold"])
    if name in ("retention_confirm", "retention_withdraw"):
        asked = Measure.objects.create(
            intake=call,
            kind="seal",
            authority="x",
            requested_by_id=call.worker_id,
            requested_at=NOW,
        )
        return reverse(name, args=[asked.pk])
    run = RetentionRun.objects.filter(confirmed_at=None, withdrawn_at=None).first()
    run = run or RetentionRun.objects.create(
        agency=call.agency, prepared_by_id=call.worker_id, prepared_at=NOW
    )
    return reverse(name, args=[run.pk])


def keys_of(name: str, call: Intake) -> list[uuid.UUID]:
    """The key that an address names: of a call, an export, or none."""
    if name in ("export_download", "export_cancel", "export_delete"):
        return [finished_export(call).pk]
    # practice_replay: of a call that is no practice
    return [call.pk] if name in OF_A_CALL else []


def finished_export(call: Intake) -> ExportJob:
    """An export of the supervisor's, of nothing, that can be downloaded."""
    supervisor = User.objects.filter(username="supervisor").first()
    if supervisor is None:
        supervisor = make_user(call.agency, "supervisor", "supervisors")
    return ExportJob.objects.create(
        agency=call.agency,
        requested_by=supervisor,
        kind="jsonl",
        status="done",
        total=0,
        requested_at=NOW,
        heartbeat_at=NOW,
        finished_at=NOW,
        expires_at=timezone.now() + timedelta(hours=1),
    )


def ask(call: Intake) -> QualityRating:
    """The supervisor is asked to rate another call of the worker blind, which was sampled."""
    worker = User.objects.with_roles().get(pk=call.worker_id)
    sample, _ = QualitySample.objects.get_or_create(
        agency=call.agency, month=NOW.date().replace(day=1), seed="x", drawn_at=NOW
    )
    intake = make_call(worker)
    sampled = SampledIntake.objects.create(
        sample=sample, intake=intake, submission=submit(worker, intake)
    )
    return QualityRating.objects.create(
        intake=intake,
        submission=sampled.submission,
        rater=User.objects.filter(username="supervisor").first()
        or make_user(call.agency, "supervisor", "supervisors"),
        sampled=sampled,
        place=1,
        assigned_at=NOW,
    )


CALL_NAMES = {
    name
    for name in TABLE
    if name in ("call", "intake", "wrap_up")
    or (name.startswith(("call_", "intake_")) and name not in ("call_start", "call_from_paper"))
}
OF_A_CALL = CALL_NAMES | {
    name
    for name in TABLE
    if name in ("practice_replay", "review", "restriction")
    or name.startswith(("review_", "assist_", "restriction_", "break_glass"))
}


@pytest.fixture
def cast(
    worker: User,
    worker2: User,
    supervisor: User,
    administrator: User,
    privacy: User,
    stranger: User,
) -> dict[str, User | None]:
    people = (None, worker, worker2, supervisor, administrator, privacy, stranger)
    return dict(zip(WHO, people, strict=True))


def is_kept_by_nobody(headers: Mapping[str, str]) -> bool:
    """Whether an answer tells browsers and whatever stands before us to keep nothing of it."""
    rules = set(headers.get("Cache-Control", "").split(", "))
    return {"no-store", "private"} <= rules and "public" not in rules


def assert_guarded(name: str, headers: Mapping[str, str]) -> None:
    """Every answer tells browsers to keep nothing, and to give nothing to other sites."""
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert is_kept_by_nobody(headers) or name in PROBES, name
    assert "no-store" in headers["Cache-Control"], name
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    for sense in ("camera", "microphone", "geolocation"):
        assert f"{sense}=()" in headers["Permissions-Policy"]


def test_every_address_has_a_row() -> None:
    assert names(get_resolver().url_patterns) == set(TABLE)


@pytest.mark.parametrize("part", range(PARTS_OF_TABLE))
def test_access(part: int, cast: dict[str, User | None], call: Intake) -> None:
    """Everybody asks for an address as if nobody else had: what one does is undone."""
    clients = {who: signed_in(user) for who, user in cast.items()}
    wrong = []
    for name in list(TABLE)[part::PARTS_OF_TABLE]:
        with undone():
            place = address(name, call)
            for who, expected in zip(WHO, TABLE[name][1], strict=True):
                with undone(is_checked=True):
                    response = ask_for(twin(clients[who]), name, place)
                if response.status_code != expected:
                    wrong.append((name, who, response.status_code, expected))
                elif who == "nobody" and expected == 302 and name != "logout":
                    assert response["Location"].startswith("/accounts/login/")
                assert_guarded(name, response.headers)
    assert not wrong


def signed_in(user: User | None) -> Client:
    """A browser in which the user is signed in, or nobody."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def ask_for(client: Client, name: str, place: str) -> HttpResponseBase:
    """The answer of an address that is asked as its page does."""
    if name == "call_save":
        body = {"field": "narrative.text", "text": "x", "base": 0, "key": str(uuid.uuid4())}
        return client.post(place, body, content_type="application/json")
    if name == "call_hold":
        return client.post(place, {"page": str(uuid.uuid4())})
    return client.get(place) if TABLE[name][0] == "get" else client.post(place)


@pytest.mark.parametrize("is_submitted", [False, True])
def test_a_restricted_record_is_a_404_to_a_supervisor_who_is_not_named(
    cast: dict[str, User | None], worker: User, supervisor: User, is_submitted: bool
) -> None:
    call = make_call(worker)
    if is_submitted:
        submit(worker, call)
    named = make_user(call.agency, "named", "supervisors")
    restrict_intake(actor=named, intake_id=call.pk, reason="Kin.", at=timezone.now())
    places = {name: address(name, call) for name in sorted(OF_A_CALL - {"practice_replay"})}
    for user in filter(None, cast.values()):
        if user == worker and not is_submitted:
            continue  # goes on with the own call
        client = signed_in(user)
        for name, place in places.items():
            status = ask_for(client, name, place).status_code
            if name == "break_glass" and user in (worker, supervisor):
                assert status == 302  # to prove who they are
            elif user == worker and name.startswith(("call", "wrap_up")):
                assert status in (302, 404), (name, status)  # to the list
            elif user == cast["privacy"] and name.startswith("restriction"):
                assert status in (200, 404, 422), (name, status)  # says who reads it
            else:
                assert status == 404, (name, user.username)


def test_a_restricted_record_is_open_to_who_is_named(worker: User, supervisor: User) -> None:
    call = make_call(worker)
    submit(worker, call)
    restrict_intake(actor=supervisor, intake_id=call.pk, reason="Kin.", at=timezone.now())
    client = signed_in(supervisor)
    names = ("intake", "intake_pdf", "intake_json", "intake_fhir", "review", "restriction")
    for name in (*names, "intake_brief", "intake_dispatch", "intake_copy_out", "review_claim"):
        place = address(name, call)
        status = ask_for(client, name, place).status_code
        assert status == (302 if name == "review_claim" else 200), name


def test_access_after_submission(cast: dict[str, User | None], worker: User, call: Intake) -> None:
    submit(worker, call)
    clients = {who: signed_in(user) for who, user in cast.items()}
    for name, statuses in AFTER_SUBMISSION.items():
        with undone():
            place = address(name, call)
            for who, expected in zip(WHO, statuses, strict=True):
                with undone(is_checked=True):
                    response = ask_for(twin(clients[who]), name, place)
                assert response.status_code == expected, (name, who)
                assert_guarded(name, response.headers)
