"""What the audit is looked through for: who, what, which intake, which days."""

from datetime import date
from itertools import groupby
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from intake.forms.looking import ColleagueField, filter_helper
from intake.forms.searches import YEARS
from intake.models import Agency, User
from intake.models.audit import SENTENCES


def verbs() -> list[tuple[str, Any]]:
    """Return the verbs as choices, in groups; a group as a whole is `intake.`."""
    found: list[tuple[str, Any]] = [("", "Anything")]
    for noun, some in groupby(sorted(SENTENCES), lambda verb: verb.partition(".")[0]):
        title = noun.replace("_", " ").capitalize()
        choices = [(verb, SENTENCES[verb]) for verb in some]
        found.append((title, [(f"{noun}.", f"{title}: anything"), *choices]))
    return found


class PersonField(ColleagueField):
    """A person, with the username by which the rows of the audit name them."""

    def label_from_instance(self, obj: User) -> str:
        """Return the option's text."""
        return f"{super().label_from_instance(obj)} ({obj.username})"


class AuditForm(forms.Form):
    """Everything may be left out: then it is all of the agency's audit."""

    person = PersonField(User.objects.none(), label="Who", required=False, empty_label="Anybody")
    verb = forms.ChoiceField(label="What", choices=verbs, required=False)
    reference = forms.CharField(label="Call", max_length=16, required=False)
    since = forms.DateField(
        required=False,
        label="From",
        validators=YEARS,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(
        required=False,
        label="Until",
        validators=YEARS,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, data: Any, *, agency: Agency) -> None:
        super().__init__(data)
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)
        everybody = User.objects.filter(agency=agency)
        person.queryset = everybody.order_by("first_name", "last_name", "username")

    def clean(self) -> dict[str, Any]:
        """Refuse days that stand the wrong way round."""
        data = super().clean() or {}
        since: date | None = data.get("since")
        until: date | None = data.get("until")
        if since and until and since > until:
            self.add_error("until", "The last day comes before the first one. Mend one.")
        return data

    @property
    def helper(self) -> FormHelper:
        """How crispy renders it."""
        return filter_helper()
