"""Selects that are built once and run for everybody: each is given their own rows only."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, bindparam

from lms.access.own import of_oneself
from lms.access.reaches import Reach, scoped
from lms.core.actor import ANONYMOUS, Actor
from lms.core.database import Session
from lms.people.models import Person
from tests.factories import actor_of, focal_point_actor, make_focal_point, make_official


@of_oneself
def own_names(actor: Actor) -> Select[str]:
    return scoped(Person, actor, Reach.SELF).with_only_columns(Person.name)


@of_oneself
def own_id_if_called(actor: Actor) -> Select[int]:
    return (
        scoped(Person, actor, Reach.SELF)
        .with_only_columns(Person.id)
        .where(Person.name == bindparam("name"))
    )


@of_oneself
def everybodys_names(_actor: Actor) -> Select[str]:
    system = Actor.system("test")
    return scoped(Person, system, Reach.ALL_MEMBERS).with_only_columns(Person.name)


def test_a_select_built_once_gives_each_person_only_their_own_rows(session: Session) -> None:
    vakatale = actor_of(make_official(session, "FJI", name="Vakatale"))
    ngirmang = focal_point_actor(make_focal_point(session, "PLW", name="Ngirmang"))
    for actor, names in ((vakatale, ["Vakatale"]), (ngirmang, ["Ngirmang"])) * 2:
        assert own_names(session, actor).scalars().all() == names


def test_values_of_a_select_built_once_are_those_of_the_call(session: Session) -> None:
    actor = actor_of(make_official(session, name="Vakatale"))
    make_official(session, name="Ngirmang")
    assert own_id_if_called(session, actor, name="Ngirmang").all() == []
    assert own_id_if_called(session, actor, name="Vakatale").scalar_one() == actor.person_id


@pytest.mark.parametrize("nobody", [ANONYMOUS, Actor.system("test")])
def test_who_is_no_person_has_no_rows_of_their_own(session: Session, nobody: Actor) -> None:
    make_official(session)
    assert own_names(session, nobody).all() == []


def test_a_select_of_other_peoples_rows_is_not_taken_for_ones_own(session: Session) -> None:
    with pytest.raises(LookupError, match="everybodys_names"):
        everybodys_names(session, actor_of(make_official(session)))
