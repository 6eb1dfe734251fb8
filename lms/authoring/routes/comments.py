"""Comments on a draft."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.beginning import new_id
from lms.authoring.queries.comments import list_threads
from lms.authoring.queries.drafts import draft_for
from lms.authoring.queries.people import views_of
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import file_address
from lms.authoring.services.comments import comment, settle
from lms.core.errors import BadInputError
from lms.core.request import actor, now, session
from lms.core.text import whole_number


@blueprint.get("/drafts/<int:draft_id>/comments")
@policy(Permission.DRAFT_READ)
def draft_comments(draft_id: int) -> str:
    """The open comments on all files, or those that are settled."""
    return _page(draft_id)


@blueprint.post("/drafts/<int:draft_id>/comments")
@policy(Permission.DRAFT_READ)
def draft_comment(draft_id: int) -> Response | tuple[str, int]:
    """Say something of a file, or answer; whoever may see the draft may."""
    draft = draft_for(session(), actor(), draft_id)
    path = request.form.get("path", "")[:200]
    text = request.form.get("text", "")
    try:
        comment(
            session(),
            actor(),
            draft,
            path,
            text,
            client_id=request.form.get("client_id", "")[:64] or new_id(),
            line=request.form.get("line", type=whole_number),
            answers=request.form.get("answers", type=whole_number),
            now=now(),
        )
    except BadInputError as error:
        session().rollback()
        sentence = gettext(error.sentence, **error.values)
        return _page(draft_id, wrong=sentence, typed=(path, text)), 400
    flash(gettext("The comment stands."))
    return redirect(file_address(draft_id, path) + "#comments", 303)


@blueprint.post("/drafts/<int:draft_id>/comments/<int:comment_id>/settle")
@policy(Permission.DRAFT_READ)
def draft_settle_comment(draft_id: int, comment_id: int) -> Response:
    """Say that a comment is seen to."""
    draft = draft_for(session(), actor(), draft_id)
    settle(session(), actor(), draft, comment_id, now=now())
    flash(gettext("The comment is settled. An answer opens it again."))
    return redirect(url_for("authoring.draft_comments", draft_id=draft_id), 303)


def _page(draft_id: int, *, wrong: str = "", typed: tuple[str, str] = ("", "")) -> str:
    draft = draft_for(session(), actor(), draft_id)
    settled = request.args.get("show") == "settled"
    threads = list_threads(session(), draft, settled=settled)
    people = [each.written_by for thread in threads for each in (thread.first, *thread.answers)]
    return render_template(
        "authoring/comments.html",
        draft=draft,
        threads=threads,
        settled=settled,
        views=views_of(session(), people),
        own_id=actor().person_id,
        comment_id=new_id(),
        wrong=wrong,
        typed=typed,
    )
