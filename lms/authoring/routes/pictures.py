"""Pictures and recordings of a draft: bringing one, where it is used, taking it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.pictures import PictureForm
from lms.authoring.forms.recordings import RecordingForm
from lms.authoring.models import Draft
from lms.authoring.queries.checked import CheckedDraft
from lms.authoring.queries.drafts import digests_of, draft_for, file_of, find_file, may_write
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.previewing import renderer_of
from lms.authoring.routes.shared import draft_and_checked
from lms.authoring.rules.new_course import free_key, key_from
from lms.authoring.rules.page_text import fields_of, page_bytes, read_page
from lms.authoring.rules.pictures import figure, recording, uses_of
from lms.authoring.services.files import write_many
from lms.core.errors import BadInputError, BekalError
from lms.core.languages import own_name
from lms.core.request import actor, now, session
from lms.core.text import N_
from lms.core.uploads.kinds import Kind, check_upload
from lms.core.uploads.pictures import written_anew
from lms.core.uploads.sounds import sound_anew
from lms.core.uploads.svg import drawing_of
from lms.courses.layout import LARGEST_PICTURE, PICTURE_TOO_LARGE, place_of
from lms.courses.pictures import size_of
from lms.courses.routes.media import medium_answer, no_such_medium
from lms.courses.routes.showing import show
from lms.courses.values.edition import MediaFile

TAKEN = frozenset({Kind.PNG, Kind.JPEG, Kind.SVG})


@dataclass(frozen=True, slots=True)
class _Brought:
    """A picture or recording as it may be kept, and its ending."""

    content: bytes
    ending: str


@blueprint.get("/drafts/<int:draft_id>/pictures")
@policy(Permission.DRAFT_READ)
def draft_pictures(draft_id: int) -> str:
    """The pictures and recordings of a draft, and a form for another of each."""
    return _page(draft_for(session(), actor(), draft_id))


@blueprint.post("/drafts/<int:draft_id>/pictures")
@policy(Permission.DRAFT_EDIT)
def draft_add_picture(draft_id: int) -> BaseResponse | tuple[str, int]:
    """Bring a picture: made harmless first, then kept, then put on a page if one is chosen."""
    return _bring(
        draft_id, PictureForm(), _picture_of, spare="picture", here=N_("The picture is here.")
    )


@blueprint.post("/drafts/<int:draft_id>/recordings")
@policy(Permission.DRAFT_EDIT)
def draft_add_recording(draft_id: int) -> BaseResponse | tuple[str, int]:
    """Bring a recording: all but its sound taken out, then kept and put on a page."""
    return _bring(
        draft_id, RecordingForm(), _sound_of, spare="recording", here=N_("The recording is here.")
    )


def _bring(
    draft_id: int,
    form: PictureForm | RecordingForm,
    read: Callable[[bytes], _Brought],
    *,
    spare: str,
    here: str,
) -> BaseResponse | tuple[str, int]:
    """Keep what was brought, under a name that is free, and say that it is `here`.

    `spare` names a file whose own name has no letter of ours.
    """
    file, own_name, page = form.shared()
    brought, refused = None, None
    if file.data:
        # Reading pixels takes long; nothing holds the database meanwhile.
        try:
            brought = read(file.data.read())
        except BadInputError as error:
            refused = error
    draft, checked = draft_and_checked(draft_id)
    form.offer(_pages(checked))
    if not form.validate_on_submit() or brought is None:
        status = show(form, refused) if refused else 400
        return _page(draft, form), status
    wanted = own_name.data or key_from(str(file.data.filename or "").rpartition(".")[0])
    name = f"{free_key(wanted[:60], _taken(checked), spare)}.{brought.ending}"
    try:
        _keep(draft, checked, name, brought.content, page.data, form.lines(name))
    except BekalError as error:
        session().rollback()
        status = show(form, error)
        return _page(draft, form), status
    flash(gettext(here))
    return redirect(url_for("authoring.draft_pictures", draft_id=draft_id, new=name), 303)


def _taken(checked: CheckedDraft) -> set[str]:
    """Names of media without their endings."""
    paths = (path for path in checked.files if path.startswith("media/"))
    return {path.removeprefix("media/").rpartition(".")[0] for path in paths}


def _keep(
    draft: Draft, checked: CheckedDraft, name: str, content: bytes, page: str | None, lines: str
) -> None:
    """The medium, and its lines at the end of the page if one is chosen."""
    changes: dict[str, bytes | None] = {f"media/{name}": content}
    if page:
        source = read_page(page, checked.files[page])
        fields = fields_of(source)
        body = f"{fields.body}\n\n{lines}".strip("\n")
        changes[page] = page_bytes(page, replace(fields, body=body), source)
    digests = digests_of(session(), draft)
    write_many(session(), actor(), draft, changes, based_on=digests, now=now())


@blueprint.post("/drafts/<int:draft_id>/pictures/<string:name>/remove")
@policy(Permission.DRAFT_EDIT)
def draft_remove_picture(draft_id: int, name: str) -> BaseResponse:
    """Take a picture or recording out; pages that use it are named among the things to mend."""
    draft = draft_for(session(), actor(), draft_id)
    file = file_of(session(), draft, f"media/{name}")
    write_many(
        session(), actor(), draft, {file.path: None}, based_on={file.path: file.digest}, now=now()
    )
    flash(gettext("It is taken out. The history keeps it."))
    return redirect(url_for("authoring.draft_pictures", draft_id=draft_id), 303)


@blueprint.get("/drafts/<int:draft_id>/media/<string:name>")
@policy(Permission.DRAFT_READ)
def draft_media(draft_id: int, name: str) -> Response:
    """One picture or recording of a draft. Drawings are not served: they stand in the page."""
    draft = draft_for(session(), actor(), draft_id)
    file = find_file(session(), draft, f"media/{name}")
    if file is None:
        raise no_such_medium()
    return medium_answer(name, file.content, file.digest, cache="private, no-cache")


def _picture_of(content: bytes) -> _Brought:
    """The picture written anew, or a clean drawing. Raises BadInputError with what to mend."""
    kind = check_upload(content, TAKEN)
    if kind is Kind.SVG:
        return _Brought(drawing_of(content), "svg")
    picture = written_anew(content)
    if len(picture.content) > LARGEST_PICTURE:
        raise BadInputError(PICTURE_TOO_LARGE, field="file")
    return _Brought(picture.content, picture.ending)


def _sound_of(content: bytes) -> _Brought:
    """The recording with nothing but its sound. Raises BadInputError with what to mend."""
    sound = sound_anew(content, field="sound")
    return _Brought(sound.content, sound.kind.value)


def _pages(checked: CheckedDraft) -> list[tuple[str, str]]:
    return [
        (line.path, line.title)
        for module in checked.outline.modules
        for line in module.activities
        if line.kind == "page" and line.path
    ]


def _title_of(path: str, titles: Mapping[str, str]) -> str:
    """What a page is called; a translation by the page it translates, with its language."""
    place = place_of(path)
    if place is None or place.language is None or place.file not in titles:
        return titles.get(path, path)
    return f"{titles[place.file]} ({own_name(place.language)})"


def _page(draft: Draft, sent: PictureForm | RecordingForm | None = None) -> str:
    draft, checked = draft_and_checked(draft.id)
    form = sent if isinstance(sent, PictureForm) else PictureForm(formdata=None)
    recording_form = sent if isinstance(sent, RecordingForm) else RecordingForm(formdata=None)
    pages = _pages(checked)
    form.offer(pages)
    recording_form.offer(pages)
    uses = uses_of(checked.reading)
    titles = {line.path: line.title for line in checked.outline.all_activities}
    shown = renderer_of(draft, checked)
    media = [
        (
            medium,
            size_of(medium.content),
            [(path, _title_of(path, titles)) for path in uses.get(medium.name, [])],
            replace(shown, prefix=f"p{number}-").page(_alone(medium)).blocks,
        )
        for number, medium in enumerate(
            sorted(checked.reading.media, key=lambda medium: medium.name), 1
        )
    ]
    return render_template(
        "authoring/pictures.html",
        draft=draft,
        form=form,
        recording_form=recording_form,
        sent=sent,
        has_pages=bool(pages),
        pictures=[each for each in media if not each[0].is_recording],
        recordings=[each for each in media if each[0].is_recording],
        writes=may_write(session(), actor(), draft),
        figure=figure,
        recording=recording,
    )


def _alone(medium: MediaFile) -> str:
    """A page of nothing but this picture or recording."""
    if medium.is_recording:
        return recording(medium.name, medium.name, "")
    return figure(medium.name, medium.name, "")
