"""Storing what people send under a class with an end, and forgetting it when that has come."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy import delete, select

from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.core.storage import Storage, Stored
from lms.core.uploads.kinds import ABOUT, Kind
from lms.core.uploads.models import StorageClass, Upload

FORGET = "core.uploads.forget"
LASTS: dict[StorageClass, datetime.timedelta | None] = {
    StorageClass.TEMPORARY: datetime.timedelta(days=1),
    StorageClass.KEPT: None,
}
CHUNK = 200


def store(storage: Storage, room: str, content: bytes, kind: Kind) -> Stored:
    """Put the bytes under a key of our own; nothing of the file's name is taken over.

    Call it before the transaction begins, then `keep` in it: a slow disk holds up nobody.
    """
    key = f"{room}/{uuid.uuid4()}"
    return storage.put(key, content, content_type=ABOUT[kind].content_type)


def keep(
    session: Session,
    actor: Actor,
    stored: Stored,
    kind: Kind,
    storage_class: StorageClass,
    *,
    now: datetime.datetime,
) -> Upload:
    """The row that says what lies there and until when."""
    lasts = LASTS[storage_class]
    upload = Upload(
        storage_key=stored.key,
        storage_class=storage_class,
        kind=kind.value,
        size=stored.size,
        digest=stored.digest,
        stored_at=now,
        stored_by=actor.person_id,
        expires_at=now + lasts if lasts else None,
    )
    session.add(upload)
    session.flush()
    return upload


def forget(session: Session, storage_key: str) -> None:
    """The row goes; whoever calls deletes the file after its transaction."""
    session.execute(delete(Upload).where(Upload.storage_key == storage_key))


def forget_expired(work: Work) -> None:
    """Delete what has reached its end: the file first, so that no row is lost before its file."""
    while True:
        with work.reading() as session:
            over = select(Upload.id, Upload.storage_key).where(Upload.expires_at < work.now())
            found = session.execute(over.order_by(Upload.id).limit(CHUNK)).all()
        for _, key in found:
            work.storage.delete(key)
        with work.transaction() as session:
            session.execute(delete(Upload).where(Upload.id.in_([each[0] for each in found])))
            work.advance(session, done=work.done + len(found))
        if len(found) < CHUNK:
            return


HANDLERS: dict[str, Handler] = {FORGET: forget_expired}
PERIODIC = (Periodic(FORGET, every=datetime.timedelta(hours=1)),)
