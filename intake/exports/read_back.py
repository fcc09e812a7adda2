"""The read-back: what was recorded, as it is read to the caller at the end of the call.

The words are the recorded ones; only the frame around them is in the language of the call. The
narrative and the reporting party are left out.
"""

from dataclasses import dataclass

from intake.worksheet import CorrectionView, Worksheet

FRAMES = {
    "en": {
        "opening": "I will read back what I wrote. Please stop me where something is not right.",
        "first_hand": "You saw or heard this yourself:",
        "second_hand": "You were told this by others:",
        "quotes": "A child said, in these words:",
        "worries": "This is what worries you:",
        "working_well": "This is what is going well:",
        "next_steps": "This is what should happen next:",
        "closing": "Is that right? What have I missed?",
        "reference": "The reference number of your report is",
        "keep": "Please write it down: you can name it if you call again.",
    },
    "es": {
        "opening": "Le voy a leer lo que anoté. Por favor, interrúmpame si algo no está bien.",
        "first_hand": "Esto lo vio u oyó usted:",
        "second_hand": "Esto se lo contaron otras personas:",
        "quotes": "Un niño o una niña dijo, con estas palabras:",
        "worries": "Esto es lo que le preocupa:",
        "working_well": "Esto es lo que va bien:",
        "next_steps": "Esto es lo que debería pasar ahora:",
        "closing": "¿Está bien así? ¿Qué me faltó?",
        "reference": "El número de referencia de su reporte es",
        "keep": "Por favor, anótelo: puede mencionarlo si vuelve a llamar.",
    },
}


@dataclass(frozen=True)
class ReadBackLine:
    """One recorded text, the name of its field, and what the caller corrected of it."""

    of: str
    about: str
    text: str
    correction: CorrectionView | None


@dataclass(frozen=True)
class ReadBackGroup:
    """A sentence of the frame, and the lines that follow it."""

    key: str
    frame: str
    lines: tuple[ReadBackLine, ...]


@dataclass(frozen=True)
class ReadBack:
    """The script: how it begins, what was recorded, how it ends."""

    language: str
    opening: str
    groups: tuple[ReadBackGroup, ...]
    closing: str
    reference: str
    keep: str


def build_read_back(sheet: Worksheet) -> ReadBack:
    """Return the script of a worksheet; a group without lines is left out."""
    frame = FRAMES.get(sheet.call.language, FRAMES["en"])
    corrections = {one.of: one for one in sheet.corrections if not one.is_removed}
    groups: dict[str, list[ReadBackLine]] = {key: [] for key in FRAMES["en"]}

    def add(group: str, of: str, about: str, text: str) -> None:
        if text.strip():
            groups[group].append(ReadBackLine(of, about, text, corrections.get(of)))

    for concern in sheet.concerns:
        if not concern.is_removed:
            known = concern.source if concern.source in ("first_hand", "second_hand") else "worries"
            add(known, f"concern.{concern.id}.what", concern.type_label, concern.what)
    for quote in sheet.exact_words:
        add("quotes", f"quote.{quote.id}.text", quote.speaker, quote.text)
    for answer in sheet.answered:
        prompt = answer.prompt
        group = {"worry": "worries", "working_well": "working_well"}.get(prompt.side)
        if answer.section.kind == "next_steps":
            group = "next_steps"
        elif group == "worries" and prompt.answer.source in ("first_hand", "second_hand"):
            group = prompt.answer.source
        if group:
            wording = prompt.text_es if sheet.call.language == "es" else prompt.text
            add(group, f"answer.{prompt.id}.text", wording or prompt.text, prompt.answer.text)
    for section in sheet.factors:
        for note in (*section.heard_worry, *section.heard_well):
            group = "worries" if note.side == "worry" else "working_well"
            add(group, f"heard.{note.id}.text", "", note.text)
    add("next_steps", "decision.next_steps", "", sheet.decision.next_steps)
    return ReadBack(
        language=sheet.call.language,
        opening=frame["opening"],
        groups=tuple(
            ReadBackGroup(key, frame[key], tuple(lines)) for key, lines in groups.items() if lines
        ),
        closing=frame["closing"],
        reference=frame["reference"],
        keep=frame["keep"],
    )
