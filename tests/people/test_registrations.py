"""Registering oneself: the same answer to everybody, the address proved, then the wait."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.database import Session
from lms.core.jobs.models import Job
from lms.people.models import Person, Registration
from lms.people.models.persons import Sex
from lms.people.queries.sign_in import SIGN_IN
from lms.people.rules.persons import PersonState
from lms.people.services.registrations import delete_stale_registrations
from tests.factories import (
    focal_point_actor,
    make_account,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
    secretariat_actor,
)
from tests.support.client import Client
from tests.support.pages import Page
from tests.support.ways_in import link, mails, run_jobs, sign_in_with

NEW = "seven quiet lanterns on the pier"


def fill_in(client: Client, member: str = "PLW", **answers: Any) -> Page:
    """The form of a member, filled in and sent."""
    options = {key: answers.pop(key) for key in ("status", "follow") if key in answers}
    given = {
        "name": "Sesario Ngirmang",
        "email": "sesario@plw.example",
        "agency": "another",
        "agency_name": "Division of Marine Law",
        "post": "Officer",
        "languages": ["pau", "en"],
        **answers,
    }
    page = client.get(f"/register?member={member}")
    return client.submit(page, "Register", given, **options)


def registrations(session: Session) -> list[Registration]:
    return list(session.execute(scoped(Registration, SIGN_IN, Reach.ALL_MEMBERS)).scalars())


def people_named(session: Session, name: str) -> list[Person]:
    statement = scoped(Person, SIGN_IN, Reach.ALL_MEMBERS).where(Person.name == name)
    return list(session.execute(statement).scalars())


def test_member_is_chosen_first_and_the_secretariat_is_not_offered(client: Client) -> None:
    page = client.get("/register")
    offered = [option["value"] for option in page.soup.select("#member option")]
    assert "PLW" in offered
    assert "RSO" not in offered
    assert client.get("/register?member=RSO").value("member") == ""


def test_registration_becomes_a_person_who_waits_once_the_address_is_confirmed(
    app: Flask, client: Client, session: Session
) -> None:
    agency = make_agency(session, "PLW", "Bureau of Immigration")
    page = fill_in(client, agency=str(agency.id), agency_name="", sex="woman")
    assert page.h1 == "Look into your mail"
    assert people_named(session, "Sesario Ngirmang") == []
    run_jobs(app, session)
    path = link(session, "registration")
    assert client.get(path).h1 == "Confirm your address"
    assert people_named(session, "Sesario Ngirmang") == [], "Opening the link does nothing."
    page = client.submit(client.get(path), "Confirm my address", {"password": NEW})
    assert page.h1 == "You are registered"
    [person] = people_named(session, "Sesario Ngirmang")
    assert person.state is PersonState.AWAITING
    assert (person.member_code, person.agency_id, person.sex) == ("PLW", agency.id, Sex.WOMAN)
    assert person.languages == ["en", "pau"] or set(person.languages) == {"pau", "en"}
    sign_in_with(client, "sesario@plw.example", NEW, status=400)
    person.state = PersonState.ACTIVE
    assert sign_in_with(client, "sesario@plw.example", NEW).h1 in {
        "Account",
        "Privacy notice and terms of use",
    }


def test_taken_address_answers_word_for_word_with_as_many_rows(
    app: Flask, client: Client, session: Session, statements: Callable[[], Any]
) -> None:
    make_account(session, "FJI", email="taken00@plw.example")
    seen = []
    for email in ("taken00@plw.example", "unknown@plw.example"):
        with statements() as sql:
            answer = fill_in(client, email=email)
        seen.append((answer.html, [each.split()[:3] for each in sql]))
    assert seen[0] == seen[1]
    assert len(registrations(session)) == 2
    assert session.execute(select(func.count()).select_from(Job)).scalar_one() == 2


def test_holder_of_a_taken_address_is_told_by_mail_and_no_row_stays(
    app: Flask, client: Client, session: Session
) -> None:
    person = make_account(session, "FJI", email="taken@fji.example")
    fill_in(client, email="Taken@fji.example")
    run_jobs(app, session)
    assert [(mail.template, mail.person_id) for mail in mails(session)] == [
        ("people/mail/has_account", person.id)
    ]
    assert registrations(session) == []


def test_invited_person_who_registers_gets_the_invitation(
    app: Flask, client: Client, session: Session
) -> None:
    make_official(session, email="sesario@plw.example", state=PersonState.INVITED)
    fill_in(client)
    run_jobs(app, session)
    assert [mail.template for mail in mails(session)] == ["people/mail/invitation"]


def test_job_of_a_registration_runs_twice_without_a_second_mail(
    app: Flask, client: Client, session: Session
) -> None:
    fill_in(client)
    run_jobs(app, session)
    for job in session.execute(select(Job)).scalars():
        job.state = job.state.WAITING
    run_jobs(app, session)
    assert len(mails(session, "registration")) == 1


def test_link_is_dead_when_used_when_old_and_when_invented(
    app: Flask, client: Client, session: Session
) -> None:
    fill_in(client)
    run_jobs(app, session)
    path = link(session, "registration")
    with time_machine.travel(clock.now() + datetime.timedelta(hours=49)):
        old = client.get(path, status=404).main
    assert old == client.get(f"/registrations/{'x' * 43}", status=404).main
    client.submit(client.get(path), "Confirm my address", {"password": NEW})
    assert client.get(path, status=404).main == old


def test_address_that_got_an_account_meanwhile_is_not_registered_twice(
    app: Flask, client: Client, session: Session
) -> None:
    fill_in(client)
    run_jobs(app, session)
    page = client.get(link(session, "registration"))
    make_official(session, email="sesario@plw.example")
    client.submit(page, "Confirm my address", {"password": NEW}, status=404)
    assert people_named(session, "Sesario Ngirmang") == []


def test_job_holds_no_personal_value(client: Client, session: Session) -> None:
    fill_in(client)
    [job] = session.execute(select(Job)).scalars()
    assert set(job.payload) == {"registration_id"}


def test_who_decides_sees_the_agency_typed_and_only_of_the_own_member(
    app: Flask, client: Client, session: Session
) -> None:
    fill_in(client)
    own = focal_point_actor(make_focal_point(session, "PLW"))
    other = focal_point_actor(make_focal_point(session, "FJI"))
    of_all = secretariat_actor(make_secretariat(session))

    def seen(actor: Any, reach: Reach) -> list[str]:
        rows = session.execute(scoped(Registration, actor, reach)).scalars()
        return [row.agency_name for row in rows]

    assert seen(own, Reach.OWN_MEMBER) == seen(of_all, Reach.ALL_MEMBERS) == []
    run_jobs(app, session)
    page = client.get(link(session, "registration"))
    client.submit(page, "Confirm my address", {"password": NEW})
    assert seen(own, Reach.OWN_MEMBER) == ["Division of Marine Law"]
    assert seen(of_all, Reach.ALL_MEMBERS) == ["Division of Marine Law"]
    assert seen(other, Reach.OWN_MEMBER) == []
    [row] = registrations(session)
    assert (row.email, row.name) == ("", ""), "Personal values are emptied when they are used."


def test_registrations_never_confirmed_are_deleted_when_they_expire(
    client: Client, session: Session, now: datetime.datetime
) -> None:
    fill_in(client)
    delete_stale_registrations(session, now=now + datetime.timedelta(hours=47))
    assert len(registrations(session)) == 1
    delete_stale_registrations(session, now=now + datetime.timedelta(hours=49))
    assert registrations(session) == []


def test_agency_with_limited_listing_is_not_shown_to_strangers(
    client: Client, session: Session
) -> None:
    make_agency(session, "PLW", "Bureau of Immigration")
    make_agency(session, "PLW", "Quiet Unit", limits_listing=True)
    make_agency(session, "FJI", "Fiji Police Force")
    page = client.get("/register?member=PLW")
    assert "Bureau of Immigration" in page.html
    assert "Quiet Unit" not in page.html
    assert "Fiji Police Force" not in page.html


@pytest.mark.parametrize(
    ("answers", "field", "said"),
    [
        ({"name": ""}, "name", "Write your name."),
        ({"email": "no address"}, "email", "Write the address like"),
        ({"email": "a" * 400 + "@x.example"}, "email", "This address is longer"),
        ({"agency_name": ""}, "agency_name", "Write the name of your agency."),
        ({"languages": []}, "languages", "Choose at least one language."),
        ({"name": "x" * 201}, "name", "Write it in at most 200"),
        ({"agency": "999999"}, "agency", "Not a valid choice"),
    ],
)
def test_what_is_missing_is_said_beside_the_field(
    client: Client, answers: dict[str, Any], field: str, said: str
) -> None:
    page = fill_in(client, status=400, **answers)
    found = page.error(field) or page.soup.select_one(f"#{field}-error").get_text()  # type: ignore[union-attr]
    assert found.strip().startswith(said)
    assert page.value("post") == "Officer", "What was typed stays."


def test_fields_that_are_not_in_the_form_change_nothing(
    app: Flask, client: Client, session: Session
) -> None:
    extra = {"state": "active", "role": "administrator", "limited_by_agency": "y", "id": "1"}
    fill_in(client, **extra)
    run_jobs(app, session)
    page = client.get(link(session, "registration"))
    client.submit(page, "Confirm my address", {"password": NEW, "state": "active"})
    [person] = people_named(session, "Sesario Ngirmang")
    assert (person.state, person.limited_by_agency) == (PersonState.AWAITING, False)


def test_registering_often_with_one_address_is_refused(client: Client) -> None:
    for _ in range(3):
        fill_in(client)
    fill_in(client, status=429)
