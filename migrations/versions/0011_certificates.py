"""Certificates, their steps, requests for corrected ones, and who signs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate_signatory",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "wording", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_signatory")),
    )
    op.create_table(
        "credential_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_credential_key_key_id")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "enrolment",
                "path",
                "participation",
                name="subject_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "completion",
                "participation",
                "trainer",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column(
            "edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "issued",
                "superseded",
                "revoked",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "snapshot", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column(
            "replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "correction_reason",
            sa.Enum(
                "name",
                "affiliation",
                "hours",
                "date",
                "renewal",
                name="correction_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "revocation_reason",
            sa.Enum(
                "in_error",
                "another_person",
                "conditions_not_met",
                "assessment_set_aside",
                "holder_asked",
                name="revocation_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "held_for", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("file_key", sa.String(length=200), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("credential_file_key", sa.String(length=200), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "shown_on_check",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=True,
        ),
        sa.Column("share_token", sa.String(length=64), nullable=True),
        sa.Column(
            "share_fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_certificate_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_certificate_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_certificate_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_certificate_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["certificate.id"], name=op.f("fk_certificate_replaces_id_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.UniqueConstraint("share_token", name=op.f("uq_certificate_share_token")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index("ix_certificate_course_key", ["course_key", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_certificate_member_code"), ["member_code"], unique=False
        )
        batch_op.create_index(
            "ix_certificate_member_code_state", ["member_code", "state"], unique=False
        )
        batch_op.create_index("ix_certificate_person_id", ["person_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_certificate_replaces_id"), ["replaces_id"], unique=False
        )
        batch_op.create_index("ix_certificate_state", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_certificate_current",
            ["subject_kind", "subject_id", "kind"],
            unique=True,
            postgresql_where=sa.text("state IN ('held', 'issued')"),
            sqlite_where=sa.text("state IN ('held', 'issued')"),
        )

    op.create_table(
        "certificate_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "certificate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "name",
                "affiliation",
                "hours",
                "date",
                "renewal",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "done",
                "declined",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_certificate_request_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_certificate_request_certificate_id_certificate"),
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_certificate_request_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_certificate_request_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_request")),
    )
    with op.batch_alter_table("certificate_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_certificate_request_certificate_id", ["certificate_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_certificate_request_member_code"), ["member_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_certificate_request_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index("ix_certificate_request_state", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_certificate_request_open",
            ["certificate_id"],
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "certificate_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "certificate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "by_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_certificate_step_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_certificate_step_certificate_id_certificate"),
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_certificate_step_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_certificate_step_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_step")),
    )
    with op.batch_alter_table("certificate_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certificate_step_certificate_id"), ["certificate_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_certificate_step_member_code"), ["member_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_certificate_step_person_id"), ["person_id"], unique=False
        )


def downgrade() -> None:

    with op.batch_alter_table("certificate_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_step_person_id"))
        batch_op.drop_index(batch_op.f("ix_certificate_step_member_code"))
        batch_op.drop_index(batch_op.f("ix_certificate_step_certificate_id"))

    op.drop_table("certificate_step")
    with op.batch_alter_table("certificate_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_certificate_request_open",
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("ix_certificate_request_state")
        batch_op.drop_index(batch_op.f("ix_certificate_request_person_id"))
        batch_op.drop_index(batch_op.f("ix_certificate_request_member_code"))
        batch_op.drop_index("ix_certificate_request_certificate_id")

    op.drop_table("certificate_request")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_certificate_current",
            postgresql_where=sa.text("state IN ('held', 'issued')"),
            sqlite_where=sa.text("state IN ('held', 'issued')"),
        )
        batch_op.drop_index("ix_certificate_state")
        batch_op.drop_index(batch_op.f("ix_certificate_replaces_id"))
        batch_op.drop_index("ix_certificate_person_id")
        batch_op.drop_index("ix_certificate_member_code_state")
        batch_op.drop_index(batch_op.f("ix_certificate_member_code"))
        batch_op.drop_index("ix_certificate_course_key")

    op.drop_table("certificate")
    op.drop_table("credential_key")
    op.drop_table("certificate_signatory")
