"""Words for the parts of a question: its types, its fields, and what it still lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext

from lms.core.text import N_

STEP = re.compile(r"([a-z_]+)\[(\d+)\]|([a-z_]+)")
"""One step of the place of a problem: `options[2]` or `feedback`."""

KIND_NAMES: Mapping[str, str] = {
    "single": N_("One right answer"),
    "multiple": N_("Several right answers"),
    "true-false": N_("True or false"),
    "matching": N_("Match or sort"),
    "ordering": N_("Put in order"),
    "short-answer": N_("A word or two"),
    "numeric": N_("A number"),
    "gap-select": N_("Gaps in a text"),
    "essay": N_("A text that a person marks"),
    "file": N_("A file that a person marks"),
}


MISSING = N_("%(name)s is missing. Add it.")
FIELD_NAMES: Mapping[str, str] = {
    "answer": N_("the answer"),
    "answers": N_("answers"),
    "choice": N_("what an item belongs to"),
    "choices": N_("choices"),
    "feedback": N_("feedback"),
    "feedback_false": N_("feedback to whoever said false"),
    "feedback_other": N_("feedback to other answers"),
    "feedback_right": N_("feedback to the right answer"),
    "feedback_true": N_("feedback to whoever said true"),
    "feedback_wrong": N_("feedback to wrong answers"),
    "gaps": N_("gaps"),
    "items": N_("items"),
    "objective": N_("the objective"),
    "options": N_("answers"),
    "prompt": N_("what is asked"),
    "rationale": N_("why the right answer is right"),
    "rubric": N_("the rubric"),
    "sources": N_("a source"),
    "steps": N_("steps"),
    "text": N_("words"),
}
"""How a list says what a question still lacks, by the names of the format."""


def lacking_words(said: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """What a question still lacks in one line: the missing parts by name, then other sentences."""
    missing, others = [], []
    for sentence, values in said:
        name = str(values.get("name", ""))
        if sentence == MISSING and name in FIELD_NAMES:
            missing.append(gettext(FIELD_NAMES[name]))
        else:
            others.append(gettext(sentence, **values))
    return " ".join([*([f"{', '.join(missing)}."] if missing else []), *others])


def path_words(path: str) -> str:
    """A place in a question for people: `options[2].feedback` as answers 2: feedback."""
    parts = []
    for step in STEP.finditer(path):
        name = step[1] or step[3]
        words = gettext(FIELD_NAMES[name]) if name in FIELD_NAMES else name.replace("_", " ")
        parts.append(f"{words} {step[2]}" if step[2] else words)
    return ": ".join(parts)
