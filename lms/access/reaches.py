"""Reaches: the only way to read tables about people.

A model says for each reach it allows who may use it and which rows it opens.
`scoped` writes the WHERE and marks the statement with the tables it vouches for;
the guard (`guard.py`) refuses every statement that touches an owned table nobody
vouched for.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ForeignKey,
    Select,
    String,
    bindparam,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, declared_attr, mapped_column
from sqlalchemy.sql.dml import Delete, Update

from lms.access.permissions import Permission
from lms.access.rules import may, scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Base
from lms.core.errors import RefusedError
from lms.core.text import N_

VOUCHED = "bekal_vouched"
OWN_PERSON = "own_person_id"
"""The value in a statement that says whose own rows it reads (`lms.access.own`)."""


class Reach(enum.StrEnum):
    """How far an actor's view goes (DESIGN 5). Few and named."""

    SELF = "self"
    OWN_MEMBER = "own_member"
    TAUGHT = "taught"
    TAKING_PART = "taking_part"
    CONSENTED = "consented"
    HOST = "host"
    ALL_MEMBERS = "all_members"
    COUNTING = "counting"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class ReachRule:
    """What a reach needs of the actor, and the condition on the rows it opens."""

    needs: Permission | None
    rows: Callable[[Actor], ColumnElement[bool]]


class Owned(Base):
    """Base of every table about people. Says which rows each reach opens."""

    __abstract__ = True
    __reaches__: ClassVar[dict[Reach, ReachRule]]


class MemberOwned(Owned):
    """Base of a table whose rows belong to a member, kept on the row as it was at the time."""

    __abstract__ = True

    @declared_attr
    def member_code(cls) -> Mapped[str]:  # noqa: N805 - SQLAlchemy passes the class
        return mapped_column(String(12), ForeignKey("member.code"), index=True)


Model = TypeVar("Model", bound=Owned)
Limitable = TypeVar("Limitable", bound="Select[*tuple[Any, ...]] | Update | Delete")
Statement = TypeVar(
    "Statement",
    bound="Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]] | Update | Delete",
)


def scoped(model: type[Model], actor: Actor, reach: Reach) -> Select[Model]:
    """A select of the rows of `model` that this reach opens to this actor.

    Raises RefusedError if the actor's roles do not carry the reach, and LookupError
    if the model does not know it: that is a mistake of the programmer.
    """
    return within(select(model), model, actor, reach)


def within(statement: Limitable, model: type[Owned], actor: Actor, reach: Reach) -> Limitable:
    """Limit a statement to the rows of one more owned table, and vouch for it."""
    limited = statement.where(rows_of(model, actor, reach))
    return vouched(cast(Limitable, limited), model)


def rows_of(model: type[Owned], actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """The condition alone, for the ON of an outer join; vouch for the table with `vouched`."""
    rule = model.__reaches__.get(reach)
    if rule is None:
        raise LookupError(f"{model.__name__} does not allow the reach {reach.value}.")
    if rule.needs is not None and not may(actor, rule.needs):
        raise RefusedError(N_("Your role does not let you see this."))
    return rule.rows(actor)


def vouched(statement: Statement, *models: type[Owned]) -> Statement:
    """Mark a statement whose rows of these tables were limited through `rows_of`."""
    tables = {model.__tablename__ for model in models}
    already = statement.get_execution_options().get(VOUCHED, frozenset())
    marked = statement.execution_options(**{VOUCHED: frozenset(already | tables)})
    return cast(Statement, marked)


def owned_by_self(person_id: InstrumentedAttribute[Any]) -> ReachRule:
    """The person's own rows."""

    def rows(actor: Actor) -> ColumnElement[bool]:
        if actor.person_id is None:
            return false()
        return person_id == bindparam(OWN_PERSON, actor.person_id, person_id.type)

    return ReachRule(None, rows)


def owned_by_member(
    needs: Permission,
    member_code: InstrumentedAttribute[Any],
    agency_id: InstrumentedAttribute[Any] | None = None,
) -> ReachRule:
    """Rows of the members (and agencies, where the table has one) the permission is held for."""

    def rows(actor: Actor) -> ColumnElement[bool]:
        scopes = scopes_for(actor, needs)
        if scopes.everywhere:
            return true()
        members = scopes.of(ScopeKind.MEMBER)
        agencies = scopes.of(ScopeKind.AGENCY)
        conditions: list[ColumnElement[bool]] = []
        if members:
            conditions.append(_one_of(member_code, sorted(members)))
        if agencies and agency_id is not None:
            conditions.append(_one_of(agency_id, sorted(int(agency) for agency in agencies)))
        return or_(*conditions) if conditions else false()

    return ReachRule(needs, rows)


def _one_of(column: InstrumentedAttribute[Any], values: list[Any]) -> ColumnElement[bool]:
    """The column has one of these values. Of one value: equals it, so that an index that
    begins with the column also gives the order; SQLite sorts all rows behind an IN."""
    return column == values[0] if len(values) == 1 else column.in_(values)


def everything(needs: Permission) -> ReachRule:
    """Every row, for those whose role reaches all members."""

    def rows(actor: Actor) -> ColumnElement[bool]:
        return true() if scopes_for(actor, needs).everywhere else false()

    return ReachRule(needs, rows)
