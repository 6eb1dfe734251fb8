"""`lms serve`: web and worker as two processes that live and end together."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
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

_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux."""

Say = Callable[[str], None]


def serve(settings: Settings, environ: Mapping[str, str], say: Say) -> int:
    """Serve until told to stop by INT or TERM, in the foreground; the exit code.

    Both processes get TERM and are waited for. When one ends by itself the other is
    stopped too, and the code is 1. Raises NotPossibleError if the port is taken.
    """
    _refuse_taken_port(settings)
    told = Told()
    children = {"web": _start(_web(settings), environ), "worker": _start(_worker(), environ)}
    try:
        ended = _watch(settings, children, told, say)
    finally:
        killed = _end(children.values())
        told.forget()
    if ended is not None:
        code = children[ended].returncode
        say(f"The {ended} process ended by itself (code {code}); the other was stopped too.")
        return 1
    return 1 if killed else 0


def address_of(settings: Settings) -> str:
    """Where the browser goes on this machine."""
    return f"http://{_bracketed(settings.host)}:{settings.port}"


def _watch(
    settings: Settings,
    children: Mapping[str, subprocess.Popen[bytes]],
    told: Told,
    say: Say,
) -> str | None:
    """Wait for the stop, or for a child that ends; its name. Says when web answers."""
    is_announced = False
    while not told.came:
        for name, child in children.items():
            if child.poll() is not None:
                return name
        if not is_announced and _answers(settings):
            is_announced = True
            say(f"Bekal answers at {address_of(settings)} (Ctrl-C stops it).")
            if settings.is_demonstration_allowed:
                say("Accounts to try it with: lms demo accounts")
        time.sleep(LOOK_EVERY)
    return None


def _web(settings: Settings) -> list[str]:
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "lms.web.wsgi:application()",
        f"--bind={_bracketed(settings.host)}:{settings.port}",
        "--worker-class=gthread",
        f"--workers={WEB_WORKERS}",
        f"--threads={WEB_THREADS}",
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
