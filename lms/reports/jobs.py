"""The worker makes releases and long files, and forgets files after a week."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import BadInputError, RefusedError
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.core.pdf.words import Words as Catalogue
from lms.core.sealing import derive_key
from lms.core.tables import as_pdf
from lms.core.tables.as_pdf import render_pdf_table
from lms.core.tables.files import FileForm, store_table
from lms.core.tables.values import ENGLISH, Table, Words
from lms.core.text import N_
from lms.people.queries.sign_in import actor_of
from lms.reports.queries.choices import read_choices
from lms.reports.queries.completion import as_paper, as_table, filters, read_report
from lms.reports.queries.counting import own_of
from lms.reports.queries.names import every_named, named_table
from lms.reports.queries.releases import facts_of
from lms.reports.queries.statements import COUNTER
from lms.reports.rules.asked import Asked, read
from lms.reports.rules.families import Frame
from lms.reports.rules.measures import Measure
from lms.reports.rules.periods import parse
from lms.reports.rules.rounding import ROUNDING_KEY
from lms.reports.services.exports import EXPORT, FILES, PDF
from lms.reports.services.releases import MAKE, check_period, content_of, keep_release

FORGET = "reports.forget_files"


def make_release(work: Work) -> None:
    """Count the period as recorded by now, protect it, and keep it, once."""
    period = parse(str(work.payload["period"]))
    as_of = work.now()
    with work.reading() as session:
        try:
            check_period(session, period, now=as_of)
        except BadInputError as error:
            with work.transaction() as writing:
                work.advance(writing, result={"said": error.sentence % error.values})
            return
        actor = _actor(session, work)
        choices = read_choices(session, "en")
        facts = facts_of(session, COUNTER, period, as_of=as_of)
    courses = sorted(
        {fact.atom[1] for each in facts.values() for fact in each} | set(choices.courses)
    )
    frame = Frame(choices.subregion_by_member, courses)
    content, _hidden = content_of(frame, facts)
    work.check()
    with work.transaction() as session:
        keep_release(session, actor, period, content, as_of=as_of, now=work.now())
        work.advance(session, done=1, total=1, result={"page": f"/reports/releases/{period.key}"})


def export(work: Work) -> None:
    """Write the file to storage, as whoever asked may see it now; whom it names lies beside.

    The result keeps which members and agencies were the asker's own, so that the file is
    not given to them once these are not.
    """
    payload = work.payload
    form = str(payload["form"])
    named: list[int] = []
    with work.reading() as session:
        actor = _actor(session, work)
        table = _table(session, work, actor, named)
        _store(work, table, form)
    FILES.keep_people(work, named)
    with work.transaction() as session:
        result: dict[str, object] = {"page": f"/reports/files/{work.run_id}"}
        if payload["own"]:
            own = own_of(actor)
            result["own"] = {"members": sorted(own.members), "agencies": sorted(own.agencies)}
        work.advance(session, done=1, total=1, result=result)


def _table(session: Session, work: Work, actor: Actor, named: list[int]) -> Table:
    payload = work.payload
    catalogue = Catalogue.of(str(payload["language"]))
    translate = catalogue.gettext
    words = Words(**{name: translate(getattr(ENGLISH, name)) for name in Words.__slots__})
    asked: Asked = read(payload["asked"], work.now())
    if payload["own"]:
        asked = _limited(asked, actor)
    language = str(payload["language"])
    report = read_report(
        session,
        actor,
        asked,
        now=work.now(),
        language=language,
        secret=derive_key(work.settings.secret_key, ROUNDING_KEY),
    )
    if not payload["measure"]:
        make = as_paper if payload["form"] == PDF else as_table
        return make(report, translate, words)
    measure = Measure(payload["measure"])
    courses = report.choices.courses_by_path.get(asked.path) if asked.path else None
    rows = every_named(session, actor, asked, measure, courses, now=work.now())
    return named_table(
        rows,
        measure,
        report.choices,
        str(payload["purpose"]),
        named,
        filters=filters(report, translate),
        as_of=report.as_of,
        translate=translate,
        words=words,
    )


def _limited(asked: Asked, actor: Actor) -> Asked:
    return asked.limited(own_of(actor))


def _store(work: Work, table: Table, form: str) -> None:
    if form == PDF:
        content = render_pdf_table(table, language=str(work.payload["language"]))
        work.storage.put(
            FILES.file_key(work.run_id, form), content, content_type=as_pdf.CONTENT_TYPE
        )
        return
    store_table(table, FileForm(form), work.storage, FILES.file_key(work.run_id, form))


def _actor(session: Session, work: Work) -> Actor:
    """Who asked, with the roles held now."""
    actor = actor_of(session, work.requested_by or 0, now=work.now())
    if actor is None:
        raise RefusedError(N_("Who asked for this has no account any more."))
    return actor


HANDLERS: Mapping[str, Handler] = {
    MAKE: make_release,
    EXPORT: export,
    FORGET: FILES.forget,
}
PROMPT: frozenset[str] = frozenset({EXPORT})
PERIODIC = (Periodic(FORGET, datetime.timedelta(days=1), datetime.timedelta(hours=3, minutes=20)),)
