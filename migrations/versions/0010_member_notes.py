"""Notes of members and numbers to call; why an edition is withdrawn; modules tested out of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = ("read", "answered", "passed", "played", "reflected", "marked", "attended")
REASONS = ("out_of_date", "not_needed", "harmful_or_wrong")


def upgrade() -> None:
    op.create_table(
        "member_note",
        sa.Column("id", ID, nullable=False),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column("activity_key", sa.String(length=80), nullable=False),
        sa.Column("place_key", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", ID, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_member_note_member_code_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_note")),
    )
    place = ["member_code", "course_key", "activity_key", "place_key", "language"]
    op.create_index("uq_member_note_number", "member_note", [*place, "number"], unique=True)
    current = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_member_note_current",
        "member_note",
        place,
        unique=True,
        postgresql_where=current,
        sqlite_where=current,
    )
    op.create_table(
        "helpline",
        sa.Column("id", ID, nullable=False),
        sa.Column("member_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("hours", sa.String(length=120), nullable=False),
        sa.Column(
            "languages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("is_free", sa.Boolean(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", ID, nullable=True),
        sa.Column("replaces_id", ID, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name=op.f("fk_helpline_member_code_member")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["helpline.id"], name=op.f("fk_helpline_replaces_id_helpline")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpline")),
    )
    op.create_index(
        "ix_helpline_current",
        "helpline",
        ["member_code", "id"],
        postgresql_where=current,
        sqlite_where=current,
    )
    op.create_index("uq_helpline_replaces_id", "helpline", ["replaces_id"], unique=True)
    # A handful of rows, so the constraint may be checked at once.
    reasons = ", ".join(f"'{reason}'" for reason in REASONS)
    op.execute(
        "ALTER TABLE edition ADD COLUMN withdrawal_reason VARCHAR(40) CONSTRAINT "
        f"ck_edition_withdrawal_reason CHECK (withdrawal_reason IN ({reasons}))"
    )
    _allow_kinds((*KINDS, "tested_out"))


def downgrade() -> None:
    """Refuses while somebody has tested out of a module: what a person did is not thrown away."""
    _allow_kinds(KINDS)
    op.drop_column("edition", "withdrawal_reason")
    op.drop_table("helpline")
    op.drop_table("member_note")


def _allow_kinds(kinds: tuple[str, ...]) -> None:
    """What kinds of evidence there may be. On PostgreSQL rows are checked without a long lock."""
    words = ", ".join(f"'{kind}'" for kind in kinds)
    if op.get_bind().dialect.name == "sqlite":
        name = op.f("ck_evidence_kind")
        with op.batch_alter_table("evidence") as batch:
            batch.drop_constraint(name, type_="check")
            batch.create_check_constraint(name, f"kind IN ({words})")
        return
    op.execute("ALTER TABLE evidence DROP CONSTRAINT ck_evidence_kind")
    op.execute(
        f"ALTER TABLE evidence ADD CONSTRAINT ck_evidence_kind CHECK (kind IN ({words})) NOT VALID"
    )
    op.execute("ALTER TABLE evidence VALIDATE CONSTRAINT ck_evidence_kind")
