"""What every template may use: who is signed in, menu, language, direction, dates."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from babel import Locale
from flask import Flask, current_app, g
from flask_babel import format_date, format_datetime, format_decimal, get_locale, gettext, ngettext
from markupsafe import Markup

from lms.core.request import actor, session, settings
from lms.courses.render.clean import safe
from lms.notices.queries import count_unread
from lms.web import menu
from lms.web.demonstration.cast import PASSWORD, shown
from lms.web.demonstration.loading import is_loaded
from lms.web.guard import signed_in


def install(app: Flask) -> None:
    """Give templates their globals and filters."""
    app.context_processor(_of_request)
    app.add_template_filter(_words_with, "words_with")
    app.add_template_global(_address, "address")
    app.add_template_global(shown, "demonstration_accounts")
    app.jinja_env.globals["demonstration_password"] = PASSWORD
    app.add_template_filter(_safe_words, "safe_words")
    app.add_template_filter(_points, "points")
    app.add_template_filter(_duration, "duration")
    app.add_template_filter(_translated, "translated")
    app.add_template_filter(_named, "named")
    app.add_template_filter(_day, "day")
    app.add_template_filter(_moment, "moment")


def _of_request() -> dict[str, Any]:
    locale = get_locale() or Locale("en")
    return {
        "page_language": str(locale).replace("_", "-"),
        "page_direction": locale.text_direction,
        "interface_languages": current_app.config["BEKAL_LANGUAGE_NAMES"],
        "menu": menu.entries(),
        "signed_in": _visitor(),
        "is_demonstration": is_loaded(settings()),
        "unread_notices": _unread(),
        "foot_menu": menu.foot_entries(),
    }


@dataclass(frozen=True, slots=True)
class Visitor:
    """The signed-in person as the frame of a page shows them."""

    name: str
    own_script_name: str
    own_script_language: str
    url: str
    notices_url: str
    sign_out_url: str


def _visitor() -> Visitor | None:
    person = signed_in()
    if person is None:
        return None
    return Visitor(
        name=person.name,
        own_script_name=person.own_script_name,
        own_script_language=person.own_script_language,
        url="/account",
        notices_url="/notices",
        sign_out_url="/sign-out",
    )


def _unread() -> int:
    if signed_in() is None or g.get("is_fault_below"):
        return 0
    return count_unread(session(), actor())


def _words_with(sentence: str, facts: Mapping[str, object]) -> str:
    """Translate a sentence kept in data and put its facts in.

    A fact called `day` is a date in ISO 8601, and is written with its month in letters.
    """
    day = facts.get("day")
    written = {**facts, "day": _day(day)} if isinstance(day, str) else dict(facts)
    return gettext(sentence, **written)


def _safe_words(html: str) -> Markup:
    """HTML of the content's renderer, without the paragraph around a single line."""
    inner = html.strip()
    if inner.startswith("<p>") and inner.endswith("</p>") and inner.count("<p>") == 1:
        inner = inner[3:-4]
    return safe(inner)


def _points(fraction: str) -> str:
    """Points kept exactly, such as "17/2", as people write them: 8.5; rounded down."""
    hundredths = int(Fraction(fraction) * 100)
    return format_decimal(hundredths / 100)


def _duration(minutes: int) -> str:
    """A length of time in words: 40 minutes, 5 hours, 4 hours 40 minutes."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(num)d hour", "%(num)d hours", hours))
    if rest or not hours:
        parts.append(ngettext("%(num)d minute", "%(num)d minutes", rest))
    return " ".join(parts)


def _translated(pairs: Iterable[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """Pairs of value and word, as a select needs them, with the word in the page's language."""
    return [(value, gettext(word)) for value, word in pairs]


def _named(key: str, names: Mapping[str, str]) -> str:
    """The word for a key kept in data, in the page's language."""
    return gettext(names[key])


def _address(path: str) -> str:
    """The permanent public address of a path, for mails and papers; never from the request."""
    return settings().public_address + path


def _day(value: datetime.date | str | None) -> str:
    """A date with the month in letters: 9 November 2026. As text (in mails) it is ISO 8601."""
    day = datetime.date.fromisoformat(value) if isinstance(value, str) and value else value
    return format_date(day, "d MMMM y") if day else ""


def _moment(value: datetime.datetime | None) -> str:
    """A moment in the reader's time zone, which its city names: 9 November 2026, 17:00 Bangkok."""
    return "" if value is None else format_datetime(value, "d MMMM y, HH:mm VVV")
