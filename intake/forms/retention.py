"""Retention: a rule of the schedule, a record to be found, a measure to be asked for."""

from typing import Any

from django import forms

from intake.forms.agency_tables import RowForm
from intake.forms.searches import YEARS
from intake.models import Agency, ResponseOption, RetentionRule
from intake.models.retention import LEAST_YEARS, MOST_YEARS, MeasureKind, RetentionOf


class RetentionRuleForm(RowForm):
    """How long one kind of record is kept; what a rule is about is for ever."""

    is_agreed = forms.BooleanField(
        required=False, label="Save it also where more records become due by it"
    )

    class Meta:
        model = RetentionRule
        fields = ("applies_to", "screening", "years", "days", "source", "is_active")
        labels = {
            "applies_to": "What is kept",
            "screening": "Screening decision (of reports)",
            "years": f"Years (of reports {LEAST_YEARS} or more)",
            "days": "Days, instead of years",
            "source": "Legal source, or who decided",
            "is_active": "In force; without a rule in force, all of it is kept",
        }
        help_texts = {
            "years": "From the approval, the closing or the last amendment; of a practice call "
            "from its start.",
        }
        widgets = {"source": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, agency=agency, **kwargs)
        for name in ("applies_to", "screening"):
            self.fields[name].disabled = not self.instance._state.adding
        self.fields["screening"].queryset = ResponseOption.objects.filter(  # type: ignore[attr-defined]
            agency=agency, decides=ResponseOption.Decides.SCREENING
        )

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError for a rule that would say nothing, or two things."""
        sent: dict[str, Any] = super().clean() or {}
        years, days = sent.get("years"), sent.get("days")
        if self.errors:
            return sent
        is_report = sent.get("applies_to") == RetentionOf.SCREENING
        if is_report != bool(sent.get("screening")):
            self.add_error("screening", "Choose the decision of a report, and of nothing else.")
        if (years is None) == (days is None) or years == 0 or days == 0:
            self.add_error("years", "Give years or days, one of the two.")
        elif is_report and (years or 0) < LEAST_YEARS:
            self.add_error("years", f"Reports are kept for {LEAST_YEARS} years or more.")
        elif (years or 0) > MOST_YEARS:
            self.add_error("years", f"Choose {MOST_YEARS} years at most.")
        return sent


class FindRecordForm(forms.Form):
    """A record by its reference, and by nothing of its content."""

    reference = forms.CharField(label="Reference", max_length=16)


class MeasureForm(forms.Form):
    """A measure of one kind; which one the address says."""

    authority = forms.CharField(
        label="Reference of the order, or who asked",
        max_length=160,
        help_text="Court and number, for example. Name nobody: this stays.",
        error_messages={"required": "Give the order’s reference, or say who asked."},
    )
    dated = forms.DateField(
        label="Date of the order",
        required=False,
        validators=YEARS,
        error_messages={"required": "Give the date of the order."},
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    ends = forms.UUIDField(
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": "This does not stand any more; nothing was changed."},
    )

    def __init__(self, data: Any = None, *, kind: str, ends: Any = None) -> None:
        whose = str(ends or kind).replace("%", "%%")  # Django puts names of fields into it
        super().__init__(data, auto_id=f"%s-{whose}", initial={"ends": ends})
        self.kind = kind
        if kind in (MeasureKind.LIFT, MeasureKind.UNSEAL):
            del self.fields["dated"]
        else:
            del self.fields["ends"]
        if kind == MeasureKind.EXPUNCTION:
            self.fields["dated"].required = True
