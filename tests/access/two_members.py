"""Palau and Fiji, each with people who learn: the ground of the leak suite over learning.

Whatever a person of a member is called or wrote holds a mark of that member, one for each
kind, so that a test can say which kinds a reader may meet and which never.
"""

from __future__ import annotations

import datetime
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from config import Settings
from lms.access.roles import Role
from lms.alumni.rules import AlumniField
from lms.alumni.services import accept
from lms.certificates.models import Certificate
from lms.certificates.rules import CorrectionReason, grouped
from lms.certificates.services.holding import ask_for_correction
from lms.completion.services.crediting import credit
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.jobs.models import Job, JobState
from lms.core.storage import LocalFolder
from lms.courses.check import load_course
from lms.courses.models import StoredEdition
from lms.courses.services import publish
from lms.courses.values.edition import Edition
from lms.enrolments.rules.assigning import SubjectKind
from lms.enrolments.services.assigning import carry_out, choose, draft
from lms.guides.registry import read_registry
from lms.learning.services.standings import ask_refresh
from lms.people.models import Person
from lms.progress.rules import EvidenceKind, Fact
from lms.web.jobs import handlers
from tests.access.taught_rows import make_taught_rows
from tests.courses.small_course import write_small_course
from tests.factories import actor_of, focal_point_actor, give_role, make_agency, make_official
from tests.support.assigned import enrolments
from tests.support.certified import certificates_of
from tests.support.client import Client
from tests.support.pages import Page
from tests.support.pdf import text_of
from tests.support.worker import shift_of, work_off

SYSTEM = Actor.system("test")
SHARED = "shared"
"""The course that people of both members take."""
THEN = datetime.datetime(2026, 2, 10, 9, tzinfo=datetime.UTC)
"""When everybody was assigned it and completed it: in a quarter that is over."""
MOST_OF_ONE_VIEW = 3
"""Addresses of one view that a walk opens."""

IDENTITY = ("name", "own", "mail", "post", "list", "working", "relay")
"""Kinds of marks in what a person is called and how they are reached."""


def mark(kind: str, member: str) -> str:
    """The mark that stands in every value of this kind of this member."""
    return f"zq{kind}{member.lower()}zq"


@dataclass(slots=True)
class Side:
    """One member: who there is, and what stands about them."""

    member: str
    focal_point: Person
    agency_focal_point: Person
    official: Person
    trainer: Person
    marker: Person
    course: str
    rows: dict[str, int] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    certificate_id: int = 0

    @property
    def marks(self) -> dict[str, tuple[str, ...]]:
        """What leads to this member's people, by kind."""
        found = {kind: (mark(kind, self.member),) for kind in (*IDENTITY, "word")}
        shown = [number.lower() for number in self.numbers]
        return {**found, "number": (*shown, *(grouped(each).lower() for each in shown))}


class Ground:
    """Both members and the courses they take."""

    def __init__(self, app: Flask, session: Session, settings: Settings, content: Path) -> None:
        self.app, self.session, self.settings = app, session, settings
        edition = load_course(write_small_course(content))
        self._registry = read_registry(content / "guides")[0]
        self._tree = json.loads(edition.to_json())
        self.shared = self._publish(SHARED, only="asking")
        self.palau = self._side("PLW")
        self.fiji = self._side("FJI")
        for course in (SHARED, self.palau.course, self.fiji.course):
            ask_refresh(session, SYSTEM, course, now=clock.now())
        session.commit()

    def _publish(self, key: str, *, only: str = "") -> StoredEdition:
        tree = json.loads(json.dumps(self._tree))
        tree["course"] |= {"key": key, "title": f"Course {key}"}
        if only:
            tree["modules"] = [{**tree["modules"][0], "activities": [only]}]
            tree["activities"] = [each for each in tree["activities"] if each["key"] == only]
        made = Edition.model_validate_json(json.dumps(tree))
        stored = publish(self.session, SYSTEM, made, self._registry, now=THEN)
        assert stored is not None
        return stored

    def _side(self, member: str) -> Side:
        session = self.session
        course = f"of-{member.lower()}"
        stored = self._publish(course)
        agency = make_agency(session, member)
        side = Side(
            member=member,
            focal_point=self._person(member, "focal"),
            agency_focal_point=self._person(member, "agency"),
            official=self._person(member, "learner"),
            trainer=self._person(member, "trainer"),
            marker=self._person(member, "marker"),
            course=course,
        )
        give_role(session, side.focal_point, Role.FOCAL_POINT, ScopeKind.MEMBER, member)
        give_role(
            session, side.agency_focal_point, Role.FOCAL_POINT, ScopeKind.AGENCY, str(agency.id)
        )
        give_role(session, side.trainer, Role.TRAINER, ScopeKind.COURSE, course)
        give_role(session, side.marker, Role.MARKER, ScopeKind.COURSE, course)
        self._learn(side)
        side.rows = make_taught_rows(session, side.official, mark("word", member), stored)
        session.flush()
        return side

    def _person(self, member: str, number: str) -> Person:
        def of(kind: str) -> str:
            return mark(kind, member)

        return make_official(
            self.session,
            member,
            name=f"{of('name')} {number}",
            email=f"{of('mail')}{number}@{member.lower()}.example",
            own_script_name=of("own"),
            own_script_language="ja",
            list_name=of("list"),
            post=of("post"),
            working_name=of("working"),
            relay_address=f"{of('relay')}{number}@{member.lower()}.example",
        )

    def _learn(self, side: Side) -> None:
        """Assigned, completed, certified, among the alumni, asking for a correction."""
        session, person = self.session, side.official
        keeper = focal_point_actor(side.focal_point)
        run = draft(
            session,
            keeper,
            SubjectKind.COURSE,
            SHARED,
            due_on=THEN.date() + datetime.timedelta(days=30),
            now=THEN,
        ).run_id
        others = [side.trainer.id, side.marker.id]
        choose(session, keeper, run, add=[person.id, *others])
        carry_out(session, keeper, run, now=THEN)
        (enrolment,) = enrolments(session, person)
        fact = Fact(f"read:{enrolment.id}", EvidenceKind.READ, "asking", THEN, {})
        assert credit(session, SYSTEM, enrolment.id, fact, now=THEN).completes
        accept(session, actor_of(person), set(AlumniField), language="en", now=THEN)
        certificates: list[Certificate] = certificates_of(session, person)
        side.numbers = tuple(each.number for each in certificates)
        side.certificate_id = certificates[0].id
        ask_for_correction(
            session, actor_of(person), side.certificate_id, CorrectionReason.NAME, now=THEN
        )

    def client(self, person: Person | None = None) -> Client:
        """A visitor, or this person signed in with a second factor."""
        client = Client(self.app, self.session)
        return client.sign_in(person, second_factor=True) if person is not None else client

    def work(self) -> None:
        """Let the worker do everything that waits; nothing may fail."""
        self.session.commit()
        with self.app.app_context():
            engine = db.engine
        storage = LocalFolder(self.settings.files_folder)
        done = work_off(shift_of(engine, handlers(), storage, self.settings))
        ids = [job.id for job in done]
        self.session.expire_all()
        states = {self.session.get_one(Job, each).state for each in ids}
        self.session.rollback()
        assert states <= {JobState.DONE}, states


def forbidden(said: str, side: Side, kinds: tuple[str, ...]) -> list[str]:
    """The kinds of marks of this member that stand in what was said."""
    flat = re.sub(r"[\s\u00ad]+", "", said).lower()
    return [kind for kind in kinds if any(each in flat for each in side.marks[kind])]


def walk(app: Flask, client: Client, starts: list[str]) -> Iterator[tuple[str, str]]:
    """Every page and file one gets to from these addresses by following links: address, bytes.

    Of each view a few addresses, the first that are met.
    """
    seen: set[str] = set()
    opened: dict[str, int] = {}
    waiting = list(starts)
    while waiting:
        address = waiting.pop(0)
        view = _view_of(app, address)
        if address in seen or view is None or opened.get(view, 0) >= MOST_OF_ONE_VIEW:
            continue
        seen.add(address)
        opened[view] = opened.get(view, 0) + 1
        with client.raw("GET", address) as answer:
            said = said_by(answer)
            yield address, said
            waiting += _links(answer)


def said_by(answer: TestResponse) -> str:
    """All an answer says: headers, and the words also inside a workbook or a PDF."""
    return f"{answer.headers}\n{plain(answer.get_data())}"


def plain(body: bytes) -> str:
    """What a body says, also inside a workbook, a ZIP or a PDF."""
    if body.startswith(b"%PDF"):
        return text_of(body)
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return " ".join(plain(archive.read(name)) for name in archive.namelist())


def _links(answer: TestResponse) -> list[str]:
    location = answer.headers.get("Location")
    if location:
        return [location]
    if answer.mimetype != "text/html":
        return []
    links = Page("", answer).tree.xpath("//a/@href")
    return [each for each in links if each.startswith("/")]


def _view_of(app: Flask, address: str) -> str | None:
    """The name of the view of an address; None for what is not ours or is an asset."""
    parts = urlsplit(address)
    try:
        endpoint, _values = app.url_map.bind("localhost").match(parts.path, method="GET")
    except HTTPException:
        return None
    return None if "asset" in endpoint or endpoint == "static" else str(endpoint)
