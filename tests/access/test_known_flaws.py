"""Flaws other platforms shipped, tried on courses, certificates, alumni and reports.

Each test says in its name what must not be; the class of weakness (CWE) stands beside it.
What is not here has its test in the room itself: wrong course and wrong member by the
matrix (`test_routes.py`), fetching in PDF (`core/test_pdf.py`), limits of attempts
(`learning/test_bad_moments.py`).
"""

from __future__ import annotations

import csv
import io
import re
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from config import Settings
from lms.access.permissions import Permission
from lms.access.policies import policy_of
from lms.access.reaches import Reach, scoped
from lms.alumni.models import AlumniRecord
from lms.certificates.models import Certificate
from lms.certificates.rules import ALPHABET, NUMBER_LENGTH
from lms.core.database import Session
from lms.learning.models import LessonQuestion
from lms.people.models import Person, RoleHeld
from tests.access.samples import Samples, make_samples
from tests.access.two_members import SHARED, SYSTEM, THEN, Ground, plain
from tests.factories import make_agency, make_official, make_secretariat
from tests.support.certified import enrol, publish_page
from tests.support.client import Client

TAUGHT = frozenset(
    {Permission.COURSE_TEACH, Permission.ANSWER_MARK, Permission.ENROLMENT_READ_TAUGHT}
)
HOSTILE = ('=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1")
"""What spreadsheets would carry out (CWE-1236)."""
FILE = re.compile(r"\.(csv|xlsx|pdf|zip|json)$|/(export|exports|files?)(/|$)|form_name")
OWN_FILES = frozenset({"people.import_template_csv", "people.import_template_xlsx"})
"""Empty templates, which hold nothing of anybody."""


@pytest.fixture
def ground(app: Flask, session: Session, settings: Settings, tmp_path: Path) -> Ground:
    return Ground(app, session, settings, tmp_path)


def taught_rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every route of those who teach or mark, with each method."""
    for rule in app.url_map.iter_rules():
        declared = policy_of(app.view_functions[rule.endpoint])
        if declared is not None and declared.permission in TAUGHT and rule.arguments:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def test_trainer_of_one_course_reaches_and_changes_nothing_of_another(
    app: Flask, session: Session, ground: Ground
) -> None:
    """CWE-639: each id of the other course, under its own address and under one's own course."""
    palau, fiji = ground.palau, ground.fiji
    samples = make_samples(session)
    ids = {**samples.values, **{name: str(value) for name, value in palau.rows.items()}}
    ids["activity_key"] = "plan"
    wrong = []
    for person in (fiji.trainer, fiji.marker):
        client = ground.client(person)
        for rule, method in taught_rules(app):
            is_of_a_row = bool(set(rule.arguments) & set(palau.rows))
            courses = [palau.course, fiji.course] if is_of_a_row else [palau.course]
            for course in courses:
                path = Samples({**ids, "course_key": course}).path(rule)
                data = {"csrf_token": client.csrf_token(), "act": "take", "text": "Mine now"}
                answer = client.raw(method, path, data=data if method == "POST" else None)
                if answer.status_code not in {403, 404}:
                    wrong.append(f"{person.name}: {method} {path} → {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    statement = scoped(LessonQuestion, SYSTEM, Reach.ALL_MEMBERS).where(
        LessonQuestion.id == palau.rows["question_id"]
    )
    session.expire_all()
    question = session.execute(statement).scalar_one()
    assert (question.answered_at, question.hidden_at, question.is_pinned) == (None, None, False)


def test_no_file_opens_to_visitors_or_to_who_teaches_another_course(
    app: Flask, session: Session, ground: Ground
) -> None:
    """CWE-306: every address of a file or export, by nobody and by the wrong trainer."""
    samples = make_samples(session, mark="zqfilezq")
    visitor, trainer = ground.client(), ground.client(ground.fiji.trainer)
    wrong = []
    tried = 0
    for rule in app.url_map.iter_rules():
        declared = policy_of(app.view_functions[rule.endpoint])
        assert declared is not None
        if not FILE.search(rule.rule) or declared.is_public or rule.endpoint in OWN_FILES:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            tried += 1
            path = samples.path(rule)
            answer = visitor.raw(method, path)
            to_sign_in = answer.status_code in {302, 303} and "/sign-in" in answer.location
            if not (to_sign_in or answer.status_code in {400, 401}):
                wrong.append(f"visitor: {method} {path} → {answer.status_code}")
            data = {"csrf_token": trainer.csrf_token()} if method == "POST" else None
            answer = trainer.raw(method, path, data=data)
            if answer.status_code not in {403, 404} or "zqfilezq" in plain(answer.get_data()):
                wrong.append(f"trainer: {method} {path} → {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert tried > 25


def test_asking_which_methods_an_address_takes_breaks_nothing_and_shows_nobody(
    app: Flask, session: Session, ground: Ground
) -> None:
    """CWE-200: OPTIONS is answered without the view, also where the view would name people."""
    samples = make_samples(session)
    clients = [ground.client(ground.fiji.trainer), ground.client(make_secretariat(session))]
    wrong = []
    for rule in app.url_map.iter_rules():
        for client in clients:
            answer = client.raw("OPTIONS", samples.path(rule))
            if answer.status_code >= 500 or (answer.status_code == 200 and answer.get_data()):
                wrong.append(f"{rule} → {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_answers_for_programs_have_these_fields_and_no_others(ground: Ground) -> None:
    """CWE-200: no list of people, no address, in anything a script of a page reads."""
    ground.work()
    palau = ground.palau
    progress = {"done", "total", "words", "finished"}
    keeper = ground.client(palau.focal_point)
    run = keeper.post("/reports/own/files/csv", {}, follow=False, status=303).location
    assert set(keeper.raw("GET", f"{run}.json").json) == progress
    holder = ground.client(palau.official)
    own = holder.raw("GET", f"/certificates/mine/{palau.certificate_id}.json")
    assert set(own.json) == progress
    keys = ground.client().raw("GET", "/verify/keys.json").json["keys"]
    assert [set(key) for key in keys] == [{"id", "type", "public_key", "first_used"}]


def test_no_name_makes_a_pdf_of_a_report_fetch_anything(ground: Ground, session: Session) -> None:
    """CWE-918: an agency that is called as a picture of a server that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        name = f"<img src=http://127.0.0.1:{listener.getsockname()[1]}/x.svg>"
        agency = make_agency(session, "PLW", name)
        person = make_official(session, "PLW", agency=agency, name=name)
        enrol(session, person, ground.shared)
        client = ground.client(ground.palau.focal_point)
        asked = client.post("/reports/own/files/pdf?by=agency", {}, follow=False, status=303)
        ground.work()
        page = client.get(client.get(asked.location).links("See the result")[0])
        with client.raw("GET", page.links("Take the file (PDF)")[0]) as answer:
            said = "".join(plain(answer.get_data()).split())
        assert "<imgsrc=http://127.0.0.1" in said
        with pytest.raises(TimeoutError):
            listener.accept()


def test_fifty_presses_of_the_last_button_give_one_certificate_and_one_record(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    """CWE-362: ten tabs, five presses each, all at once."""
    person = make_official(session)
    enrol(session, person, publish_page(session, tmp_path))
    tabs = [Client(app, session).sign_in(person) for _ in range(10)]
    path, data = tabs[0].get("/learning/small-course/asking").form_of("Done")
    tokens = [tab.csrf_token() for tab in tabs]
    session.commit()
    statuses: list[int] = []

    def press(tab: Client, token: str) -> None:
        for _ in range(5):
            answer = tab.http.post(path, data={**data, "csrf_token": token})
            statuses.append(answer.status_code)

    threads = [threading.Thread(target=press, args=pair) for pair in zip(tabs, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 50
    session.expire_all()
    for model in (Certificate, AlumniRecord):
        assert len(session.execute(scoped(model, SYSTEM, Reach.ALL_MEMBERS)).all()) == 1


def test_numbers_and_tokens_cannot_be_counted_up(ground: Ground, session: Session) -> None:
    """CWE-330: ids of rows open nothing; what opens is drawn at random and long."""
    palau, fiji = ground.palau, ground.fiji
    assert len(ALPHABET) ** NUMBER_LENGTH >= 2**100
    first, second = palau.numbers[0], fiji.numbers[0]
    assert sum(a == b for a, b in zip(first, second, strict=True)) < NUMBER_LENGTH // 2
    ground.work()
    holder = ground.client(palau.official)
    page = holder.get(f"/certificates/mine/{palau.certificate_id}")
    page = holder.submit(page, "Share the page", {"share-fields": ["name"]})
    statement = scoped(Certificate, SYSTEM, Reach.ALL_MEMBERS).where(
        Certificate.id == palau.certificate_id
    )
    token = session.execute(statement).scalar_one().share_token
    session.commit()
    assert token is not None
    assert len(token) * 6 >= 128
    visitor = ground.client()
    visitor.get(f"/certificates/shared/{token}")
    for guess in (str(palau.certificate_id), first, token[:-1], token.swapcase(), "1"):
        visitor.get(f"/certificates/shared/{guess}", status=404)
    for guess in (str(palau.certificate_id), token[:20], first[:-1]):
        visitor.get(f"/verify/{guess}", status=404)
    stranger = ground.client(fiji.official)
    for number in range(1, palau.certificate_id + 3):
        if number != fiji.certificate_id:
            for form in ("document.pdf", "credential.json"):
                path = f"/certificates/mine/{number}/{form}"
                assert stranger.raw("GET", path).status_code == 404, path


def test_no_cell_of_any_export_begins_a_formula(ground: Ground, session: Session) -> None:
    """CWE-1236: every CSV and workbook that names people, bodies or courses."""
    palau = ground.palau
    for name in HOSTILE:
        agency = make_agency(session, "PLW", f"{name} agency")
        person = make_official(session, "PLW", agency=agency, name=name, post=name)
        enrol(session, person, ground.shared)
    session.flush()
    secretariat = make_secretariat(session)
    ground.work()
    asked = {
        palau.focal_point: ["/own/export", "/people/export", "/reports/own?by=agency"],
        secretariat: [
            f"/teaching/{SHARED}/people",
            "/reports/completion?by=agency&member=PLW",
            "/reports/completion/people/enrolled?member=PLW&purpose=check",
        ],
    }
    hostile = 0
    for person, paths in asked.items():
        client = ground.client(person)
        for path in paths:
            base, _, query = path.partition("?")
            for form in ("csv", "xlsx"):
                with client.raw("GET", f"{base}.{form}?{query}") as answer:
                    assert answer.status_code == 200, path
                    hostile += checked(answer.get_data(), f"{base}.{form}")
        for path in ("/reports/own/files/csv", "/reports/completion/files/xlsx"):
            client.raw("POST", path, data={"csrf_token": client.csrf_token()})
    assert hostile >= 6 * len(HOSTILE), "The hostile names are not in the files."
    client = ground.client(secretariat)
    page = client.submit(client.get("/certificates"), "One ZIP and one print file")
    ground.work()
    page = client.get(client.get(page.path).links("See the result")[0])
    with client.raw("GET", f"{page.path}/certificates.zip") as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    checked(archive.read("certificates.csv"), "certificates.csv")
    assert THEN.date().isoformat() in archive.read("certificates.csv").decode()


def checked(content: bytes, where: str) -> int:
    """No cell would be carried out; how many of the hostile names are there as text."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            sheets = [book.read(name).decode() for name in book.namelist()]
        assert not any("<f>" in each or "<f " in each or "<hyperlink" in each for each in sheets), (
            where
        )
        return sum("SUM(A1)" in each for each in sheets)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows, where
    cells = [cell for row in rows for cell in row]
    for cell in cells:
        bare = cell.lstrip(" \t\r\n")
        assert cell == "" or not (bare + " ").startswith(("=", "+", "-", "@")), (where, cell)
    return sum("SUM(A1)" in cell or "HYPERLINK" in cell or "2+3" in cell for cell in cells)


UNASKED = {
    "role": "administrator",
    "state": "suspended",
    "person_id": "1",
    "member_code": "FJI",
    "email": "mine@evil.example",
    "email_confirmed_at": "2026-01-01",
    "password_hash": "x",
    "score": "100",
    "percent": "100",
    "is_verified": "1",
    "is_passed": "y",
    "completed_at": "2026-01-01",
    "scope": "all",
}
"""What programs keep in a row and no form of an official asks for."""


def test_fields_that_no_form_asks_for_change_no_row_about_anybody(
    app: Flask, session: Session, ground: Ground
) -> None:
    """CWE-915: every form an official may send, with the columns of its row added."""
    palau = ground.palau
    samples = make_samples(session)
    client = ground.client(palau.official)
    before = _standing(session)
    sent = 0
    for rule in app.url_map.iter_rules():
        declared = policy_of(app.view_functions[rule.endpoint])
        assert declared is not None
        mine = {None, Permission.ACCOUNT_USE, Permission.LEARNING_TAKE}
        is_end = rule.endpoint.startswith(("people.sign_out", "people.end_", "people.own_listing"))
        if "POST" not in (rule.methods or set()) or declared.permission not in mine or is_end:
            continue
        values = {**samples.values, "course_key": SHARED, "activity_key": "asking"}
        data = {**UNASKED, "csrf_token": client.csrf_token()}
        answer = client.raw("POST", Samples(values).path(rule), data=data)
        assert answer.status_code < 500, rule.rule
        sent += 1
    assert sent > 30
    assert _standing(session) == before


def _standing(session: Session) -> list[tuple[object, ...]]:
    """Who everybody is, and what they may do."""
    session.expire_all()
    rows: list[tuple[object, ...]] = []
    for model, names in (
        (Person, ("id", "member_code", "agency_id", "state", "email", "password_hash")),
        (RoleHeld, ("person_id", "role", "scope_kind", "scope", "ended_on")),
    ):
        found = session.execute(scoped(model, SYSTEM, Reach.ALL_MEMBERS)).scalars()
        rows += sorted(tuple(str(getattr(each, name)) for name in names) for each in found)
    session.rollback()
    return rows
