"""Error pages: what happened, and what to do, in sentences."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, render_template, request
from flask_babel import gettext
from sqlalchemy.exc import NoResultFound
from werkzeug.exceptions import HTTPException, SecurityError

from lms.core import errors
from lms.core.extensions import db
from lms.core.faults import Fault, describe, fault_of, frames_of
from lms.core.text import N_
from lms.web import kept_forms

Answer = tuple[str, int] | tuple[str, int, dict[str, str]]

log = structlog.get_logger("bekal")

PAGES: dict[int, tuple[str, str]] = {
    400: (
        N_("This request could not be read"),
        N_("Go back, load the page again, and send it once more. What you typed is still there."),
    ),
    403: (
        N_("This page is not part of your role"),
        N_("If your work needs it, ask your focal point or the secretariat for the role."),
    ),
    404: (
        N_("There is no such page"),
        N_("Check the address, or start from the front page."),
    ),
    405: (
        N_("This address cannot be opened that way"),
        N_("Start from the front page."),
    ),
    409: (N_("This is not possible now"), N_("Load the page again to see how things stand.")),
    410: (N_("This is closed"), N_("Go on from “My learning”. What you did is kept.")),
    413: (
        N_("This file is too large"),
        N_("Send a smaller file, or split it in two."),
    ),
    429: (N_("Too many tries"), N_("Wait a little, then try again.")),
    500: (
        N_("Something went wrong on our side"),
        N_("Nothing was saved by this step. Try again; if it happens once more, tell us the code."),
    ),
}

FAULTS: dict[Fault, tuple[int, str, str]] = {
    Fault.LOST: (
        503,
        N_("We cannot answer just now"),
        N_("Nothing was saved by this step. Wait a minute, then try again."),
    ),
    Fault.BUSY: (
        503,
        N_("This took too long"),
        N_("Nothing was saved by this step. Wait a minute, then try again."),
    ),
    Fault.FULL: (
        507,
        N_("There is no room left on our side"),
        N_(
            "Nothing was saved by this step. Try again later; the administrators have to make room."
        ),
    ),
    Fault.READ_ONLY: (
        503,
        N_("Nothing can be saved just now"),
        N_("You can read on. Try again later; the administrators have to mend this."),
    ),
}
"""Status, heading and advice when something below us is wrong."""
RETRY_AFTER = "30"
"""Seconds after which a program may ask again."""

STATUS_OF: tuple[tuple[type[errors.BekalError], int], ...] = (
    (errors.NotFoundError, 404),
    (errors.RefusedError, 403),
    (errors.TooManyTriesError, 429),
    (errors.BadInputError, 400),
    (errors.NotPossibleError, 409),
    (errors.ClosedError, 410),
)


def install(app: Flask) -> None:
    """Turn errors into pages. Only here is every exception caught."""
    app.register_error_handler(SecurityError, _untrusted_host)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(errors.BekalError, _of_service)
    app.register_error_handler(NoResultFound, lambda _error: page(404))
    app.register_error_handler(Exception, _unexpected)


def _untrusted_host(_error: SecurityError) -> Response:
    """A request for a host that is not ours: no page, since nothing of it may be repeated."""
    return Response("This address is not served here.\n", 400, content_type="text/plain")


def _of_http(error: HTTPException) -> Answer | HTTPException:
    unexpected = getattr(error, "original_exception", None)
    if isinstance(unexpected, Exception):  # raised behind the view, such as by its commit
        return _unexpected(unexpected)
    code = error.code or 500
    if code < 400:
        return error
    return page(code)


def _of_service(error: errors.BekalError) -> tuple[str, int]:
    status = next(status for kind, status in STATUS_OF if isinstance(error, kind))
    return page(status, said=gettext(error.sentence, **error.values))


def _unexpected(error: Exception) -> Answer:
    fault = fault_of(error)
    if fault is Fault.LOST:
        db.session().invalidate()  # without a word more to a server that may not answer
    else:
        db.session.rollback()
    log.error(
        "unexpected",
        request_id=g.get("request_id", ""),
        error=describe(error),
        through=frames_of(error),
    )
    return page(500) if fault is None else _of_fault(fault)


def _of_fault(fault: Fault) -> Answer:
    """The page for a fault below us, with what was typed; it asks nothing of the database."""
    g.is_fault_below = True
    status, heading, advice = FAULTS[fault]
    rendered = render_template(
        "errors/fault.html",
        status=status,
        title=gettext(heading),
        advice=gettext(advice),
        request_id=g.get("request_id", ""),
        kept=kept_forms.posted() if request.method == "POST" else None,
    )
    return rendered, status, {"Retry-After": RETRY_AFTER}


def page(status: int, said: str | None = None) -> tuple[str, int]:
    """The error page of this status, with what a service said if it said something."""
    heading, advice = PAGES.get(status, PAGES[400 if status < 500 else 500])
    rendered = render_template(
        "errors/page.html",
        status=status,
        title=gettext(heading),
        said=said,
        advice=gettext(advice),
        request_id=g.get("request_id", ""),
    )
    return rendered, status
