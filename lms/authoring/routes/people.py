"""Who writes a draft; giving it up and taking it back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.people import ContributorForm
from lms.authoring.queries.drafts import draft_for, is_author
from lms.authoring.queries.people import list_contributors
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.rules.drafts import TRANSITIONS, DraftVerb
from lms.authoring.services.drafts import (
    add_contributor,
    discard,
    remove_contributor,
    take_back,
)
from lms.core.errors import BadInputError
from lms.core.request import actor, now, session
from lms.core.states import step_from
from lms.courses.routes.showing import show


@blueprint.get("/drafts/<int:draft_id>/people")
@policy(Permission.DRAFT_READ)
def draft_people(draft_id: int) -> str:
    """The contributors of a draft."""
    return _page(draft_id, ContributorForm())


@blueprint.post("/drafts/<int:draft_id>/people")
@policy(Permission.DRAFT_EDIT)
def draft_add_contributor(draft_id: int) -> Response | tuple[str, int]:
    """Let a colleague write too."""
    form = ContributorForm()
    if not form.validate_on_submit():
        return _page(draft_id, form), 400
    draft = draft_for(session(), actor(), draft_id)
    try:
        add_contributor(session(), actor(), draft, form.email.data or "", now=now())
    except BadInputError as error:
        status = show(form, error)
        return _page(draft_id, form), status
    flash(gettext("Your colleague finds the draft among the drafts."))
    return redirect(url_for("authoring.draft_people", draft_id=draft_id), 303)


@blueprint.post("/drafts/<int:draft_id>/people/<int:person_id>/remove")
@policy(Permission.DRAFT_EDIT)
def draft_remove_contributor(draft_id: int, person_id: int) -> Response:
    """Take somebody off the draft."""
    draft = draft_for(session(), actor(), draft_id)
    remove_contributor(session(), actor(), draft, person_id, now=now())
    flash(gettext("The draft has one contributor less."))
    if person_id == actor().person_id:
        return redirect(url_for("authoring.drafts"), 303)
    return redirect(url_for("authoring.draft_people", draft_id=draft_id), 303)


@blueprint.post("/drafts/<int:draft_id>/discard")
@policy(Permission.DRAFT_EDIT)
def draft_discard(draft_id: int) -> Response:
    """Give the draft up; it can be taken back."""
    discard(session(), actor(), draft_for(session(), actor(), draft_id), now=now())
    flash(gettext("The draft is discarded. You find it under “Discarded”."))
    return redirect(url_for("authoring.drafts"), 303)


@blueprint.post("/drafts/<int:draft_id>/take-back")
@policy(Permission.DRAFT_EDIT)
def draft_take_back(draft_id: int) -> Response:
    """Open a discarded draft again."""
    take_back(session(), actor(), draft_for(session(), actor(), draft_id), now=now())
    flash(gettext("The draft is open again."))
    return redirect(url_for("authoring.draft", draft_id=draft_id), 303)


def _page(draft_id: int, form: ContributorForm) -> str:
    draft = draft_for(session(), actor(), draft_id)
    return render_template(
        "authoring/people.html",
        draft=draft,
        form=form,
        contributors=list_contributors(session(), draft),
        own_id=actor().person_id,
        writes=is_author(session(), actor(), draft),
        may_discard=step_from(TRANSITIONS, draft.state, DraftVerb.DISCARD) is not None,
        may_take_back=step_from(TRANSITIONS, draft.state, DraftVerb.TAKE_BACK) is not None,
    )
