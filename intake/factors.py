"""How the library of second factors is told about our accounts; its secrets are stored sealed."""

import base64
from typing import Any
from uuid import UUID

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from intake.crypto import seal, unseal

NAME = "SOP Hotline"
# A secret is sealed before its row has a key, so its place is the table alone.
PLACE: dict[str, Any] = {"table": "mfa_authenticator", "row": UUID(int=0), "field": "secret"}


class Adapter(DefaultMFAAdapter):
    """Names and seals; which factors somebody needs is told by `User.must_have_factor`."""

    def get_totp_issuer(self) -> str:
        """Return the name under which an authenticator app lists the account."""
        return NAME

    def encrypt(self, text: str) -> str:
        """Return a secret as it is stored."""
        sealed = seal(text, ring=settings.ENCRYPTION_KEYS, **PLACE)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret that was stored."""
        sealed = base64.b64decode(encrypted_text)
        return unseal(sealed, ring=settings.ENCRYPTION_KEYS, **PLACE)

    def _get_site_name(self) -> str:
        return NAME

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.username)
