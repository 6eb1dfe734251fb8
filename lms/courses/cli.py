"""`lms content`: check and format courses, guides and paths without a server or a database."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import with_appcontext

from lms.core import clock
from lms.core.actor import Actor
from lms.core.content.problems import Level, Problem, errors_among
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.extensions import db
from lms.core.request import settings
from lms.courses.check import check_content, check_course, course_folders, load_course
from lms.courses.checks.courses import check_paths, load_paths
from lms.courses.checks.translations import source_digest
from lms.courses.folder import CourseError, read_folder
from lms.courses.layout import path_in
from lms.courses.queries import get_current
from lms.courses.rules import EditionWithdrawal
from lms.courses.services import publish
from lms.courses.services.editions import restore_edition, withdraw_edition
from lms.courses.services.paths import publish_path
from lms.courses.sheets import key_sheet, question_sheet
from lms.courses.store import get_edition
from lms.courses.values.base import Translation
from lms.courses.writing import file_text, format_course, write_course
from lms.guides.queries import registry_of
from lms.people.services.members import load_members

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group("content", help="Courses, guides and paths as files.")
def content() -> None:
    """The group; `web.cli` adds it to the root command."""


@content.command("check")
@click.argument("folders", nargs=-1, type=_FOLDER)
@click.option("--content", "root", type=_FOLDER, default=Path("content"), show_default=True)
@click.option("--quiet", is_flag=True, help="Errors only, no warnings.")
@click.pass_context
def check_command(
    context: click.Context, folders: tuple[Path, ...], root: Path, quiet: bool
) -> None:
    """Say what is wrong in FOLDERS, or in all of content/. Exit 1 when there are errors."""
    found: list[tuple[Path, Problem]] = []
    length = _count(folders or (root,))
    with click.progressbar(length=length, label="Checking", file=sys.stderr) as bar:
        for folder in folders:
            problems = check_course(folder, None, lambda _: bar.update(1))
            found += [(folder, problem) for problem in problems]
        if not folders:
            found = [(root, problem) for problem in check_content(root, lambda _: bar.update(1))]
    faults = 0
    for folder, problem in found:
        if problem.level is Level.ERROR:
            faults += 1
        elif quiet:
            continue
        click.echo(f"{folder.as_posix()}/{problem}")
    click.echo(f"{faults} errors, {len(found) - faults} warnings.", err=True)
    context.exit(1 if faults else 0)


@content.command("format")
@click.argument("folder", type=_FOLDER)
@click.option("--drop-comments", is_flag=True, help="Rewrite files with comments too.")
@click.pass_context
def format_command(context: click.Context, folder: Path, drop_comments: bool) -> None:
    """Bring the course in FOLDER into canonical form, in place."""
    done = format_course(folder, drop_comments=drop_comments)
    for path in done.changed:
        click.echo(f"{path}: formatted")
    for path in done.commented:
        click.echo(f"{path}: left alone, its comments would be lost (--drop-comments)")
    for path in done.unreadable:
        click.echo(f"{path}: left alone, it has mistakes (lms content check)")
    context.exit(1 if done.unreadable or done.commented else 0)


@content.command("translated")
@click.argument("folder", type=_FOLDER)
@click.argument("paths", nargs=-1, required=True)
@click.option("--reviewed", is_flag=True, help="A native speaker has read it.")
def translated_command(folder: Path, paths: tuple[str, ...], reviewed: bool) -> None:
    """Note in translated files (PATHS inside FOLDER) that they follow the source as it is now."""
    reading = read_folder(folder)
    values = {source.path: source for source in reading.sources}
    for path in paths:
        source = values.get(path)
        original = values.get(source.place.file) if source else None
        if source is None or source.value is None or source.place.language is None:
            raise click.ClickException(f"{path} is not a translated file that can be read.")
        if original is None or original.value is None:
            raise click.ClickException(f"The source of {path} cannot be read.")
        mark = Translation(
            source=source_digest(original.value), review="done" if reviewed else "needed"
        )
        value = source.value.model_copy(update={"translation": mark})
        target = folder / path_in(source.place.file, source.place.language)
        target.write_text(file_text(value), encoding="utf-8")
        click.echo(f"{path}: follows {source.place.file} as it is now")


@content.command("questions")
@click.argument("folder", type=_FOLDER)
@click.option("--key", is_flag=True, help="The answers instead of the questions.")
def questions_command(folder: Path, key: bool) -> None:
    """Print the questions of the course in FOLDER for a reader who answers without the key."""
    try:
        edition = load_course(folder)
    except CourseError as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(key_sheet(edition) if key else question_sheet(edition))


@content.command("load")
@with_appcontext
def load_command() -> None:
    """Bring members, courses and paths of content/ into the database; what stands already stays.

    Every course is checked first: if one has an error, nothing is loaded.
    """
    root = settings().content_folder
    with Session(db.engine) as session:
        registry = registry_of(session, root / "guides")
    folders = course_folders(root)
    editions = []
    with click.progressbar(folders, label="Reading courses", file=sys.stderr) as bar:
        for folder in bar:
            try:
                editions.append(load_course(folder, registry))
            except CourseError as fault:
                raise click.ClickException(f"{folder}: {fault}") from fault
    faults = errors_among(check_paths(root / "paths", root / "courses"))
    if faults:
        raise click.ClickException("\n".join(f"{root / 'paths'}/{fault}" for fault in faults))
    paths = load_paths(root / "paths")
    actor, moment = Actor.system("content-load"), clock.now()
    with Session(db.engine) as session, session.begin():
        members = load_members(session, root / "members.csv")
        published = [publish(session, actor, each, registry, now=moment) for each in editions]
        for path in paths:
            publish_path(session, actor, path, now=moment)
    new = sum(1 for edition in published if edition is not None)
    click.echo(
        f"{members} members; {len(editions)} courses, {new} with a new edition; {len(paths)} paths."
    )


@content.command("export")
@click.argument("key")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def export_command(key: str, folder: Path) -> None:
    """Write the current edition of the course KEY into FOLDER, which must be empty or absent."""
    with Session(db.engine) as session:
        edition = get_edition(session, get_current(session, key).digest)
    try:
        write_course(edition, folder)
    except FileExistsError as fault:
        raise click.ClickException(f"{folder} is not empty. Name a folder that is.") from fault
    click.echo(f"{folder}: written.")


@content.command("withdraw")
@click.argument("key")
@click.argument("number", type=int)
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in EditionWithdrawal]),
    required=True,
    help="harmful_or_wrong closes its pages also to those who are on it.",
)
@with_appcontext
def withdraw_command(key: str, number: int, reason: str) -> None:
    """Offer edition NUMBER of the course KEY to nobody any more."""
    with Session(db.engine) as session, session.begin():
        try:
            withdraw_edition(
                session,
                Actor.system("content-withdraw"),
                key,
                number,
                reason=EditionWithdrawal(reason),
                now=clock.now(),
            )
        except NotFoundError as fault:
            raise click.ClickException(str(fault)) from fault
    words = "closed to all" if reason == EditionWithdrawal.HARMFUL_OR_WRONG else "may be finished"
    click.echo(f"{key}, edition {number}: withdrawn, {words}.")


@content.command("restore")
@click.argument("key")
@click.argument("number", type=int)
@with_appcontext
def restore_command(key: str, number: int) -> None:
    """Offer edition NUMBER of the course KEY again."""
    with Session(db.engine) as session, session.begin():
        try:
            restore_edition(session, Actor.system("content-withdraw"), key, number, now=clock.now())
        except NotFoundError as fault:
            raise click.ClickException(str(fault)) from fault
    click.echo(f"{key}, edition {number}: offered again.")


def _count(folders: Iterable[Path]) -> int:
    return sum(1 for folder in folders for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    # Authors may check a course where the rest of the product is not set up.
    content()
