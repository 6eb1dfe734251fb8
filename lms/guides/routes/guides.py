"""The list of guides, one guide with its editions, one edition with its sections."""

from __future__ import annotations

from flask import render_template

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.request import actor, session
from lms.guides.queries.editions import get_edition, get_guide, list_guides, sections_of
from lms.guides.queries.imports import open_imports
from lms.guides.routes.blueprint import blueprint, folder
from lms.people.rules.languages import language_names


@blueprint.get("/guides")
@policy(Permission.GUIDE_EDIT)
def guides() -> str:
    """Every guide with its editions, and the trees that wait to be finished."""
    return render_template(
        "guides/guides.html",
        guides=list_guides(session(), actor(), folder()),
        imports=open_imports(session(), actor()),
        languages=language_names(),
    )


@blueprint.get("/guides/<string:guide_key>")
@policy(Permission.GUIDE_EDIT)
def guide(guide_key: str) -> str:
    """One guide: its editions, and comparing two of them."""
    found = get_guide(session(), actor(), folder(), guide_key)
    return render_template("guides/guide.html", found=found, languages=language_names())


@blueprint.get("/guides/<string:guide_key>/editions/<string:edition_key>")
@policy(Permission.GUIDE_EDIT)
def edition(guide_key: str, edition_key: str) -> str:
    """The sections of an edition, with the keys by which courses cite them."""
    found = get_guide(session(), actor(), folder(), guide_key)
    stored = get_edition(session(), actor(), guide_key, edition_key)
    return render_template(
        "guides/edition.html",
        found=found,
        edition=stored,
        sections=sections_of(session(), stored),
        languages=language_names(),
    )
