"""When a written report was received."""

from typing import Any

from django import forms
from django.utils import timezone

from intake.models import Intake


class WrittenReportForm(forms.Form):
    """The call that it follows, if any, and the time of receipt in the agency's zone."""

    follows = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reference = forms.CharField(required=False, max_length=16)
    medium = forms.ChoiceField(choices=Intake.Medium.choices)
    received_at = forms.DateTimeField(
        label="Received",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_at"].initial = timezone.localtime().replace(second=0, microsecond=0)
