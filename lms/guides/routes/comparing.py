"""Two editions of a guide side by side, and one section word by word."""

from __future__ import annotations

from flask import render_template, request

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import NotFoundError
from lms.core.request import actor, reading, session
from lms.core.text import N_
from lms.guides.models import StoredGuideEdition
from lms.guides.queries.editions import compared_sections, get_edition, get_guide
from lms.guides.routes.blueprint import blueprint, folder
from lms.guides.rules.comparing import (
    CALLS_FOR_WORK,
    CHANGE_NAMES,
    Change,
    Pair,
    compare,
    count,
    difference,
)


@blueprint.get("/guides/<string:guide_key>/compare")
@policy(Permission.GUIDE_EDIT)
def compare_editions(guide_key: str) -> str:
    """Every section: unchanged, moved, changed, new or gone."""
    found = get_guide(session(), actor(), folder(), guide_key)
    before, after = _two(guide_key)
    pairs = _pairs(before, after)
    shown = request.args.get("change", "")
    return render_template(
        "guides/compare.html",
        found=found,
        before=before,
        after=after,
        counts=count(pairs),
        names=CHANGE_NAMES,
        pairs=[pair for pair in pairs if not shown or pair.change == shown],
        shown=shown,
        calls_for_work=any(pair.change in CALLS_FOR_WORK for pair in pairs),
    )


@blueprint.get("/guides/<string:guide_key>/compare/<string:section_key>")
@policy(Permission.GUIDE_EDIT)
def compare_section(guide_key: str, section_key: str) -> str:
    """What was taken out of a section and put into it, word by word."""
    found = get_guide(session(), actor(), folder(), guide_key)
    before, after = _two(guide_key)
    pair = next((each for each in _pairs(before, after) if each.key == section_key), None)
    if pair is None:
        raise NotFoundError(N_("There is no such section in these editions."))
    old, new = (pair.before.text if pair.before else "", pair.after.text if pair.after else "")
    return render_template(
        "guides/compare_section.html",
        found=found,
        before=before,
        after=after,
        pair=pair,
        pieces=difference(old, new) if pair.change is Change.CHANGED else [],
        name=CHANGE_NAMES[pair.change],
    )


def _two(guide_key: str) -> tuple[StoredGuideEdition, StoredGuideEdition]:
    before = get_edition(session(), actor(), guide_key, request.args.get("before", ""))
    after = get_edition(session(), actor(), guide_key, request.args.get("after", ""))
    return before, after


def _pairs(before: StoredGuideEdition, after: StoredGuideEdition) -> list[Pair]:
    """Computed on a reading session of its own: a long guide takes a second."""
    with reading() as short:
        old, new = compared_sections(short, before), compared_sections(short, after)
    return compare(old, new)
