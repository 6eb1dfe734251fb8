"""Answers that a person marks, files handed in, and keys corrected beside the edition."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
STATES = ("open", "handed_in")


def upgrade() -> None:
    _allow_states(("open", "to_mark", "handed_in"))
    with op.batch_alter_table("marking") as batch:
        batch.add_column(sa.Column("attempt_id", ID, nullable=True))
        batch.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("question_key", sa.String(80), nullable=True))
        batch.alter_column("writing_id", existing_type=ID, nullable=True)
        batch.create_foreign_key(
            op.f("fk_marking_attempt_id_attempt"), "attempt", ["attempt_id"], ["id"]
        )
        batch.create_unique_constraint(
            op.f("uq_marking_attempt_id_number"), ["attempt_id", "number"]
        )
        batch.create_check_constraint(
            op.f("ck_marking_of_one"), "(writing_id IS NULL) <> (attempt_id IS NULL)"
        )
    op.create_table(
        "handed_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("course_key", sa.String(80), nullable=False),
        sa.Column("storage_key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("handed_at", MOMENT, nullable=False),
        sa.Column("member_code", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_handed_file_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_handed_file_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_handed_file_member_code_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed_file")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_handed_file_storage_key")),
    )
    op.create_index("ix_handed_file_attempt_id", "handed_file", ["attempt_id", "number"])
    op.create_index(op.f("ix_handed_file_person_id"), "handed_file", ["person_id"])
    op.create_index(op.f("ix_handed_file_member_code"), "handed_file", ["member_code"])
    op.create_table(
        "question_correction",
        sa.Column("id", ID, nullable=False),
        sa.Column("course_key", sa.String(80), nullable=False),
        sa.Column("question_key", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answer_key", JSON, nullable=False),
        sa.Column(
            "reason", _choice("reason", "key_wrong", "also_right", "unclear"), nullable=False
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "state",
            _choice("state", "preparing", "ready", "applied", "discarded"),
            nullable=False,
        ),
        sa.Column("effect", JSON, nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("applied_by", ID, nullable=True),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_correction")),
    )
    op.create_index(
        "ix_question_correction_course_key", "question_correction", ["course_key", "state", "id"]
    )
    op.create_table(
        "regrade",
        sa.Column("id", ID, nullable=False),
        sa.Column("correction_id", ID, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("enrolment_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("before", sa.String(40), nullable=False),
        sa.Column("after", sa.String(40), nullable=False),
        sa.Column("possible", sa.Integer(), nullable=False),
        sa.Column("gains_pass", sa.Boolean(), nullable=False),
        sa.Column("keeps_pass", sa.Boolean(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("member_code", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["question_correction.id"],
            name=op.f("fk_regrade_correction_id_question_correction"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_regrade_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_regrade_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_regrade_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_regrade_member_code_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
        sa.UniqueConstraint(
            "correction_id", "attempt_id", name=op.f("uq_regrade_correction_id_attempt_id")
        ),
    )
    for column in ("attempt_id", "person_id", "member_code"):
        op.create_index(op.f(f"ix_regrade_{column}"), "regrade", [column])


def downgrade() -> None:
    """Refuses while an answer waits for a marker or was marked: nothing is thrown away."""
    op.drop_table("regrade")
    op.drop_table("question_correction")
    op.drop_table("handed_file")
    with op.batch_alter_table("marking") as batch:
        batch.drop_constraint(op.f("ck_marking_of_one"), type_="check")
        batch.drop_constraint(op.f("uq_marking_attempt_id_number"), type_="unique")
        batch.drop_constraint(op.f("fk_marking_attempt_id_attempt"), type_="foreignkey")
        batch.alter_column("writing_id", existing_type=ID, nullable=False)
        batch.drop_column("question_key")
        batch.drop_column("number")
        batch.drop_column("attempt_id")
    _allow_states(STATES)


def _choice(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _allow_states(states: tuple[str, ...]) -> None:
    """Which states an attempt may have. On PostgreSQL rows are checked without a long lock."""
    words = ", ".join(f"'{state}'" for state in states)
    if op.get_bind().dialect.name == "sqlite":
        name = op.f("ck_attempt_state")
        with op.batch_alter_table("attempt") as batch:
            batch.drop_constraint(name, type_="check")
            batch.create_check_constraint(name, f"state IN ({words})")
        return
    op.execute("ALTER TABLE attempt DROP CONSTRAINT ck_attempt_state")
    op.execute(
        f"ALTER TABLE attempt ADD CONSTRAINT ck_attempt_state CHECK (state IN ({words})) NOT VALID"
    )
    op.execute("ALTER TABLE attempt VALIDATE CONSTRAINT ck_attempt_state")
