"""What somebody asks of a report, as addresses and commands carry it. Pure."""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass

from lms.core.tables.values import Audience
from lms.core.text import N_
from lms.reports.rules.measures import By
from lms.reports.rules.periods import ALL_TIME, Period


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

    def arguments(self, **changes: object) -> dict[str, str]:
        """As arguments of an address; what is not set is left out."""
        asked = dataclasses.replace(self, **changes)  # type: ignore[arg-type]  # our own fields
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


AUDIENCE_NAMES: dict[Audience, str] = {
    Audience.NAMED: N_("Exact, for those who may open the lists behind"),
    Audience.MEMBERS: N_("As all members may see it"),
    Audience.PUBLIC: N_("As everybody may see it"),
}
