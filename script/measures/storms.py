"""Everybody at the door at once: who gets in, who waits, and what readers notice."""

import http.client
import ipaddress
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from bs4 import BeautifulSoup
from sqlalchemy import create_engine, text

from lms.web.demonstration.cast import PASSWORD
from script.measures import clients, growth, product, visitors
from script.measures.fault_rows import fault_row
from script.measures.frame import Row

STORM, STORM_SECONDS = 2_000, 60.0
PEOPLE = 500
CLIENTS = 300
STRANGERS_TRIES = 5
"""What the throttle of an account lets through (people.rules.sign_in)."""
MOST_MEMORY = 400 * 1024 * 1024
"""Two hashes at a time take 64 MiB each; the rest is what many connections cost."""
WRONG = "wrong horse battery"


def sign_in_storm() -> Iterator[Row]:
    """2,000 sign-ins in a minute by 500 people from everywhere: pages, throttles and memory."""
    # SQLite, with its one write lock, is the harder one: each try is a row.
    with product.installed(product.SQLITE) as installation:
        installation.lms("demo", "bulk", "--people", str(PEOPLE * 2), seconds=300)
        people = emails(installation)
        # As behind a proxy, so that each sign-in comes from an address of its own.
        installation.environment["BEKAL_TRUSTED_PROXIES"] = "1"
        with installation.serving() as server:
            yield storm_row(installation, server, people)


def storm_row(installation: product.Product, server: int, people: list[str]) -> Row:
    """A storm beside a reader of a lesson, and beside the owner of the account it is after."""
    lesson = growth.pages_of(installation)["lesson"]
    cookie = growth.sign_in(installation, growth.LEARNER)
    owner = {"email": growth.TRAINER, "password": PASSWORD}
    own_browser = visitors.browser_of(installation, owner)
    before = [clients.time_of(installation, lesson, cookie) for _ in range(30)]
    memory = clients.memory_of(server)
    answers: Counter[int] = Counter()
    at_owner: Counter[int] = Counter()
    meanwhile: list[float] = []
    with clients.Peak(server, installation.folder) as peak, ThreadPoolExecutor(1) as runner:
        storm = runner.submit(sign_ins, installation, people, answers, at_owner)
        while not storm.done():
            meanwhile.append(clients.time_of(installation, lesson, cookie))
            time.sleep(0.1)
        storm.result()
    visitors.sign_out(own_browser, installation)
    owner_waited = visitors.sign_in_with(own_browser, installation, owner)
    grown = max(0, peak.memory - memory)
    slowest, usual = clients.p95(meanwhile), clients.p95(before)
    errors = answers[500] + answers[0]
    return fault_row(
        f"{STORM:,} sign-ins in {STORM_SECONDS:.0f} s by {len(people)} people from everywhere",
        installation.engine,
        meanwhile=f"{len(meanwhile)} lessons read; {sum(at_owner.values())} tries at one account",
        lost="nothing" if not errors else f"{errors} answers",
        seen=(
            f"{answers[303]} signed in, {answers[400]} told wrong, {answers[429]} throttled, "
            f"{answers[503]} told to come again; a lesson in {slowest * 1000:.0f} ms "
            f"(before: {usual * 1000:.0f}); {at_owner[400]} tries at the account were looked at, "
            f"its owner gets in after {owner_waited:.1f} s; memory +{grown / 1024**2:.0f} MB"
        ),
        well_after=None,
        is_held=(
            slowest <= clients.LONGEST_PAGE
            and at_owner[400] <= STRANGERS_TRIES
            and not errors
            and answers[303] > 0
            and grown < MOST_MEMORY
        ),
    )


def emails(installation: product.Product) -> list[str]:
    """Addresses of people who may sign in with the published password."""
    database = create_engine(installation.environment["BEKAL_DATABASE_URL"])
    with database.connect() as connection:
        found = connection.execute(
            text("SELECT email FROM person WHERE password_hash IS NOT NULL ORDER BY id DESC")
        ).scalars()
        people = [str(email) for email in found][:PEOPLE]
    database.dispose()
    return people


def sign_ins(
    installation: product.Product,
    people: list[str],
    answers: Counter[int],
    at_owner: Counter[int],
) -> None:
    """STORM sign-ins spread over STORM_SECONDS, whether or not they are answered.

    Every second one has a wrong password, and every tenth is a stranger at one account.
    """
    door = Door(installation)
    begun = time.monotonic()

    def one(number: int) -> None:
        time.sleep(max(0.0, begun + number * STORM_SECONDS / STORM - time.monotonic()))
        if number % 10 == 3:
            at_owner[door.knock(growth.TRAINER, WRONG, number)] += 1
            return
        password = PASSWORD if number % 2 else WRONG
        answers[door.knock(people[number % len(people)], password, number)] += 1

    with ThreadPoolExecutor(CLIENTS) as everybody:
        list(everybody.map(one, range(STORM)))


class Door:
    """The sign-in page, loaded once; its form is sent again and again."""

    def __init__(self, installation: product.Product) -> None:
        self._port = installation.port
        self._referer = f"{installation.address}/sign-in"
        with closing(self._client()) as client:
            client.request("GET", "/sign-in")
            answer = client.getresponse()
            self._cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
            field = BeautifulSoup(answer.read(), "html.parser").select_one("input[name=csrf_token]")
        if field is None:
            raise RuntimeError("The sign-in page has no form.")
        self._token = str(field["value"])

    def knock(self, email: str, password: str, number: int) -> int:
        """Try to sign in from an address of its own; the status, 0 when there was no answer."""
        fields = {"csrf_token": self._token, "email": email, "password": password}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": self._cookie,
            "Referer": self._referer,
            "X-Forwarded-For": str(ipaddress.IPv4Address(0x0A000000 + number)),
        }
        try:
            with closing(self._client()) as client:
                client.request("POST", "/sign-in", urllib.parse.urlencode(fields), headers)
                return client.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0

    def _client(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
