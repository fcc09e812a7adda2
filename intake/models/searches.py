"""What makes intakes findable: their words, the names and addresses in them; and who looked.

Nothing here is the record: all of it is made from the record, made anew when that changes, and
gone with it.
"""

from uuid import UUID

from django.db import models

from intake.models.base import Record, is_one_of
from intake.models.intakes import Intake
from intake.models.parties import Person
from intake.models.people import Agency, User
from intake.text import LONGEST_WORD


class SearchDocument(models.Model):
    """The words of one real intake, as of the end of its call or its last submission.

    The words themselves are in a column or table that only the database's own search knows
    (`search/engines.py`): `vector` beside these on PostgreSQL, the table `intake_words` on SQLite.
    """

    id = models.BigAutoField(primary_key=True)
    intake = models.OneToOneField(Intake, on_delete=models.CASCADE, related_name="document")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["agency", "-started_at", "-intake"], name="search_document_newest")
        ]

    def __str__(self) -> str:
        return f"Words of {self.intake_id}"


class NameWord(models.Model):
    """A word that names or addresses in an agency's intakes have, under each of its spellings.

    `spelling` is the word, or what is left of it without one letter: so one letter that is wrong,
    missing, too many or swapped is found by equal spellings, at any size and on both engines.
    """

    pk = models.CompositePrimaryKey("agency", "spelling", "word")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    spelling = models.CharField(max_length=LONGEST_WORD)
    word = models.CharField(max_length=LONGEST_WORD)

    def __str__(self) -> str:
        return self.word


class PersonWordKind(models.TextChoices):
    NAME = "n", "Name"
    ADDRESS = "a", "Address"
    BIRTH_DATE = "b", "Birth date"


class PersonWord(models.Model):
    """A folded word of the name or address of a person of a real intake, or the birth date."""

    Kind = PersonWordKind

    pk = models.CompositePrimaryKey("person", "kind", "word")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=1, choices=PersonWordKind)
    word = models.CharField(max_length=LONGEST_WORD)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="+", db_index=False)
    started_at = models.DateTimeField()

    class Meta:
        constraints = [is_one_of("person_word", "kind", PersonWordKind, blank=False)]
        indexes = [
            # Whole, so that nothing but the index is read.
            models.Index(
                fields=["agency", "kind", "word", "-started_at", "-intake", "person"],
                name="person_word_newest",
            )
        ]

    def __str__(self) -> str:
        return f"Word of person {self.person_id}"


class SearchQueryQuerySet(models.QuerySet["SearchQuery"]):
    """Searches that were made."""

    def of(self, user: User, key: UUID) -> "SearchQuery":
        """Return the user's own search; raises SearchQuery.DoesNotExist for any other."""
        return self.get(pk=key, owner=user)


class SearchQuery(Record):
    """What somebody looked for: kept for a day, so that no name stands in an address.

    `criteria` is `Criteria.to_dict()`, `count` how many fitted then, counted up to
    a limit; `is_more` says that there are more.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    criteria = models.JSONField(default=dict)
    count = models.PositiveIntegerField()
    is_more = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_index=True)

    objects = SearchQueryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "search queries"

    def __str__(self) -> str:
        return f"Search {self.id}"
