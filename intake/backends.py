"""Who is asking, in one query: the user with agency and roles."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from intake.models import Agency, User
from intake.models.people import roles_among
from intake.models.prepared import Prepared

OF_USER = [field.attname for field in User._meta.concrete_fields]
OF_AGENCY = [field.attname for field in Agency._meta.concrete_fields]


class RolesBackend(ModelBackend):
    """Django's own, but a session's user comes with agency and roles in the same query."""

    def authenticate(self, request: HttpRequest | None, **given: Any) -> User | None:  # type: ignore[override]
        """Return whose name and password these are; none are of who signs in at the provider."""
        user = super().authenticate(request, **given)
        return user if isinstance(user, User) and not user.has_single_sign_on else None

    def get_user(self, user_id: Any) -> User | None:
        """Return the user as `with_roles()` would, who is asked for by every request."""
        rows = _known.rows(uuid.UUID(str(user_id)), at=timezone.now())
        if not rows:
            return None
        *values, names = rows[0]
        user = User.from_db(connection.alias, OF_USER, values[: len(OF_USER)])
        if user.agency_id is not None:
            user.agency = Agency.from_db(connection.alias, OF_AGENCY, values[len(OF_USER) :])
        user.roles = roles_among(names)
        return user if self.user_can_authenticate(user) else None


@Prepared
def _known(pk: uuid.UUID, *, at: datetime) -> QuerySet[Any, Any]:
    """The columns of a user and of the agency, and the roles' names; they hold at any time."""
    agency = (f"agency__{column}" for column in OF_AGENCY)
    known = User.objects.with_roles().filter(pk=pk)
    return known.values_list(*OF_USER, *agency, "role_names")
