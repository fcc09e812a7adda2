"""Who is asking, in one query: the user with agency and roles."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from intake.models import User


class RolesBackend(ModelBackend):
    """Django's own, but a session's user comes with agency and roles in the same query."""

    def get_user(self, user_id: Any) -> User | None:
        try:
            user = User.objects.with_roles().get(pk=user_id)
        except User.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None
