"""Merges: proposed by who knows the two, decided by the secretariat, moving nothing, undone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.access.guard import owned_tables
from lms.access.reaches import VOUCHED
from lms.access.roles import Role
from lms.core import clock
from lms.core.audit.models import AuditEntry
from lms.core.database import Base, Session
from lms.core.errors import BekalError
from lms.core.outbox.models import OutboxMessage
from lms.people.models import Merge, Person, SignInSession, Transfer
from lms.people.models.affiliations import MergeState, TransferState
from lms.people.models.persons import PersonState
from lms.people.rules.merges import MergeReason, Verb
from lms.people.services.merges import decide_merge, propose_merge
from tests.factories import (
    focal_point_actor,
    give_role,
    make_administrator,
    make_focal_point,
    make_official,
    make_secretariat,
    secretariat_actor,
)
from tests.support.client import Client
from tests.support.together import at_once

SignIn = Callable[..., Client]
Statements = Callable[[], AbstractContextManager[list[str]]]
SAID = {"other_email": "second@plw.example", "reason": "new_address"}


def rows(session: Session, model: type[Any]) -> list[Any]:
    statement = select(model).execution_options(
        **{VOUCHED: owned_tables(), "populate_existing": True}
    )
    return list(session.execute(statement.order_by(model.id)).scalars())


def the_merge(session: Session) -> Merge:
    (found,) = rows(session, Merge)
    assert isinstance(found, Merge)
    return found


def as_it_stands(session: Session, *models: type[Base]) -> list[dict[str, Any]]:
    """Every column of every row of these tables."""
    return [
        {column.name: getattr(row, column.name) for column in row.__table__.columns}
        for model in models
        for row in rows(session, model)
    ]


@pytest.fixture
def kept(session: Session) -> Person:
    return make_official(session, "PLW", name="Ulang Sumor", email="first@plw.example")


@pytest.fixture
def other(session: Session) -> Person:
    return make_official(session, "PLW", name="U. Sumor", email="second@plw.example")


def test_a_focal_point_proposes_and_the_secretariat_merges_and_undoes(
    session: Session, sign_in: SignIn, kept: Person, other: Person
) -> None:
    proposing = sign_in(make_focal_point(session, "PLW"))
    page = proposing.get(f"/people/{kept.id}/merge")
    page = proposing.submit(page, "Propose the merge", SAID)
    merge = the_merge(session)
    assert page.path == f"/merges/{merge.id}"
    assert "first@plw.example" in page.main
    assert "Merge the two accounts" not in page.main

    theirs = sign_in(other)
    theirs.get("/transfers")
    before = as_it_stands(session, Person)
    office = sign_in(make_secretariat(session))
    assert "Ulang Sumor" in office.get("/merges?state=proposed").main
    page = office.submit(office.get(f"/merges/{merge.id}"), "Merge the two accounts")
    assert "The accounts are merged." in page.main
    session.refresh(other)
    assert other.state is PersonState.MERGED
    ended = [row for row in rows(session, SignInSession) if row.person_id == other.id]
    assert all(row.ended_at is not None for row in ended)
    theirs.get("/transfers", status=302)

    page = office.submit(page, "Undo the merge")
    assert "Undone." in page.main
    known = {row["id"] for row in before}
    after = [row for row in as_it_stands(session, Person) if row["id"] in known]
    assert after == before
    theirs.get("/transfers", status=302)
    verbs = session.execute(
        select(AuditEntry.verb).where(AuditEntry.verb.startswith("merge.")).order_by(AuditEntry.id)
    ).scalars()
    assert list(verbs) == ["merge.propose", "merge.make", "merge.undo"]
    mails = [
        (mail.address, mail.template)
        for mail in session.execute(select(OutboxMessage).order_by(OutboxMessage.id)).scalars()
    ]
    assert mails == [
        ("first@plw.example", "people/mail/merge_made"),
        ("second@plw.example", "people/mail/merge_made"),
        ("first@plw.example", "people/mail/merge_undone"),
        ("second@plw.example", "people/mail/merge_undone"),
    ]


@pytest.mark.parametrize("state", [PersonState.INVITED, PersonState.SUSPENDED, PersonState.LEFT])
def test_undoing_gives_back_the_state_the_account_had(
    session: Session, sign_in: SignIn, kept: Person, other: Person, state: PersonState
) -> None:
    other.state = state
    office = sign_in(make_secretariat(session))
    office.post(f"/people/{kept.id}/merge", SAID)
    path = f"/merges/{the_merge(session).id}"
    office.post(f"{path}/make")
    office.post(f"{path}/undo")
    session.refresh(other)
    assert other.state is state


def test_a_refused_merge_changes_nothing_and_can_be_proposed_anew(
    session: Session, sign_in: SignIn, kept: Person, other: Person
) -> None:
    office = sign_in(make_secretariat(session))
    before = as_it_stands(session, Person)
    office.post(f"/people/{kept.id}/merge", SAID)
    path = f"/merges/{the_merge(session).id}"
    office.submit(office.get(path), "Refuse")
    assert as_it_stands(session, Person) == before
    office.post(f"{path}/make", status=409)
    office.post(f"/people/{kept.id}/merge", SAID)
    assert [row.state for row in rows(session, Merge)] == [
        MergeState.REFUSED,
        MergeState.PROPOSED,
    ]


def test_a_double_click_decides_once(
    session: Session, sign_in: SignIn, kept: Person, other: Person
) -> None:
    office = sign_in(make_secretariat(session))
    office.post(f"/people/{kept.id}/merge", SAID)
    office.post(f"/people/{kept.id}/merge", SAID, status=400)
    path = f"/merges/{the_merge(session).id}"
    for verb in ("make", "undo"):
        office.post(f"{path}/{verb}")
        office.post(f"{path}/{verb}")
    assert len(rows(session, OutboxMessage)) == 4


def test_another_members_address_is_answered_like_one_that_nobody_has(
    session: Session, sign_in: SignIn, statements: Statements, kept: Person
) -> None:
    make_official(session, "NRU", email="second@nru.example")
    client = sign_in(make_focal_point(session, "PLW"))
    client.get("/merges")
    answers, work = [], []
    for email in ("second@nru.example", "nobody@nru.example"):
        with statements() as seen:
            page = client.post(
                f"/people/{kept.id}/merge",
                {"other_email": email, "reason": "said_so"},
                status=400,
            )
        work.append([statement.split("(")[0] for statement in seen])
        answers.append(page.main.replace(email, "…"))
        assert "None of the people you look after has this address." in page.error("other_email")
    assert answers[0] == answers[1]
    assert work[0] == work[1]


def test_a_row_that_is_being_checked_looks_like_any_invited_one_until_it_is_decided(
    session: Session, sign_in: SignIn, kept: Person
) -> None:
    make_official(session, "NRU", email="second@plw.example")
    checked = make_official(
        session, "PLW", email="second@plw.example", state=PersonState.BEING_CHECKED
    )
    page = sign_in(make_focal_point(session, "PLW")).post(f"/people/{kept.id}/merge", SAID)
    assert "Proposed. The secretariat decides." in page.main
    assert "Invited" in page.main
    merge = the_merge(session)
    assert merge.other_person_id == checked.id
    refused = sign_in(make_secretariat(session)).post(f"/merges/{merge.id}/make", status=409)
    assert "waits for the check of its address" in refused.main


@pytest.mark.parametrize("email", ["first@plw.example", "closed@plw.example"])
def test_an_account_cannot_be_merged_with_itself_or_a_closed_one(
    session: Session, sign_in: SignIn, kept: Person, email: str
) -> None:
    make_official(session, "PLW", email="closed@plw.example", state=PersonState.DECLINED)
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.post(
        f"/people/{kept.id}/merge", {"other_email": email, "reason": "other"}, status=400
    )
    assert page.error("other_email")


def test_chains_of_merges_are_refused(
    session: Session, sign_in: SignIn, kept: Person, other: Person
) -> None:
    third = make_official(session, "PLW", email="third@plw.example")
    client = sign_in(make_focal_point(session, "PLW"))
    client.post(f"/people/{kept.id}/merge", SAID)
    page = client.post(
        f"/people/{third.id}/merge",
        {"other_email": "first@plw.example", "reason": "other"},
        status=400,
    )
    assert "part of a merge already" in page.error("other_email")


def test_other_members_see_no_merge_and_officials_no_page_of_merges(
    session: Session, sign_in: SignIn, kept: Person, other: Person
) -> None:
    sign_in(make_focal_point(session, "PLW")).post(f"/people/{kept.id}/merge", SAID)
    merge = the_merge(session)
    stranger = sign_in(make_focal_point(session, "NRU"))
    stranger.get(f"/merges/{merge.id}", status=404)
    stranger.get("/merges/999999", status=404)
    assert "Ulang" not in stranger.get("/merges").html
    stranger.get(f"/people/{kept.id}/merge", status=404)
    stranger.post(f"/people/{kept.id}/merge", SAID, status=404)
    official = sign_in(make_official(session, "PLW"))
    official.get("/merges", status=403)
    official.get(f"/merges/{merge.id}", status=403)
    for verb in ("make", "refuse", "undo"):
        official.post(f"/merges/{merge.id}/{verb}", status=403)
        stranger.post(f"/merges/{merge.id}/{verb}", status=403)
    assert the_merge(session).state is MergeState.PROPOSED


def test_a_merge_across_members_is_for_the_secretariat_alone(
    session: Session, sign_in: SignIn, kept: Person
) -> None:
    make_official(session, "NRU", name="Ulang of Nauru", email="second@nru.example")
    office = sign_in(make_secretariat(session))
    fields = {"other_email": "second@nru.example", "reason": "came_back"}
    office.post(f"/people/{kept.id}/merge", fields)
    merge = the_merge(session)
    for member in ("PLW", "NRU"):
        client = sign_in(make_focal_point(session, member))
        client.get(f"/merges/{merge.id}", status=404)
        assert "Ulang" not in client.get("/merges").main
    assert "Nauru" in office.get(f"/merges/{merge.id}").main


def test_neither_the_last_administrator_nor_who_is_moving_is_merged_away(
    session: Session, sign_in: SignIn, kept: Person, other: Person
) -> None:
    give_role(session, other, Role.ADMINISTRATOR)
    office = sign_in(make_secretariat(session))
    office.post(f"/people/{kept.id}/merge", SAID)
    path = f"/merges/{the_merge(session).id}/make"
    assert "last administrator" in office.post(path, status=409).main
    make_administrator(session)
    moving = Transfer(
        person_id=other.id,
        from_member_code="PLW",
        to_member_code="NRU",
        state=TransferState.ASKED,
        asked_at=clock.now(),
    )
    session.add(moving)
    assert "A transfer of the other account" in office.post(path, status=409).main
    moving.state = TransferState.WITHDRAWN
    office.post(path)
    session.refresh(other)
    assert other.state is PersonState.MERGED


def test_of_two_proposals_or_decisions_at_once_one_counts(
    app: Flask, session: Session, kept: Person, other: Person
) -> None:
    office = secretariat_actor(make_secretariat(session))
    focal_point = focal_point_actor(make_focal_point(session, "PLW"))
    session.commit()

    def proposing(kept_id: int, email: str) -> Callable[[Session], None]:
        def run(own: Session) -> None:
            propose_merge(
                own,
                focal_point,
                kept_id,
                other_email=email,
                reason=MergeReason.SAID_SO,
                now=clock.now(),
            )

        return run

    outcomes = at_once(
        app,
        proposing(kept.id, "second@plw.example"),
        proposing(other.id, "first@plw.example"),
    )
    assert len([outcome for outcome in outcomes if outcome is None]) == 1
    merge_id = the_merge(session).id
    session.commit()

    def deciding(verb: Verb) -> Callable[[Session], None]:
        return lambda own: (decide_merge(own, office, merge_id, verb, now=clock.now()), None)[1]

    decisions = at_once(app, deciding(Verb.MAKE), deciding(Verb.REFUSE))
    assert [isinstance(each, BekalError) for each in decisions].count(True) == 1
    merge = the_merge(session)
    merged = [row for row in rows(session, Person) if row.state is PersonState.MERGED]
    assert len(merged) == (1 if merge.state is MergeState.MADE else 0)


def test_the_list_asks_the_same_few_statements_however_many_merges_there_are(
    session: Session, sign_in: SignIn, statements: Statements
) -> None:
    client = sign_in(make_secretariat(session))
    counts = []
    for _ in range(2):
        for _ in range(8):
            session.add(
                Merge(
                    kept_person_id=make_official(session, "PLW").id,
                    other_person_id=make_official(session, "PLW").id,
                    state=MergeState.PROPOSED,
                    proposed_at=clock.now(),
                    reason="other",
                )
            )
        with statements() as seen:
            page = client.get("/merges")
        counts.append(len([one for one in seen if one.lstrip().startswith("SELECT")]))
    assert counts[0] == counts[1]
    assert len(page.soup.select("main .rows li")) == 16
