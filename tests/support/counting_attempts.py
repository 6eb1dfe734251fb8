"""A process to be killed: `python -m tests.support.counting_attempts DATABASE_URL`.

It counts attempts handed in, in small chunks with a breath between, so that a kill falls
into the middle of the work. Without leases: a test must not wait for them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lms.assessments.services.statistics import count_attempts
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.web import rooms
from tests.support.counting import BREATH, engine_of

CHUNK = 7


@contextmanager
def counting(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """This module as a process of its own; killed at the end if it still lives."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.counting_attempts", url],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Count until killed."""
    rooms.import_models()
    engine = engine_of(sys.argv[1])
    while True:
        with Session(engine) as session, session.begin():
            count_attempts(session, Actor.system("count"), now=clock.now(), limit=CHUNK)
        time.sleep(BREATH)


if __name__ == "__main__":
    main()
