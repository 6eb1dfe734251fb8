"""The list of drafts."""

from __future__ import annotations

import datetime

from flask import render_template, request, url_for

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.rules import may, scopes_for
from lms.authoring.queries.drafts import After, list_drafts
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.rules.drafts import DRAFT_STATE_NAMES
from lms.core.request import actor, session
from lms.core.text import is_whole_number


@blueprint.get("/drafts")
@policy(Permission.DRAFT_READ)
def drafts() -> str:
    """The drafts one works on; for reviewers and the secretariat, those of others too."""
    show = request.args.get("show", "")
    sees_others = may(actor(), Permission.DRAFT_REVIEW)
    writes = may(actor(), Permission.DRAFT_EDIT)
    of_all = sees_others and (show == "all" or not writes)
    found, following = list_drafts(
        session(), actor(), of_all=of_all, discarded=show == "discarded", after=_after()
    )
    here = url_for("authoring.drafts", show=show or None)
    return render_template(
        "authoring/drafts.html",
        drafts=found,
        show="all" if of_all else show,
        writes=writes,
        sees_others=sees_others,
        sees_every=scopes_for(actor(), Permission.DRAFT_REVIEW).everywhere,
        state_names=DRAFT_STATE_NAMES,
        first_page=here if _after() else None,
        next_page=url_for(
            "authoring.drafts",
            show=show or None,
            after=f"{following.changed_at.isoformat()} {following.draft_id}",
        )
        if following
        else None,
    )


def _after() -> After | None:
    """Where the page begins, from the address; nothing readable there means the start."""
    moment, _, number = request.args.get("after", "").partition(" ")
    try:
        changed_at = datetime.datetime.fromisoformat(moment)
        in_utc = changed_at.astimezone(datetime.UTC)  # the first year has no hour before it
    except (ValueError, OverflowError):
        return None
    if changed_at.tzinfo is None or not is_whole_number(number):
        return None
    return After(in_utc, int(number))
