"""Accepting the privacy notice and the terms."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_many_once
from lms.people.models import Acceptance
from lms.people.rules.documents import Document


def accept_documents(
    session: Session,
    person_id: int,
    documents: Iterable[Document],
    *,
    language: str,
    now: datetime.datetime,
) -> None:
    """Record that the person accepted these versions; a repeat changes nothing."""
    rows = [
        {
            "person_id": person_id,
            "document": document,
            "version": version,
            "language": language,
            "accepted_at": now,
        }
        for document, version in documents
    ]
    insert_many_once(session, Acceptance, rows, unique=("person_id", "document", "version"))


def accept_own_documents(
    session: Session,
    actor: Actor,
    documents: Iterable[Document],
    *,
    language: str,
    now: datetime.datetime,
) -> None:
    """Record that the signed-in person accepted these versions."""
    if actor.person_id is None:
        raise LookupError("Only a person accepts documents.")
    accepted = list(documents)
    accept_documents(session, actor.person_id, accepted, language=language, now=now)
    record(
        session,
        actor,
        "documents.accept",
        "person",
        actor.person_id,
        now=now,
        subject_person_id=actor.person_id,
        versions=[f"{document} {version}" for document, version in accepted],
    )
