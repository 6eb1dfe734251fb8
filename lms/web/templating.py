"""How templates find their names and words: Jinja's own ways, without what every page paid for.

A page asks for some thirty sentences and imports a dozen files of macros. Jinja and Flask-Babel
look for the catalogue anew at each sentence, copy the names of the template for each sentence
inside a loop, and compare two mappings of names for each import; together that was a fifth of a
page (docs/performance.md).
"""

from __future__ import annotations

import functools
from collections import ChainMap
from collections.abc import MutableMapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from babel.support import NullTranslations
from flask import Flask, g
from flask.templating import Environment
from flask_babel import get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup


class PlainEnvironment(Environment):
    """Templates share one dictionary of the names known everywhere."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The names known everywhere, and `d` over them where a template is given its own.

        Jinja lays an empty mapping over them for every template, so that a template cannot
        change them for others. None of ours does, and names are added at start-up only.
        """
        return self.globals if d is None else ChainMap(d, self.globals)


def install(app: Flask) -> None:
    """Give templates their words. After `language.install`, whose slower ones these replace."""
    app.jinja_env.globals |= {
        "_": _gettext,
        "gettext": _gettext,
        "ngettext": _ngettext,
        "pgettext": _pgettext,
    }
    app.add_template_filter(_words, "words")
    app.add_template_filter(_decimal, "decimalformat")


def _translations() -> NullTranslations:
    """The catalogue of the language in force, which `force_locale` may change in a request."""
    locale = get_locale()
    kept = g.get("catalogue")
    if kept is None or kept[0] is not locale:
        kept = g.catalogue = (locale, get_translations())
    found: NullTranslations = kept[1]
    return found


@pass_eval_context
def _gettext(context: EvalContext, sentence: str, /, **values: object) -> str:
    return _written(context, _translations().ugettext(sentence), values)


@pass_eval_context
def _ngettext(context: EvalContext, one: str, many: str, number: int, /, **values: object) -> str:
    words = _translations().ungettext(one, many, number)
    return _written(context, words, {"num": number, **values})


@pass_eval_context
def _pgettext(context: EvalContext, meaning: str, sentence: str, /, **values: object) -> str:
    words = _translations().upgettext(meaning, sentence)
    return _written(context, words, {"context": meaning, **values})


def _words(sentence: str) -> str:
    """Translate a word kept in data, such as the name of a state."""
    return _translations().ugettext(sentence)


def _decimal(number: float | Decimal) -> str:
    """A number as the language in force writes it."""
    return _written_out(number, str(get_locale()))


@functools.lru_cache(maxsize=4096)
def _written_out(number: float | Decimal, locale: str) -> str:
    """Tables of reports have hundreds of numbers, most of them small and alike."""
    return format_decimal(number, locale=locale)


def _written(context: EvalContext, words: str, values: dict[str, object]) -> str:
    """A sentence of the catalogue with its values put in, escaped where the template is HTML."""
    sentence = Markup(words) if context.autoescape else words  # noqa: S704 - from our catalogue
    return sentence % values if "%" in sentence else sentence
