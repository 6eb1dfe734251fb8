"""The outline of a draft: what it holds, in order, what is to mend, and moving things about."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.outline import ModuleForm, TitleForm
from lms.authoring.queries.comments import count_open
from lms.authoring.queries.drafts import draft_for, may_write
from lms.authoring.queries.people import list_contributors
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import draft_and_checked, file_address
from lms.authoring.rules.arranging import AddedWords, Arranger, own_files, references_to
from lms.authoring.rules.drafts import DRAFT_STATE_NAMES
from lms.authoring.rules.outline import Outline
from lms.authoring.services.arranging import arrange
from lms.core.errors import NotFoundError, NotPossibleError
from lms.core.request import actor, now, session
from lms.core.text import N_, clean_line, whole_number
from lms.courses.catalogue import KINDS
from lms.courses.routes.showing import show

ADDED: dict[str, str] = {
    "page": N_("Page"),
    "quiz": N_("Quiz"),
    "reflection": N_("Reflection"),
    "session": N_("Session"),
}
"""What can be added to a module here. Scenarios are written in a part of their own."""


@blueprint.get("/drafts/<int:draft_id>")
@policy(Permission.DRAFT_READ)
def draft(draft_id: int) -> str:
    """The outline of a draft."""
    return _page(draft_id)


@blueprint.post("/drafts/<int:draft_id>/arrange")
@policy(Permission.DRAFT_EDIT)
def draft_arrange(draft_id: int) -> Response | tuple[str, int]:
    """Move something: `up` or `down` names it, or `key` goes into `module`, at `place` if given."""
    found = draft_for(session(), actor(), draft_id)
    act, anchor = _wish()
    try:
        arrange(session(), actor(), found, act, now=now())
    except NotPossibleError as error:
        session().rollback()
        return _page(draft_id, wrong=gettext(error.sentence, **error.values)), 409
    here = url_for("authoring.draft", draft_id=draft_id, _anchor=anchor)
    return redirect(here, 303)


@blueprint.route("/drafts/<int:draft_id>/modules/new", methods=["GET", "POST"])
@policy(Permission.DRAFT_EDIT)
def draft_add_module(draft_id: int) -> Response | tuple[str, int]:
    """Add a module at the end."""
    found = draft_for(session(), actor(), draft_id)
    form = ModuleForm()
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        title, summary = clean_line(form.title.data or ""), (form.summary.data or "").strip()
        try:
            key = arrange(
                session(), actor(), found, lambda a: a.add_module(title, summary), now=now()
            )
        except NotPossibleError as error:
            status = show(form, error)
        else:
            return redirect(_at(draft_id, key), 303)
    page = render_template("authoring/add_module.html", draft=found, form=form)
    return page, status


@blueprint.route(
    "/drafts/<int:draft_id>/modules/<string:module_key>/new/<string:kind>", methods=["GET", "POST"]
)
@policy(Permission.DRAFT_EDIT)
def draft_add(draft_id: int, module_key: str, kind: str) -> Response | tuple[str, int]:
    """Add a page, quiz, reflection or session to a module, and go on to write it."""
    found, checked = draft_and_checked(draft_id)
    module = next((m for m in checked.outline.modules if m.key == module_key), None)
    if module is None or kind not in ADDED:
        raise NotFoundError(N_("There is no such module in this draft."))
    form = TitleForm()
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        words = _words(clean_line(form.title.data or ""))
        try:
            path = arrange(
                session(), actor(), found, lambda a: a.add(kind, module_key, words), now=now()
            )
        except NotPossibleError as error:
            status = show(form, error)
        else:
            return redirect(file_address(draft_id, path), 303)
    page = render_template(
        "authoring/add.html",
        draft=found,
        module=module,
        kind=gettext(ADDED[kind]),
        form=form,
    )
    return page, status


@blueprint.route("/drafts/<int:draft_id>/title/<path:path>", methods=["GET", "POST"])
@policy(Permission.DRAFT_EDIT)
def draft_retitle(draft_id: int, path: str) -> Response | tuple[str, int]:
    """Another title for a module or an activity; its key stays."""
    found, checked = draft_and_checked(draft_id)
    before = _title_at(checked.outline, path)
    form = TitleForm(data={"title": before})
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        title = clean_line(form.title.data or "")
        try:
            arrange(session(), actor(), found, lambda a: a.retitle(path, title), now=now())
        except NotPossibleError as error:
            status = show(form, error)
        else:
            return redirect(url_for("authoring.draft", draft_id=draft_id), 303)
    page = render_template(
        "authoring/retitle.html", draft=found, path=path, before=before, form=form
    )
    return page, status


@blueprint.route(
    "/drafts/<int:draft_id>/remove/<string:kind>/<string:key>", methods=["GET", "POST"]
)
@policy(Permission.DRAFT_EDIT)
def draft_remove(draft_id: int, kind: str, key: str) -> Response | str:
    """Take a module or an activity out, once it is said what refers to it."""
    found, checked = draft_and_checked(draft_id)
    outline = checked.outline
    module = next((m for m in outline.modules if m.key == key), None) if kind == "module" else None
    line = outline.activity(key) if kind == "activity" else None
    if module is None and (line is None or not line.path):
        raise NotFoundError(N_("There is no such part of this draft. It may be gone already."))
    if request.method == "POST":
        act = _removing(kind, key)
        arrange(session(), actor(), found, act, now=now())
        flash(gettext("It is taken out. The history keeps it."))
        return redirect(url_for("authoring.draft", draft_id=draft_id), 303)
    if module is not None:
        pages = [each for each in module.activities if each.kind == "page" and each.path]
        others = [each for each in module.activities if each.kind != "page"]
        keys = [each.key for each in pages]
        own = [path for path in checked.files if path.startswith(f"{module.folder}/")]
    else:
        pages, others, keys = [], [], [key]
        own = [source.path for source in own_files(checked.reading, line)] if line else []
    references = [ref for each in keys for ref in references_to(checked.files, each, own)]
    return render_template(
        "authoring/remove.html",
        draft=found,
        title=module.title if module else line.title if line else key,
        module=module,
        pages=pages,
        others=others,
        references=references,
        file_address=file_address,
    )


def _page(draft_id: int, wrong: str = "") -> str:
    found, checked = draft_and_checked(draft_id)
    return render_template(
        "authoring/outline.html",
        draft=found,
        checked=checked,
        outline=checked.outline,
        writes=may_write(session(), actor(), found),
        contributors=list_contributors(session(), found),
        comments=count_open(session(), found),
        state_names=DRAFT_STATE_NAMES,
        kinds=KINDS,
        added=ADDED,
        file_address=file_address,
        own_id=actor().person_id,
        wrong=wrong,
    )


def _wish() -> tuple[Callable[[Arranger], None], str]:
    """What the form asks for, and where on the page it happens."""
    form = request.form
    for word, step in (("up", -1), ("down", 1)):
        if word in form:
            return partial(_move, form[word][:80], step), f"a-{form[word][:80]}"
        if f"module-{word}" in form:
            key = form[f"module-{word}"][:80]
            return partial(_move_module, key, step), f"m-{key}"
    key, into = form.get("key", "")[:80], form.get("module", "")[:80]
    place = form.get("place", type=whole_number)
    if not key and place is not None:
        return lambda a: a.place_module(into, place), f"m-{into}"
    return lambda a: a.place(key, into, place), f"a-{key}"


def _move(key: str, step: int, arranger: Arranger) -> None:
    arranger.move_by(key, step)


def _move_module(key: str, step: int, arranger: Arranger) -> None:
    arranger.move_module(key, step)


def _removing(kind: str, key: str) -> Callable[[Arranger], None]:
    if kind == "module":
        return lambda a: a.remove_module(key)
    return lambda a: a.remove(key)


def _title_at(outline: Outline, path: str) -> str:
    """The title of the module or activity whose file this is. Raises NotFoundError."""
    titles = {module.path: module.title for module in outline.modules}
    titles |= {line.path: line.title for line in outline.all_activities}
    if path in titles:
        return titles[path]
    raise NotFoundError(N_("There is no such part of this draft. It may be gone already."))


def _words(title: str) -> AddedWords:
    return AddedWords(
        title=title,
        summary=gettext("What the page gives, in one or two sentences."),
        body=gettext("Write here."),
        intro=gettext("Say what this is for."),
        prompt=gettext("What will you do differently?"),
    )


def _at(draft_id: int, key: str) -> str:
    return url_for("authoring.draft", draft_id=draft_id, _anchor=f"m-{key}")
