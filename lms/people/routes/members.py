"""Members: the list with its search, and the page of one."""

from __future__ import annotations

from flask import render_template, request

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.rules import may_for_agency, may_for_member
from lms.core.request import actor, now, record_access, session
from lms.people.models.members import MEMBER_KIND_NAMES
from lms.people.queries.agencies import agencies_by_type, agencies_shown, list_agencies
from lms.people.queries.members import LONGEST_SEARCH, count_people, get_member, list_members
from lms.people.queries.roles import has_focal_point, list_focal_points
from lms.people.routes.blueprint import blueprint
from lms.people.rules.roles import FOCAL_KIND_NAMES


@blueprint.get("/members")
@policy(Permission.MEMBER_READ)
def members() -> str:
    """All members by kind, or those a name or alias finds."""
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    return render_template(
        "people/members.html", groups=list_members(session(), text), text=text.strip()
    )


@blueprint.get("/members/<string:code>")
@policy(Permission.MEMBER_READ, recorded=True)
def member(code: str) -> str:
    """One member: what it is, its agencies, and who is its focal point, as far as one may know."""
    found = get_member(session(), code)
    today = now().date()
    focal_points = list_focal_points(session(), actor(), code, today=today)
    agencies = agencies_shown(actor(), list_agencies(session(), code), code)
    record_access([point.person.person_id for point in focal_points or []])
    return render_template(
        "people/member.html",
        member=found,
        kind=MEMBER_KIND_NAMES[found.kind],
        languages=[language for language in found.languages.split(", ") if language],
        groups=agencies_by_type(agencies),
        closed=[agency for agency in agencies if agency.closed_at is not None],
        may_add=may_for_member(actor(), Permission.AGENCY_EDIT, code),
        editable={
            agency.id
            for agency in agencies
            if may_for_agency(actor(), Permission.AGENCY_EDIT, code, agency.id)
        },
        focal_points=focal_points,
        has_focal_point=focal_points is None
        and has_focal_point(session(), actor(), code, today=today),
        focal_kinds=FOCAL_KIND_NAMES,
        people=count_people(session(), actor(), code),
        is_own=actor().member_code == code,
    )
