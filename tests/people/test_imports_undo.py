"""Undoing an import: a fresh one leaves nothing; whoever built on it is named and kept."""

from __future__ import annotations

import datetime

import pytest
from sqlalchemy import func, select

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.models import AuditEntry
from lms.core.jobs.services import enqueue
from lms.core.outbox.models import OutboxMessage
from lms.core.request import storage
from lms.people.jobs.imports import FORGET
from lms.people.models import Affiliation, Agency, ImportRow, ImportRun, Person, PersonToken
from lms.people.models.persons import PersonState
from lms.people.services.imports.forgetting import KEPT_FOR
from tests.factories import give_role, make_focal_point, make_official
from tests.support.imports import bring_in, csv_of, numbers, people_rows, work

EVERYBODY = Actor.system("test")


def count(session, model):
    statement = scoped(model, EVERYBODY, Reach.ALL_MEMBERS)
    return session.execute(select(func.count()).select_from(statement.subquery())).scalar_one()


def every(session, model):
    return session.execute(scoped(model, EVERYBODY, Reach.ALL_MEMBERS)).scalars().all()


def undo(client, page):
    """Open what undoing would do, press the button, let the worker do it."""
    page = client.get(page.path + "/undo")
    button = next(
        words
        for control in page.soup.find_all("button")
        if (words := " ".join(control.get_text(" ").split())).startswith("Undo for")
    )
    result = client.submit(page, button)
    work(client.app)
    return page, client.get(result.path)


def test_nothing_is_left_of_a_fresh_import(session, sign_in):
    client = sign_in(make_focal_point(session))
    before = {model: count(session, model) for model in (Person, Affiliation, PersonToken)}
    agencies = session.execute(select(func.count(Agency.id))).scalar_one()
    page = bring_in(client, csv_of(people_rows(250, agency="Bureau of Tides")))
    shown, page = undo(client, page)
    assert numbers(shown)["people taken away, with their links and waiting mails"] == "250"
    assert numbers(page)["people taken away"] == "250"
    assert {model: count(session, model) for model in before} == before
    assert session.execute(select(OutboxMessage)).first() is None
    assert session.execute(select(func.count(Agency.id))).scalar_one() == agencies
    verbs = session.execute(select(AuditEntry.verb)).scalars().all()
    assert verbs.count("person.import-undo") == 250


def test_people_who_signed_in_are_named_and_kept(session, sign_in):
    client = sign_in(make_focal_point(session))
    page = bring_in(client, csv_of(people_rows(3)))
    (kept,) = [each for each in every(session, Person) if each.email == "person2@plw.example"]
    kept.state = PersonState.ACTIVE
    session.commit()
    shown, page = undo(client, page)
    assert numbers(shown)["people kept as they are"] == "1"
    assert "Person Number 2" in shown.main
    assert "Person Number 1" not in shown.main
    emails = {each.email for each in every(session, Person)}
    assert "person2@plw.example" in emails
    assert "person1@plw.example" not in emails


def test_people_to_whom_anything_points_are_kept(session, sign_in):
    client = sign_in(make_focal_point(session))
    page = bring_in(client, csv_of(people_rows(2)))
    (chosen,) = [each for each in every(session, Person) if each.email == "person1@plw.example"]
    give_role(session, chosen, Role.TRAINER, ScopeKind.COURSE, "victim-identification")
    _shown, page = undo(client, page)
    assert numbers(page) == {
        "people taken away": "1",
        "people set back": "0",
        "people kept as they are": "1",
    }


def test_changed_people_are_set_back(session, sign_in):
    official = make_official(session, email="ann@plw.example", name="Ann", post="Officer")
    agency_id = official.agency_id
    client = sign_in(make_focal_point(session))
    row = {"email": "ann@plw.example", "name": "Anne", "post": "Chief", "agency": "New Office",
           "limited listing": "yes"}  # fmt: skip
    page = bring_in(client, csv_of([row]))
    session.refresh(official)
    assert (official.name, official.post, official.limited_by_agency) == ("Anne", "Chief", True)
    _shown, page = undo(client, page)
    session.refresh(official)
    assert (official.name, official.post, official.agency_id) == ("Ann", "Officer", agency_id)
    assert official.sort_name == "ann"
    assert not official.limited_by_agency
    assert numbers(page)["people set back"] == "1"


def test_what_was_changed_again_since_is_named_and_kept(session, sign_in):
    official = make_official(session, email="ann@plw.example", name="Ann")
    client = sign_in(make_focal_point(session))
    page = bring_in(client, csv_of([{"email": "ann@plw.example", "name": "Anne"}]))
    session.refresh(official)
    official.name = "Anna"
    session.commit()
    shown = client.get(page.path + "/undo")
    assert "Changed again since: Name" in shown.main
    assert "There is nothing left to undo." in shown.main
    session.refresh(official)
    assert official.name == "Anna"


def test_an_undone_import_can_be_imported_again(session, sign_in):
    client = sign_in(make_focal_point(session))
    content = csv_of(people_rows(3))
    undo(client, bring_in(client, content))
    page = bring_in(client, content)
    assert numbers(page)["new people"] == "3"


def test_an_import_is_undone_once(session, sign_in):
    client = sign_in(make_focal_point(session))
    page = bring_in(client, csv_of(people_rows(2)))
    shown = client.get(page.path + "/undo")
    client.submit(shown, "Undo for 2 people")
    client.submit(shown, "Undo for 2 people", status=409)


@pytest.mark.parametrize("days", [29, 31])
def test_rows_are_forgotten_after_thirty_days(app, session, sign_in, days):
    client = sign_in(make_focal_point(session))
    page = bring_in(client, csv_of(people_rows(2)))
    (run,) = every(session, ImportRun)
    run.started_at = clock.now() - datetime.timedelta(days=days)
    enqueue(session, FORGET, {}, requested_by=EVERYBODY, now=clock.now())
    session.commit()
    work(app)
    is_gone = datetime.timedelta(days=days) > KEPT_FOR
    assert (count(session, ImportRow) == 0) is is_gone
    page = client.get(page.path)
    assert bool(page.links("Undo this import")) is not is_gone
    assert numbers(page)["new people"] == "2"


def test_the_file_does_not_outlive_the_import(app, session, sign_in):
    client = sign_in(make_focal_point(session))
    bring_in(client, csv_of(people_rows(2)))
    (run,) = every(session, ImportRun)
    with app.app_context():
        assert not storage().exists(run.storage_key)
