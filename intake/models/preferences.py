"""How one person likes to work: snippets, keys, language and layout."""

from django.db import models

from intake.models.base import Language, Record, is_one_of
from intake.models.people import User


class PreferencesQuerySet(models.QuerySet["Preferences"]):
    """Preferences of all users."""

    def language_of(self, user: User) -> str:
        """Return the language in which a user's calls begin."""
        mine = self.filter(user=user).only("language").first()
        return mine.language if mine else Language.ENGLISH


class Preferences(Record):
    """The preferences of one user; they go where the user signs in.

    `snippets` are {abbreviation: text}, `keys` {action: keys that differ from the shipped ones},
    `layout` {name: value} of what the screen remembers.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="preferences")
    snippets = models.JSONField(default=dict, blank=True)
    keys = models.JSONField(default=dict, blank=True)
    has_keys = models.BooleanField(default=True)
    offers_other_side = models.BooleanField(default=True)
    language = models.CharField(max_length=8, choices=Language, default=Language.ENGLISH)
    layout = models.JSONField(default=dict, blank=True)

    objects = PreferencesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "preferences"
        constraints = [is_one_of("preferences", "language", Language, blank=False)]

    def __str__(self) -> str:
        return f"Preferences of {self.user_id}"
