"""The records, one noun to a file; `intake/README.md` has them on one page."""

from intake.models.administration import Invitation, TableChange
from intake.models.answers import Answer, FieldRevision, HeardNote
from intake.models.assist import AssistLine, Follower, HelpFlag
from intake.models.audit import AuditCheckpoint, AuditEvent, AuditSeal
from intake.models.copy_out import CopyOutField, CopyOutTick
from intake.models.cross_reports import CrossReport, CrossReportRule, CrossReportSending
from intake.models.decisions import Decision, DecisionReference, ResponseOption
from intake.models.dispatches import Dispatch
from intake.models.drafts import DraftChange, EditionComment, EditionImport
from intake.models.exports import ExportItem, ExportJob, ExportPart
from intake.models.hand_overs import HandOver
from intake.models.insights import CallSummary
from intake.models.intakes import Intake, Narrative, ReferenceCounter
from intake.models.outbox import OutboxKey
from intake.models.pages import CallPage
from intake.models.parties import Concern, Person, Reporter
from intake.models.people import Agency, User
from intake.models.practice import PracticeRun, PracticeTurn
from intake.models.preferences import Preferences
from intake.models.quality import QualityRating, QualitySample, SampledIntake
from intake.models.question_sets import (
    Edition,
    JargonWord,
    Prompt,
    PromptPair,
    PromptText,
    QuestionSet,
)
from intake.models.reporting_party import ReporterReveal
from intake.models.restrictions import BreakGlass, NamedViewer, Restriction
from intake.models.retention import (
    Expunction,
    Measure,
    RetentionItem,
    RetentionRule,
    RetentionRun,
)
from intake.models.reviews import Amendment, Review, ReviewComment, ReviewVisit
from intake.models.searches import NameWord, PersonWord, SearchDocument, SearchQuery
from intake.models.sessions import CacheEntry, Session
from intake.models.submissions import (
    Submission,
    SubmissionContent,
    SubmissionReporter,
    SubmissionReporterKey,
)
from intake.models.supports import Service, Support
from intake.models.words import Correction, Quotation

__all__ = [
    "Agency",
    "Amendment",
    "Answer",
    "AssistLine",
    "AuditCheckpoint",
    "AuditEvent",
    "AuditSeal",
    "BreakGlass",
    "CacheEntry",
    "CallPage",
    "CallSummary",
    "Concern",
    "CopyOutField",
    "CopyOutTick",
    "Correction",
    "CrossReport",
    "CrossReportRule",
    "CrossReportSending",
    "Decision",
    "DecisionReference",
    "Dispatch",
    "DraftChange",
    "Edition",
    "EditionComment",
    "EditionImport",
    "ExportItem",
    "ExportJob",
    "ExportPart",
    "Expunction",
    "FieldRevision",
    "Follower",
    "HandOver",
    "HeardNote",
    "HelpFlag",
    "Intake",
    "Invitation",
    "JargonWord",
    "Measure",
    "NameWord",
    "NamedViewer",
    "Narrative",
    "OutboxKey",
    "Person",
    "PersonWord",
    "PracticeRun",
    "PracticeTurn",
    "Preferences",
    "Prompt",
    "PromptPair",
    "PromptText",
    "QualityRating",
    "QualitySample",
    "QuestionSet",
    "Quotation",
    "ReferenceCounter",
    "Reporter",
    "ReporterReveal",
    "ResponseOption",
    "Restriction",
    "RetentionItem",
    "RetentionRule",
    "RetentionRun",
    "Review",
    "ReviewComment",
    "ReviewVisit",
    "SampledIntake",
    "SearchDocument",
    "SearchQuery",
    "Service",
    "Session",
    "Submission",
    "SubmissionContent",
    "SubmissionReporter",
    "SubmissionReporterKey",
    "Support",
    "TableChange",
    "User",
]
