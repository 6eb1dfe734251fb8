"""One request, one transaction (DESIGN 4)."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import event

from lms.core.database import Session
from lms.core.extensions import RequestSession, db

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class WriteOnReadError(Exception):
    """A view changed a row while answering GET: a mistake of the programmer."""


def install(app: Flask) -> None:
    """Read the body first, then let the view work, then commit once or roll back."""
    app.before_request(_read_body_whole)
    app.after_request(_commit_or_roll_back)

    @event.listens_for(RequestSession, "before_flush")
    def refuse_write_on_read(session: Session, _context: Any, _instances: Any) -> None:
        if session.info.get("is_reading") and (session.new or session.dirty or session.deleted):
            raise WriteOnReadError("A GET may not write.")


def _read_body_whole() -> None:
    """Take in the whole body before any statement: a slow upload must never hold a lock."""
    if request.method in READING_METHODS:
        db.session().info["is_reading"] = True
        return
    if request.mimetype == "multipart/form-data":
        _ = request.files, request.form
    else:
        request.get_data(cache=True, parse_form_data=True)


def _commit_or_roll_back(response: Response) -> Response:
    """Commit when a changing request answers below 400; in every other case roll back."""
    session = db.session()
    if request.method not in READING_METHODS and response.status_code < 400:
        session.commit()
        g.committed = True
    else:
        session.rollback()
    return response
