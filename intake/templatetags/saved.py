"""Controls of saved fields: one place that gives each its name, id, revision and messages.

Every tag takes what the field belongs to (`call`, `person.<id>`, …), the view that holds its
value, the column and a label. A view that is None, or an id of `__id__`, stands for a new row.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from intake import fields
from intake.fields import check_sum
from intake.models import Intake
from intake.models.base import Side
from intake.worksheet import (
    DecisionView,
    PairView,
    PersonView,
    PromptView,
    ReportingPartyView,
    ReturnedRemark,
    SectionView,
    Worksheet,
)

register = template.Library()

NEW_ROW = "__id__"  # what a script replaces by the new row's key

# In the order of a blank answer's radios; an answer that was typed has none of them.
BLANKS = (("unknown", "Doesn't know"), ("declined", "Declined"), ("not_asked", "Not asked"))

BOUND_LABELS = {
    "call.danger_now": "Danger now?",
    "call.child_now_at": "Child now at",
    "call.responder_safety": "Responder safety?",
    "call.tribal_information": "Tribal information?",
}


@dataclass(frozen=True)
class Narrative:
    """The narrative in the shape of the other views."""

    text: str
    revisions: dict[str, int]


@dataclass(frozen=True)
class Control:
    """One saved field as its control shows it.

    `error` is a sentence; `conflict` has the stored text beside the own one. `limit` is the
    number of characters the field holds, `base` whether a plain form carries it.
    """

    name: str
    label: str
    value: str
    revision: int
    limit: int
    hint: str = ""
    error: str = ""
    conflict: dict[str, Any] | None = None
    base: bool = True
    versions: str = ""  # where its earlier versions are, once there may be any
    served: str = ""  # the check sum of the stored value, by which a plain form knows a change

    @property
    def id(self) -> str:
        """The id of the field's element."""
        return field_id(self.name)

    @property
    def described_by(self) -> str:
        """The ids of what describes the control: its error, its conflict, its hint."""
        parts = (("error", self.error), ("conflict", self.conflict), ("hint", self.hint))
        return " ".join(f"{self.id}-{part}" for part, is_shown in parts if is_shown)


@register.filter
def field_id(name: str) -> str:
    """Return the element id of a field's name: `decision.rationale` → `f-decision-rationale`.

    What is no field (`concerns`, `people`) has an id of its own.
    """
    own = {"": "main", "concerns": "concerns", "people": "people-summary", "naming": "naming"}
    return own[name] if name in own else "f-" + name.replace(".", "-")


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    """Return the entry of `mapping`, or None."""
    return mapping.get(key)


@register.filter
def clock(seconds: int) -> str:
    """Return seconds as minutes and seconds, with hours where there are any."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


@register.filter
def seconds_until(since: datetime, now: datetime) -> int:
    """Return the whole seconds from `since` to `now`; none where that is not over yet."""
    return max(0, int((now - since).total_seconds()))


@register.filter
def of_row(noun: str, key: object) -> str:
    """Return what a row's fields belong to: `person` and a key → `person.<key>`."""
    return f"{noun}.{key}"


@register.filter
def side_prompts(pairs: Iterable[PairView], side: str) -> list[PromptView]:
    """Return the prompts of one side of a factor, the core one first."""
    return [of_side(pair, side) for pair in pairs]


@register.filter
def of_side(pair: PairView, side: str) -> PromptView:
    """Return the pair's prompt of a side."""
    return pair.worry if side == "worry" else pair.working_well


@register.filter
def put_to(notes: Iterable[Any], prompt: PromptView) -> list[Any]:
    """Return the heard notes that were put to a prompt and not taken out."""
    return [note for note in notes if note.prompt_id == prompt.id and not note.is_removed]


@register.filter
def on_side(notes: Iterable[Any], side: str) -> list[Any]:
    """Return the heard notes of a side, taken-out ones too."""
    return [note for note in notes if note.side == side]


@register.filter
def count_heard(section: SectionView) -> int:
    """Return how many notes of a section were heard and not taken out."""
    return len(section.heard_worry) + len(section.heard_well)


@register.filter
def answered(prompts: Iterable[PromptView]) -> list[PromptView]:
    """Return the prompts that were asked."""
    return [prompt for prompt in prompts if prompt.answer.is_asked]


@register.filter
def typed_in(prompts: Iterable[PromptView]) -> list[PromptView]:
    """Return the prompts that have an answer of their own: no bound field is their home."""
    return [prompt for prompt in prompts if not prompt.bound_to]


@register.filter
def in_role(people: Iterable[Any], role: str) -> list[Any]:
    """Return the people of a role, taken-out ones too."""
    return [person for person in people if person.role == role]


@register.filter
def gap_label(section: SectionView, side: str) -> str:
    """Return the name of a factor's side: `Social Connections – worry`."""
    return section.side_title(side)


@register.filter
def has_more(person: PersonView | None) -> bool:
    """Whether something is known of a person that stands under More."""
    return person is not None and any(
        (
            person.birth_date,
            person.gender,
            person.language,
            person.culture,
            person.disability,
            person.role == "child" and person.last_seen,
        )
    )


@register.filter
def has_transfer(decision: DecisionView) -> bool:
    """Whether a transfer or a known referral was written down."""
    return any(
        (
            decision.transfer_agency,
            decision.transfer_person,
            decision.transfer_method,
            decision.transfer_time,
            decision.known_referral,
        )
    )


@dataclass(frozen=True)
class Task:
    """One part of the wrap-up: its name, where it is, and its state in words."""

    key: str
    label: str
    anchor: str
    state: str


@register.simple_tag
def tasks(sheet: Worksheet, party: ReportingPartyView, is_decided: bool) -> list[Task]:
    """Return the parts of the wrap-up and how far each is; counts, never a score.

    `is_decided` says that the decision lacks nothing that a submission needs.
    """
    call, decision = sheet.call, sheet.decision
    open_questions = [
        answer
        for answer in (call.danger_now, call.responder_safety, call.tribal_information)
        if not answer
    ]
    concerns = sum(not concern.is_removed for concern in sheet.concerns)
    people = len(sheet.children) + len(sheet.caregivers) + len(sheet.others)
    worry = sum(bool(factor.worry_asked) for factor in sheet.factors)
    well = sum(bool(factor.well_asked) for factor in sheet.factors)
    is_begun = decision.screening or decision.rationale.strip()
    decided = "Decided" if is_decided else "Incomplete" if is_begun else "To do"
    return [
        Task("safety", "Safety", "panel-safety", _left(len(open_questions))),
        Task("people", "People", "people-summary", _count(people, "person", "people")),
        Task("concerns", "Concerns", "concerns", _count(concerns, "concern", "concerns")),
        Task("factors", "Factors", "board", f"Worry {worry} · Well {well}"),
        Task("reporter", "Reporting party", "people-summary", "Recorded" if party.kind else "Open"),
        Task("decision", "Decision", "decision-title", decided),
    ]


def _left(count: int) -> str:
    return f"{count} not asked" if count else "Answered"


def _count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}" if count else "None yet"


@register.simple_tag
def row_about(**about: str) -> SafeString:
    """Return the attribute that says what a row is, for its first save."""
    return format_html('data-row-about="{}"', json.dumps(about))


@register.simple_tag
def bound_field(prompt: PromptView) -> dict[str, str]:
    """Return the label, the value in words and the element id of a prompt's bound field."""
    name = prompt.bound_to
    return {
        "name": name,
        "label": BOUND_LABELS.get(name, "Field"),
        "value": prompt.answer.text
        or (prompt.answer.status_label if prompt.answer.is_asked else ""),
        "id": field_id(name),
    }


@register.inclusion_tag("intake/calls/_remarks.html", takes_context=True)
def remarks_on(context: template.Context, noun: str, row: str = "") -> dict[str, Any]:
    """The remarks on one place of a returned intake, each with its replies and a form.

    `noun` and `row` make the anchor: `answer` and a prompt's key; `decision` is all of it.
    """
    anchor = f"{noun}.{row}" if row else noun
    here = [one for one in context["remarks"] if one.is_here and one.anchor == anchor]
    return {"remarks": here, "intake": context["intake"]}


@register.filter
def still_open(remarks: Iterable[ReturnedRemark]) -> list[ReturnedRemark]:
    """Return the remarks that are not dealt with."""
    return [one for one in remarks if one.is_open]


@register.filter
def dealt_with(remarks: Iterable[ReturnedRemark]) -> list[ReturnedRemark]:
    """Return the remarks that are dealt with."""
    return [one for one in remarks if not one.is_open]


@register.filter
def open_in(remarks: Iterable[ReturnedRemark], section: SectionView) -> int:
    """Return how many remarks on a section's answers wait for the worker."""
    answers = {f"answer.{prompt.id}" for prompt in section.all_prompts}
    return sum(one.waits_here and one.anchor in answers for one in remarks)


@register.filter
def open_on(remarks: Iterable[ReturnedRemark], noun: str) -> int:
    """Return how many remarks on a kind of row wait for the worker."""
    return sum(one.waits_here and one.anchor.startswith(f"{noun}.") for one in remarks)


@register.simple_tag
def naming_url(intake: Intake, field: str) -> str:
    """Return where a place is typed that seems to name the caller: on the wrap-up, or the call."""
    if field.partition(".")[0] in ("narrative", "call", "concern", "decision"):
        return f"#{field_id(field)}"
    return f"{reverse('call', args=[intake.pk])}#{field_id(field)}"


@register.filter
def is_about_caller(prompt: PromptView) -> bool:
    """Whether a prompt asks for something that is kept with the reporting party."""
    return prompt.bound_to.startswith("reporter.")


@register.filter
def asking(sheet: Worksheet, column: str) -> PromptView | None:
    """Return the prompt that asks for a field of the reporting party, or None."""
    prompts = (prompt for section in sheet.open_sections for prompt in section.prompts)
    return next((one for one in prompts if one.bound_to == f"reporter.{column}"), None)


@register.filter
def about_caller(sheet: Worksheet) -> list[PromptView]:
    """Return the scripts of the opening that stand among its questions about the caller."""
    scripts: list[PromptView] = []
    for section in sheet.open_sections:
        asks = [index for index, one in enumerate(section.prompts) if is_about_caller(one)]
        if asks:
            among = section.prompts[asks[0] : asks[-1] + 1]
            scripts += [one for one in among if one.kind == "script"]
    return scripts


@register.inclusion_tag("intake/calls/fields/_text.html", takes_context=True)
def text_field(
    context: template.Context,
    owner: str,
    view: Any,
    column: str,
    label: str,
    *,
    rows: int = 1,
    hint: str = "",
    css: str = "",
    kind: str = "text",
    is_wide: bool = False,
    asked: PromptView | None = None,
) -> dict[str, Any]:
    """A text box, or an input where `rows` is 1; `kind` is the input's type."""
    return {
        "field": _control(context, owner, view, column, label, hint=hint),
        "rows": rows,
        "css": css,
        "kind": kind,
        "is_wide": is_wide,
        "prompt": asked,
        "sheet": context.get("sheet"),
        "caller": context.get("caller"),
    }


@register.inclusion_tag("intake/calls/fields/_box.html", takes_context=True)
def prompt_box(context: template.Context, prompt: PromptView, rows: int) -> dict[str, Any]:
    """The text box of a prompt, which is named by the prompt's own text elsewhere."""
    control = _control(context, f"answer.{prompt.id}", prompt.answer, "text", prompt.text)
    return {"field": control, "rows": rows, "prompt": prompt}


@register.inclusion_tag("intake/calls/fields/_marks.html", takes_context=True)
def prompt_marks(
    context: template.Context, prompt: PromptView, choices: dict[str, Any]
) -> dict[str, Any]:
    """What is marked beside an answer: why it is blank, how it is known, what kind it is."""
    owner, view, text = f"answer.{prompt.id}", prompt.answer, prompt.text
    return {
        "status": _control(context, owner, view, "status", f"Blank answer to: {text}"),
        "source": _control(context, owner, view, "source", f"How this is known: {text}"),
        "kind": _control(context, owner, view, "kind", f"Kind of: {text}"),
        "has_kind": prompt.side == "working_well",
        "blanks": BLANKS,
        "choices": choices,
    }


@register.inclusion_tag("intake/calls/fields/_narrative.html", takes_context=True)
def narrative_field(context: template.Context, is_first: Any) -> dict[str, Any]:
    """The narrative's text box; `is_first` gives it the first focus of the page."""
    sheet = context["sheet"]
    view = Narrative(text=sheet.narrative, revisions={"text": sheet.narrative_revision})
    return {
        "field": _control(context, "narrative", view, "text", "Narrative"),
        # What went wrong comes first where something did.
        "is_first": is_first and not context.get("errors") and not context.get("conflicts"),
    }


@register.inclusion_tag("intake/calls/fields/_select.html", takes_context=True)
def select_field(
    context: template.Context,
    owner: str,
    view: Any,
    column: str,
    label: str,
    choices: Iterable[Any] | None,
    *,
    blank: str = "",
    hint: str = "",
    form: str = "",
    css: str = "",
    is_label_hidden: bool = False,
    is_wide: bool = False,
    asked: PromptView | None = None,
) -> dict[str, Any]:
    """A select; `choices` are pairs, prompts or response options, `blank` the empty choice."""
    options = [_option(choice) for choice in choices or ()]
    return {
        "field": _in_words(_control(context, owner, view, column, label, hint=hint), options),
        "options": options,
        "blank": blank,
        "form": form,
        "css": css,
        "is_label_hidden": is_label_hidden,
        "is_wide": is_wide,
        "prompt": asked,
        "sheet": context.get("sheet"),
        "caller": context.get("caller"),
    }


@register.inclusion_tag("intake/calls/fields/_radios.html", takes_context=True)
def radio_field(
    context: template.Context,
    owner: str,
    view: Any,
    column: str,
    legend: str,
    choices: Iterable[Any] | None,
    *,
    css: str = "",
    is_legend_hidden: bool = False,
    hint: str = "",
) -> dict[str, Any]:
    """A group of radios on one line; none is checked while nothing is chosen.

    The hint is read aloud, and shown where the pointer rests: the line has no room for it.
    """
    options = [_option(choice) for choice in choices or ()]
    return {
        "field": _in_words(_control(context, owner, view, column, legend, hint=hint), options),
        "options": options,
        "css": css,
        "is_legend_hidden": is_legend_hidden,
        "is_clearable": fields.FIELDS[owner.partition(".")[0]][column].may_be_blank,
    }


@register.inclusion_tag("intake/calls/fields/_flag.html", takes_context=True)
def flag_field(
    context: template.Context, owner: str, view: Any, column: str, label: str
) -> dict[str, Any]:
    """A checkbox for a flag."""
    return {"field": _control(context, owner, view, column, label)}


@register.inclusion_tag("intake/calls/fields/_reference.html", takes_context=True)
def reference_field(
    context: template.Context, sheet: Worksheet, prompt: PromptView, title: str
) -> dict[str, Any]:
    """The checkbox by which the decision leans on an answer."""
    references = {one.prompt_id: one for one in sheet.decision.references}
    view = references.get(prompt.id)
    return {
        "field": _control(context, f"reference.{prompt.id}", view, "stands", "Bears on it"),
        "prompt": prompt,
        "about": f"{title} – {str(Side(prompt.side).label).lower()}",
    }


@register.inclusion_tag("intake/calls/fields/_take_out.html", takes_context=True)
def take_out_field(context: template.Context, owner: str, view: Any, what: str) -> dict[str, Any]:
    """The checkbox that takes a row out and puts it back; `what` names the row aloud."""
    return {"field": _control(context, owner, view, "is_removed", "Take out"), "what": what}


def _control(
    context: template.Context, owner: str, view: Any, column: str, label: str, *, hint: str = ""
) -> Control:
    name = f"{owner}.{column}"
    value = _value(view, column)
    revision = getattr(view, "revisions", {}).get(column, 0)
    control = Control(
        name=name,
        label=label,
        value=value,
        revision=revision,
        versions=_versions(context, name) if revision > 1 else "",
        limit=fields.FIELDS[owner.partition(".")[0]][column].limit,
        hint=hint,
        base=NEW_ROW not in name,
        served=check_sum(value),
    )
    conflict = (context.get("conflicts") or {}).get(name)
    if conflict:
        return replace(
            control,
            value=conflict["mine"],
            revision=conflict["revision"],
            conflict=conflict,
            served=check_sum(conflict["stored"]),
        )
    error = (context.get("errors") or {}).get(name, "") or _problem(context, name)
    posted = getattr(context.get("request"), "POST", {})
    if error and f"base:{name}" in posted:  # what was refused stays in the box
        control = replace(control, value=posted.get(name, ""))
    return replace(control, error=error)


def _versions(context: template.Context, name: str) -> str:
    """Return the address of a field's earlier versions, on a page of a call."""
    intake = context.get("intake")
    return f"{reverse('call_versions', args=[intake.pk])}?field={name}" if intake else ""


def _in_words(control: Control, options: list[tuple[str, str]]) -> Control:
    """Show the other side of a conflict by its label."""
    if not control.conflict:
        return control
    stored = control.conflict["stored"]
    return replace(control, conflict={**control.conflict, "stored": dict(options).get(stored, "")})


def _problem(context: template.Context, name: str) -> str:
    problems = context.get("problems") or ()
    return next((sentence for field, sentence in problems if field == name), "")


def _value(view: Any, column: str) -> str:
    # A heard note's prompt is kept under the name of its key.
    value = getattr(view, "prompt_id" if column == "prompt" else column, "")
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


def _option(choice: Any) -> tuple[str, str]:
    if isinstance(choice, PromptView):
        return choice.id, choice.text
    if isinstance(choice, tuple):
        return str(choice[0]), str(choice[1])
    return str(choice.pk), str(choice.label)
