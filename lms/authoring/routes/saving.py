"""Saving a file from a form: at once, or to both texts where somebody else was faster."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from lms.authoring.models import Draft
from lms.authoring.services.files import MovedOnError, keep_aside, see_to, write
from lms.core.request import actor, now, session


def save(
    draft: Draft, path: str, content: bytes, *, based_on: str | None, aside: str | None = None
) -> Response | None:
    """Write the file; where it met another's change the way to both texts, else None.

    `aside` is the id of a text kept aside that is seen to by this.
    """
    try:
        write(session(), actor(), draft, path, content, based_on=based_on, now=now())
    except MovedOnError:
        kept = keep_aside(session(), actor(), draft, path, content, based_on=based_on, now=now())
        both = url_for("authoring.draft_merge", draft_id=draft.id, version_id=kept.id)
        return redirect(both, 303)
    if aside:
        see_to(session(), actor(), draft, int(aside), now=now())
    return None
