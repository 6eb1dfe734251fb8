"""How scenarios were played through, counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

UNCOUNTED = "counted_at IS NULL OR counted_at < ended_at"


def upgrade() -> None:
    op.create_table(
        "play_statistic",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_key", sa.String(length=80), nullable=False),
        sa.Column("activity_key", sa.String(length=80), nullable=False),
        sa.Column("sums", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_play_statistic")),
        sa.UniqueConstraint(
            "course_key", "activity_key", name=op.f("uq_play_statistic_course_key_activity_key")
        ),
    )
    # Every play before has none of the two, and is counted by the worker.
    with op.batch_alter_table("play", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "counted", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
            )
        )
        batch_op.create_index(
            "ix_play_uncounted",
            ["id"],
            unique=False,
            postgresql_where=sa.text(UNCOUNTED),
            sqlite_where=sa.text(UNCOUNTED),
        )


def downgrade() -> None:
    with op.batch_alter_table("play", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_play_uncounted",
            postgresql_where=sa.text(UNCOUNTED),
            sqlite_where=sa.text(UNCOUNTED),
        )
        batch_op.drop_column("counted")
        batch_op.drop_column("counted_at")

    op.drop_table("play_statistic")
