"""From a question of another system to an item of our bank. Pure.

What the file says is kept; what it has no place for (feedback to a wrong number, the
objective) comes from the item that stands here under the same key, or is left to be
mended. Nothing is made up: an item may be taken unfinished and says what it lacks.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.authoring.rules.bank.merging import FLAGS, ROWS, free_key, merged
from lms.authoring.rules.bank.reading import Item, WholeBank, item_of, keys_of
from lms.authoring.rules.questions.taken import (
    Kind,
    NotTaken,
    Said,
    Taken,
    TakenOption,
    TakenQuestion,
)
from lms.core.content.marked import Data, Tree
from lms.core.content.problems import Problem
from lms.core.content.values import without_unseen
from lms.core.text import N_, fold

MOST_QUESTIONS = 5_000
"""Questions of one file; a course has a few hundred."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CITATION = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?::[^\s\];:][^\];\n]{0,60})?")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#.)+:=-])")


class Standing(enum.StrEnum):
    """How an item of the file stands to the bank.

    `changed`: its key is here and says something else; `doubled`: the file has it before.
    """

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DOUBLED = "doubled"


STANDING_NAMES: Mapping[Standing, str] = {
    Standing.NEW: N_("New"),
    Standing.CHANGED: N_("Differs from the one here"),
    Standing.SAME: N_("Here already"),
    Standing.DOUBLED: N_("Twice in this file"),
}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What questions get that do not say it: the key of an objective, a citation; or nothing."""

    objective: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One question of the file as it would stand here.

    `other` is the key of the item here that it is compared with, `based_on` its digest.
    """

    place: int
    line: int
    name: str
    item: Item
    standing: Standing
    other: str
    based_on: str
    notes: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would bring: items in its order, and what cannot be taken, with the reason."""

    items: tuple[Incoming, ...]
    left_out: tuple[NotTaken, ...]


def preview(
    taken: Taken, bank: WholeBank, objectives: Iterable[str], defaults: Defaults
) -> Preview:
    """Every question of the file beside the bank as it stands."""
    known = frozenset(objectives)
    here = {item.key: item for item in reversed(bank.items)}
    used = set(keys_of(bank.items))
    by_content = {content_of(item.tree): item.key for item in reversed(bank.items)}
    found: list[Incoming] = []
    seen: dict[tuple[object, ...], str] = {}
    for question in taken.questions:
        wish = wished_key(question)
        other = here.get(wish)
        tree = tree_from(question, wish, known, defaults)
        if other is not None:
            tree = merged(tree, other.tree)
        content = content_of(tree)
        item = item_of("", 0, tree)
        if other is not None:
            standing = Standing.SAME if item.text == other.text else Standing.CHANGED
        elif content in by_content:
            standing, other = Standing.SAME, here[by_content[content]]
        elif content in seen:
            standing = Standing.DOUBLED
        else:
            standing = Standing.NEW
        if standing is Standing.NEW:
            key = free_key(wish, used)
            if key != wish:
                item = item_of("", 0, {**tree, "key": key})
            used.add(key)
        found.append(
            Incoming(
                place=question.place,
                line=question.line,
                name=question.name,
                item=item,
                standing=standing,
                other=other.key if other is not None else seen.get(content, ""),
                based_on=other.digest if other is not None else "",
                notes=_notes_of(question),
            )
        )
        seen.setdefault(content, item.key)
    return Preview(tuple(found), taken.left_out)


def wished_key(question: TakenQuestion) -> str:
    """The key the file gives, else one made of its name or its first words."""
    for words in (question.key or "", question.name, question.prompt):
        key = key_of(words)
        if key:
            return key
    return f"question-{question.place}"


def key_of(words: str) -> str:
    """Words as a key: small Latin letters, digits and single hyphens; at most 60; or nothing."""
    plain = unicodedata.normalize("NFKD", words[:200].casefold())
    marks_away = "".join(sign for sign in plain if not unicodedata.combining(sign))
    key = re.sub(r"[^a-z0-9]+", "-", marks_away).strip("-")
    return key if len(key) <= 60 else key[:60].rpartition("-")[0] or key[:60]


def content_of(tree: Mapping[str, Data]) -> tuple[object, ...]:
    """What two questions must share to be the same one under two keys: type and words."""
    rows = [
        fold(str(row.get("text", "")))
        for name in ROWS
        if isinstance(listed := tree.get(name), list)
        for row in listed
        if isinstance(row, dict)
    ]
    return (tree.get("type"), fold(str(tree.get("prompt", ""))), tuple(sorted(rows)))


def tree_from(
    question: TakenQuestion, key: str, objectives: frozenset[str], defaults: Defaults
) -> Tree:
    """The question as an author would have written it in a bank file."""
    tags = _Tags.of(question.tags)
    objective = tags.objective if tags.objective in objectives else defaults.objective
    answers = question.answers
    kind = answers.kind.value
    if answers.kind is Kind.SINGLE and tags.kind == Kind.MULTIPLE:
        # One right share out of several answers looks like a choice of one.
        kind = Kind.MULTIPLE.value
    sources = tags.sources or ((defaults.source,) if defaults.source else ())
    tree: dict[str, Any] = {
        "key": key,
        "type": kind,
        "version": tags.version,
        "objective": objective,
        "tags": list(tags.own),
        "points": tags.points,
        "prompt": question.prompt,
        **MADE[answers.kind](question),
        **dict.fromkeys(tags.flags, "yes"),
        "rationale": question.rationale,
        "sources": list(sources),
    }
    return _clean(tree)


@dataclass(frozen=True, slots=True)
class _Tags:
    """What our own export says in tags, and the tags of others as keys."""

    kind: str = ""
    objective: str = ""
    version: str = ""
    points: str = ""
    flags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @classmethod
    def of(cls, tags: Sequence[str]) -> _Tags:
        said: dict[str, str] = {}
        sources, flags, own = [], [], []
        is_ours = any(tag.startswith("type:") for tag in tags)
        for tag in tags:
            name, colon, value = tag.partition(":")
            if name == "source" and _CITATION.fullmatch(value):
                sources.append(value)
            elif colon and name in {"type", "objective", "version", "points"}:
                said[name] = value
            elif is_ours and tag in FLAGS and tag not in flags:
                flags.append(tag)
            elif key := key_of(tag):
                own.append(key)
        return cls(
            said.get("type", ""),
            said.get("objective", ""),
            said.get("version", "") if said.get("version", "").isdecimal() else "",
            said.get("points", "") if said.get("points", "").isdecimal() else "",
            tuple(flags),
            tuple(sources),
            tuple(dict.fromkeys(own))[:20],
        )


def _letter(place: int) -> str:
    return LETTERS[place] if place < len(LETTERS) else f"n{place + 1}"


def _options(question: TakenQuestion) -> dict[str, Any]:
    rows = [
        {
            "key": _letter(place),
            "text": option.text,
            "right": "yes" if option.credit == 1 else "",
            "feedback": option.feedback,
        }
        for place, option in enumerate(question.answers.options)
    ]
    return {"options": rows}


def _true_false(question: TakenQuestion) -> dict[str, Any]:
    said_true, said_false = question.answers.options
    return {
        "answer": "true" if said_true.credit == 1 else "false",
        "feedback_true": said_true.feedback,
        "feedback_false": said_false.feedback,
    }


def _matching(question: TakenQuestion) -> dict[str, Any]:
    pairs = question.answers.pairs
    choices = {
        text: _letter(place) for place, text in enumerate(dict.fromkeys(p.choice for p in pairs))
    }
    items = [pair for pair in pairs if pair.item]
    return {
        "choices": [{"key": key, "text": text} for text, key in choices.items()],
        "items": [
            {"key": str(number), "text": pair.item, "choice": choices[pair.choice]}
            for number, pair in enumerate(items, 1)
        ],
    }


def _ordering(question: TakenQuestion) -> dict[str, Any]:
    steps = question.answers.steps
    return {"steps": [{"key": _letter(n), "text": text} for n, text in enumerate(steps)]}


def _short(question: TakenQuestion) -> dict[str, Any]:
    def row(option: TakenOption) -> dict[str, str]:
        # What a learner types is compared with it: no marks, no escapes.
        text = _ESCAPED.sub(r"\1", option.text)
        right = "yes" if option.credit == 1 else ""
        return {"text": text, "right": right, "feedback": option.feedback}

    return {"answers": [row(option) for option in question.answers.options]}


def _numeric(question: TakenQuestion) -> dict[str, Any]:
    number = question.answers.number
    if number is None:
        return {}
    tolerance = f"{number.tolerance.normalize():f}"
    return {
        "answer": f"{number.answer.normalize():f}",
        "tolerance": "" if tolerance == "0" else tolerance,
        "feedback_right": question.answers.options[0].feedback,
    }


def _gaps(question: TakenQuestion) -> dict[str, Any]:
    rows = [
        {
            "key": gap.key,
            "options": [
                {
                    "key": _letter(place),
                    "text": option.text,
                    "right": "yes" if option.credit == 1 else "",
                }
                for place, option in enumerate(gap.options)
            ],
        }
        for gap in question.answers.gaps
    ]
    return {"gaps": rows}


def _marked(question: TakenQuestion) -> dict[str, Any]:
    """The rubric is left to be written: what others say to markers has no levels."""
    return {}


MADE: Mapping[Kind, Any] = {
    Kind.SINGLE: _options,
    Kind.MULTIPLE: _options,
    Kind.TRUE_FALSE: _true_false,
    Kind.MATCHING: _matching,
    Kind.ORDERING: _ordering,
    Kind.SHORT_ANSWER: _short,
    Kind.NUMERIC: _numeric,
    Kind.GAP_SELECT: _gaps,
    Kind.ESSAY: _marked,
    Kind.FILE: _marked,
}


def _clean(values: Mapping[str, Any]) -> Tree:
    """Texts without what nobody sees, and nothing that is empty."""
    done: Tree = {}
    for name, value in values.items():
        if isinstance(value, list):
            rows: list[Data] = [
                _clean(row) if isinstance(row, Mapping) else without_unseen(str(row))
                for row in value
            ]
            if rows:
                done[name] = rows
        elif text := without_unseen(str(value)).strip():
            done[name] = text
    return done


def _notes_of(question: TakenQuestion) -> tuple[Said, ...]:
    guidance = question.answers.guidance
    if not guidance:
        return question.notes
    sentence = N_("To whoever marks it, the file says: %(text)s")
    return (*question.notes, Said(sentence, {"text": guidance[:300]}))


def lacking(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems of an item in the file, once each: ten options without feedback are one."""
    once: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        once.setdefault((re.sub(r"\[\d+\]", "", problem.field), problem.sentence), problem)
    return tuple(once.values())
