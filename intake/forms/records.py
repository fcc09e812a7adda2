"""The filter of the list of intakes."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from intake.models import Intake


class IntakeFilterForm(forms.Form):
    """Status and dates of the call; everything is optional."""

    status = forms.ChoiceField(choices=[("", "Any status"), *Intake.Status.choices], required=False)
    since = forms.DateField(
        required=False, label="Calls since", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label="Calls until", widget=forms.DateInput(attrs={"type": "date"})
    )

    @property
    def helper(self) -> FormHelper:
        """How crispy renders it: a GET form, since a filter changes nothing."""
        helper = FormHelper()
        helper.form_method = "get"
        helper.form_class = "filters"
        helper.disable_csrf = True
        helper.add_input(Submit("", "Filter"))
        return helper
