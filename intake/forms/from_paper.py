"""When a call took place that was taken on paper, by the clock on the agency's wall."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from intake.forms.clocks import moments

FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
FIRST, AGAIN = "first", "again"
YEARS = range(2000, 2100)  # what is outside is a slip of the pen


class WallTimeField(forms.CharField):
    """A date and a time as the clock showed them, without a zone: `2026-03-02T14:05`."""

    def __init__(self, *, label: str, required: bool = True) -> None:
        super().__init__(
            label=label,
            required=required,
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
            error_messages={"required": "Say the date and the time."},
        )

    def clean(self, value: Any) -> datetime | None:
        """Return the naive time that was typed; None where none was and none is needed."""
        text = super().clean(value)
        if not text:
            return None
        for one in FORMATS:
            try:
                wall = datetime.strptime(text, one)  # noqa: DTZ007 – no zone: that is the point
            except ValueError:
                continue
            if wall.year in YEARS:
                return wall
        raise forms.ValidationError(
            "This is no date and time. Give both, such as 03/02/2026, 14:05."
        )


class HourField(forms.ChoiceField):
    """Which of two: the hour that comes twice when the clocks are set back."""

    def __init__(self, *, label: str) -> None:
        super().__init__(
            label=label,
            choices=(
                (FIRST, "The first time, before the clocks were set back"),
                (AGAIN, "The second time, after that"),
            ),
            widget=forms.RadioSelect,
            required=False,
        )


class FromPaperForm(forms.Form):
    """Begin and end of the call, as `began_at` and `ended_at` in the agency's zone.

    Which hour is meant is asked only where the clock showed the time twice.
    """

    began = WallTimeField(label="The call began")
    began_hour = HourField(label="The clock showed this twice: the call began")
    ended = WallTimeField(label="The call ended")
    ended_hour = HourField(label="The clock showed this twice: the call ended")

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.asked: set[str] = set()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("began", "ended"):
            if name in cleaned:
                cleaned[f"{name}_at"] = self._moment(name, cleaned)
        return cleaned

    def visible(self) -> list[forms.BoundField]:
        """Return the fields to show: the hours only where they are asked for."""
        return [one for one in self if not one.name.endswith("_hour") or one.name in self.asked]

    def _moment(self, name: str, cleaned: dict[str, Any]) -> datetime | None:
        """Return the moment at which the clock showed the time, or None with an error added."""
        found = moments(cleaned[name], self.zone)
        if not found:
            self.add_error(
                name,
                "The clocks were set forward over this time: it was skipped that night. Mend it.",
            )
            return None
        if len(found) == 1:
            return found[0]
        hour = f"{name}_hour"
        self.asked.add(hour)
        if cleaned.get(hour) == FIRST:
            return found[0]
        if cleaned.get(hour) == AGAIN:
            return found[1]
        self.add_error(
            hour,
            "The clocks were set back that night, so this time came twice. Say which one it was.",
        )
        return None
