"""A generator of saves over HTTP: reads what to do as JSON lines, answers each with a JSON line.

`{"port", "clients", "seconds"}` keeps so many clients busy, each with one save after another.
`{"port", "clients", "seconds", "rate"}` sends so many saves per second at their own times,
whatever the answers take; a save that has to wait for its client's last answer waits on the clock.
The first line names the file with the clients: what each needs to sign its saves.
"""

import asyncio
import json
import sys
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

WORDS = "She said that her sister takes the children on weekends and that he has not come back. "


class Client:
    """One worker's page: a connection that stays open, one field, and its revision."""

    def __init__(self, about: dict[str, Any]) -> None:
        self.about = about
        self.base = int(about["base"])
        self.saved = 0
        self.errors: Counter[str] = Counter()
        self.times: list[float] = []
        self.turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.port = 0

    def _request(self) -> bytes:
        text = f"{self.base} " + WORDS * (1 + self.base % 8)  # up to 700 characters
        save = {"field": self.about["field"], "base": self.base, "key": str(uuid.uuid4())}
        body = json.dumps(save | {"text": text, "page": self.about["page"]}).encode()
        lines = (
            f"POST /calls/{self.about['call']}/save/ HTTP/1.1",
            "Host: localhost",
            "Content-Type: application/json",
            "Accept: application/json",
            "Accept-Encoding: gzip",
            f"X-CSRFToken: {self.about['csrf']}",
            "X-Background: yes",  # as the page's saves do
            f"Cookie: {self.about['cookies']}",
            f"Content-Length: {len(body)}",
        )
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    async def save(self, port: int, due: float | None = None) -> None:
        """Send one save and wait for its answer; note how long that took since it was due."""
        async with self.turn:
            if self._streams is None or self.port != port:
                await self.close()
                self._streams = await asyncio.open_connection("127.0.0.1", port)
                self.port = port
            began = due or time.perf_counter()
            try:
                status, answer = await self._exchange(*self._streams)
            except (OSError, asyncio.IncompleteReadError) as error:
                self.errors[type(error).__name__] += 1
                self._streams = None
                return
            self.times.append(time.perf_counter() - began)
            if status == 200:
                self.base += 1
                self.saved += 1
            else:
                self.errors[f"{status} {answer[:120]!r}"] += 1

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[int, bytes]:
        writer.write(self._request())
        head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        status = int(head[0].split()[1])
        about = dict(line.lower().split(b": ", 1) for line in head[1:] if line)
        if b"content-length" in about:
            return status, await reader.readexactly(int(about[b"content-length"]))
        body = b""
        while size := int(await reader.readline(), 16):  # chunked
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
        return status, body

    async def close(self) -> None:
        """Close the connection."""
        if self._streams:
            self._streams[1].close()
            self._streams = None


async def closed_loop(clients: list[Client], port: int, seconds: float) -> float:
    """Keep every client busy; return how long it took."""
    began = time.perf_counter()

    async def work(one: Client) -> None:
        while time.perf_counter() - began < seconds:
            await one.save(port)

    await asyncio.gather(*map(work, clients))
    return time.perf_counter() - began


async def open_loop(clients: list[Client], port: int, seconds: float, rate: float) -> float:
    """Send saves at their own times; return how long it took."""
    began = time.perf_counter()
    sent = []
    for number in range(int(seconds * rate)):
        due = began + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        sent.append(asyncio.create_task(clients[number % len(clients)].save(port, due)))
    await asyncio.gather(*sent)
    return time.perf_counter() - began


async def main() -> None:
    """Answer every line that is read."""
    everybody = [Client(about) for about in json.loads(Path(sys.argv[1]).read_text())]
    while line := await asyncio.to_thread(sys.stdin.readline):
        job = json.loads(line)
        clients, port = everybody[: job["clients"]], job["port"]
        for one in clients:
            one.saved, one.times, one.errors = 0, [], Counter()
        if "rate" in job:
            spent = await open_loop(clients, port, job["seconds"], job["rate"])
        else:
            spent = await closed_loop(clients, port, job["seconds"])
        for one in clients:
            await one.close()  # a server closes what is idle for long
        times = sorted(moment for one in clients for moment in one.times)
        errors: Counter[str] = sum((one.errors for one in clients), Counter())
        print(
            json.dumps(
                {
                    "saves": sum(one.saved for one in clients),
                    "seconds": spent,
                    "errors": dict(errors),
                    "times": [round(moment, 5) for moment in times],
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    asyncio.run(main())
