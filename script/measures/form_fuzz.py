"""Every form, query, path and body of the product, sent what it was never made for."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import Engine
from werkzeug.routing import Rule

from lms.access.policies import policy_of
from lms.access.reaches import Reach
from lms.access.roles import PERMISSIONS, Role
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.extensions import db
from lms.people.queries.persons import find_by_emails
from lms.web.demonstration.cast import COURSE
from script.measures import growth, product
from tests.access.samples import Samples, make_samples
from tests.factories import give_role, make_official
from tests.support import fuzzing
from tests.support.client import Client

SEED = 6
SYSTEM = Actor.system("measure")
SECONDS = 330.0
"""How long requests are sent to each engine; finding the forms comes before."""
MOST_OF_ONE_VIEW = 2
"""Addresses of one view that each role opens by following links."""
ROLES = {
    "focal point": (Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW"),
    "trainer": (Role.TRAINER, ScopeKind.COURSE, COURSE),
    "secretariat": (Role.SECRETARIAT, ScopeKind.ALL, ""),
    "reporting officer": (Role.REPORTING_OFFICER, ScopeKind.ALL, ""),
    "administrator": (Role.ADMINISTRATOR, ScopeKind.ALL, ""),
}


@dataclass
class Found:
    """What a fuzz of one engine did."""

    pages: int = 0
    forms: int = 0
    fields: int = 0
    possible: int = 0
    requests: int = 0
    faults: list[str] = field(default_factory=list)


def fuzz(installation: product.Product, *, seconds: float = SECONDS, seed: int = SEED) -> Found:
    """Open every page in every role, then send tries in a drawn order until the time is over."""
    app = growth.app_of(installation)
    growth.pages_of(installation)
    found = Found()
    with app.app_context():
        engine: Engine = db.engine
    with Session(engine, expire_on_commit=False) as session:
        samples = make_samples(session)
        clients = _clients(app, session)
        with fuzzing.forgetting(engine) as written:
            tries = _tries(app, clients, samples, found)
            Random(seed).shuffle(tries)  # noqa: S311 - an order, no secret
            found.possible = len(tries)
            deadline = time.monotonic() + seconds
            for client, each in tries:
                if time.monotonic() > deadline:
                    break
                found.requests += 1
                found.faults += fuzzing.send(client, each, written)
    return found


def _clients(app: Flask, session: Session) -> dict[str, Client]:
    """A visitor, a learner in the middle of a course, and one person of each role."""
    (learner,) = find_by_emails(session, SYSTEM, [growth.LEARNER], Reach.ALL_MEMBERS).values()
    clients = {"nobody": Client(app, session), "official": Client(app, session).sign_in(learner)}
    for name, (role, kind, scope) in ROLES.items():
        person = make_official(session, "PLW")
        give_role(session, person, role, kind, scope)
        clients[name] = Client(app, session).sign_in(person, second_factor=True)
    session.commit()
    return clients


def _tries(
    app: Flask, clients: dict[str, Client], samples: Samples, found: Found
) -> list[tuple[Client, fuzzing.Try]]:
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in fuzzing.ENDS_THE_SESSION and "asset" not in rule.endpoint
    ]
    forms: dict[tuple[str, tuple[str, str, tuple[str, ...]]], fuzzing.Form] = {}
    reached: dict[str, list[Client]] = {}
    for name, client in clients.items():
        for path, html in _pages(app, client, _starts(app, rules, samples, name)):
            found.pages += 1
            reached.setdefault(fuzzing.endpoint_of(app, path, "GET"), []).append(client)
            for form in fuzzing.forms_of(app, path, html):
                if form.endpoint not in fuzzing.ENDS_THE_SESSION:
                    forms.setdefault((name, form.key), fuzzing.thinned(form))
    found.forms = len({key for _, key in forms})
    tries: list[tuple[Client, fuzzing.Try]] = []
    fields: set[tuple[str, str, str]] = set()
    for (name, _), form in forms.items():
        fields |= {(form.endpoint, form.method, each) for each in (*dict(form.fields), *form.files)}
        tries += [(clients[name], each) for each in fuzzing.tries_of(form)]
        tries += [(clients[name], each) for each in fuzzing.bodies_of(form)]
    found.fields = len(fields)
    for rule in rules:
        for client in reached.get(rule.endpoint, [clients["secretariat"]])[:1]:
            paths = fuzzing.tries_of_path(rule, _path_of, samples.values)
            tries += [(client, each) for each in paths]
    return tries


def _starts(app: Flask, rules: list[Rule], samples: Samples, name: str) -> list[str]:
    """Every address that this visitor's role may open, with a row where it takes one."""
    role = ROLES[name][0] if name in ROLES else Role.OFFICIAL
    permissions = PERMISSIONS[role] | PERMISSIONS[Role.OFFICIAL]
    starts = []
    for rule in rules:
        declared = policy_of(app.view_functions[rule.endpoint])
        if declared is None or "GET" not in (rule.methods or set()):
            continue
        if declared.is_public or (name != "nobody" and declared.permission in permissions):
            starts.append(samples.path(rule))
    return starts


def _path_of(rule: Rule, values: dict[str, str]) -> str:
    return Samples(values).path(rule)


def _pages(app: Flask, client: Client, starts: list[str]) -> Iterator[tuple[str, str]]:
    """The pages at these addresses and those one gets to from them: address, HTML."""
    opened: dict[str, int] = {}
    seen: set[str] = set()
    waiting = ["/start", *starts]
    while waiting:
        path = waiting.pop(0)
        endpoint = fuzzing.endpoint_of(app, path, "GET")
        if path in seen or not endpoint or opened.get(endpoint, 0) >= MOST_OF_ONE_VIEW:
            continue
        seen.add(path)
        opened[endpoint] = opened.get(endpoint, 0) + 1
        with client.http.get(path) as answer:
            if answer.mimetype != "text/html" or answer.status_code != 200:
                continue
            html = answer.get_data(as_text=True)
        yield path, html
        links = BeautifulSoup(html, "html.parser").find_all("a", href=True)
        hrefs = [str(link["href"]) for link in links]
        waiting += [href for href in hrefs if href.startswith("/") and not urlsplit(href).netloc]
