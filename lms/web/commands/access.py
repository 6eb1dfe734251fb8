"""`lms access`: who may do what, as the code has it."""

from __future__ import annotations

from string import ascii_uppercase

import click

from lms.access.permissions import Permission
from lms.access.roles import PERMISSIONS, ROLE_NAMES, SCOPES, Role

SHOWN = tuple(role for role in Role if role is not Role.SYSTEM)
"""The roles a person can hold."""


@click.group("access")
def access() -> None:
    """Roles and permissions."""


@access.command("matrix")
@click.option("--markdown", is_flag=True, help="As a Markdown table, for the documentation.")
def matrix(markdown: bool) -> None:
    """Print which role carries which permission."""
    click.echo(markdown_matrix() if markdown else plain_matrix())


def plain_matrix() -> str:
    """A column for each role, named by a letter, within 80 columns."""
    letters = dict(zip(SHOWN, ascii_uppercase, strict=False))
    width = max(len(permission.value) for permission in Permission)
    lines = [f"{letter}  {ROLE_NAMES[role]} ({_scopes(role)})" for role, letter in letters.items()]
    lines += ["", " " * width + "  " + " ".join(letters.values())]
    lines += [
        f"{permission.value:{width}}  " + " ".join(_mark(role, permission, "·") for role in SHOWN)
        for permission in sorted(Permission)
    ]
    return "\n".join(lines)


def markdown_matrix() -> str:
    """A line for each permission, a column for each role."""
    names = [f"{ROLE_NAMES[role]} ({_scopes(role)})" for role in SHOWN]
    lines = [["Permission", *names], ["---", *[":-:" for _ in SHOWN]]]
    lines += [
        [f"`{permission.value}`", *[_mark(role, permission, "") for role in SHOWN]]
        for permission in sorted(Permission)
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _mark(role: Role, permission: Permission, without: str) -> str:
    return "✓" if permission in PERMISSIONS[role] else without


def _scopes(role: Role) -> str:
    return ", ".join(sorted(scope.value for scope in SCOPES[role]))
