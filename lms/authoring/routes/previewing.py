"""A page of a draft through the very renderer learners get."""

from __future__ import annotations

from flask import url_for

from lms.authoring.models import Draft
from lms.authoring.queries.checked import CheckedDraft
from lms.authoring.routes.shared import registry
from lms.courses.render.page import RenderedPage, Renderer
from lms.courses.values.course import Glossary


def preview_of(draft: Draft, checked: CheckedDraft, body: str) -> RenderedPage:
    """The body as learners will see it: with the glossary and the pictures of the draft.

    Links to other activities lead to the outline of the draft.
    """
    return renderer_of(draft, checked).page(body.replace("\r\n", "\n"))


def renderer_of(draft: Draft, checked: CheckedDraft) -> Renderer:
    """The renderer of a draft in the language it is written in."""
    media = url_for("authoring.draft_media", draft_id=draft.id, name="NAME")
    outline = url_for("authoring.draft", draft_id=draft.id)
    return Renderer(
        registry(),
        checked.glossary or Glossary(file="glossary.yaml"),
        {medium.name: medium for medium in checked.reading.media},
        address=outline,
        media_address=media.replace("NAME", "%(name)s"),
    )
