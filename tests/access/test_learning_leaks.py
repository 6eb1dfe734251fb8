"""The leak suite over learning: two members' people with everything that learning leaves.

Enrolments, assignments, certificates, alumni records, questions, problems, messages, texts to
mark. Every page, file, mail and notice one gets to is searched for the other member's marks.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import ScopeKind
from lms.core.apart import AccessRecord, AccessRecordPerson
from lms.core.database import Session
from lms.core.outbox.models import OutboxMessage
from lms.core.tables.values import Audience
from lms.notices.dispatch import dispatch
from lms.notices.models import Notice
from lms.people.models import Person
from lms.reports.services.releases import ask_release, publish
from lms.web.mails import renderer
from tests.access.two_members import (
    IDENTITY,
    SHARED,
    SYSTEM,
    Ground,
    Side,
    forbidden,
    said_by,
    walk,
)
from tests.factories import (
    give_role,
    make_administrator,
    make_agency,
    make_official,
    make_secretariat,
    secretariat_actor,
)

EVERYTHING = (*IDENTITY, "word", "number")
STARTS = ["/start", "/learning", "/notices", "/certificates/mine", "/alumni/mine", "/paths"]
OF_FOCAL_POINTS = [
    "/own?words=zq",
    "/own?course=shared",
    "/own?member=PLW",
    "/own/export.csv",
    "/own/export.xlsx?words=zq",
    "/own/assignments",
    "/people?q=zq",
    "/people/export.csv",
    "/people/export.xlsx",
    "/reports",
    "/reports/own?by=agency",
    "/reports/own?member=PLW",
    "/reports/own.csv?by=course",
    "/reports/own.xlsx?by=agency",
]
NAMED = "/reports/completion/people/completed"


@pytest.fixture
def ground(app: Flask, session: Session, settings: Settings, tmp_path: Path) -> Ground:
    return Ground(app, session, settings, tmp_path)


def of_teaching(course: str) -> list[str]:
    """The pages and files of who teaches a course."""
    base = f"/teaching/{course}"
    return [
        base,
        f"{base}/people?words=zq",
        f"{base}/people.csv",
        f"{base}/people.xlsx",
        f"{base}/questions",
        f"{base}/problems",
        f"{base}/messages",
        f"{base}/sessions",
        "/marking",
    ]


def leaks(
    ground: Ground, person: Person, starts: list[str], side: Side, kinds: tuple[str, ...]
) -> list[str]:
    """Where a walk of this person met marks of this member, and of which kinds."""
    client = ground.client(person)
    found = []
    for address, said in walk(ground.app, client, starts):
        met = forbidden(said, side, kinds)
        if met:
            found.append(f"{person.name}: {address} shows {', '.join(met)} of {side.member}")
    return found


def reaches(ground: Ground, person: Person, starts: list[str], side: Side, kind: str) -> bool:
    """Whether a walk meets such a mark: so that no test passes over empty pages."""
    client = ground.client(person)
    return any(forbidden(said, side, (kind,)) for _, said in walk(ground.app, client, starts))


def test_nobody_of_one_member_gets_to_anything_about_learners_of_the_other(ground: Ground) -> None:
    fiji, palau = ground.fiji, ground.palau
    ground.work()
    exports = []
    for form in ("csv", "xlsx", "pdf"):
        for person, path in (
            (fiji.focal_point, f"/reports/own/files/{form}"),
            (fiji.trainer, f"/teaching/{fiji.course}/exports/{form}"),
        ):
            client = ground.client(person)
            asked = client.post(path, {}, follow=False)
            if asked.status in {302, 303}:
                exports.append((person, asked.location))
    assert len(exports) == 5, "A PDF is made of reports, not of lists of learners."
    ground.work()
    viewers = [
        (fiji.official, [f"/learning/{SHARED}", f"/learning/{fiji.course}"]),
        (fiji.focal_point, [*OF_FOCAL_POINTS, f"/own/{fiji.official.id}"]),
        (fiji.agency_focal_point, [*OF_FOCAL_POINTS, f"/own/{fiji.official.id}"]),
        (fiji.trainer, of_teaching(fiji.course)),
        (fiji.marker, of_teaching(fiji.course)),
    ]
    found = []
    for person, starts in viewers:
        made = [location for whose, location in exports if whose is person]
        found += leaks(ground, person, [*made, *starts, *STARTS], palau, EVERYTHING)
    assert not found, "\n".join(found)
    assert reaches(ground, fiji.focal_point, OF_FOCAL_POINTS, fiji, "name")
    assert reaches(ground, fiji.trainer, of_teaching(fiji.course), fiji, "word")
    assert reaches(ground, fiji.official, STARTS, fiji, "number")


def test_files_made_for_one_member_are_not_found_by_the_other(ground: Ground) -> None:
    palau, fiji = ground.palau, ground.fiji
    addresses = []
    for person, path in (
        (palau.focal_point, "/reports/own/files/csv"),
        (palau.focal_point, "/reports/own/files/pdf"),
        (palau.trainer, f"/teaching/{palau.course}/exports/csv"),
    ):
        run = ground.client(person).post(path, {}, follow=False, status=303).location
        run = run.rpartition("/")[2]
        base = "/reports/files" if "reports" in path else f"/teaching/{palau.course}/exports"
        addresses += [f"/jobs/{run}", f"/jobs/{run}.json", f"{base}/{run}", f"{base}/{run}/file"]
    addresses += [
        f"/own/{palau.official.id}",
        f"/own/{palau.official.id}/courses/{SHARED}",
        f"/certificates/own/{palau.certificate_id}/document.pdf",
        f"/certificates/mine/{palau.certificate_id}",
        f"/certificates/mine/{palau.certificate_id}/document.pdf",
        f"/certificates/mine/{palau.certificate_id}/credential.json",
        f"/teaching/{palau.course}",
        f"/teaching/{palau.course}/people.csv",
        f"/teaching/{palau.course}/people/{palau.rows['enrolment_id']}",
        f"/teaching/{palau.course}/questions/{palau.rows['question_id']}",
        f"/teaching/{fiji.course}/people/{palau.rows['enrolment_id']}",
        f"/teaching/{fiji.course}/questions/{palau.rows['question_id']}",
        f"/marking/{palau.rows['marking_id']}",
    ]
    ground.work()
    wrong = []
    for person in (fiji.official, fiji.focal_point, fiji.trainer, fiji.marker):
        client = ground.client(person)
        for address in addresses:
            with client.raw("GET", address) as answer:
                met = forbidden(said_by(answer), palau, EVERYTHING)
                if answer.status_code not in {403, 404} or met:
                    wrong.append(f"{person.name}: {address} → {answer.status_code} {met}")
    assert not wrong, "\n".join(wrong)


def test_who_trains_people_of_both_learns_no_address_post_or_number(ground: Ground) -> None:
    trainer = make_official(ground.session, "RSO")
    give_role(ground.session, trainer, Role.TRAINER, ScopeKind.COURSE, SHARED)
    ground.work()
    starts = [*of_teaching(SHARED), "/start", "/notices"]
    never = ("mail", "post", "relay", "word", "number")
    found = [
        each
        for side in (ground.palau, ground.fiji)
        for each in leaks(ground, trainer, starts, side, never)
    ]
    assert not found, "\n".join(found)
    assert reaches(ground, trainer, starts, ground.palau, "name")


def test_administrator_and_secretariat_read_no_answers_and_only_one_of_them_certificates(
    ground: Ground,
) -> None:
    """The administrator sees no learning record; the secretariat no answer of anybody."""
    ground.work()
    administrator = make_administrator(ground.session)
    starts = ["/administration", "/administration/jobs", "/administration/mails", "/people?q=zq"]
    never = ("mail", "post", "relay", "word", "number")
    found = leaks(ground, administrator, [*starts, *STARTS], ground.palau, never)
    assert not found, "\n".join(found)
    secretariat = make_secretariat(ground.session)
    texts = f"A plan {ground.palau.marks['word'][0]}".replace(" ", "").lower()
    starts = [
        "/certificates",
        "/certificates/requests",
        f"/certificates/{ground.palau.certificate_id}",
        "/alumni",
        "/alumni/export.csv?by=course",
        "/alumni/export.csv",
        f"/own/{ground.palau.official.id}",
        f"/teaching/{ground.palau.course}/people/{ground.palau.rows['enrolment_id']}",
        "/reports/completion?by=agency&member=PLW",
        *of_teaching(ground.palau.course),
        *OF_FOCAL_POINTS,
        *STARTS,
    ]
    client = ground.client(secretariat)
    read = list(walk(ground.app, client, starts))
    answers = [address for address, said in read if texts in "".join(said.split()).lower()]
    assert not answers, "\n".join(answers)
    assert any(forbidden(said, ground.palau, ("number",)) for _, said in read)
    counts = [said for address, said in read if address.startswith("/alumni")]
    assert counts
    for said in counts:
        assert forbidden(said, ground.palau, IDENTITY) == []


def test_reporting_officer_meets_no_name_before_a_purpose_and_each_name_is_recorded(
    ground: Ground, session: Session
) -> None:
    body = make_agency(session, "RSO", "Regional Support Office")
    officer = make_official(session, "RSO", agency=body)
    give_role(session, officer, Role.REPORTING_OFFICER)
    reports = [
        "/reports",
        "/reports/completion",
        "/reports/completion?by=agency&member=PLW",
        "/reports/completion.csv?by=agency&member=PLW",
        "/reports/completion.xlsx",
        "/reports/releases",
        f"{NAMED}?member=PLW",
        f"{NAMED}.csv?member=PLW",
        f"{NAMED}.xlsx?member=PLW&purpose=other",
    ]
    found = [
        each
        for side in (ground.palau, ground.fiji)
        for each in leaks(ground, officer, [*reports, *STARTS], side, EVERYTHING)
    ]
    assert not found, "\n".join(found)
    client = ground.client(officer)
    for form in ("", ".csv", ".xlsx"):
        before = _last_record(session)
        with client.raw("GET", f"{NAMED}{form}?member=PLW&purpose=check") as answer:
            said = said_by(answer)
        assert forbidden(said, ground.palau, ("list", "name"))
        assert forbidden(said, ground.palau, ("mail", "post", "relay", "word", "number")) == []
        assert forbidden(said, ground.fiji, EVERYTHING) == []
        record = _last_record(session)
        assert record is not None
        assert before is None or record.id > before.id
        assert record.viewer_person_id == officer.id
        assert record.purpose == "To check whether a number is right"
        assert record.is_export is bool(form)
        assert _people_of(session, record) == {ground.palau.official.id}


def test_published_figures_name_nobody(ground: Ground, session: Session) -> None:
    secretariat = make_secretariat(session)
    actor = secretariat_actor(secretariat)
    ask_release(session, actor, "2026-Q1", now=clock.now())
    ground.work()
    publish(session, actor, "2026-Q1", Audience.PUBLIC, now=clock.now())
    session.commit()
    starts = ["/figures", *(f"/figures/2026-Q1{form}" for form in ("", ".csv", ".xlsx"))]
    starts += [f"/figures/2026-Q1.csv?by={by}" for by in ("course", "subregion")]
    client = ground.client()
    read = list(walk(ground.app, client, starts))
    found = [
        f"{address}: {met}"
        for address, said in read
        for side in (ground.palau, ground.fiji)
        if (met := forbidden(said, side, EVERYTHING))
    ]
    assert not found, "\n".join(found)
    assert any("Palau" in said and "not shown" in said for _, said in read)


def test_mails_and_notices_tell_nobody_about_people_of_the_other_member(
    ground: Ground, session: Session
) -> None:
    ground.work()
    later = clock.now() + datetime.timedelta(days=8)
    while dispatch(session, now=later):
        session.commit()
    session.commit()
    render = renderer(ground.app)
    mails = session.execute(select(OutboxMessage)).scalars().all()
    assert mails
    statement = scoped(Person, SYSTEM, Reach.ALL_MEMBERS)
    member_of = {each.id: each.member_code for each in session.execute(statement).scalars()}
    found = []
    for mail in mails:
        written = render(mail)
        said = f"{mail.facts} {written.subject} {written.text} {written.html}"
        for side in (ground.palau, ground.fiji):
            if member_of.get(mail.person_id or 0) != side.member:
                met = forbidden(f"{said} {mail.address}", side, EVERYTHING)
                found += [f"{mail.template} to {mail.address}: {met}"] if met else []
    notices = session.execute(scoped(Notice, SYSTEM, Reach.ALL_MEMBERS)).scalars().all()
    assert {member_of[each.person_id] for each in notices} >= {"PLW", "FJI"}
    for notice in notices:
        for side in (ground.palau, ground.fiji):
            if member_of[notice.person_id] != side.member:
                met = forbidden(f"{notice.sentence} {notice.facts}", side, EVERYTHING)
                found += [f"{notice.kind}: {met}"] if met else []
    assert not found, "\n".join(found)


def _last_record(session: Session) -> AccessRecord | None:
    session.rollback()
    statement = select(AccessRecord).order_by(AccessRecord.id.desc()).limit(1)
    return session.execute(statement).scalar_one_or_none()


def _people_of(session: Session, record: AccessRecord) -> set[int]:
    statement = select(AccessRecordPerson.person_id).where(
        AccessRecordPerson.access_record_id == record.id
    )
    return set(session.execute(statement).scalars())
