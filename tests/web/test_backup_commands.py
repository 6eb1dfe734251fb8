"""`lms backup` and `lms restore` on the whole product: what comes back, and what is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import Environment, Settings
from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.actor import Actor
from lms.core.audit.jobs import seal_all
from lms.core.audit.services import record
from lms.core.backup import holding
from lms.core.backup.encryption import read_identities
from lms.core.backup.form import UNFINISHED
from lms.core.backup.reading import prove
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.extensions import db
from lms.core.outbox.delivery import deliver_due
from lms.core.outbox.models import OutboxMessage, OutboxState
from lms.core.outbox.services import queue_mail
from lms.core.storage import LocalFolder
from lms.people.models import Person, PersonToken, SignInSession
from lms.people.models.sign_in import TokenPurpose
from lms.people.services.sessions import begin_session
from lms.people.services.tokens import issue_token
from lms.web import doctor
from lms.web.app import create_app
from lms.web.commands.backup import backup
from lms.web.commands.restore import restore
from lms.web.commands.serving import worker
from lms.web.mails import delivery_of
from tests.factories import make_official
from tests.support import postgresql

SYSTEM = Actor.system("test")
EVERYBODY = Reach.ALL_MEMBERS


@contextmanager
def another(settings: Settings, folder: Path) -> Iterator[Flask]:
    """An installation on an empty database of the other engine."""
    if settings.database_url.startswith("sqlite"):
        with postgresql.running() as cluster:
            url = cluster.create_database("restored")
            app = create_app(dataclasses.replace(settings, database_url=url, data_folder=folder))
            try:
                yield app
            finally:
                with app.app_context():
                    db.engine.dispose()
                cluster.drop_database("restored")
        return
    url = f"sqlite:///{folder / 'restored.db'}"
    app = create_app(dataclasses.replace(settings, database_url=url, data_folder=folder))
    yield app
    with app.app_context():
        db.engine.dispose()


def run(app: Flask, command: object, *arguments: object) -> str:
    ended = app.test_cli_runner().invoke(command, [str(each) for each in arguments])
    assert ended.exit_code == 0, ended.output
    return ended.output


def refused(app: Flask, command: object, *arguments: object) -> str:
    with pytest.raises(NotPossibleError) as error:
        app.test_cli_runner().invoke(
            command, [str(each) for each in arguments], catch_exceptions=False
        )
    return str(error.value)


def test_a_backup_moves_the_installation_to_the_other_database(
    app: Flask, session: Session, settings: Settings, tmp_path: Path
) -> None:
    now = clock.now()
    person = make_official(session, "PLW", name="Tmetuchl “Ren” Rengulbai, ខ្មែរ")
    begun = begin_session(session, person, browser="Test", second_factor=False, now=now)
    issue_token(session, person.id, TokenPurpose.RESET, lasts=now - now, now=now)
    issue_token(session, person.id, TokenPurpose.INVITATION, lasts=now - now, now=now)
    record(session, SYSTEM, "test.write", "row", 1, now=now)
    mail = queue_mail(
        session,
        template="people/mail/reset",
        language="en",
        address=person.email,
        person_id=person.id,
        facts={"token": "t"},
        now=now,
    )
    session.commit()
    LocalFolder(settings.files_folder).put("guides/1.pdf", b"%PDF", content_type="application/pdf")
    settings.credential_key_file.write_bytes(b"a private key")
    with app.app_context():
        seal_all(db.engine)
    public = run(app, backup, "key", tmp_path / "key").strip()
    encrypting = dataclasses.replace(settings, backup_recipients=(public,))
    app.config["BEKAL"] = encrypting
    try:
        assert "encrypted" in run(app, backup, tmp_path / "one")
    finally:
        app.config["BEKAL"] = settings
        settings.credential_key_file.unlink()
    said = run(app, backup, "check", tmp_path / "one", "--identity", tmp_path / "key")
    assert "1 files of 4 bytes, 1 keys" in said

    folder = tmp_path / "other"
    with another(settings, folder) as copy:
        (folder / UNFINISHED).write_text("an earlier try, cut short before its rows")
        said = run(copy, restore, tmp_path / "one", "--identity", tmp_path / "key")
        assert "Every table came out as it went in" in said
        assert "1 sealed rows" in said
        assert "BEKAL_SECRET_KEY is not" not in said
        assert (folder / "credential_key.pem").read_bytes() == b"a private key"
        assert not (folder / UNFINISHED).exists()
        with LocalFolder(folder / "files").open("guides/1.pdf") as stream:
            assert stream.read() == b"%PDF"
        with copy.app_context(), Session(db.engine) as there:
            found = there.execute(scoped(Person, SYSTEM, EVERYBODY)).scalar_one()
            assert (found.id, found.name, found.created_at) == (
                person.id,
                person.name,
                person.created_at,
            )
            signed_in = there.execute(scoped(SignInSession, SYSTEM, EVERYBODY)).scalar_one()
            assert signed_in.token_digest == begun.token_digest
            assert signed_in.ended_at is not None
            links = there.execute(scoped(PersonToken, SYSTEM, EVERYBODY)).scalars()
            assert {link.purpose: link.used_at is None for link in links} == {
                TokenPurpose.RESET: False,
                TokenPurpose.INVITATION: True,
            }
        with copy.app_context():
            delivery = delivery_of(copy, copy.config["BEKAL"])
            assert deliver_due(delivery, now=clock.now()) == 0
            assert doctor.check_restore(db.engine, settings).grade is doctor.Grade.WARNING
            assert "1 from before the restore are parked" in run(copy, restore, "release")
            assert doctor.check_restore(db.engine, settings).grade is doctor.Grade.GOOD
        with copy.app_context(), Session(db.engine) as there:
            kept = there.execute(select(OutboxMessage)).scalar_one()
            assert (kept.message_id, kept.state) == (mail.message_id, OutboxState.PARKED)
        assert "not empty" in refused(
            copy, restore, tmp_path / "one", "--identity", tmp_path / "key"
        )
        (folder / UNFINISHED).write_text("an earlier try, cut short after its rows")
        run(copy, restore, tmp_path / "one", "--identity", tmp_path / "key")
        assert not (folder / UNFINISHED).exists()
        back = run(copy, backup, "--unencrypted", tmp_path / "back")
        assert "NOT encrypted" in back
    [identity] = read_identities(tmp_path / "key")
    first, second = prove(tmp_path / "one", [identity]), prove(tmp_path / "back", [])
    changed = {"audit_entry", "outbox_message", "sign_in_session", "person_token"}
    for name, count in first.manifest.tables.items():
        if name not in changed:
            assert second.manifest.tables[name].digest == count.digest, name
    assert second.manifest.files.digest == first.manifest.files.digest
    assert second.manifest.keys == {}


def test_production_without_a_public_key_makes_no_backup(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    production = dataclasses.replace(settings, environment=Environment.PRODUCTION)
    app.config["BEKAL"] = production
    try:
        assert "BEKAL_BACKUP_RECIPIENTS" in refused(app, backup, tmp_path / "one")
        assert "NOT encrypted" in run(app, backup, "--unencrypted", tmp_path / "one")
        with app.app_context():
            finding = doctor.check_restore(db.engine, production)
    finally:
        app.config["BEKAL"] = settings
    assert "BEKAL_BACKUP_RECIPIENTS" in finding.sentence


def test_nothing_starts_after_a_restore_that_did_not_end(app: Flask, settings: Settings) -> None:
    mark = settings.data_folder / UNFINISHED
    mark.write_text("some backup")
    try:
        assert "did not end" in refused(app, worker)
        with app.app_context():
            assert "did not end" in doctor.check_restore(db.engine, settings).sentence
    finally:
        mark.unlink()


def test_mail_is_held_from_a_restore_to_its_release_and_after_a_move_not_at_all(
    session: Session,
) -> None:
    now = clock.now()
    assert holding.held_since(session) is None
    holding.note_restored(session, "one", is_move=True, now=now)
    session.flush()
    assert holding.came_from(session, "one")
    assert holding.held_since(session) is None
    holding.note_restored(session, "two", is_move=False, now=now)
    session.flush()
    assert holding.held_since(session) == now
    assert holding.release(session, with_old=True, now=now) == 0
    session.flush()
    assert holding.held_since(session) is None
    assert not holding.came_from(session, "three")
