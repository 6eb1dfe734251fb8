"""Recordings made by code: silence that every player plays, with whatever words beside it."""

from __future__ import annotations

import struct

# MPEG-2, Layer III, 8 kbit/s, 24 kHz, one channel: 24 bytes of header and silence, 24 ms.
_FRAME = b"\xff\xf3\x14\xc4" + bytes(20)
_SILENT_AAC = b"\x00\xc8\x00\x80\x23\x80"
"""One frame of AAC-LC without a sound, one channel, 1024 samples."""


def mp3(seconds: float = 1.2) -> bytes:
    """Silence as bare MP3 frames."""
    return _FRAME * round(seconds / 0.024)


def loud_mp3(size: int) -> bytes:
    """Silence at the highest bit rate there is: about so many bytes in few frames."""
    # MPEG-1, Layer III, 320 kbit/s, 32 kHz: 1440 bytes a frame.
    return (b"\xff\xfb\xe8\xc4" + bytes(1436)) * (size // 1440)


def id3(words: str) -> bytes:
    """A note of ID3v2.4 such as a telephone writes before the sound."""
    text = b"\x03" + words.encode()
    frame = b"TIT2" + _seven_bits(len(text)) + b"\0\0" + text
    return b"ID3\x04\0\0" + _seven_bits(len(frame)) + frame


def _seven_bits(number: int) -> bytes:
    return bytes(number >> 7 * place & 0x7F for place in (3, 2, 1, 0))


def box(kind: bytes, *parts: bytes) -> bytes:
    """One box of an MP4 file."""
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def m4a(
    frames: int = 43,
    *,
    handler: bytes = b"soun",
    words: bytes = b"",
    place: int = 0,
    quicktime: bool = False,
) -> bytes:
    """Silence as AAC in a file whose tables stand last, with words and dates where phones put them.

    `place` is put where the first chunk is said to lie, to break it. `quicktime` describes the
    sound as that program does.
    """
    samples = _SILENT_AAC * frames
    kind = box(b"ftyp", b"qt  \0\0\0\0qt  ")
    stray = b"stray " + words
    first = len(kind) + 8 + len(stray)
    settings = b"\x05\x80\x80\x80\x02\x12\x08"
    config = b"\x04\x80\x80\x80" + bytes([13 + len(settings)]) + b"\x40\x15" + bytes(11) + settings
    stream = b"\0\0\0" + config + b"\x06\x80\x80\x80\x01\x02"
    told = box(b"esds", bytes(4), b"\x03\x80\x80\x80", bytes([len(stream)]), stream)
    entry = box(b"mp4a", struct.pack(">6xH8x2H4xI", 1, 1, 16, 44100 << 16), told)
    if quicktime:
        numbers = struct.pack(">6x2H6x2H4xI16x", 1, 1, 1, 16, 44100 << 16)
        entry = box(b"mp4a", numbers, box(b"wave", box(b"frma", b"mp4a"), told))
    table = box(
        b"stbl",
        box(b"stsd", struct.pack(">2I", 0, 1), entry),
        box(b"stts", struct.pack(">6I", 0, 2, 1, 1024, frames - 1, 1024)),
        box(b"stsc", struct.pack(">5I", 0, 1, 1, frames, 1)),
        box(b"stsz", struct.pack(">3I", 0, len(_SILENT_AAC), frames)),
        box(b"stco", struct.pack(">3I", 0, 1, place or first)),
    )
    media = box(
        b"mdia",
        box(b"mdhd", struct.pack(">5I4x", 0, 3_900_000_000, 3_900_000_000, 44100, 1024 * frames)),
        box(b"hdlr", bytes(8), handler, bytes(12), b"Core Media Audio " + words + b"\0"),
        box(b"minf", box(b"smhd", bytes(8)), table),
    )
    note = box(b"udta", box(b"\xa9xyz", words))
    movie = box(b"moov", box(b"trak", media, note), note)
    return kind + box(b"mdat", stray, samples) + movie
