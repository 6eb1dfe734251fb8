"""Killing web, worker and database while two hundred people hand in and get certificates."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

from sqlalchemy import Engine

from script.measures import clusters, processes, product, submits
from script.measures.databases import count
from script.measures.fault_rows import fault_row
from script.measures.frame import Row

LONGEST = 240.0
"""Seconds until all certificates are made."""
KILLED_AT = (10, 60)
"""Certificates made when the worker is killed."""
MADE = "(SELECT 1 FROM certificate WHERE file_digest <> '')"


def web_killed_in_submits() -> Iterator[Row]:
    """kill -9 of a web process, of gunicorn, and of the worker at its certificates."""
    for engine in product.ENGINES:
        with product.installed(engine, filled=False) as installation:
            sent = submits.ready(installation)
            crowd = submits.Crowd(installation, sent)
            with installation.serving() as server:
                worker = WorkerKiller(installation, server)
                worker.start()
                with crowd.pressing():
                    crowd.wait_for(len(sent) // 5)
                    kill(one_of(server, "gunicorn", last=True))
                    crowd.wait_for(len(sent) // 2)
                    kill(one_of(server, "gunicorn", last=False))
                    killed_at = time.monotonic()
                kept = submits.look(installation, sent, documents=False)
                yield fault_row(
                    "kill -9 of a web process, then of gunicorn",
                    engine,
                    meanwhile=f"{len(sent)} learners hand in their last quiz",
                    lost=kept.lost,
                    seen=f"{crowd.seen()}; pressing again counts once",
                    well_after=max(0.0, crowd.last_taken_at - killed_at),
                    is_held=not kept.wrong,
                )
                worker.join(LONGEST)
                all_made = wait_for_documents(installation, len(sent), since=worker.killed_at)
                kept = submits.look(installation, sent, documents=True)
                yield fault_row(
                    "kill -9 of the worker, twice",
                    engine,
                    meanwhile=f"their certificates are made; killed at {worker.at}",
                    lost=kept.lost,
                    seen="“being prepared” a little longer",
                    well_after=all_made,
                    is_held=not kept.wrong and len(worker.kills) == len(KILLED_AT),
                )


class WorkerKiller(threading.Thread):
    """Kills the worker each time that so many certificates are made."""

    def __init__(self, installation: product.Product, server: int) -> None:
        super().__init__(daemon=True)
        self._installation = installation
        self._server = server
        self.kills: list[int] = []
        self.killed_at = 0.0

    @property
    def at(self) -> str:
        """At how many certificates it was killed, in words."""
        return " and ".join(map(str, self.kills))

    def run(self) -> None:
        engine = submits.engine_of(self._installation)
        for number in KILLED_AT:
            wait_for_made(engine, number)
            kill(one_of(self._server, "lms.web.cli worker", last=True))
            self.killed_at = time.monotonic()
            self.kills.append(count(engine, MADE))
        engine.dispose()


def database_killed_in_submits() -> Iterator[Row]:
    """kill -9 of PostgreSQL (a backend, then all), and of all processes that hold SQLite's file."""
    yield from postgresql_killed()
    yield from sqlite_killed()


def postgresql_killed() -> Iterator[Row]:
    """A backend first, which makes the server end all; then the server and all it started."""
    with ExitStack() as stack:
        cluster = stack.enter_context(clusters.durable())
        installation = stack.enter_context(
            product.installed(product.POSTGRESQL, filled=False, database_url=cluster.url)
        )
        sent = submits.ready(installation)
        crowd = submits.Crowd(installation, sent)
        stack.enter_context(installation.serving())
        with crowd.pressing():
            crowd.wait_for(len(sent) // 5)
            cluster.kill_backend()
            crowd.wait_for(len(sent) // 2)
            cluster.kill()
            time.sleep(2)
            cluster.start()
            back_at = time.monotonic()
        made_after = wait_for_documents(installation, len(sent), since=back_at)
        kept = submits.look(installation, sent, documents=True)
        yield fault_row(
            "kill -9 of a PostgreSQL backend, then of the whole server for 2 s",
            product.POSTGRESQL,
            meanwhile=f"{len(sent)} learners hand in, their certificates are made",
            lost=kept.lost,
            seen=crowd.seen(),
            well_after=made_after,
            is_held=not kept.wrong,
        )


def sqlite_killed() -> Iterator[Row]:
    """Everything that holds the file is killed at once, and `lms serve` is started again."""
    with product.installed(product.SQLITE, filled=False) as installation:
        sent = submits.ready(installation)
        crowd = submits.Crowd(installation, sent)
        with crowd.pressing():
            with installation.serving() as server:
                crowd.wait_for(len(sent) // 2)
                for pid in processes.family(server):
                    kill(pid)
            back_at = time.monotonic()
            with installation.serving():
                crowd.wait_for(len(sent))
                made_after = wait_for_documents(installation, len(sent), since=back_at)
        kept = submits.look(installation, sent, documents=True)
        yield fault_row(
            "kill -9 of web and worker together",
            product.SQLITE,
            meanwhile=f"{len(sent)} learners hand in, their certificates are made",
            lost=kept.lost,
            seen=f"{crowd.seen()}, until it is started again",
            well_after=made_after,
            is_held=not kept.wrong,
        )


def wait_for_documents(installation: product.Product, people: int, *, since: float) -> float:
    """Wait until every certificate is made; seconds since the moment given."""
    engine = submits.engine_of(installation)
    wait_for_made(engine, people)
    engine.dispose()
    return time.monotonic() - since


def wait_for_made(engine: Engine, number: int) -> float:
    """Wait until so many certificates have their document; the seconds it took."""
    return submits.wait_until(
        lambda: count(engine, MADE) >= number, seconds=LONGEST, what=f"{number} certificates"
    )


def one_of(server: int, word: str, *, last: bool) -> int:
    """The process id of the first or last of the family with this word in its command."""
    found = sorted(pid for pid in processes.family(server) if word in processes.command(pid))
    if not found:
        raise RuntimeError(f"No {word} runs.")
    return found[-1 if last else 0]


def kill(pid: int) -> None:
    """kill -9."""
    os.kill(pid, signal.SIGKILL)
