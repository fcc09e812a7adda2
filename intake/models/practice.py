"""Practice: a call against a scripted caller, and what the caller said in it."""

from django.db import models
from django.db.models import Q

from intake.models.base import Language, Record, is_one_of
from intake.models.intakes import Intake
from intake.models.question_sets import Prompt


class PracticeRun(Record):
    """A practice call's caller: the key of a scenario in `fixtures/practice/`."""

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="practice")
    scenario = models.SlugField(max_length=64)
    language = models.CharField(max_length=8, choices=Language, default=Language.ENGLISH)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(scenario=""), name="practice_run_has_scenario"),
            is_one_of("practice_run", "language", Language, blank=False),
        ]

    def __str__(self) -> str:
        return f"{self.scenario} {self.id}"


class PracticeTurnKind(models.TextChoices):
    LINE = "line", "Said unasked"
    REPLY = "reply", "Answered"
    OTHERWISE = "otherwise", "Had no answer"
    ENDING = "ending", "Ended"


class PracticeTurn(Record):
    """One thing that the caller said: the next line, or the answer to a prompt that was put.

    `place` counts lines (and ways of having no answer) from 0.
    """

    Kind = PracticeTurnKind

    run = models.ForeignKey(PracticeRun, on_delete=models.PROTECT, related_name="turns")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=PracticeTurnKind)
    place = models.PositiveSmallIntegerField(default=0)
    prompt = models.ForeignKey(
        Prompt, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="practice_turn_of_run"),
            is_one_of("practice_turn", "kind", PracticeTurnKind, blank=False),
        ]

    def __str__(self) -> str:
        return f"Turn {self.number} of {self.run_id}"
