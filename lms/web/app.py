"""The application factory."""

from __future__ import annotations

import datetime

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from config import ROOT, Environment, Settings
from lms.access import guard as statement_guard
from lms.core.database import Session, prepare_engine
from lms.core.extensions import babel, csrf, db, login_manager
from lms.web import (
    assets,
    errors,
    guard,
    headers,
    language,
    legible,
    logs,
    pages,
    rooms,
    templating,
    theme,
    transaction,
)

IDLE = datetime.timedelta(hours=12)


class _IdConverter(IntegerConverter):
    """A number in an address that is larger than any id finds nothing: 404, not an error."""

    def __init__(self, url_map: Map, fixed_digits: int = 0) -> None:
        super().__init__(url_map, fixed_digits, max=2**63 - 1)


def create_app(settings: Settings) -> Flask:
    """Build the application for these settings. Raises if any view lacks a policy."""
    app = Flask("lms", root_path=str(ROOT), template_folder="templates", static_folder=None)
    app.config.update(
        BEKAL=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        MAX_CONTENT_LENGTH=settings.largest_request,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME="__Host-bekal" if settings.is_production else "bekal",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_production,
        PERMANENT_SESSION_LIFETIME=IDLE,
        SESSION_PROTECTION=None,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        TRUSTED_HOSTS=_trusted_hosts(settings),
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "lms" / "web" / "translations"),
        TESTING=settings.environment is Environment.TEST,
    )
    app.url_map.converters["int"] = _IdConverter
    app.jinja_environment = templating.PlainEnvironment
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        proxied = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # as Flask's manual does it
    _connect_database(app, settings)
    app.config["BEKAL_MIGRATIONS"] = ROOT / "migrations"
    logs.install(app)  # first, so that a request refused by the next has its id and its time
    csrf.init_app(app)
    transaction.install(app)
    legible.install(app)
    guard.install(app, login_manager)
    language.install(app, babel)
    templating.install(app)
    theme.install(app)
    headers.install(app)
    errors.install(app)
    assets.install(app)
    pages.install(app)
    rooms.install(app)
    guard.require_policies(app)
    return app


def _engine_options(settings: Settings) -> dict[str, object]:
    """Values of statements are hidden from error messages, and so from logs: they are personal."""
    # The connection used last is used next: it has at hand what it needs, and the others rest.
    common: dict[str, object] = {"pool_use_lifo": True, "hide_parameters": True}
    if settings.database_url.startswith("sqlite"):
        return common | {"connect_args": {"timeout": 10}}
    return common | {"pool_size": 8, "max_overflow": 8}


def _trusted_hosts(settings: Settings) -> list[str]:
    """Hosts a request may name; the test client's and loopback names outside production."""
    public = settings.public_address.split("//", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0]
    if settings.is_production:
        return [public]
    return [public, "localhost", "127.0.0.1", "[::1]"]


def _connect_database(app: Flask, settings: Settings) -> None:
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    rooms.import_models()
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine, sqlite_synchronous=settings.sqlite_synchronous)
        statement_guard.install(Session, db.engine)
