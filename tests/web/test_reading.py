"""A GET reads through one connection, so that it sees one moment and takes one of the pool."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import event

from lms.core.extensions import db
from tests.factories import make_focal_point


def test_a_page_of_many_statements_holds_few_connections(app: Flask, session, sign_in) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    taken: list[int] = []
    held: set[int] = set()

    def take(_connection: Any, record: Any, _proxy: Any) -> None:
        held.add(id(record))
        taken.append(len(held))

    def give_back(_connection: Any, record: Any) -> None:
        held.discard(id(record))

    with app.app_context():
        pool = db.engine.pool
    event.listen(pool, "checkout", take)
    event.listen(pool, "checkin", give_back)
    try:
        client.get("/people")
    finally:
        event.remove(pool, "checkout", take)
        event.remove(pool, "checkin", give_back)
    assert max(taken) <= 2  # the request's own, and for a moment the access record's
