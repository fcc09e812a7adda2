"""Filters for the quality review."""

from collections.abc import Mapping

from django import template

from intake.quality import Agreement

register = template.Library()


@register.filter
def answer_to(given: Mapping[str, str], key: str) -> str:
    """Return what was chosen for an item; empty where nothing was."""
    return given.get(key, "")


@register.filter
def alpha(agreement: Agreement) -> str:
    """Return Krippendorff's alpha with two decimals, or in words why there is none."""
    if agreement.alpha is None:
        return "None: every answer was the same"
    return f"{agreement.alpha:.2f}".replace("-", "−")
