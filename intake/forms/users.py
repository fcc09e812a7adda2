"""Accounts, invitations and policies: input shape; the actions check and save."""

from typing import Any

from django import forms

from intake.forms.looking import ColleagueField
from intake.models import Agency, User
from intake.passwords import HELP

ROLES = (
    ("workers", "Worker: takes calls"),
    ("supervisors", "Supervisor: reviews, sees the agency’s intakes"),
    ("administrators", "Administrator: edits question sets and the agency, sees no intake"),
    ("privacy_officers", "Privacy officer: reads the audit, sees no intake"),
)


class UserForm(forms.Form):
    """An account that there is; its username stays."""

    first_name = forms.CharField(label="First name", max_length=150)
    last_name = forms.CharField(label="Last name", max_length=150)
    email = forms.EmailField(
        label="E-mail address (may be empty)",
        required=False,
        help_text="Mails only tell how many notices wait, where the agency wants them.",
    )
    roles = forms.MultipleChoiceField(
        label="Roles", choices=ROLES, widget=forms.CheckboxSelectMultiple
    )
    supervisor = ColleagueField(
        label="Supervisor of the team (workers)",
        queryset=User.objects.none(),
        required=False,
        empty_label="No team",
    )

    may_reveal_reporter = forms.BooleanField(
        label="May open the reporting party of submitted records",
        required=False,
        help_text="A supervisor those of the agency, a worker those of the own records; each time "
        "with a reason and a fresh sign-in. The privacy officers see each one.",
    )

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        supervisors = User.objects.filter(
            agency=agency, is_active=True, groups__name="supervisors"
        ).order_by("first_name", "last_name", "username")
        field = self.fields["supervisor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = supervisors

    def account(self) -> dict[str, Any]:
        """Return what was sent in the words of the actions: names, roles, the supervisor's key."""
        sent = dict(self.cleaned_data)
        supervisor = sent.pop("supervisor")
        return sent | {"supervisor_id": supervisor.pk if supervisor else None}


class ChangeForm(UserForm):
    """An account that there is; where the role of worker goes, somebody takes its open calls."""

    gives_to = ColleagueField(
        label="Who takes the open calls, if the role of worker goes",
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody",
    )

    def __init__(self, *args: Any, agency: Agency, account: User, open_calls: int, **kwargs: Any):
        super().__init__(*args, agency=agency, **kwargs)
        field = self.fields["gives_to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.colleagues_of(account)
        if not open_calls:
            del self.fields["gives_to"]

    def account(self) -> dict[str, Any]:
        """Return also the key of who takes the calls."""
        sent = super().account()
        colleague = sent.pop("gives_to", None)
        return sent | {"gives_to": colleague.pk if colleague else None}


class InviteForm(UserForm):
    """A new account."""

    username = forms.CharField(label="Username", max_length=150)
    field_order = ("username", "first_name", "last_name", "email", "roles", "supervisor")


class DeactivateForm(forms.Form):
    """Who takes the open calls of somebody who leaves."""

    gives_to = forms.UUIDField(required=False)


class AcceptInvitationForm(forms.Form):
    """The code of an invitation, and a password typed twice."""

    code = forms.CharField(
        label="Code of the invitation",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="It is in the link already; type it only if the field is empty.",
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=HELP,
    )
    again = forms.CharField(
        label="Password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError where the two are not the same."""
        sent: dict[str, Any] = super().clean() or {}
        if sent.get("password") != sent.get("again"):
            self.add_error("again", "The two are not the same. Type the password again.")
        return sent


class PoliciesForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an agency decides for itself; `seen` is what the form showed."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    idle_lock_minutes = forms.IntegerField(
        label="Minutes without activity until the screen locks (1 to 30)",
        min_value=1,
        max_value=30,
        error_messages=dict.fromkeys(("min_value", "max_value"), "Choose 1 to 30 minutes."),
    )

    class Meta:
        model = Agency
        fields = (
            "idle_lock_minutes",
            "anonymous_reporter_text",
            "allows_own_review",
            "allows_own_publish",
            "has_notice_emails",
            "requires_worker_factor",
        )
        labels = {
            "anonymous_reporter_text": "What a caller who gives no name is told",
            "allows_own_review": "A supervisor may review what they took themselves",
            "allows_own_publish": "An administrator may publish question sets without a second one",
            "has_notice_emails": "E-mails tell how many notices wait, and nothing of them",
            "requires_worker_factor": "Workers sign in with a second factor too",
        }
