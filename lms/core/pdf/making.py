"""The door: HTML in, the bytes of a tagged PDF out. For jobs and commands, never for views."""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Protocol, cast

from lms.core.pdf.signing import Signer

NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})


class UnprintableError(ValueError):
    """The document holds characters that no installed font can print; they are in `characters`."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        self.characters = characters
        codes = ", ".join(f"U+{ord(character):04X}" for character in characters)
        super().__init__(f"No installed font can print {codes}.")

    def __reduce__(self) -> tuple[type[UnprintableError], tuple[tuple[str, ...]]]:
        """What it is made of anew when it comes from another process."""
        return type(self), (self.characters,)


class DocumentError(ValueError):
    """The template cannot be made into a document: something it names is missing or refused."""


class DoesNotFitError(ValueError):
    """What belongs on one sheet does not fit on it in letters of this size."""


class Press(Protocol):
    """What `press` offers; named here so that nobody else need import it."""

    def make(
        self,
        html: str,
        *,
        sheet: str,
        identifier: str,
        ground: str | None,
        seal: Seal | None,
        pictures: Mapping[str, bytes],
    ) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Seal:
    """By whom and when a document is signed; the moment is written into it."""

    signer: Signer
    at: datetime.datetime


def make_pdf(
    html: str,
    *,
    sheet: str,
    identifier: str,
    ground: str | None = None,
    seal: Seal | None = None,
    pictures: Mapping[str, bytes] = NO_PICTURES,
) -> bytes:
    """The document as PDF/UA-1: tagged, with the language and title of its HTML.

    `sheet` is the style sheet, by its name among the assets; `ground` the HTML of what is
    printed under each of its pages: plain shapes without words, passed over when the
    document is read aloud. Pictures are named as they lie among the assets, or as
    `given/<name>` when they are PNG or JPEG of `pictures`; nothing else can be fetched,
    whatever the HTML says.

    The same arguments give the same bytes on the same fonts and libraries: the file
    carries no clock (dates come from `<meta name=dcterms.created>`) and no chance.
    `identifier` is ASCII that PDF readers tell files apart by. With a `seal` the file is
    signed, whole and once, and not to be touched afterwards.

    Raises UnprintableError, naming the characters, rather than print an empty box;
    DoesNotFitError if there is an element with the attribute `data-fits` and it does not
    hold all its lines, or the document takes more than one page; DocumentError for what is
    no asset of ours, and for anything else WeasyPrint has to complain about.
    """
    return _press().make(
        html, sheet=sheet, identifier=identifier, ground=ground, seal=seal, pictures=pictures
    )


@cache
def _press() -> Press:
    # WeasyPrint and what it loads are 60 MB and half a second: only processes that make a
    # document have them. Job modules, and so this one, are imported by the web process too.
    return cast(Press, importlib.import_module("lms.core.pdf.press"))
