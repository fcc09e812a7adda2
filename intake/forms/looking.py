"""What forms that look for something share: a person to choose, and how they are sent."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from intake.models import User


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A person, by the name that colleagues see."""

    def label_from_instance(self, obj: User) -> str:
        """Return the option's text."""
        return obj.display_name


def filter_helper() -> FormHelper:
    """Return how crispy renders a form that looks: by GET, since looking changes nothing."""
    helper = FormHelper()
    helper.form_method = "get"
    helper.form_class = "filters"
    helper.disable_csrf = True
    helper.add_input(Submit("", "Show"))
    return helper
