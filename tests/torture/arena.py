"""Everything that a round needs, put up once: browser, proxy, web server, database."""

import asyncio
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from playwright.async_api import BrowserContext, Page, Playwright
from playwright.async_api import Error as PlaywrightError

from hotline.dev.postgres import Cluster
from intake import fields
from intake.models import Agency, Answer, Intake, Narrative, Person, Reporter, Session, User
from tests import factory
from tests.browser.conftest import CHROMIUM_WORDS
from tests.torture import watch
from tests.torture.machine import (
    SmallDisk,
    Web,
    free_port,
    kill,
    processes_of_profile,
)
from tests.torture.proxy import Proxy

T = TypeVar("T")
WAL_FILES = 20  # more than lie ready
REVIVED_WITHIN = 60  # seconds
FULL_SYNCHRONOUS = 2  # SQLite's number for it


@dataclass
class Stored:
    """What the database holds of one call: {field: text}, {field: revision}, and how many rows."""

    texts: dict[str, str]
    revisions: dict[str, int]
    calls: int
    people: int


class Arena:
    """The machines, and the browser's own folder; `cluster` is None on SQLite."""

    def __init__(
        self,
        folder: Path,
        playwright: Playwright,
        *,
        cluster: Cluster | None = None,
        disk: SmallDisk | None = None,
    ) -> None:
        self.playwright, self.cluster, self.disk = playwright, cluster, disk
        self.profile, self.copies = folder / "profile", folder / "copies"
        self.web = Web(free_port(), workers=2 if cluster else 1, log=folder / "web.log")
        self.proxy = Proxy(self.web.port)
        self.watch = watch.Watch()
        self.context: BrowserContext | None = None
        self._page: Page | None = None
        self._thread = ThreadPoolExecutor(1)  # one connection to the database
        self._password = make_password(factory.PASSWORD)

    @property
    def url(self) -> str:
        """The address that the browser opens."""
        return f"http://localhost:{self.proxy.port}"

    @property
    def page(self) -> Page:
        """The browser's page."""
        assert self._page
        return self._page

    async def start(self) -> None:
        """Put everything up."""
        await self.db(self._fill)
        await asyncio.to_thread(self.web.start)
        await self.proxy.start()
        await self.open_browser()

    def _fill(self) -> None:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        factory.make_agency()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous")
                assert cursor.fetchone() == (FULL_SYNCHRONOUS,)
                cursor.execute("PRAGMA journal_mode")
                assert cursor.fetchone() == ("wal",)

    async def stop(self) -> None:
        """Take everything down; the cluster is its owner's."""
        with suppress(PlaywrightError):
            if self.context:
                await self.context.close()
        kill(processes_of_profile(self.profile))
        await self.proxy.stop()
        self.web.stop()
        self._thread.shutdown()

    async def mend(self) -> None:
        """Make everything work again, whatever a round left."""
        if self.disk:
            self.disk.clear()
        await self.proxy.mend()
        await asyncio.to_thread(self.revive)
        if not await asyncio.to_thread(self.web.answers):
            await asyncio.to_thread(self.web.kill)
            await asyncio.to_thread(self.web.start)
        if not processes_of_profile(self.profile):
            await self.open_browser()

    def revive(self) -> None:
        """Start PostgreSQL where it is down, and return once it takes connections."""
        deadline = time.monotonic() + REVIVED_WITHIN
        while self.cluster and not self.cluster.is_ready:
            if not self.cluster.is_running:
                self.cluster.launch()
            assert time.monotonic() < deadline, self.cluster.log.read_text()[-4000:]
            time.sleep(0.1)

    async def db(self, job: Callable[..., T], *words: Any) -> T:
        """Ask the database in a thread of its own; the connection does not outlive the job."""

        def run() -> T:
            try:
                return job(*words)
            finally:
                connection.close()

        return await asyncio.get_running_loop().run_in_executor(self._thread, run)

    # The browser ------------------------------------------------------------------------------
    async def open_browser(self) -> None:
        """Open the browser with its profile."""
        path = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell")
        assert path, "No Chromium: `make torture` finds one."
        self.context = await self.playwright.chromium.launch_persistent_context(
            self.profile,
            executable_path=path,
            args=[*CHROMIUM_WORDS, "--hide-crash-restore-bubble"],
            viewport={"width": 1366, "height": 625},
        )
        self.context.set_default_timeout(10_000)
        await self.context.expose_binding("tortureTold", lambda _, text: self.watch.take(text))
        await self.context.add_init_script(watch.SCRIPT)
        self._page = self.context.pages[0] if self.context.pages else await self.context.new_page()

    async def show_page(self, *, is_hidden: bool) -> None:
        """Hide the page, as another tab before it would, or show it again."""
        state = "hidden" if is_hidden else "visible"
        await self.page.evaluate(watch.SHOW, state)

    async def kill_browser(self) -> float:
        """End all processes of the browser with SIGKILL; return when that was."""
        processes = await asyncio.to_thread(processes_of_profile, self.profile)
        assert processes, "The browser does not run."
        kill(processes)
        at = time.time()
        await asyncio.sleep(0.2)  # what it had told is still on its way to us
        while processes_of_profile(self.profile):
            await asyncio.sleep(0.05)
        with suppress(PlaywrightError):
            if self.context:
                await self.context.close()
        self.context = self._page = None
        return at

    # The database -----------------------------------------------------------------------------
    def make_worker(self, username: str) -> None:
        """Make a worker with the password of all."""
        agency = Agency.objects.get(slug="demo")
        user = User(agency=agency, username=username, password=self._password)
        user.save()
        user.groups.add(Group.objects.get(name="workers"))

    def end_sessions(self) -> None:
        """Delete the rows of all sessions."""
        Session.objects.all().delete()

    def use_up_wal(self) -> None:
        """Let PostgreSQL fill the files of its log that lie ready, until it stops over it."""
        with suppress(DatabaseError), connection.cursor() as cursor:
            for _ in range(WAL_FILES):
                cursor.execute("SELECT pg_logical_emit_message(false, 'torture', 'x')")
                cursor.execute("SELECT pg_switch_wal()")

    def stored(self, username: str, using: str = "default") -> Stored:
        """Return what the database holds of the call of one worker."""
        calls = list(Intake.objects.using(using).filter(worker__username=username))
        if not calls:
            return Stored({}, {}, 0, 0)
        intake = calls[0]
        rows: list[Any] = [intake]
        for model in (Narrative, Answer, Person, Reporter):
            rows += model.objects.using(using).filter(intake=intake)
        found = Stored({}, {}, len(calls), sum(isinstance(row, Person) for row in rows))
        for row in rows:
            noun = fields.NOUN_OF[type(row)]
            place: UUID | None = None
            if isinstance(row, Answer):
                place = row.prompt_id
            elif isinstance(row, Person):
                place = row.pk
            for column in row.saves:
                name = str(fields.FieldName(noun, place, column))
                found.texts[name] = fields.show_value(row, column)
                found.revisions[name] = row.revision_of(column)
        return found

    def copy_and_read(self, username: str) -> Stored:
        """Copy SQLite's file and its log, open them elsewhere, and return what they hold."""
        source = Path(connection.settings_dict["NAME"])
        connection.close()
        target = self.copies / f"{username}.sqlite3"
        self.copies.mkdir(exist_ok=True)
        for end in ("", "-wal"):
            if Path(f"{source}{end}").exists():
                shutil.copyfile(f"{source}{end}", f"{target}{end}")
        connections.databases["copy"] = {**connections.databases["default"], "NAME": str(target)}
        try:
            with connections["copy"].cursor() as cursor:
                cursor.execute("PRAGMA integrity_check")
                assert cursor.fetchone() == ("ok",)
            return self.stored(username, using="copy")
        finally:
            connections["copy"].close()
            del connections["copy"]
            del connections.databases["copy"]
            for left in self.copies.iterdir():
                left.unlink()
