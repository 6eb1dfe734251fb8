"""Mail in words: the templates of the rooms, in the language of who reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from babel import Locale
from flask import Flask
from flask_babel import force_locale
from jinja2 import Template, TemplateNotFound

from config import Settings
from lms.core.outbox.delivery import Delivery, Rendered, Renderer
from lms.core.outbox.models import OutboxMessage
from lms.core.outbox.transports import FolderTransport, SmtpTransport, Transport
from lms.web.language import SOURCE

CHOICES = "/notices/choices"
"""Where a person chooses what to be told by mail."""

_EMPTY_LINES = re.compile(r"\n{3,}")


def renderer(app: Flask) -> Renderer:
    """What puts messages of this application into words.

    A mail is templates/<template>.txt and, where useful, .html, which extend
    layout/mail with the blocks `heading` (also the subject), `main` and `reason`. They
    may use the facts, `address(path)` and the filters of pages; there is no request.
    """

    def render(message: OutboxMessage) -> Rendered:
        with app.app_context(), force_locale(_language(app, message.language)):
            plain = app.jinja_env.get_template(f"{message.template}.txt")
            facts = {**_globals_of(message.language, app), **message.facts}
            context = plain.new_context(facts)
            return Rendered(
                subject=_joined(plain.blocks["heading"](context)).strip(),
                text=_tidy(plain.render(facts)),
                html=_html(app, message.template, facts),
                unsubscribe=address_of(app, CHOICES) if message.is_notice else "",
            )

    return render


def address_of(app: Flask, path: str) -> str:
    """The permanent public address of a path; never taken from a request."""
    settings: Settings = app.config["BEKAL"]
    return settings.public_address + path


def delivery_of(app: Flask, settings: Settings) -> Delivery:
    """Delivery as the settings ask for it: a mail server, or without one a folder."""
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    return Delivery(
        engine=engine,
        render=renderer(app),
        transport=transport_of(settings),
        sender=settings.mail.sender,
        domain=urlsplit(settings.public_address).hostname or "localhost",
    )


def transport_of(settings: Settings) -> Transport:
    """SMTP where a host is set, else the folder `mail` of the data folder."""
    if settings.mail.host is None:
        return FolderTransport(settings.mail_folder)
    return SmtpTransport(settings.mail)


def _language(app: Flask, wish: str) -> str:
    codes: tuple[str, ...] = app.config["BEKAL_LANGUAGES"]
    return wish if wish in codes else SOURCE


def _globals_of(wish: str, app: Flask) -> dict[str, object]:
    code = _language(app, wish)
    return {
        "page_language": code.replace("_", "-"),
        "page_direction": Locale.parse(code).text_direction,
    }


def _html(app: Flask, name: str, facts: dict[str, object]) -> str | None:
    try:
        template: Template = app.jinja_env.get_template(f"{name}.html")
    except TemplateNotFound as error:
        if error.name != f"{name}.html":
            raise
        return None
    return template.render(facts)


def _joined(parts: Iterable[str]) -> str:
    return "".join(parts)


def _tidy(text: str) -> str:
    """At most one empty line in a row, none at the ends, one line end after the last."""
    return _EMPTY_LINES.sub("\n\n", text).strip() + "\n"
