"""What is typed about restricted records; the actions check it."""

from collections.abc import Sequence
from typing import Any

from django import forms

from intake.models import User
from intake.models.restrictions import REASON_LIMIT
from intake.permissions import is_supervisor

DAYS = (("", "Until taken off"), ("1", "1 day"), ("7", "7 days"), ("30", "30 days"))


class ReasonForm(forms.Form):
    """A reason, which is kept beside the record and in no audit."""

    reason = forms.CharField(
        max_length=REASON_LIMIT,
        strip=False,
        error_messages={"required": "Give the reason."},
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )


class RestrictForm(ReasonForm):
    """A record is restricted, and who reads it from then on."""

    viewers = forms.MultipleChoiceField(
        label="Who may read it",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They review it too. Name at least one supervisor who has nothing to do with it, "
        "or it waits until somebody is named.",
    )

    def __init__(self, *args: Any, able: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["viewers"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(one.pk), _name_of(one)) for one in able]


class NameForm(forms.Form):
    """Somebody is named to read a restricted record."""

    user = forms.ChoiceField(label="Who", error_messages={"required": "Choose somebody."})
    days = forms.TypedChoiceField(
        label="How long", choices=DAYS, required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, able: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose")] + [(str(one.pk), _name_of(one)) for one in able]


def _name_of(user: User) -> str:
    """Return a name as it stands in the lists: a record waits where no supervisor is named."""
    return f"{user.display_name}, {'supervisor' if is_supervisor(user) else 'worker'}"
