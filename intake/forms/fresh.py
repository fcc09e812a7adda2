"""The password, asked again of who is signed in already."""

from django import forms


class ProofForm(forms.Form):
    """One password."""

    password = forms.CharField(
        strip=False,
        max_length=4096,
        error_messages={"required": "Type your password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
