"""A draft made of chosen sections of a guide's edition."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.beginning import NewCourseForm, new_id
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import taken_keys
from lms.authoring.routes.beginning import first_words
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.rules.from_sections import (
    ROLE_NAMES,
    Chosen,
    Guide,
    PageWords,
    Role,
    course_of,
    planned,
    suggested,
)
from lms.authoring.services.drafts import begin
from lms.core.errors import BekalError
from lms.core.request import actor, now, session, settings
from lms.courses.routes.showing import region_languages, show
from lms.guides.models import StoredGuideEdition
from lms.guides.queries.editions import GuideWithEditions, get_edition, get_guide, sections_of


@blueprint.route(
    "/guides/<string:guide_key>/editions/<string:edition_key>/course", methods=["GET", "POST"]
)
@policy(Permission.DRAFT_EDIT)
def course_from_sections(guide_key: str, edition_key: str) -> Response | tuple[str, int]:
    """Choose what each section becomes, say what the course is; then the draft stands."""
    folder = settings().content_folder / "guides"
    found = get_guide(session(), actor(), folder, guide_key)
    edition = get_edition(session(), actor(), guide_key, edition_key)
    rows = sections_of(session(), edition, with_text=edition.may_quote)
    sections = [
        Chosen(row.key, row.title, row.level, row.text if edition.may_quote else "") for row in rows
    ]
    roles = _roles(sections) if request.method == "POST" else suggested(sections)
    form = NewCourseForm()
    form.language.choices = region_languages()
    form.client_id.data = form.client_id.data or new_id()
    form.taken = taken_keys(session(), form.client_id.data)
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            draft = _begin(form, sections, roles, found, edition)
        except BekalError as error:
            status = show(form, error)
        else:
            flash(gettext("The draft stands. Its pages cite their sections; now write them."))
            return redirect(url_for("authoring.draft", draft_id=draft.id), 303)
    page = render_template(
        "authoring/from_sections.html",
        form=form,
        found=found,
        edition=edition,
        sections=sections,
        roles=roles,
        role_names=ROLE_NAMES,
    )
    return page, status


def _roles(sections: list[Chosen]) -> dict[str, Role]:
    """What the form says of each section; what it does not say is not in the course."""
    known = {role.value for role in Role}
    said = {section.key: request.form.get(f"role-{section.key}", "") for section in sections}
    return {key: Role(role) if role in known else Role.NOTHING for key, role in said.items()}


def _begin(
    form: NewCourseForm,
    sections: list[Chosen],
    roles: dict[str, Role],
    found: GuideWithEditions,
    edition: StoredGuideEdition,
) -> Draft:
    begun = form.begun
    words = PageWords(
        summary=gettext("What officers need from “%(title)s”.", title="%(title)s"),
        module_summary=gettext("What this module is for."),
        body=gettext("Write here, in your own words, what officers need from this section."),
    )
    objective = begun.objective_key
    guide = Guide(found.guide.key, edition.key, found.guide.short)
    files = course_of(begun, planned(sections, roles), guide, words, first_words(), objective)
    return begin(
        session(),
        actor(),
        course_key=begun.key,
        title=begun.title,
        files=files,
        client_id=form.client_id.data,
        now=now(),
    )
