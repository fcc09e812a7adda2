"""Who is asking, in one query: the user with agency and roles."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from intake.models import User


class RolesBackend(ModelBackend):
    """Django's own, but a session's user comes with agency and roles in the same query."""

    def authenticate(self, request: HttpRequest | None, **given: Any) -> User | None:  # type: ignore[override]
        """Return whose name and password these are; none are of who signs in at the provider."""
        user = super().authenticate(request, **given)
        return user if isinstance(user, User) and not user.has_single_sign_on else None

    def get_user(self, user_id: Any) -> User | None:
        try:
            user = User.objects.with_roles().get(pk=user_id)
        except User.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None
