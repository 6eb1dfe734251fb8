"""The statement guard refuses what nobody vouched for, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import exists, func, insert, select, text, update
from sqlalchemy.orm import aliased

from lms.access.guard import UnvouchedTableError
from lms.access.reaches import Reach, scoped, within
from lms.core.database import Session
from lms.core.errors import RefusedError
from lms.people.models import Affiliation, Member, Person
from tests.factories import focal_point_actor, make_focal_point, make_official


@pytest.mark.parametrize(
    "statement",
    [
        select(Person),
        select(Person.name),
        select(func.count()).select_from(Person),
        select(Member).join(Person, Person.member_code == Member.code),
        select(Member).where(Member.code.in_(select(Person.member_code))),
        select(Member).where(exists().where(Person.member_code == Member.code)),
        select(aliased(Person)),
        select(Person.__table__),
        select(select(Person.id).cte("hidden").c.id),
        update(Person).values(post="x"),
        select(func.count()).select_from(select(Person.id).subquery()),
        text("SELECT name FROM person"),
    ],
    ids=lambda statement: " ".join(str(statement).split())[:60],
)
def test_statement_on_people_without_a_reach_is_refused(session: Session, statement) -> None:
    with pytest.raises(UnvouchedTableError, match="person"):
        session.execute(statement)


def test_get_by_id_without_a_reach_is_refused(session: Session) -> None:
    person = make_official(session)
    session.commit()
    session.expunge_all()
    with pytest.raises(UnvouchedTableError):
        session.get(Person, person.id)


def test_vouching_for_one_table_does_not_vouch_for_a_joined_one(session: Session) -> None:
    actor = focal_point_actor(make_focal_point(session))
    joined = scoped(Person, actor, Reach.OWN_MEMBER).join(
        Affiliation, Affiliation.person_id == Person.id
    )
    with pytest.raises(UnvouchedTableError, match="affiliation"):
        session.execute(joined)
    session.execute(within(joined, Affiliation, actor, Reach.OWN_MEMBER))


def test_scoped_rows_are_those_of_the_own_member_only(session: Session) -> None:
    actor = focal_point_actor(make_focal_point(session, "PLW", name="Ngirmang"))
    make_official(session, "FJI", name="Vakatale")
    names = {
        person.name for person in session.execute(scoped(Person, actor, Reach.OWN_MEMBER)).scalars()
    }
    assert names == {"Ngirmang"}


def test_reach_that_the_roles_do_not_carry_is_refused(session: Session) -> None:
    actor = focal_point_actor(make_focal_point(session))
    with pytest.raises(RefusedError):
        scoped(Person, actor, Reach.ALL_MEMBERS)


def test_scoped_subquery_vouches_inside_another_statement(session: Session) -> None:
    actor = focal_point_actor(make_focal_point(session, "PLW"))
    own = scoped(Person, actor, Reach.OWN_MEMBER).with_only_columns(Person.member_code)
    members = session.execute(select(Member.code).where(Member.code.in_(own))).scalars().all()
    assert members == ["PLW"]


def test_loaded_rows_may_be_changed_and_refreshed(session: Session) -> None:
    person = make_official(session)
    session.commit()
    person.post = "Chief"
    session.flush()
    session.refresh(person)
    assert person.post == "Chief"


def test_core_insert_from_people_is_refused(session: Session) -> None:
    copying = insert(Affiliation).from_select(["person_id"], select(Person.id))
    with pytest.raises(UnvouchedTableError):
        session.execute(copying)
