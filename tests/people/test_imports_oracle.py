"""An import tells nothing of people of other members: not in words, counts, rows or mails."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.audit.models import AuditEntry
from lms.core.outbox.models import OutboxMessage
from lms.people.models import Affiliation, ImportRow, Person, PersonToken
from lms.people.models.persons import PersonState
from tests.factories import make_focal_point, make_official, make_secretariat
from tests.support.imports import bring_in, csv_of, numbers, preview, work

EVERYBODY = Actor.system("test")
HELD = [{"email": "Secret@fiji.example", "name": "Guess", "post": "Officer"}]
FREE = [{"email": "nobody@fiji.example", "name": "Guess", "post": "Officer"}]


def count_all(session):
    counts = {}
    for model in (Person, Affiliation, PersonToken):
        statement = scoped(model, EVERYBODY, Reach.ALL_MEMBERS)
        counts[model.__tablename__] = session.execute(
            select(func.count()).select_from(statement.subquery())
        ).scalar_one()
    counts["outbox"] = session.execute(select(func.count(OutboxMessage.id))).scalar_one()
    counts["audit"] = session.execute(select(func.count(AuditEntry.id))).scalar_one()
    return counts


def words_of(page):
    """The words of a page without what differs between any two files."""
    return re.sub(r"secret@fiji|nobody@fiji|\d\d:\d\d|free|held", "…", page.main, flags=re.I)


def import_of(session, client, rows):
    """Words of the preview and the result, and how many rows of each table were made."""
    before = count_all(session)
    shown = preview(client, csv_of(rows))
    client.submit(shown, "Import 1 person")
    work(client.app)
    result = client.get(shown.path)
    undo = client.get(shown.path + "/undo")
    after = count_all(session)
    made = {name: after[name] - before[name] for name in after}
    return [words_of(page) for page in (shown, result, undo)], made


def test_an_address_of_another_member_is_answered_like_a_new_one(session, sign_in):
    make_official(session, "FJI", email="secret@fiji.example", name="Known In Fiji")
    client = sign_in(make_focal_point(session))
    words_held, made_held = import_of(session, client, HELD)
    words_free, made_free = import_of(session, client, FREE)
    assert words_held == words_free
    assert made_held == made_free
    states = session.execute(
        scoped(Person, EVERYBODY, Reach.ALL_MEMBERS)
        .where(Person.member_code == "PLW", Person.folded_email.endswith("fiji.example"))
        .order_by(Person.id)
    ).scalars()
    assert [each.state for each in states] == [PersonState.BEING_CHECKED, PersonState.INVITED]
    outcomes = session.execute(scoped(ImportRow, EVERYBODY, Reach.ALL_MEMBERS)).scalars()
    assert {each.outcome.value for each in outcomes} == {"new"}


def test_the_same_file_again_is_the_same_for_both(session, sign_in):
    make_official(session, "FJI", email="secret@fiji.example")
    client = sign_in(make_focal_point(session))
    bring_in(client, csv_of(HELD + FREE))
    page = preview(client, csv_of(HELD + FREE))
    assert numbers(page)["people already as the file says"] == "2"


def test_undoing_takes_both_away(session, sign_in):
    make_official(session, "FJI", email="secret@fiji.example")
    client = sign_in(make_focal_point(session))
    page = bring_in(client, csv_of(HELD + FREE))
    client.submit(client.get(page.path + "/undo"), "Undo for 2 people")
    work(client.app)
    assert numbers(client.get(page.path))["people taken away"] == "2"
    left = session.execute(
        scoped(Person, EVERYBODY, Reach.ALL_MEMBERS).where(
            Person.folded_email.endswith("fiji.example")
        )
    ).scalars()
    assert [each.member_code for each in left] == ["FJI"]


def test_the_owner_of_the_address_keeps_everything(session, sign_in):
    owner = make_official(session, "FJI", email="secret@fiji.example", name="Known", post="Chief")
    bring_in(sign_in(make_focal_point(session)), csv_of(HELD))
    session.refresh(owner)
    assert (owner.name, owner.post, owner.state) == ("Known", "Chief", PersonState.ACTIVE)


def test_the_secretariat_is_told_that_a_transfer_is_needed(session, sign_in):
    make_official(session, "FJI", email="secret@fiji.example")
    client = sign_in(make_secretariat(session))
    page = preview(client, csv_of(HELD), scope="PLW")
    assert "This person belongs to Fiji. A transfer changes the member" in page.main
