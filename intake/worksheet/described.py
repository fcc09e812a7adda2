"""An edition in the form of the shipped files: what is copied, compared, checked and exported."""

from typing import Any

from intake.models import Agency, Edition, JargonWord, Prompt, PromptPair, PromptText
from intake.wording import Finding, Jargon, check_sets


def describe(edition: Edition) -> list[dict[str, Any]]:
    """Return the sets of an edition in the form of the shipped files.

    What was taken out of a draft and a text that is not written yet are left out. `stale` has the
    English from which a translation was made, where another stands now.
    """
    # In this order: a pair that somebody adds meanwhile is not there yet, rather than half there.
    standing = PromptPair.objects.filter(edition=edition, is_removed=False)
    pairs = list(standing.order_by("position", "key"))
    kept = Prompt.objects.filter(edition=edition, is_removed=False)
    prompts = list(kept.order_by("position", "key"))
    texts: dict[Any, dict[str, PromptText]] = {}
    for text in PromptText.objects.filter(prompt__edition=edition):
        texts.setdefault(text.prompt_id, {})[text.language] = text

    def wording(prompt: Prompt) -> dict[str, Any]:
        versions = texts.get(prompt.pk, {})
        described: dict[str, Any] = {"key": prompt.key}
        described |= {language: one.text for language, one in versions.items() if one.text}
        helpers = {language: one.helper for language, one in versions.items() if one.helper}
        stale = {
            language: one.translated_from
            for language, one in versions.items()
            if one.translated_from
        }
        described |= {"helper": helpers} if helpers else {}
        return described | ({"stale": stale} if stale else {})

    def pair(one: PromptPair) -> dict[str, Any]:
        sides = {prompt.side: prompt for prompt in prompts if prompt.pair_id == one.pk}
        described: dict[str, Any] = {"key": one.key, "is_core": one.is_core}
        return described | {side: wording(prompt) for side, prompt in sides.items()}

    return [
        {
            "key": section.key,
            "kind": section.kind,
            "position": section.position,
            "title": {"en": section.title, "es": section.title_es},
            "help": {"en": section.help, "es": section.help_es},
            "pairs": [pair(one) for one in pairs if one.question_set_id == section.pk],
            "prompts": [
                wording(prompt) | {"kind": prompt.kind, "bound_to": prompt.bound_to}
                for prompt in prompts
                if prompt.question_set_id == section.pk and prompt.pair_id is None
            ],
        }
        for section in edition.question_sets.order_by("position")
    ]


def build_checks(edition: Edition) -> tuple[Finding, ...]:
    """Return what the checks find in an edition, with the words of the trade of its agency."""
    return check_described(describe(edition), agency=edition.agency)


def check_described(sets: list[dict[str, Any]], *, agency: Agency | None) -> tuple[Finding, ...]:
    """Return what the checks find in described sets, with the words of the trade of an agency."""
    words = JargonWord.objects.filter(agency=agency, is_active=True)
    known = [Jargon(one.language, one.words, one.plainer) for one in words]
    return check_sets(sets, jargon=known)
