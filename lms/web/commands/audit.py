"""`lms audit`: prove the hash chain."""

from __future__ import annotations

import re
import sys

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from lms.core.audit.models import AuditEntry
from lms.core.audit.seal import Head, verify
from lms.core.database import Session, for_reading
from lms.core.extensions import db


class HeadType(click.ParamType[Head]):
    """A noted head as this command prints it: POSITION:CHAIN."""

    name = "POSITION:CHAIN"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Head:
        found = re.fullmatch(r"([0-9]+):([0-9a-f]{64})", str(value))
        if found is None:
            self.fail("Write a head as an earlier run printed it: a number, “:”, 64 letters.")
        return Head(int(found[1]), found[2])


@click.group("audit", cls=AppGroup)
def audit() -> None:
    """The audit and its hash chain."""


@audit.command("verify")
@click.option("--noted", type=HeadType(), help="A head noted earlier; must still be in the chain.")
def verify_chain(noted: Head | None) -> None:
    """Prove every sealed row. Ends with 1 and the first broken position if one does not prove."""
    with Session(for_reading(db.engine)) as session:
        last = session.execute(select(func.max(AuditEntry.position))).scalar_one() or 0
        with click.progressbar(length=last, label="Proving", file=sys.stderr) as bar:
            verdict = verify(session, noted=noted, tell=lambda at: bar.update(at - bar.pos))
    click.echo(
        f"{verdict.sealed} rows prove, {verdict.erased} of them with an erased person; "
        f"{verdict.unsealed} wait to be sealed."
    )
    if verdict.broken_at is not None:
        raise click.ClickException(
            f"The chain is broken at position {verdict.broken_at}: {verdict.why}."
        )
    click.echo(f"Head, to be noted elsewhere: {verdict.head.position}:{verdict.head.chain}")
