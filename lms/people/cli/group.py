"""The group every command of the room belongs to."""

from __future__ import annotations

import click
from flask.cli import AppGroup


@click.group("people", cls=AppGroup)
def people() -> None:
    """Accounts: grant roles, import people."""
