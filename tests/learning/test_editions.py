"""An edition that changes or is withdrawn under those who are on it."""

from __future__ import annotations

import pytest
from click.testing import Result
from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.audit.models import AuditEntry
from lms.courses.cli import content
from lms.courses.rules import EditionWithdrawal
from lms.courses.services.editions import restore_edition, withdraw_edition
from lms.enrolments.models import Enrolment
from lms.progress.models import Evidence
from tests.factories import make_official
from tests.support.small_editions import KEY, SYSTEM, SmallCourse, Tree, activity

NEWER = "A newer edition of this course stands."


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return SmallCourse(tmp_path_factory.mktemp("content"))


@pytest.fixture
def client(session, sign_in, small):
    small.publish(session)
    learner = sign_in(make_official(session))
    learner.post(f"/learning/{KEY}/begin")
    return learner


def newer(tree: Tree) -> None:
    """The page has other words, and the scenario is gone."""
    activity(tree, "asking")["title"] = "Asking anew"
    tree["activities"] = [a for a in tree["activities"] if a["key"] != "quay"]
    tree["modules"][0]["activities"].remove("quay")


def finish(client) -> None:
    client.submit(client.get(f"/learning/{KEY}/asking"), "Done, next lesson")
    check = client.get(f"/learning/{KEY}/check")
    if "Attempt 1" not in check.main:
        client.submit(client.submit(check, "Begin"), "Hand in", {"act": "hand-in"})
    page = client.submit(client.get(f"/learning/{KEY}/quay"), "Begin")
    client.submit(page, "Do this", {"choice": "ashore"})
    client.submit(client.get(f"/learning/{KEY}/plan"), "Send", {"step": "Ask ashore."})


def withdraw(session, reason: EditionWithdrawal, number: int = 1) -> None:
    withdraw_edition(session, SYSTEM, KEY, number, reason=reason, now=clock.now())
    session.commit()


def test_learner_finishes_the_edition_they_began_and_is_told_of_the_newer(
    session, sign_in, small, client
) -> None:
    page = client.submit(client.get(f"/learning/{KEY}/check"), "Begin")
    small.publish(session, small.changed(newer))
    assert NEWER in client.get(f"/learning/{KEY}").main
    assert client.get(f"/learning/{KEY}/asking").h1 == "Asking"
    client.submit(page, "Hand in", {"act": "hand-in"})
    finish(client)
    assert "You have completed this course" in client.get(f"/learning/{KEY}").main
    other = sign_in(make_official(session))
    other.post(f"/learning/{KEY}/begin")
    assert NEWER not in other.get(f"/learning/{KEY}").main
    assert other.get(f"/learning/{KEY}/asking").h1 == "Asking anew"
    other.get(f"/learning/{KEY}/quay", status=404)


def test_withdrawn_edition_is_offered_to_nobody_and_may_be_finished(
    session, sign_in, client
) -> None:
    withdraw(session, EditionWithdrawal.OUT_OF_DATE)
    assert "A small course" not in client.get("/courses").main
    stranger = sign_in(make_official(session))
    stranger.post(f"/learning/{KEY}/begin", status=404)
    assert "no longer offered to others" in client.get(f"/learning/{KEY}").main
    finish(client)
    assert "You have completed this course" in client.get(f"/learning/{KEY}").main


def test_harmful_edition_is_closed_with_a_sentence_and_what_was_done_is_kept(
    session, client
) -> None:
    client.submit(client.get(f"/learning/{KEY}/asking"), "Done, next lesson")
    attempt = client.submit(client.get(f"/learning/{KEY}/check"), "Begin")
    play = client.submit(client.get(f"/learning/{KEY}/quay"), "Begin")
    reflection = client.get(f"/learning/{KEY}/plan")
    withdraw(session, EditionWithdrawal.HARMFUL_OR_WRONG)
    for key in ("asking", "asking-lighter", "check", "quay", "plan"):
        page = client.get(f"/learning/{KEY}/{key}", status=410)
        assert "Something in this edition was harmful or wrong" in page.text
        assert "What you did is kept." in page.text
    client.get(attempt.path, status=410)
    client.submit(attempt, "Hand in", {"act": "hand-in"}, status=410)
    client.submit(play, "Do this", {"choice": "ashore"}, status=410)
    client.submit(reflection, "Send", {"step": "x"}, status=410)
    plan = client.get(f"/learning/{KEY}")
    assert "This edition is closed" in plan.main
    assert "What you did is kept" in plan.main
    assert not plan.soup.select(f'main a[href^="/learning/{KEY}/asking"]')
    assert "This edition was withdrawn. What you did is kept." in client.get("/learning").main
    facts = session.execute(scoped(Evidence, SYSTEM, Reach.ALL_MEMBERS)).scalars().all()
    assert [fact.activity_key for fact in facts] == ["asking"]


def test_who_leaves_a_closed_edition_begins_the_newer_one(session, small, client) -> None:
    small.publish(session, small.changed(newer))
    withdraw(session, EditionWithdrawal.HARMFUL_OR_WRONG)
    page = client.get(f"/learning/{KEY}/leave")
    client.submit(page, "Leave the course", {"reason": "other"})
    client.post(f"/learning/{KEY}/begin")
    assert client.get(f"/learning/{KEY}/asking").h1 == "Asking anew"
    rows = session.execute(scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS)).scalars().all()
    assert len(rows) == 2


def test_edition_is_offered_again_when_restored(session, client) -> None:
    withdraw(session, EditionWithdrawal.HARMFUL_OR_WRONG)
    restore_edition(session, SYSTEM, KEY, 1, now=clock.now())
    session.commit()
    assert client.get(f"/learning/{KEY}/asking").h1 == "Asking"
    assert "A small course" in client.get("/courses").main


def command(app, *words: str) -> Result:
    return app.test_cli_runner().invoke(content, list(words))


def test_command_withdraws_and_restores_and_leaves_two_audit_rows(app, session, client) -> None:
    done = command(app, "withdraw", KEY, "1", "--reason", "harmful_or_wrong")
    assert done.exit_code == 0, done.output
    assert "withdrawn, closed to all" in done.output
    client.get(f"/learning/{KEY}/asking", status=410)
    assert "offered again" in command(app, "restore", KEY, "1").output
    client.get(f"/learning/{KEY}/asking")
    refused = command(app, "withdraw", KEY, "9", "--reason", "out_of_date")
    assert refused.exit_code == 1
    assert "no edition of this number" in refused.output
    rows = session.execute(select(AuditEntry.verb).order_by(AuditEntry.id)).scalars()
    assert [verb for verb in rows if verb.startswith("course.")][1:] == [
        "course.withdraw",
        "course.restore",
    ]
