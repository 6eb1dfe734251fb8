"""A request as it arrives, until it is whole."""

from __future__ import annotations

import re
import tempfile

IN_MEMORY = 64 * 1024
"""Bytes of a request kept in memory; what is larger lies in a temporary file."""
LONGEST_HEAD = 64 * 1024
"""Bytes of method, path and headers; gunicorn takes no more than a fraction of that."""
HEAD_END = b"\r\n\r\n"

_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_CODING = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect[ \t]*:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)


class Arriving:
    """One request, byte by byte. It is whole with the last byte of the body it declares.

    `largest` is the most bytes a body may have: of a larger one only the head is taken, and the
    application refuses it by that. `is_last`: nothing may follow on this connection, because the
    body was not taken in or its end is not beyond doubt (two lengths, say). `is_endless`: the
    head is longer than any head.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - `close`
        self._head = bytearray()
        self._missing: int | None = None
        self.size = 0
        self.is_last = False
        self.is_endless = False
        self.has_length = True
        self.expects_go_ahead = False

    @property
    def is_whole(self) -> bool:
        """Whether a thread may have it."""
        return self._missing == 0

    @property
    def first_line(self) -> bytes:
        """Method, path and version; what has come of them so far."""
        return bytes(self._head[: self._head.find(b"\r\n")])

    def take(self, data: bytes) -> bytes:
        """Take in what came; what lies behind the end of this request is given back.

        Raises OSError when there is no room for it on the disk.
        """
        self.size += len(data)
        if self._missing is None:
            data = self._take_head(data)
        missing = self._missing or 0
        self._file.write(data[:missing])
        if self._missing is not None:
            self._missing = max(0, missing - len(data))
        return data[missing:]

    def start_reading(self) -> None:
        """From here on `recv` gives the bytes from the first one."""
        self._file.seek(0)

    def recv(self, most: int) -> bytes:
        """Up to so many bytes, as a socket gives them; none at the end."""
        return self._file.read(most)

    def close(self) -> None:
        """Let go of memory and temporary file."""
        self._file.close()

    def _take_head(self, data: bytes) -> bytes:
        """Gather the head; what lies behind its end is given back once it is there."""
        searched = max(0, len(self._head) - len(HEAD_END))
        self._head += data
        found = self._head.find(HEAD_END, searched)
        if found < 0:
            if len(self._head) > LONGEST_HEAD:
                self._missing, self.is_last, self.is_endless = 0, True, True
            return b""
        rest = bytes(self._head[found + len(HEAD_END) :])
        del self._head[found + len(HEAD_END) :]
        self._missing = self._length_of_body()
        # The go-ahead is given here or never: gunicorn must not give it a second time.
        self._file.write(_EXPECTS.sub(b"", bytes(self._head)))
        return rest

    def _length_of_body(self) -> int:
        lengths = _LENGTH.findall(self._head)
        self.has_length = _CODING.search(self._head) is None
        if not self.has_length or len(lengths) > 1:
            self.is_last = True
            return 0
        declared = lengths[0].strip() if lengths else b"0"
        if not declared.isdigit() or len(declared) > 18 or int(declared) > self._largest:
            self.is_last = True
            return 0
        self.expects_go_ahead = _EXPECTS.search(self._head) is not None
        return int(declared)
