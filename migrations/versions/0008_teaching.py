"""Where learners stand, counts of courses, trainers' messages, statistics of questions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNCOUNTED = "state = 'handed_in' AND counted_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "course_summary",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column(
            "edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_course_summary_edition_id_edition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_summary")),
        sa.UniqueConstraint(
            "course_key", "edition_id", name=op.f("uq_course_summary_course_key_edition_id")
        ),
    )
    op.create_table(
        "teaching_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "narrowed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("once_key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_teaching_message_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teaching_message")),
        sa.UniqueConstraint("once_key", name=op.f("uq_teaching_message_once_key")),
    )
    with op.batch_alter_table("teaching_message", schema=None) as batch_op:
        batch_op.create_index("ix_teaching_message_course_key", ["course_key", "id"], unique=False)
        batch_op.create_index(
            "ix_teaching_message_person_id", ["person_id", "course_key", "created_at"], unique=False
        )

    op.create_table(
        "standing",
        sa.Column(
            "enrolment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column(
            "edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
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
        sa.Column("sort_name", sa.String(length=200), nullable=False),
        sa.Column("module_key", sa.String(length=80), nullable=False),
        sa.Column("activity_key", sa.String(length=80), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_standing_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_standing_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_standing_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_standing_person_id_person")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_standing")),
    )
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.create_index(
            "ix_standing_member",
            ["course_key", "state", "member_code", "moved_at", "enrolment_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_standing_member_code"), ["member_code"], unique=False)
        batch_op.create_index(
            "ix_standing_module_key",
            ["course_key", "state", "module_key", "moved_at", "enrolment_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_standing_moved_at",
            ["course_key", "state", "moved_at", "enrolment_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_standing_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ix_standing_sort_name",
            ["course_key", "state", "sort_name", "enrolment_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_standing_state", ["course_key", "state", "enrolment_id"], unique=False
        )

    op.create_table(
        "item_statistic",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column("activity_key", sa.String(length=80), nullable=False),
        sa.Column("question_key", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("fully_right", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("compared_credit", sa.BigInteger(), nullable=False),
        sa.Column("credit_squares", sa.BigInteger(), nullable=False),
        sa.Column("rest", sa.BigInteger(), nullable=False),
        sa.Column("rest_squares", sa.BigInteger(), nullable=False),
        sa.Column("products", sa.BigInteger(), nullable=False),
        sa.Column(
            "chosen", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_statistic")),
        sa.UniqueConstraint(
            "course_key",
            "activity_key",
            "question_key",
            "version",
            "language",
            name="uq_item_statistic_question",
        ),
    )
    op.create_table(
        "quiz_statistic",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column("activity_key", sa.String(length=80), nullable=False),
        sa.Column("firsts", sa.Integer(), nullable=False),
        sa.Column("first_percents", sa.BigInteger(), nullable=False),
        sa.Column("first_passes", sa.Integer(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column(
            "needed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_statistic")),
        sa.UniqueConstraint(
            "course_key", "activity_key", name=op.f("uq_quiz_statistic_course_key_activity_key")
        ),
    )
    op.create_index("ix_enrolment_step_recorded_at", "enrolment_step", ["recorded_at"])

    # Every attempt handed in before has none, and is counted by the worker.
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_attempt_uncounted",
            ["id"],
            unique=False,
            postgresql_where=sa.text(UNCOUNTED),
            sqlite_where=sa.text(UNCOUNTED),
        )


def downgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_attempt_uncounted",
            postgresql_where=sa.text(UNCOUNTED),
            sqlite_where=sa.text(UNCOUNTED),
        )
        batch_op.drop_column("counted_at")

    op.drop_index("ix_enrolment_step_recorded_at", "enrolment_step")
    op.drop_table("quiz_statistic")
    op.drop_table("item_statistic")
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.drop_index("ix_standing_state")
        batch_op.drop_index("ix_standing_sort_name")
        batch_op.drop_index(batch_op.f("ix_standing_person_id"))
        batch_op.drop_index("ix_standing_moved_at")
        batch_op.drop_index("ix_standing_module_key")
        batch_op.drop_index(batch_op.f("ix_standing_member_code"))
        batch_op.drop_index("ix_standing_member")

    op.drop_table("standing")
    with op.batch_alter_table("teaching_message", schema=None) as batch_op:
        batch_op.drop_index("ix_teaching_message_person_id")
        batch_op.drop_index("ix_teaching_message_course_key")

    op.drop_table("teaching_message")
    op.drop_table("course_summary")
