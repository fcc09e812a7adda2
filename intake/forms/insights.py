"""What the figures are asked for: a period, a factor, a side, one worker of the own team."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from intake.forms.looking import ColleagueField, filter_helper
from intake.forms.searches import YEARS
from intake.models import User
from intake.models.question_sets import FACTOR_TITLES, FACTORS
from intake.worksheet import Period

PERIODS = (
    ("4", "Last 4 weeks"),
    ("13", "Last 13 weeks"),
    ("year", "This year"),
    ("range", "From – until"),
)
LONGEST = 5 * 366  # days: each week is a row
SHOWN = (("both", "Both sides"), ("worry", "Worry"), ("working_well", "Working well"))


@dataclass(frozen=True)
class Wanted:
    """What the figures are asked for; `worker` is None for the whole agency."""

    period: Period
    factors: tuple[str, ...]
    side: str
    worker: User | None


class InsightsForm(forms.Form):
    """All of it may be left out: then the figures are of the last four weeks, of all factors."""

    period = forms.ChoiceField(choices=PERIODS, required=False)
    since = forms.DateField(
        required=False,
        label="From",
        validators=YEARS,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(
        required=False,
        validators=YEARS,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    factor = forms.ChoiceField(
        choices=[("", "All five"), *((key, FACTOR_TITLES[key]) for key in FACTORS)], required=False
    )
    side = forms.ChoiceField(label="Teams by", choices=SHOWN, required=False)
    worker = ColleagueField(
        User.objects.none(), label="Calls of", required=False, empty_label="The whole agency"
    )

    def __init__(self, data: Any, *, viewer: User, today: date) -> None:
        super().__init__(data)
        self._today = today
        worker = self.fields["worker"]
        assert isinstance(worker, forms.ModelChoiceField)
        worker.queryset = User.objects.team_of(viewer)

    def clean(self) -> dict[str, Any]:
        """Refuse days that make no period."""
        data = super().clean() or {}
        if data.get("since") or data.get("until"):
            data["period"] = "range"  # days that were given are meant
        if data.get("period") == "range" and not self.errors:
            if data.get("since") is None or data.get("until") is None:
                self.add_error("since", "Give both days, from and until.")
            elif data["since"] > data["until"]:
                self.add_error("until", "The last day comes before the first one. Mend one.")
            elif (data["until"] - data["since"]).days > LONGEST:
                self.add_error(
                    "until", "Give at most five years; other ones can be asked for next."
                )
        return data

    def wanted(self) -> Wanted:
        """Return what a valid form asks for; another one asks for the last four weeks of all."""
        data = self.cleaned_data if self.is_valid() else {}
        return Wanted(
            period=self._period(data),
            factors=(data["factor"],) if data.get("factor") else FACTORS,
            side=data.get("side") or "both",
            worker=data.get("worker"),
        )

    def _period(self, data: dict[str, Any]) -> Period:
        kind = data.get("period") or "4"
        if kind == "range":
            return Period(data["since"], data["until"])
        if kind == "year":
            return Period(self._today.replace(month=1, day=1), self._today)
        return Period(self._today - timedelta(weeks=int(kind)) + timedelta(days=1), self._today)

    @property
    def helper(self) -> FormHelper:
        """How crispy renders it."""
        return filter_helper()
