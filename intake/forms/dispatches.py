"""Who was told, how, and who acknowledged."""

from django import forms

from intake.fields import LINE
from intake.models import Dispatch


class TellForm(forms.Form):
    """Somebody was told; the time is the server's."""

    told = forms.ChoiceField(choices=Dispatch.Told.choices, label="Told")
    who = forms.CharField(required=False, max_length=LINE, label="Who")
    how = forms.CharField(required=False, max_length=LINE, label="How")


class AcknowledgeForm(forms.Form):
    """Who knows of it now."""

    by = forms.CharField(required=False, max_length=LINE, label="Acknowledged by")
