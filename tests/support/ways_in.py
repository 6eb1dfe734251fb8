"""What tests of the ways in share: sign-in through the page, the jobs behind it, links of mails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.core import clock
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.outbox.models import OutboxMessage
from lms.core.storage import LocalFolder
from lms.people import jobs
from lms.people.models import Person
from lms.people.rules.documents import IN_FORCE
from lms.people.services.documents import accept_documents
from tests.support.client import Client
from tests.support.pages import Page
from tests.support.worker import shift_of, work_off


def accepted(session: Session, person: Person) -> Person:
    """The person, with the documents in force accepted."""
    accept_documents(session, person.id, IN_FORCE, language="en", now=clock.now())
    return person


def sign_in_with(
    client: Client, email: str, password: str, *, next_path: str = "/account", **kwargs: Any
) -> Page:
    """Type into the sign-in page and press the button."""
    page = client.get(f"/sign-in?next={next_path}")
    return client.submit(page, "Sign in", {"email": email, "password": password}, **kwargs)


def run_jobs(app: Flask, session: Session) -> int:
    """Do what the worker would do for this room now; how many jobs that was."""
    session.commit()
    with app.app_context():
        engine = db.engine
    storage = LocalFolder(Path(app.config["BEKAL"].data_folder) / "files")
    done = len(work_off(shift_of(engine, jobs.HANDLERS, storage)))
    session.expire_all()
    return done


def mails(session: Session, template: str = "") -> list[OutboxMessage]:
    """What waits in the outbox, oldest first; of one template if it is named."""
    statement = select(OutboxMessage).order_by(OutboxMessage.id)
    if template:
        statement = statement.where(OutboxMessage.template == f"people/mail/{template}")
    return list(session.execute(statement).scalars())


def link(session: Session, template: str) -> str:
    """The path in the newest mail of this template."""
    return str(mails(session, template)[-1].facts["path"])
