"""Many documents as one file for the printer. Loaded by the worker alone (`jobs.py`)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import BinaryIO

import pikepdf


def merge(documents: Iterable[BinaryIO], target: BinaryIO) -> None:
    """Write the pages of these PDFs into one, in order. The same documents, the same bytes."""
    with ExitStack() as stack, pikepdf.Pdf.new() as merged:
        for document in documents:
            source = stack.enter_context(pikepdf.Pdf.open(document))
            for page in source.pages:
                _take_off_signature(page)
            merged.pages.extend(source.pages)
        merged.save(target, deterministic_id=True)


def _take_off_signature(page: pikepdf.Page) -> None:
    """Leave the field of the signature out: it vouches for its own file, not for this one."""
    annotations = page.obj.get("/Annots")
    if annotations is not None:
        kept = [each for each in annotations if each.get("/Subtype") != pikepdf.Name.Widget]
        page.obj.Annots = pikepdf.Array(kept)
