"""What one visit costs in CPU, and the hello it is compared with."""

from __future__ import annotations

import http.client
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from script.measures import processes, product

WARM_UP = 50
SECONDS = 5.0
"""How long each address is asked."""
WINDOW = 1.0
"""Seconds of one look at the clock, whose 10 ms ticks do not matter then. The window that cost
least is told: what else runs on the machine, or on its host, can only add to a visit."""

RESTING, AT_REST, SETTLING = 1.0, 0.05, 120.0
"""Seconds over which rest is looked at, the share of a core that is rest, and the most waited."""

Visit = Callable[[http.client.HTTPConnection], object]


def hello_cost(seconds: float = SECONDS) -> tuple[float, float]:
    """Return the CPU seconds of one hello, and how many one client gets in a second."""
    port = processes.free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{port}"]
    with (
        tempfile.TemporaryDirectory() as folder,
        processes.running(
            [*gunicorn, "script.measures.hello:app"],
            port=port,
            environment=os.environ | {"PYTHONPATH": str(product.ROOT)},
            log=Path(folder) / "log",
        ) as server,
    ):
        return request_cost([server], port, lambda client: get(client, "/"), seconds=seconds)


def request_cost(
    ancestors: Sequence[int],
    port: int,
    visit: Visit,
    *,
    warm_up: int = WARM_UP,
    seconds: float = SECONDS,
) -> tuple[float, float]:
    """Return the CPU seconds of one visit in these families of processes, and visits a second.

    Of the windows looked at it is the one that cost least.
    """
    settle(ancestors)
    for _ in range(warm_up):
        ask(port, visit)
    pids = families(ancestors)
    until = time.monotonic() + seconds
    windows = [_window(pids, port, visit)]
    while time.monotonic() < until:
        windows.append(_window(pids, port, visit))
    return min(windows)


def _window(pids: Sequence[int], port: int, visit: Visit) -> tuple[float, float]:
    before, begun, visits, took = processes.cpu_seconds(pids), time.monotonic(), 0, 0.0
    while took < WINDOW:
        ask(port, visit)
        visits += 1
        took = time.monotonic() - begun
    return (processes.cpu_seconds(pids) - before) / visits, visits / took


def settle(ancestors: Sequence[int], *, most: float = SETTLING) -> None:
    """Wait until these families of processes rest: starting up is no part of a visit.

    RuntimeError if they do not come to rest in so many seconds.
    """
    deadline = time.monotonic() + most
    while time.monotonic() < deadline:
        pids = families(ancestors)
        before = processes.cpu_seconds(pids)
        time.sleep(RESTING)
        if processes.cpu_seconds(pids) - before <= RESTING * AT_REST:
            return
    raise RuntimeError("The product did not come to rest.")


def families(ancestors: Sequence[int]) -> list[int]:
    """Return these processes and all their living descendants."""
    return sorted({pid for ancestor in ancestors for pid in processes.family(ancestor)})


def get(
    client: http.client.HTTPConnection, path: str, headers: Mapping[str, str] | None = None
) -> bytes:
    """Read a page whole; RuntimeError unless it answers 200."""
    client.request("GET", path, headers=dict(headers or {}))
    answer = client.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return body


def web_processes(server: int, installation: product.Product) -> list[int]:
    """Return what answers requests: gunicorn's processes and the database's, not the worker."""
    pids = [pid for pid in processes.family(server) if "gunicorn" in processes.command(pid)]
    if installation.database_server is not None:
        pids.append(installation.database_server)
    return pids


def ask(port: int, visit: Visit) -> None:
    """Visit on a connection of its own."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
    try:
        visit(client)
    finally:
        client.close()


def ms(seconds: float) -> str:
    """A cell with thousandths of a second."""
    return f"{seconds * 1000:.2f} ms"
