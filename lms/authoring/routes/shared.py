"""What the views of a draft share: the draft in the address, read and checked."""

from __future__ import annotations

from flask import request, url_for

from lms.authoring.models import Draft
from lms.authoring.queries.checked import CheckedDraft, get_checked
from lms.authoring.queries.drafts import draft_for
from lms.authoring.routes.blueprint import blueprint
from lms.core.request import actor, reading, session, settings
from lms.courses.layout import place_of
from lms.guides.queries.registry import registry_of
from lms.guides.registry import Registry


def registry() -> Registry:
    """What courses may cite."""
    return registry_of(session(), settings().content_folder / "guides")


def draft_and_checked(draft_id: int) -> tuple[Draft, CheckedDraft]:
    """The draft and all that is known of its files. Raises NotFoundError as `draft_for` does."""
    if request.method != "GET":
        _read_before(draft_id)
    draft = draft_for(session(), actor(), draft_id)
    return draft, checked(draft)


def checked(draft: Draft) -> CheckedDraft:
    """The draft as it stands now, read and checked."""
    members = settings().content_folder / "members.csv"
    return get_checked(session(), draft, registry(), members)


def _read_before(draft_id: int) -> None:
    """Parse the draft before the request's own transaction begins.

    A large course takes a second or two; on SQLite nobody else could write meanwhile.
    """
    folder = settings().content_folder
    with reading() as short:
        draft = draft_for(short, actor(), draft_id)
        known = registry_of(short, folder / "guides")
        get_checked(short, draft, known, folder / "members.csv")


EDITORS: dict[str, str] = {
    "page": "authoring.draft_page",
    "quiz": "authoring.draft_quiz_at",
    "bank": "authoring.draft_question_at",
    "scenario": "authoring.scenario",
}
"""The view in which a kind of file is written; all others, and translations, as text."""


def file_address(draft_id: int, path: str, line: int | None = None) -> str:
    """Where a file of a draft is written, at the line that is meant; pictures among pictures."""
    if path.startswith("media/"):
        return url_for("authoring.draft_pictures", draft_id=draft_id)
    place = place_of(path)
    kind = place.shape.kind if place is not None else ""
    endpoint = EDITORS.get(kind, "authoring.draft_file")
    is_translated = place is not None and place.language is not None and kind != "page"
    if is_translated:
        endpoint = "authoring.draft_file"
    if endpoint == EDITORS["scenario"] and place is not None:
        return url_for(endpoint, draft_id=draft_id, scenario_key=place.name)
    return url_for(endpoint, draft_id=draft_id, path=path, line=line)


@blueprint.context_processor
def addresses() -> dict[str, object]:
    """What the templates of the room may call besides `url_for`."""
    return {"file_address": file_address}
