"""Invented places: no member of the body stands in a story or a case."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path as FilePath

from lms.core.text import N_
from lms.courses.checks.subject import Subject, words_in
from lms.courses.markdown import parts_of
from lms.courses.values.question import Bank
from lms.courses.values.scenario import Scenario

_SENTENCE = N_("%(name)s is a member. Stories and cases take place in invented states.")


def check_names(subject: Subject) -> None:
    """Scenarios, questions and case notes that name a member; pages may cite one elsewhere."""
    if subject.members is None:
        return
    names = _member_names(subject.members)
    if names is None:
        return
    for source in subject.reading.sources:
        if isinstance(source.value, Scenario | Bank):
            for path, text in words_in(source.value):
                for name in names.findall(text):
                    subject.warn(source, path, _SENTENCE, name=name)
        for part in parts_of(source.body):
            if part.name == "case":
                for name in names.findall(part.text):
                    subject.warn_at(source, part.line, _SENTENCE, name=name)


@cache
def _member_names(file: FilePath) -> re.Pattern[str] | None:
    """Names of member and observer states as one pattern; None when there is no such file."""
    if not file.is_file():
        return None
    with file.open(encoding="utf-8", newline="") as lines:
        names = [
            row["name"] for row in csv.DictReader(lines)
            if row.get("kind") in {"government", "sar", "observer_state"} and row.get("name")
        ]  # fmt: skip
    if not names:
        return None
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(re.escape(name) for name in longest_first)})\b")
