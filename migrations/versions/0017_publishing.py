"""Review and publication of drafts; what was done keeps its edition when people move."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = (
    ("attempt", "edition_id"),
    ("play", "edition_id"),
    ("writing_version", "edition_id"),
    ("enrolment_step", "from_edition_id"),
    ("enrolment_step", "edition_id"),
)

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
Moment = sa.DateTime(timezone=True)
STATES = ("asked", "approved", "returned", "taken_back")


def upgrade() -> None:
    # Empty columns: PostgreSQL neither rewrites the table nor checks its rows.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for table, column in COLUMNS:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} {kind} "
            f"CONSTRAINT fk_{table}_{column}_edition REFERENCES edition (id)"
        )
    op.create_table(
        "draft_review",
        sa.Column("id", Id, nullable=False),
        sa.Column("draft_id", Id, nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("asked_by", Id, nullable=True),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("asked_of", Json, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft_review"),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_review_draft_id_draft"),
    )
    op.create_index("ix_draft_review_draft_id", "draft_review", ["draft_id", "id"])
    waits = sa.text("state = 'asked'")
    op.create_index(
        "uq_draft_review_asked",
        "draft_review",
        ["draft_id"],
        unique=True,
        postgresql_where=waits,
        sqlite_where=waits,
    )
    op.create_table(
        "draft_publication",
        sa.Column("id", Id, nullable=False),
        sa.Column("draft_id", Id, nullable=False),
        sa.Column("edition_id", Id, nullable=False),
        sa.Column("review_id", Id, nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("published_by", Id, nullable=True),
        sa.Column("published_at", Moment, nullable=False),
        sa.Column("moved", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft_publication"),
        sa.UniqueConstraint("draft_id", name="uq_draft_publication_draft_id"),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name="fk_draft_publication_draft_id_draft"
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name="fk_draft_publication_edition_id_edition"
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["draft_review.id"], name="fk_draft_publication_review_id_draft_review"
        ),
    )
    op.create_index("ix_draft_publication_edition_id", "draft_publication", ["edition_id"])


def downgrade() -> None:
    op.drop_table("draft_publication")
    op.drop_table("draft_review")
    for table, column in COLUMNS:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
