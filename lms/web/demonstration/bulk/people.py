"""Inserting very many people: who they are, their courses, and all that follows from these."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine

from lms.access.guard import owned_tables
from lms.access.reaches import VOUCHED
from lms.assessments.models import Attempt
from lms.certificates.models import Certificate, CertificateStep
from lms.certificates.rules import CertificateKind, Snapshot, new_number
from lms.core.database import Session
from lms.enrolments.models import Enrolment, EnrolmentStep
from lms.enrolments.rules.due import Due
from lms.learning.models import Standing
from lms.learning.services.standings import count_course, write_summary
from lms.people.models import Acceptance, Affiliation, Person
from lms.people.rules.documents import IN_FORCE
from lms.people.rules.listing import OFFICIAL
from lms.people.rules.names import search_text, sort_name
from lms.progress.models import Evidence
from lms.web.demonstration.bulk.ground import Body, Course, Ground, Test
from lms.web.demonstration.bulk.rows import Pool, in_haste
from lms.web.demonstration.loading import DEMONSTRATION
from lms.web.demonstration.stories import Chapter, Stage, Story, drawn_story

CHUNK = 2_000
"""People to a transaction; about 50 rows each."""
RUN_ID = "bulk"
NO_QUESTIONS = '{"language": "en", "questions": []}'
"""The drawing of an attempt whose questions nobody asks for: it has a result, and that is all."""
_LEFT_FOR = ("no_time", "changed_post", "not_needed", "too_heavy", "other")


class Writer:
    """The pools of one run, in the order in which they must be written."""

    def __init__(self, connection: Connection, ground: Ground, rng: Random) -> None:
        self._ground, self._rng = ground, rng
        own = ("person_id", "member_code", "agency_id")
        self.people = Pool(
            connection,
            Person,
            (
                *("state", "email", "folded_email", "name", "own_script_name"),
                *("own_script_language", "list_name", "sort_name", "search_text", "member_code"),
                *("agency_id", "post", "sector", "sex", "languages", "time_zone"),
                *("interface_language", "password_hash", "limits_own_listing"),
                *("limited_by_agency", "working_name", "relay_address", "created_at", "run_id"),
            ),
        )
        self.affiliations = Pool(
            connection, Affiliation, (*own, "post", "started_on", "recorded_at")
        )
        self.acceptances = Pool(
            connection,
            Acceptance,
            ("person_id", "document", "version", "language", "accepted_at"),
        )
        self.enrolments = Pool(
            connection,
            Enrolment,
            (
                *own,
                *("course_key", "edition_id", "source", "state", "language", "enrolled_at"),
                *("enrolled_by", "run_id", "due_on", "due_at", "due_zone", "due_set_at"),
                *("completed_at", "completed_member_code", "completed_agency_id"),
                *("withdrawn_at", "withdrawal_reason", "last_activity_at"),
                *("done_count", "next_key"),
            ),
        )
        self.steps = Pool(
            connection,
            EnrolmentStep,
            (
                *("enrolment_id", *own, "verb", "happened_at", "recorded_at", "by_person_id"),
                *("reason", "due_on", "run_id"),
            ),
        )
        self.attempts = Pool(
            connection,
            Attempt,
            (
                *("enrolment_id", "person_id", "member_code", "activity_key", "number", "state"),
                *("drawing", "started_at", "handed_in_at", "earned", "possible", "percent"),
                *("is_passed", "counted_at"),
            ),
        )
        self.evidence = Pool(
            connection,
            Evidence,
            (
                *("client_id", "enrolment_id", *own, "kind", "activity_key", "happened_at"),
                *("recorded_at", "facts", "reason"),
            ),
        )
        self.certificates = Pool(
            connection,
            Certificate,
            (
                *("number", "subject_kind", "subject_id", "kind", *own, "course_key"),
                *("edition_id", "state", "snapshot", "language", "issued_at", "issued_on"),
                *("held_for", "file_key", "file_digest", "credential_file_key", "share_fields"),
            ),
        )
        self.certificate_steps = Pool(
            connection,
            CertificateStep,
            ("certificate_id", *own, "verb", "happened_at", "reason"),
        )

        self.standings = Pool(
            connection,
            Standing,
            (
                *("enrolment_id", "person_id", "member_code", "course_key", "edition_id"),
                *("state", "sort_name", "module_key", "activity_key", "moved_at", "due_at"),
                "completed_at",
            ),
            numbers=False,
        )

    @property
    def pools(self) -> tuple[Pool, ...]:
        """In the order that foreign keys ask for."""
        return (
            self.people,
            self.affiliations,
            self.acceptances,
            self.enrolments,
            self.steps,
            self.attempts,
            self.evidence,
            self.certificates,
            self.certificate_steps,
            self.standings,
        )

    def person(self, only: str | None) -> None:
        """One person with all that belongs to them; with `only`, on that course and no other."""
        ground, rng = self._ground, self._rng
        body = rng.choices(ground.bodies, ground.weights)[0]
        story = drawn_story(rng, (only, only, only) if only else body.courses)
        if only:
            story = _on_one_course(rng, story, only)
        name = f"{rng.choice(ground.names)[0]} {rng.choice(ground.names)[1]}"
        email = f"official.{self.people.next_id}@{body.member_code.lower()}.bulk.example"
        joined = ground.today - datetime.timedelta(days=story.joined)
        is_active = story.stage is not Stage.INVITED
        is_limited = rng.random() < 0.08
        person_id = self.people.add(
            "active" if is_active else "invited",
            *(email, email, name, "", "", "", sort_name(name, "")),
            *(search_text(name, "", "", email), body.member_code, body.id, "Officer"),
            *("government", rng.choice(("woman", "man"))),
            *(["en"], "UTC", "en", ground.password_hash if is_active else None),
            *(is_limited, False, "", "", joined, RUN_ID),
        )
        own = (person_id, body.member_code, body.id)
        self.affiliations.add(*own, "Officer", joined.date(), joined)
        if is_active:
            for document, version in IN_FORCE:
                self.acceptances.add(person_id, document, version, "en", joined)
        for chapter in story.chapters:
            self._enrol(own, body, name, chapter, is_limited=is_limited)

    def _enrol(
        self,
        own: tuple[int, str, int],
        body: Body,
        name: str,
        chapter: Chapter,
        *,
        is_limited: bool,
    ) -> None:
        ground, rng = self._ground, self._rng
        course = ground.courses[chapter.course_key]
        begun = ground.today - datetime.timedelta(days=chapter.begun)
        last = ground.today - datetime.timedelta(days=chapter.last)
        count = round(len(course.steps) * chapter.share) - (1 if chapter.ends_failed else 0)
        is_complete = count == len(course.steps)
        due: tuple[Any, ...] = (None, None, None, None)
        if chapter.due is not None:
            day = (ground.today - datetime.timedelta(days=chapter.due)).date()
            fixed = Due.on(day, "UTC", now=begun)
            due = (fixed.day, fixed.ends_at, fixed.zone, fixed.set_at)
        source = "self" if chapter.due is None else "assignment"
        state = "completed" if is_complete else "withdrawn" if chapter.leaves else "active"
        enrolment_id = self.enrolments.add(
            *own,
            *(chapter.course_key, course.id, source, state, "en", begun),
            *(own[0] if source == "self" else None, RUN_ID, *due),
            *((last, own[1], own[2]) if is_complete else (None, None, None)),
            *((last, rng.choice(_LEFT_FOR)) if chapter.leaves else (None, None)),
            *(last if count else None, count),
            course.steps[count].key if 0 < count < len(course.steps) else None,
        )
        self._step(enrolment_id, own, "begin", begun, source, due[0])
        next_up = course.steps[count] if state == "active" else None
        self.standings.add(
            *(enrolment_id, own[0], own[1], chapter.course_key, course.id, state),
            sort_name(OFFICIAL if is_limited else name, ""),
            *((next_up.module, next_up.key) if next_up else ("", "")),
            *(last if count else begun, due[1], last if is_complete else None),
        )
        gap = (last - begun) / max(count, 1)
        for number, step in enumerate(course.steps[:count], 1):
            at = begun + gap * number
            if step.test is not None:
                self._attempt(enrolment_id, own, step.test, at, fails=chapter.fails)
            self.evidence.add(
                f"bulk:{enrolment_id}:{number}",
                enrolment_id,
                *own,
                step.kind,
                step.key,
                at,
                at,
                "{}",
                "",
            )
        if is_complete:
            self._step(enrolment_id, own, "complete", last, "", due[0])
            self._certify(enrolment_id, own, body, name, chapter.course_key, course, last)
        elif chapter.leaves:
            self._step(enrolment_id, own, "withdraw", last, "no_time", due[0])

    def _step(
        self,
        enrolment_id: int,
        own: tuple[int, str, int],
        verb: str,
        at: datetime.datetime,
        reason: str,
        due_on: datetime.date | None,
    ) -> None:
        self.steps.add(enrolment_id, *own, verb, at, at, own[0], reason, due_on, RUN_ID)

    def _attempt(
        self,
        enrolment_id: int,
        own: tuple[int, str, int],
        test: Test,
        at: datetime.datetime,
        *,
        fails: int,
    ) -> None:
        """The attempts at a test; a final one was failed first as often as the story says."""
        before = fails if test.is_final else 0
        for number in range(1, before + 2):
            is_good = number == before + 1
            percent = self._rng.randrange(80, 101) if is_good else self._rng.randrange(30, 78)
            if test.is_pre:
                percent = self._rng.randrange(30, 80)
            handed_in = at - datetime.timedelta(days=before + 1 - number)
            self.attempts.add(
                *(enrolment_id, own[0], own[1], test.key, number, "handed_in", NO_QUESTIONS),
                *(handed_in - datetime.timedelta(minutes=12), handed_in),
                *(str(percent * test.length // 100), test.length, percent),
                *(is_good or test.is_passed_by_all, handed_in),
            )

    def _certify(
        self,
        enrolment_id: int,
        own: tuple[int, str, int],
        body: Body,
        name: str,
        course_key: str,
        course: Course,
        at: datetime.datetime,
    ) -> None:
        snapshot = Snapshot(
            kind=CertificateKind.COMPLETION,
            language="en",
            name=name,
            name_own_script=None,
            own_script_language=None,
            member=body.member,
            agency=body.name,
            title=course.title,
            edition_number=course.number,
            courses=(),
            hours=course.hours,
            completed_on=at.date(),
            issued_on=at.date(),
            expires_on=None,
            signatory_name="",
            signatory_post="",
            authority="",
        )
        certificate_id = self.certificates.add(
            *(new_number(), "enrolment", enrolment_id, "completion", *own, course_key),
            *(course.id, "issued", snapshot.as_json(), "en", at, at.date()),
            *([], "", "", "", []),
        )
        self.certificate_steps.add(certificate_id, *own, "issue", at, "")


def insert_people(
    engine: Engine, ground: Ground, count: int, *, only: str | None = None
) -> Iterator[int]:
    """Insert so many people, a chunk to a transaction; yields the rows of each chunk.

    The same database and `count` give the same people, but for numbers of certificates.
    """
    vouching = engine.execution_options(**{VOUCHED: owned_tables()})
    with in_haste(vouching) as connection:
        with connection.begin():
            writer = Writer(connection, ground, Random(RUN_ID))  # noqa: S311 - invented lives
        for first in range(0, count, CHUNK):
            for _ in range(min(CHUNK, count - first)):
                writer.person(only)
            with connection.begin():
                rows = sum(pool.pour(connection) for pool in writer.pools)
            yield rows
        with connection.begin():
            for pool in writer.pools:
                pool.finish(connection)
            connection.exec_driver_sql("ANALYZE")
    with Session(engine) as session, session.begin():
        for key in ground.courses:
            counts = count_course(session, DEMONSTRATION, key, as_of=ground.today)
            write_summary(session, key, counts, as_of=ground.today)


def _on_one_course(rng: Random, story: Story, only: str) -> Story:
    """The same story, with one chapter at most, and always one."""
    begun = rng.uniform(1, 60)
    chapters: Sequence[Chapter] = story.chapters or (Chapter(only, begun, begun, 0),)
    stage = Stage.IDLE if story.stage is Stage.INVITED else story.stage
    return Story(stage, max(story.joined, 61), tuple(chapters[:1]))
