"""Reads a QR code out of a picture, as a camera would, by ISO/IEC 18004 and nothing of ours.

For codes of versions 2 to 6 and error level M that stand upright in a clean picture, which
is what our documents carry; there is nothing to correct, so errors are not corrected.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import cast

from PIL import Image

DATA_BYTES = {2: (28,), 3: (44,), 4: (32, 32), 5: (43, 43), 6: (27, 27, 27, 27)}
"""Data codewords of each block at error level M, by version (table 9 of the standard)."""
FINDER = (1, 1, 3, 1, 1)
FORMAT_MASK = 0b101010000010010
LEVEL_M = 0b00
BYTES = 0b0100

_MASKS = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, column: row % 2 == 0,
    lambda row, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)

Squares = list[list[bool]]


def read_square_code(picture: bytes) -> str:
    """The text of the one QR code in a PNG. Raises ValueError if there is none to be read."""
    squares = _squares(Image.open(io.BytesIO(picture)).convert("L"))
    size = len(squares)
    version = (size - 17) // 4
    if size != 17 + 4 * version or version not in DATA_BYTES:
        raise ValueError(f"A code of {size} squares is not read here.")
    level, mask = _format(squares)
    if level != LEVEL_M:
        raise ValueError("The code is not of error level M.")
    blocks = DATA_BYTES[version]
    bits = _bits(squares, mask)
    words = [int("".join(bits[at : at + 8]), 2) for at in range(0, sum(blocks) * 8, 8)]
    # All blocks are of one length here, so the words of each stand so many apart.
    data = "".join(f"{word:08b}" for at in range(len(blocks)) for word in words[at :: len(blocks)])
    if int(data[:4], 2) != BYTES:
        raise ValueError("The text of the code is not kept as bytes.")
    length = int(data[4:12], 2)
    found = [int(data[at : at + 8], 2) for at in range(12, 12 + length * 8, 8)]
    return bytes(found).decode()


def _squares(picture: Image.Image) -> Squares:
    """The code as dark and light squares, found by its three corners."""
    corners = sorted(set(_corners(picture)), key=lambda corner: (corner[1], corner[0]))
    if len(corners) != 3:
        raise ValueError(f"The picture has {len(corners)} corners of a code, not three.")
    (left, top, side), (right, _, _), (_, bottom, _) = corners
    count = round((right - left) / side) + 7
    across, down = (right - left) / (count - 7), (bottom - top) / (count - 7)
    return [
        [
            _is_dark(picture, left + (column - 3) * across, top + (row - 3) * down)
            for column in range(count)
        ]
        for row in range(count)
    ]


def _corners(picture: Image.Image) -> Iterator[tuple[int, int, float]]:
    """Middle and side of a square of each corner: dark and light as 1:1:3:1:1 both ways."""
    met: list[tuple[int, int]] = []
    dark = [value < 128 for value in picture.tobytes()]
    for y in range(picture.height):
        row = dark[y * picture.width : (y + 1) * picture.width]
        for x, side in _patterns(row):
            if any(abs(x - a) < 2 * side and abs(y - b) < 4 * side for a, b in met):
                continue
            column = dark[x :: picture.width]
            for middle, other in _patterns(column):
                is_near = abs(middle - y) <= 2 * side and abs(side - other) <= max(1.0, side / 3)
                if is_near and _is_corner(picture, x, middle, side):
                    met.append((x, middle))
                    yield x, middle, side


def _is_corner(picture: Image.Image, x: int, y: int, side: float) -> bool:
    """Whether a dark square in a light ring in a dark ring stands around this point."""
    return all(
        _is_dark(picture, x + column * side, y + row * side)
        is (max(abs(row), abs(column)) in {0, 1, 3})
        for row in range(-3, 4)
        for column in range(-3, 4)
        if 0 <= x + column * side < picture.width and 0 <= y + row * side < picture.height
    )


def _patterns(line: list[bool]) -> Iterator[tuple[int, float]]:
    """Where a line crosses the middle of a corner, and the side of a square there."""
    runs: list[tuple[bool, int, int]] = []
    start = 0
    for at in range(1, len(line) + 1):
        if at == len(line) or line[at] != line[start]:
            runs.append((line[start], start, at - start))
            start = at
    for five in zip(*(runs[n:] for n in range(5)), strict=False):
        side = sum(length for _, _, length in five) / 7
        fits = all(
            abs(length - parts * side) <= max(1.0, side / 2)
            for (_, _, length), parts in zip(five, FINDER, strict=True)
        )
        if five[0][0] and side >= 2 and fits:
            yield five[2][1] + five[2][2] // 2, side


def _is_dark(picture: Image.Image, x: float, y: float) -> bool:
    # A picture in greys has one number a point, which Pillow's types do not say.
    return cast(float, picture.getpixel((round(x), round(y)))) < 128


def _format(squares: Squares) -> tuple[int, int]:
    """The error level and the number of the mask, from beside the first corner."""
    places = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)]
    places += [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    said = int("".join("1" if squares[row][column] else "0" for row, column in places), 2)
    said ^= FORMAT_MASK
    return said >> 13, said >> 10 & 0b111


def _bits(squares: Squares, mask: int) -> list[str]:
    """The bits in the order in which they were laid: up and down in pairs of columns."""
    size = len(squares)
    rows = list(range(size - 1, -1, -1))
    bits: list[str] = []
    for right in (*range(size - 1, 6, -2), *range(5, 0, -2)):
        places = [(row, column) for row in rows for column in (right, right - 1)]
        bits.extend(
            "1" if squares[row][column] != _MASKS[mask](row, column) else "0"
            for row, column in places
            if not _is_fixed(row, column, size)
        )
        rows.reverse()
    return bits


def _is_fixed(row: int, column: int, size: int) -> bool:
    """Whether a square belongs to the corners, the lines between them or the small corner."""
    is_corner = (
        (row < 9 and column < 9)
        or (row < 9 and column >= size - 8)
        or (row >= size - 8 and column < 9)
    )
    is_small = abs(row - (size - 7)) <= 2 and abs(column - (size - 7)) <= 2
    return is_corner or is_small or row == 6 or column == 6
