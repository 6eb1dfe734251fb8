"""What the bytes of a file are, whatever its name says, and how large each kind may be. Pure."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from lms.core.archives import ArchiveRefusedError, Limits, Wrong, check_archive
from lms.core.errors import BadInputError
from lms.core.text import N_
from lms.core.uploads.mp3 import is_mp3

MEGABYTE = 1024 * 1024


class Kind(enum.StrEnum):
    """The kinds of files we take. TEXT is anything in UTF-8 that is none of the others."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    ARCHIVE = "archive"
    PNG = "png"
    JPEG = "jpg"
    GIF = "gif"
    WEBP = "webp"
    SVG = "svg"
    MP3 = "mp3"
    M4A = "m4a"
    XML = "xml"
    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class About:
    """How a kind is named, served, and how many bytes it may have."""

    name: str
    content_type: str
    ending: str
    largest: int


ABOUT: dict[Kind, About] = {
    Kind.PDF: About(N_("PDF"), "application/pdf", "pdf", 50 * MEGABYTE),
    Kind.DOCX: About(
        N_("Word document (DOCX)"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
        50 * MEGABYTE,
    ),
    Kind.XLSX: About(
        N_("Excel workbook (XLSX)"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
        20 * MEGABYTE,
    ),
    Kind.ARCHIVE: About(N_("ZIP archive"), "application/zip", "zip", 50 * MEGABYTE),
    Kind.PNG: About(N_("PNG picture"), "image/png", "png", 10 * MEGABYTE),
    Kind.JPEG: About(N_("JPEG picture"), "image/jpeg", "jpg", 10 * MEGABYTE),
    Kind.GIF: About(N_("GIF picture"), "image/gif", "gif", 5 * MEGABYTE),
    Kind.WEBP: About(N_("WebP picture"), "image/webp", "webp", 10 * MEGABYTE),
    Kind.SVG: About(N_("SVG drawing"), "image/svg+xml", "svg", 100_000),
    Kind.MP3: About(N_("MP3 recording"), "audio/mpeg", "mp3", 10 * MEGABYTE),
    Kind.M4A: About(N_("M4A recording"), "audio/mp4", "m4a", 10 * MEGABYTE),
    Kind.XML: About(N_("XML file"), "application/xml", "xml", 10 * MEGABYTE),
    Kind.HTML: About(N_("HTML page"), "text/html; charset=utf-8", "html", 50 * MEGABYTE),
    Kind.TEXT: About(N_("text"), "text/plain; charset=utf-8", "txt", 5 * MEGABYTE),
}

_FIRST: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"%PDF-", Kind.PDF),
)
_SOUND = (b"ID3", b"\xff")
_ARCHIVE = b"PK\x03\x04"
_PARTS = {"word/document.xml": Kind.DOCX, "xl/workbook.xml": Kind.XLSX}
_COMMENT = re.compile(rb"\A(?:\s+|<!--.*?-->|<\?xml[^>]*\?>)*", re.DOTALL)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|h1|h2|p|div|article|section)\b", re.I)
_SVG = re.compile(rb"<(?:[a-z]+:)?svg\b", re.I)
_TAG = re.compile(rb"<[a-z!?]", re.I)
_HEAD = 64 * 1024


def kind_of(content: bytes) -> Kind | None:
    """What the bytes are by their structure; None for what we do not take.

    An archive is opened no further than its list of names, and only if it is plain and
    honest. Bytes that begin as one kind and end as another are still what they begin as:
    whoever keeps them writes them anew (pictures, recordings) or hands them out as a download.
    """
    for first, kind in _FIRST:
        if content.startswith(first):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Kind.WEBP
    if content[4:8] == b"ftyp":
        return Kind.M4A
    if content.startswith(_ARCHIVE):
        return _kind_of_archive(content)
    if content.startswith(_SOUND) and is_mp3(content):
        return Kind.MP3
    if b"\0" in content[:_HEAD]:
        return None
    head = content[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    rest = _COMMENT.sub(b"", head, count=1)
    if _SVG.match(rest):
        return Kind.SVG
    if _HTML.match(rest):
        return Kind.HTML
    if head.lstrip().startswith(b"<?xml") or (_TAG.match(rest) and rest.rstrip().endswith(b">")):
        return Kind.XML
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Kind.TEXT


def _kind_of_archive(content: bytes) -> Kind | None:
    try:
        names = check_archive(content, Limits(most_entries=4_000, largest_whole=300 * MEGABYTE))
    except ArchiveRefusedError:
        return None
    return next((kind for name, kind in _PARTS.items() if name in names), Kind.ARCHIVE)


STRANGE_ARCHIVE = N_(
    "This file is packed in a way no writing program packs it, so it is not opened. Save "
    "the document anew and send that file."
)
DAMAGED = N_("This file is damaged. Open it in its own program, save it anew, and send that file.")
TOO_HEAVY = N_("Unpacked, this file would be far too large, so it is not opened.")
_ARCHIVE_SENTENCES = {
    Wrong.DAMAGED: DAMAGED,
    Wrong.STRANGE: STRANGE_ARCHIVE,
    Wrong.TOO_LARGE: TOO_HEAVY,
}


def check_upload(content: bytes, allowed: frozenset[Kind], *, field: str = "file") -> Kind:
    """The kind of a file somebody sent. Raises BadInputError on `field` with one sentence.

    Refused: an empty file, what is not of the allowed kinds, what is above the limit of its
    kind, an archive that is not plain and honest, XML that defines anything.
    """
    if not content:
        raise BadInputError(N_("There is nothing in this file."), field=field)
    if content.startswith(_ARCHIVE):
        try:
            check_archive(content, Limits(most_entries=4_000, largest_whole=300 * MEGABYTE))
        except ArchiveRefusedError as refused:
            raise BadInputError(_ARCHIVE_SENTENCES[refused.wrong], field=field) from refused
    kind = kind_of(content)
    if kind is None or kind not in allowed:
        names = ", ".join(sorted(ABOUT[kind].ending.upper() for kind in allowed))
        raise BadInputError(
            N_("This is not a file of a kind that can be used here. Send one of these: %(kinds)s."),
            field=field,
            kinds=names,
        )
    if len(content) > ABOUT[kind].largest:
        raise BadInputError(
            N_("This file is larger than %(megabytes)s MB. Make it smaller or send it in parts."),
            field=field,
            megabytes=f"{ABOUT[kind].largest / MEGABYTE:.1f}".removesuffix(".0"),
        )
    if kind in {Kind.XML, Kind.SVG}:
        check_xml(content, field=field)
    return kind


def check_xml(content: bytes, *, field: str = "file") -> None:
    """Refuse XML with a document type, whatever its encoding: no entity is ever defined.

    Raises BadInputError; CWE-611 and CWE-776.
    """
    bare = content.replace(b"\0", b"").upper()
    if b"<!DOCTYPE" in bare or b"<!ENTITY" in bare:
        raise BadInputError(
            N_("This XML brings definitions of its own, which are never read. Remove them."),
            field=field,
        )
