"""What the worker pays for a certificate when the secretariat asks for all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lms.certificates.queries.lists import CertificateFilter
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.jobs.models import JobState
from script.measures import growth, killed_certificates, processes, product
from script.measures.costs import families, settle


@dataclass(frozen=True)
class Job:
    """One job over all certificates: CPU seconds of the worker and its children, and how many."""

    work: str
    engine: str
    seconds: float
    certificates: int


def jobs() -> Iterator[Job]:
    """All made anew, then all in one ZIP and one file to print; both databases."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation:
            installation.lms("demo", "cohort", seconds=600)
            app = growth.app_of(installation)
            with installation.serving() as server:
                count = len(killed_certificates.wait_until_made(app))
                settle([server])
                (worker,) = (
                    pid
                    for pid in processes.family(server)
                    if "worker" in processes.command(pid).split()
                )
                for work, ask in (
                    ("certificates in bulk, made anew and signed", killed_certificates.make_anew),
                    ("certificates in bulk, packed and to print", killed_certificates.pack),
                ):
                    before = processes.cpu_seconds(families([worker]))
                    with app.app_context(), Session(db.engine) as session, session.begin():
                        job_id = ask(session, killed_certificates.KEEPER, CertificateFilter()).id
                    done = killed_certificates.wait_for(
                        app, job_id, lambda job: job.state is JobState.DONE
                    )
                    if done.state is not JobState.DONE:
                        raise RuntimeError(f"{work}: the job ended as {done.state.value}.")
                    spent = processes.cpu_seconds(families([worker])) - before
                    yield Job(work, engine, spent, count)
