"""A member's notes: its courses, the places of one, the editor of one place."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import BadInputError, NotFoundError
from lms.core.request import actor, now, session, settings
from lms.core.text import N_
from lms.courses.catalogue import CourseCard
from lms.courses.forms.notes import NoteForm
from lms.courses.models import MemberNote, StoredEdition
from lms.courses.notes import NotePlace, note_places
from lms.courses.queries import get_current, list_cards
from lms.courses.queries.notes import (
    find_note,
    list_helplines,
    notes_of_member,
    versions_of,
)
from lms.courses.render.clean import safe
from lms.courses.render.note import note_markup
from lms.courses.render.page import renderer_for
from lms.courses.routes.blueprint import blueprint
from lms.courses.routes.language import page_language
from lms.courses.routes.showing import (
    edited_member,
    edited_members,
    language_name,
    region_languages,
    show,
)
from lms.courses.rules import is_stale
from lms.courses.services.notes import end_note, save_note
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.guides.registry import Registry, read_registry
from lms.people.models import Member


@blueprint.get("/own/notes")
@policy(Permission.MEMBER_NOTE_EDIT)
def member_notes() -> str:
    """Every course with how many of its notes the member has written."""
    member = edited_member()
    written = notes_of_member(session(), member.code)
    today = now().date()
    lines = []
    for card in list_cards(session()):
        places = {(p.activity, p.key) for p in note_places(get_edition(session(), card.digest))}
        here = {place: found for place, found in written[card.key].items() if place in places}
        old = sum(
            any(is_stale(note.checked_on, today) for note in found.values())
            for found in here.values()
        )
        lines.append((card, len(places), len(here), old))
    lines.sort(key=lambda line: line[0].title(page_language()).casefold())
    return render_template(
        "courses/member_notes.html",
        member=member,
        members=edited_members(),
        lines=lines,
        language=page_language(),
        helplines=len(list_helplines(session(), member.code)),
    )


@blueprint.get("/own/notes/<string:course_key>")
@policy(Permission.MEMBER_NOTE_EDIT)
def course_notes(course_key: str) -> str:
    """The places of a course where the member may say what holds for it."""
    member = edited_member()
    _stored, edition, card = _course(course_key)
    written = notes_of_member(session(), member.code, course_key)[course_key]
    today = now().date()
    return render_template(
        "courses/course_notes.html",
        member=member,
        card=card,
        places=[
            (place, written.get((place.activity, place.key), {})) for place in note_places(edition)
        ],
        author=_author_words(edition),
        markup=note_markup,
        is_old=lambda note: is_stale(note.checked_on, today),
        own_name=language_name,
        language=page_language(),
    )


@blueprint.route(
    "/own/notes/<string:course_key>/<string:activity_key>/<string:place_key>",
    methods=["GET", "POST"],
)
@policy(Permission.MEMBER_NOTE_EDIT)
def member_note(course_key: str, activity_key: str, place_key: str) -> Response | tuple[str, int]:
    """Write the note of one place in one language, look at it, keep it."""
    member = edited_member()
    _stored, edition, card = _course(course_key)
    place = _place(edition, activity_key, place_key)
    language = _language(card)
    note = find_note(session(), member.code, course_key, (activity_key, place_key), language)
    form = NoteForm.of(note, today=now().date())
    editor = _Editor(member, card, edition, place, language)
    if not form.validate_on_submit():
        return editor.page(form, note, 400 if form.is_submitted() else 200)
    if request.form.get("act") == "preview":
        return editor.page(form, note, 200, preview=note_markup(form.body.data or ""))
    try:
        save_note(
            session(),
            actor(),
            member.code,
            course_key,
            (activity_key, place_key),
            language=language,
            body=form.body.data or "",
            checked_on=form.checked_on.data,
            standing=int(form.standing.data or 0),
            now=now(),
        )
    except BadInputError as error:
        status = show(form, error)
        # What somebody else saved meanwhile stands above; the next press replaces it.
        form.standing.data = str(note.number if note else 0)
        return editor.page(form, note, status)
    flash(gettext("The note is saved. People of %(member)s read it now.", member=member.name))
    return redirect(url_for("courses.course_notes", course_key=course_key, member=member.code), 303)


@blueprint.post("/own/notes/<string:course_key>/<string:activity_key>/<string:place_key>/end")
@policy(Permission.MEMBER_NOTE_EDIT)
def member_note_end(course_key: str, activity_key: str, place_key: str) -> Response:
    """Take a note away; readers see the author's text again."""
    member = edited_member()
    _stored, _edition, card = _course(course_key)
    place = (activity_key, place_key)
    note = find_note(session(), member.code, course_key, place, _language(card))
    if note is not None:
        end_note(session(), actor(), note, now=now())
    flash(gettext("The note is taken away. Readers see the author's text."))
    return redirect(url_for("courses.course_notes", course_key=course_key, member=member.code), 303)


class _Editor:
    """The page of one place with what stands around the form."""

    def __init__(
        self, member: Member, card: CourseCard, edition: Edition, place: NotePlace, language: str
    ) -> None:
        self.member, self.card, self.edition = member, card, edition
        self.place, self.language = place, language

    def page(
        self, form: NoteForm, note: MemberNote | None, status: int, *, preview: Markup | None = None
    ) -> tuple[str, int]:
        """The page with the form as it is, and the versions there were."""
        key = (self.place.activity, self.place.key)
        code, course = self.member.code, self.card.key
        page = render_template(
            "courses/member_note.html",
            form=form,
            note=note,
            preview=preview,
            member=self.member,
            card=self.card,
            place=self.place,
            author=_author_words(self.edition),
            markup=note_markup,
            versions=versions_of(session(), code, course, key, self.language),
            note_language=self.language,
            languages=_languages(self.card),
            written=notes_of_member(session(), code, course)[course].get(key, {}),
            is_old=note is not None and is_stale(note.checked_on, now().date()),
            own_name=language_name,
            language=page_language(),
            is_own=lambda version: version.saved_by == actor().person_id,
        )
        return page, status


def _course(course_key: str) -> tuple[StoredEdition, Edition, CourseCard]:
    stored = get_current(session(), course_key)
    card = CourseCard.from_json(stored.card)
    return stored, get_edition(session(), stored.digest), card


def _place(edition: Edition, activity_key: str, place_key: str) -> NotePlace:
    for place in note_places(edition):
        if (place.activity, place.key) == (activity_key, place_key):
            return place
    raise NotFoundError(N_("There is no such place in this course."))


def _language(card: CourseCard) -> str:
    """The language asked for, else that of the course."""
    wanted = request.args.get("language_of_note", "")
    return wanted if wanted in dict(_languages(card)) else card.language


def _languages(card: CourseCard) -> list[tuple[str, str]]:
    """Languages a note may be written in: those of the course first, then of the region."""
    own = [(code, language_name(code)) for code in card.languages]
    return own + [pair for pair in region_languages() if pair not in own]


def _author_words(edition: Edition) -> Callable[[str], Markup]:
    """The author's Markdown as safe HTML, in the language of the course."""
    registry = _registry(settings().content_folder / "guides")
    renderer = renderer_for(edition, registry, edition.course.language)
    return lambda text: safe(renderer.prose(text))


@lru_cache(maxsize=4)
def _registry(folder: Path) -> Registry:
    return read_registry(folder)[0]
