"""Killing the worker while it makes certificates anew and packs them: in the end each is exact."""

import hashlib
import io
import os
import signal
import time
import zipfile
from collections.abc import Callable, Iterator

from flask import Flask
from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.certificates.models import Certificate
from lms.certificates.queries.lists import CertificateFilter
from lms.certificates.rules import CertificateState
from lms.certificates.services import bulk
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session, for_reading
from lms.core.extensions import db
from lms.core.jobs.models import Job, JobState
from lms.core.storage import LocalFolder
from script.measures import growth, processes, product
from script.measures.fault_rows import fault_row
from script.measures.frame import Row

KEEPER = Actor.system("measure")
LONGEST = 600.0
"""Seconds a job may take with the kill: the lease of 30 s, a pause, and the documents."""

Ask = Callable[[Session, Actor, CertificateFilter], Job]


def worker_killed_in_certificates() -> Iterator[Row]:
    """kill -9 while all certificates are made anew, and while they are packed: each is exact."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation:
            installation.lms("demo", "cohort", seconds=600)
            app = growth.app_of(installation)
            with installation.serving():
                before = wait_until_made(app)
            anew_at, _ = kill_in(installation, app, make_anew, after=30)
            after = digests(app)
            pack_at, run_id = kill_in(installation, app, pack, after=30)
            in_zip = packed(installation, run_id)
            changed = sum(before.get(number) != after.get(number) for number in before | after)
            yield fault_row(
                "kill -9 of the worker in certificates",
                engine,
                meanwhile=f"{len(before)} made anew (killed at {anew_at}), packed (at {pack_at})",
                lost=f"{changed} came out otherwise; {len(in_zip)} in the ZIP",
                seen="the job's page counts on",
                well_after=None,
                is_held=not changed and sorted(in_zip) == sorted(before.values()),
            )


def digests(app: Flask) -> dict[str, str]:
    """Number and kept digest of every certificate that stands; empty where none is made yet."""
    with app.app_context(), Session(for_reading(db.engine)) as session:
        statement = scoped(Certificate, KEEPER, Reach.ALL_MEMBERS).where(
            Certificate.state == CertificateState.ISSUED
        )
        return {each.number: each.file_digest for each in session.execute(statement).scalars()}


def wait_until_made(app: Flask) -> dict[str, str]:
    """Wait until every certificate has its document; their digests."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        found = digests(app)
        if found and all(found.values()):
            return found
        time.sleep(1)
    raise RuntimeError("The certificates were not made in time.")


def kill_in(installation: product.Product, app: Flask, ask: Ask, *, after: int) -> tuple[int, str]:
    """Ask for a job, kill the worker after so many certificates, serve again until it is done.

    Returns at how many it was killed, and the run.
    """
    with installation.serving() as server:
        with app.app_context(), Session(db.engine) as session, session.begin():
            job_id = ask(session, KEEPER, CertificateFilter()).id
        job = wait_for(app, job_id, lambda job: job.done >= after)
        for pid in processes.family(server):
            if "worker" in processes.command(pid).split():
                os.kill(pid, signal.SIGKILL)
        killed_at = read(app, job_id).done
        if job.state is JobState.DONE:
            raise RuntimeError("The job was done before the worker was killed.")
    with installation.serving():
        run_id = wait_for(app, job_id, lambda job: job.state is JobState.DONE).run_id
    return killed_at, run_id


def wait_for(app: Flask, job_id: int, holds: Callable[[Job], bool]) -> Job:
    """Look at a job until something holds of it."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        job = read(app, job_id)
        if holds(job) or job.state is JobState.DONE:
            return job
        time.sleep(0.05)
    raise RuntimeError(f"Job {job_id} did not come so far in time.")


def read(app: Flask, job_id: int) -> Job:
    """The job as it stands."""
    with app.app_context(), Session(for_reading(db.engine)) as session:
        return session.execute(select(Job).where(Job.id == job_id)).scalar_one()


def make_anew(session: Session, actor: Actor, wanted: CertificateFilter) -> Job:
    """All documents again, from their frozen rows."""
    return bulk.ask_for_regeneration(session, actor, wanted, now=clock.now())


def pack(session: Session, actor: Actor, wanted: CertificateFilter) -> Job:
    """All documents in one ZIP and one print file."""
    return bulk.ask_for_bundle(session, actor, wanted, now=clock.now())


def packed(installation: product.Product, run_id: str) -> list[str]:
    """SHA-256 of every document in the ZIP of a run."""
    storage = LocalFolder(installation.folder / "files")
    with storage.open(bulk.zip_key(run_id)) as stream:
        archive = zipfile.ZipFile(io.BytesIO(stream.read()))
    return [
        hashlib.sha256(archive.read(name)).hexdigest()
        for name in archive.namelist()
        if name.endswith(".pdf")
    ]
