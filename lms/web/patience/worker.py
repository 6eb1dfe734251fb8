"""A gunicorn worker whose threads meet only whole requests, and never wait for a client."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import resource
import selectors
import socket
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from typing import Any

from gunicorn.http.parser import RequestParser
from gunicorn.workers.gthread import ThreadWorker

from lms.web.patience.arriving import Arriving
from lms.web.patience.leaving import Leaving

PATIENCE = 20.0
"""Seconds a client may take whatever it sends or reads; beyond them it must keep SLOWEST."""
SLOWEST = 1024
"""Bytes a second, on average: slower than any line on which a page can be read."""
LINGER = 3.0
"""Seconds for a client to read the answer to a request that was not taken in, and close."""
PIECE = 64 * 1024
SWEEP_EVERY = 1.0
"""Seconds between two looks at who is too slow, at gunicorn's parent, and two signs of life to it:
the loop turns several times for each request."""

SLOW_ON_PURPOSE = frozenset({b"/sign-in"})
"""A POST here hashes a password. They have one thread to themselves, which gives way to pages:
a storm of sign-ins waits in its own line."""
LONGEST_LINE = 60
"""Requests that may wait there, about 15 s; more are told to come again."""
GIVES_WAY_BY = 5
"""Steps of niceness: a third of the share of a thread that answers pages."""

Step = Enum("Step", ["RECEIVING", "WORKING", "SENDING", "LINGERING"])


class Connection:
    """One client, and where its present request stands.

    `sock`, `client`, `server`, `parser`, `init`, `initialized`, `data_ready` and `is_http2` are
    what gunicorn's own code asks for.
    """

    initialized = data_ready = True
    is_http2 = False

    def __init__(self, plain: socket.socket, client: Any, server: Any, largest: int) -> None:
        self.plain = plain
        self.client = client
        self.server = server
        self.largest = largest
        self.parser: Any = None
        self.is_waited_for = False
        self.begin(b"")

    def begin(self, received: bytes) -> None:
        """Wait for the next request, whose first bytes may have come already."""
        self.arriving = Arriving(self.largest)
        self.sock = Leaving(self.plain)
        self.step = Step.RECEIVING
        self.since = time.monotonic()
        self.following = self.arriving.take(received)
        self.moved = len(received)

    def init(self) -> None:
        """gunicorn asks for this before a request: nothing of it is left to do."""

    def end_request(self) -> None:
        """Let go of the files of a request that was answered."""
        self.arriving.close()
        self.sock.close()

    def is_overdue(self, now: float) -> bool:
        """Whether the client has been too slow at what it is doing."""
        if self.step is Step.WORKING:
            return False
        if self.step is Step.LINGERING:
            return now > self.since + LINGER
        moved = self.moved if self.step is Step.RECEIVING else self.sock.sent
        return now > self.since + PATIENCE + moved / SLOWEST


class PatientWorker(ThreadWorker):
    """gunicorn's thread worker, with the loop doing all the waiting for clients."""

    poller: Any
    tpool: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections: set[Connection] = set()
        self.in_line = 0
        self.line = ThreadPoolExecutor(1, "sign-in", initializer=_give_way)
        self.swept_at = self.told_at = 0.0
        self.largest = 0

    def init_process(self) -> None:
        """Allow as many open files as the system lets us: each client is one."""
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.largest = self.wsgi.config["MAX_CONTENT_LENGTH"]

    # ---- the loop: everything here runs in one thread and waits for nobody

    def accept(self, listener: socket.socket) -> None:
        """Take a client in and wait for its request."""
        try:
            plain, client = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EMFILE, errno.ENFILE):
                raise
            return
        plain.setblocking(False)
        self.nr_conns += 1
        conn = Connection(plain, client, listener.getsockname(), self.largest)
        self.connections.add(conn)
        self._receive(conn)

    def _wait_for(self, conn: Connection, event: int, then: Any) -> None:
        if not conn.is_waited_for:
            conn.is_waited_for = True
            self.poller.register(conn.plain, event, functools.partial(then, conn))

    def _stop_waiting(self, conn: Connection) -> None:
        if conn.is_waited_for:
            conn.is_waited_for = False
            self.poller.unregister(conn.plain)

    def _receive(self, conn: Connection, _socket: object = None) -> None:
        """Take in what came; hand the request over when it is whole, or wait for more."""
        try:
            data = conn.plain.recv(PIECE)
            if not data:
                self._drop(conn)
                return
            if conn.moved == 0:
                conn.since = time.monotonic()
            conn.moved += len(data)
            conn.following = conn.arriving.take(data)
        except BlockingIOError:
            self._wait_for(conn, selectors.EVENT_READ, self._receive)
            return
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
                self._refuse(conn, _NO_ROOM)
            else:
                self._drop(conn)
            return
        self._look_at(conn)

    def _look_at(self, conn: Connection) -> None:
        arriving = conn.arriving
        if arriving.is_whole:
            self._stop_waiting(conn)
            self._hand_over(conn)
            return
        if arriving.expects_go_ahead:
            arriving.expects_go_ahead = False
            conn.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._wait_for(conn, selectors.EVENT_READ, self._receive)

    def _hand_over(self, conn: Connection) -> None:
        conn.step = Step.WORKING
        if conn.arriving.is_endless or not conn.arriving.has_length:
            status = _TOO_LONG if conn.arriving.is_endless else _NO_LENGTH
            self._refuse(conn, status)
            return
        conn.arriving.start_reading()
        pool = self.tpool
        if is_slow_on_purpose(conn.arriving.first_line):
            if self.in_line >= LONGEST_LINE:
                self._refuse(conn, _TOO_MANY)
                return
            pool = self.line
            self.in_line += 1
        done = functools.partial(self._come_back, conn, pool is self.line)
        pool.submit(self.handle, conn).add_done_callback(done)

    def _come_back(self, conn: Connection, stood_in_line: bool, future: Future[bool]) -> None:
        self.method_queue.defer(self._answered, conn, stood_in_line, future)

    def _answered(self, conn: Connection, stood_in_line: bool, future: Future[bool]) -> None:
        """A thread is done with it: send the rest, then the next request or the end."""
        self.in_line -= stood_in_line
        goes_on = not future.cancelled() and future.exception() is None and future.result()
        conn.arriving.is_last |= not goes_on
        conn.step, conn.since = Step.SENDING, time.monotonic()
        if conn.sock.is_empty:
            self._sent(conn)
        else:
            self._wait_for(conn, selectors.EVENT_WRITE, self._send)

    def _send(self, conn: Connection, _socket: object = None) -> None:
        try:
            conn.sock.send_on()
        except OSError:
            self._drop(conn)
            return
        if conn.sock.is_empty:
            self._stop_waiting(conn)
            self._sent(conn)

    def _sent(self, conn: Connection) -> None:
        conn.end_request()
        if conn.arriving.is_last or not self.alive:
            self._linger(conn)
            return
        conn.begin(conn.following)
        self._look_at(conn)

    def _linger(self, conn: Connection) -> None:
        """Say that no more comes, and let the client read it before the connection ends.

        A connection closed on bytes nobody took would be reset, and the answer lost with it.
        """
        conn.step, conn.since = Step.LINGERING, time.monotonic()
        try:
            conn.plain.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        self._wait_for(conn, selectors.EVENT_READ, self._discard)

    def _discard(self, conn: Connection, _socket: object = None) -> None:
        """Read on until the client has closed, or is gone."""
        try:
            is_there = bool(conn.plain.recv(PIECE))
        except BlockingIOError:
            return
        except OSError:
            is_there = False
        if not is_there:
            self._drop(conn)

    def _refuse(self, conn: Connection, status: str) -> None:
        """Answer in a sentence, without the application, and end the connection."""
        body = f"{_SENTENCES[status]}\n".encode()
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 20\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\nCache-Control: no-store\r\n\r\n"
        )
        self._stop_waiting(conn)
        with contextlib.suppress(OSError):  # gone, or reading nothing at all: nobody to tell
            conn.plain.send(head.encode() + body)
        conn.end_request()
        self._linger(conn)

    def _drop(self, conn: Connection) -> None:
        """End a connection for good."""
        self._stop_waiting(conn)
        conn.end_request()
        conn.plain.close()
        self.connections.discard(conn)
        self.nr_conns -= 1

    def notify(self) -> None:
        """Tell gunicorn that this process lives, or it would be killed and started anew."""
        now = time.monotonic()
        if now >= self.told_at + SWEEP_EVERY:
            self.told_at = now
            super().notify()

    def is_parent_alive(self) -> bool:
        """Whether gunicorn is there; a second may pass before its end is seen."""
        return self._swept_just_now() or bool(super().is_parent_alive())

    def _swept_just_now(self) -> bool:
        return time.monotonic() < self.swept_at + SWEEP_EVERY

    def murder_keepalived(self, force: bool = False) -> None:
        """End who is too slow, and who is silent while the process stops. Once a second."""
        if self._swept_just_now() and not force:
            return
        now = self.swept_at = time.monotonic()
        for conn in list(self.connections):
            is_idle = conn.step is Step.RECEIVING and conn.moved == 0
            if conn.is_overdue(now) or (is_idle and (force or self._may_end(conn, now))):
                self._drop(conn)

    def _may_end(self, conn: Connection, now: float) -> bool:
        """Whether a client that sends nothing has waited long enough for its next request."""
        return not self.alive or now > conn.since + max(self.cfg.keepalive, 1)

    def murder_pending(self) -> None:
        """There is no such thing here: silent clients wait in the loop like all others."""

    # ---- the threads

    def handle(self, conn: Connection) -> bool:
        """Answer one whole request; whether another may follow. Runs in a thread."""
        conn.parser = RequestParser(self.cfg, conn.arriving, conn.client)
        conn.sock.keep_back()
        goes_on = bool(super().handle(conn)) and not conn.arriving.is_last
        conn.sock.push()
        return goes_on

    def handle_request(self, req: Any, conn: Connection) -> bool:
        if conn.arriving.is_last:
            req.force_close()
        return bool(super().handle_request(req, conn))

    def run(self) -> None:
        super().run()
        self.line.shutdown(wait=False, cancel_futures=True)


def is_slow_on_purpose(first_line: bytes) -> bool:
    """Whether a request waits in the line of those that hash a password."""
    method, _, rest = first_line.partition(b" ")
    return method == b"POST" and rest.partition(b" ")[0].partition(b"?")[0] in SLOW_ON_PURPOSE


def _give_way() -> None:
    """Let this thread, and those it starts, stand behind the ones that answer pages."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), GIVES_WAY_BY)


_NO_LENGTH = "411 Length Required"
_TOO_LONG = "431 Request Header Fields Too Large"
_NO_ROOM = "507 Insufficient Storage"
_TOO_MANY = "503 Service Unavailable"
_SENTENCES = {
    _NO_LENGTH: (
        "Nothing was taken in: the length of what is sent must be told first (Content-Length)."
    ),
    _TOO_LONG: "Nothing was taken in: this address or its headers are too long.",
    _NO_ROOM: (
        "There is no room for this file on our disk at this moment. Nothing was changed. "
        "Go back and send it again in a while."
    ),
    _TOO_MANY: (
        "Very many people are signing in at this moment. Nothing is wrong with your account. "
        "Wait half a minute, then go back and sign in again."
    ),
}
