"""The demonstration: loaded once, shown only where it may be, refused everywhere else."""

from __future__ import annotations

import dataclasses
import json

import pytest
from sqlalchemy import func, select

from config import Environment
from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.core.actor import Actor, ScopeKind
from lms.core.errors import RefusedError
from lms.core.outbox.models import OutboxMessage
from lms.people.models import Affiliation, Agency, Person, RoleHeld
from lms.people.models.persons import PersonState
from lms.web.demonstration.cast import PASSWORD, accounts, players, shown
from lms.web.demonstration.cli import demo
from lms.web.demonstration.loading import is_loaded, require_allowed

EVERYBODY = Actor.system("test")
BANNER = "Demonstration: all people and records are invented"


@pytest.fixture
def lms_demo(app, session, settings):
    """Runs `lms demo …`; afterwards nothing says any more that it is loaded."""

    def run(*arguments):
        session.commit()
        ended = app.test_cli_runner().invoke(demo, list(arguments))
        assert ended.exit_code == 0, ended.output
        session.expire_all()
        return ended.output

    yield run
    (settings.data_folder / "demonstration").unlink(missing_ok=True)


def every(session, model):
    return session.execute(scoped(model, EVERYBODY, Reach.ALL_MEMBERS)).scalars().all()


def test_loading_makes_people_with_agencies_and_roles_and_mails_nobody(lms_demo, session):
    assert f"{len(players())} people made" in lms_demo("load")
    people = every(session, Person)
    assert len(people) == len(players())
    assert len(every(session, Affiliation)) == len(players())
    assert session.execute(select(func.count(Agency.id))).scalar_one() > 30
    assert session.execute(select(OutboxMessage)).first() is None
    held = every(session, RoleHeld)
    national = {role.scope for role in held if role.role is Role.FOCAL_POINT}
    assert len(national) == 14
    assert {role.role for role in held} == {
        Role.FOCAL_POINT, Role.SECRETARIAT, Role.ADMINISTRATOR, Role.TRAINER,
        Role.REPORTING_OFFICER,
    }  # fmt: skip
    (trainer,) = [role for role in held if role.role is Role.TRAINER]
    assert (trainer.scope_kind, trainer.scope) == (ScopeKind.COURSE, "victim-identification")
    assert sum(person.state is PersonState.INVITED for person in people) == 3
    assert sum(person.limited_by_agency for person in people) >= 6


def test_loading_again_changes_nothing(lms_demo, session):
    lms_demo("load")
    before = sorted((each.id, each.email) for each in every(session, Person))
    assert "all are here" in lms_demo("load")
    assert sorted((each.id, each.email) for each in every(session, Person)) == before


def test_every_account_of_the_list_can_sign_in_with_its_password(lms_demo, session, client):
    lms_demo("load")
    listed = json.loads(lms_demo("accounts", "--json"))
    assert len(listed) == len(accounts())
    for account in (listed[0], listed[1], listed[-1]):
        client.http.delete_cookie("bekal", domain="localhost")
        page = client.get("/sign-in")
        page = client.submit(
            page, "Sign in", {"email": account["email"], "password": account["password"]}
        )
        assert account["name"] in page.text


def test_the_list_is_empty_before_loading(lms_demo):
    assert json.loads(lms_demo("accounts", "--json")) == []
    assert "lms demo load" in lms_demo("accounts")


def test_pages_say_demonstration_only_when_it_is_loaded(lms_demo, client):
    page = client.get("/sign-in")
    assert BANNER not in page.text
    assert PASSWORD not in page.text
    lms_demo("load")
    page = client.get("/sign-in")
    assert BANNER in page.text
    assert PASSWORD in page.text
    assert all(player.email in page.text for player in shown())


def test_the_terminal_shows_one_account_for_each_role(lms_demo):
    lms_demo("load")
    printed = lms_demo("accounts")
    assert PASSWORD in printed
    for word in ("Secretariat", "Administrator", "Focal point", "Trainer", "Reporting officer"):
        assert word in printed


@pytest.mark.parametrize(
    "changes",
    [
        {"environment": Environment.PRODUCTION},
        {"host": "0.0.0.0"},  # noqa: S104 - an address that others reach
        {"public_address": "https://bekal.example"},
    ],
)
def test_it_is_refused_in_production_and_where_others_can_reach_it(settings, changes):
    elsewhere = dataclasses.replace(settings, **changes)
    with pytest.raises(RefusedError):
        require_allowed(elsewhere)
    assert not is_loaded(elsewhere)


def test_names_are_in_their_own_scripts_with_mononyms_and_names_of_four_parts():
    names = [player.cells["name"] for player in players()]
    scripts = {player.cells.get("own_script_language") for player in players()}
    assert {"km", "yue", "hi", "ta", "lo", "dv", "mn", "si", "th"} <= scripts
    assert sum(" " not in name for name in names) >= 4
    assert sum(name.count(" ") >= 3 for name in names) >= 3
