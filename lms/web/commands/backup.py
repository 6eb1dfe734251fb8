"""`lms backup`: make one, make the key for it, prove one."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from pyrage.x25519 import Identity, Recipient

from config import Settings
from lms.core import clock
from lms.core.backup.encryption import make_identity, read_identities, recipients_of
from lms.core.backup.making import Contents, header_of, snapshot, stream_of, write_backup
from lms.core.backup.reading import Proven, prove
from lms.core.database import Base
from lms.core.errors import NotPossibleError
from lms.core.extensions import db
from lms.core.request import settings, storage
from lms.core.text import N_
from lms.web.doctor import Grade, check_database
from lms.web.restoring import refuse_unfinished, seeing_all

FileType = click.Path(dir_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


class FirstCommandGroup(AppGroup):
    """A group whose first command is meant where none is named: `lms backup FILE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = {*self.commands, "--help"}
        if args and args[0] not in named:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)


@click.group("backup", cls=FirstCommandGroup)
def backup() -> None:
    """Backups of the database and the files: `lms backup FILE`."""


@backup.command("make")
@click.argument("file", type=FileType)
@click.option("--unencrypted", is_flag=True, help="Write it so that anybody can read it.")
def make(file: Path, unencrypted: bool) -> None:
    """Write a backup into FILE, a new file, while web and worker go on.

    It is encrypted for the public keys of BEKAL_BACKUP_RECIPIENTS, of which production needs
    at least one: the server itself cannot read its backups.
    """
    chosen = settings()
    refuse_unfinished(chosen)
    recipients = [] if unencrypted else _recipients(chosen)
    database = check_database(db.engine, current_app.config["BEKAL_MIGRATIONS"])
    if database.grade is Grade.BAD:
        raise click.ClickException(database.sentence)
    with snapshot(seeing_all(db.engine)) as connection:
        header = header_of(connection, Base.metadata, secret_key=chosen.secret_key, now=clock.now())
        contents = Contents(
            connection=connection,
            storage=storage(),
            header=header,
            keys=_keys(chosen) if recipients else {},
        )
        try:
            size = write_backup(file, stream_of(contents), recipients)
        except OSError as error:
            raise click.ClickException(
                f"{file} could not be written ({error.strerror}); nothing was left behind."
            ) from error
    how = "encrypted" if recipients else "NOT encrypted: keep it where nobody reads it"
    click.echo(f"{file}: {size:,} bytes, {how}. Prove it with: lms backup check {file}")


@backup.command("check")
@click.argument("file", type=EXISTING)
@click.option("--identity", type=EXISTING, help="The file of the private key.")
def check(file: Path, identity: Path | None) -> None:
    """Read FILE whole, prove every digest, and say what is in it. Restores nothing."""
    proven = prove(file, identities_of(identity))
    for line in lines_about(proven):
        click.echo(line)


@backup.command("key")
@click.argument("file", type=FileType)
def key(file: Path) -> None:
    """Make a private key in FILE, a new file, and print its public key.

    The public key goes into BEKAL_BACKUP_RECIPIENTS. The file is needed to restore: keep it
    away from the server, and in two places.
    """
    click.echo(make_identity(file))


def identities_of(identity: Path | None) -> list[Identity]:
    """The private keys of the file given; none where none is given."""
    return read_identities(identity) if identity is not None else []


def lines_about(proven: Proven) -> list[str]:
    """What a backup holds, for the person who asked."""
    header, files = proven.header, proven.manifest.files
    lines = [
        f"Whole. Made at {header.made_at:%Y-%m-%d %H:%M:%S} UTC on {header.engine}.",
        f"{proven.rows:,} rows in {len(header.tables)} tables of migration {header.migration}.",
        f"{files.count:,} files of {files.size:,} bytes, {len(proven.manifest.keys)} keys.",
    ]
    if files.gone:
        lines.append(f"{files.gone:,} files were deleted while it was made, and are not in it.")
    if proven.hindrances:
        lines.append(
            f"{proven.hindrances:,} values cannot be moved to PostgreSQL. The first: "
            f"{'; '.join(proven.not_for_postgresql)}."
        )
    return lines


def _recipients(chosen: Settings) -> list[Recipient]:
    if chosen.is_production and not chosen.backup_recipients:
        raise NotPossibleError(
            N_(
                "BEKAL_BACKUP_RECIPIENTS names nobody who could read the backup. Make a key with "
                "`lms backup key FILE` and set it, or say --unencrypted."
            )
        )
    return recipients_of(chosen.backup_recipients)


def _keys(chosen: Settings) -> dict[str, bytes]:
    """The keys this installation made for itself and cannot get from anywhere else."""
    path = chosen.credential_key_file
    return {path.name: path.read_bytes()} if path.exists() else {}
