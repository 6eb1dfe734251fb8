"""What no form asked for, sent to every room: a seeded part of `script/faults form_fuzz`.

Each request meets the same rows, since nothing is kept (`tests.support.fuzzing`).
"""

from __future__ import annotations

from random import Random

from flask import Flask
from werkzeug.routing import Rule

from lms.access.roles import Role
from lms.core.actor import ScopeKind
from lms.core.database import Session
from lms.core.extensions import db
from tests.access.samples import Samples, make_samples
from tests.factories import give_role, make_official
from tests.support.client import Client
from tests.support.fuzzing import (
    ENDS_THE_SESSION,
    Form,
    Try,
    bodies_of,
    forgetting,
    forms_of,
    send,
    tries_of,
    tries_of_path,
)

PAGES, REQUESTS = 20, 60
"""How many pages are opened, and how many requests are sent, in all roles together."""
ROLES = (
    (Role.OFFICIAL, ScopeKind.ALL, ""),
    (Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW"),
    (Role.TRAINER, ScopeKind.COURSE, "victim-identification"),
    (Role.SECRETARIAT, ScopeKind.ALL, ""),
    (Role.ADMINISTRATOR, ScopeKind.ALL, ""),
)


def path_of(rule: Rule, values: dict[str, str]) -> str:
    """The rule with these values in it."""
    return Samples(values).path(rule)


def clients_of(app: Flask, session: Session) -> list[Client]:
    """A visitor, and one person of each role, signed in."""
    clients = [Client(app, session)]
    for role, kind, scope in ROLES:
        person = make_official(session, "PLW")
        if role is not Role.OFFICIAL:
            give_role(session, person, role, kind, scope)
        clients.append(Client(app, session).sign_in(person, second_factor=True))
    return clients


def test_no_value_in_any_field_breaks_a_page_or_changes_half(app: Flask, session: Session) -> None:
    random = Random(6)
    samples = make_samples(session)
    clients = clients_of(app, session)
    session.commit()
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in ENDS_THE_SESSION]
    found: dict[tuple[str, str, tuple[str, ...]], tuple[Client, Form]] = {}
    with app.app_context():
        engine = db.engine
    with forgetting(engine) as written:
        reading = [rule for rule in rules if "GET" in (rule.methods or set())]
        for rule in random.sample(reading, PAGES):
            client = random.choice(clients)
            answer = client.http.get(samples.path(rule))
            if answer.mimetype == "text/html":
                for form in forms_of(app, samples.path(rule), answer.text):
                    found.setdefault(form.key, (client, form))
        tries: list[tuple[Client, Try]] = []
        for client, form in found.values():
            if form.endpoint not in ENDS_THE_SESSION:
                tries += [(client, each) for each in (*tries_of(form), *bodies_of(form))]
        tries = random.sample(tries, REQUESTS)
        for rule in random.sample([rule for rule in rules if rule.arguments], REQUESTS // 2):
            paths = list(tries_of_path(rule, path_of, samples.values))
            tries += [(random.choice(clients), each) for each in random.sample(paths, 1)]
        wrong = [fault for client, each in tries for fault in send(client, each, written)]
    assert not wrong, "\n".join(wrong)
