"""How much the call screen sends: at most 150 kB on the first load, fonts aside, then 40 kB."""

import gzip
from urllib.parse import urlparse

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from intake.models import Prompt, User
from tests import factory
from tests.browser.test_call import sign_in, wait_for_scripts

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

KILOBYTE = 1000
SAID = "Neighbour has seen this twice since August, last on Tuesday evening."


def test_the_call_screen_is_light(page: Page, live_server: LiveServer, worker: User) -> None:
    call = factory.make_call(worker)
    factory.put(worker, call, "narrative.text", "Caller told what happened that night.\n" * 40)
    core = Prompt.objects.filter(edition=call.edition_id, pair__is_core=True)
    for prompt in core:
        factory.put(worker, call, f"answer.{prompt.pk}.text", SAID)
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()

    browser = page.context.browser
    assert browser is not None
    fresh = browser.new_context(storage_state=page.context.storage_state())  # nothing cached
    answers: list[Response] = []
    screen = fresh.new_page()
    screen.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - wants a function
    screen.goto(live_server.url + reverse("call", args=[call.pk]))
    wait_for_scripts(screen)
    screen.wait_for_load_state("networkidle")
    sizes = {urlparse(one.url).path: compressed(one) for one in answers if not is_font(one)}
    fresh.close()

    # Static files are named by their content and kept for ever: the page alone comes again.
    again = [size for path, size in sizes.items() if not path.startswith("/static/")]
    # The page with its journal’s key, and that it is there; no person is saved: no matches asked.
    assert len(again) == 2
    assert len(sizes) > 8  # the styles and every script were counted
    assert sum(sizes.values()) <= 150 * KILOBYTE, sizes
    assert sum(again) <= 40 * KILOBYTE, sizes


def is_font(response: Response) -> bool:
    return response.request.resource_type == "font"


def compressed(response: Response) -> int:
    """How many bytes the answer takes, as the server would compress it."""
    return len(gzip.compress(response.body(), compresslevel=6))
