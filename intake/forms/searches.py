"""What intakes are looked for: the filter and the search, which are one form."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict

from intake import permissions
from intake.models import Intake, ResponseOption, User
from intake.models.base import Side
from intake.models.question_sets import FACTOR_TITLES
from intake.search import ASKED, OF_CONTENT, PURPOSES, TEXTS, Criteria
from intake.text import clean_text

# Beyond these a day has no moments in every zone.
YEARS = (
    MinValueValidator(date(1990, 1, 1), "Choose a day after 1989."),
    MaxValueValidator(date(2199, 12, 31), "Choose a day before 2200."),
)
LONGEST = 300  # code points of what is looked for
NOT_OF_OTHERS = "Leave this empty: it would tell what is in records that are not yours to read."
NOT_IN_ADDRESS = (*TEXTS, "is_exact", "is_beyond", "purpose")


class LookedFor(forms.CharField):
    """A line of what is looked for; anything may be typed."""

    def __init__(self, label: str, hint: str = "") -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", "maxlength": LONGEST}
        super().__init__(
            label=label,
            help_text=hint,
            required=False,
            max_length=LONGEST,
            widget=forms.TextInput(attrs=attrs),
            error_messages={"max_length": f"Look for at most {LONGEST} characters."},
        )

    def to_python(self, value: Any) -> str:
        """Return what was typed, as text is cleaned everywhere."""
        return clean_text(str(value or "")).strip()


class _Day(forms.DateField):
    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            validators=YEARS,
            widget=forms.DateInput(attrs={"type": "date"}),
        )


class SearchForm(forms.Form):
    """Everything is optional; what is typed is sent in the body and stands in no address."""

    name = LookedFor("Name of a person", "Accents and one wrong letter do not matter.")
    address = LookedFor("Address of a person", "As much of it as is known.")
    words = LookedFor("Words of the record", "Whole words; “a phrase” in quotes.")
    reference = LookedFor("Reference", "26-000412, or its number.")
    is_exact = forms.BooleanField(label="Exact spelling only", required=False)
    status = forms.ChoiceField(choices=[("", "Any status"), *Intake.Status.choices], required=False)
    since = _Day("Calls since")
    until = _Day("Calls until")
    outcome = forms.ChoiceField(label="Outcome", required=False)
    worker = forms.ChoiceField(label="Worker", required=False)
    factor = forms.ChoiceField(
        label="Factor", choices=[("", "Any factor"), *FACTOR_TITLES.items()], required=False
    )
    side = forms.ChoiceField(
        label="Side",
        choices=[("", "Either side"), *(one for one in Side.choices if one[0] != Side.OPEN)],
        required=False,
    )
    asked = forms.ChoiceField(
        label="Prompts", choices=[("", "Whether asked or not"), *ASKED], required=False
    )
    is_beyond = forms.BooleanField(label="Search the agency’s intakes too", required=False)
    purpose = forms.ChoiceField(
        label="Purpose", choices=[("", "Choose why"), *PURPOSES], required=False
    )

    def __init__(self, data: QueryDict | dict[str, Any] | None, *, user: User) -> None:
        super().__init__(data)
        options = ResponseOption.objects.filter(agency=user.agency_id, decides="screening")
        self._choices("outcome").choices = [
            ("", "Any outcome"),
            *options.order_by("position").values_list("key", "label"),
        ]
        workers = User.objects.filter(agency=user.agency_id, groups__name="workers")
        self._choices("worker").choices = [
            ("", "Any worker"),
            *((str(one.pk), one.display_name) for one in workers.order_by("first_name", "pk")),
        ]
        if permissions.is_supervisor(user):
            del self.fields["is_beyond"], self.fields["purpose"]  # all of it is theirs to read

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def clean(self) -> dict[str, Any]:
        """Say what is missing: a purpose and something to look for, and which prompts."""
        given = super().clean() or self.cleaned_data
        if (given.get("factor") or given.get("side")) and not given.get("asked"):
            given["asked"] = "asked"
        if given.get("is_beyond"):
            if not given.get("purpose"):
                self.add_error("purpose", "Choose why you search the agency’s intakes.")
            if not any(given.get(name) for name in TEXTS):
                self.add_error("name", "Give a name, an address or a reference.")
            for name in OF_CONTENT:
                if given.get(name):
                    self.add_error(name, NOT_OF_OTHERS)
        elif given.get("purpose"):
            self.add_error("is_beyond", "Choose this too, or take the purpose back.")
        return given

    @property
    def has_more(self) -> bool:
        """Whether one of the filters that are folded away is in use."""
        folded = ("outcome", "worker", "factor", "side", "asked")
        return any(self[name].value() or self[name].errors for name in folded)

    def criteria(self) -> Criteria:
        """Return what a valid form asks for."""
        return Criteria(**self.cleaned_data)


def address_of(criteria: Criteria) -> str:
    """Return filters as the query of an address; nothing that was typed is among them."""
    query = QueryDict(mutable=True)
    for name, value in criteria.to_dict().items():
        if name not in NOT_IN_ADDRESS:
            query[name] = str(value)
    return query.urlencode()


def filters_of(query: QueryDict) -> QueryDict:
    """Return the filters of an address, without what does not belong into one."""
    filters = query.copy()
    for name in NOT_IN_ADDRESS:
        filters.pop(name, None)
    return filters
