"""The check anybody may make of a number, the page a holder shares, our public keys.

Unknown numbers are answered alike, whatever makes them unknown. Counted by network
address, so that nobody tries numbers by the thousand.
"""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import Any

from flask import Response as FlaskResponse
from flask import jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.access.policies import public
from lms.certificates.queries.checks import Checked, check_number, check_shared, list_keys
from lms.certificates.routes.blueprint import blueprint
from lms.certificates.rules import (
    CERTIFICATE_KIND_NAMES,
    LONGEST_TYPED,
    CertificateKind,
    Standing,
    grouped,
    read_number,
)
from lms.core.request import engine, now, reading, session, settings
from lms.core.throttle import Limit, count_try
from lms.people.rules.sign_in import network_of

CHECKS = Limit("certificate.check", 120, datetime.timedelta(minutes=10))
"""Checks from one network address; a personnel office with a pile of papers needs dozens."""


@blueprint.get("/verify")
@public("Anybody may check a certificate.")
def verify_form() -> str | Response:
    """Where a number is typed; leads to its address."""
    typed = request.args.get("number", "")[:LONGEST_TYPED].strip()
    if typed:
        return redirect(url_for("certificates.verify", number=read_number(typed) or typed), 303)
    return render_template("certificates/verify_form.html")


@blueprint.get("/verify/<string:number>")
@public("Anybody may check a certificate; shows no more than its holder allows.")
def verify(number: str) -> FlaskResponse:
    """Whether the number is ours, whether it stands, and what its holder shows of it."""
    checked = _checked(number)
    page = render_template(
        "certificates/verify.html",
        checked=checked,
        standing=checked.standing.value,
        shown_number=grouped(checked.number),
        successor=grouped(checked.successor) if checked.successor else None,
        kinds=_kinds(),
        moment=now(),
        is_specimen=settings().prints_specimens,
    )
    return make_response(page, _status(checked))


@blueprint.get("/verify/<string:number>.json")
@public("Anybody may check a certificate, programs too.")
def verify_json(number: str) -> FlaskResponse:
    """The same for programs; fields the holder does not show are left out."""
    checked = _checked(number)
    answer = jsonify(_as_json(checked))
    answer.status_code = _status(checked)
    return answer


@blueprint.get("/verify/keys.json")
@public("Public keys are published, so that credentials can be checked without us.")
def verify_keys() -> FlaskResponse:
    """Every key that ever signed a credential, oldest first."""
    keys = [
        {
            "id": row.key_id,
            "type": "Ed25519",
            "public_key": row.public_key,
            "first_used": row.first_used_at.date().isoformat(),
        }
        for row in list_keys(session())
    ]
    return jsonify(keys=keys)


@blueprint.get("/certificates/shared/<string:token>")
@public("The holder has shared this page, and can withdraw it.")
def shared(token: str) -> str:
    """A certificate as its holder shares it."""
    _count()
    checked = check_shared(session(), token, now=now())
    return render_template(
        "certificates/shared.html",
        checked=checked,
        standing=checked.standing.value,
        shown_number=grouped(checked.number),
        kinds=_kinds(),
        is_specimen=settings().prints_specimens,
    )


def _checked(typed: str) -> Checked:
    """Count the check, then look; both apart from the request's session."""
    _count()
    with reading() as reader:
        return check_number(reader, typed, now=now())


def _count() -> None:
    count_try(engine(), [(CHECKS, network_of(request.remote_addr))], now=now())


def _status(checked: Checked) -> int:
    return 404 if checked.standing is Standing.UNKNOWN else 200


def _kinds() -> dict[str, str]:
    return {kind.value: CERTIFICATE_KIND_NAMES[kind] for kind in CertificateKind}


def _as_json(checked: Checked) -> dict[str, Any]:
    said = {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name, value in asdict(checked).items()
        if value not in (None, "", ())
    }
    if checked.successor:
        said["successor"] = f"{settings().public_address}/verify/{checked.successor}"
    return {**said, "checked_at": now().isoformat(timespec="seconds")}
