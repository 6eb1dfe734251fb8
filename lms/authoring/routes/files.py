"""Every other file of a draft as text, the list of files, and the list of what is to mend."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.beginning import new_id
from lms.authoring.forms.pages import FileForm
from lms.authoring.models import Draft, DraftFile
from lms.authoring.queries.comments import list_threads
from lms.authoring.queries.drafts import draft_for, find_file, find_moved, may_write
from lms.authoring.queries.people import views_of
from lms.authoring.queries.versions import find_aside
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.saving import save
from lms.authoring.routes.shared import checked as checked_of
from lms.authoring.routes.shared import draft_and_checked
from lms.authoring.rules.starting_files import ADDED_BY_PATH, start_of
from lms.authoring.services.files import write, write_many
from lms.core.errors import NotFoundError
from lms.core.request import actor, now, session
from lms.core.text import N_, clean_line, whole_number
from lms.courses.layout import place_of
from lms.courses.writing import tidied

KIND_WORDS: dict[str, str] = {
    "course": N_("Facts for the catalogue"),
    "glossary": N_("Glossary"),
    "wellbeing": N_("Wellbeing page"),
    "module": N_("Module"),
    "page": N_("Page"),
    "quiz": N_("Quiz"),
    "bank": N_("Questions"),
    "scenario": N_("Scenario"),
    "reflection": N_("Reflection"),
    "survey": N_("Survey"),
    "session": N_("Session"),
    "facilitator": N_("Facilitator's notes"),
}


MAY_GO = frozenset({"facilitator", "survey", "bank"})
"""Kinds of files that are taken out here; translations are, too. Others go from the outline."""


@blueprint.get("/drafts/<int:draft_id>/files")
@policy(Permission.DRAFT_READ)
def draft_files(draft_id: int) -> str:
    """Every file of the draft by its kind, with what is to mend in it."""
    return _files(draft_for(session(), actor(), draft_id))


@blueprint.post("/drafts/<int:draft_id>/files")
@policy(Permission.DRAFT_EDIT)
def draft_add_file(draft_id: int) -> Response | tuple[str, int]:
    """Add a file by its path: facilitator's notes, a survey sent later, another bank."""
    draft = draft_for(session(), actor(), draft_id)
    path = clean_line(request.form.get("path", "")).strip("/")[:180]
    place = place_of(path)
    if place is None or place.language is not None or place.shape.kind not in ADDED_BY_PATH:
        wrong = gettext(
            "Nothing is added under this path. Write one such as facilitator/02-the-day.md, "
            "surveys/after-three-months.yaml or bank/second.yaml."
        )
        return _files(draft, wrong=wrong, typed=path), 400
    if find_file(session(), draft, path) is None:
        write(session(), actor(), draft, path, start_of(place, path), based_on=None, now=now())
    return redirect(url_for("authoring.draft_file", draft_id=draft_id, path=path), 303)


@blueprint.post("/drafts/<int:draft_id>/take-out/<path:path>")
@policy(Permission.DRAFT_EDIT)
def draft_take_out(draft_id: int, path: str) -> Response:
    """Take a file out that no outline lists; the history keeps it."""
    draft = draft_for(session(), actor(), draft_id)
    file = _file(draft, path)
    write_many(
        session(), actor(), draft, {file.path: None}, based_on={file.path: file.digest}, now=now()
    )
    flash(gettext("It is taken out. The history keeps it."))
    return redirect(url_for("authoring.draft_files", draft_id=draft_id), 303)


@blueprint.get("/drafts/<int:draft_id>/problems")
@policy(Permission.DRAFT_READ)
def draft_problems(draft_id: int) -> str:
    """Everything the check says, by file: what stops publishing, and what to look at again."""
    draft, checked = draft_and_checked(draft_id)
    return render_template("authoring/problems.html", draft=draft, checked=checked)


@blueprint.get("/drafts/<int:draft_id>/files/<path:path>")
@policy(Permission.DRAFT_READ)
def draft_file(draft_id: int, path: str) -> Response | str:
    """A file to write as text; to read, for reviewers."""
    draft = draft_for(session(), actor(), draft_id)
    file = _file(draft, path)
    if file.path != path:
        return redirect(url_for("authoring.draft_file", draft_id=draft_id, path=file.path))
    text = file.content.decode("utf-8", errors="replace")
    return _show(draft, file, FileForm.of(text, file.digest))


@blueprint.post("/drafts/<int:draft_id>/files/<path:path>")
@policy(Permission.DRAFT_EDIT)
def draft_file_save(draft_id: int, path: str) -> Response | tuple[str, int]:
    """Save the file as it is typed; in canonical form as soon as it can be read."""
    draft = draft_for(session(), actor(), draft_id)
    file = _file(draft, path)
    form = FileForm()
    if not form.validate_on_submit():
        return _show(draft, file, form), 400
    typed = (form.text.data or "").replace("\r\n", "\n")
    content = tidied(file.path, typed.encode())
    moved = save(
        draft, file.path, content, based_on=form.based_on.data or None, aside=form.aside.data
    )
    if moved is not None:
        return moved
    flash(gettext("The file is saved."))
    return redirect(url_for("authoring.draft_file", draft_id=draft_id, path=file.path), 303)


def _files(draft: Draft, *, wrong: str = "", typed: str = "") -> str:
    checked = checked_of(draft)
    kinds: dict[str, list[str]] = {}
    for path in checked.files:
        place = place_of(path)
        if place is not None:
            kinds.setdefault(place.shape.kind, []).append(path)
    return render_template(
        "authoring/files.html",
        draft=draft,
        kinds=[(gettext(KIND_WORDS[kind]), kinds[kind]) for kind in KIND_WORDS if kind in kinds],
        counts={path: len(checked.problems_in(path)) for path in checked.files},
        writes=may_write(session(), actor(), draft),
        wrong=wrong,
        typed=typed,
    )


def _file(draft: Draft, path: str) -> DraftFile:
    if place_of(path) is None:
        raise NotFoundError(N_("There is no such file in this draft."))
    file = find_file(session(), draft, path) or find_moved(session(), draft, path)
    if file is None:
        raise NotFoundError(N_("There is no such file in this draft. It may have been moved."))
    return file


def _show(draft: Draft, file: DraftFile, form: FileForm) -> str:
    checked = checked_of(draft)
    place = place_of(file.path)
    threads = list_threads(session(), draft, path=file.path)
    people = [comment.written_by for t in threads for comment in (t.first, *t.answers)]
    writes = may_write(session(), actor(), draft)
    return render_template(
        "authoring/file.html",
        draft=draft,
        file=file,
        form=form,
        kind=gettext(KIND_WORDS[place.shape.kind]) if place is not None else file.path,
        problems=checked.problems_in(file.path),
        may_go=writes
        and place is not None
        and (place.shape.kind in MAY_GO or place.language is not None),
        writes=writes,
        line=request.args.get("line", type=whole_number),
        aside=find_aside(session(), actor(), draft, file.path) if writes else None,
        threads=threads,
        views=views_of(session(), [*people, file.changed_by]),
        own_id=actor().person_id,
        comment_id=new_id(),
    )
