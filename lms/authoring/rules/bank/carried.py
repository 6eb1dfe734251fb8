"""What a file of questions would bring, between its reading and the author's decision.

It lies in storage as JSON for a day: reading may take a job, and deciding takes a person.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from lms.authoring.rules.bank.incoming import Preview, Standing, lacking
from lms.core.content.problems import Level
from lms.core.text import N_

MOST_IN_FILE = 200
"""Questions of one bank file made by an import: more are divided over numbered files."""

CHANGED_SINCE = N_("The bank has changed since this file was read. Read the file again.")


class Sentence(BaseModel):
    """A sentence marked for translation, with its named values."""

    model_config = ConfigDict(frozen=True)

    sentence: str
    values: dict[str, Any] = Field(default_factory=dict)


class Line(BaseModel):
    """One question of the file: where it stood there, what it would be here, what it lacks."""

    model_config = ConfigDict(frozen=True)

    place: int
    line: int
    name: str
    key: str
    kind: str
    prompt: str
    standing: Standing
    other: str
    based_on: str
    text: str
    tree: dict[str, Any]
    lacks: tuple[Sentence, ...] = ()
    notes: tuple[Sentence, ...] = ()


class Missed(BaseModel):
    """One question of the file that cannot be taken, and why."""

    model_config = ConfigDict(frozen=True)

    place: int
    line: int
    name: str
    why: Sentence


class Carried(BaseModel):
    """A whole file, read and judged. `said` is why it could not be read at all."""

    model_config = ConfigDict(frozen=True)

    name: str
    format: str
    lines: tuple[Line, ...] = ()
    missed: tuple[Missed, ...] = ()
    said: Sentence | None = None

    def of(self, standing: Standing) -> tuple[Line, ...]:
        """The lines that stand so to the bank."""
        return tuple(line for line in self.lines if line.standing is standing)


def carry(name: str, form: str, found: Preview) -> Carried:
    """A preview as it is kept."""
    return Carried(
        name=name,
        format=form,
        lines=tuple(
            Line(
                place=one.place,
                line=one.line,
                name=one.name,
                key=one.item.key,
                kind=one.item.kind,
                prompt=one.item.title,
                standing=one.standing,
                other=one.other,
                based_on=one.based_on,
                text=one.item.text,
                tree=dict(one.item.tree),
                lacks=tuple(
                    Sentence(sentence=problem.sentence, values=dict(problem.values))
                    for problem in lacking(one.item.problems)
                    if problem.level is Level.ERROR
                ),
                notes=tuple(
                    Sentence(sentence=note.sentence, values=dict(note.values)) for note in one.notes
                ),
            )
            for one in found.items
        ),
        missed=tuple(
            Missed(
                place=left.place,
                line=left.line,
                name=left.name,
                why=Sentence(sentence=left.why.sentence, values=dict(left.why.values)),
            )
            for left in found.left_out
        ),
    )
