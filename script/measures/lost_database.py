"""A database that is slow, silent, breaks off or is gone, while people hand in their work."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from script.measures import asking, clusters, killed_submits, product, proxy, submits
from script.measures.databases import count
from script.measures.fault_rows import fault_row
from script.measures.frame import Row

PEOPLE = 24
EACH = 6
"""People who hand in during one of the faults."""
LASTS = 30.0
"""Seconds for which the database is silent."""
GONE = 8.0
LONGEST_ANSWER = 30.0
"""Seconds in which every page must be answered: 5 s for a sign of life and 5 s for a new connection
where nothing was asked yet, 20 s of silence in the middle of a statement."""
CALM = ("503 “We cannot answer just now”", "503 “This took too long”")


@dataclass
class Visit:
    """What one request was answered, and after how many seconds."""

    said: str
    seconds: float


def database_slow_silent_lost() -> Iterator[Row]:
    """PostgreSQL behind a proxy: 200 ms away, silent for 30 s, reset, refused."""
    with ExitStack() as stack:
        cluster = stack.enter_context(clusters.durable())
        between = stack.enter_context(proxy.before(cluster.port))
        installation = stack.enter_context(
            product.installed(
                product.POSTGRESQL, filled=False, database_url=cluster.url_at(between.port)
            )
        )
        sent = submits.ready(installation, PEOPLE)
        stack.enter_context(installation.serving())
        submits.wait_until(
            lambda: look(installation, "/healthz").said == "200", seconds=90, what="health"
        )
        yield slow(installation, between, sent[:EACH])
        yield silent(installation, between, sent[EACH : 2 * EACH])
        yield broken_off(installation, between, sent[2 * EACH : 3 * EACH])
        yield refused(installation, between, sent[3 * EACH :])
        yield all_well(installation, cluster, sent)


def slow(installation: product.Product, between: proxy.Proxy, sent: list[submits.Submit]) -> Row:
    """Every packet waits in each direction; a page is some fifty questions and answers."""
    between.mood = proxy.Mood.SLOW
    visits = at_once([posting(installation, submit) for submit in sent])
    between.mood = proxy.Mood.OPEN
    slowest = max(visit.seconds for visit in visits)
    return fault_row(
        f"database {proxy.SLOW * 2000:.0f} ms away, there and back",
        product.POSTGRESQL,
        meanwhile=f"{len(sent)} learners hand in",
        lost="nothing",
        seen=f"taken, after {slowest:.1f} s at most",
        well_after=None,
        is_held=all(visit.said == "taken" for visit in visits) and slowest < LONGEST_ANSWER,
    )


def silent(installation: product.Product, between: proxy.Proxy, sent: list[submits.Submit]) -> Row:
    """Nothing comes through for 30 seconds; connections stand."""
    between.mood = proxy.Mood.SILENT
    begun = time.monotonic()
    visits = hand_in_and_look(installation, sent)
    time.sleep(max(0.0, LASTS - (time.monotonic() - begun)))
    slowest = max(visit.seconds for visit in visits)
    return calm_row(
        f"database silent for {LASTS:.0f} s",
        installation,
        between,
        sent,
        visits,
        seen=f"{words(visits)}; the slowest answer after {slowest:.1f} s",
        is_in_time=slowest < LONGEST_ANSWER,
    )


def broken_off(
    installation: product.Product, between: proxy.Proxy, sent: list[submits.Submit]
) -> Row:
    """All connections are reset in the middle."""
    stop = threading.Timer(0.05, between.reset)
    stop.start()
    visits = at_once([posting(installation, submit) for submit in sent])
    stop.join()
    after = again_well(installation)
    retried = press_again(installation, sent)
    return fault_row(
        "all connections to the database reset",
        product.POSTGRESQL,
        meanwhile=f"{len(sent)} learners hand in",
        lost=lost(retried),
        seen=words(visits),
        well_after=after,
        is_held=all(visit.said in ("taken", *CALM) for visit in visits) and not any(retried),
    )


def refused(installation: product.Product, between: proxy.Proxy, sent: list[submits.Submit]) -> Row:
    """No connection is taken for some seconds."""
    between.mood = proxy.Mood.REFUSE
    between.reset()
    visits = hand_in_and_look(installation, sent)
    time.sleep(GONE)
    slowest = max(visit.seconds for visit in visits)
    return calm_row(
        f"database gone for {GONE:.0f} s",
        installation,
        between,
        sent,
        visits,
        seen=f"{words(visits)}, with a button that sends it once more, after {slowest:.1f} s",
    )


def hand_in_and_look(installation: product.Product, sent: list[submits.Submit]) -> list[Visit]:
    """All hand in while others ask for the first page and for health."""
    return at_once(
        [
            *(posting(installation, submit) for submit in sent),
            lambda: look(installation, "/"),
            lambda: look(installation, "/healthz"),
        ]
    )


def calm_row(
    fault: str,
    installation: product.Product,
    between: proxy.Proxy,
    sent: list[submits.Submit],
    visits: list[Visit],
    *,
    seen: str,
    is_in_time: bool = True,
) -> Row:
    """End the fault: everybody was told calmly, and whoever presses again is taken."""
    between.mood = proxy.Mood.OPEN
    after = again_well(installation)
    retried = press_again(installation, sent)
    return fault_row(
        fault,
        product.POSTGRESQL,
        meanwhile=f"{len(sent)} learners hand in",
        lost=lost(retried),
        seen=seen,
        well_after=after,
        is_held=is_in_time
        and all(visit.said in (*CALM, "503") for visit in visits)
        and not any(retried),
    )


def all_well(
    installation: product.Product, cluster: clusters.Durable, sent: list[submits.Submit]
) -> Row:
    """The worker, never started anew, has made what was asked for meanwhile."""
    after = killed_submits.wait_for_documents(installation, len(sent), since=time.monotonic())
    engine = submits.engine_of(installation)
    parked = count(engine, "(SELECT 1 FROM job WHERE state = 'parked')")
    engine.dispose()
    kept = submits.look(installation, sent, documents=True)
    said = installation.log.read_text(errors="replace")
    is_same = "ended by itself" not in said and said.count('"worker started"') == 1
    return fault_row(
        "after all of these",
        product.POSTGRESQL,
        meanwhile=f"the worker goes on by itself: {len(sent)} certificates",
        lost=kept.lost,
        seen="the certificate",
        well_after=after,
        is_held=not kept.wrong and is_same and not parked,
    )


def posting(installation: product.Product, submit: submits.Submit) -> Callable[[], Visit]:
    """Hand in once, and note what was answered."""

    def press() -> Visit:
        begun = time.monotonic()
        submit.answers.append(submits.send(installation, submit))
        return Visit(submit.answers[-1], time.monotonic() - begun)

    return press


def look(installation: product.Product, path: str) -> Visit:
    """Ask for a page without signing in."""
    begun = time.monotonic()
    answer = asking.ask(installation, "GET", path)
    said = asking.NO_ANSWER
    if answer is not None:
        heading = answer.heading
        said = str(answer.status) if heading is None else f"{answer.status} “{heading}”"
    return Visit(said, time.monotonic() - begun)


def at_once(visits: list[Callable[[], Visit]]) -> list[Visit]:
    """All of them at the same moment."""
    found: list[Visit] = []
    threads = [threading.Thread(target=lambda each=each: found.append(each())) for each in visits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def again_well(installation: product.Product) -> float:
    """Wait until health is well again; the seconds it took."""
    return submits.wait_until(
        lambda: look(installation, "/healthz").said == "200", seconds=60, what="health"
    )


def press_again(installation: product.Product, sent: list[submits.Submit]) -> list[str]:
    """Who was not told yes presses once more; what is still refused."""
    for submit in sent:
        if not submit.is_taken:
            submit.answers.append(submits.send(installation, submit))
    return [submit.answers[-1] for submit in sent if not submit.is_taken]


def lost(refused_again: list[str]) -> str:
    """For the column of what was lost."""
    return f"{len(refused_again)} could not send again" if refused_again else "nothing"


def words(visits: list[Visit]) -> str:
    """What was seen, each answer once."""
    return ", ".join(sorted({visit.said for visit in visits}))
