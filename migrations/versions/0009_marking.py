"""What people mark, questions about a lesson with their answers, problems reported on a page."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lesson_question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column("activity_key", sa.String(length=80), nullable=False),
        sa.Column(
            "edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "trainer",
                "course",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "hidden_reason",
            sa.Enum(
                "points_to_somebody",
                "gives_answers",
                "other_matter",
                "unkind",
                "other",
                name="hidden_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_lesson_question_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_lesson_question_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_lesson_question_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_question")),
        sa.UniqueConstraint("client_id", name=op.f("uq_lesson_question_client_id")),
    )
    with op.batch_alter_table("lesson_question", schema=None) as batch_op:
        batch_op.create_index(
            "ix_lesson_question_answered_at", ["course_key", "answered_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_lesson_question_course_key",
            ["course_key", "activity_key", "is_pinned", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_lesson_question_member_code"), ["member_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_lesson_question_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "page_problem",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column("activity_key", sa.String(length=80), nullable=False),
        sa.Column(
            "edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fact",
                "translation",
                "link",
                "access",
                "upsetting",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "in_work",
                "mended",
                "declined",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("word_back", sa.Text(), nullable=False),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_page_problem_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_page_problem_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_page_problem_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_problem")),
        sa.UniqueConstraint("client_id", name=op.f("uq_page_problem_client_id")),
    )
    with op.batch_alter_table("page_problem", schema=None) as batch_op:
        batch_op.create_index(
            "ix_page_problem_course_key", ["course_key", "state", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_page_problem_member_code"), ["member_code"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_page_problem_person_id"), ["person_id"], unique=False)

    op.create_table(
        "lesson_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column(
            "question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_lesson_answer_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["lesson_question.id"],
            name=op.f("fk_lesson_answer_question_id_lesson_question"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_answer")),
        sa.UniqueConstraint("client_id", name=op.f("uq_lesson_answer_client_id")),
    )
    with op.batch_alter_table("lesson_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_answer_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_lesson_answer_question_id"), ["question_id"], unique=False
        )

    op.create_table(
        "page_problem_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "problem_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "verb",
            sa.Enum(
                "take",
                "mend",
                "decline",
                "reopen",
                name="verb",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "after",
            sa.Enum(
                "open",
                "in_work",
                "mended",
                "declined",
                name="after",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("word_back", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_page_problem_step_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["page_problem.id"],
            name=op.f("fk_page_problem_step_problem_id_page_problem"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_problem_step")),
    )
    with op.batch_alter_table("page_problem_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_page_problem_step_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_page_problem_step_problem_id"), ["problem_id"], unique=False
        )

    op.create_table(
        "marking",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "writing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column("activity_key", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sent",
                "returned",
                "accepted",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "claimed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_marking_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_marking_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_marking_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["writing_id"], ["writing.id"], name=op.f("fk_marking_writing_id_writing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking")),
        sa.UniqueConstraint("writing_id", name=op.f("uq_marking_writing_id")),
    )
    with op.batch_alter_table("marking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_marking_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_marking_member_code"), ["member_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_marking_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ix_marking_queue", ["course_key", "state", "sent_at", "id"], unique=False
        )

    op.create_table(
        "marking_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "marking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "draft",
                "sent",
                "returned",
                "accepted",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "levels", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("possible", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "more_detail",
                "other_question",
                "points_to_somebody",
                "other",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["marking_id"], ["marking.id"], name=op.f("fk_marking_decision_marking_id_marking")
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_marking_decision_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_marking_decision_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_decision")),
        sa.UniqueConstraint(
            "marking_id", "version", name=op.f("uq_marking_decision_marking_id_version")
        ),
    )
    with op.batch_alter_table("marking_decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_marking_decision_member_code"), ["member_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_marking_decision_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "writing_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "marking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column(
            "answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["marking_id"], ["marking.id"], name=op.f("fk_writing_version_marking_id_marking")
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_writing_version_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_writing_version_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writing_version")),
        sa.UniqueConstraint(
            "marking_id", "number", name=op.f("uq_writing_version_marking_id_number")
        ),
    )
    with op.batch_alter_table("writing_version", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_writing_version_member_code"), ["member_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_writing_version_person_id"), ["person_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("writing_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_writing_version_person_id"))
        batch_op.drop_index(batch_op.f("ix_writing_version_member_code"))

    op.drop_table("writing_version")
    with op.batch_alter_table("marking_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_marking_decision_person_id"))
        batch_op.drop_index(batch_op.f("ix_marking_decision_member_code"))

    op.drop_table("marking_decision")
    with op.batch_alter_table("marking", schema=None) as batch_op:
        batch_op.drop_index("ix_marking_queue")
        batch_op.drop_index(batch_op.f("ix_marking_person_id"))
        batch_op.drop_index(batch_op.f("ix_marking_member_code"))
        batch_op.drop_index(batch_op.f("ix_marking_enrolment_id"))

    op.drop_table("marking")
    with op.batch_alter_table("page_problem_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_problem_step_problem_id"))
        batch_op.drop_index(batch_op.f("ix_page_problem_step_person_id"))

    op.drop_table("page_problem_step")
    with op.batch_alter_table("lesson_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_answer_question_id"))
        batch_op.drop_index(batch_op.f("ix_lesson_answer_person_id"))

    op.drop_table("lesson_answer")
    with op.batch_alter_table("page_problem", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_problem_person_id"))
        batch_op.drop_index(batch_op.f("ix_page_problem_member_code"))
        batch_op.drop_index("ix_page_problem_course_key")

    op.drop_table("page_problem")
    with op.batch_alter_table("lesson_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_question_person_id"))
        batch_op.drop_index(batch_op.f("ix_lesson_question_member_code"))
        batch_op.drop_index("ix_lesson_question_course_key")
        batch_op.drop_index("ix_lesson_question_answered_at")

    op.drop_table("lesson_question")
