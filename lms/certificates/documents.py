"""The certificate as a document. Pure but for the fonts of the machine; called by jobs alone."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import segno
from markupsafe import Markup

from lms.certificates.rules import CERTIFICATE_KIND_NAMES, Snapshot, grouped
from lms.core.pdf.making import DoesNotFitError, Seal, make_pdf
from lms.core.pdf.words import SOURCE, Words, first_strong
from lms.core.text import N_

ROOMS = ("room-1", "room-2", "room-3", "room-4", "room-5")
"""Classes of certificate.css, from the largest letters to the smallest."""

CODE_MASK = 2
"""Which of the eight patterns the square code is laid under. Searching for the best of them
costs more than drawing it, and cameras read any."""

TRADITIONAL = frozenset({"yue"})


def make_document(
    snapshot: Snapshot,
    *,
    number: str,
    address: str,
    is_specimen: bool,
    seal: Seal | None = None,
) -> bytes:
    """The certificate as PDF/UA-1, one sheet of A4 across.

    Bytes depend on the arguments alone, also when signed with a `seal`, and on the
    installed fonts and libraries.
    `number` is as stored, without hyphens; `address` is the whole address at which it is
    checked, and is what the square code holds. `is_specimen` lays pale letters across the
    sheet, so that what was made on a machine of one's own is not taken for a certificate.

    Worded in the language of the snapshot, or in English where we have no words in it.
    Longer texts get smaller letters; nothing is cut. Raises UnprintableError
    (lms.core.pdf.making) if no font can print a character of it, and DoesNotFitError for
    texts longer than any our forms accept.
    """
    words = Words.of(snapshot.language)
    facts = {
        "paper": snapshot,
        "heading": words.gettext(CERTIFICATE_KIND_NAMES[snapshot.kind]),
        "name": _line(snapshot.name, snapshot.own_script_language),
        "own_name": _line(snapshot.name_own_script or "", snapshot.own_script_language),
        "title_direction": first_strong(snapshot.title),
        "facts": list(_facts(snapshot, words)),
        "number": grouped(number),
        "address": address,
        "place": _place(address, number),
        "code": _square_code(address, words.gettext(N_("Square code for checking this"))),
        "is_specimen": is_specimen,
    }
    template = f"certificates/documents/{snapshot.kind.value}.html"
    identifier = hashlib.sha256(f"certificate {number}".encode()).hexdigest()[:32]
    for room in ROOMS[:-1]:
        try:
            return _made(words.fill(template, room=room, **facts), identifier, seal)
        except DoesNotFitError:
            continue
    return _made(words.fill(template, room=ROOMS[-1], **facts), identifier, seal)


def _made(html: str, identifier: str, seal: Seal | None) -> bytes:
    ground = Words.of(SOURCE).fill("certificates/documents/ground.html")
    return make_pdf(html, sheet="certificate.css", identifier=identifier, ground=ground, seal=seal)


@dataclass(frozen=True, slots=True)
class _Line:
    """A name on a line of its own: which way it runs, and the language that chooses its face."""

    text: str
    direction: str
    language: str | None


def _line(name: str, language: str | None) -> _Line | None:
    return _Line(name, first_strong(name), _face(name, language)) if name else None


def _face(name: str, language: str | None) -> str | None:
    """The language whose letters a name is printed in; None for Latin ones.

    Chinese, Japanese and Korean share code points and not letter forms. Chinese is taken
    for traditional where it holds a character that the simplified standard lacks, and
    where its holder names Cantonese.
    """
    if all(unicodedata.name(letter, "").startswith("LATIN") for letter in name if letter.isalpha()):
        return None
    if language not in {None, "zh", *TRADITIONAL}:
        return language
    if not any(unicodedata.name(letter, "").startswith("CJK") for letter in name):
        return language
    is_traditional = language in TRADITIONAL or any(
        _is_in(letter, "big5") and not _is_in(letter, "gb2312") for letter in name
    )
    return "zh-Hant" if is_traditional else "zh-Hans"


def _is_in(letter: str, standard: str) -> bool:
    try:
        letter.encode(standard)
    except UnicodeEncodeError:
        return False
    return True


def _facts(snapshot: Snapshot, words: Words) -> Iterator[str]:
    if snapshot.edition_number is not None:
        yield words.gettext(N_("Edition %(number)s"), number=snapshot.edition_number)
    if snapshot.hours:
        yield words.ngettext(
            "%(hours)s hour",
            "%(hours)s hours",
            snapshot.hours,
            hours=words.number(snapshot.hours),
        )
    yield words.gettext(N_("Completed on %(day)s"), day=words.day(snapshot.completed_on))


def _place(address: str, number: str) -> str:
    """The address as a person types it: without the scheme and the number beside it."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}".removesuffix(f"/{number}").removesuffix(
        f"/{grouped(number)}"
    )


def _square_code(address: str, title: str) -> Markup:
    """The address as a QR code, drawn inside the page; of middle quality, so a crease is borne."""
    code = segno.make(address, micro=False, error="m", boost_error=False, mask=CODE_MASK)
    return Markup(  # noqa: S704 - segno escapes the title; the rest is numbers
        code.svg_inline(
            border=0, omitsize=True, svgclass="qr", lineclass=None, title=title, dark="#10272d"
        )
    )
