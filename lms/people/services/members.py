"""Members as content/members.csv has them. The file decides; nobody edits them in the browser."""

from __future__ import annotations

import csv
from pathlib import Path

from sqlalchemy import select

from lms.core.database import Session
from lms.core.errors import BadInputError
from lms.core.text import fold
from lms.people.models import Member, MemberAlias
from lms.people.models.members import MemberKind


def load_members(session: Session, path: Path) -> int:
    """Bring the members to what the file says; how many there are.

    Names and aliases follow the file; a member that left the file stays, since
    people and records point to it. Raises BadInputError naming the line of a row
    that cannot stand, with nothing changed.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    owners: dict[str, str] = {}
    for line, row in enumerate(rows, start=2):
        _check(row, line, owners)
    known = {member.code: member for member in session.execute(select(Member)).scalars()}
    for row in rows:
        member = known.get(row["code"])
        if member is None:
            member = Member(code=row["code"])
            session.add(member)
        member.kind = MemberKind(row["kind"])
        member.name = row["name"]
        member.iso2, member.iso3 = row["iso2"], row["iso3"]
        member.subregion = row["subregion"]
        member.is_small_island_peer = row["small_island_peer"] == "yes"
        member.is_co_chair = row["co_chair"] == "yes"
        member.languages, member.script = row["languages"], row["script"]
    session.flush()
    _load_aliases(session, owners)
    return len(rows)


def _check(row: dict[str, str], line: int, owners: dict[str, str]) -> None:
    """Note which spellings belong to the row's member; refuse a spelling of two members."""
    if row["kind"] not in set(MemberKind):
        raise BadInputError(
            "members.csv, line %(line)s: there is no kind “%(kind)s”.", line=line, kind=row["kind"]
        )
    spellings = [row["code"], row["name"], row["iso3"], *row["aliases"].split(";")]
    for spelling in filter(None, spellings):
        owner = owners.setdefault(fold(spelling), row["code"])
        if owner != row["code"]:
            raise BadInputError(
                "members.csv, line %(line)s: “%(spelling)s” is already a name of %(owner)s.",
                line=line,
                spelling=spelling,
                owner=owner,
            )


def _load_aliases(session: Session, owners: dict[str, str]) -> None:
    known = {alias.folded: alias for alias in session.execute(select(MemberAlias)).scalars()}
    for folded, code in owners.items():
        alias = known.pop(folded, None)
        if alias is None:
            session.add(MemberAlias(folded=folded, member_code=code))
        else:
            alias.member_code = code
    for stale in known.values():
        session.delete(stale)
    session.flush()
