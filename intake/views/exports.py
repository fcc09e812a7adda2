"""Exports of a search result: asked for, watched, downloaded, cancelled and deleted."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe

from intake import jobs, permissions
from intake.actions import exports
from intake.errors import Refused
from intake.exports.bulk import content_type, file_name, file_size, stream_file
from intake.forms.exports import parse_criteria
from intake.models import ExportJob
from intake.views.requests import UserRequest

PER_PAGE = 25
GONE = 410


@require_safe
def list_exports(request: UserRequest) -> HttpResponse:
    """The own exports, the latest first."""
    _check_role(request)
    own = ExportJob.objects.visible_to(request.user)
    page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "now": timezone.now()}
    return render(request, "intake/exports/list.html", context)


@require_safe
def tell_state(request: UserRequest) -> JsonResponse:
    """How far the own exports are, for the page that asks while one is made.

    `rows` are those the page names by `id` in the query.
    """
    _check_role(request)
    wanted = set(request.GET.getlist("id")[:PER_PAGE])
    own = ExportJob.objects.visible_to(request.user)[:PER_PAGE]
    now = timezone.now()
    rows = {
        str(job.pk): {
            name: render_to_string(
                f"intake/exports/_{name}.html", {"job": job, "now": now}, request
            )
            for name in ("state", "actions")
        }
        | {"is_unfinished": job.is_unfinished}
        for job in own
        if str(job.pk) in wanted
    }
    return JsonResponse({"rows": rows})


@require_POST
def ask(request: UserRequest) -> HttpResponse:
    """Ask for an export of what a list of intakes shows."""
    _check_role(request)
    try:
        job = exports.request_export(
            actor=request.user,
            kind=request.POST.get("kind", ""),
            criteria=parse_criteria(request.user, request.POST),
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("exports")
    jobs.queue_exports()
    many = f"{job.total:,} submitted intake{'' if job.total == 1 else 's'}"
    messages.success(
        request,
        f"An export of {many} was asked for. You can leave this page: it goes on without you.",
    )
    if job.has_more:
        messages.warning(
            request,
            f"More intakes fit than one export holds: it has the first {job.total:,} of the list. "
            "Narrow the filter to export the rest.",
        )
    return redirect("exports")


@require_GET
def download(request: UserRequest, job_id: UUID) -> HttpResponseBase:
    """The file, streamed from its parts; what has gone is said in words."""
    job = get_object_or_404(ExportJob.objects.visible_to(request.user), pk=job_id)
    now = timezone.now()
    if job.is_unfinished:
        messages.error(request, "This export is not finished yet; it can be downloaded then.")
        return redirect("exports")
    if not job.is_there(now):
        return render(request, "intake/exports/gone.html", {"job": job}, status=GONE)
    exports.note_download(actor=request.user, job=job, at=now)
    response = StreamingHttpResponse(
        stream_file(job),
        content_type=content_type(job),
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(job)}"',
            # Not compressed again on the way: its length tells the browser when it is whole.
            "Content-Encoding": "identity",
        },
    )
    size = file_size(job)
    if size is not None:
        response["Content-Length"] = str(size)
    return response


@require_POST
def cancel(request: UserRequest, job_id: UUID) -> HttpResponse:
    """Cancel an export that is being made."""
    return _press(request, job_id, exports.cancel_export, "The export was cancelled.")


@require_POST
def delete(request: UserRequest, job_id: UUID) -> HttpResponse:
    """Delete the content of an export before its time."""
    return _press(request, job_id, exports.delete_export, "The content of the export was deleted.")


def _check_role(request: UserRequest) -> None:
    if not permissions.can_export(request.user):
        raise Http404


def _press(
    request: UserRequest, job_id: UUID, action: Callable[..., ExportJob], sentence: str
) -> HttpResponse:
    try:
        action(actor=request.user, job_id=job_id, at=timezone.now())
    except ExportJob.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, sentence)
    return redirect("exports")
