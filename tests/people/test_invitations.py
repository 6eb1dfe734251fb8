"""An invitation from the mail to the open account, and what becomes of an old link."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.database import Session
from lms.core.errors import NotPossibleError, RefusedError
from lms.core.jobs.models import Job
from lms.people.models import Acceptance, Person
from lms.people.queries.sign_in import SIGN_IN
from lms.people.rules.documents import IN_FORCE
from lms.people.rules.persons import PersonState
from lms.people.services.invitations import resend, send_invitation
from tests.factories import focal_point_actor, make_focal_point, make_official
from tests.support.client import Client
from tests.support.ways_in import link, mails, run_jobs, sign_in_with

NEW = "seven quiet lanterns on the pier"
ANSWERS = {"password": NEW, "privacy": "y", "terms": "y"}


@pytest.fixture
def invited(session: Session, now: datetime.datetime) -> Person:
    """Somebody of Palau, invited by the focal point Remoket."""
    focal_point = make_focal_point(session, "PLW", name="Remoket")
    person = make_official(
        session, "PLW", name="Ngirmang", email="ngirmang@plw.example", state=PersonState.INVITED
    )
    send_invitation(session, focal_point_actor(focal_point), person, now=now)
    return person


def test_invited_person_opens_an_account_and_is_signed_in(
    client: Client, session: Session, invited: Person
) -> None:
    page = client.get(link(session, "invitation"))
    assert "Remoket invites you for Palau." in page.main
    assert page.value("name") == "Ngirmang"
    page = client.submit(
        page,
        "Open my account",
        {**ANSWERS, "name": "Ngirmang Remoket", "own_script_name": ""},
        follow=False,
    )
    assert page.location == "/start"
    assert client.get("/account").h1 == "Account"
    session.refresh(invited)
    assert (invited.state, invited.name) == (PersonState.ACTIVE, "Ngirmang Remoket")
    assert invited.sort_name == "ngirmang remoket"
    accepted = scoped(Acceptance, SIGN_IN, Reach.ALL_MEMBERS)
    rows = session.execute(accepted).scalars()
    assert {(each.document, each.version) for each in rows} == set(IN_FORCE)
    client.submit(client.get("/account"), "Sign out")
    assert sign_in_with(client, "ngirmang@plw.example", NEW).h1 == "Account"


def test_opening_the_link_as_mail_scanners_do_changes_nothing(
    client: Client, session: Session, invited: Person
) -> None:
    path = link(session, "invitation")
    for method in ("GET", "HEAD", "GET"):
        assert client.raw(method, path).status_code == 200
    session.refresh(invited)
    assert invited.state is PersonState.INVITED


def test_account_is_opened_only_with_both_documents_and_a_good_password(
    client: Client, session: Session, invited: Person
) -> None:
    page = client.get(link(session, "invitation"))
    page = client.submit(page, "Open my account", {"password": NEW, "terms": "y"}, status=400)
    assert page.error("privacy") == "Read the privacy notice, then tick this."
    page = client.submit(
        page, "Open my account", {**ANSWERS, "password": "Ngirmang-2024"}, status=400
    )
    assert page.error("password").startswith("This is made of your own name")
    session.refresh(invited)
    assert invited.state is PersonState.INVITED


def test_name_that_cannot_be_printed_is_refused_beside_the_field(
    client: Client, session: Session, invited: Person
) -> None:
    page = client.get(link(session, "invitation"))
    page = client.submit(
        page, "Open my account", {**ANSWERS, "name": "Ngirmang \ue000"}, status=400
    )
    assert "U+E000" in page.error("name")


def test_invitation_works_once(client: Client, session: Session, invited: Person) -> None:
    path = link(session, "invitation")
    client.submit(client.get(path), "Open my account", ANSWERS, follow=False)
    other = Client(client.app, session)
    assert other.get(path, status=404).h1 == "This link no longer works"
    other.post(path, {**ANSWERS, "name": "Somebody else"}, status=404)


def test_fields_that_are_not_in_the_form_change_nothing(
    client: Client, session: Session, invited: Person
) -> None:
    page = client.get(link(session, "invitation"))
    extra = {"member_code": "FJI", "state": "left", "role": "administrator", "agency_id": "99"}
    client.submit(page, "Open my account", {**ANSWERS, **extra}, follow=False)
    session.refresh(invited)
    assert (invited.member_code, invited.state) == ("PLW", PersonState.ACTIVE)


def test_old_used_and_invented_links_show_the_same_page(
    client: Client, session: Session, invited: Person
) -> None:
    path = link(session, "invitation")
    token, invented = path.rpartition("/")[2], "x" * 43
    with time_machine.travel(clock.now() + datetime.timedelta(days=20, hours=23)):
        client.get(path)
    with time_machine.travel(clock.now() + datetime.timedelta(days=21, hours=1)):
        old = client.get(path, status=404).main
    unknown = client.get(f"/invitations/{invented}", status=404).main
    assert old == unknown
    assert "Palau" not in old
    assert token not in unknown


def test_asking_for_a_new_link_answers_alike_and_mails_only_who_is_still_invited(
    app: Flask, client: Client, session: Session, invited: Person
) -> None:
    path = link(session, "invitation")
    with time_machine.travel(clock.now() + datetime.timedelta(days=22)):
        answers = []
        for address in (path, f"/invitations/{'x' * 43}"):
            page = client.get(address, status=404)
            answers.append(client.submit(page, "Send me a new invitation").main)
        assert answers[0] == answers[1]
        kinds = session.execute(select(Job.kind)).scalars().all()
        assert kinds == ["people.invitation_asked_again"] * 2
        run_jobs(app, session)
        assert len(mails(session, "invitation")) == 2
        assert client.get(link(session, "invitation")).h1 == "Your invitation"


def test_asking_for_new_links_is_throttled(client: Client, session: Session) -> None:
    path = f"/invitations/{'x' * 43}/ask-again"
    for _ in range(3):
        client.post(path)
    client.post(path, status=429)


def test_link_of_a_withdrawn_invitation_is_dead(
    app: Flask, client: Client, session: Session, invited: Person
) -> None:
    path = link(session, "invitation")
    invited.state = PersonState.DECLINED
    page = client.get(path, status=404)
    client.submit(page, "Send me a new invitation")
    run_jobs(app, session)
    assert len(mails(session, "invitation")) == 1


def test_sending_again_makes_the_first_link_useless_and_needs_ten_minutes_between(
    client: Client, session: Session, invited: Person, now: datetime.datetime
) -> None:
    first = link(session, "invitation")
    actor = focal_point_actor(make_focal_point(session, "PLW"))
    with pytest.raises(NotPossibleError):
        resend(session, actor, invited, now=now + datetime.timedelta(minutes=9))
    resend(session, actor, invited, now=now + datetime.timedelta(minutes=11))
    client.get(first, status=404)
    client.get(link(session, "invitation"))


def test_focal_point_cannot_invite_for_another_member(
    session: Session, now: datetime.datetime
) -> None:
    actor = focal_point_actor(make_focal_point(session, "FJI"))
    person = make_official(session, "PLW", state=PersonState.INVITED)
    with pytest.raises(RefusedError):
        send_invitation(session, actor, person, now=now)


def test_row_that_is_being_checked_costs_the_same_rows_and_opens_nothing(
    client: Client, session: Session, now: datetime.datetime
) -> None:
    actor = focal_point_actor(make_focal_point(session, "PLW"))
    make_official(session, "FJI", email="taken@fji.example")
    double = make_official(
        session, "PLW", email="taken@fji.example", state=PersonState.BEING_CHECKED
    )
    send_invitation(session, actor, double, now=now)
    told = mails(session)
    assert [mail.template for mail in told] == ["people/mail/being_checked"]
    assert told[0].facts["path"] == ""


def test_inviter_with_limited_listing_is_not_named(
    client: Client, session: Session, now: datetime.datetime
) -> None:
    focal_point = make_focal_point(session, "PLW", name="Remoket", limits_own_listing=True)
    person = make_official(session, "PLW", state=PersonState.INVITED)
    send_invitation(session, focal_point_actor(focal_point), person, now=now)
    page = client.get(link(session, "invitation"))
    assert "Palau invites you." in page.main
    assert "Remoket" not in page.html


def test_names_of_members_are_in_the_mail_and_no_name_of_a_person(
    session: Session, invited: Person
) -> None:
    facts = mails(session, "invitation")[0].facts
    assert facts["member"] == "Palau"
    assert set(facts) == {"member", "path"}


def test_invitation_page_works_for_a_browser_signed_in_as_somebody_else(
    sign_in: Callable[[Person], Client], session: Session, invited: Person
) -> None:
    client = sign_in(make_official(session, "FJI"))
    page = client.get(link(session, "invitation"))
    client.submit(page, "Open my account", ANSWERS, follow=False)
    assert "Ngirmang" in client.get("/account").text
