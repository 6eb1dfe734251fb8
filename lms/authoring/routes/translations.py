"""Translating a draft: how far each language is, and source and translation side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.translations import StillTrueForm, TranslationForm
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import draft_for, may_write
from lms.authoring.queries.translations import Translating, own_language, source_at, translating
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import draft_and_checked
from lms.authoring.rules.merging import differences
from lms.authoring.rules.translating.aligning import Side, sides_of
from lms.authoring.rules.translating.pieces import FIELD_NAMES, Piece, pieces_of
from lms.authoring.rules.translating.standing import (
    STATE_NAMES,
    LanguageStanding,
    TranslationState,
    languages_in,
    standing_in,
)
from lms.authoring.rules.translating.writing import cleaned, translated_bytes
from lms.authoring.services.files import MovedOnError
from lms.authoring.services.translations import save_translation, still_true
from lms.core.errors import NotFoundError
from lms.core.pdf.words import direction
from lms.core.request import actor, now, session
from lms.core.text import N_
from lms.courses.folder import read_text
from lms.courses.layout import place_of
from lms.courses.routes.showing import language_name, region_languages

CHIPS = {
    TranslationState.FINISHED: "good",
    TranslationState.STALE: "warn",
    TranslationState.BROKEN: "bad",
    TranslationState.BEGUN: "note",
    TranslationState.MISSING: "",
}


IN_HAND = frozenset({TranslationState.STALE, TranslationState.BROKEN, TranslationState.BEGUN})


@dataclass(frozen=True, slots=True)
class Typed:
    """What came with the form: words by piece, and which pieces are the same as the source."""

    words: Mapping[str, str]
    same: frozenset[str]


@blueprint.get("/drafts/<int:draft_id>/translations")
@policy(Permission.DRAFT_READ)
def translations(draft_id: int) -> str:
    """The languages of a draft and how far each is; or all files in one language."""
    draft, found = draft_and_checked(draft_id)
    known = languages_in(found.reading)
    language = request.args.get("into", "")
    standings = [standing_in(found.reading, code) for code in known]
    if not language:
        own = found.reading.own_language or "en"
        return render_template(
            "authoring/translations.html",
            draft=draft,
            standings=standings,
            states=TranslationState,
            name_of=language_name,
            own=own,
            options=[pair for pair in region_languages() if pair[0] not in {own, *known}],
        )
    _check_language(language, found.reading.own_language)
    standing = _standing(standings, language) or standing_in(found.reading, language)
    return render_template(
        "authoring/translation_files.html",
        draft=draft,
        standing=standing,
        in_hand=[file for file in standing.files if file.state in IN_HAND],
        missing=[file for file in standing.files if file.state is TranslationState.MISSING],
        finished=[file for file in standing.files if file.state is TranslationState.FINISHED],
        language=language,
        name=language_name(language),
        state_names=STATE_NAMES,
        chips=CHIPS,
    )


@blueprint.get("/drafts/<int:draft_id>/translations/<string:language>/<path:path>")
@policy(Permission.DRAFT_READ)
def translation(draft_id: int, language: str, path: str) -> str:
    """A file beside its translation."""
    draft = draft_for(session(), actor(), draft_id)
    _check_language(language, None)
    found = translating(session(), draft, path, language)
    form = TranslationForm(is_checked=found.mark is not None and found.mark.review == "done")
    form.source.data = found.digest
    form.based_on.data = found.stored.digest if found.stored else ""
    return _show(draft, found, language, form, found.sides)


@blueprint.post("/drafts/<int:draft_id>/translations/<string:language>/<path:path>")
@policy(Permission.DRAFT_READ)
def translation_save(draft_id: int, language: str, path: str) -> Response | tuple[str, int]:
    """Save a translation as typed: for now, or as finished."""
    draft = draft_for(session(), actor(), draft_id)
    _check_language(language, None)
    found = translating(session(), draft, path, language)
    form, typed = TranslationForm(), _typed(found.pieces)
    finish = request.form.get("do") == "finish"
    if not form.validate_on_submit():
        return _show(draft, found, language, form, _as_typed(found, typed)), 400
    if found.source.value is not None and form.source.data != found.digest:
        sides = _typed_on_former(draft, found, form.source.data or "", path)
        form.form_errors.append(
            gettext(
                "The source changed while you wrote. Your words stand below; see what is marked."
            )
        )
        form.source.data = found.digest
        return _show(draft, found, language, form, sides), 409
    words = {
        piece.name: piece.words if piece.name in typed.same else typed.words[piece.name]
        for piece in found.pieces
    }
    lacking = [piece for piece in found.pieces if not words[piece.name] and not piece.is_free]
    if finish and lacking:
        sides = _as_typed(found, typed)
        return _show(draft, found, language, form, sides, lacking=lacking), 400
    try:
        save_translation(
            session(), actor(), draft, found, words,
            finish=finish, is_checked=form.is_checked.data,
            based_on=form.based_on.data or None, now=now(),
        )  # fmt: skip
    except MovedOnError as error:
        form.form_errors.append(gettext(error.sentence, **error.values))
        form.based_on.data = error.digest or ""
        sides = _as_typed(found, typed)
        return _show(draft, found, language, form, sides, theirs=found.sides), 409
    flash(gettext("Saved as finished.") if finish else gettext("Saved."))
    if finish:
        list_page = url_for("authoring.translations", draft_id=draft_id, into=language)
        return redirect(list_page, 303)
    # A button in the middle of a long page leads back to where it stands.
    place = request.form.get("do", "").removeprefix("save.")
    return redirect(f"{request.path}#w-{place}" if place.isdecimal() else request.path, 303)


@blueprint.post("/drafts/<int:draft_id>/still-true/<string:language>/<path:path>")
@policy(Permission.DRAFT_READ)
def translation_still_true(draft_id: int, language: str, path: str) -> Response:
    """The source has changed, and the translation is right as it stands."""
    draft = draft_for(session(), actor(), draft_id)
    _check_language(language, None)
    found = translating(session(), draft, path, language)
    form = StillTrueForm()
    if form.source.data == found.digest and form.validate_on_submit():
        still_true(session(), actor(), draft, found, based_on=form.based_on.data or None, now=now())
        flash(gettext("Marked as up to date."))
        return redirect(url_for("authoring.translations", draft_id=draft_id, into=language), 303)
    flash(gettext("The source has changed once more. Look at it again."))
    address = url_for("authoring.translation", draft_id=draft_id, language=language, path=path)
    return redirect(address, 303)


def _show(
    draft: Draft,
    found: Translating,
    language: str,
    form: TranslationForm,
    sides: list[Side],
    *,
    lacking: list[Piece] | None = None,
    theirs: list[Side] | None = None,
) -> str:
    missing = {piece.name for piece in lacking or []}
    own = own_language(session(), draft)
    here = {side.piece.name: side.words for side in sides}
    return render_template(
        "authoring/translation.html",
        draft=draft,
        found=found,
        path=found.source.path,
        title=found.source.marked.data.get("title") or found.source.path,
        language=language,
        name=language_name(language),
        direction=direction(language),
        source_language=own,
        source_name=language_name(own),
        form=form,
        sides=sides,
        missing=missing,
        theirs={
            side.piece.name: side.words
            for side in theirs or []
            if side.words != here.get(side.piece.name)
        },
        compare=differences,
        field_names=FIELD_NAMES,
        writes=may_write(session(), actor(), draft),
        same=_same_marked(),
    )


def _same_marked() -> frozenset[str]:
    return frozenset(
        name.removeprefix("same.") for name in request.form if name.startswith("same.")
    )


def _typed(pieces: list[Piece]) -> Typed:
    words = {
        piece.name: cleaned(request.form.get(f"w.{piece.name}", ""), piece) for piece in pieces
    }
    return Typed(words, _same_marked())


def _as_typed(found: Translating, typed: Typed) -> list[Side]:
    """The page's pieces with the words that came with the form."""
    return [
        Side(side.piece, typed.words[side.piece.name], side.before, side.is_changed)
        for side in found.sides
    ]


def _typed_on_former(draft: Draft, found: Translating, former: str, path: str) -> list[Side]:
    """What was typed beside a source that has changed since, beside the present one."""
    before = source_at(session(), draft, path, former) or found.source.value
    place = place_of(found.path)
    if before is None or place is None:
        return found.sides
    pieces = pieces_of(before)
    words = dict(_typed(pieces).words)
    text = translated_bytes(before, words, None).decode()
    written = read_text(found.path, place, text)
    return sides_of(found.pieces, written, pieces, is_marked=False)


def _standing(standings: list[LanguageStanding], language: str) -> LanguageStanding | None:
    return next((each for each in standings if each.language == language), None)


def _check_language(code: str, own: str | None) -> None:
    """Raises NotFoundError for what is no language, and for the course's own."""
    if code == own:
        raise NotFoundError(N_("The course is written in this language."))
    known = {pair[0] for pair in region_languages()}
    try:
        Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        if code not in known:
            raise NotFoundError(N_("This is no language we know.")) from error
