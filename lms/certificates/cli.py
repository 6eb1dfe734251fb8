"""`lms certificates`: check a signed file without the platform."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from lms.certificates.credentials import BadCredentialError, Credential, read_keys, verify
from lms.certificates.queries.checks import list_keys
from lms.certificates.rules import grouped
from lms.core.database import Session, for_reading
from lms.core.extensions import db


@click.group("certificates", cls=AppGroup)
def certificates() -> None:
    """Certificates: check a signed file."""


@certificates.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Public keys, as saved from /verify/keys.json; else those of the database here.",
)
def verify_file(file: Path, keys: Path | None) -> None:
    """Check the signed FILE of a certificate. With --keys it needs no database and no network.

    Ends with 0 if the signature holds, else with 1.
    """
    try:
        known = read_keys(keys.read_bytes()) if keys is not None else _own_keys()
        said = verify(file.read_bytes(), known)
    except BadCredentialError as error:
        raise click.ClickException(f"{file.name} does not hold. {error}") from error
    click.echo(_words(said))


def _own_keys() -> dict[str, str]:
    with Session(for_reading(db.engine)) as session:
        return {row.key_id: row.public_key for row in list_keys(session)}


def _words(said: Credential) -> str:
    frozen = said.snapshot
    expires = f"\nValid until {frozen.expires_on}" if frozen.expires_on else ""
    return (
        f"The signature holds: {frozen.authority} signed this.\n"
        f"Number      {grouped(said.number)}\n"
        f"Name        {frozen.name}\n"
        f"Member      {frozen.member}\n"
        f"Title       {frozen.title}\n"
        f"Kind        {frozen.kind.value}, {frozen.hours:g} hours\n"
        f"Completed   {frozen.completed_on}\n"
        f"Issued      {frozen.issued_on}{expires}\n"
        f"Whether it was withdrawn since is told at {said.address}"
    )
