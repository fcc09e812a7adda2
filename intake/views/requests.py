"""What every view starts from."""

from django.http import HttpRequest

from intake.models import User


class UserRequest(HttpRequest):
    """A request behind the sign-in: its user is ours."""

    user: User
