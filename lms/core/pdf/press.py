"""WeasyPrint, used in the one way measured to be fast, closed and the same every time."""

from __future__ import annotations

import gc
import logging
import re
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pydyf
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.formatting_structure.boxes import LineBox
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from config import ROOT
from lms.core.pdf.making import (
    NO_PICTURES,
    DocumentError,
    DoesNotFitError,
    Seal,
    UnprintableError,
)
from lms.core.pdf.sealing import leave_room, pages_of, sealed

ASSETS = ROOT / "lms" / "web" / "assets"
BASE = "https://assets.invalid/"
"""What relative addresses in documents and sheets are completed with; no host has such a name."""

GIVEN = "given/"
"""What the addresses of pictures begin with that are handed over with a document."""

CONTENT_TYPES = {".css": "text/css", ".svg": "image/svg+xml"}
GIVEN_TYPES = {".png": "image/png", ".jpg": "image/jpeg"}

SLACK = 0.5
"""CSS pixels by which rounding may put a line outside its box."""

VARIANT = "pdf/ua-1"

_FULL_OPACITY = re.compile(rb"/[aA]1(\.0)? gs\n")
_NAMED = re.compile(rb"^/", re.MULTILINE)
_NO_GLYPH = re.compile(r"\(U\+([0-9A-F]{4,6})\)")


class AssetFetcher(URLFetcher):
    """Opens what lies in our folder of assets or was given, under BASE, and nothing else at all."""

    def __init__(self, folder: Path = ASSETS, given: Mapping[str, bytes] = NO_PICTURES) -> None:
        super().__init__(allowed_protocols=())
        self._folder = folder.resolve()
        self._given = given

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        name = url.removeprefix(BASE + GIVEN)
        kind = GIVEN_TYPES.get(Path(name).suffix)
        if name in self._given and kind is not None:
            return URLFetcherResponse(url, body=self._given[name], headers={"Content-Type": kind})
        path = (self._folder / unquote(url.removeprefix(BASE))).resolve()
        if (
            not url.startswith(BASE)
            or not path.is_relative_to(self._folder)
            or path.suffix not in CONTENT_TYPES
            or not path.is_file()
        ):
            raise FatalURLFetchingError(f"A document may not fetch {url[:120]}.")
        return URLFetcherResponse(
            url, body=path.read_bytes(), headers={"Content-Type": CONTENT_TYPES[path.suffix]}
        )


class _Complaints(logging.Handler):
    """What WeasyPrint says while this thread makes a document."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._of_thread = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        self.begin_if_new()
        self._of_thread.records.append(record)

    def begin(self) -> None:
        self._of_thread.records = []

    def begin_if_new(self) -> None:
        if not hasattr(self._of_thread, "records"):
            self.begin()

    def taken(self) -> list[logging.LogRecord]:
        found: list[logging.LogRecord] = self._of_thread.records
        self.begin()
        return found


_complaints = _Complaints()
_logger = logging.getLogger("weasyprint")
_logger.addHandler(_complaints)
_logger.propagate = False

_one_at_a_time = threading.Lock()
"""Pango and the fonts behind it are not made for threads: two documents at once ended the
worker with a double free, or hung it for ever. More speed is more worker processes."""
_fetcher = AssetFetcher()
_fonts = FontConfiguration()
"""One for the life of the process: a new one for each document costs more than the document."""
_pictures: dict[str, Any] = {}


def make(
    html: str,
    *,
    sheet: str,
    identifier: str,
    ground: str | None,
    seal: Seal | None,
    pictures: Mapping[str, bytes],
) -> bytes:
    """See `making.make_pdf`. Threads wait for one another."""
    with _one_at_a_time, _closed():
        laid_out = _laid_out(html, sheet, pictures)
        if not _fits(laid_out):
            raise DoesNotFitError("This is too long for one sheet.")
        under = None if ground is None else _ground(ground, sheet)

        def finish(_document: Document, pdf: pydyf.PDF) -> None:
            _lay_under(pdf, under)
            if seal is not None:
                leave_room(pdf, seal)

        made: bytes = laid_out.write_pdf(
            pdf_variant=VARIANT, pdf_identifier=identifier.encode("ascii"), finisher=finish
        )
    return made if seal is None else sealed(made, seal)


def _laid_out(html: str, sheet: str, pictures: Mapping[str, bytes] = NO_PICTURES) -> Document:
    fetcher = AssetFetcher(given=pictures) if pictures else _fetcher
    source = HTML(string=html, base_url=BASE, url_fetcher=fetcher)
    laid_out: Document = source.render(
        font_config=_fonts,
        # What was given for one document is not kept for the next.
        cache={} if pictures else _pictures,
        stylesheets=[_sheet(sheet)],
        pdf_variant=VARIANT,
    )
    return laid_out


@cache
def _sheet(name: str) -> CSS:
    return CSS(BASE + name, url_fetcher=_fetcher, font_config=_fonts)


@contextmanager
def _closed() -> Iterator[None]:
    """Turn what WeasyPrint says of the document into an error."""
    _complaints.begin()
    try:
        yield
    except FatalURLFetchingError as error:  # no Exception of Python's
        raise DocumentError(str(error)) from error
    said = [record.getMessage() for record in _complaints.taken()]
    missing = {
        chr(int(found.group(1), 16))
        for words in said
        if ".notdef" in words and (found := _NO_GLYPH.search(words))
    }
    if missing:
        raise UnprintableError(tuple(sorted(missing)))
    if said:
        raise DocumentError("; ".join(said)[:500])


@cache
def _ground(html: str, sheet: str) -> bytes:
    """The drawing of a page of plain shapes, compressed, marked as no part of the text.

    Drawn once for the life of the process: a third of a certificate would be its border.
    """
    drawn: list[bytes] = []

    def take(_document: Document, pdf: pydyf.PDF) -> None:
        (page,) = pages_of(pdf)
        drawn.append(_opaque(_object(pdf, page["Contents"]).data))

    _laid_out(html, sheet).write_pdf(finisher=take, uncompressed_pdf=True)
    return zlib.compress(b"/Artifact BMC\nq\n" + drawn[0] + b"\nQ\nEMC\n", 9)


def _opaque(data: bytes) -> bytes:
    content = data.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]
    content = _FULL_OPACITY.sub(b"", content)
    if _NAMED.search(content):
        raise DocumentError("The ground of a document is plain shapes: no text, no gradients.")
    return content


def _lay_under(pdf: pydyf.PDF, ground: bytes | None) -> None:
    if ground is None:
        return
    under = pydyf.Stream([ground], extra={"Filter": "/FlateDecode"})
    pdf.add_object(under)
    for page in pages_of(pdf):
        page["Contents"] = pydyf.Array([under.reference, page["Contents"]])


def _object(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _fits(document: Any) -> bool:
    """Whether each element with `data-fits` holds its lines; such a document has one sheet.

    WeasyPrint lets lines run out of a box of fixed size without a word, so the boxes that
    it laid out are looked at.
    """
    holders = [
        box
        for sheet in document.pages
        for box in sheet._page_box.descendants()
        if box.element is not None and "data-fits" in box.element.attrib
    ]
    return not holders or (len(document.pages) == 1 and all(map(_holds_its_lines, holders)))


def _holds_its_lines(holder: Any) -> bool:
    across, down = holder.content_box_x(), holder.content_box_y()
    lines: list[Any] = [box for box in holder.descendants() if isinstance(box, LineBox)]
    return all(
        line.position_x >= across - SLACK
        and line.position_x + line.width <= across + holder.width + SLACK
        and line.position_y >= down - SLACK
        and line.position_y + line.height <= down + holder.height + SLACK
        for line in lines
    )


# WeasyPrint's own tables and sheets live as long as the process: without them to walk through
# at each document, the collector costs a seventh of a certificate less.
gc.collect()
gc.freeze()
