"""One question of a draft: written, tried, copied, moved, removed, and its versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.rules.answers import given_in
from lms.authoring.forms.question_words import KIND_NAMES, path_words
from lms.authoring.forms.questions import FORMS, QuestionForm, begun, form_of
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import draft_for, may_write
from lms.authoring.queries.people import views_of
from lms.authoring.queries.questions import (
    DraftBank,
    get_bank,
    list_item_versions,
    read_rest,
)
from lms.authoring.routes.bank import citations, kind_choices, question_address
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import registry
from lms.authoring.rules.bank.checking import problems_in
from lms.authoring.rules.bank.filters import differences
from lms.authoring.rules.bank.incoming import key_of
from lms.authoring.rules.bank.merging import free_key
from lms.authoring.rules.bank.reading import Item, keys_of
from lms.authoring.rules.bank.rows import rearranged, without_empty_rows
from lms.authoring.services.questions import (
    ItemMovedOnError,
    add_item,
    copy_item,
    is_there,
    move_item,
    remove_item,
    restore_item,
    save_item,
)
from lms.core.content.problems import Level, Problem
from lms.core.errors import BekalError
from lms.core.languages import own_name
from lms.core.request import actor, now, session
from lms.courses.faces import draw_by_seed, face
from lms.courses.folder import Reading
from lms.courses.render.clean import safe
from lms.courses.render.page import Renderer
from lms.courses.routes.showing import show
from lms.courses.values.course import Glossary
from lms.courses.values.question import Question
from lms.courses.values.quiz import USUAL_REVIEW, Quiz, Slot
from lms.learning.quizzes import Asked, Reviewed, review_of

MARKED_BY_PEOPLE = frozenset({"essay", "file"})
Answer = str | BaseResponse | tuple[str, int]


@blueprint.route("/drafts/<int:draft_id>/questions/new", methods=["GET", "POST"])
@policy(Permission.DRAFT_EDIT)
def draft_question_new(draft_id: int) -> Answer:
    """A new question of one type."""
    draft = draft_for(session(), actor(), draft_id)
    kind = request.args.get("type", "single")
    if kind not in FORMS:
        abort(404)
    found = get_bank(session(), draft, registry())
    objectives = _objectives(found)
    if request.method == "GET":
        return _new_page(draft, found, form_of(kind, begun(kind), objectives), kind)
    form = form_of(kind, None, objectives)
    tree = form.tree()
    moved = rearranged(tree, request.form.get("act", ""))
    if moved is not None:
        return _new_page(draft, found, form_of(kind, moved, objectives), kind)
    wish = request.form.get("key", "").strip()
    values = {"type": kind, **without_empty_rows(tree)}
    key = wish or key_of(tree["prompt"]) or "question"
    if is_there(found, key, values):
        # The same form sent twice makes one question.
        return redirect(question_address(draft, key), 303)
    key = wish or free_key(key, keys_of(found.bank.items))
    try:
        item = add_item(
            session(),
            actor(),
            draft,
            registry(),
            key,
            values,
            file_name=_file_name(),
            now=now(),
        )
    except BekalError as error:
        sentence = gettext(error.sentence, **error.values)
        wrong = {error.field or "": sentence}
        return _new_page(draft, found, form, kind, wrong=wrong), 400
    flash(gettext("The question is in the bank."))
    return redirect(question_address(draft, item.key), 303)


@blueprint.get("/drafts/<int:draft_id>/question/<string:item_key>")
@policy(Permission.DRAFT_READ)
def draft_question(draft_id: int, item_key: str) -> str:
    """One question: its form, how learners see it, where it is asked, what became of it."""
    draft = draft_for(session(), actor(), draft_id)
    found = get_bank(session(), draft, registry())
    item = found.item(item_key)
    if item.kind not in FORMS:
        return _unknown_kind(draft, item)
    return _item_page(draft, found, item, form_of(item.kind, item.tree, _objectives(found)))


@blueprint.post("/drafts/<int:draft_id>/question/<string:item_key>")
@policy(Permission.DRAFT_EDIT)
def draft_question_save(draft_id: int, item_key: str) -> Answer:
    """Save a question, or show its form again with its rows arranged otherwise."""
    draft = draft_for(session(), actor(), draft_id)
    found = get_bank(session(), draft, registry())
    item = found.item(item_key)
    objectives = _objectives(found)
    if item.kind not in FORMS:
        return _unknown_kind(draft, item), 409
    form = form_of(item.kind, None, objectives)
    tree = form.tree()
    based_on = request.form.get("based_on", "")
    moved = rearranged(tree, request.form.get("act", ""))
    if moved is not None:
        again = form_of(item.kind, moved, objectives)
        return _item_page(draft, found, item, again, based_on=based_on, is_open=True)
    values = _values(item, form, without_empty_rows(tree))
    try:
        saved = save_item(
            session(), actor(), draft, registry(), item_key, values, based_on=based_on, now=now()
        )
    except ItemMovedOnError as error:
        theirs = error.item or item
        return _item_page(
            draft, found, theirs, form, based_on=theirs.digest, is_open=True,
            theirs=differences(values, theirs.tree),
        ), 409  # fmt: skip
    except BekalError as error:
        status = show(form, error)
        return _item_page(draft, found, item, form, based_on=based_on, is_open=True), status
    flash(
        gettext("The question is saved.")
        if saved.question is not None
        else gettext("The question is saved as it is. What is still to mend stands beside it.")
    )
    return redirect(question_address(draft, item_key), 303)


@blueprint.post("/drafts/<int:draft_id>/question/<string:item_key>/copy")
@policy(Permission.DRAFT_EDIT)
def draft_question_copy(draft_id: int, item_key: str) -> BaseResponse:
    """Make another question of this one."""
    draft = draft_for(session(), actor(), draft_id)
    made = copy_item(session(), actor(), draft, registry(), item_key, now=now())
    flash(gettext("This is the copy. No quiz asks it yet."))
    return redirect(question_address(draft, made.key), 303)


@blueprint.post("/drafts/<int:draft_id>/question/<string:item_key>/remove")
@policy(Permission.DRAFT_EDIT)
def draft_question_remove(draft_id: int, item_key: str) -> BaseResponse:
    """Take a question out of the bank."""
    draft = draft_for(session(), actor(), draft_id)
    try:
        remove_item(session(), actor(), draft, registry(), item_key, now=now())
    except BekalError as error:
        session().rollback()
        flash(gettext(error.sentence, **error.values), "bad")
        return redirect(question_address(draft, item_key), 303)
    flash(gettext("The question is removed. The history of its file keeps it."))
    return redirect(url_for("authoring.draft_questions", draft_id=draft.id), 303)


@blueprint.post("/drafts/<int:draft_id>/question/<string:item_key>/move")
@policy(Permission.DRAFT_EDIT)
def draft_question_move(draft_id: int, item_key: str) -> BaseResponse:
    """Put a question into another bank file."""
    draft = draft_for(session(), actor(), draft_id)
    try:
        moved = move_item(session(), actor(), draft, registry(), item_key, _file_name(), now=now())
    except BekalError as error:
        session().rollback()
        flash(gettext(error.sentence, **error.values), "bad")
    else:
        flash(gettext("The question now stands in %(file)s.", file=moved.file))
    return redirect(question_address(draft, item_key), 303)


@blueprint.post("/drafts/<int:draft_id>/question/<string:item_key>/restore/<int:version_id>")
@policy(Permission.DRAFT_EDIT)
def draft_question_restore(draft_id: int, item_key: str, version_id: int) -> BaseResponse:
    """Make a question what it was in an earlier version."""
    draft = draft_for(session(), actor(), draft_id)
    restore_item(session(), actor(), draft, registry(), item_key, version_id, now=now())
    flash(gettext("The question is as it was then. What stood before is in its versions."))
    return redirect(question_address(draft, item_key), 303)


def _new_page(
    draft: Draft,
    found: DraftBank,
    form: QuestionForm,
    kind: str,
    *,
    wrong: Mapping[str, str] | None = None,
) -> str:
    return render_template(
        "authoring/question_new.html",
        draft=draft,
        found=found,
        form=form,
        kind=kind,
        kinds=kind_choices(),
        citations=citations(),
        wrong=wrong or {},
        is_open=request.method == "POST",
        typed={name: request.form.get(name, "") for name in ("key", "file_name", "new_file")},
        first_file=found.bank.files[0].path if found.bank.files else "",
    )


def _item_page(
    draft: Draft,
    found: DraftBank,
    item: Item,
    form: QuestionForm,
    *,
    based_on: str | None = None,
    is_open: bool = False,
    theirs: list[tuple[str, str, str]] | None = None,
) -> str:
    rest = read_rest(session(), draft)
    problems = problems_in(item, [one.key for one in found.objectives], found.registry, rest)
    elsewhere: list[Problem] = []
    if not is_open:
        # What was just typed is judged when it is saved.
        errors = [problem for problem in problems if problem.level is Level.ERROR]
        elsewhere = form.tell(errors)
    versions = list_item_versions(session(), draft, item)
    return render_template(
        "authoring/question.html",
        draft=draft,
        found=found,
        item=item,
        form=form,
        based_on=item.digest if based_on is None else based_on,
        theirs=theirs,
        is_open=is_open,
        path_words=path_words,
        elsewhere=elsewhere,
        warnings=[problem for problem in problems if problem.level is Level.WARNING],
        uses=found.uses.get(item.key, ()),
        languages=[own_name(code) for code in found.bank.languages.get(item.key, ())],
        tried=_tried(item.question, found, rest) if item.question is not None else None,
        versions=versions,
        people=views_of(session(), [version.version.by for version in versions]),
        citations=citations(),
        kind_names=KIND_NAMES,
        is_marked_by_people=item.kind in MARKED_BY_PEOPLE,
        writes=may_write(session(), actor(), draft),
    )


def _unknown_kind(draft: Draft, item: Item) -> str:
    """A question whose type there is no form for is shown as its file has it."""
    return render_template("authoring/question_text.html", draft=draft, item=item)


def _values(item: Item, form: QuestionForm, tree: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, with what the form does not show kept as it was."""
    shown = {field.short_name for field in form}
    kept = {name: value for name, value in item.tree.items() if name not in shown}
    if request.form.get("raise"):
        kept["version"] = str(item.version + 1)
    return {**kept, **tree}


def _tried(question: Question, found: DraftBank, rest: Reading) -> tuple[Asked, Reviewed | None]:
    """The question as a learner meets it, and the answer in the address looked back on."""
    quiz = Quiz(
        file="quizzes/preview.yaml",
        key="preview",
        title="Preview",
        purpose="knowledge-check",
        minutes=1,
        done_when="answered",
        slots=(Slot(question=question.key),),
    )
    questions = {question.key: question}
    language = rest.own_language or "en"
    # Always the same order of the parts, so that an answer is read against what was shown.
    drawing = draw_by_seed(quiz, questions, language, question.key)
    glossary = rest.first(Glossary) or Glossary.model_construct(file="glossary.yaml", terms=())
    renderer = Renderer(found.registry, glossary)
    drawn = drawing.questions[0]
    shown = face(quiz, questions, drawing, renderer.prose).questions[0]
    given = given_in(question, drawn, "q1", request.args.getlist)
    if not given or question.type in MARKED_BY_PEOPLE:
        return Asked(shown, {}), None
    review = USUAL_REVIEW["knowledge-check"].after_attempt
    looked = review_of(
        question, drawn, shown, given, lambda text: safe(renderer.prose(text)), frozenset(review)
    )
    return Asked(shown, looked.given), looked


def _objectives(found: DraftBank) -> list[tuple[str, str]]:
    return [(one.key, one.text) for one in found.objectives]


def _file_name() -> str:
    """The bank file chosen or newly named in the form, without folder and ending."""
    own = request.form.get("new_file", "").strip()
    chosen = request.form.get("file_name", "").rsplit("/", 1)[-1].removesuffix(".yaml")
    return own or chosen or "questions"
