"""The records, one noun to a file; `intake/README.md` has them on one page."""

from intake.models.answers import Answer, FieldRevision, HeardNote
from intake.models.audit import AuditEvent
from intake.models.decisions import (
    CrossReport,
    Decision,
    DecisionReference,
    Dispatch,
    ResponseOption,
    Support,
)
from intake.models.intakes import Intake, Narrative, ReferenceCounter
from intake.models.parties import Concern, Person, Reporter
from intake.models.people import Agency, User
from intake.models.question_sets import Edition, Prompt, PromptPair, PromptText, QuestionSet
from intake.models.reviews import Amendment, Review, ReviewComment
from intake.models.submissions import Submission, SubmissionContent, SubmissionReporter

__all__ = [
    "Agency",
    "Amendment",
    "Answer",
    "AuditEvent",
    "Concern",
    "CrossReport",
    "Decision",
    "DecisionReference",
    "Dispatch",
    "Edition",
    "FieldRevision",
    "HeardNote",
    "Intake",
    "Narrative",
    "Person",
    "Prompt",
    "PromptPair",
    "PromptText",
    "QuestionSet",
    "ReferenceCounter",
    "Reporter",
    "ResponseOption",
    "Review",
    "ReviewComment",
    "Submission",
    "SubmissionContent",
    "SubmissionReporter",
    "Support",
    "User",
]
