"""The pages of reports, as each role sees them; lists behind numbers; files; the command."""

from __future__ import annotations

import csv
import datetime
import io
import json

import pikepdf
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from lms.access.roles import Role
from lms.core.actor import ScopeKind
from lms.core.apart import AccessRecord, AccessRecordPerson
from lms.core.audit.models import AuditEntry
from lms.reports.cli import report
from tests.factories import (
    give_role,
    make_administrator,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)

COMPLETED = "/reports/completion/people/completed"


@pytest.fixture
def office(session, stage, sign_in):
    return sign_in(make_secretariat(session))


def test_every_report_says_period_moment_and_audience(office) -> None:
    for address in (
        "",
        "?by=subregion&period=2026",
        "?by=agency&member=FJI",
        "?by=course&period=2026-Q3",
        "?by=path",
        "?by=period&period=2026-H1",
        "?by=member&as_of=2026-01-31&audience=public",
        "?period=own&first=2026-01-05&last=2026-03-01",
    ):
        page = office.get(f"/reports/completion{address}")
        assert "days of Bangkok" in page.main
        assert "As of" in page.main
        assert "Made for:" in page.main
        assert "What is counted" in page.main


def test_report_counts_persons_and_participations_by_member(office) -> None:
    page = office.get("/reports/completion?period=2026-Q1")
    persons = {row[0]: row[1:] for row in page.tables()[-2]}
    assert [cell.split()[0] for cell in persons["Fiji"]] == ["20", "0", "0", "0", "20", "20"]
    assert persons["Total"] == ["35", "0", "0", "0", "35", "35"]
    assert "Nauru" in persons
    assert "Samoa" not in persons


def test_report_of_one_member_counts_it_as_one_and_compares_it_with_nobody(office) -> None:
    page = office.get("/reports/completion?period=2026-Q1&member=PLW")
    assert "member government with at least one 1 " in page.main
    assert "gained most" not in page.main


def test_reporting_officer_is_told_who_makes_the_tables(session, stage, sign_in) -> None:
    officer = make_official(session)
    give_role(session, officer, Role.REPORTING_OFFICER, ScopeKind.ALL)
    client = sign_in(officer)
    assert "publish them" not in client.get("/reports").main
    assert "The secretariat makes them" in client.get("/reports/releases").main


def test_what_cannot_be_read_is_said_above_the_usual_report(office) -> None:
    for address, words in (
        ("?period=soon", "is no period"),
        ("?member=XXX", "There is nothing called"),
        ("?as_of=2199-01-01", "has not ended yet"),
        ("?by=shoe", "Choose what a row is"),
        ("?period=2026-03-01..2026-01-01", "ends before it begins"),
        ("?agency=1;drop", "Choose an agency"),
    ):
        page = office.get(f"/reports/completion{address}", status=400)
        assert words in page.main
        assert "Total" in page.main
    for path in ("/reports/completion.csv?period=soon", f"{COMPLETED}?by=shoe"):
        assert office.raw("GET", path).status_code == 400


def test_list_behind_a_number_asks_for_a_purpose_and_records_it(session, stage, office) -> None:
    page = office.get(f"{COMPLETED}?period=2026-Q1&member=PLW")
    assert page.h1 == "For what do you need the names?"
    assert "Person 21" not in page.html
    refused = office.get(f"{COMPLETED}?period=2026-Q1&member=PLW&purpose=other")
    assert "say what" in refused.main
    page = office.get(f"{COMPLETED}?period=2026-Q1&member=PLW&purpose=check&more=Asked+by+NZ")
    assert [row[0] for row in page.tables()[0][1:]] == ["Person 21", "Person 22", "Person 23"]
    session.rollback()
    record = (
        session.execute(select(AccessRecord).order_by(AccessRecord.id.desc())).scalars().first()
    )
    assert record is not None
    assert record.purpose == "To check whether a number is right: Asked by NZ"
    assert record.people == 3
    named = select(AccessRecordPerson.person_id).where(
        AccessRecordPerson.access_record_id == record.id
    )
    assert set(session.execute(named).scalars()) == {stage.people[n].id for n in (21, 22, 23)}


def test_reporting_officer_sees_names_for_a_purpose_but_no_limited_listing(
    session, stage, reporting_officer, sign_in
) -> None:
    stage.people[21].limits_own_listing = True
    session.commit()
    officer = sign_in(reporting_officer)
    page = officer.get(f"{COMPLETED}?member=PLW&purpose=check")
    assert [row[0] for row in page.tables()[0][1:]] == ["Official", "Person 22", "Person 23"]
    assert "@" not in page.main


def test_others_reach_no_report_but_their_own(session, stage, sign_in) -> None:
    focal_point = sign_in(make_focal_point(session, "PLW"))
    official = sign_in(make_official(session, "PLW"))
    administrator = sign_in(make_administrator(session))
    for path in ("/reports/completion", "/reports/completion.csv", f"{COMPLETED}?purpose=check"):
        for client in (focal_point, official, administrator):
            client.get(path, status=403)
    official.get("/reports", status=403)
    own = focal_point.get("/reports/own?by=member&member=FJI")
    assert "Fiji" not in own.main
    own = focal_point.get("/reports/own?period=2026-Q1")
    assert own.tables()[-2][-1] == ["Total", "3", "0", "0", "0", "3", "3"]
    assert "Made for: People who may open the list" in own.main


def test_focal_point_of_an_agency_counts_that_agency_alone(session, stage, sign_in) -> None:
    stage.come(range(40, 44), "PLW", "Police")
    stage.begin(range(40, 44), "a", "01-10")
    bureau, police = make_agency(session, "PLW"), make_agency(session, "PLW", "Police")
    person = make_official(session, "PLW", agency=bureau)
    give_role(session, person, Role.FOCAL_POINT, ScopeKind.AGENCY, str(bureau.id))
    client = sign_in(person)
    for narrowed, counted in (
        ("", {"3"}),
        ("&member=PLW", {"3"}),
        ("&member=FJI", {"3"}),
        (f"&agency={police.id}", set()),
    ):
        page = client.get(f"/reports/own?period=2026-Q1{narrowed}")
        totals = [row[1] for table in page.tables() for row in table if row[0] == "Total"]
        assert set(totals) - {"0"} == counted, narrowed
        assert "Police" not in page.main
    said = client.raw("GET", "/reports/own.csv?period=2026-Q1&by=agency").get_data(as_text=True)
    assert "Police" not in said
    assert "Fiji" not in said


def test_others_are_shown_multiples_of_five_and_no_way_to_names(office) -> None:
    page = office.get("/reports/completion?period=2026-Q1&audience=members")
    assert "rounded at random" in page.main
    assert "/people/" not in page.html
    for row in page.tables()[-2][1:]:
        assert all(int(cell) % 5 == 0 for cell in row[1:])
    refused = office.raw("GET", f"{COMPLETED}?audience=members&purpose=check")
    assert refused.status_code == 403


def test_csv_and_workbook_say_what_the_page_says(office) -> None:
    text = (
        office.raw("GET", "/reports/completion.csv?period=2026-Q1").get_data().decode("utf-8-sig")
    )
    rows = list(csv.reader(io.StringIO(text)))
    about = dict(row for row in rows if len(row) == 2)
    assert about["Made for"].endswith("exact")
    assert about["Narrowed to"].startswith("Period: 2026-01-01 to 2026-03-31, days of Bangkok")
    assert "Persons: each official counts once" in about["What is counted"]
    fiji = next(row for row in rows if row[:1] == ["Fiji"])
    assert fiji[1:5] == ["20", "20", "0", "0"]
    content = office.raw("GET", "/reports/completion.xlsx?period=2026-Q1").get_data()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheet = book.get_sheet_by_index(0).to_python()
    assert next(row for row in sheet if row[0] == "Fiji")[1:3] == [20, 20]
    assert any(
        "exact" in str(cell) for row in book.get_sheet_by_index(1).to_python() for cell in row
    )


def test_names_in_files_are_never_taken_for_formulas(session, stage, office) -> None:
    stage.people[21].name = '=HYPERLINK("http://evil.example","x")'
    stage.people[22].name = "@SUM(1+1)"
    session.commit()
    address = "?member=PLW&purpose=check"
    text = office.raw("GET", f"{COMPLETED}.csv{address}").get_data().decode("utf-8-sig")
    names = [row[0] for row in csv.reader(io.StringIO(text)) if len(row) == 6][1:]
    assert names == ['\'=HYPERLINK("http://evil.example","x")', "'@SUM(1+1)", "Person 23"]
    content = office.raw("GET", f"{COMPLETED}.xlsx{address}").get_data()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.get_sheet_by_index(0).to_python()[1][0] == stage.people[21].name
    assert b"<f>" not in content
    session.rollback()
    exported = select(AccessRecord).where(AccessRecord.is_export.is_(True))
    assert {each.people for each in session.execute(exported).scalars()} == {3}


def _taken(client, link: str) -> bytes:
    with client.raw("GET", link) as answer:
        return answer.get_data()


def test_pdf_and_long_lists_are_made_by_the_worker_and_kept_for_who_asked(
    session, stage, office, work, sign_in
) -> None:
    page = office.get("/reports/completion?period=2026-Q1")
    job_page = office.submit(page, "PDF of this report, made in the background")
    asked = office.post(
        f"{COMPLETED}/files/csv?member=PLW&purpose=check", {}, follow=False, status=303
    )
    work()
    ready = office.get(office.get(job_page.path).links("See the result")[0])
    (link,) = ready.links("Take the file (PDF)")
    with pikepdf.open(io.BytesIO(_taken(office, link))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert pdf.open_metadata().get("dc:title") == "Completion by member"
    ready = office.get(office.get(asked.location).links("See the result")[0])
    (link,) = ready.links("Take the file (CSV)")
    assert "Person 21" in _taken(office, link).decode()
    session.rollback()
    records = session.execute(select(AccessRecord).order_by(AccessRecord.id)).scalars().all()
    assert (records[-1].people, records[-1].is_export) == (3, True)
    assert records[-1].purpose == "To check whether a number is right"
    sign_in(make_secretariat(session)).get(link, status=404)
    verbs = set(session.execute(select(AuditEntry.verb)).scalars())
    assert "report.export" in verbs


def test_file_is_gone_with_the_role_it_was_made_under(session, stage, work, sign_in) -> None:
    """Who loses a role, or looks after another member from now on, keeps no way to the file."""
    person = make_official(session, "PLW")
    looking_after = give_role(session, person, Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW")
    counting = give_role(session, person, Role.REPORTING_OFFICER)
    client = sign_in(person)
    links = []
    for path in (
        f"{COMPLETED}/files/csv?member=FJI&purpose=check",
        "/reports/completion/files/csv",
        "/reports/own/files/csv",
    ):
        asked = client.post(path, {}, follow=False, status=303)
        work()
        links.append(client.get(asked.location).links("See the result")[0])
    for link in links:
        assert _taken(client, f"{link}/file")
    counting.ended_on = datetime.date(2025, 2, 1)
    for link in links[:2]:
        client.get(link, status=404)
        client.get(f"{link}/file", status=404)
    assert _taken(client, f"{links[2]}/file")
    looking_after.scope = "FJI"
    client.get("/reports/own")
    client.get(f"{links[2]}/file", status=404)


def test_command_prints_the_same_numbers(app, stage) -> None:

    runner = app.test_cli_runner()
    said = runner.invoke(
        report,
        [
            "completion",
            "--course",
            "a",
            "--by",
            "member",
            "--period",
            "2026-Q1",
            "--format",
            "json",
        ],
    )
    assert said.exit_code == 0, said.output
    rows = {row["Member"]: row for row in json.loads(said.stdout)["rows"]}
    assert rows["Palau"]["Completed, persons"] == 3
    assert rows["Total"]["Completed, participations"] == 35
    text = runner.invoke(report, ["completion", "--member", "Palau", "--audience", "public"]).stdout
    assert "rounded at random" in text
    refused = runner.invoke(report, ["completion", "--period", "soon"])
    assert refused.exit_code != 0


def test_report_costs_the_same_statements_for_few_and_for_many(
    session, stage, office, statements
) -> None:
    office.get("/reports/completion?period=2026")
    with statements() as few:
        office.get("/reports/completion?period=2026")
    stage.begin(range(1, 36), "b", "02-01")
    session.commit()
    with statements() as many:
        office.get("/reports/completion?period=2026")
    assert len(many) == len(few) < 30
