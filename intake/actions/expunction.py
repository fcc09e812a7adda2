"""Expunction: what was recorded of an intake is destroyed, and what is left says that it was.

Every column of an intake that is not in `KEPT` is emptied, every table that hangs on an intake is
in `GOES` or in `STAYS`; a test compares both with the models, so that none is forgotten.
"""

from datetime import datetime

from django.db import connection, models

from intake.actions.exports import drop_exports_of
from intake.actions.reviews import release_claim_on
from intake.models import (
    Amendment,
    Answer,
    AssistLine,
    BreakGlass,
    CallPage,
    Concern,
    CopyOutTick,
    Correction,
    CrossReport,
    CrossReportSending,
    Decision,
    DecisionReference,
    Dispatch,
    Expunction,
    FieldRevision,
    Follower,
    HeardNote,
    HelpFlag,
    Intake,
    Measure,
    NamedViewer,
    Narrative,
    OutboxKey,
    Person,
    PracticeRun,
    PracticeTurn,
    Quotation,
    Reporter,
    ReporterReveal,
    Restriction,
    RetentionItem,
    Review,
    ReviewComment,
    ReviewVisit,
    SearchQuery,
    SubmissionContent,
    SubmissionReporter,
    SubmissionReporterKey,
    Support,
    User,
)
from intake.models.audit import record_event
from intake.search.index import drop_index

# Tables whose rows are deleted, in an order that foreign keys and triggers allow; each with the way
# from a row to its intake. The words of the search go with `drop_index`, parts and items of exports
# with `drop_exports_of`.
GOES: tuple[tuple[type[models.Model], str], ...] = (
    (DecisionReference, "decision__intake"),
    (Decision, "intake"),
    (CrossReportSending, "intake"),
    (CrossReport, "intake"),
    (Dispatch, "intake"),
    (HeardNote, "intake"),
    (Answer, "intake"),
    (Correction, "intake"),
    (Quotation, "intake"),
    (Support, "intake"),
    (Concern, "intake"),
    (Person, "intake"),
    (Reporter, "intake"),
    (FieldRevision, "intake"),
    (Narrative, "intake"),
    (Amendment, "intake"),
    (SubmissionContent, "submission__intake"),
    (SubmissionReporterKey, "party__submission__intake"),
    (SubmissionReporter, "submission__intake"),
    (ReporterReveal, "intake"),  # that there was one, and on what ground, is in the audit
    (CopyOutTick, "intake"),
    (AssistLine, "intake"),
    (HelpFlag, "intake"),
    (Follower, "intake"),
    (ReviewVisit, "intake"),
    (BreakGlass, "intake"),  # who opened it stays in the audit
    (NamedViewer, "intake"),
    (Restriction, "intake"),
    (OutboxKey, "intake"),
    (CallPage, "intake"),
    (PracticeTurn, "run__intake"),
    (PracticeRun, "intake"),
)
BESIDES = ("SearchDocument", "PersonWord", "ExportItem", "ExportPart", "ReviewComment")
# Tables whose rows stay, since they hold no word of a call: that there was one, who had it when,
# the hashes of what was submitted, and the numbers that figures are added up from.
STAYS = (
    *("Submission", "Review", "HandOver", "CallSummary", "SampledIntake", "QualityRating"),
    *("Measure", "RetentionItem", "Expunction"),
)
# Columns of the intake that stay: which it was, whose, when, and what became of it.
KEPT = frozenset(
    {
        *("id", "agency", "reference", "worker", "edition", "status", "is_practice", "method"),
        *("started_at", "ended_at", "submitted_at", "from_paper_at", "retained_from"),
        *("no_report_reason", "entered_in_error_at", "is_hidden"),
        "is_restricted",  # it changes only with rows that go
        "follows",  # else the call that it followed would ask for its written report again
    }
)
MARK = "Expunged."


def expunge(
    intake: Intake,
    *,
    actor: User | None,
    measure: Measure | None = None,
    item: RetentionItem | None = None,
    at: datetime,
) -> Expunction:
    """Destroy the content of a locked intake by a confirmed measure, or by an item of a list.

    The caller's transaction has all of it, or nothing. The database refuses it where two people did
    not agree or a hold stands. Names that only this record had are cleaned by `clean_names`.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:  # what is deleted is overwritten in the file
            cursor.execute("PRAGMA secure_delete = ON")
    made = Expunction.objects.create(intake=intake, measure=measure, item=item, at=at)
    release_claim_on(intake, actor=actor, at=at)
    _empty(intake)
    drop_exports_of(intake, at=at)
    drop_index(intake)
    SearchQuery.objects.filter(owner__agency=intake.agency_id).delete()
    comments = ReviewComment.objects.filter(review__intake=intake)
    while comments.filter(replies=None).delete()[0]:
        pass  # replies first
    for model, way in GOES:
        model._default_manager.filter(**{way: intake}).delete()
    Review.objects.filter(intake=intake).update(own_screening=None, own_reason="")
    one, other = made.people
    record_event(
        "intake.expunged",
        actor=actor,
        at=at,
        subject=intake,
        details={
            "expunction": str(made.pk),
            "kind": made.kind,
            "asked": str(one.pk),
            "confirmed": str(other.pk),
        },
    )
    return made


def _empty(intake: Intake) -> None:
    """Put every column back to what it is at the start of a call, but those that stay."""
    names = []
    for field in Intake._meta.concrete_fields:
        if field.name not in KEPT:
            setattr(intake, field.name, field.get_default())
            names.append(field.name)
    intake.entered_in_error_reason = MARK if intake.entered_in_error_at else ""
    intake.is_hidden = True
    intake.save(update_fields=[*names, "is_hidden"])
    intake.prior_involvement.clear()
    for link in Intake.prior_involvement.through._default_manager.filter(to_intake=intake):
        link.delete()
    Intake.objects.filter(calls_back=intake).update(calls_back=None)
