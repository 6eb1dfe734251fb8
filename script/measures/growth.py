"""Pages of learners and trainers while the number enrolled on their course grows."""

import datetime
import gzip
import http.client
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event

from config import Settings
from lms.assessments.services import attempts
from lms.core import clock
from lms.core.database import Session
from lms.core.extensions import db
from lms.courses.store import get_edition
from lms.courses.values.page import Page
from lms.courses.values.quiz import Quiz
from lms.enrolments.queries.own import lock_own
from lms.enrolments.services.taking import enrol_self
from lms.web.app import create_app
from lms.web.demonstration.cast import COURSE, PASSWORD
from lms.web.demonstration.living import work_on
from lms.web.demonstration.stories import Chapter
from script.measures import product
from script.measures.actors import actor_with

SIZES = (10, 1_000, 100_000)
"""People enrolled on the course besides the one who looks."""
LEARNER = "tmetuchl.rengulbai@justice.pw.example"
TRAINER = "thida.lwin@rso.example"


@dataclass(frozen=True)
class Look:
    """One page by one person, at one size: what it costs beside its CPU."""

    work: str
    path: str
    cookie: str
    statements: int
    size: int
    compressed: int


def pages_of(installation: product.Product) -> Mapping[str, str]:
    """The learner's pages by name, half of the course done and one quiz open; a fresh start."""
    app = app_of(installation)
    with app.app_context(), Session(db.engine) as session, session.begin():
        now = clock.now()
        actor = actor_with(session, LEARNER, now)
        begun = now - datetime.timedelta(days=9)
        enrol_self(session, actor, COURSE, language="en", now=begun)
        half = Chapter(COURSE, begun=9, last=1, share=0.5)
        rng = Random(1)  # noqa: S311 - an invented learner, no secret
        work_on(session, actor, half, rng, language="en", now=now)
        enrolment, stored = lock_own(session, actor, COURSE)
        edition = get_edition(session, stored.digest)
        later = [edition.activity(key) for key in edition.order[len(edition.order) // 2 :]]
        lesson = next(each for each in later if isinstance(each, Page))
        quiz = next(each for each in later if isinstance(each, Quiz))
        attempts.begin(session, actor, enrolment, edition, quiz, language="en", now=now)
    here = f"/learning/{COURSE}"
    return {
        "my learning": "/learning",
        "course page": here,
        "lesson": f"{here}/{lesson.key}",
        "quiz": f"{here}/{quiz.key}",
        "quiz attempt": f"{here}/{quiz.key}/attempts/1",
    }


def trainer_pages() -> Mapping[str, str]:
    """The trainer's pages by name."""
    return {
        "courses I teach": "/teaching",
        "trainer's course page": f"/teaching/{COURSE}",
        "trainer's list of people": f"/teaching/{COURSE}/people",
    }


def looks(installation: product.Product) -> Callable[[], Iterator[Look]]:
    """A function that looks at every page as the product stands then."""
    app = app_of(installation)
    cookies = {email: sign_in(installation, email) for email in (LEARNER, TRAINER)}
    pages = [(name, path, cookies[LEARNER]) for name, path in pages_of(installation).items()]
    pages += [(name, path, cookies[TRAINER]) for name, path in trainer_pages().items()]

    def look() -> Iterator[Look]:
        client = app.test_client(use_cookies=False)
        for name, path, cookie in pages:
            read(client, installation, path, cookie)  # editions and templates are read once
            with counting(app) as statements:
                body = read(client, installation, path, cookie)
            yield Look(name, path, cookie, len(statements), len(body), len(gzip.compress(body)))

    return look


class counting:  # noqa: N801 - used as a statement
    """The statements an application runs inside the block, transactions not counted."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self._engine = db.engine
        self._seen: list[str] = []

    def __enter__(self) -> list[str]:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self._seen

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(
        self, _c: Connection, _cur: object, sql: str, _p: object, _x: object, _m: bool
    ) -> None:
        if not sql.startswith("BEGIN"):
            self._seen.append(sql)


def read(client: FlaskClient, installation: product.Product, path: str, cookie: str) -> bytes:
    """A page of the application in this process; RuntimeError unless it answers 200."""
    answer = client.get(path, base_url=installation.address, headers={"Cookie": cookie})
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    body: bytes = answer.get_data()
    return body


def app_of(installation: product.Product) -> Flask:
    """The application in this process, on the database of the installation."""
    return create_app(Settings.from_environment(dict(installation.environment)))


def sign_in(installation: product.Product, email: str) -> str:
    """Sign in through the page of the running product; the cookie to send from then on.

    It is the one a browser has after its first page with a form, whose token the cookie holds.
    """
    client = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=90)
    client.request("GET", "/sign-in")
    answer = client.getresponse()
    cookie = _cookie(answer)
    field = BeautifulSoup(answer.read(), "html.parser").select_one("input[name=csrf_token]")
    if field is None:
        raise RuntimeError("The sign-in page has no form.")
    fields = {"csrf_token": str(field["value"]), "email": email, "password": PASSWORD}
    client.request(
        "POST",
        "/sign-in",
        urllib.parse.urlencode(fields),
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": cookie,
            "Referer": f"{installation.address}/sign-in",
        },
    )
    answer = client.getresponse()
    answer.read()
    if answer.status != 303:
        raise RuntimeError(f"Sign-in of {email} answered {answer.status}.")
    cookie = _cookie(answer)
    client.request("GET", "/account", headers={"Cookie": cookie})
    answer = client.getresponse()
    answer.read()
    client.close()
    return _cookie(answer) or cookie


def _cookie(answer: http.client.HTTPResponse) -> str:
    given = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(each.partition(";")[0] for each in given)
