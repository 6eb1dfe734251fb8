"""A mail server that fails in every way: nobody waits for it, and each mail arrives once."""

import re
import socketserver
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

from bs4 import BeautifulSoup
from sqlalchemy import create_engine, text

from lms.web.demonstration.cast import accounts
from script.measures import processes, product, visitors
from script.measures.fault_rows import fault_row
from script.measures.frame import Row

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
_MESSAGE_ID = re.compile(rb"^Message-ID: *(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass
class MailServer:
    """A mail server in this process, and the Message-IDs of all that it took."""

    port: int
    mood: Mood = Mood.WELL
    never: str = ""
    """The one address that it refuses for good (550)."""
    taken: Counter[bytes] = field(default_factory=Counter)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server on a port of its own."""
    state = MailServer(processes.free_port())

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            converse(self, state)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", state.port), Conversation) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def converse(client: socketserver.StreamRequestHandler, state: MailServer) -> None:
    """Speak SMTP with one client, in the mood of the moment."""

    def say(line: str) -> None:
        client.wfile.write(f"{line}\r\n".encode())

    if state.mood is Mood.CLOSED:
        return
    while state.mood is Mood.HANGS:
        time.sleep(0.2)
    say("220 here")
    while line := client.rfile.readline().decode(errors="replace").strip():
        verb = line.split(":")[0].split()[0].upper()
        if verb == "EHLO":
            say("250-here\r\n250 8BITMIME")
        elif verb == "RCPT" and state.never and state.never in line:
            say("550 nobody of that name")
        elif verb == "RCPT" and state.mood is Mood.LATER:
            say("451 come again")
        elif verb == "DATA":
            say("354 go on")
            mail = mail_of(client)
            if state.mood is Mood.DIES:
                return
            found = _MESSAGE_ID.search(mail)
            state.taken[found.group(1) if found else b"none"] += 1
            say("250 taken")
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250 OK")


def mail_of(client: socketserver.StreamRequestHandler) -> bytes:
    """The lines of a mail up to its end."""
    lines: list[bytes] = []
    while (line := client.rfile.readline()) not in (b".\r\n", b""):
        lines.append(line)
    return b"".join(lines)


def mail_server_lost() -> Iterator[Row]:
    """The mail server refuses, hangs, says 451 and 550, and dies within a mail, in turn."""
    with product.installed(product.SQLITE) as installation, mail_server() as server:
        installation.environment.update(
            {
                "BEKAL_SMTP_HOST": "127.0.0.1",
                "BEKAL_SMTP_PORT": str(server.port),
                "BEKAL_SMTP_STARTTLS": "no",
            }
        )
        with installation.serving():
            yield mail_row(installation, server)


def mail_row(installation: product.Product, server: MailServer) -> Row:
    """Ask for mails under every fault; then all must arrive, once, but the one refused for good."""
    people = [each.email for each in accounts()]
    server.never = people.pop()
    waits = [ask_for_mail(installation, server.never)]
    for mood in (Mood.WELL, *FAULTS):
        server.mood = mood
        waits += [ask_for_mail(installation, people.pop()) for _ in range(EACH)]
        time.sleep(FAULT_SECONDS)
    under_fault = server.taken.total()
    server.mood = Mood.WELL
    asked, begun = len(waits), time.monotonic()
    while (states := states_of_mails(installation)).get("delivered", 0) < asked - 1:
        if time.monotonic() > begun + LONGEST_RECOVERY:
            raise RuntimeError(f"The mails have not left: {states}")
        time.sleep(1)
    well_after = time.monotonic() - begun
    twice = sum(1 for times in server.taken.values() if times > 1)
    missing = asked - 1 - len(server.taken)
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
