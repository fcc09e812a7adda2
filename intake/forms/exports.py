"""What a list of intakes carries to the export of what it shows, and back."""

from django.core import signing
from django.http import QueryDict

from intake.errors import InvalidValue
from intake.models import User
from intake.search import Criteria


def sign_criteria(user: User, criteria: Criteria) -> str:
    """Return the criteria of a list as a text that only this user's form can bring back."""
    return signing.dumps(criteria.to_dict(), salt=_salt(user), compress=True)


def parse_criteria(user: User, data: QueryDict) -> Criteria:
    """Return the criteria that `sign_criteria` wrote, or raise InvalidValue."""
    try:
        return Criteria.from_dict(signing.loads(data.get("criteria", ""), salt=_salt(user)))
    except (signing.BadSignature, TypeError, ValueError):  # also: what an older release wrote
        raise InvalidValue(
            "It is not known which intakes were meant, so nothing was made. Open the list of "
            "intakes again and export from there."
        ) from None


def _salt(user: User) -> str:
    return f"intake.exports {user.pk}"
