"""The web server's patience: slow clients hold nobody up, and none is served by halves."""

from __future__ import annotations

import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from lms.web.patience.arriving import Arriving
from lms.web.patience.leaving import Leaving
from lms.web.patience.worker import Connection, Step, is_slow_on_purpose
from script.measures import processes
from tests.support import tiny_site

THREADS = 2
LONG = tiny_site.PIECE * tiny_site.LONG


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server with two threads, and all the patience in the world."""
    folder = tmp_path_factory.mktemp("site")
    file = folder / "long"
    file.write_bytes(LONG)
    port = processes.free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "tests.support.tiny_site:application()"),
        f"--bind=127.0.0.1:{port}",
        "--worker-class=lms.web.patience.worker.PatientWorker",
        f"--threads={THREADS}",
        "--no-control-socket",
    ]
    environment = {**os.environ, "TINY_SITE_FILE": str(file), "PYTHONPATH": str(Path.cwd())}
    with processes.running(command, port=port, environment=environment, log=folder / "log"):
        yield port


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Port and process of a server that kills a worker which shows no life for two seconds."""
    port = processes.free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "tests.support.tiny_site:application()"),
        f"--bind=127.0.0.1:{port}",
        "--worker-class=lms.web.patience.worker.PatientWorker",
        *("--threads=1", "--timeout=2", "--no-control-socket"),
    ]
    environment = {**os.environ, "TINY_SITE_FILE": os.devnull, "PYTHONPATH": str(Path.cwd())}
    log = tmp_path / "log"
    with processes.running(command, port=port, environment=environment, log=log) as server:
        yield port, server


def test_worker_that_nobody_asks_and_one_that_is_asked_are_not_taken_for_dead(
    impatient: tuple[int, int],
) -> None:
    port, server = impatient
    first = processes.family(server)
    time.sleep(5)
    assert processes.family(server) == first
    until = time.monotonic() + 4
    while time.monotonic() < until:
        assert ask(port, b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")[0] == 200
        time.sleep(0.3)
    assert processes.family(server) == first


def dial(port: int, *, window: int | None = None) -> socket.socket:
    client = socket.socket()
    if window is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    client.settimeout(10)
    client.connect(("127.0.0.1", port))
    return client


def ask(port: int, sent: bytes) -> tuple[int, bytes]:
    """Send these bytes on a connection of their own; status and body of the first answer."""
    with closing(dial(port)) as client:
        client.sendall(sent)
        answer = http.client.HTTPResponse(client)
        answer.begin()
        return answer.status, answer.read()


def head(path: str = "/", *lines: str, method: str = "GET") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: tests", *lines, "", "")).encode()


def test_clients_that_never_end_their_request_hold_nobody_up(port: int) -> None:
    with ExitStack() as stack:
        for _ in range(10 * THREADS):
            client = stack.enter_context(closing(dial(port)))
            client.sendall(head(method="POST")[:-2] + b"Content-Length: 9\r\n\r\nhalf")
        assert ask(port, head()) == (200, b"here")


@pytest.mark.parametrize("path", ["/long", "/file"])
def test_clients_that_do_not_read_hold_nobody_up_and_miss_no_byte(port: int, path: str) -> None:
    with ExitStack() as stack:
        readers = [
            stack.enter_context(closing(dial(port, window=4096))) for _ in range(3 * THREADS)
        ]
        for reader in readers:
            reader.sendall(head(path))
        assert ask(port, head()) == (200, b"here")
        answer = http.client.HTTPResponse(readers[-1])
        answer.begin()
        assert answer.read() == LONG


def test_body_in_small_pieces_arrives_whole_whatever_its_size(port: int) -> None:
    body = os.urandom(300_000)
    with closing(dial(port)) as client:
        client.sendall(head("/", f"Content-Length: {len(body)}", method="POST"))
        for begin in range(0, len(body), 7000):
            client.sendall(body[begin : begin + 7000])
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert answer.read() == body


def test_requests_sent_at_once_are_answered_in_their_order(port: int) -> None:
    first = head("/", "Content-Length: 5", method="POST") + b"first"
    last = head("/", "Content-Length: 4", "Connection: close", method="POST") + b"last"
    with closing(dial(port)) as client:
        client.sendall(first + head() + last)
        said = b"".join(iter(lambda: client.recv(65536), b""))
    assert [said.count(word) for word in (b"first", b"here", b"last")] == [1, 1, 1]
    assert said.index(b"first") < said.index(b"here") < said.index(b"last")


def test_client_that_asks_to_go_ahead_is_told_once(port: int) -> None:
    with closing(dial(port)) as client:
        client.sendall(head("/", "Expect: 100-continue", "Content-Length: 4", method="POST"))
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"body")
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert (answer.status, answer.read()) == (200, b"body")


def test_body_that_is_too_large_is_refused_before_it_is_sent(port: int) -> None:
    length = f"Content-Length: {tiny_site.LARGEST + 1}"
    status, _ = ask(port, head("/", length, method="POST"))
    assert status == 413
    status, _ = ask(port, head("/", length, "Expect: 100-continue", method="POST"))
    assert status == 413


def test_body_without_a_length_is_refused_in_a_sentence(port: int) -> None:
    status, body = ask(port, head("/", "Transfer-Encoding: chunked", method="POST") + b"0\r\n\r\n")
    assert status == 411
    assert b"Nothing was taken in" in body


@pytest.mark.parametrize(
    "lengths",
    [("Content-Length: 4", "Content-Length: 40"), ("Content-Length: +4",)],
)
def test_request_whose_end_is_in_doubt_hides_no_second_one(
    port: int, lengths: tuple[str, ...]
) -> None:
    hidden = head("/long", "Connection: close")
    with closing(dial(port)) as client:
        client.sendall(head("/", *lengths, method="POST") + b"body" + hidden)
        said = b"".join(iter(lambda: client.recv(65536), b""))
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1 ") == 1


def test_head_that_never_ends_is_refused(port: int) -> None:
    status, _ = ask(port, b"GET / HTTP/1.1\r\n" + b"X-Long: " + b"a" * 100_000)
    assert status == 431


def test_request_is_whole_with_its_last_byte_and_gives_back_what_follows() -> None:
    sent = head("/", "Content-Length: 3", method="POST") + b"abc" + head("/next")
    arriving = Arriving(1000)
    following = b""
    for byte in sent:
        if arriving.is_whole:
            following += bytes([byte])
        else:
            following += arriving.take(bytes([byte]))
    arriving.start_reading()
    assert arriving.recv(1000) == sent[: -len(following)]
    assert following == head("/next")
    assert arriving.first_line == b"POST / HTTP/1.1"
    arriving.close()


def test_client_may_be_slow_as_long_as_it_moves() -> None:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        conn = Connection(ours, "client", "server", 1000)
        assert not conn.is_overdue(conn.since + 19)
        assert conn.is_overdue(conn.since + 21)
        conn.moved = 10 * 1024
        assert not conn.is_overdue(conn.since + 29)
        assert conn.is_overdue(conn.since + 31)
        conn.step = Step.WORKING
        assert not conn.is_overdue(conn.since + 3600)
        conn.end_request()


def test_only_sign_ins_wait_in_the_line_of_their_own() -> None:
    assert is_slow_on_purpose(b"POST /sign-in HTTP/1.1")
    assert is_slow_on_purpose(b"POST /sign-in?next=/start HTTP/1.1")
    assert not is_slow_on_purpose(b"GET /sign-in HTTP/1.1")
    assert not is_slow_on_purpose(b"POST /sign-out HTTP/1.1")


def test_head_of_an_answer_leaves_in_one_piece_with_what_follows_it(tmp_path: Path) -> None:
    file = tmp_path / "page"
    file.write_bytes(b"from a file")
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs), file.open("rb") as opened:
        ours.setblocking(False)
        theirs.setblocking(False)
        for last, rest in (
            (lambda leaving: leaving.sendall(b"body"), b"body"),
            (lambda leaving: leaving.sendfile(opened, 0, 11), b"from a file"),
            (lambda leaving: leaving.push(), b""),
        ):
            leaving = Leaving(ours)
            leaving.keep_back()
            leaving.sendall(b"head ")
            with pytest.raises(BlockingIOError):
                theirs.recv(99)
            last(leaving)
            assert theirs.recv(99) == b"head " + rest
            assert leaving.is_empty
            leaving.close()
