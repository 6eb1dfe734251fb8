"""What links an adaptation of a course with its source."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "adaptation",
        sa.Column("id", Id, nullable=False),
        sa.Column("course_key", sa.String(80), nullable=False),
        sa.Column("source_key", sa.String(80), nullable=False),
        sa.Column("source_digest", sa.String(64), nullable=False),
        sa.Column("told_digest", sa.String(64), nullable=True),
        sa.Column("member_code", sa.String(12), nullable=True),
        sa.Column("begun_at", Moment, nullable=False),
        sa.Column("begun_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_adaptation"),
        sa.ForeignKeyConstraint(
            ["member_code"], ["member.code"], name="fk_adaptation_member_code_member"
        ),
        sa.UniqueConstraint("course_key", name="uq_adaptation_course_key"),
    )
    op.create_index("ix_adaptation_source_key", "adaptation", ["source_key"])
    op.create_table(
        "adaptation_file",
        sa.Column("id", Id, nullable=False),
        sa.Column("adaptation_id", Id, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.Column("decided_at", Moment, nullable=False),
        sa.Column("decided_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_adaptation_file"),
        sa.ForeignKeyConstraint(
            ["adaptation_id"], ["adaptation.id"], name="fk_adaptation_file_adaptation_id_adaptation"
        ),
        sa.UniqueConstraint(
            "adaptation_id", "digest", "path", name="uq_adaptation_file_adaptation_id_digest_path"
        ),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("adaptation_file")
    op.drop_table("adaptation")
