"""Pause and leave, in reach on every activity; what was typed is kept on the way out."""

from __future__ import annotations

import pytest

from lms.access.reaches import Reach, scoped
from lms.assessments.models import Answer, Attempt, Writing
from lms.assessments.rules.attempts import AttemptState
from tests.factories import make_official
from tests.support.small_editions import KEY, SYSTEM, SmallCourse


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return SmallCourse(tmp_path_factory.mktemp("content"))


@pytest.fixture
def client(session, sign_in, small):
    small.publish(session)
    learner = sign_in(make_official(session))
    learner.post(f"/learning/{KEY}/begin")
    return learner


def press(client, page, beside: str, button: str, fields: dict[str, str]):
    """Press a button of the bar: it stands outside the form and names it."""
    action, data = page.form_of(beside)
    found = next(b for b in page.soup.select("button[form]") if b.get_text().strip() == button)
    assert page.soup.find("form", id=found["form"])["action"] == action
    data.pop("act", None)
    return client.post(action, {**data, **fields, found["name"]: found["value"]})


@pytest.mark.parametrize("key", ["asking", "asking-lighter", "check", "quay"])
def test_pause_and_leave_are_links_where_nothing_is_typed(client, key) -> None:
    page = client.get(f"/learning/{KEY}/{key}")
    assert page.links("Pause") == [f"/learning/{KEY}/pause?at={key}"]
    assert page.links("Leave") == ["/"]


def test_pause_inside_a_scenario_keeps_the_place(client) -> None:
    page = client.submit(client.get(f"/learning/{KEY}/quay"), "Begin")
    page = client.submit(page, "Do this", {"choice": "group"})
    paused = client.get(page.links("Pause")[0])
    back = client.get(paused.links("Carry on with “On the quay”")[0])
    assert "Nobody speaks." in back.main


@pytest.mark.parametrize(("button", "path"), [("Pause", f"/learning/{KEY}/pause"), ("Leave", "/")])
def test_way_out_of_a_quiz_saves_the_answers_and_hands_nothing_in(
    session, client, button, path
) -> None:
    page = client.submit(client.get(f"/learning/{KEY}/check"), "Begin")
    away = press(client, page, "Hand in", button, {"q1": "1"})
    assert away.path.startswith(path)
    (attempt,) = session.execute(scoped(Attempt, SYSTEM, Reach.ALL_MEMBERS)).scalars()
    (answer,) = session.execute(scoped(Answer, SYSTEM, Reach.ALL_MEMBERS)).scalars()
    assert attempt.state is AttemptState.OPEN
    assert answer.given
    assert client.get(page.path).soup.select("input[checked]")


@pytest.mark.parametrize("button", ["Pause", "Leave"])
def test_way_out_of_a_reflection_keeps_a_draft(session, client, button) -> None:
    press(client, client.get(f"/learning/{KEY}/plan"), "Send", button, {"step": "Half a"})
    (writing,) = session.execute(scoped(Writing, SYSTEM, Reach.ALL_MEMBERS)).scalars()
    assert (writing.answers["step"], writing.sent_at) == ("Half a", None)


def test_enter_in_a_quiz_saves_and_hands_nothing_in(client) -> None:
    """A browser presses the first button of a form for Enter."""
    page = client.submit(client.get(f"/learning/{KEY}/check"), "Begin")
    buttons = page.soup.select('button[form="attempt"], form#attempt button')
    assert buttons[0]["value"] == "save"


def test_keys_are_named_and_can_be_turned_off(client) -> None:
    page = client.get(f"/learning/{KEY}/check")
    line = page.soup.select_one('[data-part="keys"]')
    assert line is not None
    assert line["data-before"] == f"/learning/{KEY}/asking"
    assert line["data-after"] == f"/learning/{KEY}/quay"
    assert line.has_attr("hidden")
    assert line.find("button", type="button").text == "Turn these keys off"
