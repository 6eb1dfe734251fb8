"""A worker with jobs that are poison: `python -m script.measures.poison DATABASE_URL`.

One kind raises, one kills the process it runs in, one hangs; the rest are plain work.
"""

from __future__ import annotations

import datetime
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import FrameType

from lms.core import waiting
from lms.core.jobs.runner import Shift, run_worker
from lms.core.jobs.work import Work
from lms.core.storage import LocalFolder
from tests.support import counting

LEASE = datetime.timedelta(seconds=3)
LONGEST_STILL = datetime.timedelta(seconds=4)


def raises(_work: Work) -> None:
    """Fails each time."""
    raise ZeroDivisionError


def kills(_work: Work) -> None:
    """Takes its process with it, as running out of memory does."""
    os.kill(os.getpid(), signal.SIGKILL)


def hangs(_work: Work) -> None:
    """Never comes back."""
    time.sleep(3600)


def main() -> None:
    """Work until TERM."""
    engine = counting.engine_of(sys.argv[1])
    waiting.limit(engine, waiting.WORKER)
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    with tempfile.TemporaryDirectory() as folder:
        shift = Shift(
            engine=engine,
            handlers={
                "count": counting.count,
                "poison.raises": raises,
                "poison.kills": kills,
                "poison.hangs": hangs,
            },
            storage=LocalFolder(Path(folder)),
            lease=LEASE,
            longest_still=LONGEST_STILL,
            idle=0.05,
        )
        run_worker(shift, stop)


if __name__ == "__main__":
    main()
