"""What a new file of a draft begins as, so that it says itself what belongs into it. Pure."""

from __future__ import annotations

from lms.courses.layout import Place

_FACILITATOR = """\
---
title: {title}
minutes: 60
---

## Purpose

…

## Timing

…

## Room

…

## Steps

…

## Debrief questions

…

## Common wrong answers

…

## Sensitive moments

…

## For 15 or for 35 people

…

## Without a connection

…
"""
_SURVEY = """\
key: {key}
title: {title}
minutes: 5
intro: …
asks: participant
after_months: 3
questions:
  - key: done
    text: What have you done differently?
    type: text
"""
_STARTS = {
    "facilitator": _FACILITATOR,
    "survey": _SURVEY,
    "bank": "questions: []\n",
    "glossary": "terms: []\n",
    "wellbeing": "---\ntitle: {title}\n---\n\n…\n",
}
ADDED_BY_PATH = frozenset(_STARTS)
"""Kinds of files that are added by their path; all others are added where they are listed."""


def start_of(place: Place, path: str) -> bytes:
    """The first content of a file at this place."""
    name = place.name or path.rpartition("/")[2].partition(".")[0]
    title = name.replace("-", " ").strip().capitalize()
    return _STARTS.get(place.shape.kind, "").format(key=name, title=title).encode()
