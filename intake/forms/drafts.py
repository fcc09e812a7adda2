"""What the buttons of the editor of question sets send."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from intake.fields import Step
from intake.forms.clocks import moments
from intake.forms.from_paper import WallTimeField

STEPS = ("up", "down", "remove", "core", "confirm")


@dataclass(frozen=True)
class Pressed:
    """A button of the editor: `what` it does; a step of a row, or a set's key for a new one."""

    what: str  # step, add_pair, add_prompt, undo, redo
    step: Step | None = None
    set_key: str = ""


class ChangeForm(forms.Form):
    """`what` is a button's value; a row is named by its kind and key."""

    what = forms.CharField(max_length=80)
    row = forms.ChoiceField(choices=[("pair", "pair"), ("prompt", "prompt")], required=False)
    id = forms.UUIDField(required=False)
    set = forms.CharField(max_length=64, required=False)
    to = forms.CharField(max_length=64, required=False)


def parse_change(post: QueryDict) -> Pressed | None:
    """Return what was pressed, or None for what no button sends."""
    form = ChangeForm(post)
    if not form.is_valid():
        return None
    sent = form.cleaned_data
    what, row_id = sent["what"], sent["id"]
    if what in ("undo", "redo"):
        return Pressed(what)
    if what in ("add_pair", "add_prompt") and sent["set"]:
        return Pressed(what, set_key=sent["set"])
    if not isinstance(row_id, UUID) or not sent["row"]:
        return None
    if what in STEPS:
        return Pressed("step", Step(sent["row"], row_id, what))
    if what == "to" and sent["to"]:
        return Pressed("step", Step(sent["row"], row_id, f"to:{sent['to']}"))
    return None


class PublishForm(forms.Form):
    """From when an edition is live, as `live_from` in real time; None is at once.

    `reviewed` is when the review that the page shows was asked for.
    """

    reviewed = forms.CharField(max_length=40)
    live_from = WallTimeField(label="Live from (empty: at once)", required=False)

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean_reviewed(self) -> datetime:
        """Return the moment, as the page has it to the microsecond."""
        try:
            return datetime.fromisoformat(self.cleaned_data["reviewed"])
        except ValueError:
            raise forms.ValidationError("Open the page again.") from None

    def clean_live_from(self) -> datetime | None:
        """Return the moment; of a time that comes twice that night, the first."""
        wall: datetime | None = self.cleaned_data.get("live_from")
        if wall is None:
            return None
        found = moments(wall, self.zone)
        if not found:
            raise forms.ValidationError(
                "The clocks are set forward over this time that night. Choose another one."
            )
        return found[0]


class CommentForm(forms.Form):
    """A remark on what `anchor` names; empty is all of the edition."""

    anchor = forms.CharField(max_length=120, required=False)
    text = forms.CharField(required=False)
