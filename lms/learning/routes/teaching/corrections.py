"""Correcting a key: the list, a new one, its preview, the decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.access.disclosure import Field, Shown, shown
from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.models import QuestionCorrection
from lms.assessments.queries.corrections import get_correction, in_force, list_corrections
from lms.assessments.rules.corrections import (
    CORRECTION_STATE_NAMES,
    KEY_REASON_NAMES,
    AnswerKey,
    CorrectionState,
    Effect,
    codes_of,
    corrected,
)
from lms.assessments.rules.marking import marked_by_person
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.request import actor, now, only_read_on, record_access, session, settings
from lms.core.text import N_, whole_number
from lms.courses.values.edition import Edition
from lms.courses.values.question import NumericQuestion, Question, ShortAnswerQuestion
from lms.learning.forms.corrections import (
    correction_form,
    group_field,
    key_in,
    reason_in,
)
from lms.learning.pages import words
from lms.learning.queries.regrades import regrade_lines
from lms.learning.queries.summaries import CoursePage
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.teaching.question_words import group_words, in_words, text_of
from lms.learning.routes.teaching.shared import course_page, course_title
from lms.learning.rules.teaching import viewer_of_course
from lms.learning.services.regrading import ask_correction, decide_correction, question_of


@blueprint.get("/teaching/<string:course_key>/corrections")
@policy(Permission.COURSE_TEACH)
def corrections(course_key: str) -> str:
    """The corrected keys of a course, newest first."""
    page = course_page(course_key)
    return render_template(
        "learning/teaching/corrections.html",
        course_key=course_key,
        title=course_title(page.edition),
        lines=[
            (each, Effect.from_json(each.effect), _prompt_of(page.edition, each))
            for each in list_corrections(session(), course_key)
        ],
        **_WORDS,
    )


@blueprint.route(
    "/teaching/<string:course_key>/corrections/new/<string:question_key>", methods=["GET", "POST"]
)
@policy(Permission.COURSE_TEACH)
def correction_new(course_key: str, question_key: str) -> str | Response | tuple[str, int]:
    """Say what is right; the worker then finds out whose result would change."""
    page = course_page(course_key)
    question = question_of(page.edition, question_key)
    if question is None or marked_by_person(question):
        raise NotFoundError(N_("There is no such question in this course."))
    standing = in_force(session(), course_key, question)
    form = _form(question, standing)
    if form.validate_on_submit():
        try:
            correction = ask_correction(
                session(), actor(), course_key, question, key_in(form),
                reason=reason_in(form), note=form.note.data or "", now=now(),
            )  # fmt: skip
        except BadInputError as error:
            name = error.field if error.field in form else group_field(0)
            form[name if name in form else "how"].errors = [gettext(error.sentence, **error.values)]
        else:
            return redirect(_address(correction), 303)
    if form.is_submitted():
        only_read_on()
    shown_page = render_template(
        "learning/teaching/correction_new.html",
        course_key=course_key,
        title=course_title(page.edition),
        form=form,
        question=question,
        prompt=_words(page.edition)(in_words(question)),
        standing=standing,
    )
    return (shown_page, 400) if form.is_submitted() else shown_page


@blueprint.get("/teaching/<string:course_key>/corrections/<int:correction_id>")
@policy(Permission.COURSE_TEACH, recorded=True)
def correction(course_key: str, correction_id: int) -> str:
    """What a correction would change, or has changed: counts, and people by name."""
    page = course_page(course_key)
    return _show(page, get_correction(session(), course_key, correction_id))


@blueprint.post("/teaching/<string:course_key>/corrections/<int:correction_id>")
@policy(Permission.COURSE_TEACH, recorded=True)
def correction_decide(course_key: str, correction_id: int) -> Response | tuple[str, int]:
    """Apply it, or discard it."""
    page = course_page(course_key)
    verb = "apply" if request.form.get("act") == "apply" else "discard"
    try:
        found = decide_correction(session(), actor(), course_key, correction_id, verb, now=now())
    except NotPossibleError as error:
        only_read_on()
        flash(gettext(error.sentence, **error.values), "warn")
        return _show(page, get_correction(session(), course_key, correction_id)), 409
    flash(
        gettext("The new key counts from now on. Earlier attempts are being marked by it.")
        if found.state is CorrectionState.APPLIED
        else gettext("Discarded. Nothing has changed.")
    )
    return redirect(_address(found), 303)


def _show(page: CoursePage, found: QuestionCorrection) -> str:
    course_key = found.course_key
    after = request.args.get("after", type=whole_number)
    lines, following = regrade_lines(session(), actor(), course_key, found.id, after=after)
    record_access(sorted({line.regrade.person_id for line in lines}))
    here = url_for("learning.correction", course_key=course_key, correction_id=found.id)
    question = question_of(page.edition, found.question_key)
    viewer = viewer_of_course(actor(), course_key)
    return render_template(
        "learning/teaching/correction.html",
        course_key=course_key,
        title=course_title(page.edition),
        correction=found,
        effect=Effect.from_json(found.effect),
        prompt=_prompt_of(page.edition, found),
        key_lines=_key_lines(question, AnswerKey.from_json(found.answer_key)),
        lines=lines,
        shows_scores=shown(Field.SCORES, viewer) is not Shown.PASSED_OR_NOT,
        first_page=here if after else None,
        next_page=f"{here}?after={following}" if following else None,
        **_WORDS,
    )


_WORDS: Mapping[str, Any] = {
    "state_names": CORRECTION_STATE_NAMES,
    "reason_names": KEY_REASON_NAMES,
}


def _form(question: Question, standing: AnswerKey | None) -> Any:
    """The form of a question, with what counts now chosen."""
    now_right = corrected(question, standing) if standing is not None else question
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for each in codes_of(question):
        words_of_it = each.text if each.group else text_of(question, each)
        groups[each.group].append((each.code, words_of_it))
    form = correction_form(
        [(group_words(question, group), choices) for group, choices in groups.items()],
        takes_texts=isinstance(question, ShortAnswerQuestion),
        takes_number=isinstance(question, NumericQuestion),
        chosen=[each.code for each in codes_of(now_right) if each.is_right],
    )
    if isinstance(now_right, NumericQuestion) and not form.is_submitted():
        form.number.data = f"{now_right.answer:g}"
        form.tolerance.data = f"{now_right.tolerance:g}"
    return form


def _key_lines(question: Question | None, key: AnswerKey) -> list[str]:
    """What counts as right, in words."""
    if key.everyone:
        return [gettext("Everybody who met it has its points.")]
    lines = [*key.texts]
    if key.number:
        lines.append(f"{key.number} ± {key.tolerance or '0'}")
    if question is not None:
        lines += [text_of(question, each) for each in codes_of(question) if each.code in key.rights]
    return lines


def _prompt_of(edition: Edition, found: QuestionCorrection) -> str:
    """The question as the present edition words it; its key where it is gone."""
    question = question_of(edition, found.question_key)
    if question is None:
        return found.question_key
    return str(_words(edition)(in_words(question)).striptags())


def _words(edition: Edition) -> Callable[[str], Markup]:
    return words(edition, edition.course.language, settings().content_folder / "guides")


def _address(found: QuestionCorrection) -> str:
    return url_for("learning.correction", course_key=found.course_key, correction_id=found.id)
