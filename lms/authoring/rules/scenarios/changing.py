"""Adding, moving, changing and taking out steps. Each gives a new story; keys never change."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.authoring.rules.scenarios.files import Story, Tree, fresh_key
from lms.courses.story.graph import letter_of

NEW_STEP = "+"
"""Stands for "a new step" where a way is chosen. No key looks like it."""


@dataclass(frozen=True)
class ChoiceWords:
    """One choice as it was typed. `rest` keeps names of the file the form does not show."""

    key: str
    text: str
    quality: str
    to: str
    consequence: str
    reason: str
    way_back: str
    change: dict[str, int] = field(default_factory=dict)
    when: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed: an offered row that was not used."""
        said = (self.text, self.consequence, self.reason, self.way_back, self.to, self.quality)
        return not (any(said) or self.change or self.when)


@dataclass(frozen=True)
class StepWords:
    """A step as it was typed. `goes_on` is "choices", "next", "ending" or empty: not yet said."""

    title: str
    text: str
    goes_on: str
    next: str = ""
    ending: str = ""
    choices: Sequence[ChoiceWords] = ()


def begun(key: str, title: str, *, first_step: str, ending: str) -> Tree:
    """The tree of a new scenario: a step to begin with and a good ending, joined."""
    return {
        "key": key,
        "title": title,
        "start": "beginning",
        "nodes": [
            {"key": "beginning", "title": first_step, "next": "good-ending"},
            {"key": "good-ending", "title": ending, "ending": "good"},
        ],
    }


def step_changed(story: Story, key: str, words: StepWords) -> Story:
    """The story with one step as typed. "A new step" becomes a step behind this one.

    Raises KeyError when there is no such step.
    """
    tree = copy.deepcopy(story.tree)
    changed = Story(story.path, tree)
    place = changed.place(key)
    if place is None:
        raise KeyError(key)
    taken = {str(node.get("key") or "") for node in changed.nodes}
    added: list[Tree] = []

    def target(to: str) -> str:
        if to != NEW_STEP:
            return to
        fresh = fresh_key("", taken, "step")
        taken.add(fresh)
        added.append({"key": fresh})
        return fresh

    node = changed.nodes[place]
    before = {str(each.get("key") or ""): each for each in node.get("choices") or []}
    for name in ("choices", "next", "ending"):
        node.pop(name, None)
    node["title"], node["text"] = words.title, words.text
    if words.goes_on == "choices":
        node["choices"] = _choices(words.choices, before, target)
    elif words.goes_on == "next":
        node["next"] = target(words.next)
    elif words.goes_on == "ending":
        node["ending"] = words.ending
    changed.nodes[place + 1 : place + 1] = added
    return changed


def _choices(rows: Sequence[ChoiceWords], before: dict[str, Tree], target: Any) -> list[Tree]:
    used = [row for row in rows if not row.is_empty]
    taken = {row.key for row in used if row.key}
    found = []
    for row in used:
        key = row.key
        if not key:
            key = next(k for k in map(letter_of, range(len(taken) + 1)) if k not in taken)
            taken.add(key)
        choice = dict(before.get(key, {}))
        choice |= {
            "key": key, "text": row.text, "quality": row.quality, "when": row.when,
            "change": row.change, "consequence": row.consequence, "reason": row.reason,
            "way_back": row.way_back, "to": target(row.to),
        }  # fmt: skip
        found.append(choice)
    return found


def step_added(story: Story, title: str) -> tuple[Story, str]:
    """The story with one more step at its end, and the key of that step."""
    tree = copy.deepcopy(story.tree)
    taken = {str(node.get("key") or "") for node in story.nodes}
    key = fresh_key(title, taken, "step")
    tree["nodes"].append({"key": key, "title": title})
    if not tree.get("start"):
        tree["start"] = key
    return Story(story.path, tree), key


def step_moved(story: Story, key: str, by: int) -> Story:
    """The story with a step one place up (-1) or down (1); the same at either end."""
    place = story.place(key)
    if place is None or not 0 <= place + by < len(story.nodes):
        return story
    tree = copy.deepcopy(story.tree)
    nodes = tree["nodes"]
    nodes.insert(place + by, nodes.pop(place))
    return Story(story.path, tree)


def step_removed(story: Story, key: str) -> Story:
    """The story without a step. Ways that led to it stay, and are told by the check."""
    place = story.place(key)
    if place is None:
        return story
    tree = copy.deepcopy(story.tree)
    del tree["nodes"][place]
    if tree.get("start") == key:
        tree["start"] = tree["nodes"][0].get("key") if tree["nodes"] else None
    return Story(story.path, tree)


def head_changed(story: Story, values: Tree) -> Story:
    """The story with these values for all but its steps; names not given stay as they are."""
    return Story(story.path, {**copy.deepcopy(story.tree), **values})
