"""`lms demo`: invented people to look around with."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from lms.core import clock
from lms.core.database import Session, for_reading
from lms.core.errors import NotFoundError, RefusedError
from lms.core.extensions import db
from lms.core.jobs.services import enqueue
from lms.core.request import settings
from lms.core.text import N_
from lms.people.services.members import load_members
from lms.people.services.passwords import hash_password
from lms.web.demonstration.bulk.ground import read_ground
from lms.web.demonstration.bulk.people import CHUNK, insert_people
from lms.web.demonstration.cast import PASSWORD, Player, accounts, cohort, shown
from lms.web.demonstration.cohort import live
from lms.web.demonstration.jobs import COHORT, ask_counts
from lms.web.demonstration.loading import (
    DEMONSTRATION,
    is_loaded,
    load_people,
    mark_loaded,
    require_allowed,
)


@click.group("demo", cls=AppGroup)
def demo() -> None:
    """Invented people, never in production."""


@demo.command()
def load() -> None:
    """Load the invented people; those who are there already stay as they are."""
    require_allowed(settings())
    password_hash = hash_password(PASSWORD)
    with Session(db.engine) as session, session.begin():
        load_members(session, settings().content_folder / "members.csv")
        made = load_people(session, password_hash, now=clock.now())
    mark_loaded(settings())
    click.echo(f"Demonstration: {made} people made." if made else "Demonstration: all are here.")


@demo.command("cohort")
@click.option("--later", is_flag=True, help="Leave it to the worker, and return at once.")
@click.option("--people", type=click.IntRange(1), help="Only so many of them.")
def load_cohort(later: bool, people: int | None) -> None:
    """Load the first cohort: some 240 officials, 14 months of learning. Takes a minute or two.

    Needs the people of `lms demo load` and the courses of `lms content load`.
    """
    require_allowed(settings())
    if not is_loaded(settings()):
        raise RefusedError(N_("Load the people who assign courses first: lms demo load"))
    if later:
        with Session(db.engine) as session, session.begin():
            enqueue(
                session,
                COHORT,
                {"people": people},
                requested_by=DEMONSTRATION,
                now=clock.now(),
                once_key=COHORT,
            )
        click.echo("Demonstration: the worker loads the first cohort.")
        return
    password_hash, today, made = hash_password(PASSWORD), clock.now(), 0
    for player in cohort()[:people]:
        with Session(db.engine) as session, session.begin():
            made += live(session, player, password_hash, today=today)
    with Session(db.engine) as session, session.begin():
        ask_counts(session, now=clock.now())
    click.echo(f"Demonstration: {made} people of the cohort made.")


@demo.command("bulk")
@click.option("--people", type=click.IntRange(1, 1_000_000), default=100_000, show_default=True)
@click.option("--course", help="All of them on this one course.")
def load_bulk(people: int, course: str | None) -> None:
    """Insert very many people with their learning, to measure with.

    Past the services: without audit, notices and documents. Needs `lms demo load` and
    `lms content load`.
    """
    require_allowed(settings())
    password_hash = hash_password(PASSWORD)
    with Session(for_reading(db.engine)) as session:
        ground = read_ground(session, password_hash, now=clock.now())
    if course is not None and course not in ground.courses:
        raise NotFoundError(N_("There is no such course."))
    rows = 0
    with click.progressbar(length=people, label="Demonstration") as bar:
        for more in insert_people(db.engine, ground, people, only=course):
            rows += more
            bar.update(min(CHUNK, people - bar.pos))
    click.echo(f"Demonstration: {people} people in {rows} rows.")


@demo.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="Every account, for programs.")
def list_accounts(as_json: bool) -> None:
    """Say who can sign in, and with which password. Nobody if nothing is loaded."""
    require_allowed(settings())
    if as_json:
        found = [_described(player) for player in accounts()] if is_loaded(settings()) else []
        click.echo(json.dumps(found, ensure_ascii=False, indent=2) if found else "[]")
        return
    if not is_loaded(settings()):
        click.echo("The demonstration is not loaded. Load it with: lms demo load")
        return
    for player in shown():
        click.echo(f"{player.role_name:20} {player.email:44} {player.cells['name']}")
    click.echo(f"Password of all {len(accounts())} accounts: {PASSWORD}")
    click.echo("Everybody: lms demo accounts --json")


def _described(player: Player) -> dict[str, str]:
    return {
        "email": player.email,
        "password": PASSWORD,
        "name": player.cells["name"],
        "role": player.role.value,
        "member": player.cells["member"],
        "agency": player.cells["agency"],
    }
