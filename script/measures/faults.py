"""What must hold when a process is killed or a client is slow, on the running product."""

import http.cookiejar
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from bs4 import BeautifulSoup
from sqlalchemy import Engine, create_engine, text

from lms.core.jobs.models import JobState
from script.measures import growth, killed_certificates, product
from script.measures import importers as importing
from script.measures.frame import Row, Table, held
from tests.support import counting

TABLE = Table(["fault", "database", "what happened", "held", "data", "command"])

SLOW_UPLOAD_SECONDS = 60
LONGEST_WAIT = 2.0
"""Seconds that another person's POST may take while the upload crawls."""


Browser = urllib.request.OpenerDirector
LOOKS = 60
INVITED = 40
LARGEST_DIFFERENCE = 0.004
"""Seconds between the medians of a thing that exists and one that does not."""
PAIRS = 200
PEOPLE = 20_000
MEMBERS = ("Cambodia", "Fiji", "Indonesia", "Viet Nam")
LONGEST_RERUN = 300.0
"""Seconds after a kill until the import is whole: the lease of 30 s, a pause, the rest."""


@TABLE.measure(seconds=900)
def worker_killed_in_import() -> Iterator[Row]:
    """kill -9 in the middle of an import: in the end all are there once, and undo takes all."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation:
            file = installation.folder / "people.csv"
            file.write_text(people_file(), encoding="utf-8")
            database = create_engine(installation.environment["BEKAL_DATABASE_URL"])
            strangers = count(database, "person")
            killed_at = import_and_kill(installation, database, file)
            begun = time.monotonic()
            with installation.serving():
                wait_until_imported(database)
            rerun = time.monotonic() - begun
            imported = count(database, "person") - strangers
            distinct = count(database, "(SELECT DISTINCT email FROM person)")
            run = scalar(database, "SELECT id FROM import_run")
            installation.lms("people", "import", "--undo", str(run), "--yes")
            left = count(database, "person") - strangers
            database.dispose()
            found = f"killed at {killed_at}; {imported} when whole, {rerun:.0f} s after the restart"
            yield [
                "kill -9 of the worker in an import",
                engine,
                f"{found}; {left} left after undo",
                held(imported == PEOPLE and distinct == PEOPLE + strangers and left == 0),
                f"{PEOPLE} people",
                "script/faults worker_killed_in_import",
            ]


def people_file() -> str:
    """A file of PEOPLE invented officials of several members."""
    lines = ["Name,E-mail,Member,Agency,Post"]
    for number in range(PEOPLE):
        member = MEMBERS[number % len(MEMBERS)]
        lines.append(
            f"Official Number {number},official.{number}@police.example,{member},"
            f"{member} National Police,Inspector"
        )
    return "\n".join(lines) + "\n"


def import_and_kill(installation: product.Product, database: Engine, file: Path) -> int:
    """Import a file, kill the process that writes it in the middle; how many rows were written."""
    before = count(database, "person")
    with installation.log.open("ab") as log:
        importer = subprocess.Popen(
            [product.LMS, "people", "import", str(file), "--yes", "--send-later"],
            env=installation.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    with importer:
        while (written := count(database, "person") - before) < PEOPLE // 3:
            if importer.poll() is not None:
                raise RuntimeError(f"The import ended early:\n{installation.log.read_text()}")
            time.sleep(0.1)
        importer.kill()
    written = count(database, "person") - before
    if written >= PEOPLE:
        raise RuntimeError("The import was over before it could be killed.")
    return written


def wait_until_imported(database: Engine) -> None:
    """Wait until the import is done; RuntimeError after LONGEST_RERUN seconds."""
    deadline = time.monotonic() + LONGEST_RERUN
    while (state := scalar(database, "SELECT state FROM import_run")) != "done":
        if time.monotonic() > deadline:
            raise RuntimeError(f"The import is still “{state}”.")
        time.sleep(0.5)


def count(database: Engine, what: str) -> int:
    """Count the rows of a table or of a select in brackets."""
    return int(str(scalar(database, f"SELECT count(*) FROM {what} AS counted")))  # noqa: S608


def scalar(database: Engine, question: str) -> object:
    """Ask the database for one value, beside the product and its guards."""
    with database.connect() as connection:
        return connection.execute(text(question)).scalar_one()


COUNTED, COUNTED_CHUNK, COUNTED_LEASE = 20_000, 200, 3.0
KILLED_AFTER = (200, 3_000, 7_000, 12_000, 19_000)
"""Rows after which the worker is killed; it is then in the next chunk, or between two."""


@TABLE.measure(seconds=240)
def slow_upload() -> Iterator[Row]:
    """An upload of 60 seconds does not delay another person's POST (SQLite has one write lock)."""
    with product.installed(product.SQLITE) as installation, installation.serving():
        account = json.loads(installation.lms("demo", "accounts", "--json"))[0]
        before = [sign_in(installation, account) for _ in range(5)]
        upload = threading.Thread(target=crawl, args=(installation.port,))
        upload.start()
        meanwhile = []
        while upload.is_alive():
            meanwhile.append(sign_in(installation, account))
            time.sleep(2)
        found = f"{len(meanwhile)} sign-ins, slowest {max(meanwhile):.2f} s"
        yield [
            f"upload of {SLOW_UPLOAD_SECONDS} s beside sign-ins",
            product.SQLITE,
            f"{found} (before: {max(before):.2f} s)",
            held(max(meanwhile) <= LONGEST_WAIT),
            "demonstration",
            "script/faults slow_upload",
        ]


@TABLE.measure(seconds=240)
def existence_time() -> Iterator[Row]:
    """A focal point cannot tell by the clock whether a record or an address exists elsewhere."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation, installation.serving():
            accounts = json.loads(installation.lms("demo", "accounts", "--json"))
            focal_point = next(each for each in accounts if each["role"] == "focal_point")
            strangers = [
                each["email"] for each in accounts if each["member"] != focal_point["member"]
            ]
            visitor = browser_of(installation, focal_point)
            for what, real, invented in (
                ("record of another member", *look_times(visitor, installation)),
                ("invitation of a held address", *invite_times(visitor, installation, strangers)),
            ):
                yield [
                    f"{what}, beside an invented one",
                    engine,
                    f"{real * 1000:.1f} ms and {invented * 1000:.1f} ms (medians)",
                    held(abs(real - invented) <= LARGEST_DIFFERENCE),
                    "demonstration",
                    "script/faults existence_time",
                ]


def look_times(visitor: Browser, installation: product.Product) -> tuple[float, float]:
    """Medians for the page of somebody of another member, and of nobody; turn by turn."""
    strangers = [
        number
        for number in range(1, 60)
        if is_missing(visitor, f"{installation.address}/people/{number}")
    ]
    real: list[float] = []
    invented: list[float] = []
    for number in range(LOOKS):
        stranger = strangers[number % len(strangers)]
        real.append(time_of(visitor, f"{installation.address}/people/{stranger}"))
        invented.append(time_of(visitor, f"{installation.address}/people/{987_000 + number}"))
    return statistics.median(real), statistics.median(invented)


def invite_times(
    visitor: Browser, installation: product.Product, strangers: list[str]
) -> tuple[float, float]:
    """Medians for inviting addresses that other members hold, and invented ones; turn by turn."""
    address = f"{installation.address}/people/invite"
    page = visitor.open(address, timeout=30).read()
    form = BeautifulSoup(page, "html.parser").select_one("main form:has(input[name=email])")
    if form is None:
        raise RuntimeError("The page of invitations has no form.")
    filled = {
        str(control["name"]): str(control.get("value") or "")
        for control in form.select("input[type=hidden]")
    }
    for select in form.select("select"):
        chosen = select.select_one("option[selected]") or select.select_one("option")
        filled[str(select["name"])] = str(chosen["value"]) if chosen is not None else ""
    real: list[float] = []
    invented: list[float] = []
    for number, stranger in enumerate(strangers[:INVITED]):
        for email, times in ((stranger, real), (f"nobody{number}@nowhere.example", invented)):
            fields = {**filled, "name": "Some Body", "email": email}
            times.append(time_of(visitor, address, urllib.parse.urlencode(fields).encode()))
    return statistics.median(real), statistics.median(invented)


def is_missing(visitor: Browser, address: str) -> bool:
    """Whether there is no such page for this visitor: somebody of another member, here."""
    try:
        visitor.open(address, timeout=30).read()
    except urllib.error.HTTPError as refused:
        return refused.code == HTTPStatus.NOT_FOUND
    return False


def time_of(visitor: Browser, address: str, data: bytes | None = None) -> float:
    """Seconds until the answer, whatever it says; 404 is an answer too."""
    begun = time.monotonic()
    try:
        visitor.open(address, data, timeout=30).read()
    except urllib.error.HTTPError as refused:
        if refused.code != HTTPStatus.NOT_FOUND:
            raise
    return time.monotonic() - begun


@TABLE.measure(seconds=300)
def killed_worker() -> Iterator[Row]:
    """A worker killed again and again in a job of 20,000 rows keeps each row exactly once."""
    for engine in product.ENGINES:
        with product.installed(engine, filled=False) as installation:
            begun = time.monotonic()
            rows, different, kills = count_under_kills(
                installation.environment["BEKAL_DATABASE_URL"]
            )
            yield [
                f"worker killed {kills} times in a job of {COUNTED:,} rows",
                engine,
                f"{rows:,} rows, {different:,} different, after {time.monotonic() - begun:.0f} s",
                held(rows == different == COUNTED),
                f"{COUNTED:,} rows in chunks of {COUNTED_CHUNK}",
                "script/faults killed_worker",
            ]


@TABLE.measure(seconds=1800)
def worker_killed_in_certificates() -> Iterator[Row]:
    """kill -9 while all certificates are made anew, and while they are packed: each is exact."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation:
            installation.lms("demo", "cohort", seconds=600)
            app = growth.app_of(installation)
            with installation.serving():
                before = killed_certificates.wait_until_made(app)
            anew_at, _ = killed_certificates.kill_in(
                installation, app, killed_certificates.make_anew, after=30
            )
            after = killed_certificates.digests(app)
            pack_at, run_id = killed_certificates.kill_in(
                installation, app, killed_certificates.pack, after=30
            )
            in_zip = killed_certificates.packed(installation, run_id)
            changed = sum(before.get(number) != after.get(number) for number in before | after)
            is_held = not changed and sorted(in_zip) == sorted(before.values())
            told = f"killed at {anew_at} made anew, {changed} came out otherwise"
            yield [
                "kill -9 of the worker in certificates",
                engine,
                f"{told}; killed at {pack_at} packed, {len(in_zip)} in the ZIP",
                held(is_held),
                f"{len(before)} certificates",
                "script/faults worker_killed_in_certificates",
            ]


@TABLE.measure(seconds=300)
def two_tabs() -> Iterator[Row]:
    """The last two activities of 200 courses, each pair in two tabs at the same moment."""
    test = "tests/completion/test_two_tabs.py"
    begun = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "postgresql", test],
        env={**os.environ, "BEKAL_TWO_TABS": str(PAIRS)},
        capture_output=True,
        text=True,
        check=False,
    )
    is_held = ended.returncode == 0
    yield [
        f"two last activities in two tabs, {PAIRS} pairs",
        "postgresql",
        f"{'all complete' if is_held else 'completions lost'}, {time.monotonic() - begun:.0f} s",
        held(is_held),
        f"{PAIRS} enrolments",
        "script/faults two_tabs",
    ]


def count_under_kills(url: str) -> tuple[int, int, int]:
    """Count with workers that are killed (KILL) at KILLED_AFTER; rows, different rows, kills."""
    engine = counting.engine_of(url)
    job_id = counting.ask(engine, total=COUNTED, chunk=COUNTED_CHUNK)
    for done in KILLED_AFTER:
        with counting.worker(url, lease=COUNTED_LEASE) as worker:
            counting.wait_for(engine, job_id, done=done)
            worker.kill()
    with counting.worker(url, lease=COUNTED_LEASE):
        counting.wait_for(engine, job_id, state=JobState.DONE)
    rows, different = counting.kept(engine)
    engine.dispose()
    return rows, different, len(KILLED_AFTER)


def sign_in(installation: product.Product, account: dict[str, str]) -> float:
    """Sign a demonstration account in and return the seconds its POST took.

    RuntimeError when it is refused.
    """
    return _sign_in(new_browser(), installation, account)


def new_browser() -> Browser:
    """A client that keeps its cookies."""
    jar = http.cookiejar.CookieJar()
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))


def browser_of(installation: product.Product, account: dict[str, str]) -> Browser:
    """A client signed in as a demonstration account."""
    browser = new_browser()
    _sign_in(browser, installation, account)
    return browser


def _sign_in(browser: Browser, installation: product.Product, account: dict[str, str]) -> float:
    page = browser.open(f"{installation.address}/sign-in", timeout=30).read()
    token = BeautifulSoup(page, "html.parser").select_one("input[name=csrf_token]")
    if token is None:
        raise RuntimeError("The sign-in page has no form.")
    fields = {
        "csrf_token": str(token["value"]),
        "email": account["email"],
        "password": account["password"],
    }
    begun = time.monotonic()
    answer = browser.open(
        f"{installation.address}/sign-in", urllib.parse.urlencode(fields).encode(), timeout=30
    )
    took = time.monotonic() - begun
    if answer.url.endswith("/sign-in"):
        raise RuntimeError("Sign-in was refused.")
    return took


def crawl(port: int) -> None:
    """Send a form of 60 KB, one kilobyte a second."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(
            b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n" % (SLOW_UPLOAD_SECONDS * 1024)
        )
        for _ in range(SLOW_UPLOAD_SECONDS):
            client.sendall(b"x" * 1024)
            time.sleep(1)
        client.recv(1024)


@TABLE.measure(seconds=3600)
def importers() -> Iterator[Row]:
    """Thousands of damaged and hostile files, and the largest ones: read, or refused in words."""
    command = "script/faults importers"
    for name, found in importing.small_files():
        yield [
            f"damaged and hostile files: {name}",
            "none",
            f"{found.refused} refused in words, none broke it; slowest {found.slowest:.2f} s",
            held(found.examples >= importing.EXAMPLES // 2 and found.slowest < importing.SLOWEST),
            f"{found.examples} files",
            command,
        ]
    for large in importing.large_files():
        yield [
            f"the largest file: {large.name}",
            "none",
            f"{large.sections} sections in {large.seconds:.1f} s, at most {large.megabytes:.0f} MB",
            held(large.held),
            f"{large.size / 1024 / 1024:.0f} MB",
            command,
        ]


if __name__ == "__main__":
    sys.exit(TABLE.main(sys.argv[1:]))
