"""A real Chromium against the live server; every page is watched for errors and refusals."""

import os
import shutil
from collections.abc import Iterator

import pytest
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
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page at the size of a small laptop."""
    context = browser.new_context(viewport={"width": 1366, "height": 625})
    context.set_default_timeout(10_000)
    one = context.new_page()
    yield one
    context.close()


@pytest.fixture
def watch(page: Page) -> Watch:
    """The watch over `page`."""
    return Watch(page)


@pytest.fixture
def inspection(page: Page, tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    """Looks at the states that `page` passes through; a test ends with `finish`."""
    return Inspection(page, tmp_path_factory.mktemp("pages"))
