"""What stands between browser and server: forwards bytes, and can cut, delay or hold them."""

import asyncio
from contextlib import suppress

CHUNK = 64 * 1024


class Proxy:
    """A TCP proxy on a loopback port of its own.

    `delay` seconds pass before an answer goes on, or a request where `delays_requests`. While it
    is `cut`, new connections are refused and old ones are reset; while it is `deaf`, requests
    arrive and their answers are lost; while it is `held`, nothing goes to the server.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.delay = 0.0
        self.delays_requests = False
        self.deaf = False
        self.delayed = 0  # how often something had to wait
        self.swallowed = 0  # how many pieces of answers were lost
        self._cut = False
        self._open = asyncio.Event()
        self._open.set()
        self._stopped = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen; the port stays the same for as long as this lives."""
        self._stopped.clear()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more and reset every connection."""
        if self._server:
            self._server.close()
        self._stopped.set()
        self.reset()
        await asyncio.sleep(0)

    async def cut(self) -> None:
        """Cut the network: connections are reset, new ones refused."""
        self._cut = True
        await self.stop()

    async def mend(self, *, reset: bool = True) -> None:
        """Let everything through again; connections that hung are reset, where that is wanted."""
        self.delay, self.delays_requests, self.deaf = 0.0, False, False
        self._open.set()
        if self._cut:
            self._cut = False
            await self.start()
        elif reset:
            self.reset()

    def hold(self) -> None:
        """Keep requests back until `release`."""
        self._open.clear()

    def release(self) -> None:
        """Let requests that were kept back go on."""
        self._open.set()

    def reset(self) -> None:
        """Reset every connection that is open now."""
        for writer in list(self._writers):
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            there = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()  # no process listens: refused, as a browser would see it
            self._writers.discard(writer)
            return
        self._writers.add(there[1])
        both = Exchange(self)
        try:
            await asyncio.gather(both.requests(reader, there[1]), both.answers(there[0], writer))
        finally:
            for one in (writer, there[1]):
                self._writers.discard(one)
                one.transport.abort()

    async def dawdle(self) -> None:
        """Return when the delay is over, where there is one."""
        if self.delay:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), self.delay)
            self.delayed += 1

    async def wait(self) -> None:
        """Return when requests may go on."""
        await self._open.wait()


class Exchange:
    """One connection: requests and answers take turns on it."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.is_asked = False

    async def requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry what the browser says."""
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self.proxy.wait()
                if self.proxy.delays_requests and not self.is_asked:
                    await self.proxy.dawdle()
                self.is_asked = True
                writer.write(data)
                await writer.drain()
            writer.transport.abort()

    async def answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry what the server says."""
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if self.proxy.deaf:
                    self.proxy.swallowed += 1
                    continue
                if self.is_asked and not self.proxy.delays_requests:
                    await self.proxy.dawdle()
                self.is_asked = False
                writer.write(data)
                await writer.drain()
            # The server has ended: whatever it still wanted to say has been said.
            with suppress(OSError):
                writer.close()
                await writer.wait_closed()
