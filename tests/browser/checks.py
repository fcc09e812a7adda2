"""What every page and every state of a page must pass: axe, and the Nu HTML checker."""

import json
import os
import subprocess
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2; axe leaves it off
    # A selector for whatever passed takes far longer than the rules do.
    "resultTypes": ["violations"],
}


def expect_accessible(page: Page) -> None:
    """Fail on any rule of axe that the page breaks."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    told = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert not told, told


class Inspection:
    """Looks at the states that a page passes through.

    axe looks at once. The Nu HTML checker needs a second to start, so it reads all states at the
    end: what the scripts have made of the page, and what the server had sent.
    """

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.count = 0

    def look(self, state: str) -> None:
        """Fail on what axe finds, and keep the page for `finish`."""
        expect_accessible(self.page)
        self.keep(state, self.page.content())

    def keep(self, state: str, html: str) -> None:
        """Keep a page for `finish`; `state` names it in a failure."""
        self.count += 1
        (self.folder / f"{self.count:02d}-{state}.html").write_text(html)

    def finish(self) -> None:
        """Fail on any error that the checker finds in what was kept."""
        files = sorted(self.folder.glob("*.html"))
        assert files
        errors = html_errors(files)
        assert not errors, "\n".join(" · ".join(one) for one in errors)


def html_errors(files: list[Path]) -> list[tuple[str, str, str]]:
    """Return what the Nu HTML checker calls an error, as (file, message, extract)."""
    jar = os.environ.get("VNU_JAR")
    assert jar, "No HTML checker: run the tests with `make test`."
    done = subprocess.run(
        # It runs for two seconds: a quick start counts, and quick code comes too late.
        [
            *("java", "-Xss2m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", jar),
            *("--errors-only", "--format", "json", "--exit-zero-always", *map(str, files)),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(done.stderr)  # the checker reports there
    return [
        (Path(one.get("url", "")).name, one["message"], one.get("extract", ""))
        for one in report["messages"]
    ]
