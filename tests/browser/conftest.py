"""A real Chromium against the live server; every page is watched for errors and refusals."""

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.checks import HtmlChecker, Inspection, running_html_checker

CHROMIUM_WORDS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes and mostly waits: the rest is done beside it."""
    items.sort(key=lambda one: one.path.name != "test_torture.py")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all browser tests of this process."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell")
    assert path, "No Chromium: run the tests with `make test`."
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=path, args=CHROMIUM_WORDS)
        yield one
        one.close()


PATIENCE = 60  # seconds
# Until what is expected has to be there: a busy machine takes its time, and no test is about that.
expect.set_options(timeout=15_000)


class Traffic:
    """Requests that the live server is answering, and the gate that they come through.

    A page that goes tells the server so, however late that comes: between two tests the gate is
    shut, and what comes then waits and finds the next test's empty database.
    """

    def __init__(self) -> None:
        self.now = 0
        self.is_open = True
        self.changed = threading.Condition()

    def come(self) -> None:
        """Let a request in, once the gate is open; a test's own client needs none."""
        with self.changed:
            if threading.current_thread() is not threading.main_thread():
                self.changed.wait_for(lambda: self.is_open, PATIENCE)
            self.now += 1

    def go(self) -> None:
        """Note that a request was answered."""
        with self.changed:
            self.now -= 1
            self.changed.notify_all()

    def begin(self) -> None:
        """Open the gate; forget what tests without a browser left: views that raised."""
        with self.changed:
            self.now, self.is_open = 0, True
            self.changed.notify_all()

    def end(self) -> None:
        """Shut the gate and return once everything that was let in is answered."""
        with self.changed:
            self.is_open = False
            is_quiet = self.changed.wait_for(lambda: self.now <= 0, PATIENCE)
            assert is_quiet, f"{self.now} requests are still being answered"


@pytest.fixture(scope="session")
def traffic() -> Iterator[Traffic]:
    """The traffic of the live server of this process."""
    one = Traffic()

    def began(**_: object) -> None:
        one.come()

    def ended(**_: object) -> None:
        one.go()

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
def browser(chromium: Browser, traffic: Traffic) -> Iterator[Browser]:
    """Chromium for one test: whatever it opened is closed before the database is put back."""
    traffic.begin()
    yield chromium
    for left in chromium.contexts:
        left.close()
    traffic.end()


@pytest.fixture
def page(browser: Browser) -> Page:
    """A fresh page at the size of a small laptop."""
    context = browser.new_context(viewport={"width": 1366, "height": 625})
    context.set_default_timeout(10_000)
    return context.new_page()


@pytest.fixture
def watch(page: Page) -> Watch:
    """The watch over `page`."""
    return Watch(page)


@pytest.fixture(scope="session")
def html_checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HtmlChecker]:
    """One HTML checker for all browser tests of this process."""
    with running_html_checker(tmp_path_factory.mktemp("checker") / "log") as one:
        yield one


@pytest.fixture
def inspection(page: Page, html_checker: HtmlChecker) -> Inspection:
    """Looks at the states that `page` passes through."""
    return Inspection(page, html_checker)
