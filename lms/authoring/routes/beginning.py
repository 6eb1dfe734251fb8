"""Beginning a draft: from nothing, from a course one teaches, or by adapting another."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.rules import scopes_for
from lms.authoring.forms.beginning import AdaptForm, KeyedForm, NewCourseForm, new_id
from lms.authoring.queries.drafts import taken_keys
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.rules.new_course import FirstWords, adapted, new_course
from lms.authoring.services.drafts import begin
from lms.core.actor import ScopeKind
from lms.core.errors import BekalError
from lms.core.request import actor, now, session
from lms.courses.catalogue import CourseCard
from lms.courses.queries import get_current, list_cards
from lms.courses.routes import page_language
from lms.courses.routes.showing import region_languages, show
from lms.courses.store import get_edition
from lms.courses.writing import course_files


@blueprint.get("/drafts/new")
@policy(Permission.DRAFT_EDIT)
def draft_new() -> str:
    """The ways to begin."""
    return render_template(
        "authoring/new.html",
        own=_own_cards(),
        client_id=new_id(),
        language=page_language(),
    )


@blueprint.route("/drafts/new/empty", methods=["GET", "POST"])
@policy(Permission.DRAFT_EDIT)
def draft_new_empty() -> Response | tuple[str, int]:
    """A course from nothing."""
    form = NewCourseForm()
    form.language.choices = region_languages()
    _prepare(form)
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        begun = form.begun
        try:
            draft = begin(
                session(),
                actor(),
                course_key=begun.key,
                title=begun.title,
                files=new_course(begun, first_words()),
                client_id=form.client_id.data,
                now=now(),
            )
        except BekalError as error:
            status = show(form, error)
        else:
            flash(gettext("The draft stands. Add modules and pages to it."))
            return redirect(url_for("authoring.draft", draft_id=draft.id), 303)
    return render_template("authoring/new_empty.html", form=form), status


@blueprint.route("/drafts/new/adaptation", methods=["GET", "POST"])
@policy(Permission.DRAFT_EDIT)
def draft_new_adaptation() -> Response | tuple[str, int]:
    """A course of one's own that follows another and is told when that changes."""
    form = AdaptForm()
    form.offer([(card.key, card.title(page_language())) for card in _sorted(list_cards(session()))])
    _prepare(form)
    status = 400 if form.is_submitted() else 200
    if not form.is_submitted() and request.args.get("course"):
        form.course.data = request.args["course"][:80]
    if form.validate_on_submit():
        stored = get_current(session(), form.course.data)
        try:
            draft = begin(
                session(),
                actor(),
                course_key=form.wanted_key,
                title=form.title.data or "",
                files=adapted(
                    get_edition(session(), stored.digest), form.wanted_key, form.title.data or ""
                ),
                adapted_from=stored,
                client_id=form.client_id.data,
                now=now(),
            )
        except BekalError as error:
            status = show(form, error)
        else:
            flash(gettext("The copy stands. It stays linked to the course it follows."))
            return redirect(url_for("authoring.draft", draft_id=draft.id), 303)
    return render_template("authoring/new_adaptation.html", form=form), status


@blueprint.post("/drafts/new/edition")
@policy(Permission.DRAFT_EDIT)
def draft_new_edition() -> Response:
    """The next edition of a course, beginning as the current one."""
    stored = get_current(session(), request.form.get("course", "")[:80])
    edition = get_edition(session(), stored.digest)
    draft = begin(
        session(),
        actor(),
        course_key=stored.course_key,
        title=edition.course.title,
        files=course_files(edition),
        made_from=stored,
        client_id=request.form.get("client_id", "")[:64] or None,
        now=now(),
    )
    flash(gettext("The draft holds the current edition. Learners see nothing of your changes yet."))
    return redirect(url_for("authoring.draft", draft_id=draft.id), 303)


def _prepare(form: KeyedForm) -> None:
    form.client_id.data = form.client_id.data or new_id()
    form.taken = taken_keys(session(), form.client_id.data)


def _own_cards() -> list[CourseCard]:
    """The courses whose next edition the actor may write, by title."""
    scopes = scopes_for(actor(), Permission.DRAFT_EDIT)
    own = scopes.of(ScopeKind.COURSE)
    return _sorted([card for card in list_cards(session()) if scopes.everywhere or card.key in own])


def _sorted(cards: list[CourseCard]) -> list[CourseCard]:
    return sorted(cards, key=lambda card: card.title(page_language()).casefold())


def first_words() -> FirstWords:
    """What a course that begins says until somebody writes it, in the language of the page."""
    return FirstWords(
        module=gettext("First module"),
        module_summary=gettext("What this module is for."),
        page=gettext("First page"),
        page_summary=gettext("What the page gives, in one or two sentences."),
        page_body=gettext("Write here."),
        wellbeing=gettext("When this becomes heavy"),
        wellbeing_body=gettext(
            "Some of this course is hard to read. You may pause at any time; your place is kept. "
            "Speak with somebody you trust."
        ),
    )
