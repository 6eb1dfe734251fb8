"""How imports are put into words: progress, changes, agencies to add, the words of the button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext

from lms.core.database import Session
from lms.core.jobs.models import JobState
from lms.core.text import N_
from lms.people.models import ImportRow, ImportRun
from lms.people.models.persons import SECTOR_NAMES, SEX_NAMES, Sector, Sex
from lms.people.queries.imports.runs import job_of
from lms.people.rules.imports.columns import LABELS
from lms.people.rules.imports.states import ImportState
from lms.people.rules.languages import language_names


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the job of an import is. `stopped`: it failed too often and waits for a person."""

    done: int
    total: int
    words: str
    stopped: bool
    finished: bool


_KINDS: dict[str, str] = {
    "email_missing": N_("E-mail missing"),
    "email_form": N_("Not an e-mail address"),
    "email_twice": N_("Address stands twice"),
    "example_row": N_("Example of the template"),
    "name_missing": N_("Name missing"),
    "name_character": N_("Character in a name"),
    "too_long": N_("Too long"),
    "member_missing": N_("Member missing"),
    "member_unknown": N_("Unknown member"),
    "member_other": N_("Another member"),
    "member_transfer": N_("Needs a transfer"),
    "agency_other": N_("Another agency"),
    "agency_unknown": N_("Unknown agency"),
    "agency_closed": N_("Closed agency"),
    "sector_unknown": N_("Unknown sector"),
    "sex_unknown": N_("Sex not understood"),
    "language_unknown": N_("Unknown language"),
    "time_zone_unknown": N_("Unknown time zone"),
    "yes_or_no": N_("Neither yes nor no"),
    "person_awaiting": N_("Waits for a decision"),
    "person_left": N_("Account closed"),
    "person_gone": N_("Not possible any more"),
}


def said(code: str) -> str:
    """A kind of problem in a few words, for the filter."""
    return str(gettext(_KINDS[code]))


def progress_of(session: Session, run: ImportRun) -> Progress:
    """How far the job is, counted in words."""
    job = job_of(session, run)
    if job is None:
        return Progress(0, 0, "", stopped=False, finished=True)
    counts = {"done": f"{job.done:,}", "total": f"{job.total:,}"}
    if job.state is JobState.WAITING and not job.done:
        words = gettext("Waiting for its turn")
    elif run.state is ImportState.READING:
        words = gettext("%(done)s of %(total)s rows read", **counts)
    elif run.state is ImportState.WRITING:
        words = gettext("%(done)s of %(total)s people imported", **counts)
    elif run.state is ImportState.UNDOING:
        words = gettext("%(done)s of %(total)s rows undone", **counts)
    else:
        words = gettext("%(done)s invitations sent", **counts)
    stopped = job.state in {JobState.PARKED, JobState.CANCELLED}
    finished = job.state not in {JobState.WAITING, JobState.RUNNING}
    return Progress(job.done, job.total, words, stopped=stopped, finished=finished)


def write_label(counts: Mapping[str, Any]) -> str:
    """The words of the button that writes: how many people, and how many stay out."""
    people, left = counts["new"] + counts["changed"], counts["problems"]
    if left:
        return str(
            ngettext(
                "Import %(num)d person, leave %(left)d out",
                "Import %(num)d people, leave %(left)d out",
                people,
                left=left,
            )
        )
    return str(ngettext("Import %(num)d person", "Import %(num)d people", people))


def agency_lines(run: ImportRun, members: Mapping[str, str]) -> list[str]:
    """The agencies that will be added, each with its member where there are several."""
    pairs = run.counts.get("agencies", [])
    if run.covers_all:
        return [f"{name} ({members.get(code, code)})" for code, name in pairs]
    return [name for _code, name in pairs]


def shown_changes(
    rows: Sequence[ImportRow],
) -> list[tuple[int, str, list[tuple[str, str, str]]]]:
    """Each row with its number, the name in the file, and (field, before, after) in words."""
    return [
        (
            row.number,
            row.values.get("name", row.values.get("email", "")),
            [
                (gettext(LABELS[name]), _shown(name, before), _shown(name, after))
                for name, (before, after) in row.changes.items()
                if name in LABELS
            ],
        )
        for row in rows
    ]


def _shown(name: str, value: Any) -> str:
    if value in ("", None, []):
        return str(gettext("empty"))
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if name == "sex":
        return str(gettext(SEX_NAMES[Sex(value)]))
    if name == "sector":
        return str(gettext(SECTOR_NAMES[Sector(value)]))
    if isinstance(value, list):
        return ", ".join(language_names().get(code, code) for code in value)
    if name in {"interface_language", "own_script_language"}:
        return language_names().get(value, value)
    return str(value)
