"""Loading the demonstration: the same rules and services as for real people."""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import delete, select

from config import Settings
from lms.access.reaches import Reach
from lms.access.roles import Role
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import RefusedError
from lms.core.outbox.models import OutboxMessage, OutboxState
from lms.core.text import N_, fold
from lms.people.models import Agency, Person
from lms.people.models.sign_in import TokenPurpose
from lms.people.queries.agencies import find_agency
from lms.people.queries.members import member_codes_by_alias, member_names
from lms.people.queries.persons import find_by_emails
from lms.people.rules.documents import IN_FORCE
from lms.people.rules.imports.rows import Bounds, Ground, KnownAgency, Wanted, check_row
from lms.people.rules.roles import FocalKind
from lms.people.rules.sign_in import INVITATION_LASTS
from lms.people.services.agencies import add_agency
from lms.people.services.grantable import Grantable
from lms.people.services.imports.writing import make_people
from lms.people.services.invitations import accept_invitation
from lms.people.services.roles import grant_role
from lms.people.services.tokens import issue_token
from lms.web.demonstration.cast import COURSE, Player, players

DEMONSTRATION = Actor.system("demonstration")
RUN_ID = "demonstration"


def require_allowed(settings: Settings) -> None:
    """Raise RefusedError where a published password would be a way in for strangers."""
    if settings.is_production:
        raise RefusedError(N_("The demonstration does not run in production."))
    if not settings.is_loopback:
        raise RefusedError(
            N_(
                "The demonstration runs on this machine alone. Serve on 127.0.0.1, with a "
                "public address of this machine."
            )
        )


def load_people(session: Session, password_hash: str, *, now: datetime.datetime) -> int:
    """Make those of the cast who are not there yet; how many. A repeat makes nobody.

    The hash is made by the caller, outside the transaction, once for all of them. Nobody
    is sent a mail: their addresses lead nowhere (RFC 2606).
    """
    missing = without_known(session, players())
    if not missing:
        return 0
    made = make_players(session, missing, now=now)
    for player in missing:
        person = made[player.number]
        if player.is_active:
            sign_up(session, person, password_hash, now=now)
        if player.role is not Role.OFFICIAL:
            _grant(session, player, person, now=now)
    session.flush()
    _forget_mails(session, [person.id for person in made.values()])
    return len(made)


def without_known(session: Session, wanted: Sequence[Player]) -> list[Player]:
    """Those whose address nobody has yet."""
    emails = [player.email for player in wanted]
    known = find_by_emails(session, DEMONSTRATION, emails, Reach.ALL_MEMBERS)
    return [player for player in wanted if fold(player.email) not in known]


def make_players(
    session: Session, wanted: Sequence[Player], *, now: datetime.datetime
) -> dict[int, Person]:
    """Make people as an import makes them, with their agencies; by row number, invited."""
    ground = _ground(session, wanted, now=now)
    rows = [_wanted(player, ground) for player in wanted]
    return make_people(session, DEMONSTRATION, rows, run_id=RUN_ID, now=now)


def is_loaded(settings: Settings) -> bool:
    """Whether this data folder holds the demonstration of this database, and may show it."""
    if not settings.is_demonstration_allowed:
        return False
    path = settings.data_folder / "demonstration"
    try:
        written_at = path.stat().st_mtime_ns
    except FileNotFoundError:
        return False
    return _names_database(path, written_at, settings.database_url)


def mark_loaded(settings: Settings) -> None:
    """Remember that the people in this database are invented: pages say so from now on."""
    (settings.data_folder / "demonstration").write_text(_mark(settings.database_url))


@functools.lru_cache(maxsize=8)
def _names_database(path: Path, written_at: int, database_url: str) -> bool:
    """Whether the mark names this database. Every page asks: it is read again when it was written.

    `written_at` is there for that alone.
    """
    return path.read_text() == _mark(database_url)


def _mark(database_url: str) -> str:
    return hashlib.sha256(database_url.encode()).hexdigest()


def _ground(session: Session, missing: Sequence[Player], *, now: datetime.datetime) -> Ground:
    """All members and agencies, those of the cast added with their types."""
    members = member_codes_by_alias(session)
    for player in missing:
        code, name = members[fold(player.cells["member"])], player.cells["agency"]
        if find_agency(session, code, name) is None:
            add_agency(
                session,
                DEMONSTRATION,
                member_code=code,
                name=name,
                own_script_name="",
                type=player.agency_type,
                now=now,
            )
    agencies = {
        (agency.member_code, agency.folded_name): KnownAgency(
            agency.id, agency.member_code, agency.name
        )
        for agency in session.execute(select(Agency)).scalars()
    }
    bounds = Bounds(member_code=None, agency_id=None, may_add_agencies=False)
    return Ground(bounds, members, member_names(session), agencies)


def _wanted(player: Player, ground: Ground) -> Wanted:
    checked = check_row(player.number, player.cells, ground)
    if checked.wanted is None:
        sentences = " ".join(problem.sentence for problem in checked.problems)
        raise ValueError(f"{player.email}, row {player.number}: {sentences}")
    return checked.wanted


def sign_up(
    session: Session, person: Person, password_hash: str, *, now: datetime.datetime
) -> None:
    """Open the account as its owner would, through the link."""
    token = issue_token(
        session, person.id, TokenPurpose.INVITATION, lasts=INVITATION_LASTS, now=now
    )
    accept_invitation(
        session,
        token,
        name=person.name,
        own_script_name=person.own_script_name,
        password_hash=password_hash,
        documents=IN_FORCE,
        language=person.interface_language,
        now=now,
    )


def _grant(session: Session, player: Player, person: Person, *, now: datetime.datetime) -> None:
    is_focal_point = player.role is Role.FOCAL_POINT
    scopes = {Role.FOCAL_POINT: person.member_code, Role.TRAINER: COURSE}
    grant_role(
        session,
        DEMONSTRATION,
        person.id,
        Grantable(
            role=player.role,
            scope=scopes.get(player.role, ""),
            focal_kind=FocalKind.NATIONAL if is_focal_point else None,
            started_on=now.date(),
        ),
        now=now,
    )


def _forget_mails(session: Session, ids: list[int]) -> None:
    session.execute(
        delete(OutboxMessage)
        .where(OutboxMessage.person_id.in_(ids), OutboxMessage.state == OutboxState.WAITING)
        .execution_options(synchronize_session=False)
    )
