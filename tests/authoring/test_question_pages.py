"""The pages of a draft's question bank and quizzes, walked through as an author would."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from lms.access.roles import Role
from lms.authoring.jobs.questions import HANDLERS
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import files_of
from lms.authoring.rules.bank.reading import read_bank
from lms.authoring.services.importing import AT_ONCE
from lms.core.actor import ScopeKind
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.jobs.models import Job
from lms.core.storage import LocalFolder
from tests.authoring.drafts import SMALL, SMALL_KEY, make_draft, make_trainer
from tests.factories import give_role, make_account
from tests.support.client import Client
from tests.support.pages import Page
from tests.support.worker import shift_of, work_off

SignIn = Callable[..., Client]
BANK = "bank/all.yaml"

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def begin(session: Session, sign_in: SignIn) -> tuple[Client, Draft]:
    person = make_trainer(session)
    draft = make_draft(session, person, SMALL_KEY)
    return sign_in(person), draft


def at(draft: Draft, rest: str) -> str:
    return f"/drafts/{draft.id}/{rest}"


def bank_of(session: Session, draft: Draft) -> bytes:
    return files_of(session, draft)[BANK]


@sqlite_only
def test_author_finds_a_question_changes_it_and_brings_the_first_words_back(
    session: Session, sign_in: SignIn
) -> None:
    client, draft = begin(session, sign_in)
    page = client.get(at(draft, "questions?word=minder"))
    assert page.links("Who should answer?") == [at(draft, "question/who-answers")]
    assert client.get(at(draft, "questions?state=unused")).main.count("No question fits")
    page = client.get(at(draft, "question/who-answers"))
    page = client.submit(page, "Save the question", {"options-1-text": "The man beside her"})
    assert "The question is saved." in page.text
    assert bank_of(session, draft) == SMALL[BANK].replace(b"The minder", b"The man beside her")
    page = client.submit(page, "Make it so again " + first_moment(page))
    assert bank_of(session, draft) == SMALL[BANK]
    tried = client.get(at(draft, "question/who-answers?q1=1"))
    assert "Your answer" in tried.main
    assert "Right answer" in tried.main


def first_moment(page: Page) -> str:
    """The moment of the version that can be restored, as its button says it."""
    words = [" ".join(button.get_text(" ").split()) for button in page.soup.find_all("button")]
    return next(word for word in words if word.startswith("Make it so again")).split(" ", 4)[4]


@sqlite_only
def test_rows_are_added_moved_and_taken_out_without_losing_what_was_typed(
    session: Session, sign_in: SignIn
) -> None:
    client, draft = begin(session, sign_in)
    address = at(draft, "questions/new?type=gap-select")
    page = client.get(address)
    typed = {
        "prompt": "Ask her {place}, {how}.",
        "gaps-0-key": "place",
        "gaps-0-options-0-text": "alone",
        "gaps-0-options-0-right": "y",
        "gaps-0-options-1-text": "at the desk",
        "gaps-1-key": "how",
        "gaps-1-options-0-text": "slowly",
    }
    page = client.submit(page, "Save the question", {**typed, "act": "add:gaps-1-options"})
    assert page.value("gaps-1-options-3-text") == ""
    assert page.value("gaps-0-options-1-text") == "at the desk"
    page = client.submit(page, "Save the question", {"act": "up:gaps-1"})
    assert (page.value("gaps-0-key"), page.value("gaps-1-key")) == ("how", "place")
    page = client.submit(page, "Save the question", {"act": "drop:gaps-0"})
    assert page.value("gaps-0-key") == "place"
    page = client.submit(
        page, "Save the question", {"key": "who-answers", "act": "save"}, status=400
    )
    assert page.error("key") == "A question of this draft has this key. Choose another."
    again, own = page, {"key": "where-alone", "new_file": "gaps", "tags": "First contact"}
    page = client.submit(page, "Save the question", own)
    assert "The question is in the bank." in page.text
    assert client.submit(again, "Save the question", own).path == page.path
    assert page.error("gaps-0-feedback") == (
        "Gap 1: “Feedback when it is not filled rightly” is still empty."
    )
    (item,) = read_bank({"bank/gaps.yaml": files_of(session, draft)["bank/gaps.yaml"]}).items
    assert [row["text"] for row in item.tree["gaps"][0]["options"]] == ["alone", "at the desk"]
    assert item.tags == ("first-contact",)
    assert "1 thing to mend" not in client.get(at(draft, "questions?file=bank/all.yaml")).main


@sqlite_only
def test_bank_goes_out_as_a_file_that_brings_nothing_new(session: Session, sign_in: SignIn) -> None:
    client, draft = begin(session, sign_in)
    for form, ending in (("gift", "gift.txt"), ("moodle", "xml")):
        sent = client.raw("GET", at(draft, f"questions/export?format={form}"))
        assert f"filename={SMALL_KEY}.{ending}" in sent.headers["Content-Disposition"]
        page = client.get(at(draft, "questions/imports"))
        page = client.submit(page, "Read them", {"text": sent.get_data(as_text=True)})
        assert "New: 0. Differing from one here: 0. Here already: 3." in page.main
    one = client.raw("GET", at(draft, "questions/export?format=gift&key=is-it-true")).text
    assert ("::is-it-true::" in one, "::who-answers::" in one) == (True, False)


@sqlite_only
def test_reviewer_reads_questions_and_changes_none(session: Session, sign_in: SignIn) -> None:
    _, draft = begin(session, sign_in)
    reviewer = make_account(session)
    give_role(session, reviewer, Role.REVIEWER, ScopeKind.COURSE, SMALL_KEY)
    client = sign_in(reviewer)
    page = client.get(at(draft, "question/who-answers"))
    assert "As learners meet it" in page.main
    assert "Save the question" not in page.main
    digest = read_bank(SMALL).items[0].digest
    client.post(at(draft, "question/who-answers"), {"based_on": digest, "act": "save"}, status=403)
    assert files_of(session, draft) == SMALL
    client.get(at(draft, "questions/imports"), status=403)


def test_two_authors_of_one_file_meet_only_in_the_same_question(
    session: Session, sign_in: SignIn
) -> None:
    client, draft = begin(session, sign_in)
    first = client.get(at(draft, "question/who-answers"))
    second = client.get(at(draft, "question/who-answers"))
    other = client.get(at(draft, "question/is-it-true"))
    client.submit(first, "Save the question", {"prompt": "Who answers?"})
    client.submit(other, "Save the question", {"prompt": "Silence means nothing."})
    page = client.submit(second, "Save the question", {"prompt": "Who speaks?"}, status=409)
    assert "Somebody else saved this question while you wrote" in page.main
    assert "Who answers?" in page.main
    assert page.value("prompt").strip() == "Who speaks?"
    client.submit(page, "Save the question")
    prompts = [item.prompt for item in read_bank(files_of(session, draft)).items]
    assert {"Who speaks?", "Silence means nothing."} <= set(prompts)


@sqlite_only
def test_question_is_copied_moved_and_removed_once_no_quiz_asks_it(
    session: Session, sign_in: SignIn
) -> None:
    client, draft = begin(session, sign_in)
    page = client.post(at(draft, "question/who-answers/remove"))
    assert "The quiz “Check” asks this question. Take it out there first." in page.text
    page = client.submit(page, "Make a copy")
    assert page.path == at(draft, "question/who-answers-2")
    page = client.submit(page, "Move it", {"new_file": "spare"})
    assert "The question now stands in bank/spare.yaml." in page.text
    assert bank_of(session, draft) == SMALL[BANK]
    client.submit(page, "Remove the question")
    assert dict(files_of(session, draft)) == SMALL


@sqlite_only
def test_quiz_is_put_together_from_questions_and_draws(session: Session, sign_in: SignIn) -> None:
    client, draft = begin(session, sign_in)
    address = at(draft, "quiz/check")
    page = client.get(address)
    saved = client.submit(page, "Save the quiz")
    assert files_of(session, draft) == SMALL
    page = client.submit(saved, "Save the quiz", {"act": "drop:1"})
    assert "No attempt" not in page.main
    page = client.submit(
        page, "Save the quiz", {"act": "add-question:", "new_question": "is-it-true"}
    )
    page = client.submit(page, "Save the quiz", {"act": "up:1"})
    page = client.submit(
        page, "Save the quiz",
        {"act": "add-draw:", "new_from": "objective:ask-alone", "new_draw": "1"},
    )  # fmt: skip
    page = client.submit(page, "Save the quiz", {"act": "save", "pass_mark": "60", "minutes": "x"})
    assert page.error("minutes") == "Write a whole number, not x."
    page = client.submit(page, "Save the quiz", {"minutes": "4"})
    text = files_of(session, draft)["quizzes/check.yaml"].decode()
    assert text.endswith(
        "slots:\n  - question: is-it-true\n  - question: who-answers\n  - draw: 1\n"
        "    from: [where-to-ask]\n"
    )
    assert "pass_mark: 60" in text
    assert "All questions of this pool are drawn." in page.main


GIFT = """\
::Papers:: Who keeps the papers?{~The worker#Usual. =The agent#Ask more. ~Nobody#Ask.}

::who-answers:: Who should answer now?{=The person#Yes. ~The minder#No. ~The group#No.}

Write it down.
"""


def test_pasted_questions_are_shown_taken_and_undone(session: Session, sign_in: SignIn) -> None:
    client, draft = begin(session, sign_in)
    page = client.get(at(draft, "questions/imports"))
    refused = client.submit(page, "Read them", {"text": "  "}, status=400)
    assert refused.error("file") == "Choose a file, or paste the questions."
    page = client.submit(page, "Read them", {"text": GIFT, "objective": "ask-alone"})
    assert "New: 1. Differing from one here: 1." in page.main
    assert "This is a text without answers." in page.main
    page = client.submit(page, "Take all 1 new ones", {"replace": "yes", "new_file": "brought"})
    assert "2 questions are in the bank." in page.text
    bank = read_bank(files_of(session, draft))
    assert [item.key for item in bank.items if item.file == "bank/brought.yaml"] == ["papers"]
    changed = bank.find("who-answers")
    assert changed is not None
    assert changed.prompt == "Who should answer now?"
    assert changed.sources == ("palermo-protocol:3",)
    page = client.submit(page, "Undo it")
    assert "The import is undone." in page.text
    assert files_of(session, draft) == SMALL
    assert client.get(page.path.replace("imports/", "imports/0"), status=404)


@sqlite_only
def test_many_questions_are_divided_over_files(session: Session, sign_in: SignIn) -> None:
    client, draft = begin(session, sign_in)
    text = "\n\n".join(f"::q{n}:: Which {n}?{{=a{n}#A ~b#B ~c#C}}" for n in range(450))
    assert len(text) < AT_ONCE
    page = client.get(at(draft, "questions/imports"))
    page = client.submit(page, "Read them", {"text": text, "format": "gift"})
    page = client.submit(page, "Take all 450 new ones", {"new_file": "many"})
    files = files_of(session, draft)
    assert len([path for path in files if path.startswith("bank/many")]) == 3
    assert len(read_bank(files).items) == 453
    assert client.get(at(draft, "questions?page=3"))


def test_a_large_file_is_read_by_the_worker_and_leads_to_its_page(
    app: Flask, session: Session, sign_in: SignIn, settings: Settings
) -> None:
    client, draft = begin(session, sign_in)
    text = "\n\n".join(f"::q{n}:: Which {n}?{{=a#{'A' * 800} ~b#B ~c#C}}" for n in range(200))
    page = client.get(at(draft, "questions/imports"))
    page = client.submit(page, "Read them", {"text": text})
    assert "Waiting for its turn" in page.main
    with app.app_context():
        engine = db.engine
    work_off(shift_of(engine, HANDLERS, LocalFolder(settings.files_folder), settings))
    (job,) = session.execute(select(Job)).scalars()
    page = client.get(str(job.result["page"]))
    assert "New: 200." in page.main


@sqlite_only
def test_file_that_cannot_be_read_leads_to_its_text_and_a_line_to_its_question(
    session: Session, sign_in: SignIn
) -> None:
    person = make_trainer(session)
    draft = make_draft(session, person, SMALL_KEY)
    client = sign_in(person)
    for line, key in ((3, "who-answers"), (25, "where-to-ask")):
        page = client.get(at(draft, f"questions/at?path={BANK}&line={line}"), follow=True)
        assert page.path == at(draft, f"question/{key}")
    page = client.get(at(draft, "quizzes/at?path=quizzes/check.yaml"), follow=True)
    assert page.h1 == "Check"
    files = {**SMALL, BANK: SMALL[BANK] + b"   - key: x\n"}
    broken = make_draft(session, person, SMALL_KEY, files)
    page = client.get(at(broken, "questions"))
    (link,) = page.links("Mend its text")
    assert "its questions cannot be changed here" in page.main
    assert client.get(link, follow=True).value("text").strip().endswith("- key: x")


@sqlite_only
def test_quizzes_that_are_called_alike_are_told_apart_by_their_module(
    session: Session, sign_in: SignIn
) -> None:
    client, draft = begin(session, sign_in)
    (row,) = [
        line
        for line in client.get(at(draft, "quizzes")).soup.select("main li")
        if line.find("a", href=at(draft, "quiz/check"))
    ]
    assert "First module" in row.get_text(" ")
