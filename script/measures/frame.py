"""Named measures, each bounded in time, printed as rows of one Markdown table."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

Row = Sequence[str]
"""The cells of one line, in the order of the table's columns."""


class TookTooLongError(Exception):
    """A measure reached its bound."""


@dataclass(frozen=True)
class Measure:
    """A function that yields rows, and the seconds it may take."""

    run: Callable[[], Iterator[Row]]
    seconds: int

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
            self.measures[function.__name__] = Measure(function, seconds)
            return function

        return register

    def main(self, arguments: Sequence[str]) -> int:
        """Run the measures named, or all, and print the table; 1 if any did not hold or finish."""
        parser = argparse.ArgumentParser()
        parser.add_argument("names", nargs="*", metavar="measure")
        parser.add_argument("--list", action="store_true", help="name the measures and stop")
        chosen = parser.parse_args(arguments)
        if chosen.list:
            for measure in self.measures.values():
                print(f"{measure.name:24} at most {measure.seconds:4} s  {measure.purpose}")
            return 0
        unknown = [name for name in chosen.names if name not in self.measures]
        if unknown:
            print(f"There is no measure {unknown[0]}. See --list.", file=sys.stderr)
            return 2
        print(_line(self.columns))
        print(_line(["---"] * len(self.columns)), flush=True)
        ended = [self._run(self.measures[name]) for name in chosen.names or self.measures]
        return 0 if all(ended) else 1

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
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _line(cells: Row) -> str:
    return "| " + " | ".join(cells) + " |"
