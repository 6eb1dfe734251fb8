"""A story that can be played although it is not finished: what is missing is filled with marks."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from lms.authoring.rules.scenarios.files import Story, Tree
from lms.courses.story.graph import graph_in
from lms.courses.values.scenario import Scenario

MISSING = "…"
NOWHERE = "leads-nowhere"


def playable(story: Story, *, nowhere: str, begin: str = "") -> Scenario | None:
    """The scenario as far as it goes, beginning with a step of one's choice.

    A way that is open ends at a step with the title `nowhere`. None where there is no step,
    or a field holds what no scenario can.
    """
    nodes = [_step(node) for node in story.nodes if isinstance(node.get("key"), str)]
    known = {str(node["key"]) for node in nodes}
    if not known:
        return None
    for node in nodes:
        for choice in node.get("choices", ()):
            if choice["to"] not in known:
                choice["to"] = NOWHERE
        if node.get("next", "") and node["next"] not in known:
            node["next"] = NOWHERE
    nodes.append({"key": NOWHERE, "title": nowhere, "text": nowhere, "ending": "poor"})
    start = begin if begin in known else story.tree.get("start")
    debrief = story.tree.get("debrief")
    tree: Tree = {
        "kind": "scenario",
        "file": story.path,
        "key": "trial",
        "title": _said(story.tree, "title"),
        "minutes": 1,
        "summary": MISSING,
        "intro": _said(story.tree, "intro"),
        "variables": _rows(story.tree.get("variables")),
        "start": start if start in known else nodes[0]["key"],
        "nodes": nodes,
        "debrief": {**(debrief if isinstance(debrief, dict) else {}), "text": MISSING}
        | ({"text": debrief["text"]} if isinstance(debrief, dict) and debrief.get("text") else {}),
    }
    try:
        return Scenario.model_validate(tree)
    except ValidationError:
        return None


def _step(node: Tree) -> Tree:
    found: Tree = {"key": node["key"], "title": _said(node, "title"), "text": _said(node, "text")}
    if node.get("choices"):
        found["choices"] = [_choice(place, row) for place, row in enumerate(node["choices"])]
    elif node.get("ending"):
        found["ending"] = node["ending"]
    else:
        found["next"] = node.get("next") or NOWHERE
    return found


def _choice(place: int, row: Tree) -> Tree:
    found: Tree = {
        "key": row.get("key") or f"choice-{place + 1}",
        "text": _said(row, "text"),
        "quality": row.get("quality") or "tolerable",
        "when": _rows(row.get("when")),
        "change": row.get("change") or {},
        "consequence": _said(row, "consequence"),
        "reason": _said(row, "reason"),
        "to": row.get("to") or NOWHERE,
    }
    if row.get("way_back"):
        found["way_back"] = row["way_back"]
    return found


def _said(tree: Tree, name: str) -> str:
    found = tree.get(name)
    return found if isinstance(found, str) and found.strip() else MISSING


def _rows(value: Any) -> list[Tree]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def steps_of(story: Story) -> list[tuple[str, str]]:
    """Key and numbered title of each step, to begin with."""
    return [
        (step.key, f"{step.number}. {step.title or step.key}")
        for step in graph_in(story.tree).steps
        if step.key
    ]
