"""The history of a draft: versions, what differs, putting one back; and two texts at once."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.pages import FileForm, PageForm
from lms.authoring.models import Draft, DraftVersion
from lms.authoring.queries.drafts import draft_for, find_file, may_write
from lms.authoring.queries.people import views_of
from lms.authoring.queries.versions import content_of, list_versions, version_before, version_of
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import checked as checked_of
from lms.authoring.routes.shared import file_address
from lms.authoring.rules.drafts import ASIDE, AUTOSAVED, MOVED, RESTORED, SEEN_TO
from lms.authoring.rules.merging import Marks, differences, merge
from lms.authoring.rules.page_text import fields_of, has_a_head, merge_pages, read_page
from lms.authoring.services.files import restore, see_to
from lms.core.errors import NotFoundError
from lms.core.request import actor, now, session
from lms.core.text import N_, whole_number
from lms.courses.layout import place_of

WHY_WORDS: dict[str, str] = {
    AUTOSAVED: N_("saved by itself"),
    ASIDE: N_("kept beside: somebody else had saved"),
    SEEN_TO: N_("kept beside, seen to"),
    RESTORED: N_("put back"),
    MOVED: N_("arranged"),
}


@blueprint.get("/drafts/<int:draft_id>/history")
@policy(Permission.DRAFT_READ)
def draft_history(draft_id: int) -> str:
    """What was changed, by whom and when, the latest first."""
    return _list(draft_for(session(), actor(), draft_id), None)


@blueprint.get("/drafts/<int:draft_id>/history/<path:path>")
@policy(Permission.DRAFT_READ)
def draft_file_history(draft_id: int, path: str) -> str:
    """The versions of one file, also of one that was taken out."""
    draft = draft_for(session(), actor(), draft_id)
    if place_of(path) is None and not path.startswith("media/"):
        raise NotFoundError(N_("There is no such file in this draft."))
    return _list(draft, path)


@blueprint.get("/drafts/<int:draft_id>/versions/<int:version_id>")
@policy(Permission.DRAFT_READ)
def draft_version(draft_id: int, version_id: int) -> str:
    """One version: what it changed, and what differs from it now."""
    draft = draft_for(session(), actor(), draft_id)
    version = version_of(session(), draft, version_id)
    before = version_before(session(), draft, version)
    standing = find_file(session(), draft, version.path)
    is_text = not version.path.startswith("media/")
    old, new = _text(before.content if before else None), _text(version.content)
    present = _text(standing.content if standing else None)
    return render_template(
        "authoring/version.html",
        draft=draft,
        version=version,
        before=before,
        changed=differences(old, new) if is_text else [],
        since=differences(new, present) if is_text and present != new else [],
        is_text=is_text,
        stands=standing is not None and standing.digest == version.digest,
        is_gone=standing is None,
        writes=may_write(session(), actor(), draft),
        views=views_of(session(), [version.by]),
        own_id=actor().person_id,
        why_words=WHY_WORDS,
        is_aside=version.why == ASIDE and version.by == actor().person_id,
    )


@blueprint.post("/drafts/<int:draft_id>/versions/<int:version_id>/restore")
@policy(Permission.DRAFT_EDIT)
def draft_restore(draft_id: int, version_id: int) -> Response:
    """Put a version back, as a new one."""
    draft = draft_for(session(), actor(), draft_id)
    version = version_of(session(), draft, version_id)
    restore(session(), actor(), draft, version_id, now=now())
    flash(gettext("The version is put back. What stood before is in the history."))
    return redirect(file_address(draft_id, version.path), 303)


@blueprint.get("/drafts/<int:draft_id>/versions/<int:version_id>/merge")
@policy(Permission.DRAFT_EDIT)
def draft_merge(draft_id: int, version_id: int) -> Response | str:
    """Both texts side by side, and one made of both, ready to be looked over and saved."""
    draft = draft_for(session(), actor(), draft_id)
    version = version_of(session(), draft, version_id)
    if not may_write(session(), actor(), draft) or version.content is None:
        raise NotFoundError(N_("There is no such version in this draft."))
    if version.why != ASIDE:
        return redirect(file_address(draft_id, version.path))
    standing = find_file(session(), draft, version.path)
    theirs = _text(standing.content if standing else None)
    mine = _text(version.content)
    base = content_of(session(), draft, version.path, version.based_on)
    if standing is None or standing.digest == version.digest:
        base = version.content
    place = place_of(version.path)
    shared: dict[str, object] = {
        "draft": draft,
        "version": version,
        "file": standing,
        "against": differences(theirs, mine),
        "mine": mine,
        "theirs": theirs,
        "views": views_of(session(), [standing.changed_by if standing else None]),
        "own_id": actor().person_id,
    }
    if place is not None and place.shape.kind == "page" and standing is not None:
        one, two = (
            read_page(version.path, version.content),
            read_page(standing.path, standing.content),
        )
        if has_a_head(one) and has_a_head(two):
            return _merge_page(draft, version, base, shared)
    merged = merge(base.decode("utf-8", "replace") if base else None, mine, theirs, _marks())
    form = FileForm.of(merged.text, standing.digest if standing else "")
    form.aside.data = str(version.id)
    return render_template(
        "authoring/merge_file.html", form=form, conflicts=merged.conflicts, **shared
    )


@blueprint.post("/drafts/<int:draft_id>/versions/<int:version_id>/drop")
@policy(Permission.DRAFT_EDIT)
def draft_drop_aside(draft_id: int, version_id: int) -> Response:
    """Leave what stands as it is; the text kept beside stays in the history."""
    draft = draft_for(session(), actor(), draft_id)
    version = version_of(session(), draft, version_id)
    see_to(session(), actor(), draft, version_id, now=now())
    flash(gettext("The page stays as it is. Your text is in its history."))
    return redirect(file_address(draft_id, version.path), 303)


def _merge_page(
    draft: Draft, version: DraftVersion, base: bytes | None, shared: dict[str, object]
) -> str:
    standing = find_file(session(), draft, version.path)
    if standing is None or version.content is None:
        raise NotFoundError(N_("There is no such file in this draft. It may have been moved."))
    start = fields_of(read_page(version.path, base)) if base is not None else None
    merged = merge_pages(
        start,
        fields_of(read_page(version.path, version.content)),
        fields_of(read_page(version.path, standing.content)),
        _marks(),
    )
    form = PageForm.of(merged.fields, standing.digest)
    form.aside.data = str(version.id)
    checked = checked_of(draft)
    course = checked.course
    form.offer(
        [(each.key, each.text) for each in course.objectives] if course else [],
        [(line.key, line.title) for line in checked.outline.all_activities if line.path],
    )
    return render_template(
        "authoring/merge_page.html",
        form=form,
        conflicts=merged.conflicts,
        differing=[(name, _said(value)) for name, value in merged.differing.items()],
        **shared,
    )


def _list(draft: Draft, path: str | None) -> str:
    before = request.args.get("before", type=whole_number)
    found, following = list_versions(session(), draft, path, before=before)
    endpoint = "authoring.draft_history" if path is None else "authoring.draft_file_history"
    values = {"draft_id": draft.id} if path is None else {"draft_id": draft.id, "path": path}
    return render_template(
        "authoring/history.html",
        draft=draft,
        path=path,
        found=found,
        views=views_of(session(), [version.by for version in found]),
        own_id=actor().person_id,
        why_words=WHY_WORDS,
        aside=ASIDE,
        first_page=url_for(endpoint, **values) if before else None,
        next_page=url_for(endpoint, before=following, **values) if following else None,
    )


def _marks() -> Marks:
    return Marks(
        mine="<<<<<<< " + gettext("what you wrote"),
        theirs="======= " + gettext("what stands"),
        end=">>>>>>>",
    )


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value)


def _text(content: bytes | None) -> str:
    return content.decode("utf-8", errors="replace") if content is not None else ""
