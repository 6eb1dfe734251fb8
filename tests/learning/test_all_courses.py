"""Every course of content/, taken by a learner from its first page to completion."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import ROOT
from lms.access.reaches import Reach, scoped
from lms.assessments.rules.marking import right_answer
from lms.core import clock
from lms.core.actor import Actor
from lms.courses.check import course_folders, load_course
from lms.courses.services import publish
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz
from lms.courses.values.scenario import Scenario
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import EnrolmentState
from lms.guides.registry import read_registry
from tests.factories import make_official

SYSTEM = Actor.system("test")
FOLDERS = course_folders(ROOT / "content")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_course_is_taken_from_first_page_to_completion(session, sign_in, folder: Path) -> None:
    registry, _ = read_registry(ROOT / "content" / "guides")
    edition = load_course(folder, registry)
    publish(session, SYSTEM, edition, registry, now=clock.now())
    client = sign_in(make_official(session))
    base = f"/learning/{edition.course.key}"
    client.post(f"{base}/begin")
    client.get(f"{base}/wellbeing")
    for activity in edition.activities:
        if edition.credited(activity.key) in edition.order:
            page = client.get(f"{base}/{activity.key}")
            assert page.h1
            _do(client, edition, activity, page, base)
    (enrolment,) = session.execute(scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS)).scalars()
    page = client.get(base)
    assert enrolment.state is EnrolmentState.COMPLETED, page.main[-2000:]


def _do(client, edition: Edition, activity, page, base: str) -> None:
    """Whatever makes this activity done, by its form; sessions are somebody else's to record."""
    if activity.kind == "page":
        words = "Done, next lesson" if "Done, next lesson" in page.text else "Done"
        client.submit(page, words)
    elif activity.kind == "quiz":
        page = client.submit(page, "Begin")
        client.submit(page, "Hand in", _right_fields(edition, activity, page))
    elif activity.kind == "scenario":
        page = client.submit(page, "Begin")
        for _ in range(80):
            if "Play it again" in page.text:
                return
            page = _step(client, activity, page)
        raise AssertionError(f"{activity.key} does not end.")
    elif activity.kind == "reflection":
        fields = {
            prompt.key: "2026-12-01" if prompt.answer == "date" else "One step."
            for prompt in activity.prompts
        }
        client.submit(page, "Send", fields)


def _step(client, scenario: Scenario, page):
    """The best choice there is where the page stands."""
    if page.soup.find("input", attrs={"name": "choice", "type": "radio"}) is None:
        return client.submit(page, "Go on")
    offered = {box["value"] for box in page.soup.find_all("input", attrs={"type": "radio"})}
    order = {"good": 0, "tolerable": 1, "harmful": 2}
    choices = [
        choice
        for node in scenario.nodes
        for choice in node.choices
        if {found.key for found in node.choices} >= offered and choice.key in offered
    ]
    best = min(choices, key=lambda choice: order[choice.quality])
    return client.submit(page, "Do this", {"choice": best.key})


def _right_fields(edition: Edition, quiz: Quiz, page) -> dict[str, object]:
    """The right answer to every question of the attempt on the page, read from its tokens."""
    fields: dict[str, object] = {}
    attempt_questions = edition.questions_in(quiz, "en")
    texts = {_plain(question.prompt): question for question in attempt_questions.values()}
    for field in page.soup.select("fieldset.field"):
        words = _plain(field.find("legend").get_text(" "))
        question = next(q for prompt, q in texts.items() if prompt[:60] in words)
        fields |= _answer(question, field)
    return fields


def _answer(question, field) -> dict[str, object]:
    """The right answer by the tokens of its form; a question it cannot answer is a fault here.

    Which questions a quiz draws differs each time: one left out would fail only now and then.
    """
    name, best = field["id"], right_answer(question)
    if "option" in best or "options" in best:
        keys = {best["option"]} if "option" in best else set(best["options"])
        wanted = {_plain(option.text) for option in question.options if option.key in keys}
        tokens = [
            box["value"]
            for box in field.find_all("input")
            if _plain(box.find_parent("label").get_text(" ")) in wanted
        ]
        return {name: tokens}
    if "answer" in best or "text" in best:
        return {name: best.get("answer") or best["text"]}
    if "pairs" in best:
        texts = {item.key: item.text for item in question.items}
        choices = {choice.key: _plain(choice.text) for choice in question.choices}
        wanted = {_plain(texts[item]): choices[choice] for item, choice in best["pairs"].items()}
    elif "order" in best:
        wanted = {_plain(step.text): str(place) for place, step in enumerate(question.steps, 1)}
    else:
        raise AssertionError(f"Nobody answers {question.key} here.")
    return {
        select["name"]: next(
            option["value"]
            for option in select.find_all("option")
            if _plain(option.get_text(" ")) == wanted[_words(field, select)]
        )
        for select in field.find_all("select")
    }


def _words(field, select) -> str:
    """The label of one part of a question, plain."""
    return _plain(field.find("label", attrs={"for": select["id"]}).get_text(" "))


def _plain(text: str) -> str:
    """Words without marks and spaces, to find a question again behind its HTML."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
