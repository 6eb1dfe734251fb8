"""Writing a scenario step by step: nothing is lost, and the file stays canonical."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import ROOT
from lms.authoring.forms.scenarios import HeadForm, StepForm
from lms.authoring.queries.drafts import find_file
from lms.authoring.rules.scenarios.changing import (
    NEW_STEP,
    ChoiceWords,
    StepWords,
    step_added,
    step_changed,
    step_moved,
    step_removed,
)
from lms.authoring.rules.scenarios.files import (
    Story,
    clean,
    fresh_key,
    head_of,
    mark_of,
    path_of,
    read_story,
    story_bytes,
)
from lms.authoring.rules.scenarios.trial import playable
from lms.authoring.rules.scenarios.wording import (
    UnreadableError,
    changes_in,
    conditions_as_words,
    conditions_in,
    variables_as_words,
    variables_in,
)
from lms.authoring.services.scenarios import GONE, StepMovedOnError, save_step
from lms.core import clock
from lms.courses.story.faults import faults_of
from lms.courses.story.graph import graph_in
from tests.authoring.drafts import SMALL, SMALL_KEY, make_draft, make_trainer, trainer_actor
from tests.factories import make_official

STORIES = sorted((ROOT / "content" / "courses").glob("*/scenarios/*.yaml"))
QUAY = SMALL["scenarios/quay.yaml"]


def quay() -> Story:
    found = read_story("scenarios/quay.yaml", QUAY)
    assert found is not None
    return found


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_our_own_stories_are_read_and_written_byte_by_byte(path: Path) -> None:
    story = read_story(path_of(path.stem), path.read_bytes())
    assert story is not None
    assert story_bytes(story) == path.read_bytes()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_step_and_the_head_go_through_their_forms_unchanged(app) -> None:
    with app.test_request_context():
        for path in STORIES[::3]:
            story = read_story(path_of(path.stem), path.read_bytes())
            assert story is not None
            changed = story
            for node in story.nodes:
                form = StepForm.of(node, mark_of(node))
                form.offer([], spare=2)
                changed = step_changed(changed, node["key"], form.words())
            head = HeadForm.of(head_of(changed), "")
            head.offer([], [])
            changed = Story(story.path, {**changed.tree, **head.values(changed)})
            assert story_bytes(changed) == path.read_bytes(), path


def test_unfinished_story_keeps_everything_and_its_order() -> None:
    text = b"title: x\nkey: y\nodd: kept\nnodes:\n  - key: a\n    note: kept too\n    title: A\n"
    story = read_story("scenarios/y.yaml", text)
    assert story is not None
    written = story_bytes(story)
    assert written == (
        b"key: y\ntitle: x\nnodes:\n  - key: a\n    title: A\n    note: kept too\nodd: kept\n"
    )
    assert read_story("scenarios/y.yaml", b"nodes: [1, 2]") is None
    assert read_story("scenarios/y.yaml", b"title: [") is None


def test_steps_are_added_moved_and_taken_out() -> None:
    story, key = step_added(quay(), "The next day")
    assert key == "the-next-day"
    assert [step["key"] for step in step_moved(story, key, -1).nodes] == [
        "arrival", "silence", "the-next-day", "evening",
    ]  # fmt: skip
    assert step_moved(story, "arrival", -1) is story
    without = step_removed(story, "arrival")
    assert (without.tree["start"], len(without.nodes)) == ("silence", 3)
    assert fresh_key("漁船", {"a"}, "step") == "step-2"
    assert fresh_key("On the quay", {"on-the-quay"}, "step") == "on-the-quay-2"


def test_a_new_step_is_made_where_a_choice_asks_for_one() -> None:
    choice = ChoiceWords("", "Wait.", "good", NEW_STEP, "Time passes.", "Why not.", "")
    empty = ChoiceWords("", "", "", "", "", "", "")
    words = StepWords("Silence", "Nobody speaks.", "choices", choices=[choice, empty, choice])
    changed = step_changed(quay(), "silence", words)
    assert [step["key"] for step in changed.nodes] == [
        "arrival", "silence", "step-4", "step-5", "evening",
    ]  # fmt: skip
    made = changed.nodes[1]["choices"]
    assert [(row["key"], row["to"]) for row in made] == [("a", "step-4"), ("b", "step-5")]
    assert "next" not in changed.nodes[1]
    kinds = {fault.kind.value for fault in faults_of(graph_in(changed.tree))}
    assert kinds == {"dead_end", "endless"}


def test_lines_for_variables_read_what_they_write() -> None:
    assert changes_in("trust +1, way-out -2") == {"trust": 1, "way-out": -2}
    rows = conditions_in("trust >= 1, trust <= 3; safety ≤ -1")
    assert rows == [
        {"variable": "trust", "at_least": 1, "at_most": 3}, {"variable": "safety", "at_most": -1},
    ]  # fmt: skip
    assert conditions_in(conditions_as_words(rows)) == rows
    variables = variables_in("trust: Trust of the crew\nsafety: Safety (2)")
    assert variables_in(variables_as_words(variables)) == variables
    for read, text in ((changes_in, "trust up"), (conditions_in, "trust 1"), (variables_in, "x")):
        with pytest.raises(UnreadableError):
            read(text)
    assert clean("a\u202eb\r\n\r\n\r\n\r\nc  ") == "ab\n\nc"


def test_story_without_an_end_can_be_tried() -> None:
    story = read_story("scenarios/y.yaml", b"nodes:\n  - key: a\n    choices:\n      - text: Go\n")
    assert story is not None
    played = playable(story, nowhere="Nowhere yet")
    assert played is not None
    assert [node.title for node in played.nodes] == ["…", "Nowhere yet"]
    assert playable(read_story("scenarios/y.yaml", b"key: y\n"), nowhere="x") is None


def test_two_on_one_step_are_told_and_two_on_two_steps_never_meet(session) -> None:
    person = make_trainer(session)
    actor = trainer_actor(person, SMALL_KEY)
    draft = make_draft(session, person, SMALL_KEY)
    silence, evening = quay().nodes[1], quay().nodes[2]
    now = clock.now()

    def save(step: dict, words: StepWords, based_on: str) -> None:
        save_step(session, actor, draft.id, "quay", step["key"], words, based_on=based_on, now=now)

    first = StepWords("Silence", "Nobody speaks, first.", "next", "arrival")
    second = StepWords("Silence", "Nobody speaks, second.", "next", "arrival")
    save(silence, first, mark_of(silence))
    with pytest.raises(StepMovedOnError) as caught:
        save(silence, second, mark_of(silence))
    assert caught.value.standing["text"] == "Nobody speaks, first."
    save(silence, first, mark_of(silence))
    save(evening, StepWords("Evening", "Two are safe.", "ending", ending="good"), mark_of(evening))
    save(silence, second, caught.value.mark)
    stands = find_file(session, draft, "scenarios/quay.yaml").content
    assert b"Nobody speaks, second." in stands
    assert b"Two are safe." in stands
    with pytest.raises(StepMovedOnError) as gone:
        save({"key": "lost"}, second, "x")
    assert (gone.value.standing, gone.value.mark) == (None, GONE)
    save({"key": "lost"}, second, GONE)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_trainer_writes_a_scenario_without_a_script(session, sign_in) -> None:
    person = make_trainer(session)
    draft = make_draft(session, person, SMALL_KEY)
    client = sign_in(person, second_factor=True)
    top = f"/drafts/{draft.id}/scenarios"
    page = client.get(top)
    assert "3 steps" in page.main
    assert "Write a title." in client.submit(page, "Begin it", {"title": ""}, status=400).main
    page = client.submit(page, "Begin it", {"title": "At the gate"})
    assert page.path == f"{top}/at-the-gate"
    assert b"at-the-gate]" in find_file(session, draft, "modules/01-first/module.yaml").content

    page = client.get(f"{page.path}/steps/beginning")
    typed = {
        "goes_on": "choices", "text": "A man waits.",
        "choices-0-text": "Greet him.", "choices-0-quality": "good", "choices-0-to": "good-ending",
        "choices-0-consequence": "He smiles.", "choices-0-reason": "It costs nothing.",
        "choices-1-text": "Send him away.", "choices-1-quality": "harmful", "choices-1-to": "+",
    }  # fmt: skip
    more = client.submit(page, "Another choice", typed)
    assert "Not saved yet." in more.main
    assert more.form_of("Save")[1]["choices-0-consequence"].strip() == "He smiles."
    bad = client.submit(more, "Save", {"choices-1-change": "trust up", "do": "save"}, status=400)
    assert "cannot be read" in bad.main
    story = client.submit(bad, "Save", {"choices-1-change": "", "do": "save"})
    assert "Dead end" in story.main
    assert "Choice b: reason is missing" in story.main
    assert "A harmful choice needs a way_back" not in story.main  # its fields come first
    page = client.get(f"{top}/at-the-gate/play?way=b")
    assert "This way leads nowhere yet" in client.get(f"{top}/at-the-gate/play?way=b&way=").main
    assert "Send him away." in page.main

    mine = client.get(f"{top}/quay/steps/silence")
    other = client.get(f"{top}/quay/steps/silence")
    client.submit(other, "Save", {"text": "Theirs.", "do": "save"})
    met = client.submit(mine, "Save", {"text": "Mine.", "do": "save"}, status=409)
    assert "Theirs." in met.main
    assert met.form_of("Save")[1]["text"].strip() == "Mine."
    client.submit(met, "Save", {"do": "save"})
    assert b"text: Mine." in find_file(session, draft, "scenarios/quay.yaml").content

    head = client.get(f"{top}/quay/about")
    saved = client.submit(head, "Save", {"title": "On the long quay", "do": "save"})
    assert saved.h1 == "On the long quay"
    gone = client.submit(saved, "Take it out step 2")
    assert "A choice leads to a step that does not exist." in gone.main
    added = client.submit(gone, "Add a step", {"title": "Noon"})
    assert added.path == f"{top}/quay/steps/noon"
    stranger = sign_in(make_official(session))
    stranger.get(top, status=403)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_story_that_cannot_be_read_is_said_and_left_alone(session, sign_in) -> None:
    person = make_trainer(session)
    files = {**SMALL, "scenarios/quay.yaml": b"title: [\n"}
    draft = make_draft(session, person, SMALL_KEY, files)
    client = sign_in(person, second_factor=True)
    top = f"/drafts/{draft.id}/scenarios/quay"
    assert "cannot be read" in client.get(top).main
    client.get(f"{top}/about", status=409)
    other = make_trainer(session)
    sign_in(other, second_factor=True).get(top, status=404)
