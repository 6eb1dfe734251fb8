"""A worker with jobs that are poison: `python -m script.measures.poison DATABASE_URL`.

One kind raises, one kills the process it runs in, one hangs; the rest are plain work.
"""

from __future__ import annotations

import datetime
import os
import signal
import sys
import time

from lms.core import waiting
from lms.core.jobs.work import Work
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
    counting.work_until_told(
        engine,
        {
            "count": counting.count,
            "poison.raises": raises,
            "poison.kills": kills,
            "poison.hangs": hangs,
        },
        lease=LEASE,
        longest_still=LONGEST_STILL,
    )


if __name__ == "__main__":
    main()
