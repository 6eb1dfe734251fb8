"""Named measures, each bounded in time, printed as rows of one Markdown table."""

import argparse
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import SubprocessError
from types import FrameType

from sqlalchemy.exc import SQLAlchemyError

Row = Sequence[str]
"""The cells of one line, in the order of the table's columns."""
BROKEN = (RuntimeError, OSError, LookupError, ValueError, SubprocessError, SQLAlchemyError)
"""What stops one measure and lets the next begin; an error of any other kind ends the script."""


class TookTooLongError(Exception):
    """A measure reached its bound."""


@dataclass(frozen=True)
class Measure:
    """A function that yields rows, and the seconds it may take."""

    run: Callable[[], Iterator[Row]]
    seconds: int
    group: str = ""

    @property
    def name(self) -> str:
        return self.run.__name__

    @property
    def purpose(self) -> str:
        return (self.run.__doc__ or "").splitlines()[0]


class Table:
    """The measures of one script, registered in the order they are written."""

    def __init__(self, columns: Row) -> None:
        self.columns = columns
        self.measures: dict[str, Measure] = {}

    def measure(
        self, *, seconds: int
    ) -> Callable[[Callable[[], Iterator[Row]]], Callable[[], Iterator[Row]]]:
        """Register a function as a measure that is stopped after `seconds`."""

        def register(function: Callable[[], Iterator[Row]]) -> Callable[[], Iterator[Row]]:
            self.add(function, seconds=seconds)
            return function

        return register

    def add(self, function: Callable[[], Iterator[Row]], *, seconds: int, group: str = "") -> None:
        """Register a function of another file, by the name of a group too."""
        self.measures[function.__name__] = Measure(function, seconds, group)

    def main(self, arguments: Sequence[str]) -> int:
        """Run the measures named, of the groups named, or all, and print the table.

        Returns 1 if any did not hold or finish, 2 if there is no such measure.
        """
        parser = argparse.ArgumentParser()
        parser.add_argument("names", nargs="*", metavar="measure")
        parser.add_argument("--list", action="store_true", help="name the measures and stop")
        chosen = parser.parse_args(arguments)
        if chosen.list:
            for measure in self.measures.values():
                print(
                    f"{measure.name:30} {measure.group:6} at most {measure.seconds:4} s  "
                    f"{measure.purpose}"
                )
            return 0
        unknown = [name for name in chosen.names if not self._named(name)]
        if unknown:
            print(f"There is no measure {unknown[0]}. See --list.", file=sys.stderr)
            return 2
        print(_line(self.columns))
        print(_line(["---"] * len(self.columns)), flush=True)
        names = chosen.names or self.measures
        ended = [self._run(measure) for name in names for measure in self._named(name)]
        return 0 if all(ended) else 1

    def _named(self, name: str) -> list[Measure]:
        """The measure of that name, or all of the group of that name."""
        if name in self.measures:
            return [self.measures[name]]
        return [each for each in self.measures.values() if name and each.group == name]

    def _run(self, measure: Measure) -> bool:
        started = time.monotonic()
        good = True
        try:
            with _bounded(measure.seconds):
                for row in measure.run():
                    print(_line(row), flush=True)
                    good = good and NOT_HELD not in row
        except TookTooLongError:
            print(_line([measure.name, f"stopped after {measure.seconds} s"]), flush=True)
            return False
        except BROKEN:
            traceback.print_exc()
            print(_line([measure.name, "broke off"]), flush=True)
            return False
        print(f"{measure.name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
        return good


NOT_HELD = "NO"
"""A cell that says a promise was broken; it makes the script end with 1."""


def held(promise: bool) -> str:
    """Return the cell that says whether a promise was kept."""
    return "yes" if promise else NOT_HELD


@contextmanager
def _bounded(seconds: int) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLongError

    before = signal.signal(signal.SIGALRM, stop)
    before_end = signal.signal(signal.SIGTERM, _end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        signal.signal(signal.SIGTERM, before_end)


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Told to stop, a measure ends what it started, as it does at its bound."""
    sys.exit(143)


def _line(cells: Row) -> str:
    return "| " + " | ".join(cells) + " |"
