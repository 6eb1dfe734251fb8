"""Numbers, dates, standings and what a check shows, as pure rules."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certificates.rules import (
    ALPHABET,
    NAMING,
    NUMBER_LENGTH,
    CertificateKind,
    CertificateState,
    ShownField,
    Snapshot,
    Standing,
    add_months,
    fields_on_check,
    fields_shared,
    grouped,
    new_number,
    read_number,
    standing_of,
    verbs,
)

TODAY = datetime.date(2026, 11, 22)


def test_numbers_are_unlike_and_have_no_letter_that_is_misread() -> None:
    numbers = {new_number() for _ in range(2000)}
    assert len(numbers) == 2000
    assert {len(number) for number in numbers} == {NUMBER_LENGTH}
    assert not set("".join(numbers)) & set("ILOU")
    assert len(ALPHABET) == 32


@given(
    st.text(ALPHABET, min_size=NUMBER_LENGTH, max_size=NUMBER_LENGTH),
    st.sampled_from(["-", " ", "", "–", ".", "‑"]),
    st.booleans(),
)
def test_number_is_read_however_it_is_typed(number: str, between: str, small: bool) -> None:
    typed = grouped(number).replace("-", between).replace("0", "O").replace("1", "l")
    assert read_number(f" {typed.lower() if small else typed}\n") == number


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_number_of_ours_or_none(typed: str) -> None:
    read = read_number(typed)
    assert read is None or (len(read) == NUMBER_LENGTH and set(read) <= set(ALPHABET))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-15", 12, "2027-12-15"),
        ("2026-10-31", 1, "2026-11-30"),
        ("2026-11-30", 1, "2026-12-30"),
    ],
)
def test_months_later_is_the_same_day_or_the_last(day: str, months: int, then: str) -> None:
    start = datetime.date.fromisoformat(day)
    assert add_months(start, months) == datetime.date.fromisoformat(then)


@pytest.mark.parametrize(
    ("state", "expires_in", "standing"),
    [
        (CertificateState.ISSUED, None, Standing.VALID),
        (CertificateState.ISSUED, 0, Standing.VALID),
        (CertificateState.ISSUED, -1, Standing.EXPIRED),
        (CertificateState.REVOKED, -1, Standing.REVOKED),
        (CertificateState.SUPERSEDED, 5, Standing.SUPERSEDED),
        (CertificateState.HELD, None, Standing.UNKNOWN),
    ],
)
def test_standing_follows_from_state_and_last_day(
    state: CertificateState, expires_in: int | None, standing: Standing
) -> None:
    expires_on = None if expires_in is None else TODAY + datetime.timedelta(days=expires_in)
    assert standing_of(state, expires_on, today=TODAY) is standing


@given(st.lists(st.sampled_from([*ShownField, "no field of ours"])))
def test_limited_listing_shows_nothing_that_leads_to_the_person(chosen: list[str]) -> None:
    hidden = NAMING | {ShownField.MEMBER}
    assert not fields_on_check(chosen, is_limited=True) & hidden
    assert not fields_on_check(None, is_limited=True) & hidden
    assert not fields_shared(chosen, is_limited_by_others=True) & (NAMING | {ShownField.MEMBER})


def test_buttons_follow_from_the_table() -> None:
    assert verbs(CertificateState.ISSUED) == ("supersede", "revoke")
    assert verbs(CertificateState.HELD) == ("revoke",)
    assert verbs(CertificateState.REVOKED) == verbs(CertificateState.SUPERSEDED) == ()


@given(
    st.text(min_size=1, max_size=40),
    st.one_of(st.none(), st.dates()),
    st.lists(st.text(max_size=20), max_size=3),
)
def test_snapshot_survives_storage(
    name: str, expires_on: datetime.date | None, courses: list[str]
) -> None:
    snapshot = Snapshot(
        kind=CertificateKind.TRAINER,
        language="id",
        name=name,
        name_own_script=None,
        own_script_language=None,
        member="Palau",
        agency=None,
        title="A course",
        edition_number=None,
        courses=tuple(courses),
        hours=1.5,
        completed_on=TODAY,
        issued_on=TODAY,
        expires_on=expires_on,
        signatory_name="",
        signatory_post="",
        authority="",
    )
    assert Snapshot.from_json(snapshot.as_json()) == snapshot
