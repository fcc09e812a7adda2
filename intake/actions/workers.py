"""The lock on who is to have a call: an account that ends or changes meanwhile gets none.

Everything that gives a call to somebody takes this lock first; ending an account or its role holds
the same. The order of locks is everywhere agency, user, intake.
"""

from uuid import UUID

from intake import permissions
from intake.errors import NotAllowed
from intake.models import User


def lock_users(*keys: UUID | None) -> dict[UUID, User]:
    """Return the users of these keys as they are now, locked until the transaction ends."""
    found = User.objects.with_roles().filter(pk__in=[key for key in keys if key is not None])
    locked = found.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return {user.pk: user for user in locked}


def lock_worker(actor: User) -> User:
    """Return the actor as the account is now, locked; raises NotAllowed for who takes no calls."""
    now = lock_users(actor.pk).get(actor.pk)
    if now is None or not permissions.can_start_call(now):
        raise NotAllowed("Only hotline workers take calls.")
    return now
