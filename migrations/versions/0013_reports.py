"""The tables of reports: releases, and the quarters they cover."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "report_release",
        sa.Column("id", Id, nullable=False),
        sa.Column("period_key", sa.String(12), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", Id, nullable=True),
        sa.Column("members_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report_release"),
        sa.UniqueConstraint("period_key", name="uq_report_release_period_key"),
    )
    op.create_table(
        "report_released_quarter",
        sa.Column("quarter", sa.String(12), nullable=False),
        sa.Column("release_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("quarter", name="pk_report_released_quarter"),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["report_release.id"],
            name="fk_report_released_quarter_release_id_report_release",
        ),
    )
    op.create_index(
        "ix_report_released_quarter_release_id", "report_released_quarter", ["release_id"]
    )


def downgrade() -> None:
    """Both tables go."""
    op.drop_table("report_released_quarter")
    op.drop_table("report_release")
