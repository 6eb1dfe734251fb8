"""People as rows of a file that an import reads back without changing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lms.access.disclosure import Field, sees
from lms.core.actor import Actor
from lms.people.models import Agency, Person
from lms.people.models.persons import Sex
from lms.people.queries.disclosed import PersonView, disclose_to
from lms.people.rules.imports.columns import FIELD_NAMES


def export_rows(
    actor: Actor, people: Iterable[tuple[Person, Agency | None]], members: Mapping[str, str]
) -> tuple[list[list[str]], list[int]]:
    """One row a person in the columns of imports (FIELD_NAMES), and the ids of those in it.

    People whose address the actor may not see are left out:
    without it a row is nobody. `members` are names by code. Limited listing is "yes"
    only where the focal point set it, since that is the switch an import sets.
    """
    rows: list[list[str]] = []
    ids: list[int] = []
    for view in disclose_to(actor, list(people)):
        if not sees(Field.EMAIL, view.viewer) or view.address is None:
            continue
        cells = _cells(view, members)
        rows.append([cells[name] for name in FIELD_NAMES])
        ids.append(view.person_id)
    return rows, ids


def _cells(view: PersonView, members: Mapping[str, str]) -> dict[str, str]:
    is_limited = view.switches is not None and view.switches.by_focal_point
    return {
        "email": view.address or "",
        "name": view.name or "",
        "own_script_name": view.own_script_name,
        "own_script_language": view.own_script_language,
        "list_name": view.list_name,
        "member": members.get(view.member_code or "", view.member_code or ""),
        "agency": view.agency_name or "",
        "post": view.post or "",
        "sector": view.sector.value if view.sector is not None else "",
        "sex": view.sex.value if view.sex and view.sex is not Sex.NOT_STATED else "",
        "languages": "; ".join(view.languages or ()),
        "time_zone": view.time_zone or "",
        "interface_language": view.interface_language or "",
        "limited_listing": "yes" if is_limited else "",
    }
