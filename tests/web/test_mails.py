"""Mail in words: the templates of the rooms, without a request, in the reader's language."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import re
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT, Settings
from lms.core import clock
from lms.core.database import Session
from lms.core.outbox.delivery import deliver_due
from lms.core.outbox.models import OutboxMessage
from lms.core.outbox.services import queue_mail
from lms.core.outbox.transports import FolderTransport, SmtpTransport
from lms.web.mails import delivery_of, renderer, transport_of

ITEM = {"sentence": "Decisions that wait for you: %(count)s", "facts": {"count": 3}, "path": "/x"}
HOUR = "2026-11-22T08:00:00+00:00"
FACTS: dict[str, object] = {
    "member": "Palau",
    "path": "/invitations/secret",
    "items": [ITEM],
    "count": 3,
    "happened_at": HOUR,
}
TEMPLATES = sorted(
    path.relative_to(ROOT / "templates").with_suffix("").as_posix()
    for path in (ROOT / "templates").glob("*/mail/*.txt")
)


def message_of(template: str, *, is_notice: bool = False, **facts: object) -> OutboxMessage:
    """An unsaved message."""
    return OutboxMessage(
        template=template,
        language="en",
        facts={**FACTS, **facts},
        address="ann@example.org",
        is_notice=is_notice,
        message_id="1",
    )


def test_invitation_reads_well_as_plain_text(app: Flask) -> None:
    mail = renderer(app)(message_of("people/mail/invitation"))
    assert mail.subject == "You are invited to Bekal"
    lines = mail.text.splitlines()
    assert lines[:2] == ["You are invited to Bekal", ""]
    assert lines[2].startswith("Palau invites you to Bekal")
    assert lines[lines.index("-- ") - 1] == ""
    assert lines[-1] == "Bekal, the training platform of the Regional Support Office."
    assert "http://localhost/invitations/secret\n" in mail.text
    assert "\n\n\n" not in mail.text
    assert mail.unsubscribe == ""


def test_notice_has_both_parts_and_a_way_to_choose(app: Flask) -> None:
    mail = renderer(app)(message_of("notices/mail/digest", is_notice=True))
    assert mail.html is not None
    assert 'href="http://localhost/x"' in mail.html
    assert 'lang="en"' in mail.html
    assert mail.unsubscribe == "http://localhost/notices/choices"


def test_name_in_a_mail_is_text_in_both_parts(app: Flask) -> None:
    hostile = {**ITEM, "sentence": "From %(name)s", "facts": {"name": "<img src=x>"}}
    mail = renderer(app)(message_of("notices/mail/digest", items=[hostile]))
    assert "From <img src=x>" in mail.text
    assert mail.html is not None
    assert "<img" not in mail.html


def test_language_without_a_catalogue_falls_back_to_the_source(app: Flask) -> None:
    message = message_of("people/mail/invitation")
    message.language = "xx"
    assert renderer(app)(message).subject == "You are invited to Bekal"


@pytest.mark.parametrize("template", TEMPLATES)
def test_subject_is_one_line_of_plain_words(template: str) -> None:
    """The heading is the subject: no markup, no more than one line in its template."""
    source = (ROOT / "templates" / f"{template}.txt").read_text()
    heading = re.search(r"{% block heading %}(.*?){% endblock %}", source, re.S)
    assert heading is not None
    assert "<" not in heading[1]
    assert "\n" not in heading[1].strip()


def test_mail_reaches_the_folder_where_no_server_is_set(
    app: Flask, session: Session, settings: Settings, outbox: Path
) -> None:
    queued = queue_mail(
        session,
        template="people/mail/invitation",
        language="en",
        address="ann@example.org",
        person_id=None,
        facts=FACTS,
        now=clock.now(),
    )
    session.commit()
    assert deliver_due(delivery_of(app, settings), now=clock.now()) == 1
    written = email.message_from_bytes(
        (outbox / f"{queued.message_id}.eml").read_bytes(), policy=email.policy.default
    )
    assert written["Subject"] == "You are invited to Bekal"
    assert written["Message-ID"] == f"<{queued.message_id}@localhost>"


def test_settings_choose_the_way_out(settings: Settings) -> None:
    assert isinstance(transport_of(settings), FolderTransport)
    served = dataclasses.replace(settings.mail, host="mail.example")
    with_server = dataclasses.replace(settings, mail=served)
    assert isinstance(transport_of(with_server), SmtpTransport)
