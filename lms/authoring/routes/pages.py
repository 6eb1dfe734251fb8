"""The editor of a page: form, preview, saving by hand and by itself, and two people at once."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.beginning import new_id
from lms.authoring.forms.pages import PageForm
from lms.authoring.models import Draft, DraftFile
from lms.authoring.queries.checked import CheckedDraft
from lms.authoring.queries.comments import list_threads
from lms.authoring.queries.drafts import draft_for, find_file, find_moved, may_write
from lms.authoring.queries.people import views_of
from lms.authoring.queries.versions import find_aside
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.previewing import preview_of
from lms.authoring.routes.shared import checked as checked_of
from lms.authoring.routes.shared import file_address, registry
from lms.authoring.rules.citing import find_sources
from lms.authoring.rules.drafts import AUTOSAVED
from lms.authoring.rules.page_text import fields_of, has_a_head, page_bytes, read_page
from lms.authoring.rules.yaml_text import as_before
from lms.authoring.services.files import MovedOnError, keep_aside, see_to, write
from lms.core.errors import BekalError, NotFoundError
from lms.core.request import actor, now, only_read_on, session
from lms.core.text import N_
from lms.courses.folder import SourceFile
from lms.courses.layout import place_of
from lms.courses.render.page import RenderedPage


@blueprint.get("/drafts/<int:draft_id>/pages/<path:path>")
@policy(Permission.DRAFT_READ)
def draft_page(draft_id: int, path: str) -> BaseResponse | str:
    """A page to write; to read, for reviewers."""
    draft = draft_for(session(), actor(), draft_id)
    file = _file(draft, path)
    if file.path != path:
        return redirect(url_for("authoring.draft_page", draft_id=draft_id, path=file.path))
    source = read_page(path, file.content)
    if not has_a_head(source):
        return redirect(url_for("authoring.draft_file", draft_id=draft_id, path=path))
    form = PageForm.of(fields_of(source), file.digest)
    return _show(draft, file, source, form)


@blueprint.post("/drafts/<int:draft_id>/pages/<path:path>")
@policy(Permission.DRAFT_EDIT)
def draft_page_save(draft_id: int, path: str) -> BaseResponse | str | tuple[str, int]:
    """Save the page (`act` save or autosave), look at it, or look for a source.

    Nothing is refused for what it says. Who met another's change is led to both texts.
    """
    act = request.form.get("act", "save")
    if act in {"preview", "find"}:
        only_read_on()
    draft = draft_for(session(), actor(), draft_id)
    form = PageForm()
    file = _file(draft, path)
    source = read_page(file.path, file.content)
    if act in {"preview", "find"} or not form.validate_on_submit():
        status = 200 if act in {"preview", "find"} and form.validate() else 400
        fields = form.fields()
        form.cites.data = "\n".join(fields.cites)
        page = preview_of(draft, checked_of(draft), fields.body) if act == "preview" else None
        return _show(draft, file, source, form, preview=page), status
    typed = form.fields()
    objectives = as_before(fields_of(source).objectives, typed.objectives)
    content = page_bytes(file.path, replace(typed, objectives=tuple(objectives)), source)
    based_on = form.based_on.data or None
    why = AUTOSAVED if act == "autosave" else ""
    try:
        saved = write(
            session(), actor(), draft, file.path, content, based_on=based_on, now=now(), why=why
        )
    except MovedOnError:
        kept = keep_aside(
            session(), actor(), draft, file.path, content, based_on=based_on, now=now()
        )
        both = url_for("authoring.draft_merge", draft_id=draft_id, version_id=kept.id)
        if act == "autosave":
            return _answer({"state": "moved", "address": both}, 200)
        return redirect(both, 303)
    except BekalError as error:
        if act == "autosave":
            return _answer({"state": "refused", "words": gettext(error.sentence, **error.values)})
        raise
    if form.aside.data:
        see_to(session(), actor(), draft, int(form.aside.data), now=now())
    if act == "autosave":
        return _answer({"state": "saved", "digest": saved.digest}, 200)
    flash(gettext("The page is saved."))
    return redirect(url_for("authoring.draft_page", draft_id=draft_id, path=file.path), 303)


@blueprint.post("/drafts/<int:draft_id>/preview")
@policy(Permission.DRAFT_EDIT)
def draft_preview(draft_id: int) -> Response:
    """The text of a page as learners will see it, and its length: for the live preview."""
    only_read_on()
    draft = draft_for(session(), actor(), draft_id)
    body = request.form.get("body", "")[:200_000].replace("\r\n", "\n")
    page = preview_of(draft, checked_of(draft), body)
    html = render_template("authoring/_preview.html", rendered=page, draft=draft)
    return jsonify(html=html, words=_length(body))


def _file(draft: Draft, path: str) -> DraftFile:
    """The file at the path, or where it was moved to. Raises NotFoundError."""
    place = place_of(path)
    if place is None or place.shape.kind != "page":
        raise NotFoundError(N_("There is no such page in this draft."))
    file = find_file(session(), draft, path) or find_moved(session(), draft, path)
    if file is None:
        raise NotFoundError(N_("There is no such page in this draft. It may have been taken out."))
    return file


def _show(
    draft: Draft,
    file: DraftFile,
    source: SourceFile,
    form: PageForm,
    *,
    preview: RenderedPage | None = None,
) -> str:
    checked = checked_of(draft)
    words = request.form.get("find", "").strip()
    found = find_sources(registry(), words) if words else []
    course = checked.course
    form.offer(
        [(each.key, each.text) for each in course.objectives] if course else [],
        _others(checked, source.place.name or ""),
        found,
    )
    threads = list_threads(session(), draft, path=file.path)
    people = [comment.written_by for t in threads for comment in (t.first, *t.answers)]
    writes = may_write(session(), actor(), draft)
    shown = preview
    if shown is None and not writes:
        shown = preview_of(draft, checked, fields_of(source).body)
    return render_template(
        "authoring/page.html",
        draft=draft,
        file=file,
        form=form,
        source=source,
        problems=checked.problems_in(file.path),
        outline=checked.outline,
        module=_module(checked, file.path),
        draft_language=source.place.language or checked.reading.own_language,
        key=source.place.name,
        preview=shown,
        words=_length(form.body.data or ""),
        find=words,
        looked=bool(words),
        writes=writes,
        line=request.args.get("line", type=int),
        aside=find_aside(session(), actor(), draft, file.path) if writes else None,
        threads=threads,
        views=views_of(session(), [*people, file.changed_by]),
        own_id=actor().person_id,
        comment_id=new_id(),
        file_address=file_address,
        terms=[term.term for term in checked.glossary.terms] if checked.glossary else [],
        pictures=[m.name for m in checked.reading.media if not m.is_recording],
        recordings=[m.name for m in checked.reading.media if m.is_recording],
    )


def _module(checked: CheckedDraft, path: str) -> object:
    return next((m for m in checked.outline.modules if path.startswith(f"{m.folder}/")), None)


def _others(checked: CheckedDraft, key: str) -> list[tuple[str, str]]:
    """What this page may stand in for: every activity but itself and other alternatives."""
    return [
        (line.key, line.title)
        for module in checked.outline.modules
        for line in module.activities
        if line.key != key and line.path and line.kind in {"page", "scenario", "reflection"}
    ]


def _length(body: str) -> str:
    count = len(body.split())
    return ngettext("%(num)s word", "%(num)s words", count)


def _answer(content: dict[str, str], status: int = 409) -> Response:
    response = jsonify(content)
    response.status_code = status
    return response
