"""Why a reporting party is opened or disclosed; the actions check and keep it."""

from typing import Any

from django import forms

from intake.fields import LINE
from intake.models import ReporterReveal


class RevealForm(forms.Form):
    """The ground and the reason of one reveal; `key` makes that it is shown once."""

    ground = forms.ChoiceField(
        label="Ground",
        choices=ReporterReveal.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose on what ground."},
    )
    words = forms.CharField(
        label="Reason, in your own words",
        max_length=LINE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept sealed with this reveal and read by the privacy officers.",
        error_messages={"required": "Say why."},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class DiscloseForm(forms.Form):
    """To what purpose a recipient learns who reported."""

    purpose = forms.ChoiceField(
        label="Purpose",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose to what purpose the recipient learns who reported."},
    )

    def __init__(self, *args: Any, purposes: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["purpose"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(purposes.items())
        if len(purposes) == 1:
            self.initial["purpose"] = next(iter(purposes))
