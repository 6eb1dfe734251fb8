"""States and what leads from one to the next: every room writes its own as one table of rows.

A row says from which state a verb leads where, and what it asks of the person who takes it.
Pages draw their buttons from the table, services ask it before they change anything.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

State = TypeVar("State", bound=enum.StrEnum)
Verb = TypeVar("Verb", bound=str)


@dataclass(frozen=True, slots=True)
class Transition(Generic[State, Verb]):
    """One row of a table. `permission` None: the system's own, or asked for by the view alone.

    A room whose buttons need words of their own has a row of its own kind (`Row`).
    """

    before: State
    verb: Verb
    after: State
    permission: enum.StrEnum | None = None


class Row(Protocol):
    """What a row of any table has."""

    @property
    def before(self) -> enum.StrEnum: ...
    @property
    def verb(self) -> str: ...


AnyRow = TypeVar("AnyRow", bound=Row)


def step_from(table: Iterable[AnyRow], state: enum.StrEnum, verb: str) -> AnyRow | None:
    """The row of this verb from this state, or None if it is not possible now."""
    return next((row for row in table if row.before == state and row.verb == verb), None)


def steps_from(table: Iterable[AnyRow], state: enum.StrEnum) -> tuple[AnyRow, ...]:
    """Every row from this state, in the order of the table."""
    return tuple(row for row in table if row.before == state)
