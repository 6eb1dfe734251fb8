"""What counts, and what is still missing. Pure; the page shows the set, and no percentages."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from lms.core.text import N_
from lms.courses.values.edition import Activity, Edition


class EvidenceKind(enum.StrEnum):
    """What is known to have happened. Who tested out of an activity showed to know it before."""

    READ = "read"
    ANSWERED = "answered"
    PASSED = "passed"
    PLAYED = "played"
    REFLECTED = "reflected"
    MARKED = "marked"
    ATTENDED = "attended"
    TESTED_OUT = "tested_out"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened, as a browser or a trainer reports it.

    `client_id` is made where it happened and unique, so a repeat by double click, retry
    or an offline queue changes nothing. `facts` are small and JSON: a score, an attempt.
    """

    client_id: str
    kind: EvidenceKind
    activity_key: str
    happened_at: datetime.datetime
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What the rule needs of a recorded fact."""

    kind: EvidenceKind
    activity_key: str


class CorrectionReason(enum.StrEnum):
    """Why a fact is taken back; a class, so that nothing personal is written down."""

    RECORDED_BY_MISTAKE = "recorded_by_mistake"
    ANOTHER_PERSON = "another_person"
    NOT_BY_THEMSELVES = "not_by_themselves"
    CORRECTION_WRONG = "correction_wrong"


CORRECTION_REASON_NAMES: dict[CorrectionReason, str] = {
    CorrectionReason.RECORDED_BY_MISTAKE: N_("It was recorded by mistake"),
    CorrectionReason.ANOTHER_PERSON: N_("It was somebody else"),
    CorrectionReason.NOT_BY_THEMSELVES: N_("It was not their own work"),
    CorrectionReason.CORRECTION_WRONG: N_("The earlier correction was wrong"),
}


class Row(Protocol):
    """What `that_stand` needs of a recorded fact."""

    @property
    def id(self) -> int: ...
    @property
    def corrects_id(self) -> int | None: ...


AnyRow = TypeVar("AnyRow", bound=Row)


def that_stand(rows: Sequence[AnyRow]) -> list[AnyRow]:
    """The facts that count, of rows in the order they were recorded.

    A correction takes back the row it points to, which came earlier and may be a
    correction itself: then what that one took back counts again.
    """
    taken_back: set[int] = set()
    facts = []
    for row in reversed(rows):
        if row.id in taken_back:
            continue
        if row.corrects_id is None:
            facts.append(row)
        else:
            taken_back.add(row.corrects_id)
    return facts[::-1]


MISSING_SENTENCES: dict[EvidenceKind, str] = {
    EvidenceKind.READ: N_("Read it and press “Done” at its end."),
    EvidenceKind.ANSWERED: N_("Hand in your answers once."),
    EvidenceKind.PASSED: N_("Pass it."),
    EvidenceKind.PLAYED: N_("Play it to one of its ends."),
    EvidenceKind.REFLECTED: N_("Write it and send it."),
    EvidenceKind.MARKED: N_("Send it; a trainer reads it."),
    EvidenceKind.ATTENDED: N_("Be there; the facilitator records it."),
    EvidenceKind.TESTED_OUT: N_("Show in the pre-test that you know it."),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """One required activity that is not done, and what would do it."""

    activity_key: str
    needs: EvidenceKind


def needed(activity: Activity) -> EvidenceKind:
    """The kind of evidence that makes an activity done, as its author wrote it."""
    return EvidenceKind(activity.done_when)


def done(edition: Edition, known: Iterable[Known]) -> frozenset[str]:
    """Keys of the activities that are done; an alternative credits what it stands in for.

    A pass is also an answer, and testing out is as good as either. Facts about activities
    this edition does not have count for nothing and are not an error: editions change.
    """
    present = {activity.key: activity for activity in edition.activities}
    credited = set()
    for fact in known:
        activity = present.get(fact.activity_key)
        if activity is None:
            continue
        wanted = needed(activity)
        if (
            fact.kind is wanted
            or fact.kind is EvidenceKind.TESTED_OUT
            or (wanted is EvidenceKind.ANSWERED and fact.kind is EvidenceKind.PASSED)
        ):
            credited.add(edition.credited(fact.activity_key))
    return frozenset(credited)


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody is: activities of the outline done, and the first that is not."""

    done_count: int
    next_key: str | None


def place(edition: Edition, known: Iterable[Known]) -> Place:
    """Where these facts put a learner in the outline of an edition."""
    finished = done(edition, known)
    return Place(
        sum(key in finished for key in edition.order),
        next((key for key in edition.order if key not in finished), None),
    )


def missing(edition: Edition, known: Iterable[Known]) -> frozenset[Missing]:
    """What still stands between this evidence and completion; empty means complete."""
    finished = done(edition, known)
    return frozenset(
        Missing(key, needed(edition.activity(key))) for key in edition.required - finished
    )
