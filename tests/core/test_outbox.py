"""The outbox: mail leaves after commit, at least once, and a lost server loses nothing."""

from __future__ import annotations

import datetime
import email
import email.policy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select

from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.extensions import db
from lms.core.outbox.delivery import Delivery, Rendered, deliver_due, delivering
from lms.core.outbox.models import OutboxMessage, OutboxState
from lms.core.outbox.rules import HOLD, PAUSES, masked
from lms.core.outbox.services import decide, queue_mail
from lms.core.outbox.transports import FolderTransport, Send, ServerLostError, SmtpTransport
from tests.support import smtp

SYSTEM = Actor.system("test")


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The engine of the application."""
    with app.app_context():
        return db.engine


@pytest.fixture
def server() -> Iterator[smtp.MailServer]:
    """A mail server."""
    with smtp.running() as running:
        yield running


def render(message: OutboxMessage) -> Rendered:
    """Words for a message, without templates; breaks when its facts say so."""
    if message.facts.get("broken"):
        raise LookupError("ann@example.org")
    return Rendered(
        subject=f"About {message.facts['about']}",
        text=f"{message.facts['about']}\n",
        html=f"<p>{message.facts['about']}</p>",
        unsubscribe="http://localhost/notices/choices" if message.is_notice else "",
    )


@pytest.fixture
def make_delivery(engine: Engine, server: smtp.MailServer) -> Callable[..., Delivery]:
    """Delivery to the test server, or another transport."""

    def make(transport: object = None) -> Delivery:
        return Delivery(
            engine=engine,
            render=render,
            transport=transport or SmtpTransport(server.settings),  # type: ignore[arg-type]
            sender=server.settings.sender,
            domain="bekal.example",
        )

    return make


def queue(session: Session, about: str = "boats", **options: object) -> OutboxMessage:
    """Queue one mail and commit."""
    message = queue_mail(
        session,
        template="test/mail",
        language="en",
        address=str(options.pop("address", "ann@example.org")),
        person_id=None,
        facts={"about": about, **options.pop("facts", {})},  # type: ignore[dict-item]
        now=clock.now(),
        **options,  # type: ignore[arg-type]
    )
    session.commit()
    return message


def fresh(session: Session, message: OutboxMessage) -> OutboxMessage:
    """The message as it stands; the reading lets go of SQLite's one write lock."""
    session.rollback()
    session.refresh(message)
    session.commit()
    return message


def test_mail_leaves_in_one_connection_with_headers_and_both_parts(
    session: Session, server: smtp.MailServer, make_delivery: Callable[..., Delivery]
) -> None:
    first, second = queue(session, "boats"), queue(session, "ຊື່ เรือ", address="bo@example.org")
    assert deliver_due(make_delivery(), now=clock.now()) == 2
    assert server.connections == 1
    mail, other = server.taken
    assert mail["To"] == "ann@example.org"
    assert mail["From"] == "Bekal <no-reply@bekal.example>"
    assert mail["Message-ID"] == f"<{first.message_id}@bekal.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert mail["List-Unsubscribe"] is None
    assert other["Subject"] == "About ຊື່ เรือ"
    plain, html = other.get_body(("plain",)), other.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == ["ຊື່ เรือ"]
    assert html.get_content().splitlines() == ["<p>ຊື່ เรือ</p>"]
    for message in (first, second):
        fresh(session, message)
        assert message.state is OutboxState.DELIVERED
        assert message.delivered_at is not None
        assert message.facts == {}, "A delivered mail keeps no link."


def test_notice_says_how_to_stop_it_and_waits_for_the_rest(
    session: Session, server: smtp.MailServer, make_delivery: Callable[..., Delivery]
) -> None:
    queue(session, "news", is_notice=True)
    queue(session, "reset")
    deliver_due(make_delivery(), now=clock.now())
    assert [mail["Subject"] for mail in server.taken] == ["About reset", "About news"]
    assert server.taken[1]["List-Unsubscribe"] == "<http://localhost/notices/choices>"


def test_mail_of_a_rolled_back_request_never_leaves(
    session: Session, server: smtp.MailServer, make_delivery: Callable[..., Delivery]
) -> None:
    queue_mail(
        session,
        template="test/mail",
        language="en",
        address="ann@example.org",
        person_id=None,
        facts={"about": "x"},
        now=clock.now(),
    )
    session.flush()
    session.rollback()
    assert deliver_due(make_delivery(), now=clock.now()) == 0
    assert server.taken == []


def test_lost_server_parks_nothing_however_long(
    session: Session, engine: Engine, make_delivery: Callable[..., Delivery]
) -> None:
    message = queue(session)
    with smtp.running() as gone:
        settings = gone.settings
    delivery = make_delivery(SmtpTransport(settings))
    now = clock.now()
    for hour in range(30):
        with pytest.raises(ServerLostError):
            deliver_due(delivery, now=now + datetime.timedelta(hours=hour))
    fresh(session, message)
    assert (message.state, message.attempts) == (OutboxState.WAITING, 0)
    assert "mail server" in message.last_error


def test_server_that_goes_away_in_a_batch_gets_the_rest_later(
    session: Session, server: smtp.MailServer, make_delivery: Callable[..., Delivery]
) -> None:
    messages = [queue(session, str(number)) for number in range(4)]
    server.drop_after = 2
    now = clock.now()
    with pytest.raises(ServerLostError):
        deliver_due(make_delivery(), now=now)
    states = [fresh(session, message).state for message in messages]
    assert states == [OutboxState.DELIVERED] * 2 + [OutboxState.WAITING] * 2
    server.drop_after = None
    assert deliver_due(make_delivery(), now=now + PAUSES[0]) == 2
    assert [mail["Subject"] for mail in server.taken] == [f"About {n}" for n in range(4)]


def test_refused_mail_is_tried_with_growing_pauses_then_parked(
    session: Session, server: smtp.MailServer, make_delivery: Callable[..., Delivery]
) -> None:
    message = queue(session)
    server.answer = lambda _recipient: "450 ann@example.org is busy"
    now, tries = clock.now(), 0
    for pause in PAUSES:
        assert deliver_due(make_delivery(), now=now) == 1
        tries += 1
        assert fresh(session, message).next_attempt_at == now + pause
        assert deliver_due(make_delivery(), now=now + pause * 0.9) == 0
        now += pause
    assert deliver_due(make_delivery(), now=now) == 1
    fresh(session, message)
    assert (message.state, message.attempts) == (OutboxState.PARKED, tries + 1)
    assert message.last_error == "The mail server did not take this mail (answer 450)."


def test_address_refused_for_good_is_parked_at_once_and_others_go_on(
    session: Session, server: smtp.MailServer, make_delivery: Callable[..., Delivery]
) -> None:
    bad, good = queue(session, address="gone@example.org"), queue(session)
    server.answer = lambda said: "550 no such person" if "gone" in said else "250 OK"
    deliver_due(make_delivery(), now=clock.now())
    assert fresh(session, bad).state is OutboxState.PARKED
    assert fresh(session, good).state is OutboxState.DELIVERED


def test_mail_that_cannot_be_written_is_put_off_and_holds_up_nobody(
    session: Session, server: smtp.MailServer, make_delivery: Callable[..., Delivery]
) -> None:
    broken = queue(session, facts={"broken": True})
    no_address = queue(session, address="nobody")
    good = queue(session)
    deliver_due(make_delivery(), now=clock.now())
    assert fresh(session, good).state is OutboxState.DELIVERED
    for message in (broken, no_address):
        assert fresh(session, message).state is OutboxState.WAITING
        assert message.attempts == 1
    assert broken.last_error.startswith("LookupError")
    assert "ann@example.org" not in broken.last_error
    assert broken.facts["broken"] is True


def test_forged_header_in_a_name_does_not_leave(
    session: Session, server: smtp.MailServer, make_delivery: Callable[..., Delivery]
) -> None:
    queue(session, "x\r\nBcc: everybody@example.org")
    deliver_due(make_delivery(), now=clock.now())
    assert server.taken[0]["Bcc"] is None
    assert server.taken[0]["Subject"] == "About x Bcc: everybody@example.org"


def test_mail_is_sent_again_with_the_same_id_if_the_worker_died_before_noting_it(
    session: Session, outbox: Path, make_delivery: Callable[..., Delivery]
) -> None:
    message = queue(session)

    class DiesAfterSending(FolderTransport):
        @contextmanager
        def connected(self) -> Iterator[Send]:
            with super().connected() as send:

                def send_and_die(mail: EmailMessage) -> None:
                    send(mail)
                    raise KeyboardInterrupt

                yield send_and_die

    now = clock.now()
    with pytest.raises(KeyboardInterrupt):
        deliver_due(make_delivery(DiesAfterSending(outbox)), now=now)
    assert fresh(session, message).state is OutboxState.WAITING
    assert deliver_due(make_delivery(FolderTransport(outbox)), now=now + HOLD / 2) == 0
    assert deliver_due(make_delivery(FolderTransport(outbox)), now=now + HOLD) == 1
    assert [path.name for path in outbox.iterdir()] == [f"{message.message_id}.eml"]
    written = email.message_from_bytes(
        (outbox / f"{message.message_id}.eml").read_bytes(), policy=email.policy.default
    )
    assert written["Message-ID"] == f"<{message.message_id}@bekal.example>"


def test_no_transaction_is_open_while_the_server_is_spoken_to(
    session: Session, engine: Engine, make_delivery: Callable[..., Delivery], outbox: Path
) -> None:
    queue(session)
    open_now: set[int] = set()
    seen: list[int] = []

    class Looks(FolderTransport):
        @contextmanager
        def connected(self) -> Iterator[Send]:
            seen.append(len(open_now))
            with super().connected() as send:

                def look(mail: EmailMessage) -> None:
                    seen.append(len(open_now))
                    send(mail)

                yield look

    def begin(connection: object) -> None:
        open_now.add(id(connection))

    def end(connection: object) -> None:
        open_now.discard(id(connection))

    listeners = (("begin", begin), ("commit", end), ("rollback", end))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        deliver_due(make_delivery(Looks(outbox)), now=clock.now())
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)
    assert seen == [0, 0]


def test_two_workers_deliver_each_mail_once(
    session: Session, server: smtp.MailServer, make_delivery: Callable[..., Delivery]
) -> None:
    for number in range(50):
        queue(session, str(number))
    stop = threading.Event()
    threads = [threading.Thread(target=delivering(make_delivery()), args=(stop,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    waiting = select(OutboxMessage.id).where(OutboxMessage.state == OutboxState.WAITING)
    for _ in range(300):
        left = session.execute(waiting.limit(1)).scalar_one_or_none()
        session.commit()
        if left is None:
            break
        stop.wait(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    subjects = [str(mail["Subject"]) for mail in server.taken]
    assert sorted(subjects) == sorted(f"About {number}" for number in range(50))


def test_parked_mail_can_be_sent_again_or_dismissed(
    session: Session, server: smtp.MailServer, make_delivery: Callable[..., Delivery]
) -> None:
    again, never = queue(session), queue(session)
    server.answer = lambda _recipient: "550 no"
    deliver_due(make_delivery(), now=clock.now())
    decide(session, SYSTEM, again.id, "resend", now=clock.now())
    decide(session, SYSTEM, never.id, "dismiss", now=clock.now())
    session.commit()
    server.answer = lambda _recipient: "250 OK"
    deliver_due(make_delivery(), now=clock.now())
    assert fresh(session, again).state is OutboxState.DELIVERED
    assert fresh(session, never).state is OutboxState.DISMISSED
    assert never.facts == {}
    with pytest.raises(NotPossibleError):
        decide(session, SYSTEM, again.id, "resend", now=clock.now())


@pytest.mark.parametrize(
    ("address", "shown"),
    [("ann.lee@mail.example", "a…@mail.example"), ("nobody", "…"), ("", "…")],
)
def test_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown
