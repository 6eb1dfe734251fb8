"""Making a release, and publishing it to members and to everybody."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from sqlalchemy import select

from lms.access.permissions import Permission
from lms.access.rules import may
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError, RefusedError
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.core.tables.values import Audience
from lms.core.text import N_
from lms.reports.models import ReleasedQuarter, ReportRelease
from lms.reports.queries.releases import released_quarters
from lms.reports.rules.families import Counted, Fact, Frame, count
from lms.reports.rules.periods import Period, PeriodKind, parse, quarter
from lms.reports.rules.protection import protect

MAKE = "reports.release"
_RELEASABLE = frozenset({PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.YEAR})


def quarters_in(period: Period) -> list[str]:
    """The quarters of a quarter, half-year or year."""
    if period.first is None or period.last is None:
        return []
    first, last = (period.first.month + 2) // 3, (period.last.month + 2) // 3
    return [quarter(period.first.year, number).key for number in range(first, last + 1)]


def ask_release(session: Session, actor: Actor, period_key: str, *, now: datetime.datetime) -> Job:
    """Ask the worker to make the ready-made tables of a period; a second press changes nothing.

    Raises BadInputError for a period that is no quarter, half-year or year, is not over,
    or overlaps one that has its tables: the two could be subtracted from each other.
    """
    if not may(actor, Permission.REPORT_PUBLISH):
        raise RefusedError(N_("Your role does not let you do this."))
    check_period(session, parse(period_key), now=now)
    job = enqueue(
        session,
        MAKE,
        {"period": period_key},
        requested_by=actor,
        now=now,
        once_key=f"{MAKE}@{period_key}",
    )
    record(session, actor, "release.ask", "report_release", period_key, now=now, run_id=job.run_id)
    return job


def check_period(session: Session, period: Period, *, now: datetime.datetime) -> None:
    """Raise BadInputError unless a release of this period can be made now."""
    if period.kind not in _RELEASABLE:
        raise BadInputError(
            N_("Figures are published by quarter, half-year or year. Choose one of them."),
            field="period",
        )
    if not period.is_over(now):
        raise BadInputError(
            N_("This period is not over. Its figures can be published when its last day is."),
            field="period",
        )
    taken = released_quarters(session)
    other = next((taken[key] for key in quarters_in(period) if key in taken), None)
    if other is not None:
        raise BadInputError(
            N_(
                "The figures of %(period)s are published already. Two periods that overlap "
                "could be subtracted from each other, so each quarter is published once."
            ),
            field="period",
            period=other,
        )


def content_of(frame: Frame, facts: Mapping[Counted, list[Fact]]) -> tuple[dict[str, object], int]:
    """What is kept of a release, and how many of its cells are hidden. Pure; may take seconds."""
    numbers = {counted: count(frame, each) for counted, each in facts.items()}
    hidden = protect(frame, numbers).hidden
    cells = [
        [
            *cell,
            [
                [counted.value, number.of(cell).persons, number.of(cell).participations]
                for counted, number in numbers.items()
            ],
        ]
        for cell in frame.cells()
        if cell not in hidden
    ]
    kept: dict[str, object] = {
        "groups": dict(frame.groups),
        "courses": list(frame.courses),
        "cells": cells,
    }
    return kept, len(hidden)


def keep_release(
    session: Session,
    actor: Actor,
    period: Period,
    content: dict[str, object],
    *,
    as_of: datetime.datetime,
    now: datetime.datetime,
) -> bool:
    """Write the release once; False if it, or one that overlaps it, stands already."""
    release_id = insert_once(
        session,
        ReportRelease,
        {
            "period_key": period.key,
            "as_of": as_of,
            "made_at": now,
            "made_by": actor.person_id,
            "content": content,
        },
        unique=("period_key",),
    )
    if release_id is None:
        return False
    # The primary key decides between two workers: the second fails and loses its release.
    session.add_all(
        [ReleasedQuarter(quarter=key, release_id=release_id) for key in quarters_in(period)]
    )
    session.flush()
    record(session, actor, "release.make", "report_release", release_id, now=now)
    return True


def publish(
    session: Session,
    actor: Actor,
    period_key: str,
    audience: Audience,
    *,
    now: datetime.datetime,
) -> None:
    """Open a release to all members, or to everybody; once open it stays open.

    What was seen cannot be made unseen, so there is no way back. Raises NotFoundError.
    """
    if not may(actor, Permission.REPORT_PUBLISH):
        raise RefusedError(N_("Your role does not let you do this."))
    statement = select(ReportRelease).where(ReportRelease.period_key == period_key)
    release = session.execute(statement.with_for_update()).scalar_one_or_none()
    if release is None:
        raise NotFoundError(N_("There are no published figures for this period."))
    if audience is Audience.NAMED:
        raise NotPossibleError(N_("Ready-made tables are for members or for everybody."))
    if release.members_at is None:
        release.members_at = now
    if audience is Audience.PUBLIC and release.public_at is None:
        release.public_at = now
    session.flush()
    record(
        session,
        actor,
        "release.publish",
        "report_release",
        release.id,
        now=now,
        audience=audience.value,
    )
