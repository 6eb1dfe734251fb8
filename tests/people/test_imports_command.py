"""`lms people import`: bad input ends in one sentence, and nothing is half done."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.errors import BekalError
from lms.core.outbox.models import OutboxMessage
from lms.people.cli.imports import import_people
from lms.people.models import ImportRun, Person
from lms.people.models.imports import ImportState
from lms.people.models.persons import PersonState
from tests.factories import make_focal_point, make_official
from tests.support.imports import csv_of, people_rows

EVERYBODY = Actor.system("test")


@pytest.fixture
def command(app, session):
    """Runs the command; what it printed, its exit code, and the sentence it ended with."""

    def run(*arguments, typed=None):
        session.commit()
        ended = app.test_cli_runner().invoke(
            import_people, [str(each) for each in arguments], input=typed
        )
        if ended.exception is not None and not isinstance(
            ended.exception, (BekalError, SystemExit)
        ):
            raise ended.exception
        said = str(ended.exception) if isinstance(ended.exception, BekalError) else ""
        session.expire_all()
        return ended.exit_code, ended.output, said

    return run


@pytest.fixture
def file(tmp_path):
    """A CSV file of these rows, or of these bytes."""

    def write(content, name="people.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else csv_of(content))
        return path

    return write


def count(session, state=PersonState.INVITED):
    statement = scoped(Person, EVERYBODY, Reach.ALL_MEMBERS).where(Person.state == state)
    return len(session.execute(statement).scalars().all())


def last_run(session):
    statement = scoped(ImportRun, EVERYBODY, Reach.ALL_MEMBERS).order_by(ImportRun.id.desc())
    return session.execute(statement).scalars().first()


def test_a_file_is_imported_and_undone(command, file, session):
    path = file(people_rows(450))
    code, printed, _ = command(path, "--member", "Palau", "--yes")
    assert code == 0
    assert "450 rows: 450 new, 0 changed, 0 the same, 0 with problems." in printed
    assert count(session) == 450
    run = last_run(session)
    code, printed, _ = command("--undo", run.id, "--yes")
    assert code == 0
    assert "Undone: 450 taken away, 0 set back, 0 kept." in printed
    assert count(session) == 0
    assert session.execute(select(OutboxMessage)).first() is None


def test_problems_are_printed_by_file_row_and_column_and_nothing_is_imported(
    command, file, session
):
    rows = people_rows(3)
    rows[1]["email"] = "nothing"
    path = file(rows)
    code, printed, said = command(path, "--member", "PLW", "--yes")
    assert code != 0
    assert f"{path}:3:email: “nothing” is not an e-mail address." in printed
    assert said.startswith("Rows with problems: 1. Nothing was imported.")
    assert count(session) == 0
    assert last_run(session).state is ImportState.DROPPED


def test_rows_with_problems_are_left_out_only_when_told(command, file, session):
    rows = people_rows(3)
    rows[1]["email"] = "nothing"
    code, _, _ = command(file(rows), "--member", "PLW", "--yes", "--leave-out")
    assert code == 0
    assert count(session) == 2


def test_a_dry_run_writes_nothing(command, file, session):
    code, printed, _ = command(file(people_rows(3)), "--member", "PLW", "--dry-run")
    assert code == 0
    assert "3 new" in printed
    assert count(session) == 0


def test_who_answers_no_imports_nothing(command, file, session):
    code, _, _ = command(file(people_rows(3)), "--member", "PLW", typed="n\n")
    assert code != 0
    assert count(session) == 0
    assert last_run(session).state is ImportState.DROPPED


def test_without_invitations_nobody_is_written_to(command, file, session):
    command(file(people_rows(2)), "--member", "PLW", "--yes", "--send-later")
    assert count(session) == 2
    assert session.execute(select(OutboxMessage)).first() is None


def test_as_somebody_their_permissions_hold(command, file, session):
    focal_point = make_focal_point(session)
    official = make_official(session)
    path = file(people_rows(1))
    assert command(path, "--as", focal_point.email, "--yes")[0] == 0
    assert last_run(session).started_by == focal_point.id
    for arguments in (
        ("--as", focal_point.email, "--member", "FJI"),
        ("--as", official.email),
        ("--as", "nobody@x.example"),
    ):
        code, _, said = command(path, *arguments, "--yes")
        assert code != 0
        assert said
    assert count(session) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "There is nothing in this file."),
        (b"%PDF-1.7", "This is not a table."),
        (b"a,b\n1,2\n", "There is no row of column names"),
        (b"email,name\n", "no people below them"),
        (b'email,name\n"a,b\n', "the quotation marks do not come out"),
        (b"PK\x03\x04 broken", "This XLSX file is damaged."),
    ],
)
def test_a_bad_file_ends_in_one_sentence(command, file, session, content, sentence):
    path = file(content)
    code, _, said = command(path, "--member", "PLW", "--yes")
    assert code != 0
    assert sentence in said
    assert str(path) in said
    assert "\n" not in said
    assert count(session) == 0


def test_a_file_that_is_not_there_is_named(command, tmp_path):
    code, _, said = command(tmp_path / "missing.csv", "--yes")
    assert code != 0
    assert "missing.csv cannot be opened" in said


def test_an_import_that_is_not_there_is_not_undone(command):
    code, _, said = command("--undo", 99, "--yes")
    assert code != 0
    assert said == "There is no such import among yours."
