"""An adaptation keeps its link: its authors are told of a new edition, and take over what suits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from config import ROOT, Settings
from lms.access.reaches import Reach, scoped
from lms.authoring.jobs import following as jobs
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import file_of, files_of
from lms.authoring.queries.following import OwnState, following
from lms.authoring.rules.new_course import adapted
from lms.authoring.services.drafts import begin
from lms.authoring.services.files import write
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.jobs.services import enqueue
from lms.core.storage import LocalFolder
from lms.courses.folder import edition_of, read_files
from lms.courses.models import StoredEdition
from lms.courses.queries import get_current
from lms.courses.services import publish
from lms.courses.store import get_edition
from lms.guides.registry import read_registry
from lms.notices.models import Notice
from lms.people.models import Person
from tests.authoring.drafts import SMALL, SMALL_KEY, make_trainer, trainer_actor
from tests.support.client import Client
from tests.support.worker import shift_of, work_off

SignIn = Callable[[Person], Client]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OWN_KEY = "small-course-of-palau"
FIRST, SECOND = "modules/01-first/01-asking.md", "modules/01-first/02-listening.md"


def publish_small(session: Session, files: dict[str, bytes]) -> StoredEdition:
    """An edition of the small course with these files."""
    registry = read_registry(ROOT / "content" / "guides")[0]
    made = publish(
        session, Actor.system("test"), edition_of(read_files(files)), registry, now=clock.now()
    )
    assert made is not None
    return made


def adapt(session: Session, trainer: Person) -> Draft:
    """A draft of the trainer's own that follows the small course."""
    stored = get_current(session, SMALL_KEY)
    files = adapted(get_edition(session, stored.digest), OWN_KEY, "The same in Palau")
    return begin(
        session,
        trainer_actor(trainer, OWN_KEY),
        course_key=OWN_KEY,
        title="The same in Palau",
        files=files,
        adapted_from=stored,
        now=clock.now(),
    )


def notices_of(session: Session, person: Person) -> list[str]:
    """The pages that notices of new editions lead a person to."""
    statement = scoped(Notice, Actor.system("test"), Reach.ALL_MEMBERS).where(
        Notice.person_id == person.id, Notice.kind == "draft.source_moved"
    )
    return [notice.path for notice in session.execute(statement).scalars()]


def test_authors_are_told_once_and_take_over_what_suits(
    app: Flask, session: Session, sign_in: SignIn, settings: Settings
) -> None:
    publish_small(session, SMALL)
    trainer = make_trainer(session, OWN_KEY)
    draft = adapt(session, trainer)
    actor = trainer_actor(trainer, OWN_KEY)
    own = file_of(session, draft, SECOND)
    ours = own.content.replace(b"title: Listening", b"title: Listening at the quay")
    write(session, actor, draft, SECOND, ours, based_on=own.digest, now=clock.now())
    changed = SMALL | {
        FIRST: SMALL[FIRST].replace(b"title: Asking", b"title: Asking kindly"),
        SECOND: SMALL[SECOND].replace(b"title: Listening", b"title: Listening long"),
    }
    publish_small(session, changed)
    session.commit()

    with app.app_context():
        engine = db.engine
    storage = LocalFolder(settings.data_folder / "files")
    shift = shift_of(engine, {jobs.TELL: jobs.tell_of_sources}, storage, settings)
    for _time in range(2):
        enqueue(session, jobs.TELL, {}, requested_by=Actor.system("test"), now=clock.now())
        session.commit()
        work_off(shift)
    assert notices_of(session, trainer) == [f"/drafts/{draft.id}/source"]

    found = following(session, draft)
    assert {file.path: file.own for file in found.files} == {
        FIRST: OwnState.UNTOUCHED,
        SECOND: OwnState.OWN,
    }
    client = sign_in(trainer)
    page = client.get(f"/drafts/{draft.id}/source")
    assert "kindly" in page.main
    page = client.submit(page, f"Take over {FIRST}")
    page = client.submit(page, f"Keep my own {SECOND}")
    assert "Nothing new" in page.main
    session.expire_all()
    kept = files_of(session, draft)
    assert kept[FIRST] == changed[FIRST]
    assert kept[SECOND] == ours


@ONE_DATABASE
def test_the_page_of_an_adapted_course_names_its_source_and_member(
    session: Session, sign_in: SignIn
) -> None:
    publish_small(session, SMALL)
    trainer = make_trainer(session, OWN_KEY)
    draft = adapt(session, trainer)
    publish_small(session, files_of(session, draft))
    client = sign_in(trainer)
    page = client.get(f"/drafts/{draft.id}/source")
    client.submit(page, "Save", {"member": "PLW"})
    words = " ".join(client.get(f"/courses/{OWN_KEY}").text.split())
    assert "Adapted from A small course for Palau." in words
    client.get("/drafts/999/source", status=404)
