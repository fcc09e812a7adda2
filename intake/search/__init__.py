"""Finding intakes: what is asked for, and which of the visible ones fit."""

from intake.search.criteria import ASKED, PURPOSES, TEXTS, Criteria
from intake.search.finding import find

__all__ = ["ASKED", "PURPOSES", "TEXTS", "Criteria", "find"]
