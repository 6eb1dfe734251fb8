"""Papers of a course, and of a draft: which there are, asking for one, taking it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.papers.parts import PaperForm, PaperKind
from lms.authoring.queries.drafts import draft_for
from lms.authoring.queries.papers import BOTH, PapersOf, being_made, papers_for, works_on
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import checked, draft_and_checked
from lms.authoring.services.papers import PaperWanted, ask_paper
from lms.core.downloads import stored_answer
from lms.core.errors import NotFoundError
from lms.core.languages import own_name
from lms.core.request import actor, now, session, storage
from lms.core.storage import NotStoredError
from lms.core.text import N_
from lms.courses.routes import page_language
from lms.courses.store import get_edition

GONE = N_("There is no such paper.")
_NAME = re.compile(r"(workbook|guide)-([a-z]{2,3}(?:-[A-Za-z]{2,4}){0,2})\.(pdf|docx)")


@dataclass(frozen=True, slots=True)
class Offered:
    """One file of a paper: `state` is ready, made (being made), failed or open."""

    form: PaperForm
    name: str
    state: str
    size: int
    said: str


@dataclass(frozen=True, slots=True)
class InLanguage:
    """A paper in one language, in each form."""

    code: str
    name: str
    is_partial: bool
    files: tuple[Offered, ...]


@blueprint.app_context_processor
def offering() -> dict[str, Callable[[str], bool]]:
    """`works_on_course(key)` for the page of a course, whose room knows no trainers."""
    return {"works_on_course": lambda key: works_on(actor(), key)}


@blueprint.get("/courses/<string:course_key>/papers")
@policy(Permission.LEARNING_TAKE)
def course_papers(course_key: str) -> str:
    """What may be printed of a course."""
    found = papers_for(session(), actor(), course_key)
    edition = get_edition(session(), found.stored.digest)
    languages = [(code, not edition.is_whole_in(code)) for code in edition.languages]
    return render_template(
        "authoring/course_papers.html",
        course_key=course_key,
        title=edition.in_language(edition.course, page_language())[0].title,
        number=found.stored.number,
        papers=_offered(found.kinds, languages, found.stored.digest, None),
        is_learner=PaperKind.GUIDE not in found.kinds,
        address=lambda name: url_for(
            "authoring.course_paper", course_key=course_key, paper_name=name
        ),
    )


@blueprint.post("/courses/<string:course_key>/papers/<string:paper_name>")
@policy(Permission.LEARNING_TAKE)
def ask_course_paper(course_key: str, paper_name: str) -> Response:
    """Have a paper made, for everybody who may have it."""
    found = papers_for(session(), actor(), course_key)
    wanted = _of_course(found, paper_name)
    page = url_for("authoring.course_papers", course_key=course_key)
    return _ask(wanted, page)


@blueprint.get("/courses/<string:course_key>/papers/<string:paper_name>")
@policy(Permission.LEARNING_TAKE)
def course_paper(course_key: str, paper_name: str) -> Response:
    """The file of a paper."""
    found = papers_for(session(), actor(), course_key)
    return _file(_of_course(found, paper_name), f"{course_key}-{paper_name}")


@blueprint.get("/drafts/<int:draft_id>/papers")
@policy(Permission.DRAFT_READ)
def draft_papers(draft_id: int) -> str:
    """What may be printed of a draft, as it stands."""
    draft, found = draft_and_checked(draft_id)
    return render_template(
        "authoring/draft_papers.html",
        draft=draft,
        errors=len(found.errors),
        papers=_offered(
            BOTH, [(code, False) for code in _languages(draft_id)], draft.digest, draft.id
        ),
        address=lambda name: url_for("authoring.draft_paper", draft_id=draft.id, paper_name=name),
    )


@blueprint.post("/drafts/<int:draft_id>/papers/<string:paper_name>")
@policy(Permission.DRAFT_READ)
def ask_draft_paper(draft_id: int, paper_name: str) -> Response:
    """Have a paper made of a draft as it stands now."""
    wanted = _of_draft(draft_id, paper_name)
    return _ask(wanted, url_for("authoring.draft_papers", draft_id=draft_id))


@blueprint.get("/drafts/<int:draft_id>/papers/<string:paper_name>")
@policy(Permission.DRAFT_READ)
def draft_paper(draft_id: int, paper_name: str) -> Response:
    """The file of a paper of a draft."""
    wanted = _of_draft(draft_id, paper_name)
    draft = draft_for(session(), actor(), draft_id)
    return _file(wanted, f"{draft.course_key}-draft-{paper_name}")


def _offered(
    kinds: Sequence[PaperKind],
    languages: Sequence[tuple[str, bool]],
    digest: str,
    draft_id: int | None,
) -> dict[PaperKind, list[InLanguage]]:
    wanted = {
        (kind, code, form): PaperWanted(digest, kind, code, form, draft_id)
        for kind in kinds
        for code, _is_partial in languages
        for form in PaperForm
    }
    made = being_made(session(), [each.once_key for each in wanted.values()])
    return {
        kind: [
            InLanguage(
                code,
                own_name(code),
                is_partial,
                tuple(_one(wanted[kind, code, form], made) for form in PaperForm),
            )
            for code, is_partial in languages
        ]
        for kind in kinds
    }


def _one(wanted: PaperWanted, made: frozenset[str]) -> Offered:
    name = f"{wanted.kind.value}-{wanted.language}.{wanted.form.value}"
    store = storage()
    if store.exists(wanted.key):
        return Offered(wanted.form, name, "ready", store.about(wanted.key).size, "")
    if wanted.once_key in made:
        return Offered(wanted.form, name, "made", 0, "")
    if store.exists(wanted.said_key):
        with store.open(wanted.said_key) as stream:
            return Offered(wanted.form, name, "failed", 0, stream.read().decode())
    return Offered(wanted.form, name, "open", 0, "")


def _languages(draft_id: int) -> list[str]:
    """The languages of a draft, its own first."""
    found = checked(draft_for(session(), actor(), draft_id))
    own = found.course.language if found.course else "en"
    others = {source.place.language for source in found.reading.sources} - {None, own}
    return [own, *sorted(code for code in others if code is not None)]


def _of_course(found: PapersOf, name: str) -> PaperWanted:
    edition = get_edition(session(), found.stored.digest)
    wanted = _read(name, found.stored.digest, None)
    if wanted.kind not in found.kinds or wanted.language not in edition.languages:
        raise NotFoundError(GONE)
    return wanted


def _of_draft(draft_id: int, name: str) -> PaperWanted:
    draft = draft_for(session(), actor(), draft_id)
    wanted = _read(name, draft.digest, draft.id)
    if wanted.language not in _languages(draft_id):
        raise NotFoundError(GONE)
    return wanted


def _read(name: str, digest: str, draft_id: int | None) -> PaperWanted:
    """The paper a name in an address says."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise NotFoundError(GONE)
    return PaperWanted(digest, PaperKind(found[1]), found[2], PaperForm(found[3]), draft_id)


def _ask(wanted: PaperWanted, page: str) -> Response:
    if not storage().exists(wanted.key):
        ask_paper(session(), actor(), wanted, page=page, now=now())
        flash(gettext("The paper is being made. That takes about a minute; it stays here."))
    return redirect(page, 303)


def _file(wanted: PaperWanted, name: str) -> Response:
    try:
        return stored_answer(storage(), wanted.key, name)
    except NotStoredError as error:
        raise NotFoundError(N_("This paper is not made yet. Ask for it on its page.")) from error
