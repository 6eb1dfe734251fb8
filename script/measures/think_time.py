"""How many learners one machine serves at the same time, with the pauses of people who read.

The clients run on the same machine as the product and take their share of it, so a real server
holds somewhat more.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from flask import Flask

from lms.core import clock
from lms.core.database import Session
from lms.core.extensions import db
from lms.courses.store import get_edition
from lms.courses.values.page import Page
from lms.courses.values.quiz import Quiz
from lms.enrolments.queries.own import get_own
from lms.enrolments.services.taking import enrol_self
from script.measures import growth, processes, product, report_growth
from script.measures.costs import WARM_UP, ask, get, hello_cost, ms, web_processes
from script.measures.frame import Row
from script.measures.learners import Learner, filled, form_on, signed_in

COURSE = "following-the-money"
THINKING = (20.0, 40.0)
"""Seconds between two pages of one learner."""
STEPS = (250, 500, 1_000, 1_500, 2_000, 2_500, 3_000)
"""Learners at the same time, until one step is not held."""
STEP_SECONDS = 25.0
SETTLING = 5.0
"""Seconds at the start of a step that are not counted."""
COMING = 30.0
"""Seconds over which the newcomers of a step come, so that they ask as often as those there."""
LONGEST = 1.0
"""Seconds that 95 of 100 pages may take at most."""
TIMEOUT = 20.0

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_LOCATION = re.compile(r"location: (?:http://[^/]*)?(\S+)", re.IGNORECASE)


@dataclass
class Tally:
    """What was asked since the step was settled."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    counts: bool = False

    def p95(self) -> float:
        """The seconds that 95 of 100 pages keep."""
        return statistics.quantiles(self.times, n=20)[-1] if len(self.times) > 1 else 0.0

    def median(self) -> float:
        return statistics.median(self.times) if self.times else 0.0


@dataclass(frozen=True)
class Ways:
    """The lessons and the knowledge checks (any number of attempts) of the course."""

    lessons: tuple[str, ...]
    checks: tuple[str, ...]


def rows() -> Iterator[Row]:
    """Yield a row for each number of learners tried, on both databases."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation:
            app = growth.app_of(installation)
            more = ("--people", str(STEPS[-1] + 200))
            installation.lms("demo", "bulk", *more, seconds=300)
            learners = signed_in(app, STEPS[-1])
            ways = _enrolled(app, learners)
            unit, _ = hello_cost()
            with installation.serving() as server:
                report_growth.wait_until_counted(app)
                _warm(installation, learners)
                yield from asyncio.run(_raised(installation, server, learners, ways, unit))


async def _raised(
    installation: product.Product, server: int, learners: list[Learner], ways: Ways, unit: float
) -> list[Row]:
    """Add learners step by step until pages take too long, or fail."""
    tally = Tally()
    at_work: list[asyncio.Task[None]] = []
    found: list[Row] = []
    pids = web_processes(server, installation)
    try:
        for size in STEPS:
            tally.counts = False
            at_work += [
                asyncio.create_task(_learn(installation.port, learner, ways, tally))
                for learner in learners[len(at_work) : size]
            ]
            await asyncio.sleep(SETTLING)
            tally.times, tally.errors, tally.counts = [], [], True
            before, begun = processes.cpu_seconds(pids), time.monotonic()
            await asyncio.sleep(STEP_SECONDS)
            took = time.monotonic() - begun
            spent = processes.cpu_seconds(pids) - before
            is_held = tally.p95() <= LONGEST and not tally.errors
            asked = max(1, len(tally.times))
            cost = spent / asked
            wrong = f"; {len(tally.errors)} failed: {tally.errors[0]}" if tally.errors else ""
            seen = f"p95 {tally.p95() * 1000:.0f} ms, median {tally.median() * 1000:.0f} ms"
            how = f"{spent / took:.2f} cores; {'held' if is_held else 'not held'}{wrong}"
            found.append([
                f"{size:,} learners at the same time", installation.engine, ms(cost), ms(unit),
                f"{cost / unit:.1f}", f"{asked / took:.0f}", f"{seen}, {how}",
                "script/bench think_time",
            ])  # fmt: skip
            if not is_held:
                break
    finally:
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
    return found


def _warm(installation: product.Product, learners: list[Learner]) -> None:
    """Let every process and thread read the editions once, as after the first minute of a day."""
    for learner in learners[:WARM_UP]:
        for path in ("/learning", f"/learning/{COURSE}"):
            ask(installation.port, partial(get, path=path, headers={"Cookie": learner.cookie}))


def _enrolled(app: Flask, learners: list[Learner]) -> Ways:
    """Everybody on the course, where they are not yet."""
    with app.app_context(), Session(db.engine) as session, session.begin():
        for learner in learners:
            enrol_self(session, learner.actor, COURSE, language="en", now=clock.now())
        _, stored = get_own(session, learners[0].actor, COURSE)
        edition = get_edition(session, stored.digest)
    activities = [edition.activity(key) for key in edition.order]
    return Ways(
        tuple(each.key for each in activities if isinstance(each, Page)),
        tuple(
            each.key
            for each in activities
            if isinstance(each, Quiz) and each.purpose == "knowledge-check"
        ),
    )


async def _learn(port: int, learner: Learner, ways: Ways, tally: Tally) -> None:
    """Go round: my learning, the plan, two lessons each marked as done, a quiz to its review."""
    chance = random.Random(learner.actor.person_id)  # noqa: S311 - no secret
    here = f"/learning/{COURSE}"
    await asyncio.sleep(chance.uniform(0.0, COMING))
    while True:
        await _page(port, learner, "/learning", tally, chance)
        await _page(port, learner, here, tally, chance)
        for lesson in chance.sample(ways.lessons, 2):
            page = await _page(port, learner, f"{here}/{lesson}", tally, chance)
            await _press(port, learner, page, "/done", {}, tally, chance)
        page = await _page(port, learner, f"{here}/{chance.choice(ways.checks)}", tally, chance)
        if 'method="post"' in page and "/attempts" in page:
            page = await _press(port, learner, page, "/attempts", {}, tally, chance)
        number = re.search(r'action="[^"]*(/attempts/\d+)"', page)
        if number is not None:
            answered = {"act": "hand-in"}
            await _press(port, learner, page, number.group(1), answered, tally, chance)


async def _press(
    port: int,
    learner: Learner,
    page: str,
    action: str,
    more: dict[str, str],
    tally: Tally,
    chance: random.Random,
) -> str:
    """Send a form of the page with an answer in each field, and read where it leads."""
    try:
        address, form = form_on(page, action)
    except LookupError:
        return ""
    body = filled(form, more)
    there = await _ask(port, learner, "POST", address, body, tally)
    return await _page(port, learner, there, tally, chance) if there else ""


async def _page(port: int, learner: Learner, path: str, tally: Tally, chance: random.Random) -> str:
    page = await _ask(port, learner, "GET", path, "", tally)
    await asyncio.sleep(chance.uniform(*THINKING))
    return page


async def _ask(port: int, learner: Learner, method: str, path: str, body: str, tally: Tally) -> str:
    """One request on a connection of its own: the page, or where a form leads; "" if it failed."""
    begun = time.monotonic()
    try:
        async with asyncio.timeout(TIMEOUT):
            status, said, page = await _exchange(port, learner, method, path, body)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        if tally.counts:
            tally.errors.append(f"{method} {path.rpartition('/')[2]}: {type(error).__name__}")
        return ""
    if tally.counts:
        tally.times.append(time.monotonic() - begun)
        if status not in {200, 303}:
            tally.errors.append(f"{method} {path.rpartition('/')[2]}: {status}")
    if status == 303:
        found = _LOCATION.search(said)
        return found.group(1) if found else ""
    return page if status == 200 else ""


async def _exchange(
    port: int, learner: Learner, method: str, path: str, body: str
) -> tuple[int, str, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        sent = body.encode()
        head = (
            f"{method} {path.partition('#')[0]} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Cookie: {learner.cookie}\r\nConnection: close\r\n"
        )
        if method == "POST":
            head += (
                "Content-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(sent)}\r\n"
            )
        writer.write(f"{head}\r\n".encode() + sent)
        await writer.drain()
        first = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(first)
        page = await (reader.readexactly(int(length.group(1))) if length else reader.read())
    finally:
        writer.close()
    said = first.decode("latin-1")
    return int(said.split(" ", 2)[1]), said, page.decode(errors="replace")
