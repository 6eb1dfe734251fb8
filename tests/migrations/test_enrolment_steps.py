"""Migration 0007 writes down what is known of enrolments made before there were steps."""

from __future__ import annotations

import datetime

from flask import Flask
from sqlalchemy import MetaData, insert, select

from config import ROOT
from lms.access.guard import owned_tables
from lms.access.reaches import VOUCHED
from lms.core.database import Session
from lms.core.extensions import db
from lms.people.services.members import load_members
from lms.web.migrating import upgrade
from tests.factories import make_official
from tests.migrations.test_migrations import empty_app

__all__ = ["empty_app"]

BEGUN = datetime.datetime(2026, 3, 1, 8, 0, tzinfo=datetime.UTC)
LATER = datetime.datetime(2026, 4, 1, 8, 0, tzinfo=datetime.UTC)


def test_enrolments_of_before_get_their_steps(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade(revision="0006")
        with Session(db.engine) as session:
            load_members(session, ROOT / "content" / "members.csv")
            person = make_official(session, "PLW")
            session.commit()
            person_id, agency_id = person.id, person.agency_id
        engine = db.engine.execution_options(**{VOUCHED: owned_tables()})
        tables = MetaData()
        with engine.begin() as connection:
            tables.reflect(connection, only=["edition", "enrolment"])
            edition = {"course_key": "c", "number": 1, "digest": "d", "card": {}, "content": "{}"}
            made = connection.execute(
                insert(tables.tables["edition"])
                .values(**edition, is_current=True, published_at=BEGUN)
                .returning(tables.tables["edition"].c.id)
            ).scalar_one()
            common = {
                "person_id": person_id,
                "agency_id": agency_id,
                "member_code": "PLW",
                "course_key": "c",
                "edition_id": made,
                "source": "self",
                "language": "en",
                "enrolled_at": BEGUN,
                "enrolled_by": person_id,
            }
            enrolment = tables.tables["enrolment"]
            connection.execute(insert(enrolment).values(**common, state="active"))
            left = {"withdrawn_at": LATER, "withdrawal_reason": "no_time"}
            connection.execute(insert(enrolment).values(**common, state="withdrawn", **left))
            done = {"completed_at": LATER, "completed_member_code": "NRU"}
            connection.execute(insert(enrolment).values(**common, state="completed", **done))
        upgrade()
        with engine.begin() as connection:
            after = MetaData()
            after.reflect(connection, only=["enrolment_step"])
            step = after.tables["enrolment_step"]
            columns = (step.c.verb, step.c.member_code, step.c.reason)
            found = sorted(tuple(row) for row in connection.execute(select(*columns)))
    assert found == [
        ("begin", "PLW", "self"),
        ("begin", "PLW", "self"),
        ("begin", "PLW", "self"),
        ("complete", "NRU", ""),
        ("withdraw", "PLW", "no_time"),
    ]
