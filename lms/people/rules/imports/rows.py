"""Checking one row: what it asks for, within what the importer may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lms.core.text import fold
from lms.people.rules.imports.cells import READERS, CellError
from lms.people.rules.imports.problems import Problem, shortened
from lms.people.rules.imports.template import EXAMPLE_EMAILS


@dataclass(frozen=True, slots=True)
class KnownAgency:
    """An agency as rows name it."""

    id: int
    member_code: str
    name: str
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the importer may bring in.

    `member_code` None means: each row names its member. `agency_id` is set for the focal
    point of one agency. `may_add_agencies`: unknown agencies are added (type other).
    """

    member_code: str | None
    agency_id: int | None
    may_add_agencies: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """What rows are checked against, read once for a file: spellings, names and agencies."""

    bounds: Bounds
    members: Mapping[str, str]
    member_names: Mapping[str, str]
    agencies: Mapping[tuple[str, str], KnownAgency]

    @property
    def own_agency(self) -> KnownAgency | None:
        """The one agency of an agency focal point."""
        wanted = self.bounds.agency_id
        return next((each for each in self.agencies.values() if each.id == wanted), None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a row asks for. `values` holds only what the row says; an empty cell says nothing.

    `agency` is an agency there is; `new_agency` the name of one that will be added.
    """

    number: int
    email: str
    member_code: str
    values: dict[str, Any]
    agency: KnownAgency | None = None
    new_agency: str = ""

    @property
    def folded_email(self) -> str:
        return fold(self.email)


@dataclass(slots=True)
class Checked:
    """A row with what is wrong with it; `wanted` is None as long as anything is."""

    number: int
    wanted: Wanted | None = None
    problems: list[Problem] = field(default_factory=list)


def check_row(number: int, cells: Mapping[str, str], ground: Ground) -> Checked:
    """Read all cells of a row and check them against the ground; every problem is named."""
    checked = Checked(number)
    values: dict[str, Any] = {}
    for name, read in READERS.items():
        text = cells.get(name, "")
        if not text:
            continue
        try:
            values[name] = read(text)
        except CellError as error:
            checked.problems.append(error.problem)
    for name in ("email", "name"):
        if not cells.get(name) or (name in values and not values[name]):
            checked.problems.append(Problem(name, f"{name}_missing"))
    if values.get("email") in EXAMPLE_EMAILS:
        checked.problems.append(Problem("email", "example_row"))
    member = _member_of(cells.get("member", ""), ground, checked.problems)
    agency, new_agency = _agency_of(values.pop("agency", ""), member, ground, checked.problems)
    if not checked.problems and member is not None:
        email = values.pop("email")
        checked.wanted = Wanted(number, email, member, values, agency, new_agency)
    return checked


def closed_agency(wanted: Wanted) -> list[Problem]:
    """What keeps a person from beginning there; who belongs there already may stay."""
    if wanted.agency is None or not wanted.agency.is_closed:
        return []
    return [Problem("agency", "agency_closed", {"value": shortened(wanted.agency.name)})]


def email_key(cells: Mapping[str, str]) -> str:
    """What rows of one file are compared by, to find an address that stands twice."""
    try:
        return fold(READERS["email"](cells.get("email", "")))
    except CellError:
        return ""


def twice(rows: list[int]) -> Problem:
    """The problem of a row whose address stands in these other rows as well."""
    shown = [str(number) for number in rows[:5]] + (["…"] if len(rows) > 5 else [])
    return Problem("email", "email_twice", {"rows": ", ".join(shown)})


def _member_of(text: str, ground: Ground, problems: list[Problem]) -> str | None:
    bound = ground.bounds.member_code
    if not text:
        if bound is None:
            problems.append(Problem("member", "member_missing"))
        return bound
    code = ground.members.get(fold(text))
    if code is None:
        problems.append(Problem("member", "member_unknown", {"value": shortened(text)}))
    elif bound is not None and code != bound:
        # The same words whether or not anybody of that member is known here.
        name = ground.member_names[bound]
        problems.append(Problem("member", "member_other", {"member": name}))
    else:
        return code
    return None


def _agency_of(
    name: str, member: str | None, ground: Ground, problems: list[Problem]
) -> tuple[KnownAgency | None, str]:
    """The agency named, or the name of one to add; one's own where the row names none."""
    own = ground.own_agency
    if not name or member is None:
        return own, ""
    known = ground.agencies.get((member, fold(name)))
    if own is not None and known != own:
        problems.append(Problem("agency", "agency_other", {"agency": own.name}))
    elif known is None and not ground.bounds.may_add_agencies:
        facts = {"member": ground.member_names[member], "value": shortened(name)}
        problems.append(Problem("agency", "agency_unknown", facts))
    return known, "" if known is not None else name
