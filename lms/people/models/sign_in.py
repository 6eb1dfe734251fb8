"""Sessions, single-use tokens and second factors. All secrets are kept as digests."""

from __future__ import annotations

import datetime
import enum
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.reaches import Owned, Reach, ReachRule
from lms.core.database import Base, Id, choice_of
from lms.people.models.persons import owned_through_person


class SignInSession(Owned):
    """One signed-in browser. The cookie holds a random token, this row its SHA-256."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    started_at: Mapped[datetime.datetime]
    expires_at: Mapped[datetime.datetime]
    ended_at: Mapped[datetime.datetime | None]
    second_factor_at: Mapped[datetime.datetime | None]
    browser: Mapped[str] = mapped_column(String(80), default="")

    __reaches__: ClassVar[dict[Reach, ReachRule]]


class TokenPurpose(enum.StrEnum):
    """What a token sent by mail is good for."""

    INVITATION = "invitation"
    RESET = "reset"
    EMAIL_CHANGE = "email_change"
    REGISTRATION = "registration"


class PersonToken(Owned):
    """A link sent by mail: 256 random bits, single use, kept as SHA-256.

    `created_by` is the person who sent an invitation, None where the system did.
    """

    __tablename__ = "person_token"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[TokenPurpose] = mapped_column(choice_of(TokenPurpose, "purpose"))
    email: Mapped[str] = mapped_column(String(320), default="")
    created_by: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime.datetime]
    expires_at: Mapped[datetime.datetime]
    used_at: Mapped[datetime.datetime | None]

    __table_args__ = (Index("ix_person_token_person_id_purpose", "person_id", "purpose"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


class SecondFactor(Owned):
    """A time-based one-time password (RFC 6238). `last_step` stops a code from working twice.

    The secret is sealed with a key derived from the secret key (core.sealing), for this person.
    """

    __tablename__ = "second_factor"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    sealed_secret: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime.datetime]
    confirmed_at: Mapped[datetime.datetime | None]
    last_step: Mapped[int] = mapped_column(Id, default=0)

    __reaches__: ClassVar[dict[Reach, ReachRule]]


class OneTimeCode(Owned):
    """A printed code for when the device is lost; works once.

    60 random bits, so the digest is keyed (HMAC): the table alone does not allow guessing.
    """

    __tablename__ = "one_time_code"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime.datetime]
    used_at: Mapped[datetime.datetime | None]

    __table_args__ = (Index("ix_one_time_code_person_id_digest", "person_id", "digest"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


class ResetRequest(Base):
    """An address for which somebody asked a new password, until the job has looked at it.

    Written whether or not there is such an account, so that asking tells nothing. The
    job deletes the row.
    """

    __tablename__ = "reset_request"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    folded_email: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime.datetime]


for _model in (SignInSession, PersonToken, SecondFactor, OneTimeCode):
    _model.__reaches__ = owned_through_person(_model.person_id)
