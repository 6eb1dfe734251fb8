"""A key that was wrong: another one beside the edition, and what it does to results. Pure.

A correction never changes an edition. It is laid over the question wherever the question is
marked, shown or counted, for the same key and version of the question.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from lms.access.permissions import Permission
from lms.assessments.rules.attempts import Result
from lms.assessments.rules.marking import ALL, Given, Mark, mark, plain_words, read_number
from lms.core.errors import BadInputError
from lms.core.states import Transition, step_from
from lms.core.text import N_
from lms.courses.values.question import (
    ExpectedAnswer,
    GapSelectQuestion,
    MatchingQuestion,
    MultipleQuestion,
    NumericQuestion,
    Question,
    ShortAnswerQuestion,
    SingleQuestion,
    TrueFalseQuestion,
)

LONGEST_NOTE = 1_000
"""Characters of what a trainer writes about a correction."""
MOST_TEXTS = 20
"""Further answers a correction may accept."""


class CorrectionState(enum.StrEnum):
    """Where a correction stands. From `applied` on it counts for every new attempt too."""

    PREPARING = "preparing"
    READY = "ready"
    APPLIED = "applied"
    DISCARDED = "discarded"


CORRECTION_STATE_NAMES: dict[CorrectionState, str] = {
    CorrectionState.PREPARING: N_("The preview is being made"),
    CorrectionState.READY: N_("Waits for your decision"),
    CorrectionState.APPLIED: N_("In force"),
    CorrectionState.DISCARDED: N_("Discarded"),
}
CORRECTION_STEPS: tuple[Transition[CorrectionState, str], ...] = (
    Transition(CorrectionState.PREPARING, "show", CorrectionState.READY, Permission.COURSE_TEACH),
    Transition(CorrectionState.READY, "apply", CorrectionState.APPLIED, Permission.COURSE_TEACH),
    Transition(
        CorrectionState.PREPARING, "discard", CorrectionState.DISCARDED, Permission.COURSE_TEACH
    ),
    Transition(
        CorrectionState.READY, "discard", CorrectionState.DISCARDED, Permission.COURSE_TEACH
    ),
)


class KeyReason(enum.StrEnum):
    """Why a key is corrected; a class, told to the people whose result changes."""

    KEY_WRONG = "key_wrong"
    ALSO_RIGHT = "also_right"
    UNCLEAR = "unclear"


KEY_REASON_NAMES: dict[KeyReason, str] = {
    KeyReason.KEY_WRONG: N_("The key was wrong"),
    KeyReason.ALSO_RIGHT: N_("Another answer is right too"),
    KeyReason.UNCLEAR: N_("The question was unclear"),
}


def correction_step(state: CorrectionState, verb: str) -> Transition[CorrectionState, str] | None:
    """The step of this verb from this state, or None if it is not possible now."""
    return step_from(CORRECTION_STEPS, state, verb)


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """What is right from now on.

    `everyone`: all who met the question have its points. `rights`: codes of what can be
    chosen, as `codes_of` gives them. `texts`: words to accept besides. `number` and
    `tolerance` as a person writes them. `was` is the key it takes the place of (`mark_of`):
    an edition that brings another one is not touched by it.
    """

    everyone: bool = False
    rights: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    number: str = ""
    tolerance: str = ""
    was: str = ""

    def as_json(self) -> dict[str, Any]:
        """For storage; `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> AnswerKey:
        """What `as_json` wrote."""
        return cls(
            everyone=bool(stored.get("everyone")),
            rights=tuple(stored.get("rights", ())),
            texts=tuple(stored.get("texts", ())),
            number=str(stored.get("number", "")),
            tolerance=str(stored.get("tolerance", "")),
            was=str(stored.get("was", "")),
        )


@dataclass(frozen=True, slots=True)
class Choosable:
    """One thing that can be chosen in a question: its code, its words, and whether it is right.

    `group` is the key of the item or gap it is chosen for; "" where there is one list.
    """

    code: str
    text: str
    is_right: bool
    group: str = ""


def codes_of(question: Question) -> tuple[Choosable, ...]:
    """What can be chosen, by the codes under which it is counted (`statistics.chosen_in`).

    Empty for what is typed or put in order.
    """
    if isinstance(question, SingleQuestion | MultipleQuestion):
        return tuple(Choosable(each.key, each.text, each.right) for each in question.options)
    if isinstance(question, TrueFalseQuestion):
        return tuple(
            Choosable(word, name, question.answer == word)
            for word, name in (("true", N_("True")), ("false", N_("False")))
        )
    if isinstance(question, MatchingQuestion):
        return tuple(
            Choosable(f"{item.key}={choice.key}", choice.text, item.choice == choice.key, item.key)
            for item in question.items
            for choice in question.choices
        )
    if isinstance(question, GapSelectQuestion):
        return tuple(
            Choosable(f"{gap.key}={option.key}", option.text, option.right, gap.key)
            for gap in question.gaps
            for option in gap.options
        )
    return ()


def mark_of(question: Question) -> str:
    """The key of a question in one line, the same in every language.

    Empty for words and orders, which differ by language or have no other key.
    """
    if isinstance(question, NumericQuestion):
        return f"{question.answer:g}±{question.tolerance:g}"
    return " ".join(each.code for each in codes_of(question) if each.is_right)


def corrected(question: Question, key: AnswerKey) -> Question:
    """The question with another key. What the key says nothing of stays as it was."""
    rights = set(key.rights) & {each.code for each in codes_of(question)}
    if isinstance(question, SingleQuestion | MultipleQuestion) and rights:
        options = tuple(
            each.model_copy(update={"right": each.key in rights}) for each in question.options
        )
        return question.model_copy(update={"options": options})
    if isinstance(question, TrueFalseQuestion) and len(rights) == 1:
        return question.model_copy(update={"answer": rights.pop()})
    if isinstance(question, MatchingQuestion) and rights:
        chosen = dict(code.split("=", 1) for code in sorted(rights))
        items = tuple(
            each.model_copy(update={"choice": chosen.get(each.key, each.choice)})
            for each in question.items
        )
        return question.model_copy(update={"items": items})
    if isinstance(question, GapSelectQuestion) and rights:
        return _with_gaps(question, rights)
    if isinstance(question, ShortAnswerQuestion) and key.texts:
        return _with_texts(question, key.texts)
    if isinstance(question, NumericQuestion) and key.number:
        number, tolerance = read_number(key.number), read_number(key.tolerance or "0")
        if number is not None and tolerance is not None:
            update = {"answer": float(number), "tolerance": float(abs(tolerance))}
            return question.model_copy(update=update)
    return question


def _with_gaps(question: GapSelectQuestion, rights: set[str]) -> GapSelectQuestion:
    gaps = []
    for gap in question.gaps:
        own = {option.key for option in gap.options if f"{gap.key}={option.key}" in rights}
        options = tuple(
            option.model_copy(update={"right": option.key in own}) for option in gap.options
        )
        gaps.append(gap.model_copy(update={"options": options}) if own else gap)
    return question.model_copy(update={"gaps": tuple(gaps)})


def _with_texts(question: ShortAnswerQuestion, texts: Iterable[str]) -> ShortAnswerQuestion:
    """Accepted besides; a foreseen mistake that is among them is none any more."""
    folded = {plain_words(text) for text in texts}
    kept = [
        answer
        for answer in question.answers
        if answer.right or plain_words(answer.text) not in folded
    ]
    known = {plain_words(answer.text) for answer in kept}
    praise = next(answer.feedback for answer in question.answers if answer.right)
    added = [
        ExpectedAnswer(text=text, right=True, feedback=praise)
        for text in texts
        if plain_words(text) not in known
    ]
    return question.model_copy(update={"answers": (*kept, *added)})


def check_key(question: Question, key: AnswerKey) -> None:
    """Refuse a key that leaves nothing right, says two things, or changes nothing.

    Raises BadInputError; the field is `rights`, `texts`, `number` or `tolerance`.
    """
    if key.everyone:
        return
    if key.number and read_number(key.number) is None:
        raise BadInputError(N_("Write a number."), field="number")
    if key.tolerance and read_number(key.tolerance) is None:
        raise BadInputError(N_("Write a number."), field="tolerance")
    choosable = codes_of(question)
    if choosable and not set(key.rights) & {each.code for each in choosable}:
        raise BadInputError(N_("Say which answer is right."), field="rights")
    if isinstance(question, MultipleQuestion) and len(key.rights) == len(question.options):
        raise BadInputError(
            N_("All answers would be right. Give everybody the points instead."), field="rights"
        )
    if isinstance(question, TrueFalseQuestion) and len(key.rights) > 1:
        raise BadInputError(
            N_("All answers would be right. Give everybody the points instead."), field="rights"
        )
    groups = [code.split("=", 1)[0] for code in key.rights]
    if isinstance(question, MatchingQuestion) and len(groups) != len(set(groups)):
        raise BadInputError(N_("Choose one answer for each item."), field="rights")
    if corrected(question, key) == question:
        field_name = "rights" if choosable else "texts"
        raise BadInputError(N_("This is the key as it is. Nothing would change."), field=field_name)


Corrections = Mapping[tuple[str, int], AnswerKey]
"""The keys in force by key and version of their question."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """Questions of a quiz with the keys in force: what marking and reviews go by.

    `changed` are the keys of those that are not as the edition has them; `for_everyone` of
    those whose points everybody has.
    """

    questions: Mapping[str, Question]
    for_everyone: frozenset[str] = field(default_factory=frozenset)
    changed: frozenset[str] = field(default_factory=frozenset)

    def mark(self, question_key: str, given: Given) -> Mark:
        """The mark of an answer; all of it, without feedback, where everybody has the points."""
        if question_key in self.for_everyone:
            return Mark(ALL)
        return mark(self.questions[question_key], given)


def keyed(questions: Mapping[str, Question], corrections: Corrections) -> Keyed:
    """The questions with the corrections laid over those they are about.

    A later edition may have mended the key itself without raising the version: there the
    correction has nothing to say.
    """
    keys = {
        key: found
        for key, question in questions.items()
        if (found := corrections.get((key, question.version))) is not None
        and found.was in {"", mark_of(question)}
    }
    return Keyed(
        {
            key: corrected(question, keys[key]) if key in keys else question
            for key, question in questions.items()
        },
        frozenset(key for key, found in keys.items() if found.everyone),
        frozenset(keys),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What a correction does to one attempt. A pass that was given is never taken away."""

    before: Fraction
    after: Fraction
    possible: int
    gains_pass: bool
    keeps_pass: bool

    @property
    def percent_after(self) -> int:
        return Result(self.after, self.possible).percent

    @property
    def is_any(self) -> bool:
        return self.before != self.after or self.gains_pass


def change_of(
    before: Fraction, after: Fraction, possible: int, pass_mark: int | None, *, was_passed: bool
) -> Change:
    """The change of one result.

    `gains_pass`: it reaches the mark and did not. `keeps_pass`: it falls below the mark, and
    the pass stays, since the mistake was not the learner's.
    """
    passes = Result(after, possible).passes(pass_mark)
    return Change(
        before,
        after,
        possible,
        gains_pass=passes and not was_passed,
        keeps_pass=was_passed and not passes,
    )


@dataclass(frozen=True, slots=True)
class Effect:
    """What a correction does, in numbers of attempts. `left` are of people who left the course:
    those stay as they are."""

    looked_at: int = 0
    changed: int = 0
    higher: int = 0
    lower: int = 0
    gain_pass: int = 0
    keep_pass: int = 0
    left: int = 0

    def plus(self, change: Change, *, has_left: bool) -> Effect:
        """With one more attempt that was looked at."""
        counts = has_left is False and change.is_any
        return Effect(
            self.looked_at + 1,
            self.changed + int(counts),
            self.higher + int(counts and change.after > change.before),
            self.lower + int(counts and change.after < change.before),
            self.gain_pass + int(counts and change.gains_pass),
            self.keep_pass + int(counts and change.keeps_pass),
            self.left + int(has_left and change.is_any),
        )

    def as_json(self) -> dict[str, Any]:
        """For storage; `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Effect:
        """What `as_json` wrote; nothing of an empty record."""
        return cls(**{name: int(value) for name, value in stored.items()})
