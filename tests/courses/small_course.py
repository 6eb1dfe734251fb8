"""A course small enough to read at a glance, in canonical form and without a warning of weight.

Tests change one thing in it and look at what follows. States and people are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

WORDS = "A person who is asked in front of the man who controls her will say that all is well. "
# 290 words, so that pages have a length to read.
TEXT = "\n\n".join(WORDS * 4 for _ in range(4)).replace(". \n", ".\n").strip()

GUIDES = {
    "series.yaml": """\
series:
  - key: practitioner-guides
    title: Practitioner guides
    publisher: Regional Support Office
""",
    "sources.yaml": """\
sources:
  - key: protocol
    kind: treaty
    title: Protocol on trafficking
    short: Protocol
    publisher: United Nations
    year: 2000
    locator: Art.
""",
    "identification-guide.yaml": """\
key: identification-guide
title: A guide to identification
short: Identification guide
series: practitioner-guides
publisher: Regional Support Office
year: 2021
editions:
  - key: 2021-en
    language: en
    year: 2021
sections:
  - key: guidance
    title: Guidance
""",
}

COURSE = {
    "course.yaml": """\
key: small-course
title: A small course
summary: It is small.
language: en
level: foundation
minutes: 22
audience: [police]
topics: [trafficking]
adelaide_actions: [3]
guides:
  - guide: identification-guide
    edition: 2021-en
objectives:
  - key: ask-alone
    text: Ask a person alone.
certificates:
  - kind: completion
    hours: 0.5
""",
    "glossary.yaml": """\
terms:
  - key: minder
    term: minder
    definition: Someone who watches a person for another.
    also: [minders]
""",
    "wellbeing.md": """\
---
title: When this becomes heavy
---

Pause. Your place is kept.
""",
    "modules/01-first/module.yaml": """\
key: first
title: First module
summary: The only one.
objectives: [ask-alone]
activities: [asking, check, quay, plan]
""",
    "modules/01-first/01-asking.md": f"""\
---
key: asking
title: Asking
minutes: 5
summary: Ask a person alone.
objectives: [ask-alone]
cites: [protocol:3]
---

::: content-note
alternative: asking-lighter
This page speaks of threats.
:::

## Alone

{TEXT}

The [[minder]] answers for her [@identification-guide:guidance].

::: figure plan.svg
alternative: Two chairs and a door.
caption: The room.
:::

::: jurisdiction who-asks
Your focal point says who asks.
:::

::: task Think
Where would you sit?
:::

::: answer
Beside her.
:::
""",
    "modules/01-first/02-asking-lighter.md": f"""\
---
key: asking-lighter
title: Asking, in outline
minutes: 5
summary: The same, without threats.
objectives: [ask-alone]
cites: [protocol:3]
alternative_to: asking
---

{TEXT}
""",
    "quizzes/check.yaml": """\
key: check
title: Check
purpose: knowledge-check
minutes: 2
done_when: answered
slots:
  - question: who-answers
  - draw: 1
    from: [where-to-ask, is-it-true]
""",
    "bank/all.yaml": """\
questions:
  - key: who-answers
    type: single
    objective: ask-alone
    prompt: Who should answer?
    options:
      - key: a
        text: The person
        right: yes
        feedback: Yes.
      - key: b
        text: The minder
        feedback: He controls her.
      - key: c
        text: The group
        feedback: Groups are silent.
    rationale: Only the person knows.
    sources: [protocol:3]
  - key: where-to-ask
    type: multiple
    objective: ask-alone
    prompt: Where can you ask?
    options:
      - key: a
        text: In a room
        right: yes
        feedback: Yes.
      - key: b
        text: On a bench apart
        right: yes
        feedback: Yes.
      - key: c
        text: In the queue
        feedback: Everybody hears it.
    rationale: Apart from others.
    sources: [protocol]
  - key: is-it-true
    type: true-false
    objective: ask-alone
    prompt: Silence means that nothing happened.
    answer: false
    feedback_true: Look again.
    feedback_false: Yes.
    rationale: Silence has many reasons.
    sources: [protocol]
""",
    "scenarios/quay.yaml": """\
key: quay
title: On the quay
minutes: 5
summary: A captain offers to translate.
objectives: [ask-alone]
intro: You come to inspect a vessel.
variables:
  - key: trust
    label: Trust
start: arrival
nodes:
  - key: arrival
    title: Arrival
    text: The captain offers to translate.
    choices:
      - key: ashore
        text: Speak with the crew ashore.
        quality: good
        change:
          trust: 1
        consequence: They sit down.
        reason: Ashore they can choose what to say.
        to: evening
      - key: group
        text: Ask all at once.
        quality: harmful
        change:
          trust: -1
        consequence: All shake their heads.
        reason: Nobody speaks before the captain.
        way_back: Begin again ashore.
        to: silence
  - key: silence
    title: Silence
    text: Nobody speaks.
    next: arrival
  - key: evening
    title: Evening
    text: Two men are safe.
    ending: good
debrief:
  text: It was about the place of a question.
  bands:
    - when:
        - variable: trust
          at_most: 0
      text: They had little reason to trust you.
""",
    "reflections/plan.yaml": """\
key: plan
title: Your plan
form: action-plan
minutes: 10
intro: What will you do?
follow_up_months: 3
prompts:
  - key: step
    text: One step.
""",
    "surveys/later.yaml": """\
key: later
title: Three months later
minutes: 3
intro: What came of it?
after_months: 3
questions:
  - key: done
    text: What did you do?
    type: text
""",
    "facilitator/first.md": """\
---
title: First module
module: first
minutes: 60
---

## Purpose

x

## Timing

x

## Room

x

## Steps

x

## Debrief questions

x

## Common wrong answers

x

## Sensitive moments

x

## For 15 or for 35 people

x

## Without a connection

x
""",
    "media/plan.svg": """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 100">
  <rect class="box" x="1" y="1" width="318" height="98"/>
  <text x="20" y="40" font-size="16">A room</text>
</svg>
""",
}


def write_small_course(content: Path) -> Path:
    """Guides and the course under `content`; the course's folder."""
    for name, text in GUIDES.items():
        write(content / "guides" / name, text)
    folder = content / "courses" / "small-course"
    for name, text in COURSE.items():
        write(folder / name, text)
    return folder


def quiz_of(questions: Sequence[str], **settings: object) -> str:
    """The file of the course's quiz with these questions, by key, and these other settings."""
    quiz = yaml.safe_load(COURSE["quizzes/check.yaml"])
    slots = [{"question": key} for key in questions]
    return str(yaml.safe_dump({**quiz, **settings, "slots": slots}, sort_keys=False))


def write(path: Path, text: str) -> None:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
