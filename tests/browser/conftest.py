"""A real Chromium against the live server; every page is watched for errors and refusals."""

import os
import shutil
import threading
import time
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.checks import Inspection

CHROMIUM_WORDS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests of this process."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "No Chromium: run the tests with `make test`."
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_WORDS)
        yield chromium
        chromium.close()


class Traffic:
    """Requests that the live server is answering, and when the last one came or went."""

    def __init__(self) -> None:
        self.now = 0
        self.last = time.monotonic()
        self.changed = threading.Condition()

    def count(self, change: int) -> None:
        with self.changed:
            self.now += change
            self.last = time.monotonic()
            self.changed.notify_all()

    def begin(self) -> None:
        """Forget what tests without a browser left open: a view that raised never finished."""
        with self.changed:
            self.now = 0

    def wait_until_quiet(self, quiet: float = 0.15, patience: float = 20) -> None:
        """Return once nothing is answered and nothing came for `quiet` seconds."""
        until = time.monotonic() + patience
        with self.changed:
            while self.now > 0 or time.monotonic() - self.last < quiet:
                assert time.monotonic() < until, f"{self.now} requests are still being answered"
                self.changed.wait(quiet)


@pytest.fixture(scope="session")
def traffic() -> Iterator[Traffic]:
    """The traffic of the live server of this process."""
    one = Traffic()

    def began(**_: object) -> None:
        one.count(1)

    def ended(**_: object) -> None:
        one.count(-1)

    request_started.connect(began, weak=False)
    request_finished.connect(ended, weak=False)
    yield one
    request_started.disconnect(began)
    request_finished.disconnect(ended)


class Watch:
    """What a page complained of; a test ends with `expect_silence`."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))

    def _console(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def expect_silence(self) -> None:
        """Fail when the page had a script error, a refused resource or a policy violation."""
        assert self.complaints == []


@pytest.fixture
def page(browser: Browser, traffic: Traffic) -> Iterator[Page]:
    """A fresh page at the size of a small laptop.

    A page that goes tells the server so: the next test begins when that was answered.
    """
    traffic.begin()
    context = browser.new_context(viewport={"width": 1366, "height": 625})
    context.set_default_timeout(10_000)
    one = context.new_page()
    yield one
    for left in browser.contexts:
        left.close()
    traffic.wait_until_quiet()


@pytest.fixture
def watch(page: Page) -> Watch:
    """The watch over `page`."""
    return Watch(page)


@pytest.fixture
def inspection(page: Page, tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    """Looks at the states that `page` passes through; a test ends with `finish`."""
    return Inspection(page, tmp_path_factory.mktemp("pages"))
