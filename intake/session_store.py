"""Where sessions are kept: Django's store in the database, with the user in a column."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from intake.models.sessions import Session

LOCKED = "locked"  # what a locked screen's session keeps of the one that ended: see `sessions`


class SessionStore(DatabaseStore):
    """A session is its user's, also while the screen is locked; no query more than Django's."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return our model."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of a session with these data."""
        row = super().create_model_instance(data)
        assert isinstance(row, Session)
        row.user_id = data.get(SESSION_KEY) or data.get(LOCKED, {}).get("user")
        return row
