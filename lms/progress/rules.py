"""What counts, and what is still missing. Pure; the page shows the set, and no percentages."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

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


def missing(edition: Edition, known: Iterable[Known]) -> frozenset[Missing]:
    """What still stands between this evidence and completion; empty means complete."""
    finished = done(edition, known)
    return frozenset(
        Missing(key, needed(edition.activity(key))) for key in edition.required - finished
    )
