"""What somebody asks of a report, as addresses and commands carry it. Pure."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.core.errors import BadInputError
from lms.core.tables.values import Audience
from lms.core.text import N_
from lms.reports.rules.measures import By
from lms.reports.rules.periods import ALL_TIME, Period, parse, parse_as_of


@dataclass(frozen=True, slots=True)
class Own:
    """The members and agencies whose numbers an actor may see exactly, and no others."""

    members: frozenset[str]
    agencies: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One report: what a row is, what it is narrowed to, of which period, as of when.

    Empty words narrow nothing. `as_of` None is the present, with all that is recorded by
    now; else the facts are those recorded by that moment. `own` limits everything to an
    actor's own member or agency.
    """

    by: By = By.MEMBER
    member: str = ""
    subregion: str = ""
    agency_id: int | None = None
    course: str = ""
    path: str = ""
    period: Period = ALL_TIME
    as_of: datetime.datetime | None = None
    audience: Audience = Audience.NAMED
    own: Own | None = None

    @property
    def is_rounded(self) -> bool:
        """Whether counts are rounded, by a draw that needs to know whose count it is."""
        return self.audience is not Audience.NAMED

    def limited(self, own: Own) -> Asked:
        """The same report about one's own member or agency alone, exact."""
        return dataclasses.replace(self, own=own, audience=Audience.NAMED)

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """As arguments of an address; what is not set is left out."""
        asked = dataclasses.replace(self, **changes)
        pairs = {
            "by": asked.by.value,
            "member": asked.member,
            "subregion": asked.subregion,
            "agency": str(asked.agency_id or ""),
            "course": asked.course,
            "path": asked.path,
            "period": asked.period.key,
            "as_of": asked.as_of.isoformat() if asked.as_of else "",
            "audience": "" if asked.audience is Audience.NAMED else asked.audience.value,
        }
        return {name: value for name, value in pairs.items() if value}


def read(given: Mapping[str, str], now: datetime.datetime) -> Asked:
    """What an address or a command asks for. Raises BadInputError, naming the field."""
    by = given.get("by", By.MEMBER.value) or By.MEMBER.value
    audience = given.get("audience", "") or Audience.NAMED.value
    agency = given.get("agency", "").strip()
    if by not in set(By):
        raise BadInputError(N_("Choose what a row is from the list."), field="by")
    if audience not in set(Audience):
        raise BadInputError(N_("Choose whom the report is for from the list."), field="audience")
    if agency and not (agency.isdecimal() and len(agency) < 16):
        raise BadInputError(N_("Choose an agency from the list."), field="agency")
    return Asked(
        by=By(by),
        member=given.get("member", "").strip()[:12],
        subregion=given.get("subregion", "").strip()[:40],
        agency_id=int(agency) if agency else None,
        course=given.get("course", "").strip()[:80],
        path=given.get("path", "").strip()[:80],
        period=parse(given.get("period", "")),
        as_of=parse_as_of(given.get("as_of", ""), now),
        audience=Audience(audience),
    )


AUDIENCE_NAMES: dict[Audience, str] = {
    Audience.NAMED: N_("Exact, for those who may open the lists behind"),
    Audience.MEMBERS: N_("As all members may see it"),
    Audience.PUBLIC: N_("As everybody may see it"),
}
