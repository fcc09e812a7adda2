"""Looking for intakes leaves a trace: what kind of thing was asked for, never the words."""

from datetime import datetime, timedelta

from django.db import transaction

from intake import permissions, search
from intake.errors import InvalidValue, NotAllowed
from intake.models import SearchQuery, User
from intake.models.audit import record_event
from intake.search import Criteria

KEPT = timedelta(days=1)


def make_search(*, actor: User, criteria: Criteria, at: datetime) -> SearchQuery:
    """Keep what the actor looks for, with how many fit, and return it.

    Raises NotAllowed for who reads no intakes, InvalidValue where the agency's intakes are asked
    for without a purpose or without anything that is looked for.
    """
    if not permissions.can_search(actor):
        raise NotAllowed("Only workers and supervisors look for intakes.")
    details: dict[str, str | int | bool] = {}
    if criteria.is_beyond:
        if criteria.purpose not in dict(search.PURPOSES):
            raise InvalidValue("Choose why you search the agency's intakes.", field="purpose")
        if not criteria.has_text:
            raise InvalidValue("Give a name, an address or a reference to look for.", field="name")
        if any(getattr(criteria, name) for name in search.OF_CONTENT):
            raise InvalidValue("The agency's intakes are not searched for what is in them.")
        details |= {"beyond": True, "purpose": criteria.purpose}
    count, is_more = search.count(actor, criteria)
    with transaction.atomic():
        query = SearchQuery.objects.create(
            owner=actor, criteria=criteria.to_dict(), count=count, is_more=is_more, made_at=at
        )
        details |= {
            "criteria": ", ".join(criteria.used),
            "count": f"{count}+" if is_more else count,
        }
        record_event("intake.searched", actor=actor, at=at, details=details)
    return query


def forget_searches(*, before: datetime) -> int:
    """Remove the searches that were made before then; return how many there were."""
    return SearchQuery.objects.filter(made_at__lt=before).delete()[0]
