"""What every page and every state of a page must pass: axe, and the Nu HTML checker."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page

from tests.torture.machine import free_port

AXE = Axe().axe_script
OPTIONS = {
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2; axe leaves it off
    # A selector for whatever passed takes far longer than the rules do.
    "resultTypes": ["violations"],
}
READY_WITHIN = 60  # seconds that a busy machine may need to start the checker


def all_of(page: Page) -> str:
    """Return the page's HTML once all of it has come: what is awaited may stand in its first half.

    A browser shows a page as it reads it. What has not been read yet is missing from its HTML,
    and elements that are still open look closed.
    """
    page.wait_for_load_state("domcontentloaded")
    return page.content()


WAIT_UNTIL = """async ([about, deadline]) => {
  const look = %s;
  while (Date.now() < deadline) {
    const found = await look(about);
    if (found) return found;
    await new Promise((done) => requestAnimationFrame(done));
  }
  throw new Error("It did not come true.");
}"""


def wait_until(page: Page, look: str, about: object = None) -> Any:  # what the script made of it
    """Return what the script `look`, asked with `about`, answers once that is true.

    It may be asynchronous (Playwright's `wait_for_function` takes a promise itself for true), and
    the page may load itself anew meanwhile: the next one is asked.
    """
    deadline = time.time() + 15
    while True:
        try:
            return page.evaluate(WAIT_UNTIL % look, [about, deadline * 1000])
        except Error as error:
            if "context was destroyed" not in error.message or time.time() > deadline:
                raise


def expect_accessible(page: Page) -> None:
    """Fail on any rule of axe that the page breaks."""
    page.wait_for_load_state("domcontentloaded")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(
        """options => axe.run(options).then(({ violations }) =>
            violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))""",
        OPTIONS,
    )
    assert not found, found


class HtmlChecker:
    """The Nu HTML checker, which answers on a loopback port: to start it takes it seconds."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/?out=json&level=error"

    def errors(self, html: str) -> list[tuple[str, str]]:
        """Return what it calls an error, as (message, extract)."""
        request = urllib.request.Request(
            self.url, html.encode(), {"Content-Type": "text/html; charset=utf-8"}
        )
        with urllib.request.urlopen(request, timeout=READY_WITHIN) as answer:
            messages = json.load(answer)["messages"]
        return [(one["message"], one.get("extract", "")) for one in messages]


@contextmanager
def running_html_checker(log: Path) -> Iterator[HtmlChecker]:
    """Yield a checker once it answers; it ends with the block."""
    jar = os.environ.get("VNU_JAR")
    assert jar, "No HTML checker: run the tests with `make test`."
    port = free_port()
    # A page is read in a moment: quick code would come too late.
    words = ["-Xss2m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    words += ["-Dnu.validator.servlet.bind-address=127.0.0.1", "-cp", jar]
    with (
        log.open("wb") as told,
        subprocess.Popen(
            ["java", *words, "nu.validator.servlet.Main", str(port)], stdout=told, stderr=told
        ) as server,
    ):
        try:
            checker, deadline = HtmlChecker(port), time.monotonic() + READY_WITHIN
            while not _answers(checker):
                assert server.poll() is None, log.read_text()[-2000:]
                assert time.monotonic() < deadline, log.read_text()[-2000:]
                time.sleep(0.1)
            assert checker.errors("<p><div></p>")  # the look looks
            yield checker
        finally:
            server.kill()


def _answers(checker: HtmlChecker) -> bool:
    try:
        checker.errors("")
    except URLError:
        return False
    return True


class Inspection:
    """Looks at the states that a page passes through."""

    def __init__(self, page: Page, checker: HtmlChecker) -> None:
        self.page = page
        self.checker = checker

    def look(self, state: str) -> None:
        """Fail on what axe or the HTML checker finds in the page; `state` names it."""
        expect_accessible(self.page)
        self.check(state, self.page)

    def check(self, state: str, page: Page) -> None:
        """Fail on any error that the HTML checker finds in `page`; `state` names it."""
        errors = self.checker.errors(all_of(page))
        assert not errors, (state, errors)
