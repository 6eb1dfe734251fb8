"""Being told to stop. The handler sets a flag and takes no lock.

`threading.Event.set` takes one, and would wait for ever if the signal came while the
main thread holds it in `wait`.
"""

from __future__ import annotations

import signal
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM)


class Told:
    """Notes INT and TERM from its making on. `came` turns true with the first."""

    def __init__(self) -> None:
        self.came = False
        self._before = {number: signal.signal(number, self._note) for number in STOPPING}

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self.came = True

    def forget(self) -> None:
        """Let the handlers stand that stood before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
