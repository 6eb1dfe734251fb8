"""The disclosure table says what was decided, cell by cell, against a copy written by hand."""

from __future__ import annotations

import pytest

from lms.access.disclosure import (
    DISCLOSURE,
    FIELD_NAMES,
    SHOWN_NAMES,
    VIEWER_NAMES,
    Field,
    Shown,
    Viewer,
    fields_seen,
    sees,
    shown,
    viewer_of,
)
from lms.access.roles import Role
from lms.core.actor import ANONYMOUS, Actor, Grant, ScopeKind

COLUMNS = "self focal trainer fellow alumni secretariat reporting administrator"

WRITTEN_COPY = """
name               yes  yes        yes         as_listed  by_consent  yes        for_purpose  yes
member             yes  yes        yes         as_listed  by_consent  yes        for_purpose  yes
agency             yes  yes        type_only   opt_in     by_consent  yes        no      no
post               yes  yes        no          opt_in     by_consent  yes        no      no
sex                yes  yes        no          no         no          yes        counts  no
languages          yes  yes        no          no         by_consent  yes        counts  no
email              yes  yes        relay       relay      relay       yes        no      no
status             yes  yes        own_course  no         by_consent  yes        counts  no
completion         yes  yes        own_course  no         by_consent  yes        counts  no
attendance         yes  yes        own_course  no         by_consent  yes        counts  no
certificates       yes  yes        own_course  no         by_consent  yes        counts  no
scores             yes  pass_fail  own_course  no         no          pass_fail  counts  no
answers            yes  no         to_mark     no         no          no         no      no
reflections        yes  no         to_mark     no         no          no         no      no
scenario_path      yes  no         to_mark     no         no          no         no      no
content_opt_outs   yes  no         to_mark     no         no          no         no      no
sector             yes  yes        no          no         no          yes        no      no
account_state      yes  yes        no          no         no          yes        no      yes
roles              yes  yes        no          no         no          yes        no      yes
affiliations       yes  yes        no          no         no          yes        no      no
preferences        yes  yes        no          no         no          yes        no      no
listing            yes  yes        no          no         no          yes        no      no
who_looked         yes  yes        no          no         no          no         no      no
"""


def test_table_is_what_was_decided() -> None:
    decided = {
        (Field(field), viewer): Shown(cell)
        for field, *cells in map(str.split, WRITTEN_COPY.strip().splitlines())
        for viewer, cell in zip(Viewer, cells, strict=True)
    }
    assert {cell: shown(*cell) for cell in decided} == decided
    assert {field for field, _ in decided} == set(Field)
    assert len(COLUMNS.split()) == len(Viewer)


def test_every_part_of_the_table_has_words() -> None:
    assert set(FIELD_NAMES) == set(Field)
    assert set(VIEWER_NAMES) == set(Viewer) == set(DISCLOSURE)
    assert set(SHOWN_NAMES) == set(Shown)


def test_what_nobody_wrote_down_is_not_shown() -> None:
    assert shown(Field.SECTOR, Viewer.TRAINER) is Shown.NO
    assert not sees(Field.EMAIL, Viewer.TRAINER)
    assert fields_seen(Viewer.REPORTING_OFFICER) == frozenset()


def _actor(*grants: tuple[Role, ScopeKind, str]) -> Actor:
    held = frozenset(Grant(role.value, kind, scope) for role, kind, scope in grants)
    return Actor(person_id=1, member_code="PLW", agency_id=5, grants=held)


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (_actor(), None),
        (ANONYMOUS, None),
        (_actor((Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW")), Viewer.OWN_FOCAL_POINT),
        (_actor((Role.FOCAL_POINT, ScopeKind.AGENCY, "7")), Viewer.OWN_FOCAL_POINT),
        (_actor((Role.FOCAL_POINT, ScopeKind.AGENCY, "8")), None),
        (_actor((Role.FOCAL_POINT, ScopeKind.MEMBER, "FJI")), None),
        (_actor((Role.SECRETARIAT, ScopeKind.ALL, "")), Viewer.SECRETARIAT),
        (_actor((Role.ADMINISTRATOR, ScopeKind.ALL, "")), Viewer.ADMINISTRATOR),
        (_actor((Role.REPORTING_OFFICER, ScopeKind.ALL, "")), None),
        (_actor((Role.TRAINER, ScopeKind.COURSE, "victim-identification")), None),
        (
            _actor(
                (Role.ADMINISTRATOR, ScopeKind.ALL, ""), (Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW")
            ),
            Viewer.OWN_FOCAL_POINT,
        ),
    ],
)
def test_viewer_follows_from_the_nearest_role(actor: Actor, expected: Viewer | None) -> None:
    assert viewer_of(actor, person_id=2, member_code="PLW", agency_id=7) is expected


def test_everybody_looks_at_oneself_as_oneself() -> None:
    focal = _actor((Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW"))
    assert viewer_of(focal, person_id=1, member_code="PLW", agency_id=5) is Viewer.SELF
