"""Question sets: an edition is one immutable publication of all of them together."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from intake.models.base import Language, Record, SavedRecord, Side, is_one_of
from intake.models.people import Agency, User

FACTORS = (
    "parental_resilience",
    "social_connections",
    "concrete_support",
    "parenting_knowledge",
    "child_competence",
)
FACTOR_TITLES = {
    "parental_resilience": "Parental Resilience",
    "social_connections": "Social Connections",
    "concrete_support": "Concrete Support",
    "parenting_knowledge": "Knowledge of Parenting & Child Development",
    "child_competence": "Social & Emotional Competence of Children",
}


class EditionQuerySet(models.QuerySet["Edition"]):
    """Editions and who may read them."""

    def visible_to(self, user: User) -> "EditionQuerySet":
        """Return the editions of the user's agency, and those that the state has published."""
        if user.agency_id is None:
            return self.none()
        drafted = [Edition.Status.DRAFT, Edition.Status.IN_REVIEW]
        published = Q(agency__isnull=True) & ~Q(status__in=drafted)
        return self.filter(Q(agency=user.agency_id) | published)

    def live(self, *, agency: Agency | None, at: datetime) -> "EditionQuerySet":
        """Return the editions that were live by the time `at`, the latest first."""
        return (
            self.filter(agency=agency, status__in=[Edition.Status.SCHEDULED, Edition.Status.LIVE])
            .filter(live_from__lte=at, cancelled_at=None)
            .order_by("-live_from", "-number")
        )

    def live_then(self, *, agency: Agency, at: datetime) -> "EditionQuerySet":
        """Return the agency's editions that had gone live by a past time, the latest first.

        The first one was live at that time, also where a later one has retired it since.
        """
        gone_live = (Edition.Status.SCHEDULED, Edition.Status.LIVE, Edition.Status.RETIRED)
        return self.filter(
            agency=agency, status__in=gone_live, live_from__lte=at, cancelled_at=None
        ).order_by("-live_from", "-number")


class EditionStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    SCHEDULED = "scheduled", "Scheduled"
    LIVE = "live", "Live"
    RETIRED = "retired", "Retired"


class Edition(Record):
    """One numbered publication; a call is pinned to the edition that it began with.

    `agency` is empty for an edition of the state, which agencies copy and never share. A scheduled
    edition is live from `live_from` on, by the clock: `status` follows when somebody publishes next
    or the hourly job runs, and no reader waits for it (`live`).
    """

    Status = EditionStatus

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="editions"
    )
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    copied_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    live_from = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A scheduled edition that was called off before its time; it never was live.
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="edition_number_in_agency"),
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(agency__isnull=True),
                name="edition_number_in_state",
            ),
            is_one_of("edition", "status", EditionStatus, blank=False),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review"]) | Q(live_from__isnull=False),
                name="edition_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(status="retired"),
                name="edition_cancelled_is_retired",
            ),
        ]
        indexes = [models.Index(fields=["agency", "status", "-live_from"], name="edition_live")]

    def __str__(self) -> str:
        return f"{self.agency or 'State'} edition {self.number}"


class QuestionSetKind(models.TextChoices):
    OPENING = "opening", "Opening"
    FACTOR = "factor", "Factor"
    NEXT_STEPS = "next_steps", "Next steps"
    CLOSING = "closing", "Closing"


class QuestionSet(SavedRecord):
    """One section of an edition."""

    Kind = QuestionSetKind

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="question_sets")
    key = models.SlugField(max_length=64)
    kind = models.CharField(max_length=12, choices=Kind)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    title_es = models.CharField(max_length=120, blank=True)
    help = models.TextField(blank=True)
    help_es = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="question_set_key_in_edition"),
            is_one_of("question_set", "kind", QuestionSetKind, blank=False),
        ]

    def __str__(self) -> str:
        return self.title


class PromptPair(Record):
    """Two prompts of a factor set that belong together; `key` is stable across editions."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="pairs")
    question_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT, related_name="pairs")
    key = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()
    is_core = models.BooleanField(default=False)
    is_removed = models.BooleanField(
        default=False
    )  # taken out of a draft; gone when it is published

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="pair_key_in_edition"),
            models.UniqueConstraint(
                fields=["question_set"], condition=Q(is_core=True), name="pair_one_core_in_set"
            ),
            models.CheckConstraint(
                condition=Q(is_core=False) | Q(is_removed=False), name="pair_core_is_there"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class PromptKind(models.TextChoices):
    QUESTION = "question", "Question"
    SCRIPT = "script", "Script"


class Prompt(SavedRecord):
    """One readable question, or a script that is read out and takes no answer.

    `bound_to` names the one field of the record that this prompt fills (`call.danger_now`), so
    that no fact has two homes; `key` is stable across editions and never used again.
    """

    Kind = PromptKind

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="prompts")
    question_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT, related_name="prompts")
    pair = models.ForeignKey(
        PromptPair, on_delete=models.PROTECT, null=True, blank=True, related_name="prompts"
    )
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.QUESTION)
    side = models.CharField(max_length=12, choices=Side)
    position = models.PositiveSmallIntegerField()
    bound_to = models.CharField(max_length=64, blank=True)
    is_removed = models.BooleanField(default=False)  # of a draft, and without a pair

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="prompt_key_in_edition"),
            models.UniqueConstraint(fields=["pair", "side"], name="prompt_side_in_pair"),
            is_one_of("prompt", "side", Side, blank=False),
            is_one_of("prompt", "kind", PromptKind, blank=False),
            models.CheckConstraint(
                condition=Q(pair__isnull=True, side=Side.OPEN)
                | (Q(pair__isnull=False) & ~Q(side=Side.OPEN)),
                name="prompt_open_or_paired",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class JargonWord(Record):
    """A word of the trade that a prompt should not have; the checks of an edition warn of it."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="jargon_words")
    language = models.CharField(max_length=8, choices=Language, default=Language.ENGLISH)
    words = models.CharField(max_length=80)
    plainer = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["language", "words"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "language", "words"], name="jargon_word_in_agency"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="jargon_word_not_empty"),
        ]

    def __str__(self) -> str:
        return self.words


class PromptText(Record):
    """The wording of a prompt in one language, with a note to the worker that is not read out.

    Empty only in a draft (English) or where there is no translation. `translated_from` is the
    English that a translation was made from, where that is not what stands now: it is stale.
    """

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="texts")
    language = models.CharField(max_length=8, choices=Language)
    text = models.TextField(blank=True)
    helper = models.TextField(blank=True)
    translated_from = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prompt", "language"], name="prompt_text_in_language"),
            models.CheckConstraint(
                condition=Q(translated_from="") | ~Q(language=Language.ENGLISH),
                name="prompt_text_english_is_no_translation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prompt_id} {self.language}"
