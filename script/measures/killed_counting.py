"""Killing a worker again and again in one job that only counts: each row exactly once."""

import time
from collections.abc import Iterator

from lms.core.jobs.models import JobState
from script.measures import product
from script.measures.fault_rows import fault_row
from script.measures.frame import Row
from tests.support import counting

COUNTED, COUNTED_CHUNK, COUNTED_LEASE = 20_000, 200, 3.0
KILLED_AFTER = (200, 3_000, 7_000, 12_000, 19_000)
"""Rows after which the worker is killed; it is then in the next chunk, or between two."""


def killed_worker() -> Iterator[Row]:
    """A worker killed again and again in a job of 20,000 rows keeps each row exactly once."""
    for engine in product.ENGINES:
        with product.installed(engine, filled=False) as installation:
            begun = time.monotonic()
            rows, different, kills = count_under_kills(
                installation.environment["BEKAL_DATABASE_URL"]
            )
            yield fault_row(
                f"kill -9 of the worker, {kills} times",
                engine,
                meanwhile=f"one job of {COUNTED:,} rows, {COUNTED_CHUNK} a transaction",
                lost=f"{COUNTED - different} rows lost, {rows - different} twice",
                seen="the job's page counts on",
                well_after=time.monotonic() - begun,
                is_held=rows == different == COUNTED,
            )


def count_under_kills(url: str) -> tuple[int, int, int]:
    """Count with workers that are killed (KILL) at KILLED_AFTER; rows, different rows, kills."""
    engine = counting.engine_of(url)
    job_id = counting.ask(engine, total=COUNTED, chunk=COUNTED_CHUNK)
    for done in KILLED_AFTER:
        with counting.worker(url, lease=COUNTED_LEASE) as worker:
            counting.wait_for(engine, job_id, done=done)
            worker.kill()
    with counting.worker(url, lease=COUNTED_LEASE):
        counting.wait_for(engine, job_id, state=JobState.DONE)
    rows, different = counting.kept(engine)
    engine.dispose()
    return rows, different, len(KILLED_AFTER)
