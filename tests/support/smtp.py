"""A mail server for tests and measures: takes mail on a port of this machine, or fails as told."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from config import Mail


@dataclass
class MailServer:
    """What the server took, and what it answers.

    `greets` is asked once a connection whether it is greeted or closed at once, and may take
    its time; `answer` is asked for the reply to each recipient; `drop_after` closes the
    connection in the middle of the mail that comes after that many.
    """

    port: int = 0
    connections: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    greets: Callable[[], bool] = lambda: True
    answer: Callable[[str], str] = lambda _recipient: "250 OK"
    drop_after: int | None = None

    @property
    def settings(self) -> Mail:
        """The settings that lead here."""
        return Mail(
            sender="Bekal <no-reply@bekal.example>",
            host="127.0.0.1",
            port=self.port,
            user=None,
            password=None,
            starttls=False,
        )


@contextmanager
def running() -> Iterator[MailServer]:
    """A mail server on a free port, stopped at the end."""
    state = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            state.connections += 1
            _serve(self, state)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def _serve(handler: socketserver.StreamRequestHandler, state: MailServer) -> None:
    def say(line: str) -> None:
        handler.wfile.write(f"{line}\r\n".encode())

    if not state.greets():
        return
    mails = 0
    say("220 tests ready")
    while line := handler.rfile.readline().decode().strip():
        verb = line.split(":")[0].split()[0].upper()
        if verb == "EHLO":
            say("250-tests\r\n250 8BITMIME")
        elif verb == "RCPT":
            say(state.answer(line))
        elif verb == "DATA":
            say("354 go on")
            content = _content(handler)
            if state.drop_after is not None and mails >= state.drop_after:
                return
            mails += 1
            state.taken.append(email.message_from_bytes(content, policy=email.policy.default))
            say("250 taken")
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250 OK")


def _content(handler: socketserver.StreamRequestHandler) -> bytes:
    lines: list[bytes] = []
    while (line := handler.rfile.readline()) not in (b".\r\n", b""):
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)
