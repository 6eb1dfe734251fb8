"""An answer as it leaves: what the client takes at once, and the rest kept for later."""

from __future__ import annotations

import os
import socket
import tempfile
from collections import deque
from dataclasses import dataclass
from typing import IO, BinaryIO

IN_MEMORY = 256 * 1024
PIECE = 256 * 1024


@dataclass(slots=True)
class _Part:
    """A stretch of an open file that is still to be sent."""

    file: IO[bytes]
    offset: int
    left: int


class Leaving:
    """The one side of a connection that an answer is written to; never waits for the client.

    Threads write with `sendall` and `sendfile` as to a socket; afterwards the loop calls
    `send_on` whenever the client has room. A file is kept open and not copied.
    """

    def __init__(self, client: socket.socket) -> None:
        self._client = client
        self._parts: deque[_Part] = deque()
        self._kept: IO[bytes] | None = None
        self._keeps_back = False
        self._kept_back = b""
        self.sent = 0

    @property
    def is_empty(self) -> bool:
        """Whether all of it has been sent."""
        return not self._parts

    def keep_back(self) -> None:
        """Keep the next piece, the head of an answer, until more of it comes or `push`.

        Most answers leave in one piece then, for one call of the system and one packet.
        """
        self._keeps_back = True

    def push(self) -> None:
        """Send what was kept back. Raises OSError if the client has gone."""
        self._keeps_back = False
        if self._kept_back:
            self.sendall(b"")

    def sendall(self, data: bytes) -> None:
        """Send what the client takes now and keep the rest. Raises OSError if it has gone."""
        if self._keeps_back:
            self._keeps_back, self._kept_back = False, bytes(data)
            return
        if self._kept_back:
            data, self._kept_back = self._kept_back + data, b""
        view = memoryview(data)
        if not self._parts:
            view = view[self._send(view) :]
        if not view:
            return
        if self._kept is None:
            self._kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - `close`
        self._kept.seek(0, os.SEEK_END)
        begin = self._kept.tell()
        self._kept.write(view)
        last = self._parts[-1] if self._parts else None
        if last is not None and last.file is self._kept:
            last.left += len(view)
        else:
            self._parts.append(_Part(self._kept, begin, len(view)))

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int = 0) -> int:
        """Send so many bytes of an open file, from there on; it stays open until they left."""
        self.push()
        # The caller closes its handle now; this one is placed anew before each piece.
        own = os.fdopen(os.dup(file.fileno()), "rb")
        self._parts.append(_Part(own, offset, count))
        self.send_on()
        return count

    def send_on(self) -> None:
        """Send what the client takes now. Raises OSError if the client has gone."""
        while self._parts:
            part = self._parts[0]
            part.file.seek(part.offset)
            piece = part.file.read(min(PIECE, part.left))
            if not piece:
                raise OSError("The file became shorter while it was sent.")
            sent = self._send(memoryview(piece))
            part.offset += sent
            part.left -= sent
            if part.left == 0:
                self._parts.popleft()
                if part.file is not self._kept:
                    part.file.close()
            if sent < len(piece):
                return

    def close(self) -> None:
        """Let go of files and memory."""
        for part in self._parts:
            part.file.close()
        if self._kept is not None:
            self._kept.close()
        self._parts.clear()

    def _send(self, view: memoryview) -> int:
        done = 0
        while done < len(view):
            try:
                done += self._client.send(view[done:])
            except BlockingIOError:
                break
        self.sent += done
        return done

    # What gunicorn asks of a socket besides. Waiting and closing are the loop's.

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

    def recv(self, _most: int) -> bytes:
        return b""

    def gettimeout(self) -> float:
        return 0.0

    def settimeout(self, _seconds: float | None) -> None:
        return

    def setblocking(self, _wish: bool) -> None:
        return

    def shutdown(self, _how: int) -> None:
        return
