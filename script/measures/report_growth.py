"""The completion report while the number of people grows: pages, files, and the worker's memory."""

import datetime
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from lms.core import clock
from lms.core.database import Session, for_reading
from lms.core.extensions import db
from lms.core.jobs.models import Job, JobState
from lms.reports.rules.asked import Asked
from lms.reports.rules.measures import Measure
from lms.reports.services.exports import ask_export
from script.measures import processes, product
from script.measures.actors import actor_with

SECRETARIAT = "amara.wickramasinghe@rso.example"
FOCAL_POINT = "dilubech.ngirmang@justice.pw.example"
LONGEST = 3600.0
"""Seconds a file of names may take to be made."""
QUIET = 900.0
"""Seconds the worker may take to count courses before a page is asked for."""


@dataclass(frozen=True)
class File:
    """A list of names the worker made: how long it took, how large it is, and the most memory."""

    seconds: float
    people: int
    size: int
    peak: int


def pages() -> dict[str, tuple[str, str]]:
    """Pages by name: who looks, and where."""
    now = clock.now()
    month = f"{now.year}-{now.month:02d}"
    last_year = (now - datetime.timedelta(days=365)).isoformat()
    purpose = urllib.parse.urlencode({"purpose": "check"})
    return {
        "report by member": (SECRETARIAT, "/reports/completion"),
        "report by course, one month": (
            SECRETARIAT,
            f"/reports/completion?by=course&period={month}",
        ),
        "report by member, a year ago": (
            SECRETARIAT,
            f"/reports/completion?{urllib.parse.urlencode({'as_of': last_year})}",
        ),
        "report as CSV": (SECRETARIAT, "/reports/completion.csv"),
        "first page of names": (SECRETARIAT, f"/reports/completion/people/completed?{purpose}"),
        "report of one's own member": (FOCAL_POINT, "/reports/own"),
    }


def wait_until_counted(app: Flask) -> None:
    """Wait until no job waits or runs, so that the worker does not count beside the pages."""
    deadline = time.monotonic() + QUIET
    while time.monotonic() < deadline:
        with app.app_context(), Session(for_reading(db.engine)) as session:
            waiting = session.execute(
                select(Job.id)
                .where(
                    Job.state.in_([JobState.WAITING, JobState.RUNNING]),
                    Job.run_after <= clock.now(),
                )
                .limit(1)
            ).first()
        if waiting is None:
            return
        time.sleep(1)
    raise RuntimeError("The worker was not done with its jobs in time.")


def names_as_file(installation: product.Product, app: Flask, server: int) -> File:
    """Have the worker write everybody who completed a course as CSV."""
    with app.app_context(), Session(db.engine) as session, session.begin():
        actor = actor_with(session, SECRETARIAT, clock.now())
        job = ask_export(
            session, actor, Asked(), "csv",
            language="en", measure=Measure.COMPLETED, purpose="check", now=clock.now(),
        )  # fmt: skip
        job_id, run_id = job.id, job.run_id
    begun = time.monotonic()
    (worker,) = (
        pid for pid in processes.family(server) if "worker" in processes.command(pid).split()
    )
    while time.monotonic() - begun < LONGEST:
        with app.app_context(), Session(for_reading(db.engine)) as session:
            state = session.execute(select(Job.state).where(Job.id == job_id)).scalar_one()
        if state is JobState.DONE:
            path = installation.folder / "files" / "reports" / f"{run_id}.csv"
            people = sum(1 for _ in path.with_suffix(".people").open())
            return File(time.monotonic() - begun, people, path.stat().st_size, peak_bytes(worker))
        time.sleep(0.2)
    raise RuntimeError(f"The file was not made in time: the job is {state}.")


def peak_bytes(pid: int) -> int:
    """The most memory a process has held in RAM (VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"Process {pid} says nothing about its memory.")


def sizes_between(sizes: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Each size, and how many people must be added for it."""
    before = 0
    for size in sizes:
        yield size, size - before
        before = size
