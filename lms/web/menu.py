"""The menu: a few words for each role, derived from the policies of the views behind them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import gettext

from lms.access.policies import Policy, policy_of
from lms.access.rules import scopes_for
from lms.core.actor import ANONYMOUS, Actor
from lms.core.request import actor
from lms.core.text import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the menu. `is_current` on its page and on all pages below it."""

    label: str
    url: str
    is_current: bool


ENTRIES: tuple[tuple[str, str], ...] = (
    ("web.start", N_("Start")),
    ("learning.my_learning", N_("My learning")),
    ("courses.courses", N_("Courses")),
    ("learning.teaching", N_("Teaching")),
    ("learning.marking", N_("Marking")),
    ("authoring.drafts", N_("Drafts")),
    ("learning.own_people", N_("My people")),
    ("people.people", N_("People")),
    ("certificates.certificates", N_("Certificates")),
    ("reports.reports", N_("Reports")),
    ("administration.overview", N_("Administration")),
)
"""Endpoint and word, in the order shown. Shown to whom the endpoint's policy admits. Nobody has
more than seven, so that a phone shows them on two lines: members stand at the start page."""

OWN_ONLY = {"authoring.drafts", "learning.own_people"}
"""Left out for who holds the permission everywhere, and so has none of their own. The pages of
people and of teaching lead there."""

OPEN: tuple[tuple[str, str], ...] = (
    ("courses.courses", N_("Courses")),
    ("certificates.verify_form", N_("Check a certificate")),
)
"""What stands in the menu of visitors."""

FOOT: tuple[tuple[str, str], ...] = (
    ("web.help_page", N_("Help")),
    ("web.privacy", N_("Privacy")),
    ("web.accessibility", N_("Accessibility")),
)
"""What stands at the foot of every page, in the same order everywhere (WCAG 2.2, 3.2.6)."""


def entries() -> list[Entry]:
    """The entries this actor may follow; visitors have a few of their own."""
    who = actor()
    is_visitor = who is ANONYMOUS or who.person_id is None
    shown = []
    for endpoint, label in OPEN if is_visitor else ENTRIES:
        view = current_app.view_functions.get(endpoint)
        declared = policy_of(view) if view is not None else None
        if (
            declared is not None
            and declared.admits(who)
            and not _is_of_others(endpoint, declared, who)
        ):
            url = _address_of(endpoint)
            shown.append(Entry(gettext(label), url, _is_within(url)))
    return shown


@functools.cache
def _address_of(endpoint: str) -> str:
    """The address of a page that has no variable part: the same for everybody, at all times."""
    return url_for(endpoint)


def _is_of_others(endpoint: str, declared: Policy, who: Actor) -> bool:
    """Whether "my people" would be everybody's."""
    needs = declared.permission
    return endpoint in OWN_ONLY and needs is not None and scopes_for(who, needs).everywhere


def _is_within(url: str) -> bool:
    """Whether the present page is this one or stands below it in the tree of addresses."""
    return request.path == url or request.path.startswith(f"{url}/")


__all__ = ["ENTRIES", "Entry", "entries"]


def foot_entries() -> list[Entry]:
    """Help and policy, for everybody."""
    return [
        Entry(gettext(label), _address_of(endpoint), request.endpoint == endpoint)
        for endpoint, label in FOOT
    ]
