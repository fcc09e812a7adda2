"""Small forms around a call."""

from django import forms

from intake.models import Intake


class InterruptForm(forms.Form):
    """Why a call broke off."""

    reason = forms.ChoiceField(choices=Intake.Interruption.choices, label="What happened")


class NoReportForm(forms.Form):
    """What a call was that is no report."""

    reason = forms.ChoiceField(choices=Intake.NoReportReason.choices, label="What it was")
