"""The quizzes of a draft as forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.question_words import path_words
from lms.authoring.forms.quizzes import PURPOSE_NAMES, QuizForm, quiz_form, slots_sent
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import draft_for, may_write
from lms.authoring.queries.questions import DraftBank, get_bank, read_rest
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import draft_and_checked, registry
from lms.authoring.rules.bank.filters import differences
from lms.authoring.rules.bank.slots import (
    MOST_SLOTS,
    keys_for,
    problems_of_quiz,
    quiz_bytes,
    rearranged_slots,
    slot_trees,
)
from lms.authoring.rules.bank.uses import QuizFile, SlotUse, coverage, read_quiz_file
from lms.authoring.services.files import MovedOnError, write
from lms.core.content.problems import Level, Problem
from lms.core.errors import BekalError
from lms.core.request import actor, now, session
from lms.core.text import is_whole_number
from lms.courses.routes.showing import show

Answer = str | Response | tuple[str, int]


@blueprint.get("/drafts/<int:draft_id>/quizzes")
@policy(Permission.DRAFT_READ)
def draft_quizzes(draft_id: int) -> str:
    """The quizzes of a draft: where each stands, what it asks, how the objectives are covered."""
    draft, as_checked = draft_and_checked(draft_id)
    found = get_bank(session(), draft, registry())
    return render_template(
        "authoring/quizzes.html",
        draft=draft,
        found=found,
        outline=as_checked.outline,
        purposes=PURPOSE_NAMES,
        coverage=coverage(found.objectives, found.bank.items, found.uses, found.unfinished),
    )


@blueprint.get("/drafts/<int:draft_id>/quiz/<string:quiz_key>")
@policy(Permission.DRAFT_READ)
def draft_quiz(draft_id: int, quiz_key: str) -> str:
    """One quiz: its settings and its places."""
    draft = draft_for(session(), actor(), draft_id)
    found = get_bank(session(), draft, registry())
    quiz = found.quiz(quiz_key)
    return _page(draft, found, quiz, quiz_form(quiz.tree, _objectives(found)), quiz.slots)


@blueprint.post("/drafts/<int:draft_id>/quiz/<string:quiz_key>")
@policy(Permission.DRAFT_EDIT)
def draft_quiz_save(draft_id: int, quiz_key: str) -> Answer:
    """Save a quiz, or show its form again with its places arranged otherwise."""
    draft = draft_for(session(), actor(), draft_id)
    found = get_bank(session(), draft, registry())
    quiz = found.quiz(quiz_key)
    objectives = _objectives(found)
    form = quiz_form(None, objectives)
    slots = slots_sent()[:MOST_SLOTS]
    based_on = request.form.get("based_on", "")
    changed = _changed(found, slots, request.form.get("act", ""))
    if changed is not None:
        again = quiz_form({**form.tree(), **_ticks(form)}, objectives)
        return _page(draft, found, quiz, again, changed, based_on=based_on, is_open=True)
    values = {**quiz.tree, **form.tree(), "slots": slot_trees(slots)}
    content = quiz_bytes(quiz.path, values)
    try:
        write(session(), actor(), draft, quiz.path, content, based_on=based_on, now=now())
    except MovedOnError as error:
        theirs = read_quiz_file(quiz.path, error.content or b"").tree
        page = _page(
            draft, found, quiz, form, slots, based_on=error.digest or "", is_open=True,
            theirs=differences(values, theirs),
        )  # fmt: skip
        return page, 409
    except BekalError as error:
        status = show(form, error)
        return _page(draft, found, quiz, form, slots, based_on=based_on, is_open=True), status
    flash(gettext("The quiz is saved."))
    return redirect(url_for("authoring.draft_quiz", draft_id=draft.id, quiz_key=quiz_key), 303)


@blueprint.get("/drafts/<int:draft_id>/quizzes/at")
@policy(Permission.DRAFT_READ)
def draft_quiz_at(draft_id: int) -> Response:
    """From the path of a quiz to its form; a translation to its text."""
    draft = draft_for(session(), actor(), draft_id)
    path = request.args.get("path", "")
    found = get_bank(session(), draft, registry())
    key = next((quiz.key for quiz in found.quizzes if quiz.path == path), None)
    if key is None:
        return redirect(url_for("authoring.draft_file", draft_id=draft.id, path=path))
    return redirect(url_for("authoring.draft_quiz", draft_id=draft.id, quiz_key=key))


def _objectives(found: DraftBank) -> list[tuple[str, str]]:
    return [(one.key, one.text) for one in found.objectives]


def _ticks(form: QuizForm) -> dict[str, Any]:
    """What the tree of a quiz leaves out where it is as usual, for a form that is shown again."""
    return {
        "required": "yes" if form.required.data else "no",
        "shuffle_options": "yes" if form.shuffle_options.data else "no",
    }


def _changed(found: DraftBank, slots: tuple[SlotUse, ...], act: str) -> tuple[SlotUse, ...] | None:
    """The places after a button, or None for the one that saves."""
    taken = [key for slot in slots for key in slot.keys]
    verb, _, where = act.partition(":")
    if verb == "add-question":
        key = request.form.get("new_question", "")
        known = found.bank.find(key) is not None and key not in taken
        return (*slots, SlotUse((key,), None)) if known else slots
    if verb == "add-draw":
        keys = keys_for(found.bank.items, request.form.get("new_from", ""), taken)
        wish = request.form.get("new_draw", "")
        draw = int(wish) if wish.isascii() and wish.isdecimal() and len(wish) < 4 else 1
        return (*slots, SlotUse(keys, max(draw, 1)))
    if verb == "fill":
        place = int(where) if is_whole_number(where) else len(slots)
        if place >= len(slots) or slots[place].draw is None:
            return slots
        more = keys_for(found.bank.items, request.form.get(f"fill-{place}", ""), taken)
        filled = SlotUse((*slots[place].keys, *more), slots[place].draw)
        return (*slots[:place], filled, *slots[place + 1 :])
    return rearranged_slots(slots, act)


def _page(
    draft: Draft,
    found: DraftBank,
    quiz: QuizFile,
    form: QuizForm,
    slots: tuple[SlotUse, ...],
    *,
    based_on: str | None = None,
    is_open: bool = False,
    theirs: list[tuple[str, str, str]] | None = None,
) -> str:
    elsewhere: list[Problem] = []
    warnings: list[Problem] = []
    at_places: dict[int, list[str]] = {}
    if not is_open:
        rest = read_rest(session(), draft)
        problems = problems_of_quiz(quiz, found.bank.items, rest, found.registry)
        elsewhere, at_places = form.tell(p for p in problems if p.level is Level.ERROR)
        warnings = [problem for problem in problems if problem.level is Level.WARNING]
    return render_template(
        "authoring/quiz.html",
        draft=draft,
        found=found,
        quiz=quiz,
        form=form,
        slots=slots,
        length=sum(slot.draw or 1 for slot in slots),
        based_on=found.digests[quiz.path] if based_on is None else based_on,
        theirs=theirs,
        is_open=is_open,
        path_words=path_words,
        elsewhere=elsewhere,
        at_places=at_places,
        warnings=warnings,
        prompts={item.key: item.title for item in found.bank.items},
        objectives_of=lambda slot: _objectives_of(found, slot),
        free=_free(found, slots),
        pools=_pools(found),
        counts=_asked_by_objective(found, slots),
        writes=may_write(session(), actor(), draft),
    )


def _objectives_of(found: DraftBank, slot: SlotUse) -> list[str]:
    """The words of the objectives that the questions of a place ask for, each once."""
    names = {one.key: one.text for one in found.objectives}
    objectives = {item.key: item.objective for item in found.bank.items}
    return list(
        dict.fromkeys(names[objectives[key]] for key in slot.keys if objectives.get(key) in names)
    )


def _free(found: DraftBank, slots: tuple[SlotUse, ...]) -> dict[str, list[tuple[str, str]]]:
    """Questions that this quiz does not ask yet, by the words of their objective."""
    taken = {key for slot in slots for key in slot.keys}
    names = {one.key: one.text for one in found.objectives}
    free: dict[str, list[tuple[str, str]]] = {}
    for item in found.bank.items:
        if item.key and item.key not in taken:
            words = item.title
            group = names.get(item.objective, gettext("No objective"))
            free.setdefault(group, []).append((item.key, f"{words[:90]} ({item.key})"))
    return free


def _pools(found: DraftBank) -> list[tuple[str, str]]:
    """What a pool can be filled from, with how many questions each has."""
    items = found.bank.items
    pools = [(f"objective:{one.key}", one.text) for one in found.objectives]
    tags = sorted({tag for item in items for tag in item.tags})
    pools += [(f"tag:{tag}", gettext("Tag %(tag)s", tag=tag)) for tag in tags]
    pools += [(f"file:{file.path}", file.path) for file in found.bank.files]
    return [(wish, f"{words} ({len(keys_for(items, wish, ()))})") for wish, words in pools]


def _asked_by_objective(
    found: DraftBank, slots: tuple[SlotUse, ...]
) -> list[tuple[str, int, int, int]]:
    """Words of each objective, how many questions always ask for it, how many may, and how many
    the bank has."""
    objectives: Mapping[str, str] = {item.key: item.objective for item in found.bank.items}
    fixed = [objectives.get(key, "") for slot in slots if slot.draw is None for key in slot.keys]
    drawn = [objectives.get(key, "") for slot in slots if slot.draw for key in slot.keys]
    everywhere = list(objectives.values())
    return [
        (one.text, fixed.count(one.key), drawn.count(one.key), everywhere.count(one.key))
        for one in found.objectives
    ]
