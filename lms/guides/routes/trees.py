"""The tree of a guide being read in: corrected here, section by section."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.request import actor, now, session
from lms.core.text import N_
from lms.guides.forms import StepForm, TitleForm, TreeForm
from lms.guides.models import GuideImport
from lms.guides.queries.imports import get_import, present_tree
from lms.guides.routes.blueprint import blueprint
from lms.guides.rules.states import GuideImportState
from lms.guides.services.importing import correct, drop, undo

CHOSEN_VERBS = {"merge", "in", "out", "leave", "take"}
"""What can be done with several sections at once."""


@blueprint.get("/guide-imports/<int:guide_import_id>")
@policy(Permission.GUIDE_EDIT)
def tree(guide_import_id: int) -> str:
    """The tree as it stands, with everything that can be done to it."""
    found = get_import(session(), actor(), guide_import_id)
    if found.state is not GuideImportState.OPEN:
        return render_template("guides/import_over.html", found=found)
    form = TreeForm(formdata=None)
    form.seen.data = len(found.steps["steps"])
    sections = present_tree(found)
    return render_template(
        "guides/tree.html",
        found=found,
        sections=sections,
        kept=sum(not section.is_left_out for section in sections),
        form=form,
        at=request.args.get("at", ""),
    )


@blueprint.post("/guide-imports/<int:guide_import_id>/steps")
@policy(Permission.GUIDE_EDIT)
def correct_tree(guide_import_id: int) -> Response:
    """Do to the chosen sections what the button says; all of them or none."""
    verb, _, own = request.form.get("do", "").partition(" ")
    if verb == "split":
        section_id, _, paragraph = own.partition(" ")
        steps: list[dict[str, Any]] = [{"do": "split", "id": section_id, "at": paragraph}]
        if not paragraph.isdecimal():
            raise NotFoundError(N_("There is no such page."))
    elif verb in CHOSEN_VERBS:
        steps = [{"do": verb, "id": chosen} for chosen in request.form.getlist("section")]
        if not steps:
            flash(gettext("Choose one section or more, then press the button."), "warn")
    else:
        raise NotFoundError(N_("There is no such page."))
    form = TreeForm()
    return _after(guide_import_id, steps, form.seen.data if form.validate() else -1)


@blueprint.post("/guide-imports/<int:guide_import_id>/undo")
@policy(Permission.GUIDE_EDIT)
def undo_step(guide_import_id: int) -> Response:
    """Take back what the last press did."""
    form = TreeForm()
    try:
        undo(
            session(), actor(), guide_import_id,
            seen=form.seen.data if form.validate() else -1, now=now(),
        )  # fmt: skip
    except NotPossibleError as error:
        flash(gettext(error.sentence, **error.values), "bad")
    return redirect(url_for("guides.tree", guide_import_id=guide_import_id), 303)


@blueprint.post("/guide-imports/<int:guide_import_id>/drop")
@policy(Permission.GUIDE_EDIT)
def drop_import(guide_import_id: int) -> Response:
    """Give the import up."""
    if StepForm().validate():
        drop(session(), actor(), guide_import_id, now=now())
        flash(gettext("The import is dropped. Nothing of the file is kept."))
    return redirect(url_for("guides.guides"), 303)


@blueprint.route(
    "/guide-imports/<int:guide_import_id>/sections/<string:section_id>", methods=["GET", "POST"]
)
@policy(Permission.GUIDE_EDIT)
def tree_section(guide_import_id: int, section_id: str) -> str | Response | tuple[str, int]:
    """One section: its words, another title, and where a new section begins."""
    found = get_import(session(), actor(), guide_import_id)
    form = TitleForm()
    if form.validate_on_submit():
        step = {"do": "title", "id": section_id, "title": form.title.data}
        return _after(guide_import_id, [step], form.seen.data)
    page = _section_page(found, section_id, form)
    return (page, 400) if form.is_submitted() else page


def _section_page(found: GuideImport, section_id: str, form: TitleForm) -> str:
    sections = present_tree(found) if found.state is GuideImportState.OPEN else []
    place = next((at for at, each in enumerate(sections) if each.id == section_id), None)
    if place is None:
        raise NotFoundError(
            N_("This section is no longer there. Load the page again to see how the tree stands.")
        )
    section = sections[place]
    if not form.is_submitted():
        form.title.data = section.title
        form.seen.data = len(found.steps["steps"])
    split = TreeForm(formdata=None)
    split.seen.data = len(found.steps["steps"])
    return render_template(
        "guides/tree_section.html",
        found=found,
        section=section,
        form=form,
        split=split,
        before=sections[place - 1] if place else None,
        after=sections[place + 1] if place + 1 < len(sections) else None,
    )


def _after(guide_import_id: int, steps: list[dict[str, Any]], seen: int) -> Response:
    """Take the steps, and back to the tree where the first of them was."""
    at = steps[0]["id"] if steps else ""
    try:
        if steps:
            correct(session(), actor(), guide_import_id, steps, seen=seen, now=now())
    except (BadInputError, NotPossibleError, NotFoundError) as error:
        flash(gettext(error.sentence, **error.values), "bad")
    address = url_for("guides.tree", guide_import_id=guide_import_id, at=at or None)
    return redirect(f"{address}#s-{quote(at)}" if at else address, 303)
