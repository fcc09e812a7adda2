"""What every view starts from."""

from django.http import HttpRequest
from django.http.request import RawPostDataException

from intake.models import User


class UserRequest(HttpRequest):
    """A request behind the sign-in: its user is ours."""

    user: User


def body_of(request: HttpRequest) -> bytes:
    """Return the body of what a script sent; nothing where it was read already, as a form's is."""
    try:
        return request.body
    except RawPostDataException:
        return b""
