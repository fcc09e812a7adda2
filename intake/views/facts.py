"""Answers to forms that note a fact: a fragment for a script, the page anew for a plain form."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from intake.middleware import wants_json
from intake.views.requests import UserRequest


def answer(
    request: UserRequest, *, template: str, context: dict[str, Any], page: str, refusal: str = ""
) -> HttpResponse:
    """Return what stands after a fact was noted, or the sentence why it was not.

    A script gets {"html"} of `template`, or {"error"} with 409; a plain form goes back to `page`.
    """
    if wants_json(request):
        if refusal:
            return JsonResponse({"error": refusal}, status=409)
        return JsonResponse({"html": render_to_string(template, context, request)})
    if refusal:
        messages.error(request, refusal)
    return redirect(page)
