"""What is asked before a written report is entered."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from intake.forms.clocks import moments
from intake.models import Intake


class MomentField(forms.Field):
    """A day and time of the active zone, as an aware datetime in UTC.

    In the hour that comes twice when the clocks are put back, the first of the two is meant: the
    deadlines that run from it end no later than they should.
    """

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {
        "required": "Say on which day and at what time the report was received.",
        "invalid": "This is not a day with a time. Choose both.",
        "none": "There is no such time on that day: the clocks were put forward. Choose another.",
        "year": "Choose a day between 1990 and 2199.",
    }

    def prepare_value(self, value: Any) -> Any:
        """Show an aware time in the active zone."""
        return timezone.localtime(value) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment that was typed, or None for nothing."""
        if value in self.empty_values:
            return None
        text = str(value).strip()
        try:
            moment = parse_datetime(text) if ":" in text else None  # a day alone is midnight
        except ValueError:
            moment = None
        if moment is None or timezone.is_aware(moment):
            raise forms.ValidationError(self.error_messages["invalid"])
        if not 1990 <= moment.year <= 2199:
            raise forms.ValidationError(self.error_messages["year"])
        found = moments(moment, timezone.get_current_timezone())
        if not found:
            raise forms.ValidationError(self.error_messages["none"])
        return found[0]


class WrittenReportForm(forms.Form):
    """Which call it follows, by key or by reference, when it was received, and how it came."""

    use_required_attribute = True
    follows = forms.UUIDField(required=False, widget=forms.HiddenInput)
    received_at = MomentField(label="Received")
    medium = forms.ChoiceField(
        label="How it came",
        # Nothing is chosen for the worker: what was not looked at would stand in the record.
        choices=[("", "Choose"), *Intake.Medium.choices],
        error_messages={
            "required": "Say how the report came: on paper, by fax or through the portal.",
            "invalid_choice": "Say how the report came: on paper, by fax or through the portal.",
        },
    )
    reference = forms.CharField(
        required=False,
        max_length=16,
        label="Reference of the call, if there was one",
        error_messages={"max_length": "A reference is shorter, such as 26-000412."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
