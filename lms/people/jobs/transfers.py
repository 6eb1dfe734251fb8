"""What the worker does for transfers: looks requests up, and mails who must act next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.jobs.work import Handler, Work
from lms.core.outbox.services import queue_mail
from lms.core.text import fold
from lms.people.models import Person, Transfer, TransferRequest
from lms.people.queries.members import member_names
from lms.people.queries.persons import get_person
from lms.people.queries.transfers import Recipient, find_unfinished, secretariat, who_acts_for
from lms.people.rules.persons import PersonState
from lms.people.rules.transfers import TransferReason, TransferState
from lms.people.services.transfers import LOOK_UP, TELL, open_transfer


def look_up_request(work: Work) -> None:
    """Find out whose address a request named: ask the old member, or else the secretariat.

    A request that was looked up is left alone, so a repeat after a kill does nothing twice.
    """
    with work.transaction() as session:
        statement = (
            scoped(TransferRequest, work.actor, Reach.ALL_MEMBERS)
            .where(TransferRequest.id == work.payload["request_id"])
            .with_for_update()
        )
        request = session.execute(statement).scalar_one_or_none()
        if request is None or request.looked_up_at is not None:
            return
        request.looked_up_at = work.now()
        person = _find(session, work.actor, request)
        if person is None:
            _mail(
                session,
                secretariat(session, work.actor, today=work.now().date()),
                "people/mail/transfer_nobody",
                {"member": member_names(session)[request.member_code], "path": "/transfers"},
                work,
            )
            return
        transfer = open_transfer(
            session,
            work.actor,
            person,
            to_member_code=request.member_code,
            reason=TransferReason.OTHER,
            asked_by=request.asked_by,
            now=work.now(),
        )
        request.transfer_id = transfer.id


def tell_next(work: Work) -> None:
    """Mail who must act next, or who must know that it ended. Mails name no person."""
    with work.transaction() as session:
        statement = scoped(Transfer, work.actor, Reach.ALL_MEMBERS).where(
            Transfer.id == work.payload["transfer_id"]
        )
        transfer = session.execute(statement).scalar_one_or_none()
        state = TransferState(work.payload["state"])
        if transfer is None or transfer.state is not state:
            return
        names = member_names(session)
        facts = {
            "old_member": names[transfer.from_member_code],
            "new_member": names[transfer.to_member_code],
            "path": f"/transfers/{transfer.id}",
        }
        for recipients, template in _whom(session, work, transfer, state):
            _mail(session, recipients, template, facts, work)


def _find(session: Session, actor: Actor, request: TransferRequest) -> Person | None:
    """The person of another member who holds the address and can be asked to move, locked."""
    statement = scoped(Person, actor, Reach.ALL_MEMBERS).where(
        Person.folded_email == fold(request.email), Person.state == PersonState.ACTIVE
    )
    person = session.execute(statement).scalar_one_or_none()
    if person is None or person.member_code == request.member_code:
        return None
    get_person(session, actor, person.id, Reach.ALL_MEMBERS, for_change=True)
    if person.state is not PersonState.ACTIVE or person.member_code == request.member_code:
        return None
    if find_unfinished(session, actor, person.id, Reach.ALL_MEMBERS) is not None:
        return None
    return person


def _whom(
    session: Session, work: Work, transfer: Transfer, state: TransferState
) -> list[tuple[list[Recipient], str]]:
    today = work.now().date()
    if state is TransferState.ASKED:
        old = who_acts_for(session, work.actor, transfer.from_member_code, today=today)
        return [(old, "people/mail/transfer_to_release")]
    if state is TransferState.RELEASED:
        new = who_acts_for(session, work.actor, transfer.to_member_code, today=today)
        return [(new, "people/mail/transfer_to_accept")]
    person = get_person(session, work.actor, transfer.person_id, Reach.ALL_MEMBERS)
    if person.state is not PersonState.ACTIVE:
        return []
    mover = [Recipient(person.id, person.email, person.interface_language)]
    template = {
        TransferState.ACCEPTED: "people/mail/transfer_to_confirm",
        TransferState.REFUSED: "people/mail/transfer_refused",
        TransferState.DONE: "people/mail/transfer_done",
    }[state]
    return [(mover, template)]


def _mail(
    session: Session,
    recipients: list[Recipient],
    template: str,
    facts: dict[str, Any],
    work: Work,
) -> None:
    for recipient in recipients:
        queue_mail(
            session,
            template=template,
            language=recipient.language,
            address=recipient.email,
            person_id=recipient.person_id,
            facts=facts,
            now=work.now(),
        )


HANDLERS: Mapping[str, Handler] = {LOOK_UP: look_up_request, TELL: tell_next}
