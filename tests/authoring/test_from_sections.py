"""A course of chosen sections: modules, pages and citations stand, and the check has no error."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config import ROOT
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import files_of
from lms.authoring.rules.from_sections import Chosen, Role, planned, quotation, suggested
from lms.core.content.problems import errors_among
from lms.core.database import Session
from lms.core.errors import BadInputError
from lms.courses.check import check_files
from lms.guides.queries import registry_of
from lms.people.models import Person
from tests.authoring.drafts import make_trainer
from tests.guides.rows import SECTIONS, make_edition
from tests.support.client import Client

CHOSEN = [Chosen(key, title, level, text) for key, title, level, text in SECTIONS]
FACTS = {
    "title": "Meeting people well",
    "summary": "For officers who meet people first.",
    "objective": "Meet a person safely.",
    "audience": ["police"],
    "topics": ["trafficking"],
}


def test_levels_suggest_modules_and_pages_and_what_lies_deeper_is_cited() -> None:
    plans = planned(CHOSEN, suggested(CHOSEN))
    assert [(plan.key, [page.section.key for page in plan.pages]) for plan in plans] == [
        ("contact", ["greeting", "safety"]),
        ("referral", ["records"]),
    ]
    assert plans[1].pages[0].covers == ("files",)


def test_page_before_any_module_begins_one_and_a_module_without_pages_is_a_page() -> None:
    plans = planned(CHOSEN, {"greeting": Role.PAGE, "referral": Role.MODULE})
    assert [(plan.title, [page.section.key for page in plan.pages]) for plan in plans] == [
        ("Greeting", ["greeting"]),
        ("Referral", ["referral"]),
    ]
    assert plans[1].pages[0].covers == ("records", "files")
    with pytest.raises(BadInputError):
        planned(CHOSEN, {})


def test_quotation_holds_words_only() -> None:
    assert quotation("# A\n\n- one <b>\n- two\n\n| t | u |\n\n[link](x) `code`") == (
        "> A\n>\n> one \\<b>\n>\n> two\n>\n> \\[link\\](x) \\`code\\`"
    )
    assert len(quotation("word " * 2000 + "\n\n" + "more " * 2000)) < 12_100


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("may_quote", [False, True])
def test_trainer_makes_a_course_of_sections(
    session: Session, sign_in: Callable[[Person], Client], may_quote: bool
) -> None:
    trainer = make_trainer(session)
    make_edition(session, may_quote=may_quote)
    client = sign_in(trainer)
    page = client.get("/guides/guide-meeting/editions/2023-en")
    page = client.get(page.links("Make a course of sections")[0])
    refused = client.submit(page, "Make the draft", {"title": "x"}, status=400)
    assert refused.error("summary")
    page = client.submit(page, "Make the draft", {**FACTS, "role-records": "nothing"})
    assert "The draft stands" in page.text
    draft = session.query(Draft).one()
    files = files_of(session, draft)
    registry = registry_of(session, ROOT / "content" / "guides")
    assert errors_among(check_files(files, registry)) == []
    text = files["modules/01-contact/02-safety.md"].decode()
    assert "cites: [guide-meeting:safety]" in text
    assert ("> Make the place safe." in text) is may_quote
    assert (
        "guide-meeting:records, guide-meeting:files"
        in files["modules/02-referral/01-referral.md"].decode()
    )
