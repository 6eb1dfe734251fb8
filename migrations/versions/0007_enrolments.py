"""What happens to enrolments, paths and who is on them, assignments with their days due."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "path_edition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path_key", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "published_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_edition")),
        sa.UniqueConstraint("path_key", "digest", name=op.f("uq_path_edition_path_key_digest")),
        sa.UniqueConstraint("path_key", "number", name=op.f("uq_path_edition_path_key_number")),
    )
    with op.batch_alter_table("path_edition", schema=None) as batch_op:
        batch_op.create_index(
            "uq_path_edition_current",
            ["path_key"],
            unique=True,
            postgresql_where=sa.text("is_current"),
            sqlite_where=sa.text("is_current"),
        )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "course",
                "path",
                name="subject_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_key", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "running",
                "done",
                "undone",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "chosen", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_assignment_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_assignment_made_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_assignment_member_code_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("run_id", name=op.f("uq_assignment_run_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_made_by"), ["made_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_assignment_member_code"), ["member_code"], unique=False
        )
    op.create_table(
        "path_enrolment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("path_key", sa.String(length=80), nullable=False),
        sa.Column(
            "path_edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "source",
            sa.Enum(
                "self",
                "assignment",
                "nomination",
                "cascade",
                "import",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "completed",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "enrolled_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "assigned_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("run_id", sa.String(length=36), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_zone", sa.String(length=64), nullable=True),
        sa.Column("due_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_member_code", sa.String(length=12), nullable=True),
        sa.Column(
            "completed_agency_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "withdrawal_reason",
            sa.Enum(
                "no_time",
                "changed_post",
                "not_needed",
                "too_heavy",
                "other",
                name="withdrawal_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_path_enrolment_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["completed_agency_id"],
            ["agency.id"],
            name=op.f("fk_path_enrolment_completed_agency_id_agency"),
        ),
        sa.ForeignKeyConstraint(
            ["completed_member_code"],
            ["member.code"],
            name=op.f("fk_path_enrolment_completed_member_code_member"),
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_path_enrolment_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["path_edition_id"],
            ["path_edition.id"],
            name=op.f("fk_path_enrolment_path_edition_id_path_edition"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_path_enrolment_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_enrolment")),
    )
    with op.batch_alter_table("path_enrolment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_path_enrolment_member_code"), ["member_code"], unique=False
        )
        batch_op.create_index("ix_path_enrolment_path_key", ["path_key", "state"], unique=False)
        batch_op.create_index("ix_path_enrolment_person_id", ["person_id", "id"], unique=False)
        batch_op.create_index(
            "ix_path_enrolment_remind_at",
            ["remind_at"],
            unique=False,
            postgresql_where=sa.text("remind_at IS NOT NULL"),
            sqlite_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.create_index("ix_path_enrolment_run_id", ["run_id"], unique=False)
        batch_op.create_index(
            "uq_path_enrolment_active",
            ["person_id", "path_key"],
            unique=True,
            postgresql_where=sa.text("state = 'active'"),
            sqlite_where=sa.text("state = 'active'"),
        )
    op.create_table(
        "enrolment_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "verb",
            sa.Enum(
                "begin",
                "set_due",
                "withdraw",
                "take_back",
                "return",
                "complete",
                "reopen",
                "move",
                name="verb",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "by_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("run_id", sa.String(length=36), nullable=True),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_enrolment_step_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_enrolment_step_enrolment_id_enrolment"),
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_enrolment_step_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_enrolment_step_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_step")),
    )
    with op.batch_alter_table("enrolment_step", schema=None) as batch_op:
        batch_op.create_index(
            "ix_enrolment_step_enrolment_id", ["enrolment_id", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_enrolment_step_member_code"), ["member_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_enrolment_step_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_enrolment_step_run_id"), ["run_id"], unique=False)
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "assigned_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("run_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("due_zone", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("due_set_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("done_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("next_key", sa.String(length=80), nullable=True))
        batch_op.create_index(
            "ix_enrolment_course_key_state",
            ["course_key", "state", "last_activity_at"],
            unique=False,
        )
        batch_op.create_index(
            "ix_enrolment_person_member_state",
            ["person_id", "member_code", "state"],
            unique=False,
        )
        batch_op.create_index(
            "ix_enrolment_member_code_state", ["member_code", "state"], unique=False
        )
        batch_op.create_index(
            "ix_enrolment_remind_at",
            ["remind_at"],
            unique=False,
            postgresql_where=sa.text("remind_at IS NOT NULL"),
            sqlite_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.create_index("ix_enrolment_run_id", ["run_id"], unique=False)
    # What is known of the past: when each enrolment began, ended or was completed.
    columns = (
        "enrolment_id, person_id, member_code, agency_id, verb, happened_at, recorded_at,"
        " by_person_id, reason, due_on"
    )
    for verb, moment, member, agency, by, reason in (
        ("begin", "enrolled_at", "member_code", "agency_id", "enrolled_by", "source"),
        ("withdraw", "withdrawn_at", "member_code", "agency_id", "person_id", "withdrawal_reason"),
        (
            "complete",
            "completed_at",
            "coalesce(completed_member_code, member_code)",
            "completed_agency_id",
            "person_id",
            "''",
        ),
    ):
        op.execute(
            f"INSERT INTO enrolment_step ({columns})"  # noqa: S608 - fixed words
            f" SELECT id, person_id, {member}, {agency}, '{verb}', {moment}, {moment}, {by},"
            f" coalesce({reason}, ''), due_on FROM enrolment WHERE {moment} IS NOT NULL"
            " ORDER BY id"
        )


def downgrade() -> None:
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index("ix_enrolment_run_id")
        batch_op.drop_index(
            "ix_enrolment_remind_at",
            postgresql_where=sa.text("remind_at IS NOT NULL"),
            sqlite_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_enrolment_person_member_state")
        batch_op.drop_index("ix_enrolment_member_code_state")
        batch_op.drop_index("ix_enrolment_course_key_state")
        batch_op.drop_column("next_key")
        batch_op.drop_column("done_count")
        batch_op.drop_column("remind_at")
        batch_op.drop_column("due_set_at")
        batch_op.drop_column("due_zone")
        batch_op.drop_column("due_at")
        batch_op.drop_column("run_id")
        batch_op.drop_column("assigned_by")
    with op.batch_alter_table("enrolment_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrolment_step_run_id"))
        batch_op.drop_index(batch_op.f("ix_enrolment_step_person_id"))
        batch_op.drop_index(batch_op.f("ix_enrolment_step_member_code"))
        batch_op.drop_index("ix_enrolment_step_enrolment_id")
    op.drop_table("enrolment_step")
    with op.batch_alter_table("path_enrolment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_path_enrolment_active",
            postgresql_where=sa.text("state = 'active'"),
            sqlite_where=sa.text("state = 'active'"),
        )
        batch_op.drop_index("ix_path_enrolment_run_id")
        batch_op.drop_index(
            "ix_path_enrolment_remind_at",
            postgresql_where=sa.text("remind_at IS NOT NULL"),
            sqlite_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_path_enrolment_person_id")
        batch_op.drop_index("ix_path_enrolment_path_key")
        batch_op.drop_index(batch_op.f("ix_path_enrolment_member_code"))
    op.drop_table("path_enrolment")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_member_code"))
        batch_op.drop_index(batch_op.f("ix_assignment_made_by"))
    op.drop_table("assignment")
    with op.batch_alter_table("path_edition", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_path_edition_current",
            postgresql_where=sa.text("is_current"),
            sqlite_where=sa.text("is_current"),
        )
    op.drop_table("path_edition")
