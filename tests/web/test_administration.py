"""Administration: what waits for a person, what was done, who looked; and progress of own jobs."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import apart, clock
from lms.core.actor import Actor
from lms.core.audit.jobs import seal_all
from lms.core.audit.models import AuditEntry
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.services import enqueue
from lms.core.outbox.models import OutboxMessage, OutboxState
from lms.core.outbox.services import queue_mail
from lms.people.models import Person
from tests.factories import (
    actor_of,
    make_administrator,
    make_focal_point,
    make_official,
    make_secretariat,
)
from tests.support.client import Client

SYSTEM = Actor.system("test")
SignIn = Callable[[Person], Client]
PAGES = ("", "/jobs", "/mail", "/audit", "/access")


@pytest.fixture
def client(session: Session, sign_in: SignIn) -> Client:
    """An administrator's browser."""
    return sign_in(make_administrator(session))


def make_job(session: Session, state: JobState = JobState.WAITING, **values: object) -> Job:
    """A job in this state, asked for by the schedule unless told otherwise."""
    by = values.pop("by", SYSTEM)
    job = enqueue(session, "people.import", {}, requested_by=by, now=clock.now())  # type: ignore[arg-type]
    job.state = state
    for name, value in values.items():
        setattr(job, name, value)
    session.flush()
    return job


def make_mail(session: Session, state: OutboxState = OutboxState.WAITING) -> OutboxMessage:
    """A mail to Ann in this state."""
    mail = queue_mail(
        session,
        template="people/mail/reset",
        language="en",
        address="ann.lee@mail.example",
        person_id=77,
        facts={"path": "/reset/secret-token"},
        now=clock.now(),
    )
    mail.state = state
    session.flush()
    return mail


@pytest.mark.parametrize("path", PAGES)
def test_only_administrators_open_administration(
    session: Session, sign_in: SignIn, path: str
) -> None:
    for make in (make_official, make_focal_point, make_secretariat):
        sign_in(make(session)).get(f"/administration{path}", status=403)


@pytest.mark.parametrize("path", PAGES)
def test_empty_pages_say_what_to_do(client: Client, path: str) -> None:
    page = client.get(f"/administration{path}")
    assert page.h1
    if path in {"/jobs", "/mail"}:
        assert len(page.soup.select(".empty p")) == 1


def test_overview_points_at_what_is_parked(client: Client, session: Session) -> None:
    assert client.get("/administration").links("Jobs") == ["/administration/jobs"]
    make_job(session, JobState.PARKED)
    make_mail(session, OutboxState.PARKED)
    page = client.get("/administration")
    assert page.links("Jobs") == ["/administration/jobs?state=parked"]
    assert page.links("Mail log") == ["/administration/mail?state=parked"]


def test_jobs_are_filtered_by_state_and_turned_by_key(client: Client, session: Session) -> None:
    for number in range(55):
        make_job(session, JobState.DONE, done=number, total=55)
    make_job(session, JobState.PARKED, last_error="LookupError at lms/x.py:1.")
    page = client.get("/administration/jobs?state=parked")
    assert len(page.tables()[0]) == 2
    assert "LookupError at lms/x.py:1." in page.main
    newest = client.get("/administration/jobs?state=done")
    assert len(newest.tables()[0]) == 51
    older = client.get(newest.links("Next")[0])
    assert len(older.tables()[0]) == 6
    assert older.links("Next") == []
    assert older.links("Before") == ["/administration/jobs?state=done"]


def test_parked_job_is_tried_again_with_one_button(client: Client, session: Session) -> None:
    job = make_job(session, JobState.PARKED, attempts=5)
    page = client.get("/administration/jobs?state=parked")
    page = client.submit(page, f"Try again (job {job.id})")
    assert "waiting for its turn" in page.text
    session.refresh(job)
    assert (job.state, job.attempts) == (JobState.WAITING, 0)
    assert _verbs(session) == ["job.retry"]


def test_parked_job_is_dismissed(client: Client, session: Session) -> None:
    job = make_job(session, JobState.PARKED)
    client.submit(client.get("/administration/jobs"), f"Dismiss (job {job.id})")
    session.refresh(job)
    assert job.state is JobState.CANCELLED


def test_running_job_is_cancelled(client: Client, session: Session) -> None:
    job = make_job(session, JobState.RUNNING, lease_token="x", lease_until=clock.now())
    client.submit(client.get("/administration/jobs"), f"Cancel (job {job.id})")
    session.refresh(job)
    assert (job.state, job.lease_token) == (JobState.CANCELLED, None)


def test_step_that_is_not_possible_now_is_refused(client: Client, session: Session) -> None:
    job = make_job(session, JobState.DONE)
    page = client.post(f"/administration/jobs/{job.id}/retry", status=409)
    assert "moved on" in page.text
    client.post(f"/administration/jobs/{job.id}/explode", status=404)
    for number in (999999, 2**63, 10**30):
        client.post(f"/administration/jobs/{number}/retry", status=404)
        client.get(f"/administration/jobs?below={number}")
    assert _verbs(session) == []


def test_mail_log_masks_addresses_and_shows_no_content(client: Client, session: Session) -> None:
    make_mail(
        session, OutboxState.PARKED
    ).last_error = "The mail server did not take this mail (answer 550)."
    page = client.get("/administration/mail")
    assert "a…@mail.example" in page.main
    assert "answer 550" in page.main
    assert "ann.lee" not in page.html
    assert "secret-token" not in page.html
    assert page.links("person 77") == ["/people/77"]


def test_parked_mail_is_sent_again(client: Client, session: Session) -> None:
    mail = make_mail(session, OutboxState.PARKED)
    waiting = make_mail(session)
    page = client.get("/administration/mail")
    client.submit(page, f"Send again (mail {mail.id})")
    session.refresh(mail)
    assert mail.state is OutboxState.WAITING
    assert _verbs(session) == ["mail.resend"]
    client.post(f"/administration/mail/{waiting.id}/resend", status=409)


def test_dismissed_mail_forgets_its_link(client: Client, session: Session) -> None:
    mail = make_mail(session, OutboxState.PARKED)
    client.submit(client.get("/administration/mail"), f"Dismiss (mail {mail.id})")
    session.refresh(mail)
    assert (mail.state, mail.facts) == (OutboxState.DISMISSED, {})


def test_audit_is_narrowed_by_verb_thing_and_days(client: Client, session: Session) -> None:
    person = make_official(session)
    on = datetime.datetime(2026, 3, 1, 23, 59, tzinfo=datetime.UTC)
    for verb, kind, subject, when in (
        ("person.invite", "person", person.id, on),
        ("person.suspend", "person", person.id, on + datetime.timedelta(days=2)),
        ("personal.note", "note", 9, on),
    ):
        record(
            session,
            actor_of(person),
            verb,
            kind,
            subject,
            now=when,
            subject_person_id=person.id,
            fields=["name", "post"],
        )

    def verbs(query: str) -> list[str]:
        tables = client.get(f"/administration/audit?{query}").tables()
        return [row[1] for row in tables[0][1:]] if tables else []

    assert verbs("") == ["personal.note", "person.suspend", "person.invite"]
    assert verbs("verb=person") == ["person.suspend", "person.invite"]
    assert verbs("verb=person.invite") == ["person.invite"]
    assert verbs("kind=note&id=9") == ["personal.note"]
    assert verbs(f"kind=person&id={person.id}&until=2026-03-01") == ["person.invite"]
    assert verbs("since=2026-03-02") == ["person.suspend"]
    assert verbs("verb=100%25") == []


def test_audit_names_nobody(client: Client, session: Session, app: Flask) -> None:
    person = make_official(session, name="Ann Example of Palau")
    record(session, actor_of(person), "person.change", "person", person.id, now=clock.now())
    session.commit()
    with app.app_context():
        seal_all(db.engine)
    page = client.get("/administration/audit")
    assert "Ann Example" not in page.html
    assert page.links(f"person {person.id}") == [f"/people/{person.id}"] * 2
    assert "no. 1" in page.main


def test_day_that_cannot_be_read_is_said_beside_its_field(client: Client) -> None:
    page = client.get("/administration/audit?since=yesterday", status=400)
    assert page.error("since") == "Write the day like this: 2026-11-22"


@pytest.mark.parametrize(
    "query", ["viewer=x", "person=0", "viewer=-1", "person=99999999999999999999"]
)
def test_number_that_cannot_be_read_is_said(client: Client, query: str) -> None:
    page = client.get(f"/administration/access?{query}", status=400)
    assert page.error(query.split("=")[0]) == "Write the number of a person, such as 41"


def test_access_record_is_read_by_viewer_and_by_person(
    client: Client, session: Session, app: Flask
) -> None:
    focal_point, seen = make_focal_point(session), make_official(session, name="Ann Example")
    others = [make_official(session) for _ in range(20)]
    session.commit()
    with app.app_context():
        for people, is_export in (([seen], False), ([seen, *others], True), (others[:1], False)):
            apart.record_access(
                db.engine,
                actor_of(focal_point),
                endpoint="people.person",
                person_ids=[person.id for person in people],
                now=clock.now(),
                purpose="yearly report" if is_export else "",
                is_export=is_export,
            )

    def lines(query: str) -> list[list[str]]:
        tables = client.get(f"/administration/access?{query}").tables()
        return tables[0][1:] if tables else []

    assert len(lines("")) == 3
    assert len(lines(f"viewer={focal_point.id}")) == 3
    assert lines(f"viewer={seen.id}") == []
    of_seen = lines(f"person={seen.id}")
    assert len(of_seen) == 2
    exports = lines("exports=y")
    assert len(exports) == 1
    assert "and 17 more" in exports[0][5]
    assert exports[0][6] == "yearly report"
    assert "Ann Example" not in client.get("/administration/access").html


def test_own_job_is_shown_with_its_progress(session: Session, sign_in: SignIn) -> None:
    person = make_official(session)
    job = make_job(session, JobState.RUNNING, by=actor_of(person), done=1200, total=20000)
    client = sign_in(person)
    page = client.get(f"/jobs/{job.run_id}")
    assert page.h1 == "Working on it"
    assert "1,200 of 20,000 done" in page.main
    box = page.soup.find(attrs={"data-part": "job"})
    assert box is not None
    assert box["data-address"] == f"/jobs/{job.run_id}.json"
    answer = client.raw("GET", f"/jobs/{job.run_id}.json").get_json()
    assert answer == {
        "done": 1200,
        "total": 20000,
        "words": "1,200 of 20,000 done",
        "finished": False,
    }


def test_total_is_null_while_it_is_not_known(session: Session, sign_in: SignIn) -> None:
    person = make_official(session)
    job = make_job(session, by=actor_of(person))
    answer = sign_in(person).raw("GET", f"/jobs/{job.run_id}.json").get_json()
    assert answer == {
        "done": 0,
        "total": None,
        "words": "Waiting for its turn",
        "finished": False,
    }


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        (JobState.DONE, "It is done"),
        (JobState.PARKED, "It could not be finished"),
        (JobState.CANCELLED, "It was cancelled"),
    ],
)
def test_finished_job_says_what_came_of_it(
    session: Session, sign_in: SignIn, state: JobState, heading: str
) -> None:
    person = make_official(session)
    job = make_job(session, state, by=actor_of(person), done=3, total=3, result={"page": "/start"})
    client = sign_in(person)
    page = client.get(f"/jobs/{job.run_id}")
    assert page.h1 == heading
    assert page.links("See the result") == (["/start"] if state is JobState.DONE else [])
    assert client.raw("GET", f"/jobs/{job.run_id}.json").get_json()["finished"] is True


def test_result_is_offered_to_its_asker_alone(session: Session, sign_in: SignIn) -> None:
    """Who may read all jobs has not, for that, the right to every page they lead to."""
    asker = make_official(session)
    job = make_job(
        session, JobState.DONE, by=actor_of(asker), done=3, total=3, result={"page": "/start"}
    )
    assert sign_in(asker).get(f"/jobs/{job.run_id}").links("See the result") == ["/start"]
    seen = sign_in(make_administrator(session)).get(f"/jobs/{job.run_id}")
    assert seen.h1 == "It is done"
    assert seen.links("See the result") == []


def test_refused_job_tells_its_asker_why(session: Session, sign_in: SignIn) -> None:
    person = make_official(session)
    said = "There is no column with e-mail addresses. Name it “email”."
    job = make_job(session, JobState.PARKED, by=actor_of(person), result={"said": said})
    assert said in sign_in(person).get(f"/jobs/{job.run_id}").main


@pytest.mark.parametrize("page", ["//evil.example", "https://evil.example", 7, None])
def test_result_page_is_a_path_of_ours_or_nothing(
    session: Session, sign_in: SignIn, page: object
) -> None:
    person = make_official(session)
    job = make_job(session, JobState.DONE, by=actor_of(person), result={"page": page})
    assert sign_in(person).get(f"/jobs/{job.run_id}").links("See the result") == []


@pytest.mark.parametrize("ending", ["", ".json"])
def test_job_of_another_is_not_there(session: Session, sign_in: SignIn, ending: str) -> None:
    asker, other = make_official(session), make_official(session)
    job = make_job(session, by=actor_of(asker))
    for person in (other, make_focal_point(session), make_secretariat(session)):
        sign_in(person).get(f"/jobs/{job.run_id}{ending}", status=404)
    sign_in(make_administrator(session)).get(f"/jobs/{job.run_id}{ending}")
    sign_in(other).get(f"/jobs/no-such-run{ending}", status=404)


def _verbs(session: Session) -> list[str]:
    ours = AuditEntry.subject_kind.in_(["job", "mail"])
    return list(session.execute(select(AuditEntry.verb).where(ours)).scalars())
