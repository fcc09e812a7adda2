"""What a form of the quality review says."""

from django.http import QueryDict

from intake.quality import RUBRIC


def parse_answers(data: QueryDict) -> dict[str, str]:
    """Return what was chosen for each item, by its key; "" where nothing was."""
    return {key: data.get(f"item-{key}", "") for key in RUBRIC}
