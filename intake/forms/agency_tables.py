"""Rows of the tables that an agency edits; they check shape, the action saves."""

from typing import Any

from django import forms

from intake.models import (
    Agency,
    CopyOutField,
    CrossReportRule,
    JargonWord,
    ResponseOption,
    Service,
)
from intake.models.copy_out import SOURCES
from intake.models.question_sets import FACTOR_TITLES, FACTORS


class RowForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row of one agency; `seen` is what the form showed, by which a stale edit is known."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.agency = agency


class ServiceForm(RowForm):
    """A service of the directory."""

    factor = forms.ChoiceField(
        label="Factor", choices=[(key, FACTOR_TITLES[key]) for key in FACTORS]
    )

    class Meta:
        model = Service
        fields = (
            *("name", "factor", "area", "offers", "phone", "hours", "languages"),
            "is_active",
        )
        labels = {"is_active": "Offered on the call screen"}
        widgets = {"offers": forms.Textarea(attrs={"rows": 3})}


class CrossReportRuleForm(RowForm):
    """What makes a cross-report due, to whom, by which law."""

    class Meta:
        model = CrossReportRule
        fields = ("trigger", "recipient", "source", "is_active")
        labels = {
            "trigger": "When the call has",
            "recipient": "Has to be told",
            "source": "Legal source",
            "is_active": "In force",
        }
        widgets = {"source": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, agency=agency, **kwargs)
        self.fields["recipient"].queryset = ResponseOption.objects.filter(  # type: ignore[attr-defined]
            agency=agency, decides=ResponseOption.Decides.CROSS_REPORT
        )


class CopyOutFieldForm(RowForm):
    """A field of the other system, and what goes there."""

    source = forms.ChoiceField(
        label="What goes there",
        choices=list(SOURCES.items()),
    )

    class Meta:
        model = CopyOutField
        fields = ("page", "label", "source", "limit", "position", "is_active")
        labels = {
            "page": "Page of the other system",
            "label": "Field",
            "limit": "Characters it holds (20 or more; 0: no limit)",
            "is_active": "Copied out",
        }


class ResponseOptionForm(RowForm):
    """A choice of a decision; what it decides and its key are for ever."""

    class Meta:
        model = ResponseOption
        fields = (
            *("decides", "key", "label", "position", "deadline_hours", "written_hours"),
            *("may_learn_reporter", "needs_priority", "is_referral", "source", "is_active"),
        )
        labels = {
            "key": "Key (small letters, digits, _ or -)",
            "deadline_hours": "Hours from receipt within which it is due (0: at once)",
            "written_hours": "Hours for the written report that follows (cross-reports)",
            "may_learn_reporter": "The law lets this recipient know who reported",
            "needs_priority": "A response priority has to be chosen with it",
            "is_referral": "Makes a referral",
            "source": "Legal source",
            "is_active": "Offered in decisions",
        }
        help_texts = {
            "deadline_hours": "Changed, it holds for open calls, returned ones and those to "
            "come; what is submitted keeps the deadline that it had.",
        }
        widgets = {"source": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, agency=agency, **kwargs)
        if not self.instance._state.adding:
            del self.fields["decides"], self.fields["key"]

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError for what only cross-reports have."""
        sent: dict[str, Any] = super().clean() or {}
        decides = sent.get("decides", self.instance.decides)
        is_odd = sent.get("written_hours") is not None or sent.get("may_learn_reporter")
        if decides != ResponseOption.Decides.CROSS_REPORT and is_odd:
            raise forms.ValidationError(
                "A written report and who may learn the reporting party belong to cross-reports."
            )
        return sent


class JargonWordForm(RowForm):
    """A word of the trade, and what callers understand instead."""

    class Meta:
        model = JargonWord
        fields = ("words", "language", "plainer", "is_active")
        labels = {
            "words": "Word or phrase",
            "plainer": "Say instead (may be empty)",
            "is_active": "Warned of",
        }
