"""AAC sound in an MP4 file (ISO/IEC 14496-12 and -14): read, and written anew. Pure.

Of the file that came only the samples of its one sound, their lengths and the settings of the
decoder are taken over. Titles, places, pictures, dates and names of devices lie in other boxes
and are never read, so none of them can be written.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_MOST_SAMPLES = 500_000
"""Three hours at 44.1 kHz, which 10 MB cannot hold in any quality one would hear."""
_MOST_SETTINGS = 64
_TO_A_CHUNK = 50
_AAC = 0x40
_LARGEST_NUMBER = 2**32 - 1
_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


class NotPlainError(ValueError):
    """The file is whole, perhaps, but not one plain AAC sound; `has_video` says of what else."""

    def __init__(self, why: str, *, has_video: bool = False) -> None:
        super().__init__(why)
        self.has_video = has_video


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound: ticks a second, (count, ticks) of its samples, how it is decoded, its samples."""

    timescale: int
    times: tuple[tuple[int, int], ...]
    channels: int
    rate: int
    settings: bytes
    bits: tuple[int, int]
    sizes: tuple[int, ...]
    samples: bytes

    @property
    def ticks(self) -> int:
        """How long it lasts, in ticks of its timescale."""
        return sum(count * each for count, each in self.times)

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.ticks / self.timescale


def read_m4a(content: bytes) -> Sound:
    """The one AAC sound of a file. Raises NotPlainError for everything else."""
    try:
        return _read(content)
    except (struct.error, IndexError) as fault:
        raise NotPlainError("a box is shorter than it says") from fault


def _read(content: bytes) -> Sound:
    top = list(_boxes(content, 0, len(content)))
    if any(box.kind == b"moof" for box in top):
        raise NotPlainError("in fragments")
    tracks = [box for box in _inside(content, _only(top, b"moov")) if box.kind == b"trak"]
    by_kind: dict[bytes, list[list[_Box]]] = {}
    for track in tracks:
        media = _inside(content, _only(_inside(content, track), b"mdia"))
        handler = _only(media, b"hdlr")
        by_kind.setdefault(content[handler.start + 8 : handler.start + 12], []).append(media)
    if b"vide" in by_kind:
        raise NotPlainError("there is video", has_video=True)
    if len(by_kind.get(b"soun", [])) != 1:
        raise NotPlainError("not one sound")
    return _read_sound(content, by_kind[b"soun"][0])


def _read_sound(content: bytes, media: Sequence[_Box]) -> Sound:
    head = _only(media, b"mdhd").start
    (timescale,) = struct.unpack_from(">I", content, head + (20 if content[head] == 1 else 12))
    table = _inside(content, _only(_inside(content, _only(media, b"minf")), b"stbl"))
    channels, rate, settings, bits = _decoder(content, _only(table, b"stsd"))
    times = tuple(_rows(content, _only(table, b"stts"), ">2I"))
    sizes = _sizes(content, _only(table, b"stsz"))
    if not timescale or not sizes or sum(count for count, _ in times) != len(sizes):
        raise NotPlainError("samples and times differ")
    samples = _samples(content, table, sizes)
    sound = Sound(timescale, _merged(times), channels, rate, settings, bits, sizes, samples)
    if not 0 < sound.ticks <= _LARGEST_NUMBER:
        raise NotPlainError("no length")
    return sound


def _boxes(content: bytes, start: int, end: int) -> Iterator[_Box]:
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", content, start)
        body = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, body)
            body += 8
        beyond = end if size == 0 else start + size
        if not body <= beyond <= end:
            raise NotPlainError("a box is longer than what it lies in")
        yield _Box(kind, body, beyond)
        start = beyond


def _inside(content: bytes, box: _Box) -> list[_Box]:
    return list(_boxes(content, box.start, box.end))


def _only(boxes: Sequence[_Box], kind: bytes) -> _Box:
    found = [box for box in boxes if box.kind == kind]
    if len(found) != 1:
        raise NotPlainError(f"not one {kind.decode('ascii')}")
    return found[0]


def _rows(content: bytes, box: _Box, form: str, at: int = 4) -> list[tuple[int, ...]]:
    """The rows of a table that says at its beginning how many they are."""
    (count,) = struct.unpack_from(">I", content, box.start + at)
    first, each = box.start + at + 4, struct.calcsize(form)
    if count > _MOST_SAMPLES or first + count * each > box.end:
        raise NotPlainError("a table is longer than its box")
    return list(struct.iter_unpack(form, content[first : first + count * each]))


def _sizes(content: bytes, box: _Box) -> tuple[int, ...]:
    size: int
    count: int
    size, count = struct.unpack_from(">2I", content, box.start + 4)
    if not size:
        return tuple(row[0] for row in _rows(content, box, ">I", at=8))
    if count > _MOST_SAMPLES:
        raise NotPlainError("too many samples")
    return (size,) * count


def _samples(content: bytes, table: Sequence[_Box], sizes: Sequence[int]) -> bytes:
    """The samples in their order, gathered from the chunks they lie in."""
    wide = any(box.kind == b"co64" for box in table)
    kind, form = (b"co64", ">Q") if wide else (b"stco", ">I")
    offsets = [row[0] for row in _rows(content, _only(table, kind), form)]
    runs = _rows(content, _only(table, b"stsc"), ">3I")
    if not runs or runs[0][0] != 1 or sum(sizes) > len(content):
        raise NotPlainError("samples lie nowhere")
    found, at, run = [], 0, 0
    for number, offset in enumerate(offsets, 1):
        while run + 1 < len(runs) and runs[run + 1][0] <= number:
            run += 1
        count = runs[run][1]
        length = sum(sizes[at : at + count])
        if offset + length > len(content):
            raise NotPlainError("a chunk lies outside the file")
        found.append(content[offset : offset + length])
        at += count
        if at >= len(sizes):
            break
    if at < len(sizes):
        raise NotPlainError("samples are missing")
    return b"".join(found)


def _decoder(content: bytes, box: _Box) -> tuple[int, int, bytes, tuple[int, int]]:
    """Channels, rate, settings and bit rates of the one way the samples are decoded."""
    entry = _only(list(_boxes(content, box.start + 8, box.end)), b"mp4a")
    version, channels = struct.unpack_from(">8xH6xH", content, entry.start)
    (rate,) = struct.unpack_from(">I", content, entry.start + 24)
    if version > 1:
        raise NotPlainError("a description of QuickTime")
    # QuickTime says four more numbers first, and may wrap what decodes the samples once more.
    inside = list(_boxes(content, entry.start + (44 if version else 28), entry.end))
    wrapped = [box for box in inside if box.kind == b"wave"]
    told = _only(_inside(content, wrapped[0]) if wrapped else inside, b"esds")
    stream = _described(content, told.start + 4, told.end, 3)
    flags = content[stream.start + 2]
    skipped = 3 + (2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0)
    if flags & 0x40:
        raise NotPlainError("an address")
    config = _described(content, stream.start + skipped, stream.end, 4)
    if content[config.start] != _AAC:
        raise NotPlainError("not AAC")
    bits = struct.unpack_from(">2I", content, config.start + 5)
    own = _described(content, config.start + 13, config.end, 5)
    settings = content[own.start : own.end]
    if not 2 <= len(settings) <= _MOST_SETTINGS:
        raise NotPlainError("strange settings")
    return channels, rate, settings, (bits[0], bits[1])


def _described(content: bytes, at: int, end: int, tag: int) -> _Box:
    """A descriptor: one byte of tag, up to four of length, the body."""
    if at >= end or content[at] != tag:
        raise NotPlainError("another descriptor")
    size, place = 0, at + 1
    for _ in range(4):
        byte = content[place]
        size, place = size << 7 | byte & 0x7F, place + 1
        if not byte & 0x80:
            break
    if place + size > end:
        raise NotPlainError("a descriptor is longer than its box")
    return _Box(bytes([tag]), place, place + size)


def _merged(times: Sequence[tuple[int, ...]]) -> tuple[tuple[int, int], ...]:
    """Neighbours of one length as one row."""
    done: list[tuple[int, int]] = []
    for count, each in times:
        if done and done[-1][1] == each:
            done[-1] = (done[-1][0] + count, each)
        elif count:
            done.append((count, each))
    return tuple(done)


def write_m4a(sound: Sound) -> bytes:
    """A plain file of the sound, its tables first; the same sound gives the same bytes."""
    kind = _box(b"ftyp", b"M4A \0\0\0\0M4A mp42isom")
    # The tables are as long whatever numbers stand in them, so they are made twice.
    before = len(kind) + len(_movie(sound, 0)) + 8
    return kind + _movie(sound, before) + _box(b"mdat", sound.samples)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _movie(sound: Sound, first: int) -> bytes:
    ticks, scale = sound.ticks, sound.timescale
    head = struct.pack(">5IIH10x", 0, 0, 0, scale, ticks, 0x10000, 0x100)
    track = struct.pack(">6I8x2hH2x", 7, 0, 0, 1, 0, ticks, 0, 0, 0x100)
    here = _box(b"url ", b"\0\0\0\1")
    return _box(
        b"moov",
        _box(b"mvhd", head, _UNITY, bytes(24), struct.pack(">I", 2)),
        _box(
            b"trak",
            _box(b"tkhd", track, _UNITY, bytes(8)),
            _box(
                b"mdia",
                _box(b"mdhd", struct.pack(">5I2H", 0, 0, 0, scale, ticks, 0x55C4, 0)),
                _box(b"hdlr", bytes(8), b"soun", bytes(12), b"\0"),
                _box(
                    b"minf",
                    _box(b"smhd", bytes(8)),
                    _box(b"dinf", _box(b"dref", struct.pack(">2I", 0, 1), here)),
                    _table(sound, first),
                ),
            ),
        ),
    )


def _table(sound: Sound, first: int) -> bytes:
    sizes = sound.sizes
    whole, rest = divmod(len(sizes), _TO_A_CHUNK)
    runs = [(1, _TO_A_CHUNK, 1)] if whole else []
    runs += [(whole + 1, rest, 1)] if rest else []
    offsets = []
    for at in range(0, len(sizes), _TO_A_CHUNK):
        offsets.append(first)
        first += sum(sizes[at : at + _TO_A_CHUNK])
    return _box(
        b"stbl",
        _box(b"stsd", struct.pack(">2I", 0, 1), _entry(sound)),
        _box(b"stts", _listed(sound.times)),
        _box(b"stsc", _listed(runs)),
        _box(b"stsz", struct.pack(">2I", 0, 0), _listed([(size,) for size in sizes])[4:]),
        _box(b"stco", _listed([(offset,) for offset in offsets])),
    )


def _listed(rows: Sequence[tuple[int, ...]]) -> bytes:
    numbers = list(itertools.chain.from_iterable(rows))
    return struct.pack(f">2I{len(numbers)}I", 0, len(rows), *numbers)


def _entry(sound: Sound) -> bytes:
    own = b"\x05" + bytes([len(sound.settings)]) + sound.settings
    config = bytes([_AAC, 0x15, 0, 0, 0]) + struct.pack(">2I", *sound.bits) + own
    stream = bytes(3) + b"\x04" + bytes([len(config)]) + config + b"\x06\x01\x02"
    told = bytes(4) + b"\x03" + bytes([len(stream)]) + stream
    return _box(
        b"mp4a",
        struct.pack(">6xH8x2H4xI", 1, sound.channels, 16, sound.rate),
        _box(b"esds", told),
    )
