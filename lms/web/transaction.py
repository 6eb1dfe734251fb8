"""One request, one transaction (DESIGN 4)."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState

from lms.core.database import Session
from lms.core.extensions import db

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class WriteOnReadError(Exception):
    """A row was changed while answering GET, or in `request.reading`: a mistake of ours."""


def install(app: Flask) -> None:
    """Read the body first, then let the view work, then commit once or roll back."""
    app.before_request(_read_body_whole)
    app.after_request(_commit_or_roll_back)

    @event.listens_for(Session, "before_flush")
    def refuse_write_on_read(session: Session, _context: Any, _instances: Any) -> None:
        if session.info.get("is_reading") and (session.new or session.dirty or session.deleted):
            raise WriteOnReadError("What only reads may not write.")

    @event.listens_for(Session, "do_orm_execute")
    def refuse_statement_on_read(asked: ORMExecuteState) -> None:
        # On PostgreSQL nothing would take it back: pages are read without a transaction.
        is_write = asked.is_insert or asked.is_update or asked.is_delete
        if is_write and asked.session.info.get("is_reading"):
            raise WriteOnReadError("What only reads may not write.")


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
