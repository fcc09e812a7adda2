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

REMARK = "remark:"  # before the key of what a remark is about
STEPS = ("up", "down", "remove", "core", "confirm")


@dataclass(frozen=True)
class Pressed:
    """A button of the editor: `what` it does; a step of a row, or a set's key for a new one."""

    what: str  # step, add_pair, add_prompt, undo, redo
    step: Step | None = None
    set_key: str = ""


def parse_change(post: QueryDict) -> Pressed | None:
    """Return what was pressed, or None for what no button sends.

    The editor is one form, so a button's value says it all: `undo`, `add_pair:<set>`,
    `up:pair:<key of the row>`. Where a row moves `to` stands in the list beside it.
    """
    what, _, about = post.get("press", "").partition(":")
    if what in ("undo", "redo"):
        return Pressed(what)
    if what in ("add_pair", "add_prompt") and about:
        return Pressed(what, set_key=about)
    row, _, key = about.partition(":")
    row_id = parse_uuid(key)
    if row_id is None or row not in ("pair", "prompt"):
        return None
    if what in STEPS:
        return Pressed("step", Step(row, row_id, what))
    target = post.get(f"to:{row_id}", "")
    if what == "to" and target:
        return Pressed("step", Step(row, row_id, f"to:{target}"))
    return None


def parse_remarks(post: QueryDict) -> dict[str, str]:
    """Return the remarks that were typed, by what they are about; no key is all of the edition."""
    return {
        name.removeprefix(REMARK): text
        for name, text in post.items()
        if name.startswith(REMARK) and isinstance(text, str) and text.strip()
    }


def parse_uuid(text: str) -> UUID | None:
    """Return the key that a text is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


class PublishForm(forms.Form):
    """From when an edition is live, as `live_from` in real time; None is at once.

    `reviewed` is when the review that the page shows was asked for; `remarks` how many open ones
    it showed, and that it is published all the same.
    """

    reviewed = forms.CharField(max_length=40)
    remarks = forms.IntegerField(min_value=0, max_value=100_000, required=False)
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
