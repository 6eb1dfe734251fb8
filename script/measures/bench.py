"""What a request costs: CPU, because on a shared machine wall time says little.

The unit is one hello: the CPU of one request to a bare Flask `return "hello"` under gunicorn with
two sync workers, measured in the same minute as the figure beside it.
"""

import functools
import sys
import time
from collections.abc import Iterator

from lms.web.demonstration.cast import COURSE
from script.measures import documents, growth, product, table
from script.measures import read_through as reading
from script.measures import report_growth as report_growth_of
from script.measures import think_time as thinking
from script.measures.costs import get, hello_cost, ms, request_cost, web_processes
from script.measures.frame import Row, Table

TABLE = Table(["work", "database", "CPU", "hello", "hellos", "requests/s", "data", "command"])


@TABLE.measure(seconds=60)
def hello() -> Iterator[Row]:
    """The yardstick itself."""
    cost, rate = hello_cost()
    yield [
        "hello",
        "none",
        ms(cost),
        ms(cost),
        "1.0",
        f"{rate:.0f}",
        "none",
        "script/bench hello",
    ]


@TABLE.measure(seconds=240)
def front_page() -> Iterator[Row]:
    """The front page, not signed in."""
    yield from page("front page", "/", "front_page")


@TABLE.measure(seconds=240)
def sign_in_page() -> Iterator[Row]:
    """The page with the sign-in form, not signed in. Aim: 6 hellos."""
    yield from page("sign-in page", "/sign-in", "sign_in_page")


@TABLE.measure(seconds=3000)
def learning_flat() -> Iterator[Row]:
    """Pages of a learner and a trainer at 10, 1,000 and 100,000 enrolled on their course."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation:
            with installation.serving():
                look = growth.looks(installation)
            enrolled = 0
            for size in growth.SIZES:
                more = ("--people", str(size - enrolled), "--course", COURSE)
                installation.lms("demo", "bulk", *more, seconds=1200)
                enrolled = size
                with installation.serving() as server:
                    unit, _ = hello_cost()
                    for page in look():
                        yield flat_row(installation, server, page, size, unit)


def flat_row(
    installation: product.Product, server: int, page: growth.Look, size: int, unit: float
) -> Row:
    """What one page costs with so many enrolled."""
    cost, rate = request_cost(
        web_processes(server, installation),
        installation.port,
        lambda client: get(client, page.path, {"Cookie": page.cookie}),
    )
    weight = f"{page.size / 1000:.1f} kB, compressed {page.compressed / 1000:.1f} kB"
    return [
        page.work,
        installation.engine,
        ms(cost),
        ms(unit),
        f"{cost / unit:.1f}",
        f"{rate:.0f}",
        f"{size:,} enrolled: {page.statements} statements, {weight}",
        "script/bench learning_flat",
    ]


@TABLE.measure(seconds=3600)
def report_growth() -> Iterator[Row]:
    """The completion report and its files over 1,000 and 100,000 people. Aim: 60 hellos."""
    for engine in product.ENGINES:
        yield from report_rows(engine, (1_000, 100_000), "report_growth")


@TABLE.measure(seconds=9000)
def report_million() -> Iterator[Row]:
    """The same over 1,000,000 people on PostgreSQL; takes an hour and 15 GB of disk."""
    yield from report_rows(product.POSTGRESQL, (1_000_000,), "report_million")


def report_rows(engine: str, sizes: tuple[int, ...], name: str) -> Iterator[Row]:
    """Yield a row for each page and size, and one for the file of names."""
    command = f"script/bench {name}"
    with product.installed(engine) as installation:
        app = growth.app_of(installation)
        for size, more in report_growth_of.sizes_between(sizes):
            begun = time.monotonic()
            installation.lms("demo", "bulk", "--people", str(more), seconds=7200)
            filled = time.monotonic() - begun
            yield [
                "lms demo bulk", engine, "-", "-", "-", "-",
                f"{more:,} people in {filled:.0f} s", command,
            ]  # fmt: skip
            with installation.serving() as server:
                report_growth_of.wait_until_counted(app)
                unit, _ = hello_cost()
                for work, (who, path) in report_growth_of.pages().items():
                    headers = {"Cookie": growth.sign_in(installation, who)}
                    cost, rate = request_cost(
                        web_processes(server, installation),
                        installation.port,
                        functools.partial(get, path=path, headers=headers),
                        warm_up=2,
                    )
                    yield [
                        work, engine, ms(cost), ms(unit), f"{cost / unit:.0f}",
                        f"{rate:.2f}", f"{size:,} people", command,
                    ]  # fmt: skip
                file = report_growth_of.names_as_file(installation, app, server)
                made = f"{file.people:,} names, {file.size / 1e6:.1f} MB in {file.seconds:.1f} s"
                memory = f"worker at most {file.peak / 1e6:.0f} MB"
                yield [
                    "names as CSV, by the worker", engine, "-", ms(unit), "-", "-",
                    f"{made}, {memory}", command,
                ]  # fmt: skip


@TABLE.measure(seconds=120)
def certificates() -> Iterator[Row]:
    """A certificate made in the worker, plain and signed. Aim: 40 and 20 a second and core."""
    yield from documents.rows()


@TABLE.measure(seconds=700)
def think_time() -> Iterator[Row]:
    """Learners at the same time, 20 to 40 s between pages, raised until p95 is above 1 s."""
    yield from thinking.rows()


@TABLE.measure(seconds=2400)
def read_through() -> Iterator[Row]:
    """Every course read in a browser of 360 px, from its page to its certificate, by clicks."""
    unit, _ = hello_cost()
    yield from reading.rows(unit)


def page(work: str, path: str, name: str) -> Iterator[Row]:
    """Yield a row for each database: one page, asked for again and again by one client."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation, installation.serving() as server:
            unit, _ = hello_cost()
            cost, rate = request_cost(
                web_processes(server, installation),
                installation.port,
                lambda client: get(client, path),
            )
            yield [
                work,
                engine,
                ms(cost),
                ms(unit),
                f"{cost / unit:.1f}",
                f"{rate:.0f}",
                "demonstration",
                f"script/bench {name}",
            ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["table"]:
        sys.exit(table.TABLE.main(sys.argv[2:]))
    sys.exit(TABLE.main(sys.argv[1:]))
