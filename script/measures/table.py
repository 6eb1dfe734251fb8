"""The table of peers with our column: each kind of page and work that was measured on others.

Moodle 5.1 and Indico 3.2 were measured on a machine like ours in November 2026; the aims are
ours. A hello stands beside each figure, measured in the same minutes.
"""

from __future__ import annotations

import datetime
import functools
import http.client
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from flask import Flask
from sqlalchemy import select

from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session, for_reading
from lms.core.extensions import db
from lms.core.jobs.models import Job, JobState
from lms.core.tables.files import FileForm
from lms.courses.store import get_edition
from lms.courses.values.page import Page
from lms.enrolments.queries.own import get_own
from lms.enrolments.services.taking import enrol_self
from lms.learning.queries.learner_table import FIXED_WORDS
from lms.learning.queries.summaries import as_of
from lms.learning.rules.teaching import Narrowed
from lms.learning.services.exports import ask_export
from lms.people.services.grantable import Grantable
from lms.people.services.roles import grant_role
from lms.web.demonstration.living import work_on
from lms.web.demonstration.stories import Chapter
from script.measures import (
    bulk_certificates,
    documents,
    growth,
    learners,
    processes,
    product,
    report_growth,
    weight,
)
from script.measures.actors import actor_with
from script.measures.costs import families, get, hello_cost, ms, request_cost, settle, web_processes
from script.measures.frame import Row, Table

COURSE = "following-the-money"
"""33 activities, 10 of them quizzes: the nearest to the peers' 24 lessons and 6 quizzes."""
QUIZ = "pre-test"
"""Its quiz of ten questions, answered once by each learner."""
ADMINISTRATOR = "mei.tanaka@rso.example"
ENROLLED = 10_000
ATTEMPTS = 24
TOGETHER = 8
"""Attempts of one look at the clock; the look that cost least is told."""
WARMING = 8
"""Attempts before those counted: both processes read the course first."""
HELLO_SECONDS = 4.0
MOST_SIGNED = 20
"""Signed certificates of a core that are the aim."""

TABLE = Table(
    ["work", "database", "ours", "hello", "hellos", "statements", "aim", "met",
     "Moodle 5.1", "Indico 3.2", "data"]
)  # fmt: skip
MET, MISSED = "yes", "no"
NONE = "–"


@dataclass(frozen=True)
class Aim:
    """What a kind of page may cost: hellos on SQLite and PostgreSQL, and statements."""

    sqlite: float
    postgresql: float
    statements: int | None = None

    def words(self, engine: str) -> str:
        most = f"≤ {self._hellos(engine):g} hellos"
        return most if self.statements is None else f"{most}, ≤ {self.statements} statements"

    def met(self, engine: str, hellos: float, statements: int | None) -> str:
        few = statements is None or self.statements is None or statements <= self.statements
        return MET if hellos <= self._hellos(engine) and few else MISSED

    def _hellos(self, engine: str) -> float:
        return self.sqlite if engine == product.SQLITE else self.postgresql


@dataclass(frozen=True)
class Peer:
    """A page of ours with the aim, and what the peers took for theirs."""

    work: str
    aim: Aim | None
    moodle: str = NONE
    indico: str = NONE


SIGN_IN = Peer("sign-in page, anonymous", Aim(6, 6), "35 hellos, 11 ms", "5.4 ms")
MY_LEARNING = Peer("my learning", Aim(14, 18), "186, 59 ms")
COURSE_PAGE = Peer("course page", Aim(14, 18, 6), "271, 86 ms, 57 reads", "337, 107 ms")
LESSON = Peer("lesson", Aim(10, 14, 5), "158, 50 ms")
QUIZ_ATTEMPT = Peer("quiz attempt, 10 questions, 5 requests", Aim(60, 60), "637, 202 ms")
LIST = Peer("trainer's list, one page of 50", Aim(25, 25), "785, 249 ms")
REPORT = Peer("completion by member, page", Aim(60, 60))
REPORT_CSV = Peer("completion by member, CSV", Aim(60, 60))


@TABLE.measure(seconds=900)
def pages() -> Iterator[Row]:
    """Pages of learners, trainers and the secretariat with 10,000 on the course; both databases."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation:
            app = growth.app_of(installation)
            with installation.serving():
                cookies = _prepared(installation, app)
            more = ("--people", str(ENROLLED), "--course", COURSE)
            installation.lms("demo", "bulk", *more, seconds=600)
            with installation.serving() as server:
                settle([server])
                report_growth.wait_until_counted(app)
                settle([server])
                yield from _page_rows(installation, app, server, cookies)
                yield from _attempt_rows(installation, app, server)
                yield from _export_rows(installation, app, server)
                yield from _memory_rows(installation, server)


@TABLE.measure(seconds=150)
def certificates() -> Iterator[Row]:
    """Certificates of a core, plain and signed, one after the other as the worker makes them."""
    unit, _ = hello_cost(HELLO_SECONDS)
    aims = {"certificate, plain": 40, "certificate, signed": MOST_SIGNED}
    for work, database, cost, _unit, _ratio, rate, size, _command in documents.rows():
        most = aims[work]
        made = float(rate.split()[0])
        yield [
            work, database, f"{rate}, {cost}", ms(unit), NONE, NONE, f"≥ {most} a core",
            MET if made >= most else MISSED, "3.6/s, 145 kB (customcert)",
            "57/s (ReportLab, no complex scripts)", size,
        ]  # fmt: skip


@TABLE.measure(seconds=900)
def certificates_in_bulk() -> Iterator[Row]:
    """All certificates of the demonstration made anew, then packed, by the running worker."""
    unit, _ = hello_cost(HELLO_SECONDS)
    for job in bulk_certificates.jobs():
        made = job.certificates / job.seconds
        yield [
            job.work, job.engine, f"{made:.0f} a core, {ms(job.seconds / job.certificates)}",
            ms(unit), NONE, NONE, f"≥ {MOST_SIGNED} a core", MET if made >= MOST_SIGNED else MISSED,
            "3.6/s, 145 kB (customcert)", "57/s (ReportLab, no complex scripts)",
            f"{job.certificates} certificates in one job",
        ]  # fmt: skip


@TABLE.measure(seconds=240)
def bytes_read() -> Iterator[Row]:
    """What a browser loads: the first lesson, the next, a whole course with an empty cache."""
    with product.installed(product.SQLITE) as installation, installation.serving():
        app = growth.app_of(installation)
        (learner,) = learners.signed_in(app, 1)
        paths = _whole_course(app, learner.actor)
        for work, loaded, most, moodle, indico in weight.rows(installation, learner.cookie, paths):
            yield [
                work, product.SQLITE, loaded.words, NONE, NONE, NONE, f"≤ {most} kB",
                MET if loaded.compressed <= most * 1000 else MISSED, moodle, indico, loaded.data,
            ]  # fmt: skip


def _prepared(installation: product.Product, app: Flask) -> dict[str, str]:
    """Who looks: a learner half way through the course, its trainer, the secretariat."""
    with app.app_context(), Session(db.engine) as session, session.begin():
        now = clock.now()
        learner = actor_with(session, growth.LEARNER, now)
        begun = now - datetime.timedelta(days=9)
        enrol_self(session, learner, COURSE, language="en", now=begun)
        half = Chapter(COURSE, begun=9, last=1, share=0.5)
        work_on(session, learner, half, Random(1), language="en", now=now)  # noqa: S311 - no secret
        trainer = actor_with(session, growth.TRAINER, now)
        teach = Grantable(role=Role.TRAINER, scope=COURSE, started_on=now.date())
        administrator = actor_with(session, ADMINISTRATOR, now)
        grant_role(session, administrator, trainer.person_id or 0, teach, now=now)
    who = (growth.LEARNER, growth.TRAINER, report_growth.SECRETARIAT)
    return {email: growth.sign_in(installation, email) for email in who}


def _page_rows(
    installation: product.Product, app: Flask, server: int, cookies: dict[str, str]
) -> Iterator[Row]:
    lesson = _lesson_under_way(app)
    data = f"{ENROLLED:,} enrolled on a course of 33 activities"
    learner, trainer = cookies[growth.LEARNER], cookies[growth.TRAINER]
    secretariat = cookies[report_growth.SECRETARIAT]
    for peer, path, cookie in (
        (SIGN_IN, "/sign-in", ""),
        (MY_LEARNING, "/learning", learner),
        (COURSE_PAGE, f"/learning/{COURSE}", learner),
        (LESSON, f"/learning/{COURSE}/{lesson}", learner),
        (LIST, f"/teaching/{COURSE}/people", trainer),
        (REPORT, "/reports/completion", secretariat),
        (REPORT_CSV, "/reports/completion.csv", secretariat),
    ):
        unit, _ = hello_cost(HELLO_SECONDS)
        headers = {"Cookie": cookie} if cookie else {}
        is_long = peer in (REPORT, REPORT_CSV)
        cost, _rate = request_cost(
            web_processes(server, installation),
            installation.port,
            functools.partial(get, path=path, headers=headers),
            warm_up=3 if is_long else 50,
        )
        client = app.test_client(use_cookies=False)
        growth.read(client, installation, path, cookie)
        with growth.counting(app) as statements:
            size = len(growth.read(client, installation, path, cookie))
        about = "nobody" if peer is SIGN_IN else data
        yield _row(
            installation, peer, cost, unit, len(statements), f"{about}; {size / 1000:.1f} kB"
        )


def _attempt_rows(installation: product.Product, app: Flask, server: int) -> Iterator[Row]:
    """Whole attempts: the page before, begin, the questions, hand in, the review."""
    taking = learners.signed_in(app, ATTEMPTS + WARMING, but=[growth.LEARNER])
    with app.app_context(), Session(db.engine) as session, session.begin():
        for learner in taking:
            enrol_self(session, learner.actor, COURSE, language="en", now=clock.now())
    unit, _ = hello_cost(HELLO_SECONDS)
    for learner in taking[:WARMING]:
        attempt(installation.port, learner.cookie)
    pids = families(web_processes(server, installation))
    costs = []
    for first in range(WARMING, WARMING + ATTEMPTS, TOGETHER):
        before = processes.cpu_seconds(pids)
        for learner in taking[first : first + TOGETHER]:
            attempt(installation.port, learner.cookie)
        costs.append((processes.cpu_seconds(pids) - before) / TOGETHER)
    cost = min(costs)
    data = f"{ATTEMPTS} learners, one attempt each; {ENROLLED:,} enrolled"
    yield _row(installation, QUIZ_ATTEMPT, cost, unit, None, data)


def attempt(port: int, cookie: str) -> None:
    """Answer the quiz once, each field of it; RuntimeError where a request is not answered so."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
    quiz = f"/learning/{COURSE}/{QUIZ}"

    def ask(method: str, path: str, body: str | None = None, *, status: int) -> tuple[str, str]:
        headers = {"Cookie": cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        client.request(method, path, body, headers)
        answer = client.getresponse()
        page = answer.read().decode()
        if answer.status != status:
            raise RuntimeError(f"{method} {path} answered {answer.status}.")
        return page, answer.headers.get("Location", "")

    page, _ = ask("GET", quiz, status=200)
    address, form = learners.form_on(page, "/attempts")
    _, there = ask("POST", address, learners.filled(form, {}), status=303)
    page, _ = ask("GET", there, status=200)
    address, form = learners.form_on(page, "/attempts/1")
    _, review = ask("POST", address, learners.filled(form, {"act": "hand-in"}), status=303)
    ask("GET", review, status=200)
    client.close()


def _export_rows(installation: product.Product, app: Flask, server: int) -> Iterator[Row]:
    """The trainer's list of everybody as CSV, made by the worker."""
    (worker,) = (
        pid for pid in processes.family(server) if "worker" in processes.command(pid).split()
    )
    unit, _ = hello_cost(HELLO_SECONDS)
    before = processes.cpu_seconds([worker])
    with app.app_context(), Session(db.engine) as session, session.begin():
        now = clock.now()
        job = ask_export(
            session, actor_with(session, growth.TRAINER, now), COURSE, Narrowed.of({}),
            FileForm.CSV, words={word: word for word in FIXED_WORDS}, filters=(),
            as_of=as_of(session, COURSE) or now, now=now,
        )  # fmt: skip
        job_id = job.id
    begun = time.monotonic()
    state = JobState.WAITING
    while state is not JobState.DONE and time.monotonic() - begun < 120:
        time.sleep(0.05)
        with app.app_context(), Session(for_reading(db.engine)) as session:
            state = session.execute(select(Job.state).where(Job.id == job_id)).scalar_one()
    took = time.monotonic() - begun
    cost = processes.cpu_seconds([worker]) - before
    peak = report_growth.peak_bytes(worker) / 1e6
    is_met = cost <= 1 and state is JobState.DONE
    yield [
        "list of learners as CSV", installation.engine,
        f"{cost:.2f} s of the worker's CPU, {took:.1f} s from the press", ms(unit), NONE, NONE,
        "≤ 1 s, flat memory", MET if is_met else MISSED, "2.78 s, 250–272 MiB", NONE,
        f"{ENROLLED:,} learners, 33 activities; worker at most {peak:.0f} MB",
    ]  # fmt: skip


def _memory_rows(installation: product.Product, server: int) -> Iterator[Row]:
    """The workers of the web after all these pages, without the process that leads them."""
    web = [pid for pid in processes.family(server) if "gunicorn" in processes.command(pid)]
    workers = [pid for pid in web if len(processes.family(pid)) == 1]
    resident = max(processes.resident_bytes(pid) for pid in workers) / 2**20
    share = max(proportional_bytes(pid) for pid in workers) / 2**20
    yield [
        "memory of a web worker", installation.engine,
        f"{resident:.0f} MiB (PSS {share:.0f} MiB)", NONE, NONE, NONE, "≤ 120 MiB",
        MET if resident <= 120 else MISSED, "78 MiB", "224 MiB",
        "the larger of two, after the pages above",
    ]  # fmt: skip


def proportional_bytes(pid: int) -> int:
    """The memory of a process, pages shared with others counted in part (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"Process {pid} says nothing about its memory.")


def _row(
    installation: product.Product,
    peer: Peer,
    cost: float,
    unit: float,
    statements: int | None,
    data: str,
) -> Row:
    engine = installation.engine
    hellos = cost / unit
    return [
        peer.work, engine, ms(cost), ms(unit), f"{hellos:.1f}",
        NONE if statements is None else str(statements),
        peer.aim.words(engine) if peer.aim else NONE,
        peer.aim.met(engine, hellos, statements) if peer.aim else NONE,
        peer.moodle, peer.indico, data,
    ]  # fmt: skip


def _lesson_under_way(app: Flask) -> str:
    """A lesson in the second half of the course."""
    with app.app_context(), Session(for_reading(db.engine)) as session:
        actor = actor_with(session, growth.LEARNER, clock.now())
        _, stored = get_own(session, actor, COURSE)
        edition = get_edition(session, stored.digest)
        later = edition.order[len(edition.order) // 2 :]
        return next(key for key in later if isinstance(edition.activity(key), Page))


def _whole_course(app: Flask, actor: Actor) -> list[str]:
    """Enrol somebody, and name every page of the course: its own, then all activities."""
    with app.app_context(), Session(db.engine) as session, session.begin():
        enrol_self(session, actor, COURSE, language="en", now=clock.now())
        _, stored = get_own(session, actor, COURSE)
        edition = get_edition(session, stored.digest)
        lessons = [key for key in edition.order if isinstance(edition.activity(key), Page)]
        others = [key for key in edition.order if key not in lessons]
        return [f"/learning/{COURSE}/{key}" for key in (*lessons, *others)]
