"""Long documents, made in a process of their own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor

from lms.core.pdf.making import NO_PICTURES, make_pdf


def make_pdf_aside(
    html: str, *, sheet: str, identifier: str, pictures: Mapping[str, bytes] = NO_PICTURES
) -> bytes:
    """The same document, with the same bytes and errors, as `making.make_pdf` makes.

    A process makes one document at a time, and a course of two hundred pages takes it many
    seconds: certificates must not wait for that, nor the worker keep the memory it took. A
    second goes into the start of the process. Raises BrokenProcessPool, too, when that
    process is killed, as where memory ends.
    """
    # A fresh process: a copy of one that has threads may hang on their locks.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=fresh) as process:
        made = process.submit(
            make_pdf, html, sheet=sheet, identifier=identifier, pictures=dict(pictures)
        )
        return made.result()
