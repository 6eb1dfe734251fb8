"""Questions in Aiken, the plainest format there is (docs.moodle.org, “Aiken format”).

One question on lines of its own, answers as `A.` or `A)`, then `ANSWER: B`.
"""

from __future__ import annotations

import re
from fractions import Fraction

from lms.authoring.rules.questions.taken import (
    NO_WORDS,
    CannotTakeError,
    NotTaken,
    Said,
    Taken,
    TakenOption,
    TakenQuestion,
    chosen,
    once,
    plain,
)
from lms.core.text import N_

_OPTION = re.compile(r"\s*([A-Z])[.)]\s+(.*)")
_ANSWER = re.compile(r"\s*ANSWER\s*:\s*(\S*)", re.IGNORECASE)


def read_aiken(text: str) -> Taken:
    """Every question of an Aiken file. Never raises: what cannot be taken is named."""
    taken: list[TakenQuestion] = []
    left_out: list[NotTaken] = []
    lines: list[str] = []
    first, place = 1, 0
    for number, line in enumerate(text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        first = first if lines else number
        found = _ANSWER.fullmatch(line.strip())
        if found is None:
            lines.append(line)
            continue
        place += 1
        try:
            taken.append(_question(place, first, lines, found[1]))
        except CannotTakeError as error:
            left_out.append(NotTaken(place, first, "", error.why))
        lines = []
    if lines:
        why = Said(N_("No line with ANSWER: follows this question."))
        left_out.append(NotTaken(place + 1, first, "", why))
    return Taken(tuple(taken), tuple(left_out))


def _question(place: int, line: int, lines: list[str], letter: str) -> TakenQuestion:
    prompt: list[str] = []
    options: list[tuple[str, str]] = []
    for text in lines:
        found = _OPTION.fullmatch(text)
        if found:
            options.append((found[1], found[2]))
        elif options:
            options[-1] = (options[-1][0], f"{options[-1][1]} {text.strip()}")
        else:
            prompt.append(text.strip())
    if not prompt:
        raise CannotTakeError(NO_WORDS)
    if letter.upper() not in {name for name, _ in options}:
        raise CannotTakeError(N_("ANSWER: names no answer of this question."))
    made = [
        TakenOption(plain(words), Fraction(int(name == letter.upper()))) for name, words in options
    ]
    notes: list[Said] = []
    answers = chosen(made, notes, says_several=False)
    return TakenQuestion(place, line, "", plain("\n".join(prompt)), answers, notes=once(notes))
