"""The agency's directory of services, searched from the call screen."""

from django.db.models import Q
from django.http import Http404, JsonResponse
from django.views.decorators.http import require_safe

from intake import permissions
from intake.models import Service
from intake.text import clean_text
from intake.views.requests import UserRequest

FOUND = 20


@require_safe
def find_services(request: UserRequest) -> JsonResponse:
    """Services of the own agency by words, factor and area; all words must occur."""
    if not permissions.is_worker(request.user):
        raise Http404
    services = Service.objects.filter(agency=request.user.agency_id, is_active=True)
    asked = {name: clean_text(request.GET.get(name, "")) for name in ("q", "factor", "area")}
    for word in asked["q"].split()[:8]:
        services = services.filter(Q(name__icontains=word) | Q(offers__icontains=word))
    if factor := asked["factor"]:
        services = services.filter(factor=factor)
    if area := asked["area"].strip():
        services = services.filter(Q(area__icontains=area) | Q(area__iexact="Countywide"))
    found = list(services[: FOUND + 1])
    columns = ("name", "factor", "area", "offers", "phone", "hours", "languages")
    return JsonResponse(
        {
            "services": [
                {"id": str(one.pk)} | {column: getattr(one, column) for column in columns}
                for one in found[:FOUND]
            ],
            "has_more": len(found) > FOUND,
        }
    )
