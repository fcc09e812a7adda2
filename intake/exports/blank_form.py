"""An edition of the question sets as a blank form on paper, for calls while the system is away.

No call is in it. What belongs to the reporting party stands on a sheet of its own, which is
stored apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string

from intake.exports.pdf import lay_out, write_pdf
from intake.models import (
    Agency,
    Concern,
    CrossReport,
    Dispatch,
    Edition,
    Intake,
    Reporter,
    ResponseOption,
)
from intake.models.base import Language, Source, YesNo
from intake.worksheet import EditionRow, PairView, PromptView, SectionView, build_sections

# The safety strip: what is asked, how it is told, and lines for the details of a yes.
STRIP = (
    ("danger_now", "Danger now?", "What danger; which help is on the way, since when", 1),
    ("child_now_at", "Child now at", "Where, and who is with the child", 2),
    ("responder_safety", "Responder safety?", "What could endanger a responder", 1),
    ("tribal_information", "Tribal information?", "Which tribe, and how the caller knows", 1),
)
# The reporting party: label, and how many lines it takes; none for boxes to tick.
PARTY = (
    ("kind", "Kind of reporter", 0),
    ("name", "Name", 1),
    ("phone", "Phone", 1),
    ("callback_number", "Number to call back, if another", 1),
    ("relationship", "Relationship to the child", 1),
    ("capacity", "Occupation or capacity, of a mandated reporter", 1),
    ("address", "Address", 2),
    ("basis_of_knowledge", "How they know", 3),
    ("refusal_reason", "Reason for not giving a name", 2),
    ("confidentiality_advised", "Told about confidentiality", 0),
)
# Where an edition asks more about the caller than the call screen has a field for.
OTHER_OF_PARTY = ("other", "More about the reporting party", 2)
# What is written for the decision, and on how many lines.
WRITTEN: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("Rationale", (), 7),
    ("What working-well information bears on this, and how?", (), 4),
    ("For neglect: would concrete help resolve this worry?", tuple(YesNo.labels), 1),
    ("Harm statement (draft): what happened, and how it affected the child", (), 2),
    ("Danger statement (draft): what may happen if nothing changes", (), 2),
    ("Next steps", (), 2),
    ("Transfer (agency, person, how, when), or the known referral it was added to", (), 1),
)
PEOPLE = (("Child", 3), ("Caregiver", 2))
CONCERNS = 2
BLANKS = ("Doesn't know", "Declined", "Not asked")
# A factor stands on one page: the fewer pairs it has, the more lines each gets.
LINES_OF_PAIR = {1: 12, 2: 9, 3: 7, 4: 5, 5: 4, 6: 3}
FEWEST_LINES = 2
NARRATIVE_LINES = 32  # a page


@dataclass(frozen=True)
class Wording:
    """A text in the language of the form; English where it lacks one, which is then marked."""

    text: str
    lang: str
    is_substitute: bool


@dataclass(frozen=True)
class Asked:
    """A prompt on paper: what is asked or read out, and the note to the worker."""

    key: str
    is_script: bool
    wording: Wording
    helper: Wording | None


@dataclass(frozen=True)
class Blank:
    """A field of the record on paper: its label, the prompts that ask for it, ticks or lines."""

    key: str
    label: str
    asked: tuple[Asked, ...]
    choices: tuple[str, ...]
    hint: str
    lines: range


@dataclass(frozen=True)
class Section:
    """A question set on paper."""

    kind: str
    title: Wording
    english_title: str
    help: Wording | None
    pairs: tuple[tuple[bool, Asked, Asked], ...]
    prompts: tuple[Asked, ...]
    lines: range
    core_lines: range


def export_blank_form(*, row: EditionRow, agency: Agency, language: str) -> bytes:
    """Return the blank form of one of the agency's editions in a language, as a PDF/UA-1.

    `row` has the edition with its status by the clock.
    """
    html = render_blank_form(row=row, agency=agency, language=language)
    return write_pdf(lay_out(html, style="pdf-form.css"))


def render_blank_form(*, row: EditionRow, agency: Agency, language: str) -> str:
    """Return the HTML that the PDF is made of."""
    edition = row.edition
    sections = build_sections(edition.pk)
    strip, party, scripts, elsewhere = _sort_out(sections, language)
    options: dict[str, list[str]] = {}
    for option in ResponseOption.objects.filter(agency=agency, is_active=True):
        options.setdefault(option.decides, []).append(option.label)
    shown = [_section(one, language, without=elsewhere) for one in sections]
    return render_to_string(
        "intake/question_sets/print.html",
        {
            "agency": agency,
            "edition": edition,
            "language": language,
            "language_label": Language(language).label,
            "is_live": row.status == Edition.Status.LIVE,
            "status": row.label,
            "strip": strip,
            "party": party,
            "scripts": scripts,
            "opening": [one for one in shown if one.kind == "opening"],
            "factors": [one for one in shown if one.kind == "factor"],
            "rest": [one for one in shown if one.kind not in ("opening", "factor")],
            "options": options,
            "choices": [
                (ResponseOption.Decides(key).label, options[key])
                for key in ("screening", "priority", "path")
                if key in options
            ],
            "written": [(title, ticks, range(lines)) for title, ticks, lines in WRITTEN],
            "people": [(group, range(count), group == "Child") for group, count in PEOPLE],
            "concerns": range(CONCERNS),
            "few_lines": range(2),
            "more_lines": range(4),
            "sides": ("worry", "working_well"),
            "blanks": BLANKS,
            "pair_blanks": (*BLANKS, "Volunteered"),
            "yes": YesNo.labels[:1],
            "yes_or_no": YesNo.labels[:2],
            "yes_no": YesNo.labels,
            "methods": [one.label for one in Intake.Method if one != Intake.Method.WRITTEN],
            "concern_types": Concern.Type.labels,
            "sources": Source.labels,
            "flags": [label for _, label in Intake.FLAGS],
            "decided": CrossReport.Decided.labels,
            "told": Dispatch.Told.labels,
            "narrative_lines": range(NARRATIVE_LINES),
        },
    )


def _sort_out(
    sections: Iterable[SectionView], language: str
) -> tuple[tuple[Blank, ...], tuple[Blank, ...], tuple[Asked, ...], frozenset[str]]:
    """Return safety strip, reporting party, the scripts about the caller, and all their prompts.

    A prompt that is bound to a field stands with that field: no fact has two places on paper
    either. Scripts among the questions about the caller go along to the caller's sheet.
    """
    bound: dict[str, list[Asked]] = {}
    scripts: list[Asked] = []
    moved: set[str] = set()
    homes = {f"call.{key}" for key, *_ in STRIP} | {f"reporter.{key}" for key, *_ in PARTY}
    for section in sections:
        about = [
            index
            for index, one in enumerate(section.prompts)
            if one.bound_to.startswith("reporter.")
        ]
        for index, prompt in enumerate(section.prompts):
            asked = _asked(prompt, language)
            if prompt.bound_to in homes:
                bound.setdefault(prompt.bound_to, []).append(asked)
            elif prompt.bound_to.startswith("reporter."):
                bound.setdefault("reporter.other", []).append(asked)
            elif asked.is_script and about and about[0] <= index <= about[-1]:
                scripts.append(asked)
            else:
                continue
            moved.add(prompt.id)
    strip = tuple(
        Blank(
            key=key,
            label=label,
            asked=tuple(bound.get(f"call.{key}", ())),
            choices=() if key == "child_now_at" else tuple(YesNo.labels),
            hint=hint,
            lines=range(lines),
        )
        for key, label, hint, lines in STRIP
    )
    ticks = {"kind": tuple(Reporter.Kind.labels), "confidentiality_advised": tuple(YesNo.labels)}
    about_party = (*PARTY, OTHER_OF_PARTY) if "reporter.other" in bound else PARTY
    party = tuple(
        Blank(
            key=key,
            label=label,
            asked=tuple(bound.get(f"reporter.{key}", ())),
            choices=ticks.get(key, ()),
            hint="",
            lines=range(lines),
        )
        for key, label, lines in about_party
    )
    return strip, party, tuple(scripts), frozenset(moved)


def _section(section: SectionView, language: str, *, without: frozenset[str]) -> Section:
    lines = LINES_OF_PAIR.get(len(section.pairs), FEWEST_LINES)
    return Section(
        kind=section.kind,
        title=_wording(section.title, section.title_es, language),
        english_title=section.title,
        help=_wording(section.help, section.help_es, language) if section.help else None,
        pairs=tuple(_pair(one, language) for one in section.pairs),
        prompts=tuple(_asked(one, language) for one in section.prompts if one.id not in without),
        lines=range(lines),
        core_lines=range(lines if lines > FEWEST_LINES else lines + 2),
    )


def _pair(pair: PairView, language: str) -> tuple[bool, Asked, Asked]:
    return pair.is_core, _asked(pair.worry, language), _asked(pair.working_well, language)


def _asked(prompt: PromptView, language: str) -> Asked:
    return Asked(
        key=prompt.key,
        is_script=prompt.kind == "script",
        wording=_wording(prompt.text, prompt.text_es, language),
        helper=(
            _wording(prompt.helper, prompt.helper_es, language)
            if prompt.helper or prompt.helper_es
            else None
        ),
    )


def _wording(english: str, spanish: str, language: str) -> Wording:
    if language == Language.ENGLISH:
        return Wording(english, "en", is_substitute=False)
    if spanish:
        return Wording(spanish, "es", is_substitute=False)
    return Wording(english, "en", is_substitute=True)
