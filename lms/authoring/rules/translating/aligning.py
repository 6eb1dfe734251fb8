"""Which words of a translation stand for which of the source, also after the source changed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from lms.authoring.rules.translating.pieces import Piece, blocks_of, kind_of, words_in
from lms.courses.folder import SourceFile


@dataclass(frozen=True, slots=True)
class Side:
    """A piece of the source with its translation.

    `before`: the words it was translated from, where they differ from the present ones and
    are known; "" for a piece that is new. `is_changed` holds for both.
    """

    piece: Piece
    words: str
    before: str | None = None
    is_changed: bool = False


def sides_of(
    pieces: Sequence[Piece],
    translated: SourceFile | None,
    before: Sequence[Piece] | None,
    *,
    is_marked: bool,
) -> list[Side]:
    """Every piece of the source with what the translated file has for it.

    `before`: the pieces of the source it was translated from, if the source has changed
    since and they are known. Words equal to the source's count as none until the file is
    marked as finished: unfinished files hold the source's words where nothing is
    translated. No word of the translation is left out: blocks without a partner stand with
    the one before them.
    """
    tree = translated.marked.data if translated else {}
    fields = [piece for piece in pieces if not piece.is_block]
    blocks = [piece for piece in pieces if piece.is_block]
    old = {piece.name: piece.words for piece in before or () if not piece.is_block}
    sides = [
        _side(
            piece,
            words_in(tree, piece.name) or "",
            before=old.get(piece.name, "") if before is not None else None,
            is_marked=is_marked,
        )
        for piece in fields
    ]
    if blocks:
        theirs = blocks_of(translated.body) if translated else []
        was = [piece.words for piece in before if piece.is_block] if before is not None else None
        sides += _block_sides(blocks, theirs, was, is_marked=is_marked)
    return sides


def _side(piece: Piece, words: str, *, before: str | None, is_marked: bool) -> Side:
    is_changed = before is not None and before != piece.words
    untouched = words == piece.words and (not is_marked or is_changed)
    shown = "" if untouched and not piece.is_wordless else words
    return Side(piece, shown, before if is_changed else None, is_changed)


def _block_sides(
    pieces: Sequence[Piece],
    theirs: Sequence[str],
    was: Sequence[str] | None,
    *,
    is_marked: bool,
) -> list[Side]:
    now = [piece.words for piece in pieces]
    old = _partners(was, now) if was is not None else None
    if was is not None and len(theirs) == len(was):
        words = [theirs[place] if place is not None else "" for place in _places(was, now)]
        words = _with_lost(words, theirs, _places(was, now))
    else:
        words = _by_kind(now, theirs)
    return [
        _side(piece, words[place], before=old[place] if old else None, is_marked=is_marked)
        for place, piece in enumerate(pieces)
    ]


def is_shifted(before: Sequence[Piece], now: Sequence[Piece]) -> bool:
    """Whether blocks of the source came, went or moved, so that places no longer tell which
    block of a translation stands for which."""
    was = [piece.words for piece in before if piece.is_block]
    present = [piece.words for piece in now if piece.is_block]
    return _places(was, present) != list(range(len(was)))


def _places(was: Sequence[str], now: Sequence[str]) -> list[int | None]:
    """For each present block the place of the one it stands for before; None for a new one."""
    found: list[int | None] = [None] * len(now)
    matcher = difflib.SequenceMatcher(None, was, now, autojunk=False)
    for _tag, start, end, from_now, to_now in matcher.get_opcodes():
        for old, new in zip(range(start, end), range(from_now, to_now), strict=False):
            found[new] = old
    return found


def _partners(was: Sequence[str], now: Sequence[str]) -> list[str]:
    return [was[place] if place is not None else "" for place in _places(was, now)]


def _with_lost(words: list[str], theirs: Sequence[str], places: Sequence[int | None]) -> list[str]:
    """The words with each translated block that lost its partner behind the one before it."""
    used = {place for place in places if place is not None}
    for lost in sorted(set(range(len(theirs))) - used):
        before = [at for at, place in enumerate(places) if place is not None and place < lost]
        at = before[-1] if before else 0
        words[at] = "\n\n".join(part for part in (words[at], theirs[lost]) if part)
    return words


def _by_kind(now: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Blocks that stand for one another by their place, or, where there are more or fewer, by
    what they are."""
    if len(now) == len(theirs):
        return list(theirs)
    words = [""] * len(now)
    one, two = [kind_of(block) for block in now], [kind_of(block) for block in theirs]
    matcher = difflib.SequenceMatcher(None, one, two, autojunk=False)
    for _tag, start, end, from_two, to_two in matcher.get_opcodes():
        given = list(theirs[from_two:to_two])
        room = end - start
        for at in range(start, end):
            if given:
                words[at] = given.pop(0)
        if given:
            at = end - 1 if room else max(0, start - 1)
            words[at] = "\n\n".join(part for part in (words[at], *given) if part)
    return words
