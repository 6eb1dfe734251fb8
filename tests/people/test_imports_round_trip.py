"""What is exported can be imported again, and changes nothing."""

from __future__ import annotations

import pytest

from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.actor import Actor
from lms.people.models import Person
from lms.people.models.persons import PersonState
from lms.web.demonstration.loading import load_people
from tests.factories import make_agency, make_focal_point, make_official, make_secretariat
from tests.support.imports import bring_in, csv_of, numbers, people_rows, preview

EVERYBODY = Actor.system("test")


def everything_same(page, count):
    assert numbers(page) == {
        "new people": "0",
        "people changed": "0",
        "people already as the file says": str(count),
        "rows with problems": "0",
    }, page.main


def exported(client, form, **filters):
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return client.raw("GET", f"/people/export.{form}?{query}").get_data()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_whole_demonstration_comes_back_as_it_went(session, sign_in, form):
    made = load_people(session, "no password", now=clock.now())
    secretariat = make_secretariat(session)
    client = sign_in(secretariat)
    content = exported(client, form)
    page = preview(client, content, f"people.{form}", scope="all")
    everything_same(page, made + 1)


def test_strange_names_states_and_agencies_come_back_as_they_went(session, sign_in):
    closed = make_agency(session, "PLW", "Closed Office")
    names = ["=1+1", "+Plus", "@home", "'t Hooft", 'He said "no"', "A, B; C", "Ōʻahu ᠮᠣᠩᠭᠣᠯ"]
    for name in names:
        make_official(session, name=name, agency=closed)
    make_official(session, name="Waiting", state=PersonState.AWAITING)
    make_official(session, name="Invited", state=PersonState.INVITED, languages=[])
    make_official(session, name="Limited", limited_by_agency=True, limits_own_listing=True)
    make_official(session, name="Own", limits_own_listing=True, own_script_language="zh-Hant")
    make_official(session, "FJI", name="Elsewhere", email="held@fj.example")
    closed.closed_at = clock.now()
    client = sign_in(make_focal_point(session, name="Focal Point"))
    bring_in(client, csv_of([{"email": "held@fj.example", "name": "Held"}]))
    for form in ("csv", "xlsx"):
        content = exported(client, form)
        page = preview(client, content, f"people.{form}")
        everything_same(page, len(names) + 6)


def test_an_import_of_many_is_read_twice_and_changes_nobody(session, sign_in):
    client = sign_in(make_focal_point(session))
    content = csv_of(people_rows(60, sex="woman", languages="Palauan, English", post="Officer"))
    bring_in(client, content)
    everything_same(preview(client, content), 60)
    everything_same(preview(client, exported(client, "csv", state="all")), 61)
    invited = scoped(Person, EVERYBODY, Reach.ALL_MEMBERS).where(
        Person.state == PersonState.INVITED
    )
    assert len(session.execute(invited).scalars().all()) == 60
