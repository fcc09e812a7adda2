"""Building a worksheet from live rows, with a fixed number of queries."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from intake import fields as saved_fields
from intake.models import (
    Answer,
    Concern,
    Correction,
    CrossReport,
    CrossReportRule,
    CrossReportSending,
    Decision,
    Dispatch,
    Edition,
    HeardNote,
    Intake,
    Person,
    Prompt,
    PromptPair,
    PromptText,
    QuestionSet,
    Quotation,
    Reporter,
    ResponseOption,
    SubmissionContent,
    Support,
    User,
)
from intake.models.base import SavedRecord, YesNo
from intake.worksheet.submissions import from_json
from intake.worksheet.views import (
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

SCHEMA_VERSION = 3

T = TypeVar("T")
Preview = tuple[Intake, Worksheet]
UNWRITTEN = "(nothing written yet)"  # only a draft has such a prompt


def _reference(other: Intake | None) -> str:
    """The reference of another intake, unless it is sealed or expunged."""
    return other.reference if other is not None and not other.is_hidden else ""


def build(intake: Intake) -> Worksheet:
    """Return the worksheet of `intake` as it stands, with a fixed number of queries."""
    intake = Intake.objects.select_related(
        "agency", "worker", "edition", "narrative", "follows", "calls_back"
    ).get(pk=intake.pk)
    decision = (
        Decision.objects.select_related("screening", "priority", "path")
        .filter(intake=intake)
        .first()
    )
    concerns = list(Concern.objects.filter(intake=intake))
    priority = decision.priority if decision else None
    return Worksheet(
        schema_version=SCHEMA_VERSION,
        id=str(intake.pk),
        reference=intake.reference,
        agency=intake.agency.name,
        worker=intake.worker.display_name,
        edition=intake.edition.number,
        edition_sha256=intake.edition.content_sha256,
        is_practice=intake.is_practice,
        started_at=_time(intake.started_at),
        ended_at=_time(intake.ended_at),
        no_report_reason=intake.no_report_reason,
        call=_columns(CallView, intake),
        narrative=intake.narrative.text,
        narrative_revision=intake.narrative.revision_of("text"),
        sections=_sections(intake),
        people=tuple(
            _columns(PersonView, person) for person in Person.objects.filter(intake=intake)
        ),
        concerns=tuple(
            _columns(ConcernView, concern, type_label=concern.get_type_display())
            for concern in concerns
        ),
        decision=_decision(decision),
        follows=_reference(intake.follows),
        calls_back=_reference(intake.calls_back),
        written_medium=intake.get_written_medium_display(),
        from_paper_at=_time(intake.from_paper_at),
        response_due_at=_time(priority.due_at(intake.started_at) if priority else None),
        dispatches=build_dispatches(intake),
        cross_reports=build_cross_reports(intake, concerns),
        supports=tuple(
            _columns(
                SupportView,
                support,
                offered_at=_time(support.offered_at),
                offered_by=support.offered_by.display_name,
            )
            for support in Support.objects.filter(intake=intake).select_related("offered_by")
        ),
        quotes=tuple(
            _columns(QuoteView, quote, noted_at=_time(quote.created_at))
            for quote in Quotation.objects.filter(intake=intake)
        ),
        corrections=tuple(
            _columns(CorrectionView, correction, made_at=_time(correction.created_at))
            for correction in Correction.objects.filter(intake=intake)
        ),
        prior_involvement=tuple(
            PriorView(reference=one.reference, started_at=_time(one.started_at))
            for one in intake.prior_involvement.shown().order_by("started_at", "id")
        ),
    )


def build_preview(edition: Edition, *, viewer: User, language: str, at: datetime) -> Preview:
    """Return a call that does not exist, with the prompts of an edition; nothing is written."""
    intake = Intake(
        agency=viewer.agency,
        worker=viewer,
        edition=edition,
        reference="preview",
        started_at=at,
        language=language,
        is_practice=True,
    )
    sheet = Worksheet(
        schema_version=SCHEMA_VERSION,
        id=str(intake.pk),
        reference=intake.reference,
        agency=str(viewer.agency),
        worker=viewer.display_name,
        edition=edition.number,
        edition_sha256=edition.content_sha256,
        is_practice=True,
        started_at=_time(at),
        ended_at="",
        no_report_reason="",
        call=_columns(CallView, intake),
        narrative="",
        sections=build_sections(edition.pk),
        people=(),
        concerns=(),
        decision=DecisionView(),
    )
    return intake, sheet


def build_dispatches(intake: Intake) -> tuple[DispatchView, ...]:
    """Return who was told of an intake, up to now."""
    return tuple(
        DispatchView(
            id=str(one.pk),
            told=one.told,
            told_label=one.get_told_display(),
            who=one.who,
            how=one.how,
            told_at=_time(one.told_at),
            told_by=one.told_by.display_name,
            acknowledged_at=_time(one.acknowledged_at),
            acknowledged_by=one.acknowledged_by,
            withdrawn_at=_time(one.withdrawn_at),
            withdrawn_by=_name(one.withdrawn_by),
            acknowledged_noted_by=_name(one.acknowledged_noted_by),
        )
        for one in Dispatch.objects.filter(intake=intake).select_related(
            "told_by", "withdrawn_by", "acknowledged_noted_by"
        )
    )


def build_cross_reports(
    intake: Intake, concerns: list[Concern] | None = None
) -> tuple[CrossReportView, ...]:
    """Return every recipient of the agency, with the laws that make a cross-report due.

    Which are due follows from the concerns and marks of the call by the agency's table. What is
    submitted keeps the laws and the deadlines that it had, whatever the table says later.
    """
    submitted = _submitted_reports(intake)
    if concerns is None:
        concerns = list(Concern.objects.filter(intake=intake))
    triggers = {one.type for one in concerns if not one.is_removed and one.type}
    triggers |= {key for key, _ in CrossReportRule.TRIGGERS if getattr(intake, key, None) is True}
    if intake.tribal_information == YesNo.YES:
        triggers.add("tribal_information")
    why: dict[UUID, list[str]] = {}
    for rule in CrossReportRule.objects.filter(
        agency=intake.agency_id, is_active=True, trigger__in=triggers
    ):
        why.setdefault(rule.recipient_id, []).append(f"{rule.get_trigger_display()}: {rule.source}")
    made = {one.recipient_id: one for one in CrossReport.objects.filter(intake=intake)}
    sendings: dict[UUID, list[SendingView]] = {}
    for sending in CrossReportSending.objects.filter(intake=intake).select_related(
        "sent_by", "withdrawn_by"
    ):
        view = SendingView(
            method=sending.method,
            to_whom=sending.to_whom,
            is_written=sending.is_written,
            sent_at=_time(sending.sent_at),
            sent_by=sending.sent_by.display_name,
            id=str(sending.pk),
            withdrawn_at=_time(sending.withdrawn_at),
            withdrawn_by=_name(sending.withdrawn_by),
        )
        sendings.setdefault(sending.recipient_id, []).append(view)
    return tuple(
        CrossReportView(
            recipient_id=str(option.pk),
            key=option.key,
            label=option.label,
            **submitted.get(option.pk)
            or {
                "why": tuple(why.get(option.pk, ())),
                "due_at": _time(option.due_at(intake.started_at)),
                "written_due_at": _time(option.written_due_at(intake.started_at)),
            },
            may_learn_reporter=option.may_learn_reporter,
            decided=made[option.pk].decided if option.pk in made else "",
            note=made[option.pk].note if option.pk in made else "",
            sendings=tuple(sendings.get(option.pk, ())),
            revisions=_revisions(made[option.pk]) if option.pk in made else {},
        )
        for option in ResponseOption.objects.filter(
            agency=intake.agency_id, decides=ResponseOption.Decides.CROSS_REPORT
        )
        if option.is_active or option.pk in made or option.pk in sendings
    )


def _submitted_reports(intake: Intake) -> dict[UUID, dict[str, Any]]:
    """Return laws and deadlines by recipient as the submission has them; none while it is open."""
    if intake.submitted_at is None or intake.is_writable:
        return {}
    latest = SubmissionContent.objects.filter(submission__intake=intake)
    content = latest.order_by("-submission__number").first()
    reports = from_json(content.text).cross_reports if content else ()
    kept = ("why", "due_at", "written_due_at")
    return {UUID(one.recipient_id): {name: getattr(one, name) for name in kept} for one in reports}


def build_sections(edition_id: UUID) -> tuple[SectionView, ...]:
    """Return the question sets of an edition with nothing answered."""
    return _assemble(edition_id, {}, [], {})


def build_reporting_party(intake: Intake) -> ReportingPartyView | None:
    """Return the reporting party plainly, or None where none was typed.

    The caller has made sure that who asks may see it (`permissions.can_see_reporter`).
    """
    reporter = Reporter.objects.filter(intake=intake).first()
    return None if reporter is None else _columns(ReportingPartyView, reporter)


def _sections(intake: Intake) -> tuple[SectionView, ...]:
    answers = {
        answer.prompt_id: _columns(AnswerView, answer)
        for answer in Answer.objects.filter(intake=intake)
    }
    heard = [
        HeardView(
            id=str(note.pk),
            factor=note.factor,
            side=note.side,
            text=note.text,
            start=note.start,
            end=note.end,
            call_seconds=note.call_seconds,
            filed_at=_time(note.filed_at),
            prompt_id=str(note.prompt_id or ""),
            is_removed=note.is_removed,
            revisions=_revisions(note),
        )
        for note in HeardNote.objects.filter(intake=intake)
    ]
    strip = {
        "call.danger_now": intake.get_danger_now_display(),
        "call.child_now_at": intake.child_now_at,
        "call.responder_safety": intake.get_responder_safety_display(),
        "call.tribal_information": intake.get_tribal_information_display(),
    }
    return _assemble(intake.edition_id, answers, heard, strip)


def _assemble(
    edition_id: UUID,
    answers: dict[UUID, AnswerView],
    heard: list[HeardView],
    bound: dict[str, str],
) -> tuple[SectionView, ...]:
    # First, as in a draft (of the preview) somebody may add a pair meanwhile.
    standing = list(
        PromptPair.objects.filter(edition=edition_id, is_removed=False).order_by(
            "-is_core", "position", "key"
        )
    )
    texts: dict[UUID, dict[str, PromptText]] = {}
    for text in PromptText.objects.filter(prompt__edition=edition_id):
        texts.setdefault(text.prompt_id, {})[text.language] = text
    open_prompts: dict[UUID, list[PromptView]] = {}
    sides: dict[tuple[UUID, str], PromptView] = {}
    for prompt in Prompt.objects.filter(edition=edition_id, is_removed=False).order_by(
        "position", "key"
    ):
        view = _prompt(prompt, texts.get(prompt.pk, {}), answers, bound)
        if prompt.pair_id is None:
            open_prompts.setdefault(prompt.question_set_id, []).append(view)
        else:
            sides[prompt.pair_id, prompt.side] = view
    pairs: dict[UUID, list[PairView]] = {}
    for pair in standing:
        view_of_pair = PairView(
            id=str(pair.pk),
            key=pair.key,
            is_core=pair.is_core,
            worry=sides[pair.pk, "worry"],
            working_well=sides[pair.pk, "working_well"],
        )
        pairs.setdefault(pair.question_set_id, []).append(view_of_pair)
    return tuple(
        SectionView(
            key=section.key,
            kind=section.kind,
            position=section.position,
            title=section.title,
            title_es=section.title_es,
            help=section.help,
            help_es=section.help_es,
            pairs=tuple(pairs.get(section.pk, [])),
            prompts=tuple(open_prompts.get(section.pk, [])),
            heard=tuple(note for note in heard if note.factor == section.key),
        )
        for section in QuestionSet.objects.filter(edition=edition_id).order_by("position")
    )


def _prompt(
    prompt: Prompt,
    texts: dict[str, PromptText],
    answers: dict[UUID, AnswerView],
    bound: dict[str, str],
) -> PromptView:
    english, spanish = texts.get("en"), texts.get("es")
    answer = answers.get(prompt.pk, AnswerView())
    if said := bound.get(prompt.bound_to):  # the fact has its home in the safety strip
        is_unknown = said == YesNo.UNKNOWN.label and prompt.bound_to != "call.child_now_at"
        answer = AnswerView(status="unknown") if is_unknown else AnswerView(said, "answered")
    return PromptView(
        id=str(prompt.pk),
        key=prompt.key,
        kind=prompt.kind,
        side=prompt.side,
        bound_to=prompt.bound_to,
        text=(english.text if english else "") or UNWRITTEN,
        text_es=spanish.text if spanish else "",
        helper=english.helper if english else "",
        helper_es=spanish.helper if spanish else "",
        answer=answer,
    )


def _decision(decision: Decision | None) -> DecisionView:
    if decision is None:
        return DecisionView()
    return _columns(
        DecisionView,
        decision,
        screening_label=_label(decision.screening),
        priority_label=_label(decision.priority),
        path_label=_label(decision.path),
        references=tuple(
            ReferenceView(
                prompt_id=str(one.answer.prompt_id),
                prompt_key=one.answer.prompt.key,
                stands=one.stands,
                revisions=_revisions(one),
            )
            for one in decision.references.select_related("answer__prompt").order_by("id")
        ),
    )


def _label(option: ResponseOption | None) -> str:
    return option.label if option else ""


def _columns(view: type[T], row: SavedRecord, **given: Any) -> T:
    """Return `view` filled from the row's columns of the same names; flags stay flags."""
    values: dict[str, Any] = {"revisions": _revisions(row)} | given
    for one in fields(view):  # type: ignore[arg-type]
        if one.name in values:
            continue
        if one.type is bool or one.type == "bool":
            values[one.name] = getattr(row, one.name)
        else:
            values[one.name] = saved_fields.show_value(row, one.name)
    return view(**values)


def _revisions(row: SavedRecord) -> dict[str, int]:
    return {column: int(entry["revision"]) for column, entry in row.saves.items()}


def _name(user: User | None) -> str:
    return user.display_name if user else ""


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""
