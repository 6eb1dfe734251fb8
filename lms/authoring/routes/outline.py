"""The outline of a draft: what it holds, in order, and what is to mend."""

from __future__ import annotations

from flask import render_template

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.queries.drafts import may_write
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import draft_and_checked
from lms.core.request import actor, session


@blueprint.get("/drafts/<int:draft_id>")
@policy(Permission.DRAFT_READ)
def draft(draft_id: int) -> str:
    """The outline of a draft."""
    found, checked = draft_and_checked(draft_id)
    return render_template(
        "authoring/outline.html",
        draft=found,
        checked=checked,
        outline=checked.outline,
        writes=may_write(session(), actor(), found),
    )
