"""Pictures that people send, written anew: only the pixels stay.

Where a photograph was taken, with what and when, thumbnails, comments, colour profiles and
whatever stands behind the picture's end is gone, since none of it is copied.
"""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lms.core.errors import BadInputError
from lms.core.text import N_
from lms.core.uploads.kinds import ABOUT, Kind, kind_of

if TYPE_CHECKING:
    from PIL import ImageFile

MOST_PIXELS = 40_000_000
"""Width times height; a telephone takes 12 to 50 million. Checked before a pixel is read."""
LONGEST_SIDE = 4_000
"""A larger picture is made smaller: no page shows more."""
QUALITY = 88

_TAKEN = {Kind.PNG: "PNG", Kind.JPEG: "JPEG", Kind.GIF: "GIF", Kind.WEBP: "WEBP"}
_FAULTS = (OSError, SyntaxError, ValueError, struct.error, EOFError, ZeroDivisionError, IndexError)
"""What Pillow raises for pictures that are not whole; `Image.DecompressionBombError` besides."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it may be kept. `ending` is png or jpg."""

    content: bytes
    content_type: str
    ending: str
    width: int
    height: int


def written_anew(content: bytes, *, field: str = "file") -> Picture:
    """The picture with nothing but its pixels, turned as its camera said.

    PNG stays PNG, GIF and WebP become PNG (their first frame), JPEG is written as JPEG.
    Raises BadInputError for what is not a whole picture of these kinds or has too many pixels.
    """
    # Pillow is 2 MB, and more with the codecs it loads: for processes that were sent a picture.
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - when one comes

    kind = kind_of(content)
    if kind not in _TAKEN:
        raise BadInputError(N_("This is not a PNG or JPEG picture."), field=field)
    if len(content) > ABOUT[kind].largest:
        raise BadInputError(
            N_("The picture is larger than %(megabytes)s MB. Make it smaller."),
            field=field,
            megabytes=ABOUT[kind].largest // (1024 * 1024),
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            opened = Image.open(io.BytesIO(content), formats=[_TAKEN[kind]])
            if opened.width * opened.height > MOST_PIXELS:
                raise BadInputError(
                    N_("The picture has more than %(pixels)s million pixels. Make it smaller."),
                    field=field,
                    pixels=MOST_PIXELS // 1_000_000,
                )
            return _written(opened, Kind.JPEG if kind is Kind.JPEG else Kind.PNG)
    except (*_FAULTS, UnidentifiedImageError, Image.DecompressionBombError, Warning) as fault:
        raise BadInputError(
            N_("This picture is damaged. Open it, save it anew, and send that file."), field=field
        ) from fault


def _written(opened: ImageFile.ImageFile, kind: Kind) -> Picture:
    from PIL import Image, ImageOps  # noqa: PLC0415 - when one comes

    turned = ImageOps.exif_transpose(opened)
    has_alpha = turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info
    mode = "RGB" if kind is Kind.JPEG or not has_alpha else "RGBA"
    plain = turned.convert(mode)
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A new picture of the same pixels: what Pillow keeps beside them cannot be written.
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    target = io.BytesIO()
    if kind is Kind.JPEG:
        bare.save(target, "JPEG", quality=QUALITY, optimize=True)
    else:
        bare.save(target, "PNG", optimize=False)
    about = ABOUT[kind]
    return Picture(target.getvalue(), about.content_type, about.ending, bare.width, bare.height)
