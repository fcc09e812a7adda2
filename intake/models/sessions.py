"""Sessions, which know whose they are, and the table of the cache."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from intake.models.people import User


class Session(AbstractBaseSession):
    """Django's session with its user in a column, so that the own ones can be listed and ended.

    A locked screen's session has nobody signed in and keeps its user here all the same.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions"
    )

    def __str__(self) -> str:
        return f"Session of {self.user_id}"


class CacheEntry(models.Model):
    """A row of Django's database cache, whose columns these are; nothing else touches it.

    As a model it comes with a migration, and goes with everything else when tests empty a database.
    """

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "hotline_cache"

    def __str__(self) -> str:
        return self.cache_key
