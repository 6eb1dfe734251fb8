"""In which language a page is written, and in which direction it reads."""

from __future__ import annotations

import functools
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations, Translations
from flask import Flask, Request, Response, current_app, g, has_request_context, request
from flask_babel import Babel, get_locale
from markupsafe import Markup
from wtforms.i18n import messages_path

from config import ROOT
from lms.core.languages import own_name
from lms.web.guard import signed_in

SOURCE = "en"
COOKIE = "bekal_language"
A_YEAR = 31_536_000


class TranslatedRequest(Request):
    """A request that knows the sentences of WTForms itself, such as "Not a valid choice."."""

    @property
    def wtforms_translations(self) -> NullTranslations:
        """Flask-WTF looks here first; else it reads the catalogue's file for each request."""
        return _sentences_of_wtforms(str(get_locale()))


@functools.cache
def _sentences_of_wtforms(code: str) -> NullTranslations:
    return Translations.load(messages_path(), [code], domain="wtforms")


def available(folder: Path = ROOT / "lms" / "web" / "translations") -> tuple[str, ...]:
    """Codes of the interface languages: the source and every catalogue there is."""
    catalogues = sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/*.po"))
    return (SOURCE, *[code for code in catalogues if code != SOURCE])


def chosen() -> str:
    """The language asked for now, else the one kept, the person's, the browser's."""
    if "language" not in g:
        g.language = _choose()
    return str(g.language)


def _choose() -> str:
    if not has_request_context():
        return SOURCE
    codes: tuple[str, ...] = current_app.config["BEKAL_LANGUAGES"]
    for wish in (request.args.get("language"), request.cookies.get(COOKIE)):
        if wish in codes:
            return str(wish)
    person = signed_in()
    if person is not None and person.interface_language in codes:
        return person.interface_language
    return request.accept_languages.best_match(codes) or SOURCE


def zone() -> str:
    """The time zone moments are shown in: the person's, or UTC. In mails it is UTC."""
    person = signed_in() if has_request_context() else None
    return person.time_zone if person is not None else "UTC"


def written_in(code: str) -> Markup:
    """The attributes of an element whose words are in another language than the page's.

    `code` is BCP 47. Both are needed: a screen reader takes its voice from the language, and full
    stops fall on the wrong side of English words in a page from right to left without a direction.
    """
    return Markup(' lang="{}" dir="{}"').format(code, _direction(code))


def _direction(code: str) -> str:
    try:
        return Locale.parse(code, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        # Babel knows no locale of this code, such as dv; the browser looks at the letters.
        return "auto"


def install(app: Flask, babel: Babel) -> None:
    """Choose a language for each request and keep a choice made in the footer."""
    codes = available()
    app.request_class = TranslatedRequest
    app.config["BEKAL_LANGUAGES"] = codes
    app.config["BEKAL_LANGUAGE_NAMES"] = [(code, own_name(code)) for code in codes]
    babel.init_app(app, locale_selector=chosen, timezone_selector=zone)
    app.add_template_global(written_in)
    app.after_request(_keep_choice)


def _keep_choice(response: Response) -> Response:
    wish = request.args.get("language")
    if wish in current_app.config["BEKAL_LANGUAGES"]:
        response.set_cookie(
            COOKIE, str(wish), max_age=A_YEAR, httponly=True, samesite="Lax", path="/"
        )
    return response
