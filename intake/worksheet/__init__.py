"""The worksheet: a whole intake as frozen dataclasses, which every page and export renders.

`build` reads live rows with a fixed number of queries; `from_json` reads a submission. Times are
ISO 8601 in UTC. `revisions` serve the call screen only and are never part of a submission.
"""

from intake.worksheet.build import (
    SCHEMA_VERSION,
    build,
    build_cross_reports,
    build_dispatches,
    build_reporting_party,
    build_sections,
)
from intake.worksheet.changes import Change, changes_between
from intake.worksheet.desk import QueueRow, Step, build_history, build_queue, build_readers
from intake.worksheet.passages import (
    find_passage,
    glimpses,
    numbers_to_call,
    unfiled_lines,
)
from intake.worksheet.practice import build_caller, build_course, build_replay
from intake.worksheet.submissions import (
    NOT_EXPORTED,
    READABLE,
    UnknownVersion,
    from_json,
    to_canonical_json,
)
from intake.worksheet.versions import (
    VersionsView,
    VersionView,
    build_versions,
    differences,
)
from intake.worksheet.views import (
    AnsweredView,
    AnswerView,
    CallView,
    ConcernView,
    CorrectionView,
    CrossReportView,
    DecisionView,
    DispatchView,
    HeardView,
    PairView,
    PersonView,
    PriorView,
    PromptView,
    QuoteView,
    ReferenceView,
    ReportingPartyView,
    SectionView,
    SendingView,
    SupportView,
    Worksheet,
)

__all__ = [
    "NOT_EXPORTED",
    "READABLE",
    "SCHEMA_VERSION",
    "AnswerView",
    "AnsweredView",
    "CallView",
    "Change",
    "ConcernView",
    "CorrectionView",
    "CrossReportView",
    "DecisionView",
    "DispatchView",
    "HeardView",
    "PairView",
    "PersonView",
    "PriorView",
    "PromptView",
    "QueueRow",
    "QuoteView",
    "ReferenceView",
    "ReportingPartyView",
    "SectionView",
    "SendingView",
    "Step",
    "SupportView",
    "UnknownVersion",
    "VersionView",
    "VersionsView",
    "Worksheet",
    "build",
    "build_caller",
    "build_course",
    "build_cross_reports",
    "build_dispatches",
    "build_history",
    "build_queue",
    "build_readers",
    "build_replay",
    "build_reporting_party",
    "build_sections",
    "build_versions",
    "changes_between",
    "differences",
    "find_passage",
    "from_json",
    "glimpses",
    "numbers_to_call",
    "to_canonical_json",
    "unfiled_lines",
]
