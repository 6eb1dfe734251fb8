"""The leak suite: two members; nothing one of them gets may hold a mark of the other.

Every page, export, mail and job output that Fiji's people can reach is searched for
the mark that stands in every personal value of Palau. Here each route is asked for Palau's
rows by their ids; `test_learning_leaks.py` walks the pages of two members who learn.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from lms.access.policies import policy_of
from lms.access.roles import Role
from lms.core.actor import ScopeKind
from lms.core.database import Session
from lms.core.jobs.models import Job
from lms.core.outbox.models import OutboxMessage
from lms.people.models import Person
from tests.access.samples import Samples, make_samples
from tests.access.two_members import plain
from tests.factories import give_role, make_official
from tests.support.client import Client

MARK = "zqxjleak"
SEARCHED = f"q={MARK[:4]}&words={MARK[:4]}&format=moodle"
"""By both names that a search has, and for the one file that a query asks for."""


@pytest.fixture
def palau(session: Session) -> Samples:
    """Palau's rows, each with the mark in every personal value."""
    return make_samples(session, mark=MARK)


def of_fiji(session: Session, role: Role) -> Person:
    person = make_official(session, "FJI", name="Vakatale")
    if role is Role.FOCAL_POINT:
        give_role(session, person, role, ScopeKind.MEMBER, "FJI")
    elif role is not Role.OFFICIAL:
        give_role(session, person, role, ScopeKind.COURSE, "victim-identification")
    return person


def everything_reached(
    app: Flask, client: Client, samples: Samples
) -> Iterator[tuple[str, int, str]]:
    """Every GET route, with Palau's ids where it takes any: address, status, all bytes.

    Once as it is and once searched. Files are routes of their own, but for one.
    """
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()):
            continue
        path = samples.path(rule)
        for address in (path, f"{path}?{SEARCHED}"):
            response = client.raw("GET", address)
            yield address, response.status_code, f"{response.headers}\n{plain(response.data)}"


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.FOCAL_POINT, Role.TRAINER])
def test_no_page_or_export_of_one_member_shows_a_mark_of_the_other(
    app: Flask, session: Session, palau: Samples, role: Role
) -> None:
    client = Client(app, session).sign_in(of_fiji(session, role), second_factor=True)
    # What was asked for may stand in the answer; the mark itself may not.
    leaks = [
        f"{status} {address}"
        for address, status, said in everything_reached(app, client, palau)
        if MARK in said
    ]
    assert not leaks, "\n".join(leaks)


def test_no_mail_or_job_output_for_one_member_holds_a_mark_of_the_other(
    app: Flask, session: Session, palau: Samples
) -> None:
    stranger = of_fiji(session, Role.FOCAL_POINT)
    client = Client(app, session).sign_in(stranger, second_factor=True)
    for rule in app.url_map.iter_rules():
        declared = policy_of(app.view_functions[rule.endpoint])
        if "POST" in (rule.methods or set()) and declared is not None and not declared.is_public:
            client.raw("POST", palau.path(rule), data={"csrf_token": client.csrf_token()})
            client.sign_in(stranger, second_factor=True)
    mails = session.execute(select(OutboxMessage)).scalars()
    told = [mail for mail in mails if mail.person_id == stranger.id]
    assert not [mail.template for mail in told if MARK in f"{mail.facts} {mail.address}"]
    jobs = session.execute(select(Job).where(Job.member_code == "FJI")).scalars()
    assert not [job.kind for job in jobs if MARK in f"{job.payload} {job.result} {job.last_error}"]


def test_existing_and_invented_ids_are_answered_alike(
    app: Flask, session: Session, palau: Samples
) -> None:
    client = Client(app, session).sign_in(of_fiji(session, Role.FOCAL_POINT), second_factor=True)
    different = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or not palau.is_of_a_person(rule):
            continue
        real = client.raw("GET", palau.path(rule))
        invented = Samples({**palau.values, **_invented(palau)})
        other = client.raw("GET", invented.path(rule))
        if real.status_code != other.status_code or _said(real.text) != _said(other.text):
            different.append(f"{rule.rule}: {real.status_code} and {other.status_code}")
    assert not different, "\n".join(different)


@pytest.mark.parametrize(
    ("path", "name"), [("/people/{}", "person_id"), ("/imports/{}", "int:run_id")]
)
def test_existing_and_invented_ids_cost_the_same_statements(
    app: Flask, session: Session, palau: Samples, statements, path: str, name: str
) -> None:
    """Time itself is measured by `script/faults existence_time`; here the work behind it."""
    client = Client(app, session).sign_in(of_fiji(session, Role.FOCAL_POINT), second_factor=True)
    work = []
    for value in (palau.values[name], "987654321"):
        with statements() as seen:
            client.raw("GET", path.format(value))
        work.append(seen)
    assert work[0] == work[1]


def _invented(samples: Samples) -> dict[str, str]:
    numbers = {name: "987654321" for name, value in samples.values.items() if value.isdigit()}
    return {**numbers, "run_id": "00000000-0000-4000-8000-00000000ffff"}


def _said(html: str) -> str:
    """The page without what differs between any two requests: tokens and request codes."""
    return " ".join(word for word in html.split() if "csrf" not in word and "value=" not in word)
