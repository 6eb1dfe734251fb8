"""Papers of a course: the workbook without answers, the guide with all, who may have which."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from flask import Flask

from config import Settings
from lms.authoring.jobs import papers as jobs
from lms.authoring.papers.as_docx import paper_as_docx
from lms.authoring.papers.as_pdf import paper_as_pdf
from lms.authoring.papers.making import paper_of
from lms.authoring.papers.parts import Paper, PaperKind
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.storage import LocalFolder
from lms.guides.registry import read_registry
from lms.people.models import Person
from tests.authoring.drafts import SMALL_KEY, make_draft, make_trainer
from tests.factories import make_account
from tests.learning.taught import KEY, publish_course, write_taught_course
from tests.support import pdf
from tests.support.client import Client
from tests.support.worker import shift_of, work_off

SignIn = Callable[[Person], Client]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY = datetime.date(2026, 11, 22)
WHY = "Only the person knows."


def papers_of(
    content: Path, language: str = "en", number: int | None = 3
) -> dict[PaperKind, Paper]:
    """Both papers of a small course that has one of everything."""
    edition, guides = write_taught_course(content)
    registry = read_registry(guides)[0]
    return {
        kind: paper_of(edition, registry, kind, "en", number=number, made_on=DAY)
        for kind in PaperKind
    }


def test_the_workbook_is_tagged_and_holds_no_answer(tmp_path: Path) -> None:
    file = paper_as_pdf(papers_of(tmp_path)[PaperKind.WORKBOOK])
    assert pdf.failed_rules(file) == []
    words = " ".join(pdf.text_of(file).split())
    assert "Who should answer?" in words
    assert "How it is where you work" in words
    assert [answer for answer in (WHY, "He controls her.", "Soon") if answer in words] == []
    assert "Two chairs and a door." in pdf.figures_of(file)
    assert {"H1", "H2", "H3", "Figure", "Table", "TH", "L"} <= set(pdf.tags_of(file))


def test_the_guide_says_every_answer_why_and_every_branch(tmp_path: Path) -> None:
    file = paper_as_pdf(papers_of(tmp_path, number=None)[PaperKind.GUIDE])
    assert pdf.failed_rules(file) == []
    words = " ".join(pdf.text_of(file).split())
    expected = (WHY, "He controls her.", "Begin again ashore.", "Harmful", "A good ending", "Draft")
    assert [said for said in expected if said not in words] == []


def test_word_gets_styles_heads_languages_and_alternative_texts(tmp_path: Path) -> None:
    document = Document(io.BytesIO(paper_as_docx(papers_of(tmp_path)[PaperKind.WORKBOOK])))
    styles = {paragraph.style.name for paragraph in document.paragraphs}
    assert {"Title", "Heading 1", "Heading 2", "Task", "Choice", "Write", "TOC 1"} <= styles
    assert all(
        table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in document.tables
    )
    assert [shape._inline.docPr.get("descr") for shape in document.inline_shapes] == [
        "Two chairs and a door."
    ]
    body = document.element.body
    codes = [code.text.split()[0] for code in body.iter(qn("w:instrText"))]
    assert codes == ["TOC"]
    assert {mark.get(qn("w:val")) for mark in body.iter(qn("w:lang"))} == {"en"}
    assert WHY not in "\n".join(paragraph.text for paragraph in document.paragraphs)


@ONE_DATABASE
def test_papers_are_made_once_for_all_who_may_have_them(
    app: Flask, session: Session, sign_in: SignIn, settings: Settings, tmp_path: Path
) -> None:
    publish_course(session, write_taught_course(tmp_path))
    trainer, learner = make_trainer(session, KEY), make_account(session)
    other = make_trainer(session, "somebody-elses")
    here = f"/courses/{KEY}/papers"
    sign_in(other).get(here, status=404)
    reader = sign_in(learner)
    reader.get(here, status=404)
    page = reader.get(f"/courses/{KEY}")
    reader.submit(page, "Take this course")
    page = reader.get(here)
    assert "Facilitator guide" not in page.main
    reader.post(f"{here}/guide-en.docx", {}, status=404)
    page = reader.submit(page, "Make Word English")
    assert "Word is being made" in page.main
    assert "To print" in reader.get(f"/courses/{KEY}").text
    teacher = sign_in(trainer)
    assert "Workbook and facilitator guide" in teacher.get(f"/courses/{KEY}").text
    page = teacher.get(here)
    assert "Facilitator guide" in page.main
    assert "Word is being made" in page.main
    with app.app_context():
        engine = db.engine
    storage = LocalFolder(settings.data_folder / "files")
    session.commit()
    shift = shift_of(engine, {jobs.MAKE: jobs.make_paper}, storage, settings)
    assert len(work_off(shift)) == 1
    page = reader.get(here)
    assert "Take Word" in page.main
    answer = reader.raw("GET", f"{here}/workbook-en.docx")
    assert Document(io.BytesIO(answer.data)).core_properties.language == "en"
    answer.close()
    reader.get(f"{here}/guide-en.docx", status=404)


@ONE_DATABASE
def test_a_paper_that_does_not_exist_is_not_found(session: Session, sign_in: SignIn) -> None:
    trainer = make_trainer(session)
    here = f"/drafts/{make_draft(session, trainer, SMALL_KEY).id}/papers"
    client = sign_in(trainer)
    assert "Make PDF" in client.get(here).main
    for name in ("workbook-xx.pdf", "answers-en.pdf", "workbook-en.exe"):
        client.get(f"{here}/{name}", status=404)
