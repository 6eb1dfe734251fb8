"""Templates of documents, in the words of the document's own language; no Flask, no request."""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal
from functools import cache
from typing import Any, cast

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config import ROOT

TEMPLATES = ROOT / "templates"
CATALOGUES = ROOT / "lms" / "web" / "translations"
SOURCE = "en"
DAY = "d MMMM y"
"""30 October 2026: the month in letters, so that nobody takes the day for the month."""

_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")
_ALSO_RIGHT_TO_LEFT = frozenset({"dv", "prs"})
"""Dhivehi and Dari: Babel has no locale under these codes."""


class Words:
    """Templates, sentences, days and numbers in one language; made once for each."""

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self.direction = direction(language)
        self._translations = translations
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        # The extension adds it to the environment, whose type does not know it.
        cast(Any, self._environment).install_gettext_translations(translations, newstyle=True)
        self._environment.filters |= {"day": self.day, "number": self.number}

    @staticmethod
    def of(language: str) -> Words:
        """The words of a language (BCP 47), or English ones where there is no catalogue of it."""
        return _words(language)

    def fill(self, template: str, **facts: object) -> str:
        """A template of `templates/` as HTML; everything in `facts` is escaped.

        Templates have `_`, `ngettext`, `pgettext`, the filters `day` and `number`, and
        `page_language` and `page_direction`. A name that was not given raises jinja2's
        UndefinedError.
        """
        return self._environment.get_template(template).render(
            page_language=self.language, page_direction=self.direction, **facts
        )

    def gettext(self, sentence: str, **values: object) -> str:
        """The sentence in this language, with its named values put in."""
        words = self._translations.gettext(sentence)
        return words % values if values else words

    def ngettext(self, one: str, many: str, number: float, **values: object) -> str:
        """The sentence for one or for many, with its named values put in."""
        # A number with a fraction takes the form of many: "5.5 hours".
        counted = int(number) if number == int(number) else 2
        return self._translations.ngettext(one, many, counted) % values

    def day(self, day: datetime.date) -> str:
        """A day with the month in letters."""
        return format_date(day, DAY, locale=self.language.replace("-", "_"))

    def number(self, number: float | Decimal) -> str:
        """A number as this language writes it, without needless zeros."""
        return format_decimal(number, locale=self.language.replace("-", "_"))


def direction(language: str) -> str:
    """`rtl` or `ltr`, the way a language (BCP 47) is written; what is not known is `ltr`."""
    if language.split("-")[0] in _ALSO_RIGHT_TO_LEFT:
        return "rtl"
    try:
        return str(Locale.parse(language, sep="-").text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"


def first_strong(text: str) -> str:
    """The way a line runs by its first letter that has one (UAX 9, P2); WeasyPrint has no auto."""
    for character in text:
        way = unicodedata.bidirectional(character)
        if way in {"R", "AL"}:
            return "rtl"
        if way == "L":
            return "ltr"
    return "ltr"


@cache
def _words(language: str) -> Words:
    catalogue = _catalogue(language)
    if catalogue is None:
        return Words(SOURCE, NullTranslations()) if language == SOURCE else _words(SOURCE)
    return Words(language, catalogue)


def _catalogue(language: str) -> Translations | None:
    if language == SOURCE or not _TAG.fullmatch(language):
        return None
    name = language.replace("-", "_")
    if not (CATALOGUES / name / "LC_MESSAGES" / "messages.mo").is_file():
        return None
    loaded = Translations.load(CATALOGUES, [name])
    return loaded if isinstance(loaded, Translations) else None
