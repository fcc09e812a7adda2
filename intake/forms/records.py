"""The filter of the list of intakes."""

from datetime import date

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from intake.models import Intake
from intake.search import Criteria

# Beyond these a day has no moments in every zone.
YEARS = (
    MinValueValidator(date(1990, 1, 1), "Choose a day after 1989."),
    MaxValueValidator(date(2199, 12, 31), "Choose a day before 2200."),
)


class IntakeFilterForm(forms.Form):
    """Status and dates of the call; everything is optional."""

    status = forms.ChoiceField(choices=[("", "Any status"), *Intake.Status.choices], required=False)
    since = forms.DateField(
        required=False,
        label="Calls since",
        validators=YEARS,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(
        required=False,
        label="Calls until",
        validators=YEARS,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def criteria(self) -> Criteria:
        """Return what a valid form asks for."""
        return Criteria(**self.cleaned_data)

    @property
    def helper(self) -> FormHelper:
        """How crispy renders it: a GET form, since a filter changes nothing."""
        helper = FormHelper()
        helper.form_method = "get"
        helper.form_class = "filters"
        helper.disable_csrf = True
        helper.add_input(Submit("", "Filter"))
        return helper
