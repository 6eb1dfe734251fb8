"""Alumni records and what people let fellow alumni see."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alumni_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "accepted",
                "declined",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_alumni_record_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_alumni_record_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_alumni_record_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_alumni_record_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_record")),
        sa.UniqueConstraint("person_id", name=op.f("uq_alumni_record_person_id")),
    )
    with op.batch_alter_table("alumni_record", schema=None) as batch_op:
        batch_op.create_index("ix_alumni_record_enrolment_id", ["enrolment_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alumni_record_member_code"), ["member_code"], unique=False
        )
        batch_op.create_index(
            "ix_alumni_record_member_code_state", ["member_code", "state"], unique=False
        )

    op.create_table(
        "alumni_consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "field",
            sa.Enum(
                "name",
                "member",
                "agency",
                "post",
                "languages",
                "completions",
                "contact",
                name="field",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_alumni_consent_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["alumni_record.id"],
            name=op.f("fk_alumni_consent_record_id_alumni_record"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_consent")),
    )
    with op.batch_alter_table("alumni_consent", schema=None) as batch_op:
        batch_op.create_index("ix_alumni_consent_person_id", ["person_id"], unique=False)
        batch_op.create_index("ix_alumni_consent_record_id", ["record_id", "id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("alumni_consent", schema=None) as batch_op:
        batch_op.drop_index("ix_alumni_consent_record_id")
        batch_op.drop_index("ix_alumni_consent_person_id")

    op.drop_table("alumni_consent")
    with op.batch_alter_table("alumni_record", schema=None) as batch_op:
        batch_op.drop_index("ix_alumni_record_member_code_state")
        batch_op.drop_index(batch_op.f("ix_alumni_record_member_code"))
        batch_op.drop_index("ix_alumni_record_enrolment_id")

    op.drop_table("alumni_record")
