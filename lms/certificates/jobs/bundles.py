"""One ZIP and one print file of a scope of certificates.

First every document that is missing is made, in chunks that move the cursor; then both
files are built from storage and put whole. A kill in the second part begins that part
anew: the same certificates in the same order give the same files under the same keys.
"""

from __future__ import annotations

import datetime
import importlib
import io
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from sqlalchemy import select

from lms.certificates.jobs.many import begin, make_next, scope_of
from lms.certificates.models import Certificate
from lms.certificates.queries.lists import CertificateFilter, chunk_of
from lms.certificates.rules import CertificateState, grouped
from lms.certificates.services.bulk import BUNDLE, MOST_IN_BUNDLE, print_key, zip_key
from lms.core.jobs.models import Job
from lms.core.jobs.work import Work
from lms.core.tables.as_csv import csv_bytes
from lms.core.tables.values import Audience, Column, Kind, Table

KEPT = datetime.timedelta(days=7)
_STAMP = (1980, 1, 1, 0, 0, 0)
"""The moment every entry of a ZIP carries, so that the same content gives the same file."""


def make_bundle(work: Work) -> None:
    """Make what is missing, then the ZIP and the print file of the issued ones."""
    scope = scope_of(work)
    begin(work, scope)
    while make_next(work, scope, only_missing=True):
        pass
    with work.reading() as session:
        chosen = [
            each
            for each in chunk_of(
                session, work.actor, scope, after=0, upto=work.cursor["upto"], limit=MOST_IN_BUNDLE
            )
            if each.state is CertificateState.ISSUED and each.file_key
        ]
    with tempfile.TemporaryFile() as target:
        _write_zip(work, scope, chosen, target)
        work.storage.put(zip_key(work.run_id), _rewound(target), content_type="application/zip")
    with tempfile.TemporaryFile() as target:
        importlib.import_module("lms.certificates.merging").merge(_opened(work, chosen), target)
        work.storage.put(print_key(work.run_id), _rewound(target), content_type="application/pdf")
    with work.transaction() as session:
        page = f"/certificates/bundles/{work.run_id}"
        work.advance(session, result={"page": page, "certificates": len(chosen)})


def forget_bundles(work: Work) -> None:
    """Delete the files of bundles a week after they were made."""
    before = work.now() - KEPT
    with work.reading() as session:
        runs = (
            session.execute(select(Job.run_id).where(Job.kind == BUNDLE, Job.finished_at < before))
            .scalars()
            .all()
        )
    for run_id in runs:
        work.storage.delete(zip_key(run_id))
        work.storage.delete(print_key(run_id))


def _write_zip(
    work: Work, scope: CertificateFilter, chosen: Sequence[Certificate], target: BinaryIO
) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for certificate in chosen:
            with work.storage.open(certificate.file_key) as stream:
                name = f"{certificate.member_code}/{certificate.number}.pdf"
                archive.writestr(zipfile.ZipInfo(name, _STAMP), stream.read())
            work.check()
        listed = csv_bytes(_table(work, scope, chosen))
        archive.writestr(zipfile.ZipInfo("certificates.csv", _STAMP), listed)


def _table(work: Work, scope: CertificateFilter, chosen: Sequence[Certificate]) -> Table:
    columns = [Column("Number"), Column("Name"), Column("Member"), Column("Title")]
    said = [(each, each.frozen) for each in chosen]
    return Table(
        title="Certificates",
        definition="One row is one certificate.",
        columns=[
            *columns,
            Column("Kind"),
            Column("Hours", Kind.NUMBER),
            Column("Issued", Kind.DAY),
        ],
        rows=[
            (
                grouped(each.number),
                frozen.name,
                frozen.member,
                frozen.title,
                frozen.kind.value,
                frozen.hours,
                frozen.issued_on,
            )
            for each, frozen in said
        ],
        filters=[(name, str(value)) for name, value in scope.as_json().items() if value],
        as_of=datetime.datetime.fromisoformat(work.cursor["as_of"]),
        audience=Audience.NAMED,
    )


def _opened(work: Work, chosen: Sequence[Certificate]) -> Iterator[BinaryIO]:
    for certificate in chosen:
        work.check()
        with work.storage.open(certificate.file_key) as stream:
            yield io.BytesIO(stream.read())


def _rewound(target: BinaryIO) -> BinaryIO:
    target.seek(0)
    return target
