"""Transfers: old member releases, new member accepts, the person confirms; each alone."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from lms.access.guard import owned_tables
from lms.access.reaches import VOUCHED, Owned
from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.models import AuditEntry
from lms.core.database import Session
from lms.core.errors import BekalError, NotPossibleError
from lms.core.extensions import db
from lms.core.jobs.models import Job
from lms.core.outbox.delivery import deliver_due
from lms.core.outbox.models import OutboxMessage
from lms.core.storage import LocalFolder
from lms.people.jobs.transfers import HANDLERS
from lms.people.models import Affiliation, Person, RoleHeld, Transfer, TransferRequest
from lms.people.models.affiliations import TransferState
from lms.people.models.persons import PersonState
from lms.people.models.roles import FocalKind
from lms.people.rules.transfers import (
    TRANSITIONS,
    UNFINISHED,
    TransferReason,
    Verb,
    transition,
)
from lms.people.services.transfers import ask_transfer, take_step
from lms.web.mails import delivery_of
from tests.factories import (
    actor_of,
    focal_point_actor,
    give_role,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)
from tests.support.client import Client
from tests.support.together import at_once
from tests.support.worker import shift_of, work_off

SignIn = Callable[..., Client]
Statements = Callable[[], AbstractContextManager[list[str]]]
Row = TypeVar("Row", bound=Owned)
NAURU = {"to_member_code": "NRU", "reason": "new_post"}


def rows(session: Session, model: type[Row]) -> list[Row]:
    statement = select(model).execution_options(
        **{VOUCHED: owned_tables(), "populate_existing": True}
    )
    return list(session.execute(statement).scalars())


def the_transfer(session: Session) -> Transfer:
    (found,) = rows(session, Transfer)
    return found


def verbs(session: Session, prefix: str = "transfer.") -> list[str]:
    statement = select(AuditEntry.verb).where(AuditEntry.verb.startswith(prefix))
    return list(session.execute(statement.order_by(AuditEntry.id)).scalars())


def work(app: Flask, session: Session, settings: Settings) -> list[Job]:
    """What the worker does meanwhile."""
    session.commit()
    with app.app_context():
        engine = db.engine
    return work_off(shift_of(engine, HANDLERS, LocalFolder(settings.files_folder)))


def templates_to(session: Session, person: Person) -> list[str]:
    statement = select(OutboxMessage.template).where(OutboxMessage.address == person.email)
    return [name.removeprefix("people/mail/") for name in session.execute(statement).scalars()]


@pytest.fixture
def mover(session: Session) -> Person:
    return make_official(session, "PLW", name="Ulang Sumor", email="ulang@plw.example")


@pytest.fixture
def old(session: Session) -> Person:
    return make_focal_point(session, "PLW", name="Ngirmang Tellei")


@pytest.fixture
def new(session: Session) -> Person:
    return make_focal_point(session, "NRU", name="Eigigu Deiye")


def test_a_person_moves_in_three_steps_each_by_another_side(
    app: Flask,
    session: Session,
    sign_in: SignIn,
    settings: Settings,
    outbox: Path,
    mover: Person,
    old: Person,
    new: Person,
) -> None:
    border = make_agency(session, "NRU", "Border Control")
    give_role(
        session,
        mover,
        Role.FOCAL_POINT,
        ScopeKind.AGENCY,
        str(mover.agency_id),
        focal_kind=FocalKind.AGENCY,
    )
    trainer = give_role(session, mover, Role.TRAINER, ScopeKind.COURSE, "victim-identification")
    person, releasing, accepting = sign_in(mover), sign_in(old), sign_in(new)

    page = person.submit(person.get("/transfers/ask"), "Ask for the transfer", NAURU)
    transfer = the_transfer(session)
    path = f"/transfers/{transfer.id}"
    assert "Waiting for the old member to release" in page.main
    work(app, session, settings)
    assert templates_to(session, old) == ["transfer_to_release"]

    accepting.get(path, status=404)
    assert "Ulang" not in accepting.get("/transfers").html
    page = releasing.get("/transfers")
    assert "Yours to decide" in page.main
    page = releasing.submit(releasing.get(path), "Release")
    assert "Released." in page.main
    work(app, session, settings)
    assert templates_to(session, new) == ["transfer_to_accept"]

    page = accepting.get(path)
    assert page.h1 == "Transfer of Ulang Sumor"
    assert "ulang@plw.example" not in page.html
    page = accepting.submit(page, "Accept", {"agency_id": str(border.id), "post": "Inspector"})
    session.refresh(mover)
    assert mover.member_code == "PLW"
    work(app, session, settings)
    assert templates_to(session, mover) == ["transfer_to_confirm"]

    page = person.submit(person.get(path), "Confirm that I have moved")
    assert "Done. You belong to your new member now." in page.main
    session.refresh(mover)
    assert (mover.member_code, mover.agency_id, mover.post) == ("NRU", border.id, "Inspector")
    stretches = [row for row in rows(session, Affiliation) if row.person_id == mover.id]
    stretches.sort(key=lambda row: row.id)
    assert [(row.member_code, row.ended_on is None) for row in stretches] == [
        ("PLW", False),
        ("NRU", True),
    ]
    roles = {
        role.role: role.ended_on for role in rows(session, RoleHeld) if role.person_id == mover.id
    }
    assert roles[Role.FOCAL_POINT] is not None
    assert roles[Role.TRAINER] is None
    assert trainer.scope == "victim-identification"
    assert verbs(session) == [
        "transfer.ask",
        "transfer.release",
        "transfer.accept",
        "transfer.confirm",
    ]
    work(app, session, settings)
    assert templates_to(session, mover)[-1] == "transfer_done"
    session.commit()
    deliver_due(delivery_of(app, settings), now=clock.now())
    written = "".join(path.read_text() for path in outbox.iterdir())
    assert "Nauru" in written
    assert "Ulang" not in written
    accepting.get(f"/people/{mover.id}")
    releasing.get(f"/people/{mover.id}", status=404)


def test_when_the_old_focal_point_begins_that_is_the_release(
    app: Flask,
    session: Session,
    sign_in: SignIn,
    settings: Settings,
    mover: Person,
    old: Person,
    new: Person,
) -> None:
    client = sign_in(old)
    page = client.get(f"/people/{mover.id}/transfer")
    page = client.submit(page, "Release to the new member", NAURU)
    assert "Released. The new member is asked to accept." in page.main
    work(app, session, settings)
    assert templates_to(session, new) == ["transfer_to_accept"]
    assert templates_to(session, old) == []
    assert verbs(session) == ["transfer.ask", "transfer.release"]


def test_the_secretariat_may_begin_and_stand_in_for_either_member(
    session: Session, sign_in: SignIn, mover: Person
) -> None:
    client = sign_in(make_secretariat(session))
    agency = make_agency(session, "NRU", "Border Control")
    page = client.submit(client.get(f"/people/{mover.id}/transfer"), "Begin the transfer", NAURU)
    assert the_transfer(session).state is TransferState.ASKED
    page = client.submit(page, "Release")
    page = client.submit(page, "Accept", {"agency_id": str(agency.id), "post": ""})
    assert "Confirm that I have moved" not in page.main
    client.post(f"/transfers/{the_transfer(session).id}/confirm", status=403)
    assert the_transfer(session).state is TransferState.ACCEPTED


def test_where_a_member_has_no_focal_point_the_secretariat_is_asked(
    app: Flask, session: Session, sign_in: SignIn, settings: Settings, mover: Person
) -> None:
    secretariat = make_secretariat(session)
    sign_in(mover).post("/transfers/ask", NAURU)
    work(app, session, settings)
    assert templates_to(session, secretariat) == ["transfer_to_release"]


def test_the_new_member_learns_nothing_of_a_transfer_that_the_old_one_refuses(
    app: Flask,
    session: Session,
    sign_in: SignIn,
    settings: Settings,
    mover: Person,
    old: Person,
    new: Person,
) -> None:
    sign_in(mover).post("/transfers/ask", NAURU)
    transfer = the_transfer(session)
    client = sign_in(old)
    page = client.get(f"/transfers/{transfer.id}")
    page = client.submit(page, "Refuse the transfer", {"reason": "stays"})
    assert "Refused." in page.main
    work(app, session, settings)
    assert templates_to(session, mover) == ["transfer_refused"]
    assert templates_to(session, new) == []
    stranger = sign_in(new)
    stranger.get(f"/transfers/{transfer.id}", status=404)
    assert "Ulang" not in stranger.get("/transfers?show=finished").html
    entry = session.execute(
        select(AuditEntry).where(AuditEntry.verb == "transfer.refuse")
    ).scalar_one()
    assert entry.reason == "stays"


def test_a_name_is_gone_for_the_new_member_once_the_transfer_came_to_nothing(
    session: Session, sign_in: SignIn, mover: Person, old: Person, new: Person
) -> None:
    sign_in(old).post(f"/people/{mover.id}/transfer", NAURU)
    transfer = the_transfer(session)
    stranger = sign_in(new)
    assert "Ulang" in stranger.get("/transfers").main
    sign_in(mover).post(f"/transfers/{transfer.id}/withdraw")
    page = stranger.get("/transfers?show=finished")
    assert "Official" in page.main
    assert "Ulang" not in page.html
    assert "Ulang" not in stranger.get(f"/transfers/{transfer.id}").html


def test_each_side_takes_its_own_steps_only(
    session: Session, sign_in: SignIn, mover: Person, old: Person, new: Person
) -> None:
    sign_in(mover).post("/transfers/ask", NAURU)
    transfer = the_transfer(session)
    path = f"/transfers/{transfer.id}"
    agency = make_agency(session, "NRU", "Border Control")
    accept = {"agency_id": str(agency.id), "post": ""}
    sign_in(mover).post(f"{path}/release", status=403)
    sign_in(new).post(f"{path}/release", status=404)
    sign_in(make_focal_point(session, "FJI")).post(f"{path}/release", status=404)
    sign_in(make_official(session, "PLW")).post(f"{path}/withdraw", status=404)
    sign_in(old).post(f"{path}/withdraw", status=403)
    sign_in(old).post(f"{path}/accept", accept, status=409)
    sign_in(old).post(f"{path}/release")
    sign_in(old).post(f"{path}/accept", accept, status=403)
    sign_in(new).post(f"{path}/confirm", status=409)
    sign_in(new).post(f"{path}/accept", accept)
    sign_in(new).post(f"{path}/confirm", status=403)
    assert the_transfer(session).state is TransferState.ACCEPTED


def test_an_agency_focal_point_moves_nobody_to_another_member(
    session: Session, sign_in: SignIn, mover: Person
) -> None:
    narrow = make_official(session, "PLW")
    give_role(
        session,
        narrow,
        Role.FOCAL_POINT,
        ScopeKind.AGENCY,
        str(mover.agency_id),
        focal_kind=FocalKind.AGENCY,
    )
    client = sign_in(narrow)
    client.post(f"/people/{mover.id}/transfer", NAURU, status=403)
    client.post("/transfers/request", {"email": "x@nru.example"}, status=403)
    assert not rows(session, Transfer)


@pytest.mark.parametrize("stranger", ["NRU", "FJI"])
def test_nobody_begins_a_transfer_of_another_members_person(
    session: Session, sign_in: SignIn, mover: Person, stranger: str
) -> None:
    client = sign_in(make_focal_point(session, stranger))
    for person_id in (mover.id, 999_999):
        client.get(f"/people/{person_id}/transfer", status=404)
        client.post(f"/people/{person_id}/transfer", NAURU, status=404)
    assert not rows(session, Transfer)


def test_the_present_member_and_a_second_transfer_are_refused(
    session: Session, sign_in: SignIn, mover: Person
) -> None:
    client = sign_in(mover)
    page = client.post(
        "/transfers/ask", {"to_member_code": "PLW", "reason": "new_post"}, status=400
    )
    assert page.error("to_member_code")
    client.post("/transfers/ask", NAURU)
    page = client.post("/transfers/ask", NAURU, status=409)
    assert "A transfer of this person is under way already." in page.main
    assert len(rows(session, Transfer)) == 1


def test_a_double_click_takes_each_step_once(
    session: Session, sign_in: SignIn, mover: Person, old: Person, new: Person
) -> None:
    sign_in(mover).post("/transfers/ask", NAURU)
    path = f"/transfers/{the_transfer(session).id}"
    agency = make_agency(session, "NRU", "Border Control")
    steps = (
        (old, "release", {}),
        (new, "accept", {"agency_id": str(agency.id), "post": "Inspector"}),
        (mover, "confirm", {}),
    )
    for person, verb, fields in steps:
        client = sign_in(person)
        client.post(f"{path}/{verb}", dict(fields))
        client.post(f"{path}/{verb}", dict(fields))
        assert verbs(session).count(f"transfer.{verb}") == 1
    assert len([row for row in rows(session, Affiliation) if row.person_id == mover.id]) == 2


def test_an_agency_closed_meanwhile_is_chosen_anew(
    session: Session, sign_in: SignIn, mover: Person, old: Person, new: Person
) -> None:
    sign_in(old).post(f"/people/{mover.id}/transfer", NAURU)
    path = f"/transfers/{the_transfer(session).id}"
    first = make_agency(session, "NRU", "Border Control")
    second = make_agency(session, "NRU", "Police Force")
    accepting = sign_in(new)
    accepting.post(f"{path}/accept", {"agency_id": str(first.id), "post": ""})
    first.closed_at = clock.now()
    page = sign_in(mover).post(f"{path}/confirm", status=409)
    assert "The agency was closed meanwhile." in page.main
    page = accepting.get(path)
    fields = {"agency_id": str(second.id), "post": ""}
    accepting.submit(page, "Change agency or post", fields)
    sign_in(mover).post(f"{path}/confirm")
    session.refresh(mover)
    assert mover.agency_id == second.id


def test_accepting_asks_for_an_open_agency_of_the_new_member(
    session: Session, sign_in: SignIn, mover: Person, old: Person, new: Person
) -> None:
    sign_in(old).post(f"/people/{mover.id}/transfer", NAURU)
    path = f"/transfers/{the_transfer(session).id}/accept"
    client = sign_in(new)
    page = client.post(path, {"agency_id": "", "post": ""}, status=400)
    assert page.error("agency_id") == "Choose the agency the person works for."
    page = client.post(path, {"agency_id": str(mover.agency_id), "post": ""}, status=400)
    assert page.error("agency_id")
    page = client.post(path.replace("accept", "refuse"), {"reason": ""}, status=400)
    assert page.error("reason")


def test_a_request_by_e_mail_is_answered_alike_whoever_holds_the_address(
    app: Flask,
    session: Session,
    sign_in: SignIn,
    settings: Settings,
    statements: Statements,
    mover: Person,
    old: Person,
    new: Person,
) -> None:
    secretariat = make_secretariat(session)
    client = sign_in(new)
    client.get("/transfers/request")
    answers, work_done = [], []
    for email in ("ulang@plw.example", "qlang@plw.example"):
        with statements() as seen:
            page = client.post("/transfers/request", {"email": email}, follow=False, status=303)
        work_done.append([statement.split("(")[0] for statement in seen])
        answers.append((page.status, page.location, client.get("/transfers").main))
    assert work_done[0] == work_done[1]
    work(app, session, settings)
    first, second = rows(session, TransferRequest)
    transfer = the_transfer(session)
    assert (first.transfer_id, second.transfer_id) == (transfer.id, None)
    assert (transfer.person_id, transfer.state) == (mover.id, TransferState.ASKED)
    assert templates_to(session, old) == ["transfer_to_release"]
    assert templates_to(session, secretariat) == ["transfer_nobody"]
    assert templates_to(session, new) == []
    page = client.get("/transfers")
    assert "Ulang Sumor" not in page.html
    assert "No transfer is under way" in page.main
    items = [item.get_text(" ", strip=True) for item in page.soup.select("main .rows li")]
    assert [text.replace("qlang", "ulang") for text in items] == [items[1]] * 2
    client.get(f"/transfers/{transfer.id}", status=404)
    assert "Yours to decide" in sign_in(old).get("/transfers").main
    office = sign_in(secretariat)
    page = office.get("/transfers")
    assert "qlang@plw.example" in page.main
    page = office.submit(page, "Answered qlang@plw.example")
    assert "qlang@plw.example" not in page.main
    assert "qlang@plw.example" in client.get("/transfers").main


@pytest.mark.parametrize("state", [PersonState.SUSPENDED, PersonState.INVITED, PersonState.MERGED])
def test_a_request_for_somebody_who_cannot_move_lands_with_the_secretariat(
    app: Flask,
    session: Session,
    sign_in: SignIn,
    settings: Settings,
    new: Person,
    state: PersonState,
) -> None:
    make_official(session, "PLW", email="shut@plw.example", state=state)
    sign_in(new).post("/transfers/request", {"email": "shut@plw.example"})
    work(app, session, settings)
    work(app, session, settings)
    assert not rows(session, Transfer)
    (request,) = rows(session, TransferRequest)
    assert request.looked_up_at is not None


def test_two_answers_at_once_leave_one(
    app: Flask, session: Session, mover: Person, old: Person
) -> None:
    deputy = make_focal_point(session, "PLW")
    session.commit()
    for _ in range(3):
        ask(app, mover)
        transfer_id = max(row.id for row in rows(session, Transfer))
        session.commit()
        outcomes = at_once(
            app,
            step(focal_point_actor(old), transfer_id, Verb.RELEASE),
            step(focal_point_actor(deputy), transfer_id, Verb.REFUSE),
        )
        session.commit()
        (row,) = [row for row in rows(session, Transfer) if row.id == transfer_id]
        if row.state is TransferState.RELEASED:
            assert isinstance(outcomes[1], BekalError)
        else:
            assert row.state is TransferState.REFUSED
            assert isinstance(outcomes[0], NotPossibleError)
        session.commit()
        if row.state is TransferState.RELEASED:
            at_once(app, step(actor_of(mover), transfer_id, Verb.WITHDRAW))


def test_confirming_in_two_tabs_moves_once_and_withdrawing_meanwhile_not_at_all(
    app: Flask, session: Session, mover: Person, old: Person, new: Person
) -> None:
    agency = make_agency(session, "NRU", "Border Control")
    session.commit()
    ask(app, mover)
    transfer_id = the_transfer(session).id
    session.commit()
    at_once(app, step(focal_point_actor(old), transfer_id, Verb.RELEASE))
    at_once(app, step(focal_point_actor(new), transfer_id, Verb.ACCEPT, agency.id))
    person = actor_of(mover)
    outcomes = at_once(
        app,
        step(person, transfer_id, Verb.CONFIRM),
        step(person, transfer_id, Verb.CONFIRM),
        step(person, transfer_id, Verb.WITHDRAW),
    )
    session.expire_all()
    transfer = the_transfer(session)
    stretches = [row for row in rows(session, Affiliation) if row.person_id == mover.id]
    if transfer.state is TransferState.DONE:
        assert outcomes[:2] == [None, None]
        assert isinstance(outcomes[2], NotPossibleError)
        assert len(stretches) == 2
        assert mover.member_code == "NRU"
    else:
        assert transfer.state is TransferState.WITHDRAWN
        assert len(stretches) == 1
        assert mover.member_code == "PLW"
    assert len([row for row in stretches if row.ended_on is None]) == 1
    assert verbs(session).count("transfer.confirm") <= 1


def test_asking_in_two_tabs_begins_one_transfer(
    app: Flask, session: Session, mover: Person, old: Person
) -> None:
    session.commit()
    outcomes = at_once(
        app, *[asking(actor_of(mover), mover), asking(focal_point_actor(old), mover)]
    )
    assert [type(outcome) for outcome in outcomes if outcome] == [NotPossibleError]
    assert len(rows(session, Transfer)) == 1


def asking(actor: Actor, person: Person) -> Callable[[Session], None]:
    def run(own: Session) -> None:
        ask_transfer(
            own,
            actor,
            person.id,
            to_member_code="NRU",
            reason=TransferReason.NEW_POST,
            now=clock.now(),
        )

    return run


def ask(app: Flask, person: Person) -> None:
    assert at_once(app, asking(actor_of(person), person)) == [None]


def step(
    actor: Actor, transfer_id: int, verb: Verb, agency_id: int | None = None
) -> Callable[[Session], None]:
    def run(own: Session) -> None:
        take_step(
            own,
            actor,
            transfer_id,
            verb,
            agency_id=agency_id,
            reason=TransferReason.OTHER,
            now=clock.now(),
        )

    return run


def test_the_table_leads_from_every_unfinished_state_and_from_no_other() -> None:
    assert {each.before for each in TRANSITIONS} == set(UNFINISHED)
    for state in UNFINISHED:
        assert transition(state, Verb.WITHDRAW) is not None
    keys = [(each.before, each.verb) for each in TRANSITIONS]
    assert len(keys) == len(set(keys))


def test_the_list_asks_the_same_few_statements_however_many_transfers_there_are(
    session: Session, sign_in: SignIn, statements: Statements, now: datetime.datetime
) -> None:
    client = sign_in(make_secretariat(session))
    counts = []
    for _ in range(2):
        for _ in range(8):
            person = make_official(session, "PLW")
            agency = make_agency(session, "NRU", f"Agency {person.id}")
            session.add(
                Transfer(
                    person_id=person.id,
                    from_member_code="PLW",
                    to_member_code="NRU",
                    to_agency_id=agency.id,
                    state=TransferState.ACCEPTED,
                    asked_at=now,
                    released_at=now,
                )
            )
        with statements() as seen:
            page = client.get("/transfers")
        counts.append(len([one for one in seen if one.lstrip().startswith("SELECT")]))
    assert counts[0] == counts[1]
    assert len(page.soup.select("main .rows li")) == 16


def test_the_list_is_paged_from_the_newest(
    session: Session, sign_in: SignIn, now: datetime.datetime
) -> None:
    for _ in range(35):
        person = make_official(session, "PLW")
        session.add(
            Transfer(
                person_id=person.id,
                from_member_code="PLW",
                to_member_code="NRU",
                state=TransferState.ASKED,
                asked_at=now,
            )
        )
    client = sign_in(make_secretariat(session))
    first = client.get("/transfers")
    second = client.get(first.links("Next")[0])
    sizes = [len(page.soup.select("main .rows li")) for page in (first, second)]
    assert sizes == [30, 5]
    assert not second.links("Next")
