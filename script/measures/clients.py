"""Clients that are slow or send too much: what everybody else notices."""

import http.client
import os
import selectors
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from lms.web import assets
from script.measures import growth, processes, product, visitors
from script.measures.fault_rows import fault_row
from script.measures.frame import Row

SLOW = 200
"""Clients at the same time; two processes with four threads each serve everybody."""
ENDED_WITHIN = 100.0
"""Seconds after which each of them must have been sent away."""
LONGEST_PAGE = 1.0
"""Seconds a lesson may take beside them (95 of 100)."""
HUGE = 2 * 1024**3
STARTED_AFTER = 5.0
"""Seconds after the first answer in which the other process is there, too."""
MOST_MEMORY = 150 * 1024 * 1024
"""Bytes that the web processes may grow by together."""

Beside = Callable[[socket.socket], object]


def slow_senders() -> Iterator[Row]:
    """200 clients that send a byte now and then: lessons keep their time, they are sent away."""
    head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
    yield from slow_row(
        f"{SLOW} clients that send 1 byte in 2 s",
        opening=head,
        beside=lambda client: client.send(b"a"),
        every=2.0,
    )


def slow_readers() -> Iterator[Row]:
    """200 clients that ask for much and read 64 bytes a second hold up nobody."""
    ask = f"GET {style_sheet()} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    yield from slow_row(
        f"{SLOW} clients that ask for 180 kB each and read 64 bytes/s",
        opening=ask * 4,
        beside=lambda client: client.recv(64),
        every=1.0,
    )


def style_sheet() -> str:
    """Where the style sheet lies: what everybody may ask for and no view has to make."""
    return f"/assets/{assets.load()[0]}/bekal.css"


def slow_row(fault: str, *, opening: bytes, beside: Beside, every: float) -> Iterator[Row]:
    """Measure a lesson before and beside SLOW clients that begin so and go on so."""
    with product.installed(product.SQLITE) as installation, installation.serving():
        lesson = growth.pages_of(installation)["lesson"]
        cookie = growth.sign_in(installation, growth.LEARNER)
        before = [time_of(installation, lesson, cookie) for _ in range(30)]
        meanwhile: list[float] = []
        begun = time.monotonic()
        with slow_clients(installation.port, opening, beside, every) as clients:
            while (left := still_served(clients)) and time.monotonic() < begun + ENDED_WITHIN:
                meanwhile.append(time_of(installation, lesson, cookie))
                time.sleep(0.1)
            ended = time.monotonic() - begun
        at_most = p95(meanwhile)
        yield fault_row(
            fault,
            product.SQLITE,
            meanwhile=f"{len(meanwhile)} lessons read by somebody else",
            lost="nothing",
            seen=(
                f"others: a lesson in {at_most * 1000:.0f} ms (before: {p95(before) * 1000:.0f}; "
                f"95 of 100); the slow ones: {SLOW - left} sent away within {ended:.0f} s"
            ),
            well_after=None,
            is_held=at_most <= LONGEST_PAGE and not left,
        )


@contextmanager
def slow_clients(
    port: int, opening: bytes, beside: Beside, every: float
) -> Iterator[list[socket.socket]]:
    """SLOW clients that have begun and stay slow, on a thread of their own."""
    clients: list[socket.socket] = []
    for _ in range(SLOW):
        client = socket.socket()
        # Before connecting: a small window is what makes the other side keep the answer.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(10)
        client.connect(("127.0.0.1", port))
        client.setblocking(False)
        client.send(opening)
        clients.append(client)
    stop = threading.Event()

    def crawl() -> None:
        while not stop.wait(every):
            for client in clients:
                with suppress(OSError):  # nothing to read now, or sent away
                    beside(client)

    thread = threading.Thread(target=crawl, daemon=True)
    thread.start()
    try:
        yield clients
    finally:
        stop.set()
        thread.join()
        for client in clients:
            client.close()


ESTABLISHED = "01"


def still_served(clients: Sequence[socket.socket]) -> int:
    """How many of them the server has not closed, by the kernel's own list.

    A client that does not read cannot see by itself that the connection was ended.
    """
    own = {f"{client.getsockname()[1]:04X}" for client in clients}
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(
        remote.rpartition(":")[2] in own and state == ESTABLISHED
        for _, _, remote, state in (line.split()[:4] for line in lines)
    )


def large_upload() -> Iterator[Row]:
    """2 GB sent to a form, its length told, hidden in chunks or told falsely: refused at once."""
    with product.installed(product.SQLITE) as installation, installation.serving() as server:
        # The port listens before both processes behind it have started and grown.
        visitors.new_browser().open(f"{installation.address}/healthz", timeout=180).read()
        time.sleep(STARTED_AFTER)
        for how, head in (
            ("its length told", f"Content-Length: {HUGE}"),
            ("in chunks, no length told", "Transfer-Encoding: chunked"),
        ):
            before = memory_of(server)
            room = free_bytes(installation.folder)
            with Peak(server, installation.folder) as peak:
                begun = time.monotonic()
                status, said, sent = send_much(installation.port, head)
                took = time.monotonic() - begun
            grown, filled = peak.memory - before, room - peak.room
            yield fault_row(
                f"upload of 2 GB, {how}",
                product.SQLITE,
                meanwhile="a form of the sign-in page",
                lost="nothing",
                seen=(
                    f"{status} after {took:.1f} s and {sent / 1024**2:.0f} MB: “{said}”; memory "
                    f"+{max(0, grown) / 1024**2:.0f} MB, disk +{max(0, filled) / 1024**2:.0f} MB"
                ),
                well_after=None,
                is_held=status in {411, 413} and grown < MOST_MEMORY and filled < MOST_MEMORY,
            )


def send_much(port: int, framing: str) -> tuple[int, str, int]:
    """Send up to HUGE bytes to the sign-in page; status, what was said, bytes it took."""
    piece = b"x" * (1024 * 1024)
    chunk = b"%x\r\n" % len(piece) + piece + b"\r\n" if "chunked" in framing else piece
    sent = 0
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as client:
        client.sendall(
            b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; "
            b"boundary=b\r\n" + framing.encode() + b"\r\n\r\n"
        )
        answer = http.client.HTTPResponse(client)
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ)
            while sent < HUGE and not selector.select(0):
                try:
                    client.sendall(chunk)
                except OSError:
                    break
                sent += len(piece)
        answer.begin()
        body = answer.read().decode(errors="replace")
    return answer.status, heading_of(body), sent


def heading_of(page: str) -> str:
    """The heading of an error page, or the sentence that stands for a page."""
    _, found, rest = page.partition("<h1")
    text = rest.partition(">")[2].partition("</h1>")[0] if found else page
    return " ".join(text.split())


class Peak:
    """The most memory of a family and the least room of a disk, looked at every 50 ms."""

    def __init__(self, ancestor: int, folder: Path) -> None:
        self.memory, self.room = memory_of(ancestor), free_bytes(folder)
        self._ancestor, self._folder = ancestor, folder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.05):
            self.memory = max(self.memory, memory_of(self._ancestor))
            self.room = min(self.room, free_bytes(self._folder))


def memory_of(server: int) -> int:
    """The memory of the processes that answer pages, together."""
    total = 0
    for pid in processes.family(server):
        if "gunicorn" in processes.command(pid):
            try:
                total += processes.resident_bytes(pid)
            except OSError:
                continue  # ended meanwhile
    return total


def free_bytes(folder: Path) -> int:
    """Room on the disk of a folder, for anybody."""
    about = os.statvfs(folder)
    return about.f_bavail * about.f_frsize


def time_of(installation: product.Product, path: str, cookie: str) -> float:
    """Seconds for one page on a connection of its own; RuntimeError unless it is shown."""
    with closing(http.client.HTTPConnection("127.0.0.1", installation.port, timeout=30)) as client:
        begun = time.monotonic()
        client.request("GET", path, headers={"Cookie": cookie})
        answer = client.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}.")
        return time.monotonic() - begun


def p95(times: list[float]) -> float:
    """The time that 95 of 100 keep."""
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
