"""Drafts: the folder as rows. Who sees one, and that writing never overwrites."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from config import ROOT
from lms.access.roles import Role
from lms.authoring.queries.drafts import digests_of, draft_for, file_of, files_of
from lms.authoring.rules.drafts import content_digest
from lms.authoring.services.drafts import begin
from lms.authoring.services.files import MovedOnError, write, write_many
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError, RefusedError
from lms.courses.check import check_files, edition_from
from lms.courses.writing import course_files
from lms.guides.registry import read_registry
from tests.authoring.drafts import (
    SMALL,
    SMALL_KEY,
    content_files,
    make_draft,
    make_trainer,
    trainer_actor,
)
from tests.factories import actor_of, make_official, make_secretariat, secretariat_actor
from tests.support.together import at_once

CONTENT = ROOT / "content"
REGISTRY = read_registry(CONTENT / "guides")[0]
COURSES = sorted(path.name for path in (CONTENT / "courses").iterdir())
PAGE = "modules/01-first/01-asking.md"
SYSTEM = Actor.system("test")


def test_the_small_course_checks_without_a_problem() -> None:
    members = CONTENT / "members.csv"
    assert [str(problem) for problem in check_files(SMALL, REGISTRY, members=members)] == []


def test_files_of_every_course_make_its_edition_and_come_back_from_it() -> None:
    for key in COURSES:
        files = content_files(key)
        assert course_files(edition_from(files, REGISTRY)) == files


def test_a_draft_keeps_every_file_of_every_course_byte_for_byte(session: Session) -> None:
    for key in COURSES:
        files = content_files(key)
        draft = begin(session, SYSTEM, course_key=key, title=key, files=files, now=clock.now())
        session.flush()
        session.expire_all()
        assert files_of(session, draft) == files


def test_only_contributors_reviewers_of_the_course_and_the_secretariat_see_a_draft(
    session: Session,
) -> None:
    author, stranger = make_trainer(session), make_trainer(session)
    draft = make_draft(session, author, SMALL_KEY)
    reviewer = make_official(session)
    secretariat = make_secretariat(session)
    for actor in (
        trainer_actor(author, SMALL_KEY),
        actor_of(reviewer, (Role.REVIEWER, ScopeKind.COURSE, SMALL_KEY)),
        secretariat_actor(secretariat),
    ):
        assert draft_for(session, actor, draft.id).id == draft.id
    for actor in (
        trainer_actor(stranger, SMALL_KEY),
        actor_of(reviewer, (Role.REVIEWER, ScopeKind.COURSE, "scam-centres")),
        actor_of(make_official(session)),
    ):
        with pytest.raises(NotFoundError):
            draft_for(session, actor, draft.id)


def test_who_reads_a_draft_as_a_reviewer_cannot_change_it(session: Session) -> None:
    draft = make_draft(session, make_trainer(session), SMALL_KEY)
    reviewer = actor_of(
        make_official(session),
        (Role.REVIEWER, ScopeKind.COURSE, SMALL_KEY),
        (Role.TRAINER, ScopeKind.COURSE, SMALL_KEY),
    )
    with pytest.raises(RefusedError):
        write(session, reviewer, draft, PAGE, b"x", based_on=None, now=clock.now())


def test_second_writer_is_told_what_stands_and_overwrites_nothing(session: Session) -> None:
    author = make_trainer(session)
    actor = trainer_actor(author, SMALL_KEY)
    draft = make_draft(session, author, SMALL_KEY)
    before = draft.digest
    start = content_digest(SMALL[PAGE])
    mine = SMALL[PAGE].replace(b"Alone", b"Apart")
    write(session, actor, draft, PAGE, mine, based_on=start, now=clock.now())
    assert draft.digest != before
    with pytest.raises(MovedOnError) as caught:
        write(session, actor, draft, PAGE, b"theirs", based_on=start, now=clock.now())
    assert caught.value.content == mine
    assert caught.value.digest == content_digest(mine)
    assert file_of(session, draft, PAGE).content == mine
    # The same words again are no conflict: nothing would be lost.
    write(session, actor, draft, PAGE, mine, based_on=start, now=clock.now())
    assert file_of(session, draft, PAGE).number == 2


def test_many_changes_happen_together_or_not_at_all(session: Session) -> None:
    author = make_trainer(session)
    actor = trainer_actor(author, SMALL_KEY)
    draft = make_draft(session, author, SMALL_KEY)
    digests = digests_of(session, draft)
    other = "modules/01-first/02-listening.md"
    with pytest.raises(MovedOnError):
        write_many(
            session,
            actor,
            draft,
            {PAGE: None, other: b"new"},
            based_on={PAGE: digests[PAGE], other: "0" * 64},
            now=clock.now(),
        )
    assert digests_of(session, draft) == digests
    moved = "modules/01-first/03-asking.md"
    write_many(
        session,
        actor,
        draft,
        {PAGE: None, moved: SMALL[PAGE]},
        based_on={PAGE: digests[PAGE]},
        now=clock.now(),
    )
    assert set(digests_of(session, draft)) == {*SMALL, moved} - {PAGE}


def test_of_two_who_save_one_page_at_once_one_is_told(app: Flask, session: Session) -> None:
    author = make_trainer(session)
    actor = trainer_actor(author, SMALL_KEY)
    draft = make_draft(session, author, SMALL_KEY)
    session.commit()
    start = content_digest(SMALL[PAGE])

    def saving(content: bytes) -> Callable[[Session], None]:
        def save(own: Session) -> None:
            found = draft_for(own, actor, draft.id)
            write(own, actor, found, PAGE, content, based_on=start, now=clock.now())

        return save

    refused = at_once(app, saving(b"one"), saving(b"two"))
    assert sorted(type(error).__name__ for error in refused) == ["MovedOnError", "NoneType"]
    session.expire_all()
    assert file_of(session, draft, PAGE).content in {b"one", b"two"}
