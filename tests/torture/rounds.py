"""One round: a worker signs in, types a known text into several fields, and something breaks."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, expect

from tests import factory
from tests.torture.arena import Arena, Stored
from tests.torture.watch import Watch
from tests.torture.words import doubled, make_text, missing

ALLOWED = 3.0  # seconds of typing before the browser is killed that may be missing
PATIENCE = 100.0  # seconds until all is saved: a hung request takes 30, the slowest retry 30 more
NOTICED_WITHIN = 10.0  # seconds that what is down has to be noticed
SLOW = 5.0  # seconds per answer
LONG = 34_000  # code points: such a text travels as a splice


class Broken(Exception):
    """The page did something that it must never do."""


@dataclass
class Outcome:
    """What came of a round.

    `losses` counts characters: acknowledged or typed, and not in the database, where they should
    be. `longest` are the seconds of typing that are missing, `felt` whether it reached the page:
    something was not saved, had to wait, was covered, hidden, loaded anew or killed.
    """

    number: int
    fault: str
    seconds: float = 0.0
    losses: int = 0
    duplicates: int = 0
    longest: float = 0.0
    false_saved: int = 0
    felt: bool = False
    saves: int = 0
    troubles: list[str] = field(default_factory=list)


@dataclass
class Place:
    """A field of the call screen: how one gets there, what it is to hold, and its name."""

    name: str
    known: str
    tab: str = ""
    region: str = ""
    field: str = ""


class Round:
    """One round in the arena; `play` returns its outcome."""

    def __init__(self, arena: Arena, *, seed: str, number: int, fault: str) -> None:
        self.arena, self.fault = arena, fault
        self.rng = random.Random(f"{seed}/{number}")
        self.username = f"worker{number}"
        self.outcome = Outcome(number, fault)
        self.is_first = number <= len(FAULTS)  # of its fault: it has to be felt
        self.url = ""
        self.killed_at = 0.0
        self.is_being_killed = False
        self.is_paused = False  # nobody types
        self.is_loaded = False  # the page, anew
        self.may_be_gone = ALLOWED
        self.places = self._choose_places()
        self.typed_at_kill: dict[str, list[tuple[float, int]]] = {}

    def _choose_places(self) -> list[Place]:
        # A long narrative needs room with every save: a full disk is felt soon.
        rng, least = self.rng, LONG if self.fault == "disk full" else 0
        self.prefix = max(least, rng.choice([0, 3000, LONG]))
        length = 80 if self.fault == "5 s per answer" else 45
        sides = [
            Place("What worries", make_text(rng, "w", length), "Social Connections", "Worry"),
            Place("What works", make_text(rng, "s", length), "Parental Resilience", "Working well"),
            Place("Child now at", make_text(rng, "c", length)),
            Place("Name", make_text(rng, "k", length), "People", "Children"),
            Place("Name", make_text(rng, "r", length), "Reporting party"),
        ]
        narrative = Place("Narrative", make_text(rng, "n", self.prefix + length))
        return [narrative, *rng.sample(sides, 3)]

    async def play(self) -> Outcome:
        """Play it; whatever goes wrong is in the outcome."""
        began = time.monotonic()
        try:
            await asyncio.wait_for(self._play(), 300)
        except Exception as trouble:  # noqa: BLE001 - it is told of, whatever it was
            first = str(trouble).strip() or type(trouble).__name__
            self.outcome.troubles.append(first[:1500])
        self.outcome.false_saved = len(self.arena.watch.false_saved)
        self.outcome.troubles += self.arena.watch.false_saved[:3]
        self.outcome.troubles += self.arena.watch.strange[:3]
        self.outcome.saves = self.arena.watch.saves
        self.outcome.felt |= self.arena.watch.troubled
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    async def _play(self) -> None:
        await self._begin()
        self.typing = typing = asyncio.create_task(self._type_all())
        try:
            await asyncio.sleep(self.rng.uniform(0.3, 3.5))
            await FAULTS[self.fault](self)
        except BaseException:
            typing.cancel()
            raise
        finally:
            results = await asyncio.gather(typing, return_exceptions=True)
        for one in results:
            if isinstance(one, BaseException) and not self.is_being_killed:
                raise one
        if self.killed_at:
            self.is_being_killed = self.is_paused = False
            await self._reopen()
        await self._type_all()
        await self._settle()
        self._judge(await self.arena.db(self.arena.stored, self.username))
        await self.arena.page.goto("about:blank")

    # The worker -------------------------------------------------------------------------------
    async def _begin(self) -> None:
        arena = self.arena
        await arena.page.goto("about:blank")
        assert arena.context
        await arena.context.clear_cookies()
        arena.watch = Watch()
        await arena.db(arena.make_worker, self.username)
        await self._open(arena.url)
        await arena.page.get_by_role("button", name="Start a call").click()
        await self._wait_for_call()
        self.url = arena.page.url
        if self.prefix:
            narrative = arena.page.get_by_role("textbox", name="Narrative")
            await narrative.fill(self.places[0].known[: self.prefix])

    async def _open(self, url: str) -> None:
        """Open a page, signing in where the browser does not know the session any more."""
        page = self.arena.page
        await self._goto(url)
        if not await page.get_by_role("heading", name="Sign in", exact=True).is_visible():
            return
        await page.get_by_label("Username").fill(self.username)
        await page.get_by_label("Password").fill(factory.PASSWORD)
        await page.get_by_role("button", name="Sign in").click()

    async def _goto(self, url: str) -> None:
        """Go to a page, also where the one that stands there is just being loaded anew."""
        for _ in range(3):
            try:
                await self.arena.page.goto(url)
                return
            except PlaywrightError as error:
                if not any(words in str(error) for words in ("ERR_ABORTED", "interrupted by")):
                    raise
        raise Broken("The page cannot be left")

    async def _wait_for_call(self) -> None:
        page = self.arena.page
        await expect(page.get_by_role("textbox", name="Narrative")).to_be_visible(timeout=20_000)
        await expect(page.locator("[data-ready]")).to_be_attached(timeout=20_000)

    @property
    def _cover(self) -> Locator:
        return self.arena.page.get_by_role("dialog", name="Sign in again")

    async def _unlock(self) -> bool:
        """Sign in again where the page is locked; return whether it was."""
        if not await self._cover.is_visible():
            return False
        self.outcome.felt = True
        with suppress(PlaywrightError):  # it may go on by itself just now
            await self._cover.get_by_label("Username").fill(self.username)
            await self._cover.get_by_label("Password").fill(factory.PASSWORD)
            await self._cover.get_by_role("button", name="Sign in").click()
        await expect(self._cover).to_be_hidden(timeout=20_000)
        return True

    def _box(self, place: Place) -> str:
        return self.arena.watch.boxes.get(place.field, "")

    async def _find(self, place: Place) -> Locator:
        """Return the box of a place, its tab shown and its row there."""
        page = self.arena.page
        if not place.tab:
            return page.get_by_role("textbox", name=place.name)
        await page.get_by_role("tab", name=place.tab).click()
        panel = page.get_by_role("tabpanel")
        around = panel.get_by_role("region", name=place.region) if place.region else panel
        if place.name != "Name":
            return around.get_by_role("textbox").first
        box = around.get_by_role("textbox", name="Name", exact=True)
        if place.tab == "People" and not await box.count():
            await page.get_by_role("button", name="Add a child").click()
        return box

    async def _go_to(self, place: Place) -> None:
        """Put the caret at the end of a place's text."""
        for _ in range(3):
            await self._unlock()
            try:
                box = await self._find(place)
                await box.click(timeout=5000)
                await box.press("Control+End")
                place.field = await box.get_attribute("data-field") or ""
                return
            except PlaywrightError:
                if not await self._cover.is_visible():
                    raise
        raise Broken(f"{place.name}: its box cannot be reached")

    async def _type_all(self) -> None:
        """Type, here and there, until every box holds its text."""
        while unfinished := [one for one in self.places if self._box(one) != one.known]:
            if self.is_paused:
                return
            place = self.rng.choice(unfinished)
            await self._go_to(place)
            for _ in range(self.rng.randint(2, 6)):
                if self.is_paused or not await self._type_some(place):
                    break

    async def _type_some(self, place: Place) -> bool:
        """Type some characters; return whether they arrived and more are to come."""
        there = self._box(place)
        if not place.known.startswith(there):
            raise Broken(f"{place.name} ({place.field}): the box ends in {there[-60:]!r}")
        some = place.known[len(there) :][: self.rng.randint(3, 10)]
        if not some:
            return False
        await self.arena.page.keyboard.type(some, delay=self.rng.uniform(15, 50))
        for _ in range(40):
            if self._box(place) == there + some:
                return True
            if await self._cover.is_visible():
                return False
            await asyncio.sleep(0.05)
        raise Broken(
            f"{place.name} ({place.field}): {some!r} was typed and the box ends in "
            f"{self._box(place)[-60:]!r}; {await self._signs()}"
        )

    async def _signs(self) -> str:
        """What the page says of itself, for whoever looks into a round that went wrong."""
        page = self.arena.page
        alerts = [one.strip() for one in await page.get_by_role("alert").all_inner_texts()]
        return f"status “{self.arena.watch.status}”, alerts {[one for one in alerts if one]}"

    async def _settle(self) -> None:
        """Wait until all is saved."""
        page, deadline = self.arena.page, time.monotonic() + PATIENCE
        impatient = self.rng.random() < 0.5
        while not self.arena.watch.is_settled:
            if time.monotonic() > deadline:
                raise Broken(f"Not saved after {PATIENCE:.0f} s: {await self._signs()}")
            with suppress(PlaywrightError):
                await self._unlock()
                button = page.get_by_role("button", name="Save now")
                if impatient and await button.is_visible():
                    await button.click(timeout=1000)
            await asyncio.sleep(0.1)
        for place in self.places:
            if self._box(place) != place.known:
                raise Broken(f"{place.name}: the box ends in {self._box(place)[-60:]!r}")

    async def _reopen(self) -> None:
        """Open the browser again, sign in, and see what came back."""
        arena, watch = self.arena, self.arena.watch
        if not arena.context:
            await arena.open_browser()
        page = arena.page
        assert arena.context
        if not (self.is_loaded and self.rng.random() < 0.5):  # else it goes on where it is
            await self._come_back()
        await self._wait_for_call()
        deadline = time.monotonic() + PATIENCE
        while not (await page.locator("[data-kept]").count() and watch.is_settled):
            if time.monotonic() > deadline:
                raise Broken(f"Not taken up again: {await self._signs()}")
            await asyncio.sleep(0.1)
        for place in self.places:
            self._note_missing(place)

    def note_end(self) -> None:
        """Note what was typed in a page that is gone; the next one shows the rest."""
        watch = self.arena.watch
        self.typed_at_kill = {name: list(moments) for name, moments in watch.typed.items()}
        watch.boxes, watch.stored, watch.status = {}, {}, ""

    async def _come_back(self) -> None:
        """Open the call again, as somebody who finds the browser closed."""
        arena, page = self.arena, self.arena.page
        assert arena.context
        if self.rng.random() < 0.7:  # a cookie is written to the disk some time after it came
            await arena.context.clear_cookies()
        if self.rng.random() < 0.5:  # by the list of calls, where the outbox is sent
            await self._open(arena.url)
            await expect(page.get_by_role("heading", name="Calls", exact=True)).to_be_visible()
            await asyncio.sleep(self.rng.uniform(0, 1.5))
            await self._goto(self.url)
        else:
            await self._open(self.url)

    def _note_missing(self, place: Place) -> None:
        """See how much of what was typed before the kill is missing in a box."""
        there = self._box(place)
        if not place.known.startswith(there):
            raise Broken(f"{place.name}: came back as {there[-60:]!r}")
        acknowledged = self.arena.watch.acknowledged.get(place.field, "")
        if not there.startswith(acknowledged):
            self.outcome.losses += len(acknowledged) - len(there)
            self.outcome.troubles.append(
                f"{place.name} ({place.field}): {acknowledged[-40:]!r} was acknowledged, and the "
                f"box came back with {there[-40:]!r}"
            )
        gone = [at for at, size in self.typed_at_kill.get(place.field, []) if size > len(there)]
        if not gone:
            return
        seconds = self.killed_at - min(gone)
        self.outcome.longest = max(self.outcome.longest, seconds)
        if seconds > self.may_be_gone:
            most = max(size for _, size in self.typed_at_kill[place.field])
            self.outcome.losses += most - len(there)
            self.outcome.troubles.append(
                f"{place.name}: {most - len(there)} characters, {seconds:.1f} s of typing, are gone"
            )

    # What became of it ------------------------------------------------------------------------
    def check_acknowledged(self, stored: Stored) -> None:
        """Count what was acknowledged and is not stored."""
        for name, text in self.arena.watch.acknowledged.items():
            there = stored.texts.get(name, "")
            if not there.startswith(text):
                lost = max(1, len(text) - len(there))
                self.outcome.losses += lost
                self.outcome.troubles.append(f"{name}: {lost} acknowledged characters are gone")
        for name, revision in self.arena.watch.revisions.items():
            if stored.revisions.get(name, 0) < revision:
                self.outcome.troubles.append(f"{name}: revision {revision} is gone")

    def _judge(self, stored: Stored) -> None:
        """Compare what is stored at the end with what was typed."""
        self.check_acknowledged(stored)
        for place in self.places:
            text = stored.texts.get(place.field, "")
            if text != place.known:
                lost = missing(place.known, text)
                self.outcome.losses += lost
                self.outcome.troubles.append(f"{place.name}: {lost} lost, ends in {text[-60:]!r}")
            twice = doubled(text)
            self.outcome.duplicates += len(twice)
            self.outcome.troubles += [f"{place.name}: {word} twice" for word in twice[:3]]
        self.outcome.duplicates += max(0, stored.calls - 1) + max(0, stored.people - 1)
        if stored.calls > 1 or stored.people > 1:
            self.outcome.troubles.append(f"{stored.calls} calls, {stored.people} people")

    async def outage(self) -> None:
        """Let something be down for a while, most often until the page has noticed it."""
        await asyncio.sleep(self.rng.uniform(0.8, 4.0))
        if self.is_first or self.rng.random() < 0.7:
            await self.be_noticed()

    async def go_deaf(self) -> None:
        """Let requests arrive and their answers be lost."""
        self.arena.proxy.deaf = True

    async def slow_down(self) -> None:
        """Let every answer take its time."""
        self.arena.proxy.delay = SLOW

    async def be_noticed(self) -> None:
        """Return when the page says that something is not saved; after some seconds in any case."""
        deadline = time.monotonic() + NOTICED_WITHIN
        while time.monotonic() < deadline and not self.arena.watch.troubled:
            await asyncio.sleep(0.1)

    async def stop_typing(self) -> None:
        """Have the worker stop, and return when the last keys have arrived."""
        self.is_paused = True
        await asyncio.wait([self.typing])


# What can happen ------------------------------------------------------------------------------
async def kill_browser(one: Round) -> None:
    """The browser's processes end; it is reopened with the same profile."""
    one.is_being_killed = True
    one.killed_at = await one.arena.kill_browser()
    one.note_end()
    one.outcome.felt = True


async def kill_browser_offline(one: Round) -> None:
    """The network is cut and some time later the browser ends: only its outbox has the text."""
    if one.rng.random() < 0.5:
        await one.arena.proxy.cut()
    else:
        one.arena.proxy.deaf = True
    await asyncio.sleep(one.rng.uniform(0.3, 6.0))
    await kill_browser(one)
    await one.arena.proxy.mend()


async def kill_web(one: Round) -> None:
    """All web processes end; they are started again."""
    await asyncio.to_thread(one.arena.web.kill)
    await asyncio.sleep(0.2)  # what the page was told is still on its way to us
    read = one.arena.stored if one.arena.cluster else one.arena.copy_and_read
    one.check_acknowledged(await one.arena.db(read, one.username))
    await one.outage()
    await asyncio.to_thread(one.arena.web.start)


async def kill_database(one: Round) -> None:
    """PostgreSQL's processes end; it is started again and recovers."""
    assert one.arena.cluster
    await asyncio.to_thread(one.arena.cluster.kill)
    await one.outage()
    one.arena.proxy.hold()
    await asyncio.to_thread(one.arena.revive)
    one.check_acknowledged(await one.arena.db(one.arena.stored, one.username))
    one.arena.proxy.release()


async def cut_network(one: Round) -> None:
    """No connection, or requests that arrive and whose answers are lost.

    A browser sends a request again by itself when the connection that it used again breaks: of a
    lost answer the page may never hear.
    """
    proxy, before = one.arena.proxy, one.arena.proxy.swallowed
    if one.rng.random() < 0.5:
        await proxy.cut()
    else:
        proxy.deaf = True
    await one.outage()
    one.outcome.felt = proxy.swallowed > before
    await proxy.mend(reset=one.rng.random() < 0.8)


async def end_session(one: Round) -> None:
    """The session's row is deleted; the worker signs in again."""
    await one.arena.db(one.arena.end_sessions)


async def fill_disk(one: Round) -> None:
    """The disk with the database is full; room is made again."""
    arena = one.arena
    assert arena.disk
    await asyncio.to_thread(arena.disk.fill)
    # A save fits into a log file that has just begun and pages that were just added: whether the
    # disk is felt would be chance.
    if one.rng.random() < 0.5 or one.is_first:
        await arena.db(arena.use_up_wal)
    await one.be_noticed()
    await one.outage()
    arena.proxy.hold()
    arena.disk.clear()
    await asyncio.to_thread(arena.revive)
    one.check_acknowledged(await arena.db(arena.stored, one.username))
    arena.proxy.release()


async def be_slow(one: Round) -> None:
    """Every answer takes 5 s."""
    one.arena.proxy.delays_requests = one.rng.random() < 0.5
    one.arena.proxy.delay, before = SLOW, one.arena.proxy.delayed
    await asyncio.sleep(one.rng.uniform(6, 11))
    one.outcome.felt = one.arena.proxy.delayed > before
    await one.arena.proxy.mend(reset=False)


async def reload_page(one: Round) -> None:
    """The page is loaded anew right after a key, whatever the network does meanwhile."""
    proxy = one.arena.proxy
    await one.rng.choice([nothing, proxy.cut, one.go_deaf, one.slow_down])()
    await asyncio.sleep(one.rng.uniform(0, 4.0))
    await one.stop_typing()
    one.killed_at, one.may_be_gone, one.outcome.felt = time.time(), 0.0, True
    one.note_end()
    loading = asyncio.create_task(one.arena.page.reload(wait_until="commit", timeout=60_000))
    await asyncio.wait([loading], timeout=SLOW * 3)
    await proxy.mend()
    try:
        await loading
        one.is_loaded = True
    except PlaywrightError:  # there was nothing to load
        # The browser's own page about that comes a moment later, and swallows what is opened then.
        await one.arena.page.wait_for_url("chrome-error:**", wait_until="commit")


async def hide_page(one: Round) -> None:
    """The page is hidden and shown again, over and over: it sends what it has beside the rest."""
    proxy = one.arena.proxy
    await one.rng.choice([nothing, one.go_deaf, one.slow_down])()
    for _ in range(one.rng.randint(2, 6)):
        await one.arena.show_page(is_hidden=True)
        one.outcome.felt = True
        await asyncio.sleep(one.rng.uniform(0, 1.5))
        await one.arena.show_page(is_hidden=False)
        await asyncio.sleep(one.rng.uniform(0, 1.5))
    await proxy.mend(reset=one.rng.random() < 0.5)


async def nothing() -> None:
    """All works."""


FAULTS: dict[str, Callable[[Round], Awaitable[None]]] = {
    "browser killed": kill_browser,
    "browser killed offline": kill_browser_offline,
    "web processes killed": kill_web,
    "PostgreSQL killed": kill_database,
    "network cut": cut_network,
    "session deleted": end_session,
    "disk full": fill_disk,
    "5 s per answer": be_slow,
    "page loaded anew": reload_page,
    "page hidden": hide_page,
}
ON_SQLITE = ("web processes killed",)
