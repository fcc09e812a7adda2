"""What is said of a reporting party without showing it, and where a record seems to name it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from intake.crypto import SealBroken
from intake.models import AuditEvent, Dispatch, Intake, Reporter, ResponseOption, Submission
from intake.models.dispatches import DispatchTold
from intake.text import seems_to_name
from intake.worksheet.views import ReportingPartyView, SectionView, Worksheet

# Why somebody may learn who reported (California Penal Code 11167(d)).
PURPOSES = {
    "investigates": "It investigates the report",
    "prosecutes": "It prosecutes, or decides whether to",
    "licenses": "It licenses where the child is cared for",
    "child_welfare": "It is the child welfare agency of another county",
    "responds": "It responds to the report for this agency",
}
# Which of them can be meant by California's recipients; an agency's own may mean any but the last.
_PURPOSES_OF = {
    "law_enforcement": ("investigates",),
    "district_attorney": ("investigates", "prosecutes"),
    "licensing": ("licenses",),
    "other_county": ("child_welfare",),
    DispatchTold.RESPONDING_WORKER: ("responds",),
}
_OF_OTHERS = ("investigates", "prosecutes", "licenses", "child_welfare")


@dataclass(frozen=True)
class NamedPlace:
    """A field that seems to name the reporting party: its name, and its title on the screen."""

    field: str
    title: str


@dataclass(frozen=True)
class PartyState:
    """The reporting party of a record, not shown: what is on file, and where it seems named.

    `is_unchecked` where the ring lacks a key, so that nobody can tell whether it is named.
    """

    mark: str
    places: tuple[NamedPlace, ...] = ()
    is_unchecked: bool = False


@dataclass(frozen=True)
class DisclosureView:
    """A copy that named who reported: made when, by whom, for whom and to what purpose."""

    at: datetime
    by: str
    recipient: str  # the key
    label: str
    purpose: str
    copy: str


def purposes_of(recipient: str) -> dict[str, str]:
    """Return the purposes to which a recipient, by its key, may learn who reported, in words."""
    return {key: PURPOSES[key] for key in _PURPOSES_OF.get(recipient, _OF_OTHERS)}


def build_party_state(intake: Intake, sheet: Worksheet) -> PartyState:
    """Return what may be said of the reporting party to whoever reads the record. One query."""
    reporter = Reporter.objects.filter(intake=intake).first()
    mark = _mark(reporter)
    if reporter is None:
        return PartyState(mark=mark)
    try:
        party = ReportingPartyView(
            name=reporter.read("name"),
            phone=reporter.read("phone"),
            callback_number=reporter.read("callback_number"),
        )
    except SealBroken:
        return PartyState(mark=mark, is_unchecked=True)
    return PartyState(mark=mark, places=find_naming(party, sheet))


def mark_party(intake: Intake) -> str:
    """Return whether there is a reporting party on file, and of what kind. One query."""
    return _mark(Reporter.objects.filter(intake=intake).first())


def _mark(reporter: Reporter | None) -> str:
    if reporter is None:
        return "Nothing on file"
    kind = f"; {reporter.get_kind_display().lower()}" if reporter.kind else ""
    is_typed = any(getattr(reporter, column) for column in Reporter.SEALED)
    return f"On file, not shown{kind}" if is_typed else f"Nothing was given{kind}"


def find_naming(party: ReportingPartyView, sheet: Worksheet) -> tuple[NamedPlace, ...]:
    """Return the places of a record that seem to name its reporting party (`seems_to_name`).

    A word of the name that is also one of somebody whom the record names, as of a relative, does
    not count by itself. Nothing of what was found is in the answer.
    """
    if not (party.name or party.phone or party.callback_number):
        return ()
    family = " ".join(one.name for one in sheet.people if not one.is_removed)
    return tuple(
        NamedPlace(field, title)
        for field, title, text in _texts(sheet)
        if seems_to_name(
            text, name=party.name, numbers=(party.phone, party.callback_number), beside=family
        )
    )


def read_frozen_party(submission: Submission) -> ReportingPartyView | None:
    """Return the reporting party as it was submitted, or None; the caller may show it.

    Raises SealBroken where its key is not in the ring.
    """
    frozen = getattr(submission, "reporter", None)
    if frozen is None:
        return None
    told = json.loads(frozen.read())
    known = {one.name for one in fields(ReportingPartyView)}
    return ReportingPartyView(**{name: text for name, text in told.items() if name in known})


def build_disclosures(intake: Intake) -> tuple[DisclosureView, ...]:
    """Return the copies that named who reported, the oldest first. Three queries at most."""
    events = list(
        AuditEvent.objects.filter(subject_id=intake.pk, verb="reporter.disclosed")
        .select_related("actor")
        .order_by("at", "id")
    )
    if not events:
        return ()
    options = ResponseOption.objects.filter(
        agency=intake.agency_id, decides=ResponseOption.Decides.CROSS_REPORT
    )
    labels = dict(options.values_list("key", "label"))
    tellings = {str(one.pk): one for one in Dispatch.objects.filter(intake=intake)}
    return tuple(_view(one, labels, tellings) for one in events)


def _view(
    event: AuditEvent, labels: dict[str, str], tellings: dict[str, Dispatch]
) -> DisclosureView:
    recipient = str(event.details["recipient"])
    label = labels.get(recipient, recipient)
    telling = tellings.get(str(event.details.get("telling", "")))
    if telling is not None:
        label = str(DispatchTold(telling.told).label)
        label += f" ({telling.who})" if telling.who else ""
    # What is called its purpose was its ground until there were other recipients.
    purpose = str(event.details.get("purpose") or event.details.get("ground", ""))
    return DisclosureView(
        at=event.at,
        by=event.actor.display_name if event.actor else "",
        recipient=recipient,
        label=label,
        purpose=PURPOSES.get(purpose, purpose),
        copy=str(event.details["copy"]),
    )


def _texts(sheet: Worksheet) -> Iterator[tuple[str, str, str]]:
    """Yield everything typed that leaves with a record: field, title, text."""
    yield "narrative.text", "The narrative", sheet.narrative
    for column, title in _OF_CALL.items():
        yield f"call.{column}", title, getattr(sheet.call, column)
    for section in sheet.sections:
        yield from _texts_of_section(section)
    for noun, (rows, columns, title) in _ROWS.items():
        for row in getattr(sheet, rows):
            if not row.is_removed:
                for column in columns:
                    yield f"{noun}.{row.id}.{column}", title, getattr(row, column)
    for column, title in _OF_DECISION.items():
        yield f"decision.{column}", title, getattr(sheet.decision, column)


def _texts_of_section(section: SectionView) -> Iterator[tuple[str, str, str]]:
    for prompt in section.all_prompts:
        if not prompt.bound_to:  # what is bound stands elsewhere
            yield f"answer.{prompt.id}.text", f"{section.title}: an answer", prompt.answer.text
    for note in section.heard:
        if not note.is_removed:
            yield f"heard.{note.id}.text", f"{section.title}: what was heard", note.text


_OF_CALL = {
    "child_now_at": "Child now at",
    "callback_time": "The time to call back",
    "responder_safety_details": "Responder safety",
    "tribal_basis": "The basis of tribal information",
}
# Rows of the worksheet by the noun of their fields: where they are, which texts, how called.
_ROWS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "concern": ("concerns", ("what", "when", "where", "injury", "witnesses"), "A concern"),
    "quote": ("quotes", ("text", "speaker", "hearer"), "Exact words"),
    "correction": ("corrections", ("text",), "A correction"),
    "support": ("supports", ("accepted_by",), "A support"),
}
_OF_DECISION = {
    "rationale": "The rationale",
    "working_well_bearing": "What bears on the decision",
    "concrete_help_reason": "Concrete help",
    "cross_reports": "The word on cross-reports",
    "harm_statement": "The harm statement",
    "danger_statement": "The danger statement",
    "next_steps": "The next steps",
    "known_referral": "The known referral",
}
