"""Every route, with every method, by every role: refused exactly when its policy says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms.access.permissions import Permission
from lms.access.policies import Policy, policy_of
from lms.access.roles import PERMISSIONS, Role
from lms.core.database import Session
from lms.people.models import Person
from tests.access.samples import Samples, make_samples
from tests.factories import give_role, make_official
from tests.support.client import Client

GOLDEN = Path(__file__).parent / "routes.txt"
SCOPED = {
    Role.FOCAL_POINT: ("member", "PLW"),
    Role.TRAINER: ("course", "victim-identification"),
    Role.REVIEWER: ("course", "victim-identification"),
    Role.MARKER: ("course", "victim-identification"),
    Role.FACILITATOR: ("event", "1"),
    Role.PARTNER_STAFF: ("institution", "1"),
    Role.HOST_SUPERVISOR: ("placement", "1"),
    Role.CHAPTER_COORDINATOR: ("chapter", "1"),
}
ROLES = [role for role in Role if role is not Role.SYSTEM]
_FIRST_WITH = {PERMISSIONS[role]: role for role in reversed(ROLES)}
TRIED = [role for role in ROLES if role is _FIRST_WITH[PERMISSIONS[role]]]
"""One of each set of permissions: four roles wait for their rooms and may nothing yet."""


def rules(app: Flask) -> Iterator[tuple[Rule, str, Policy]]:
    """Every rule with each method that matters, and its policy."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        declared = policy_of(app.view_functions[rule.endpoint])
        assert declared is not None
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, declared


def line(rule: Rule, method: str, declared: Policy) -> str:
    """How a route stands in the golden list."""
    words = declared.permission.value if declared.permission else f"public: {declared.reason}"
    return f"{method} {rule.rule} {rule.endpoint} {words}{' recorded' if declared.recorded else ''}"


def test_routes_and_their_policies_are_those_of_the_golden_list(app: Flask) -> None:
    present = "".join(f"{line(*each)}\n" for each in rules(app))
    assert present == GOLDEN.read_text(), (
        "Routes or policies changed. If that is meant: "
        "python -m tests.access.write_routes, and let the diff be reviewed."
    )


def test_paths_are_kebab_case_and_their_variables_typed(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        fixed = re.sub(r"<[^>]+>", "", rule.rule)
        assert fixed == fixed.lower(), f"{rule.rule} has capitals."
        assert "_" not in fixed, f"{rule.rule} has underscores."
        for variable in re.findall(r"<([^>]+)>", rule.rule):
            assert ":" in variable, f"{rule.rule}: give <{variable}> a converter."


def test_every_permission_is_held_by_a_role_and_asked_for_somewhere() -> None:
    held = frozenset().union(*(PERMISSIONS[role] for role in ROLES))
    # Answers are the learner's own; only the system reads them, to mark and to count.
    assert held == frozenset(Permission) - {Permission.ANSWER_READ_ALL}


@pytest.fixture
def samples(session: Session) -> Samples:
    """Real rows of Palau for every variable in a path."""
    return make_samples(session)


def test_anonymous_reaches_public_views_only(app: Flask, client: Client, samples: Samples) -> None:
    wrong = []
    for rule, method, declared in rules(app):
        response = client.raw(method, samples.path(rule))
        to_sign_in = response.status_code in {302, 303} and "/sign-in" in response.location
        is_held_form = method == "POST" and response.status_code == 401
        if declared.is_public:
            if to_sign_in or response.status_code in {401, 403, 500}:
                wrong.append(f"{line(rule, method, declared)} → {response.status_code}")
        elif not (to_sign_in or is_held_form or response.status_code == 400):
            wrong.append(f"{line(rule, method, declared)} → {response.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", TRIED)
def test_role_is_refused_exactly_where_the_matrix_says(
    app: Flask, session: Session, samples: Samples, role: Role
) -> None:
    person = _holder(session, role)
    client = Client(app, session).sign_in(person, second_factor=True)
    wrong = []
    for rule, method, declared in rules(app):
        response = _call(client, method, samples.path(rule))
        if method == "POST" and "Set-Cookie" in response.headers and not _is_signed_in(client):
            client.sign_in(person, second_factor=True)
        admitted = declared.permission is None or declared.permission in (
            PERMISSIONS[role] | PERMISSIONS[Role.OFFICIAL]
        )
        refused = response.status_code == 403
        # A view may refuse more finely than its policy; it may never refuse less.
        if (not admitted and not refused) or response.status_code >= 500:
            wrong.append(f"{line(rule, method, declared)} → {response.status_code}")
    assert not wrong, "\n".join(wrong)


def test_another_members_focal_point_finds_none_of_the_rows(
    app: Flask, session: Session, samples: Samples
) -> None:
    stranger = make_official(session, "FJI")
    give_role(session, stranger, Role.FOCAL_POINT, "member", "FJI")
    client = Client(app, session).sign_in(stranger, second_factor=True)
    wrong = []
    for rule, method, declared in rules(app):
        if not samples.is_of_a_person(rule):
            continue
        response = _call(client, method, samples.path(rule))
        if response.status_code not in {403, 404}:
            wrong.append(f"{line(rule, method, declared)} → {response.status_code}")
    assert not wrong, "\n".join(wrong)


def _call(client: Client, method: str, path: str) -> TestResponse:
    """The request as this role would send it: an empty form, with a token that stands."""
    data = {"csrf_token": client.csrf_token()} if method == "POST" else None
    return client.raw(method, path, data=data)


def _is_signed_in(client: Client) -> bool:
    return client.raw("GET", "/notices/choices").status_code == 200


def _holder(session: Session, role: Role) -> Person:
    person = make_official(session, "PLW")
    if role is not Role.OFFICIAL:
        kind, scope = SCOPED.get(role, ("all", ""))
        give_role(session, person, role, kind, scope)
    return person
