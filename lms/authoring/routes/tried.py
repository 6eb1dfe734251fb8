"""A draft being tried: who looks, and a page of learners with its addresses led here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from flask import render_template, request, url_for
from markupsafe import Markup

from lms.authoring.models import Draft
from lms.authoring.queries.checked import CheckedDraft
from lms.authoring.queries.previewed import as_on_course
from lms.authoring.queries.reviewing import find_current
from lms.authoring.routes.publishing import edition_in
from lms.authoring.routes.shared import draft_and_checked, registry
from lms.core.errors import NotFoundError, NotPossibleError
from lms.core.languages import own_name
from lms.core.request import now, session
from lms.core.text import N_
from lms.courses.render.clean import safe
from lms.courses.render.page import Renderer, renderer_for
from lms.courses.values.edition import Activity, Edition
from lms.learning.queries.courses import OnCourse
from lms.learning.rules.plans import beside
from lms.people.queries.members import member_names

NOBODY = "-"
"""Stands in the address for a learner of no member in particular."""


@dataclass(frozen=True)
class Trying:
    """A draft being looked at: as a learner of which member, in which language."""

    draft: Draft
    checked: CheckedDraft
    on: OnCourse
    member_code: str

    @property
    def edition(self) -> Edition:
        """The edition it would become."""
        return self.on.edition

    @property
    def base(self) -> str:
        """The address of the outline; the pages stand below it."""
        return url_for(
            "authoring.preview_course",
            draft_id=self.draft.id,
            member_code=self.member_code,
            language=self.on.language,
        )

    def at(self, rest: str) -> str:
        """An address below it."""
        return f"{self.base}/{rest}"

    def renderer(self, language: str) -> Renderer:
        """The renderer of learners, with the pictures of the draft."""
        media = url_for("authoring.draft_media", draft_id=self.draft.id, name="NAME")
        usual = renderer_for(self.edition, registry(), language)
        return replace(usual, media_address=media.replace("NAME", "%(name)s"))

    def words(self, language: str) -> Callable[[str], Markup]:
        """From words of the content to safe HTML."""
        renderer = self.renderer(language)
        return lambda text: safe(renderer.prose(text))


def edition_to_try(checked: CheckedDraft) -> Edition:
    """The edition a draft would become. Raises NotPossibleError while something is to mend."""
    try:
        return edition_in(checked)
    except NotPossibleError as error:
        raise NotPossibleError(
            N_("The draft cannot be read as a learner while something is to mend. See the review.")
        ) from error


def trying_of(draft_id: int, member_code: str, language: str) -> Trying:
    """What the address names. Raises NotFoundError for a draft, member or language that is not."""
    draft, checked = draft_and_checked(draft_id)
    edition = edition_to_try(checked)
    is_known = member_code == NOBODY or member_code in member_names(session())
    if not is_known or language not in edition.languages:
        raise NotFoundError(N_("There is no such preview. Begin it from the draft."))
    current = find_current(session(), draft.course_key)
    number = current.number + 1 if current is not None else 1
    on = as_on_course(draft, edition, language=language, number=number, now=now())
    return Trying(draft, checked, on, member_code)


def shown_here(trying: Trying, template: str, **values: Any) -> str:
    """A learner's page with its addresses led here, marked as a preview."""
    names = member_names(session())
    html = render_template(
        template,
        on=trying.on,
        language=trying.on.language,
        trying=trying,
        preview_members=sorted(names.items(), key=lambda pair: pair[1].casefold()),
        preview_member=names.get(trying.member_code),
        preview_languages=[(code, own_name(code)) for code in trying.edition.languages],
        **values,
    )
    way = request.args.get("way")
    if way is not None:
        # The form of a scenario says only where it stands; here the steps before go with it.
        html = html.replace('/steps"', f'/steps?way={quote(way)}"')
    there = f'"/learning/{trying.draft.course_key}'
    for end in ('"', "/", "?", "#"):
        html = html.replace(f"{there}{end}", f'"{trying.base}{end}')
    return html


def common(trying: Trying, found: Activity, text_language: str) -> dict[str, Any]:
    """What the templates of all activities need beside the activity."""
    before, after = beside(trying.edition, found.key)
    return {
        "before": before,
        "after": after,
        "chapter": trying.on.plan.chapter_of(trying.edition.credited(found.key)),
        "words": trying.words(text_language),
        "text_language": text_language,
    }
