"""What reports there are, for this reader."""

from __future__ import annotations

from flask import render_template

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.rules import may
from lms.core.request import actor, session
from lms.reports.queries.counting import own_of
from lms.reports.queries.releases import list_releases
from lms.reports.routes.blueprint import blueprint
from lms.reports.routes.shared import period_words
from lms.reports.rules.periods import parse


@blueprint.get("/reports")
@policy(Permission.REPORT_OPEN)
def reports() -> str:
    """One's own numbers, everybody's for those who count them, and what is published."""
    own = own_of(actor())
    return render_template(
        "reports/reports.html",
        may_count=may(actor(), Permission.REPORT_COUNT),
        may_publish=may(actor(), Permission.REPORT_PUBLISH),
        has_own=bool(own.members or own.agencies),
        releases=[
            (row, period_words(parse(row.period_key))) for row in list_releases(session(), actor())
        ],
    )
