"""Finding intakes: what is asked for, which fit, and what makes them findable.

`find` is for whoever needs them all, `find_page` for a list. `engines` alone knows which database
it is.
"""

from intake.search.criteria import ASKED, OF_CONTENT, PURPOSES, TEXTS, Criteria
from intake.search.finding import COUNTED, Edge, count, find, may_be_restricted
from intake.search.pages import Hit, Page, find_page

__all__ = [
    "ASKED",
    "COUNTED",
    "OF_CONTENT",
    "PURPOSES",
    "TEXTS",
    "Criteria",
    "Edge",
    "Hit",
    "Page",
    "count",
    "find",
    "find_page",
    "may_be_restricted",
]
