"""The frame of script/bench and script/faults."""

import time
from collections.abc import Iterator

import pytest

from script.measures.frame import NOT_HELD, Row, Table, held


@pytest.fixture
def table() -> Table:
    """A table with one measure that holds, one that does not and one that never ends."""
    table = Table(["what", "held"])

    @table.measure(seconds=5)
    def quick() -> Iterator[Row]:
        """Something quick."""
        yield ["quick", held(True)]

    @table.measure(seconds=5)
    def broken() -> Iterator[Row]:
        """Something that does not hold."""
        yield ["broken", held(False)]

    @table.measure(seconds=1)
    def endless() -> Iterator[Row]:
        """Something that never ends."""
        time.sleep(60)
        yield ["never", held(True)]

    def failing() -> Iterator[Row]:
        """Something that finds no server."""
        raise RuntimeError("The server did not start.")
        yield []

    table.add(failing, seconds=5, group="pair")
    table.add(late, seconds=5, group="pair")
    return table


def late() -> Iterator[Row]:
    """Something that comes after."""
    yield ["late", held(True)]


def test_measures_print_rows_of_one_table(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    assert table.main(["quick"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "| what | held |",
        "| --- | --- |",
        "| quick | yes |",
    ]


def test_broken_promise_ends_with_1(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    assert table.main(["quick", "broken"]) == 1
    assert f"| broken | {NOT_HELD} |" in capsys.readouterr().out


def test_measure_is_stopped_at_its_bound(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.monotonic()
    assert table.main(["endless"]) == 1
    assert time.monotonic() - begun < 10
    assert "stopped after 1 s" in capsys.readouterr().out


def test_group_is_run_whole_although_one_broke_off(
    table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    assert table.main(["pair"]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines()[2:] == ["| failing | broke off |", "| late | yes |"]
    assert "The server did not start." in told.err


def test_unknown_measure_is_refused(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    assert table.main(["quikc"]) == 2
    assert "There is no measure quikc" in capsys.readouterr().err
