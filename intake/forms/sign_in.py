"""Signing in: password, second factor, setting one up. They check shape; nothing is tried here."""

import json
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.validators import MaxLengthValidator

from intake.passwords import LONGEST_TYPED

CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


class SignInForm(AuthenticationForm):
    """Django's two fields; the view tries them, once it knows that it may."""

    error_messages = {
        "invalid_login": "This user name and password do not belong together.",
        "inactive": "This user name and password do not belong together.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        assert isinstance(password, forms.CharField)
        password.validators.append(MaxLengthValidator(LONGEST_TYPED))

    def clean(self) -> dict[str, Any]:
        """Return what was typed."""
        return self.cleaned_data


class ChangePasswordForm(PasswordChangeForm):
    """Django's three fields, with what is wrong of the new password under it, in our words."""

    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": "This is not your password now. Nothing was changed.",
        "password_mismatch": "This is not the same as above. Type the new password twice.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Password now"
        self.fields["new_password1"].help_text = ""  # the page says it in a sentence
        self.fields["new_password2"].label = "New password again"
        self.fields["new_password2"].help_text = ""

    def validate_password_for_user(self, user: Any, *_: Any) -> None:
        """Say under the first of the two what is wrong with the new password."""
        super().validate_password_for_user(user, "new_password1")


class FactorForm(forms.Form):
    """A code of the app or a recovery code, or what a security key answered (JSON)."""

    code = forms.CharField(
        label="Code",
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs=CODE),
        help_text="The six digits that your authenticator app shows now, or a recovery code.",
    )
    credential = forms.CharField(max_length=20_000, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError where there is neither, or no answer of a key."""
        sent: dict[str, Any] = super().clean() or {}
        if not sent.get("code") and not sent.get("credential"):
            self.add_error("code", "Type the code.")
        sent["credential"] = as_answer(self, sent.get("credential", ""))
        return sent


class AppForm(forms.Form):
    """The code by which a new authenticator app shows that it works."""

    code = forms.CharField(
        label="Code that the app shows now",
        max_length=16,
        widget=forms.TextInput(attrs=CODE | {"inputmode": "numeric"}),
        error_messages={"required": "Type the code that the app shows."},
    )


class KeyForm(forms.Form):
    """A new security key: what its owner calls it, and what it answered."""

    name = forms.CharField(
        label="Name of the key",
        max_length=60,
        help_text="So that you know it among others: on the key ring, this laptop.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the key a name."},
    )
    credential = forms.CharField(max_length=40_000, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError where no key answered."""
        sent: dict[str, Any] = super().clean() or {}
        if not sent.get("credential"):
            raise forms.ValidationError("No key answered. Press the button and touch the key.")
        sent["credential"] = as_answer(self, sent["credential"])
        return sent


def as_answer(form: forms.Form, text: str) -> dict[str, Any]:
    """Return what a key answered; adds an error to the form for anything else."""
    if not text:
        return {}
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        form.add_error(None, "The key did not answer as it should. Try again.")
        return {}
    return answer
