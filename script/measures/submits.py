"""Two hundred learners who hand in the last quiz of a course at the same moment.

Handing in completes the course, and a completion issues a certificate, so that one press goes
through attempt, answers, evidence, enrolment, certificate, notice and job.
"""

import hashlib
import logging
import re
import secrets
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import BeautifulSoup
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Engine, create_engine

from config import ROOT
from lms.access.reaches import Reach, scoped
from lms.assessments.services import attempts
from lms.core import clock
from lms.core.database import Session
from lms.core.extensions import db
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.quiz import Quiz
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import Source
from lms.enrolments.services.taking import put_on
from lms.people.rules.documents import IN_FORCE
from lms.people.services.documents import accept_documents
from lms.people.services.members import load_members
from lms.people.services.sessions import begin_session
from script.measures import asking, growth, product
from script.measures.databases import count
from tests.factories import actor_of, make_official
from tests.support.small_editions import KEY, SYSTEM, SmallCourse, Tree, activity

PEOPLE = 200
AT_ONCE = 50
"""Connections at the same moment; the others stand right behind them."""
QUIZ = "check"
EVIDENCE = f"(SELECT 1 FROM evidence WHERE activity_key = '{QUIZ}')"  # noqa: S608 - a constant
LONGEST = 300.0
"""Seconds until the last of them must be taken, with all that happens meanwhile."""
_ANSWER = re.compile(r"q\d+$")
PAUSE = 0.5
"""Seconds until somebody who got no answer presses again."""


@dataclass
class Submit:
    """One learner's form, ready to be sent; what was answered, in order."""

    path: str
    cookie: str
    body: str
    answers: list[str] = field(default_factory=list)

    @property
    def given(self) -> int:
        """How many questions are answered in the form."""
        return len({name for name in urllib.parse.parse_qs(self.body) if _ANSWER.match(name)})

    @property
    def is_taken(self) -> bool:
        """Whether the learner was told that it is handed in."""
        return bool(self.answers) and self.answers[-1] == "taken"


def only_quiz(tree: Tree) -> None:
    """A course of one quiz."""
    tree["activities"] = [activity(tree, QUIZ)]
    tree["modules"] = [{**tree["modules"][0], "activities": [QUIZ]}]


def ready(installation: product.Product, people: int = PEOPLE) -> list[Submit]:
    """Publish the course, put everybody on it, open an attempt each and fill in its form."""
    app = growth.app_of(installation)
    logging.getLogger("bekal").setLevel(logging.WARNING)  # this process is none of the product's
    with app.app_context(), tempfile.TemporaryDirectory() as folder:
        with Session(db.engine, expire_on_commit=False) as session:
            load_members(session, ROOT / "content" / "members.csv")
            small = SmallCourse(Path(folder))
            stored = small.publish(session, small.changed(only_quiz))
            cookies = [_begun(app, session, stored) for _ in range(people)]
            session.commit()
        db.engine.dispose()
    path = f"/learning/{KEY}/{QUIZ}/attempts/1"
    client = app.test_client(use_cookies=False)
    return [
        Submit(path, cookie, _filled(growth.read(client, installation, path, cookie)))
        for cookie in cookies
    ]


def _begun(app: Flask, session: Session, stored: StoredEdition) -> str:
    """A new learner with an open attempt; the cookie of a browser that is signed in."""
    now = clock.now()
    person = make_official(session)
    actor = actor_of(person)
    accept_documents(session, person.id, IN_FORCE, language="en", now=now)
    enrolment_id = put_on(
        session, SYSTEM, person, stored, source=Source.IMPORT, language="en", now=now
    )
    edition = get_edition(session, stored.digest)
    quiz = edition.activity(QUIZ)
    if not isinstance(quiz, Quiz):
        raise TypeError(f"{QUIZ} is no quiz.")
    own = scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS).where(Enrolment.id == enrolment_id)
    enrolment = session.execute(own).scalar_one()
    attempts.begin(session, actor, enrolment, edition, quiz, language="en", now=now)
    begun = begin_session(session, person, browser="", second_factor=False, now=now)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    if signer is None:
        raise RuntimeError("The application has no key.")
    kept = {"_user_id": begun.token, "_fresh": True, "csrf_token": secrets.token_hex(20)}
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(kept)}"


def _filled(page: bytes) -> str:
    """The form of the attempt with the first choice of every question, to be handed in."""
    form = BeautifulSoup(page, "html.parser").select_one("main form:has(fieldset)")
    if form is None:
        raise RuntimeError("The attempt has no form.")
    fields: dict[str, str] = {}
    for control in form.select("input[name]:not([type=checkbox])"):
        fields.setdefault(str(control["name"]), str(control.get("value") or ""))
    return urllib.parse.urlencode({**fields, "act": "hand-in"})


class Crowd:
    """All of them press, and press again after every answer that is not a yes."""

    def __init__(self, installation: product.Product, submits: list[Submit]) -> None:
        self._installation = installation
        self._submits = submits
        self._waiting = list(submits)
        self._guard = threading.Lock()
        self._until = time.monotonic() + LONGEST
        self.taken = 0
        self.last_taken_at = 0.0

    @contextmanager
    def pressing(self) -> Iterator[None]:
        """The crowd presses inside the block; its end waits for the last of them."""
        threads = [threading.Thread(target=self._press, daemon=True) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join(LONGEST)

    def wait_for(self, taken: int) -> None:
        """Wait until so many are taken; RuntimeError after LONGEST seconds."""
        while self.taken < taken:
            if time.monotonic() > self._until:
                raise RuntimeError(f"{self.taken} of {len(self._submits)} were taken in time.")
            time.sleep(0.005)

    def seen(self) -> str:
        """What people saw besides the yes, in words."""
        other = Counter(
            answer for submit in self._submits for answer in submit.answers if answer != "taken"
        )
        return ", ".join(f"{times} × {answer}" for answer, times in sorted(other.items()))

    def _press(self) -> None:
        while time.monotonic() < self._until:
            with self._guard:
                if not self._waiting:
                    return
                submit = self._waiting.pop(0)
            submit.answers.append(send(self._installation, submit))
            with self._guard:
                if submit.is_taken:
                    self.taken += 1
                    self.last_taken_at = time.monotonic()
                else:
                    self._waiting.append(submit)
            if not submit.is_taken:
                time.sleep(PAUSE)


def send(installation: product.Product, submit: Submit, *, seconds: float = 60) -> str:
    """Send one form: “taken”, the status with the heading of the page, or “no answer”."""
    headers = headers_of(installation, submit.cookie)
    answer = asking.ask(installation, "POST", submit.path, submit.body, headers, seconds=seconds)
    if answer is None:
        return asking.NO_ANSWER
    if answer.status == 303:
        return "taken"
    heading = answer.heading
    return f"{answer.status} “{'-' if heading is None else heading}”"


def headers_of(installation: product.Product, cookie: str) -> dict[str, str]:
    """What a browser sends with a form of ours."""
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": cookie,
        "Origin": installation.address,
    }


@dataclass(frozen=True)
class Kept:
    """What stands in the database in the end, and what is wrong with it, in words."""

    wrong: list[str]

    @property
    def lost(self) -> str:
        """For the column of what was lost."""
        return "; ".join(self.wrong) or "nothing: each stands once"


def look(installation: product.Product, sent: list[Submit], *, documents: bool) -> Kept:
    """Count what one press each must have left; with `documents`, the files made too."""
    engine, people = engine_of(installation), len(sent)
    wanted = {
        "attempts handed in": "(SELECT 1 FROM attempt WHERE state = 'handed_in')",
        "attempts": "attempt",
        "pieces of evidence": EVIDENCE,
        "learners complete": "(SELECT 1 FROM enrolment WHERE state = 'completed')",
        "certificates": "certificate",
        "learners with a certificate": "(SELECT DISTINCT subject_id FROM certificate)",
    }
    found = {what: count(engine, where) for what, where in wanted.items()}
    if documents:
        found["documents"] = whole_documents(installation, engine)
    wrong = [f"{number} {what} of {people}" for what, number in found.items() if number != people]
    given, answers = sum(submit.given for submit in sent), count(engine, "answer")
    if answers != given:
        wrong.append(f"{answers} answers of {given}")
    engine.dispose()
    for check in (("progress", "verify"), ("audit", "verify")):
        try:
            installation.lms(*check)
        except RuntimeError as error:
            wrong.append(str(error)[:200])
    return Kept(wrong)


def whole_documents(installation: product.Product, engine: Engine) -> int:
    """How many certificates have a file with the digest that is written beside it."""
    from_rows = "SELECT file_key, file_digest FROM certificate WHERE file_digest <> ''"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(from_rows).all()
    files = installation.folder / "files"
    return sum(
        hashlib.sha256((files / key).read_bytes()).hexdigest() == digest for key, digest in rows
    )


def engine_of(installation: product.Product) -> Engine:
    """The database of an installation, beside the product."""
    return create_engine(installation.environment["BEKAL_DATABASE_URL"])


def wait_until(holds: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Wait until something holds; the seconds it took. RuntimeError if it never did."""
    begun = time.monotonic()
    while not holds():
        if time.monotonic() - begun > seconds:
            raise RuntimeError(f"{what}: not within {seconds:.0f} s.")
        time.sleep(0.1)
    return time.monotonic() - begun
