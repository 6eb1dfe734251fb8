"""Photographs and scans: what they are and how large, told from their first bytes. Pure."""

from __future__ import annotations

from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# Start-of-frame marks of JPEG hold the size; C4, C8 and CC are something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LONE = frozenset({0x01, *range(0xD0, 0xD9)})

CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg"}
"""What is served besides drawings, which stand inside the page; by the ending of the name."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int


def is_picture(content: bytes, ending: str) -> bool:
    """Whether the bytes are what the ending of the name says."""
    return content.startswith(_PNG if ending == "png" else _JPEG)


def size_of(content: bytes) -> Size | None:
    """The size of a PNG or JPEG, so that a page keeps its place; None if it cannot be told."""
    if content.startswith(_PNG):
        if len(content) < 24 or content[12:16] != b"IHDR":
            return None
        found = Size(int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))
        return found if found.width and found.height else None
    return _size_of_jpeg(content) if content.startswith(_JPEG) else None


def _size_of_jpeg(content: bytes) -> Size | None:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        mark = content[at + 1]
        if mark in _LONE:
            at += 2
            continue
        if mark in _FRAMES:
            height = int.from_bytes(content[at + 5 : at + 7])
            width = int.from_bytes(content[at + 7 : at + 9])
            return Size(width, height) if width and height else None
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return None
