"""Pictures of a draft: bringing one, where it is used, taking it out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.pictures import PictureForm
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import digests_of, draft_for, file_of, may_write
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.previewing import renderer_of
from lms.authoring.routes.shared import checked as checked_of
from lms.authoring.routes.shared import draft_and_checked
from lms.authoring.rules.drafts import LARGEST_PICTURE
from lms.authoring.rules.new_course import free_key, key_from
from lms.authoring.rules.page_text import fields_of, page_bytes, read_page
from lms.authoring.rules.pictures import figure, uses_of
from lms.authoring.services.files import write_many
from lms.core.errors import BadInputError, BekalError, NotFoundError
from lms.core.request import actor, now, session
from lms.core.text import N_
from lms.core.uploads.kinds import Kind, check_upload
from lms.core.uploads.pictures import written_anew
from lms.core.uploads.svg import drawing_of
from lms.courses.pictures import CONTENT_TYPES, size_of
from lms.courses.routes.showing import show

TAKEN = frozenset({Kind.PNG, Kind.JPEG, Kind.SVG})


@dataclass(frozen=True, slots=True)
class _Brought:
    """A picture as it may be kept, and its ending."""

    content: bytes
    ending: str


@blueprint.get("/drafts/<int:draft_id>/pictures")
@policy(Permission.DRAFT_READ)
def draft_pictures(draft_id: int) -> str:
    """The pictures of a draft, and a form for another."""
    draft = draft_for(session(), actor(), draft_id)
    form = PictureForm()
    return _page(draft, form)


@blueprint.post("/drafts/<int:draft_id>/pictures")
@policy(Permission.DRAFT_EDIT)
def draft_add_picture(draft_id: int) -> BaseResponse | tuple[str, int]:
    """Bring a picture: made harmless first, then kept, then put on a page if one is chosen."""
    form = PictureForm()
    brought, refused = None, None
    if form.file.data:
        # Reading pixels takes long; nothing holds the database meanwhile.
        try:
            brought = _harmless(form.file.data.read())
        except BadInputError as error:
            refused = error
    draft, checked = draft_and_checked(draft_id)
    form.offer(_pages(draft))
    if not form.validate_on_submit() or brought is None:
        status = show(form, refused) if refused else 400
        return _page(draft, form), status
    taken = {path.removeprefix("media/").rpartition(".")[0] for path in checked.files}
    wanted = form.name.data or key_from(str(form.file.data.filename or "").rpartition(".")[0])
    name = f"{free_key(wanted[:60], taken, 'picture')}.{brought.ending}"
    changes: dict[str, bytes | None] = {f"media/{name}": brought.content}
    lines = figure(name, form.alternative.data or "", form.caption.data or "")
    if form.page.data:
        source = read_page(form.page.data, checked.files[form.page.data])
        fields = fields_of(source)
        body = f"{fields.body}\n\n{lines}".strip("\n")
        changes[form.page.data] = page_bytes(form.page.data, replace(fields, body=body), source)
    try:
        digests = digests_of(session(), draft)
        write_many(session(), actor(), draft, changes, based_on=digests, now=now())
    except BekalError as error:
        session().rollback()
        status = show(form, error)
        return _page(draft, form), status
    flash(gettext("The picture is here."))
    return redirect(url_for("authoring.draft_pictures", draft_id=draft_id, new=name), 303)


@blueprint.post("/drafts/<int:draft_id>/pictures/<string:name>/remove")
@policy(Permission.DRAFT_EDIT)
def draft_remove_picture(draft_id: int, name: str) -> BaseResponse:
    """Take a picture out; pages that show it are named among the things to mend."""
    draft = draft_for(session(), actor(), draft_id)
    file = file_of(session(), draft, f"media/{name}")
    write_many(
        session(), actor(), draft, {file.path: None}, based_on={file.path: file.digest}, now=now()
    )
    flash(gettext("The picture is taken out. The history keeps it."))
    return redirect(url_for("authoring.draft_pictures", draft_id=draft_id), 303)


@blueprint.get("/drafts/<int:draft_id>/media/<string:name>")
@policy(Permission.DRAFT_READ)
def draft_media(draft_id: int, name: str) -> Response:
    """One picture of a draft. Drawings are not served: they are rebuilt into the page."""
    draft = draft_for(session(), actor(), draft_id)
    ending = name.rpartition(".")[2]
    if ending not in CONTENT_TYPES:
        raise NotFoundError(N_("There is no such picture."))
    file = file_of(session(), draft, f"media/{name}")
    response = Response(file.content, content_type=CONTENT_TYPES[ending])
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.set_etag(file.digest)
    response.make_conditional(request)
    return response


def _harmless(content: bytes) -> _Brought:
    """The picture written anew, or a clean drawing. Raises BadInputError with what to mend."""
    kind = check_upload(content, TAKEN)
    if kind is Kind.SVG:
        return _Brought(drawing_of(content), "svg")
    picture = written_anew(content)
    if len(picture.content) > LARGEST_PICTURE:
        raise BadInputError(N_("The picture is larger than 2 MB. Make it smaller."), field="file")
    return _Brought(picture.content, picture.ending)


def _pages(draft: Draft) -> list[tuple[str, str]]:
    outline = checked_of(draft).outline
    return [
        (line.path, line.title)
        for module in outline.modules
        for line in module.activities
        if line.kind == "page" and line.path
    ]


def _page(draft: Draft, form: PictureForm) -> str:
    draft, checked = draft_and_checked(draft.id)
    form.offer(_pages(draft))
    uses = uses_of(checked.reading)
    titles = {line.path: line.title for line in checked.outline.all_activities}
    shown = renderer_of(draft, checked)
    pictures = [
        (
            medium.name,
            size_of(medium.content),
            len(medium.content),
            [(path, titles.get(path, path)) for path in uses.get(medium.name, [])],
            replace(shown, prefix=f"p{number}-")
            .page(f"::: figure {medium.name}\nalternative: {medium.name}\n:::")
            .blocks,
        )
        for number, medium in enumerate(
            sorted(checked.reading.media, key=lambda medium: medium.name), 1
        )
    ]
    return render_template(
        "authoring/pictures.html",
        draft=draft,
        form=form,
        pictures=pictures,
        writes=may_write(session(), actor(), draft),
        new=request.args.get("new", ""),
        figure=figure,
    )
