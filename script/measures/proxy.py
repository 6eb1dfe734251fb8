"""A proxy in front of PostgreSQL that can be slow, silent, rude or gone."""

import asyncio
import enum
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from script.measures import processes

SLOW = 0.1
"""Seconds that each packet waits, in each direction."""


class Mood(enum.Enum):
    """What the proxy does with what it is given."""

    OPEN = "open"
    SLOW = "slow"
    SILENT = "silent"
    REFUSE = "refuse"


class Proxy:
    """Listens on a port of its own; its mood may change at any moment, for all connections."""

    def __init__(self, server: int) -> None:
        self.port = processes.free_port()
        self.mood = Mood.OPEN
        self._server = server
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", self.port)
        asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)

    def stop(self) -> None:
        """Break all connections and listen no more."""
        self.reset()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def reset(self) -> None:
        """Break every connection there is, as a firewall does that was restarted."""
        for writer in list(self._writers):
            self._loop.call_soon_threadsafe(writer.transport.abort)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        if self.mood is Mood.REFUSE:
            writer.transport.abort()
            return
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._server)
            self._writers.add(far_writer)
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
        self._writers.discard(writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self.mood is Mood.SLOW:
                    await asyncio.sleep(SLOW)
                while self.mood is Mood.SILENT:
                    await asyncio.sleep(0.05)
                writer.write(data)
                await writer.drain()
        with suppress(OSError):
            writer.close()


@contextmanager
def before(server: int) -> Iterator[Proxy]:
    """A proxy before the server on this port of the loopback address."""
    proxy = Proxy(server)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
