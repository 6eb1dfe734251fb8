"""Every page there is: each GET route that answers with HTML, in the role that sees most on it.

The routes come from the application itself, so that none can be forgotten: one that nobody of
the people here can open must be named in ELSEWHERE with the reason, or the walk does not hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from config import Settings
from lms.access.reaches import Reach
from lms.access.roles import Role
from lms.authoring.services.drafts import begin
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.storage import LocalFolder
from lms.courses.queries import get_current
from lms.courses.services.helplines import Called, save_helpline
from lms.courses.store import get_edition
from lms.courses.writing import course_files
from lms.people.models import Person
from lms.people.queries.persons import find_by_emails
from lms.web.demonstration.cast import COURSE, shown
from lms.web.demonstration.loading import DEMONSTRATION
from lms.web.jobs import handlers
from script.measures import growth, product
from tests.access.samples import Samples, make_samples
from tests.access.taught_rows import COURSE as SMALL_COURSE
from tests.factories import focal_point_actor, give_role, make_focal_point, make_official
from tests.support.client import Client
from tests.support.worker import shift_of, work_off

NOBODY = "nobody signed in"
OFFICIAL = "ngirmang0@plw.example"
"""To whom the rows of the samples belong."""
MOST_OF_ONE_VIEW = 4
"""Addresses of one view that are looked at before the page that says most is chosen."""

PERIOD = "2026-Q3"
"""A quarter in which people of the demonstration learned."""

ONLY_A_FILE = "answers with a file"
LEADS_ON = "leads to another page"
IN_JOURNEY = "looked at with axe in tests/journeys/"
ELSEWHERE: Mapping[str, str] = {
    "authoring.course_paper": ONLY_A_FILE,
    "authoring.draft_media": ONLY_A_FILE,
    "authoring.draft_merge": IN_JOURNEY + "test_two_editors.py",
    "authoring.draft_paper": ONLY_A_FILE,
    "authoring.draft_question_at": LEADS_ON,
    "authoring.draft_questions_brought": IN_JOURNEY + "test_authoring.py",
    "authoring.draft_quiz_at": LEADS_ON,
    "authoring.draft_source": ONLY_A_FILE,
    "authoring.draft_version": "an old page is shown as authoring.draft_page is, which is walked",
    "authoring.preview": LEADS_ON,
    "authoring.preview_attempt": "has the template of learning.attempt, which is walked",
    "certificates.bundle": IN_JOURNEY + "test_certificates.py",
    "certificates.bundle_pdf": ONLY_A_FILE,
    "certificates.bundle_zip": ONLY_A_FILE,
    "certificates.document": ONLY_A_FILE,
    "certificates.member_document": ONLY_A_FILE,
    "certificates.own_credential": ONLY_A_FILE,
    "certificates.own_document": ONLY_A_FILE,
    "certificates.shared": IN_JOURNEY + "test_certificates.py",
    "courses.medium": ONLY_A_FILE,
    "guides.reading": "stands while a guide is read, and shows what jobs.job shows, walked",
    "guides.reading_json": ONLY_A_FILE,
    "learning.assignment_people": IN_JOURNEY + "test_assigning.py",
    "learning.correction": IN_JOURNEY + "test_question_kinds.py",
    "learning.leave_a_path": IN_JOURNEY + "test_assigning.py",
    "learning.marking_file": ONLY_A_FILE,
    "learning.message_to_me": IN_JOURNEY + "test_teaching_pages.py",
    "learning.own_assigned": IN_JOURNEY + "test_assigning.py",
    "learning.own_file": ONLY_A_FILE,
    "learning.teaching_export_file": ONLY_A_FILE,
    "people.confirm_address": "has the form of people.address, which is walked",
    "people.invitation": IN_JOURNEY + "test_ways_in.py",
    "people.registration": IN_JOURNEY + "test_ways_in.py",
    "people.reset": IN_JOURNEY + "test_ways_in.py",
    "people.role_grant": IN_JOURNEY + "test_member_pages.py",
    "people.second_factor": IN_JOURNEY + "test_ways_in.py",
    "people.second_factor_qr": ONLY_A_FILE,
    "people.second_factor_settings": IN_JOURNEY + "test_ways_in.py",
    "people.terms": IN_JOURNEY + "test_ways_in.py",
    "reports.figures_file": ONLY_A_FILE,
    "reports.made_file_itself": ONLY_A_FILE,
    "reports.named_file": LEADS_ON,
    "reports.release_file": ONLY_A_FILE,
}
"""Views whose page none of the people here can open, each with the reason."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page: the view behind it, where it is, and who opens it."""

    view: str
    path: str
    who: str
    status: int
    size: int


@dataclass(frozen=True, slots=True)
class Pages:
    """Every page that was found, the cookies of the people, and the views without a page."""

    found: tuple[Found, ...]
    cookies: Mapping[str, str]
    files: tuple[str, ...]
    """Views that answer with a file, JSON or plain text."""
    missing: tuple[str, ...]
    """Views that none of the people here could open."""


def fill(installation: product.Product, app: Flask) -> tuple[list[Samples], dict[str, str]]:
    """Put a row of each kind beside the demonstration; the samples, and a cookie by person.

    Of the samples the first stand on the course of the demonstration, the others on a small one.
    """
    growth.pages_of(installation)
    with app.app_context():
        engine = db.engine
    # Outside a context of the application, or all requests of the clients would share one.
    with Session(engine, expire_on_commit=False) as session:
        now = clock.now()
        samples = make_samples(session)
        stored = get_current(session, COURSE)
        draft = begin(
            session,
            Actor.system("measure"),
            course_key=COURSE,
            title="A draft of a whole course",
            files=course_files(get_edition(session, stored.digest)),
            made_from=stored,
            now=now,
        )
        called = Called(
            "A line to call", "+680 488 2511", "Day and night", ["en"], True, now.date()
        )
        caller = focal_point_actor(make_focal_point(session, "PLW", name="Sample caller"))
        save_helpline(session, caller, "PLW", called, replaces=None, now=now)
        people = dict(_of_demonstration(session))
        people |= _of_samples(session)
        session.flush()
        samples.values["draft_id"] = str(draft.id)
        cookies = {NOBODY: ""}
        made: list[dict[str, str]] = []
        for who, person in people.items():
            client = Client(app, session).sign_in(person, second_factor=True)
            cookie = client.http.get_cookie("bekal")
            if cookie is None:
                raise RuntimeError(f"{who} could not sign in.")
            cookies[who] = cookie.value
            if who == "Secretariat":
                made = _made_by_the_worker(app, client)
    small = {"course_key": SMALL_COURSE, "key": SMALL_COURSE, "activity_key": "asking"}
    return [Samples(samples.values | more) for more in ({}, small, *made)], cookies


def _made_by_the_worker(app: Flask, secretariat: Client) -> list[dict[str, str]]:
    """Ready-made tables for everybody and two files: the values that lead to their pages."""
    secretariat.post("/reports/releases", {"period": PERIOD})
    asked = [
        secretariat.post("/reports/completion/files/csv"),
        secretariat.post(f"/teaching/{COURSE}/exports/csv"),
    ]
    with app.app_context():
        engine = db.engine
    settings: Settings = app.config["BEKAL"]
    work_off(shift_of(engine, handlers(), LocalFolder(settings.files_folder), settings))
    secretariat.post(f"/reports/releases/{PERIOD}/publish", {"audience": "public"})
    return [{"period_key": PERIOD}, *({"run_id": page.path.rpartition("/")[2]} for page in asked)]


def _of_demonstration(session: Session) -> Iterator[tuple[str, Person]]:
    players = {player.email: player.role_name for player in shown()}
    players[growth.LEARNER] = "learner"
    found = find_by_emails(session, DEMONSTRATION, list(players), Reach.ALL_MEMBERS)
    for person in found.values():
        yield players[person.email], person


def _of_samples(session: Session) -> dict[str, Person]:
    """The person of the samples, and those of their member who hold a role over them."""
    (official,) = find_by_emails(session, DEMONSTRATION, [OFFICIAL], Reach.ALL_MEMBERS).values()
    made = {"official of the samples": official}
    for role in (Role.FOCAL_POINT, Role.TRAINER, Role.MARKER, Role.REVIEWER):
        person = make_official(session, "PLW", name=f"Sample {role.value}")
        if role is Role.FOCAL_POINT:
            give_role(session, person, role, ScopeKind.MEMBER, "PLW")
        else:
            give_role(session, person, role, ScopeKind.COURSE, COURSE)
            give_role(session, person, role, ScopeKind.COURSE, SMALL_COURSE)
        made[f"{role.value} of the samples"] = person
    return made


def find(app: Flask, samples: Sequence[Samples], cookies: Mapping[str, str]) -> Pages:
    """For each view the page that says most, among its sample and what links lead to."""
    best: dict[str, Found] = {}
    files: set[str] = set()
    views = {rule.endpoint: rule for rule in app.url_map.iter_rules() if _is_read(rule.methods)}
    for who, cookie in cookies.items():
        client = app.test_client(use_cookies=False)
        opened: defaultdict[str, int] = defaultdict(int)
        seen: set[str] = set()
        # What links lead to comes after every view's sample.
        waiting = [one.path(rule) for one in samples for rule in views.values()]
        while waiting:
            path = waiting.pop(0)
            view = _view_of(app, path)
            if path in seen or view not in views or opened[view] >= MOST_OF_ONE_VIEW:
                continue
            seen.add(path)
            headers = {"Cookie": f"bekal={cookie}"} if cookie else {}
            answer = client.get(path, headers=headers)
            if answer.status_code != 200:
                continue
            if answer.mimetype != "text/html":
                files.add(view)
                continue
            opened[view] += 1
            size = len(answer.get_data())
            if view not in best or size > best[view].size:
                best[view] = Found(view, path, who, answer.status_code, size)
            waiting += _links(path, answer)
    without = sorted(set(views) - set(best) - files)
    return Pages(
        tuple(sorted(best.values(), key=lambda page: (page.who, page.view))),
        cookies,
        tuple(sorted(files - set(best))),
        tuple(view for view in without if view not in ELSEWHERE),
    )


def _is_read(methods: Iterable[str] | None) -> bool:
    return "GET" in (methods or ())


def _view_of(app: Flask, path: str) -> str:
    try:
        view, _values = app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")
    except HTTPException:
        return ""
    return str(view)


def _links(path: str, answer: TestResponse) -> list[str]:
    """Where the page leads within the site; not by the footer, which changes language or colour."""
    soup = BeautifulSoup(answer.get_data(), "html.parser")
    if soup.footer is not None:
        soup.footer.decompose()
    addresses = [urljoin(path, str(each["href"])) for each in soup.find_all("a", href=True)]
    return [each.partition("#")[0] for each in addresses if each.startswith("/")]
