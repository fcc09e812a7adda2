"""Finding intakes: the list, its filters, and the search, on one page."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import permissions, search
from intake.actions import records
from intake.actions.searches import make_search
from intake.forms.exports import sign_criteria
from intake.forms.searches import SearchForm, address_of, filters_of
from intake.models import SearchQuery
from intake.search import Criteria, Edge
from intake.views.requests import UserRequest


@require_http_methods(["GET", "HEAD", "POST"])
def list_intakes(request: UserRequest) -> HttpResponse:
    """The intakes that the user may read, newest first: all, filtered, or those of a search.

    A search is sent in the body and kept, so that what was typed stands in no address.
    """
    if not permissions.can_search(request.user):
        raise Http404
    if request.method == "POST":
        return _search(request)
    if key := request.GET.get("search"):
        kept = _kept(request, key)
        criteria = Criteria.from_dict(kept.criteria)
        form = SearchForm(kept.criteria, user=request.user)
        return _show(request, form, criteria, f"search={kept.pk}", (kept.count, kept.is_more))
    filters = filters_of(request.GET)
    form = SearchForm(filters, user=request.user)
    criteria = form.criteria() if form.is_valid() else Criteria()
    counted = search.count(request.user, criteria)
    return _show(request, form, criteria, address_of(criteria), counted)


def _search(request: UserRequest) -> HttpResponse:
    form = SearchForm(request.POST, user=request.user)
    if not form.is_valid():
        context = {"form": form, "page": None}
        return render(request, "intake/searches/list.html", context, status=422)
    criteria = form.criteria()
    if not criteria.has_text:
        return _to(address_of(criteria))
    kept = make_search(actor=request.user, criteria=criteria, at=timezone.now())
    return _to(f"search={kept.pk}")


def _kept(request: UserRequest, key: str) -> SearchQuery:
    try:
        return SearchQuery.objects.of(request.user, UUID(key))
    except (ValueError, SearchQuery.DoesNotExist):
        raise Http404 from None


def _show(
    request: UserRequest,
    form: SearchForm,
    criteria: Criteria,
    address: str,
    counted: tuple[int, bool],
) -> HttpResponse:
    page = search.find_page(
        request.user,
        criteria,
        older=Edge.parse(request.GET.get("older", "")),
        newer=Edge.parse(request.GET.get("newer", "")),
    )
    now = timezone.now()
    records.note_list(actor=request.user, page="intakes", filters=criteria.used, at=now)
    shown = [hit.intake for hit in page.hits if hit.people or hit.passage]
    records.note_shown(actor=request.user, intakes=shown, where="search", at=now)
    number, is_more = counted
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "criteria": criteria,
        "count": f"{number:,}{'+' if is_more else ''}",
        "may_be_restricted": search.may_be_restricted(request.user, criteria),
        "is_one": number == 1 and not is_more,
        "address": address,
        "older": _with(address, "older", page.older),
        "newer": _with(address, "newer", page.newer),
        "may_export": permissions.can_export(request.user),
        "export_criteria": sign_criteria(request.user, criteria),
    }
    return render(request, "intake/searches/list.html", context)


def _with(address: str, name: str, edge: Edge | None) -> str:
    if edge is None:
        return ""
    query = QueryDict(address, mutable=True)
    query[name] = str(edge)
    return query.urlencode()


def _to(query: str) -> HttpResponse:
    response = redirect("intakes")
    if query:
        response["Location"] += f"?{query}"
    return response
