"""Filters for the supervisor's desk."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django import template

from intake.deadlines import in_words, time_left
from intake.models import Review, ReviewComment
from intake.worksheet import PromptView, Worksheet

register = template.Library()


@register.filter
def at_place(remarks: Iterable[ReviewComment], anchor: str) -> list[ReviewComment]:
    """Return the remarks on one place: `decision` has those on each of its fields."""
    return [one for one in remarks if one.anchor == anchor or one.anchor.startswith(f"{anchor}.")]


@register.filter
def sent_open_first(remarks: Iterable[ReviewComment]) -> list[ReviewComment]:
    """Return the remarks that the worker has seen, those not dealt with first."""
    seen = [one for one in remarks if one.review.outcome == Review.Outcome.RETURNED]
    return sorted(seen, key=lambda one: one.resolved_at is not None)


@register.filter
def not_dealt_with(remarks: Iterable[ReviewComment]) -> int:
    """Return how many remarks the worker has not marked as dealt with."""
    return sum(one.resolved_at is None for one in remarks)


@register.filter
def place_of(noun: str, row: str | UUID) -> str:
    """Return the anchor of a row: `answer` and a prompt's key make `answer.<key>`."""
    return f"{noun}.{row}"


@register.filter
def spent(span: timedelta | None) -> str:
    """Return a length of time in words, `2 h 5 min`; empty for none."""
    return "" if span is None else in_words(span)


@register.filter
def time_since(then: datetime | None, now: datetime) -> str:
    """Return how long ago something was in words; empty for what never was."""
    return "" if then is None else in_words(now - then)


@register.filter
def time_until(due_at: datetime | None, now: datetime) -> str:
    """Return the time left until a deadline in words; empty for none."""
    return "" if due_at is None else time_left(due_at, now=now)


@register.filter
def asked_apart(prompts: Iterable[PromptView]) -> list[PromptView]:
    """Return the questions that were asked and whose answer stands nowhere else on the page."""
    return [
        one
        for one in prompts
        if one.kind == "question" and one.answer.is_asked and not one.bound_to
    ]


@register.filter
def without_place(remarks: Iterable[ReviewComment], sheet: Worksheet) -> list[ReviewComment]:
    """Return the remarks on what has no place on the page: they stand at its end."""
    shown = {"narrative.text"}
    shown |= {f"person.{one.id}" for one in sheet.people if not one.is_removed}
    for section in sheet.factors:
        for side in zip(*((one.worry, one.working_well) for one in section.pairs), strict=True):
            # Of a side of which nothing was asked, the core prompt.
            asked = [one for one in side if one.answer.is_asked] or side[:1]
            shown |= {f"answer.{one.id}" for one in asked}
    for section in sheet.open_sections:
        shown |= {f"answer.{one.id}" for one in asked_apart(section.prompts)}
    return [
        one for one in remarks if one.anchor not in shown and not one.anchor.startswith("decision.")
    ]
