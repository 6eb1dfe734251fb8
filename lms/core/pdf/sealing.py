"""Where a signature stands in a PDF: written with the file itself, in one revision.

The file is made with room for the signature; the signature is made over everything but that
room and put into it (ISO 32000-1, 12.8.1). Loaded with `press`.
"""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

import pydyf

from lms.core.pdf.making import Seal

HIDDEN_PRINTED_LOCKED = 2 | 4 | 128
"""Flags of the signature's field (12.5.3): it shows nothing, and so needs no tag."""
SIGNATURES_APPEND_ONLY = 1 | 2
_OFFSETS = b"/ByteRange [0 0000000000 0000000000 0000000000]"
_CONTENTS = b"/Contents <"


class _Plain(pydyf.Dictionary):
    """A dictionary that is never compressed: its offsets are part of what is signed."""

    compressible = False


def leave_room(pdf: pydyf.PDF, seal: Seal) -> None:
    """Put an empty signature into a document that is about to be written."""
    signature = _Plain(
        {
            "Type": "/Sig",
            "Filter": "/Adobe.PPKLite",
            "SubFilter": "/ETSI.CAdES.detached",
            "M": pydyf.String(f"D:{seal.at.astimezone(datetime.UTC):%Y%m%d%H%M%S}Z"),
            "ByteRange": _OFFSETS.removeprefix(b"/ByteRange "),
            "Contents": b"<" + b"00" * seal.signer.room + b">",
        }
    )
    pdf.add_object(signature)
    page = pages_of(pdf)[0]
    field = pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String("Signature"),
            "V": signature.reference,
            "Rect": pydyf.Array([0, 0, 0, 0]),
            "F": HIDDEN_PRINTED_LOCKED,
            "P": page.reference,
        }
    )
    pdf.add_object(field)
    page.setdefault("Annots", pydyf.Array()).append(field.reference)
    pdf.catalog["AcroForm"] = pydyf.Dictionary(
        {"Fields": pydyf.Array([field.reference]), "SigFlags": SIGNATURES_APPEND_ONLY}
    )


def sealed(file: bytes, seal: Seal) -> bytes:
    """The file with the signature in the room that was left for it."""
    offsets = file.index(_OFFSETS)
    begin = file.index(_CONTENTS, offsets) + len(_CONTENTS) - 1
    end = begin + 2 + 2 * seal.signer.room
    found = b"/ByteRange [0 %010d %010d %010d]" % (begin, end, len(file) - end)
    before = file[:offsets] + found + file[offsets + len(_OFFSETS) : begin]
    after = file[end:]
    signature = seal.signer.signature_of(hashlib.sha256(before + after).digest())
    return before + b"<" + signature.ljust(seal.signer.room, b"\0").hex().encode() + b">" + after


def pages_of(pdf: pydyf.PDF) -> list[Any]:
    """The pages of a document that is about to be written; references are three items each."""
    return [pdf.objects[number] for number in pdf.pages["Kids"][::3]]
