"""`lms serve`: web and worker as two processes; one that ends by itself is started anew."""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from config import Settings
from lms.core.errors import NotPossibleError
from lms.core.text import N_
from lms.web.signals import Told

WEB_WORKERS = 2
WEB_THREADS = 4
LOOK_EVERY = 0.2
PATIENCE = 40.0
"""Seconds both may take to end; a worker finishes the chunk in hand."""

PAUSES = (1.0, 3.0, 6.0, 12.0, 25.0, 25.0, 25.0)
"""Seconds before a process that ended by itself is started anew, for the first end and so on."""
FORGOTTEN_AFTER = 120.0
"""Seconds after which an end no longer counts. Only what ends as soon as it starts is given up:
jobs that kill their worker, once in a lease each, must not end what serves everybody else."""

_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Child:
    """One of the two processes, and when it ended by itself (seconds of the monotonic clock)."""

    name: str
    command: list[str]
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    ends: list[float] = field(default_factory=list)
    start_at: float | None = None

    def start(self) -> None:
        """Start it, for the first time or anew."""
        if self.process is not None:
            self.tell_the_rest(signal.SIGKILL)
        self.process, self.start_at = _start(self.command, self.environ), None

    @property
    def has_ended(self) -> bool:
        """Whether it ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def tell_the_rest(self, told: signal.Signals) -> None:
        """Signal what it left behind: gunicorn's own children hold the port."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, told)


def pause_before_restart(ends: Sequence[float], now: float) -> float | None:
    """Seconds to wait before the next start after these ends; None if it ends too often."""
    lately = sum(1 for end in ends if now - end < FORGOTTEN_AFTER)
    return PAUSES[lately - 1] if 0 < lately <= len(PAUSES) else None


def serve(settings: Settings, environ: Mapping[str, str], say: Say) -> int:
    """Serve until told to stop by INT or TERM, in the foreground; the exit code.

    Both processes get TERM and are waited for. One that ends by itself is started anew after
    a pause; one that keeps ending ends everything, with the code 1. Raises NotPossibleError
    if the port is taken.
    """
    _refuse_taken_port(settings)
    told = Told()
    children = (Child("web", _web(settings), environ), Child("worker", _worker(), environ))
    for child in children:
        child.start()
    try:
        ended = _watch(settings, children, told, say)
    finally:
        killed = _end([child.process for child in children if child.process is not None])
        told.forget()
    if ended is not None:
        say(f"The {ended} process keeps ending by itself; everything was stopped.")
        return 1
    return 1 if killed else 0


def address_of(settings: Settings) -> str:
    """Where the browser goes on this machine."""
    return f"http://{_bracketed(settings.host)}:{settings.port}"


def _watch(settings: Settings, children: Iterable[Child], told: Told, say: Say) -> str | None:
    """Wait for the stop, or for a child that keeps ending; its name. Says when web answers."""
    is_announced = False
    while not told.came:
        for child in children:
            if child.has_ended and not _bring_back(child, say):
                return child.name
        if not is_announced and _answers(settings):
            is_announced = True
            say(f"Bekal answers at {address_of(settings)} (Ctrl-C stops it).")
            if settings.is_demonstration_allowed:
                say("Accounts to try it with: lms demo accounts")
        time.sleep(LOOK_EVERY)
    return None


def _bring_back(child: Child, say: Say) -> bool:
    """Start a child that ended anew once its pause is over; False if it ended too often."""
    now = time.monotonic()
    if child.start_at is None:
        child.ends.append(now)
        pause = pause_before_restart(child.ends, now)
        if pause is None:
            return False
        code = child.process.returncode if child.process is not None else None
        say(f"The {child.name} process ended by itself (code {code}); it is started anew.")
        child.tell_the_rest(signal.SIGTERM)
        child.start_at = now + pause
    if now >= child.start_at:
        child.start()
    return True


def _web(settings: Settings) -> list[str]:
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "lms.web.wsgi:application()",
        f"--bind={_bracketed(settings.host)}:{settings.port}",
        "--worker-class=lms.web.patience.worker.PatientWorker",
        f"--workers={WEB_WORKERS}",
        f"--threads={WEB_THREADS}",
        "--keep-alive=5",
        "--timeout=60",
        "--graceful-timeout=20",
        "--log-level=warning",
        "--no-control-socket",
    ]


def _worker() -> list[str]:
    return [sys.executable, "-m", "lms.web.cli", "worker"]


def _start(command: list[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A process in a session of its own, so that Ctrl-C reaches it only through us."""
    return subprocess.Popen(  # noqa: S603 - our own programs
        command,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


def _die_with_parent() -> None:
    """Should `lms serve` itself be killed, the kernel tells its children to stop."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


def _end(children: Iterable[subprocess.Popen[bytes]]) -> bool:
    """Tell all to stop and wait; whether one had to be killed."""
    alive = [child for child in children if child.poll() is None]
    for child in alive:
        child.terminate()
    until = time.monotonic() + PATIENCE
    killed = False
    for child in alive:
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            killed = True
    return killed


def _refuse_taken_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise NotPossibleError(
                N_(
                    "Port %(port)s of %(host)s cannot be used. Stop what uses it, or choose "
                    "another with --port."
                ),
                port=settings.port,
                host=settings.host,
            ) from error


def _answers(settings: Settings) -> bool:
    """Whether a request is answered, by whatever: a port that listens may still be starting."""
    web = http.client.HTTPConnection(settings.host, settings.port, timeout=2)
    try:
        web.request("GET", "/healthz", headers={"Host": urlsplit(settings.public_address).netloc})
        web.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()
    return True


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
