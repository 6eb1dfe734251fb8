"""Accepting a corrected tree as an edition."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.request import actor, now, only_read_on, session
from lms.guides.forms import NEW, AcceptForm
from lms.guides.models import GuideImport
from lms.guides.queries.imports import get_import, present_tree
from lms.guides.queries.registry import registry_of
from lms.guides.routes.blueprint import blueprint, folder
from lms.guides.rules.states import GuideImportState
from lms.guides.rules.texts import slug
from lms.guides.rules.trees import kept
from lms.guides.services.accepting import FRONT, Acceptance, accept
from lms.people.rules.languages import REGION, language_names


@blueprint.route("/guide-imports/<int:guide_import_id>/accept", methods=["GET", "POST"])
@policy(Permission.GUIDE_EDIT)
def accept_import(guide_import_id: int) -> str | Response | tuple[str, int]:
    """What the edition is called, then it stands for good."""
    found = get_import(session(), actor(), guide_import_id)
    if found.state is not GuideImportState.OPEN:
        return redirect(url_for("guides.tree", guide_import_id=guide_import_id), 303)
    form = AcceptForm()
    registry = registry_of(session(), folder())
    guides = sorted((guide.key, guide.title) for guide in registry.guides.values())
    series = sorted((each.key, each.title) for each in registry.series.values())
    languages = sorted(((code, language_names()[code]) for code in REGION), key=lambda one: one[1])
    form.offer(guides, series, languages)
    if not form.is_submitted():
        _begin(form, found)
    elif form.validate():
        answer = _accept(form, guide_import_id)
        if answer is not None:
            return answer
    page = render_template(
        "guides/accept.html", found=found, form=form, sections=kept(present_tree(found))
    )
    return (page, 400) if form.is_submitted() else page


def _begin(form: AcceptForm, found: GuideImport) -> None:
    form.seen.data = len(found.steps["steps"])
    form.guide_key.data = NEW
    form.title.data = found.facts.get("title", "")
    form.language.data = "en"
    form.year.data = now().year


def _accept(form: AcceptForm, guide_import_id: int) -> Response | None:
    key, year = form.guide_key.data, form.year.data
    language = form.language.data
    if key == NEW:
        base = slug(form.title.data or "")
        key = base if base.startswith("guide-") else f"guide-{base}".strip("-")
        if not base:
            form.title.errors = (gettext("Write the title of the new guide in Latin letters."),)
            return None
    try:
        edition = accept(
            session(),
            actor(),
            guide_import_id,
            Acceptance(
                guide_key=key,
                edition_key=form.edition_key.data or f"{year}-{language.lower()}",
                language=language,
                year=year,
                publisher=form.publisher.data,
                may_quote=form.may_quote.data,
                title=form.title.data or "",
                short=form.short.data or "",
                series_key=form.series_key.data or None,
            ),
            seen=form.seen.data,
            front=gettext(FRONT),
            folder=folder(),
            now=now(),
        )
    except (BadInputError, NotPossibleError) as error:
        only_read_on()
        field = form._fields.get(error.field or "", form.guide_key)
        field.errors = [gettext(error.sentence, **error.values)]
        return None
    flash(gettext("The edition is accepted. Courses can cite its sections from now on."))
    address = url_for("guides.edition", guide_key=key, edition_key=edition.key)
    return redirect(address, 303)
