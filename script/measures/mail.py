"""A mail server that fails in every way: nobody waits for it, and each mail arrives once."""

import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from enum import Enum

from bs4 import BeautifulSoup
from sqlalchemy import create_engine, text

from lms.web.demonstration.cast import accounts
from script.measures import product, visitors
from script.measures.fault_rows import fault_row
from script.measures.frame import Row
from tests.support import smtp

Mood = Enum("Mood", ["HANGS", "CLOSED", "LATER", "DIES", "WELL"])
"""Takes a connection and says nothing; closes it at once; 451 to each recipient; closes in the
middle of a mail; takes mail."""

FAULTS = {
    Mood.CLOSED: "refuses",
    Mood.HANGS: "hangs",
    Mood.LATER: "answers 451",
    Mood.DIES: "dies in the middle of a mail",
}
EACH = 2
"""Mails asked for under each fault, and before the first."""
FAULT_SECONDS = 6.0
LONGEST_ANSWER = 3.0
LONGEST_RECOVERY = 240.0


class Moods:
    """What the mail server does to who comes, in the mood of the moment."""

    def __init__(self, server: smtp.MailServer, *, never: str) -> None:
        """`never` is the one address that is refused for good (550)."""
        self._server = server
        self._never = never
        self.turn(Mood.WELL)
        server.greets = self._greets
        server.answer = self._answer

    def turn(self, mood: Mood) -> None:
        """Be of this mood from now on, for all connections."""
        self._mood = mood
        self._server.drop_after = 0 if mood is Mood.DIES else None

    def _greets(self) -> bool:
        if self._mood is Mood.CLOSED:
            return False
        while self._mood is Mood.HANGS:
            time.sleep(0.2)
        return True

    def _answer(self, recipient: str) -> str:
        if self._never in recipient:
            return "550 nobody of that name"
        return "451 come again" if self._mood is Mood.LATER else "250 OK"


def mail_server_lost() -> Iterator[Row]:
    """The mail server refuses, hangs, says 451 and 550, and dies within a mail, in turn."""
    with product.installed(product.SQLITE) as installation, smtp.running() as server:
        installation.environment.update(
            {
                "BEKAL_SMTP_HOST": "127.0.0.1",
                "BEKAL_SMTP_PORT": str(server.port),
                "BEKAL_SMTP_STARTTLS": "no",
            }
        )
        with installation.serving():
            yield mail_row(installation, server)


def mail_row(installation: product.Product, server: smtp.MailServer) -> Row:
    """Ask for mails under every fault; then all must arrive, once, but the one refused for good."""
    people = [each.email for each in accounts()]
    never = people.pop()
    moods = Moods(server, never=never)
    waits = [ask_for_mail(installation, never)]
    for mood in (Mood.WELL, *FAULTS):
        moods.turn(mood)
        waits += [ask_for_mail(installation, people.pop()) for _ in range(EACH)]
        time.sleep(FAULT_SECONDS)
    under_fault = len(server.taken)
    moods.turn(Mood.WELL)
    asked, begun = len(waits), time.monotonic()
    while (states := states_of_mails(installation)).get("delivered", 0) < asked - 1:
        if time.monotonic() > begun + LONGEST_RECOVERY:
            raise RuntimeError(f"The mails have not left: {states}")
        time.sleep(1)
    well_after = time.monotonic() - begun
    arrived = Counter(mail["Message-ID"] for mail in server.taken)
    twice = sum(1 for times in arrived.values() if times > 1)
    missing = asked - 1 - len(arrived)
    parked = states.get("parked", 0)
    return fault_row(
        f"mail server {', '.join(FAULTS.values())}; one address refused for good (550)",
        installation.engine,
        meanwhile=f"{asked} people ask for a mail, {under_fault} had arrived before",
        lost="nothing" if not missing and not twice else f"{missing} lost, {twice} twice",
        seen=(
            f"the page at once ({max(waits):.1f} s at most); {asked - 1} mails arrive once each, "
            f"{parked} is parked and shown to the administrators with its code"
        ),
        well_after=well_after,
        is_held=not missing and not twice and parked == 1 and max(waits) < LONGEST_ANSWER,
    )


def ask_for_mail(installation: product.Product, email: str) -> float:
    """Ask for a link to a new password; seconds until the page answers."""
    browser = visitors.new_browser()
    address = f"{installation.address}/forgotten-password"
    page = browser.open(address, timeout=60).read()
    token = BeautifulSoup(page, "html.parser").select_one("main input[name=csrf_token]")
    if token is None:
        raise RuntimeError("The page has no form.")
    fields = urllib.parse.urlencode({"csrf_token": str(token["value"]), "email": email}).encode()
    begun = time.monotonic()
    browser.open(address, fields, timeout=60).read()
    return time.monotonic() - begun


def states_of_mails(installation: product.Product) -> dict[str, int]:
    """How many mails stand in each state."""
    database = create_engine(installation.environment["BEKAL_DATABASE_URL"])
    with database.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT state, count(*) FROM outbox_message "
                "WHERE template = 'people/mail/reset' GROUP BY state"
            )
        ).all()
    database.dispose()
    return {str(state): int(count) for state, count in rows}
