"""Filters for exports: figures as people read them, and whether a file is still there."""

from datetime import datetime

from django import template

from intake.models import ExportJob

register = template.Library()


@register.filter
def thousands(number: int) -> str:
    """Return a count with commas: 1,000."""
    return f"{number:,}"


@register.filter
def is_there(job: ExportJob, now: datetime) -> bool:
    """Return whether the file of an export can be downloaded now."""
    return job.is_there(now)
