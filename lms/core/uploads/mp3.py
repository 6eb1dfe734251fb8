"""MP3 as a row of frames (ISO/IEC 11172-3 and 13818-3, Layer III), and nothing between. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# By the two bits of the version: 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5.
_RATES = {
    3: (44_100, 48_000, 32_000),
    2: (22_050, 24_000, 16_000),
    0: (11_025, 12_000, 8_000),
}
_BITS_OF_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BITS_OF_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HEADER = 4
_MOST_LOST = 64 * 1024
"""Bytes that are neither a frame nor a note we know: more of them, and the file is damaged."""
_NOTE_HEAD = 10
_APE_HEAD = 32


class NoFramesError(ValueError):
    """The bytes are no row of MP3 frames."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What the first four bytes of a frame say; `kind` is alike in all frames of a file."""

    length: int
    samples: int
    rate: int
    kind: tuple[int, int, bool]


@dataclass(frozen=True, slots=True)
class Frames:
    """Where the sound lies, as ranges of bytes, and how long it lasts."""

    ranges: tuple[tuple[int, int], ...]
    seconds: float


def frames_of(content: bytes) -> Frames:
    """The frames of a file, whatever notes stand before, between and behind them.

    Left out are ID3 of both versions, APE, Lyrics3, and what no player plays. Raises
    NoFramesError where hardly anything is a frame, or too much is not.
    """
    ranges: list[tuple[int, int]] = []
    samples, rate, count = 0, 1, 0
    for start, head in _frames(content):
        if ranges and ranges[-1][1] == start:
            ranges[-1] = (ranges[-1][0], start + head.length)
        else:
            ranges.append((start, start + head.length))
        # The first frame may be a table of places to seek to; it is silent and not counted.
        if count or not _is_table(content, start, head):
            samples += head.samples
        rate, count = head.rate, count + 1
    if count < 2:
        raise NoFramesError("no two frames")
    return Frames(tuple(ranges), samples / rate)


def is_mp3(content: bytes) -> bool:
    """Whether two frames follow one another at the beginning, behind notes if there are any."""
    try:
        return len(list(itertools.islice(_frames(content), 2))) == 2
    except NoFramesError:
        return False


def _frames(content: bytes) -> Iterator[tuple[int, _Head]]:
    """Where each frame begins, and what it says of itself."""
    at, lost, is_sure, whole = 0, 0, False, len(content)
    kind: tuple[int, int, bool] | None = None
    while at < whole:
        head = _head_of(content[at : at + _HEADER])
        # The first of a row must be followed by another: two bytes alike are soon found.
        if (
            head is not None
            and at + head.length <= whole
            and (kind is None or head.kind == kind)
            and (is_sure or _goes_on(content, at + head.length, head))
        ):
            kind, is_sure = head.kind, True
            yield at, head
            at += head.length
            continue
        behind = _behind_note(content, at)
        if behind is not None:
            at = behind
            continue
        following = _next_chance(content, at + 1)
        lost, is_sure = lost + following - at, False
        if lost > _MOST_LOST:
            raise NoFramesError("too much that is no frame")
        at = following


def _next_chance(content: bytes, at: int) -> int:
    """Where a frame or a long note could begin next; the end if nowhere."""
    frame = content.find(b"\xff", at)
    end = frame if frame >= 0 else len(content)
    note = content.find(b"APETAGEX", at, end)
    return note if note >= 0 else end


def _goes_on(content: bytes, at: int, head: _Head) -> bool:
    following = _head_of(content[at : at + _HEADER])
    return at >= len(content) or (following is not None and following.kind == head.kind)


@lru_cache(maxsize=1024)
def _head_of(head: bytes) -> _Head | None:
    if len(head) < _HEADER or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, bits, rate = (head[1] >> 3) & 3, head[2] >> 4, (head[2] >> 2) & 3
    if version == 1 or bits in {0, 15} or rate == 3:
        return None
    is_first = version == 3
    thousands = (_BITS_OF_1 if is_first else _BITS_OF_2)[bits]
    hertz = _RATES[version][rate]
    length = (144 if is_first else 72) * thousands * 1000 // hertz + ((head[2] >> 1) & 1)
    kind = (version, rate, head[3] >> 6 == 3)
    return _Head(length, 1152 if is_first else 576, hertz, kind)


def _is_table(content: bytes, start: int, head: _Head) -> bool:
    version, _, is_mono = head.kind
    side = (17 if is_mono else 32) if version == 3 else (9 if is_mono else 17)
    at = start + _HEADER + side
    return content[at : at + 4] in {b"Xing", b"Info"} or (
        content[start + 36 : start + 40] == b"VBRI"
    )


def _behind_note(content: bytes, at: int) -> int | None:
    """Where it goes on behind a note of words that begins here; None where none does."""
    if content.startswith(b"ID3", at):
        size = 0
        for byte in content[at + 6 : at + _NOTE_HEAD]:
            size = size << 7 | byte & 0x7F
        has_foot = len(content) > at + 5 and bool(content[at + 5] & 0x10)
        return at + _NOTE_HEAD + size + (_NOTE_HEAD if has_foot else 0)
    if content.startswith(b"APETAGEX", at):
        is_head = len(content) >= at + 24 and bool(content[at + 23] & 0x20)
        size = int.from_bytes(content[at + 12 : at + 16], "little") if is_head else 0
        return at + _APE_HEAD + size
    if content.startswith(b"TAG", at) and len(content) - at == 128:
        return len(content)
    return None
