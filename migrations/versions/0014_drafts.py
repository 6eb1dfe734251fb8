"""The tables of drafts: files, older versions, comments, contributors."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Five new tables."""
    op.create_table(
        "draft",
        sa.Column("id", Id, nullable=False),
        sa.Column("course_key", sa.String(80), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "in_review",
                "returned",
                "approved",
                "published",
                "discarded",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_from", Id, nullable=True),
        sa.Column("adapted_from", sa.String(80), nullable=True),
        sa.Column("adapted_digest", sa.String(64), nullable=True),
        sa.Column("created_by", Id, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.ForeignKeyConstraint(["made_from"], ["edition.id"], name="fk_draft_made_from_edition"),
        sa.UniqueConstraint("client_id", name="uq_draft_client_id"),
    )
    op.create_index("ix_draft_course_key", "draft", ["course_key"])
    op.create_index("ix_draft_changed_at", "draft", ["changed_at", "id"])
    op.create_table(
        "draft_contributor",
        sa.Column("id", Id, nullable=False),
        sa.Column("draft_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("added_at", Moment, nullable=False),
        sa.Column("added_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_draft_contributor"),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name="fk_draft_contributor_draft_id_draft"
        ),
        sa.UniqueConstraint(
            "draft_id", "person_id", name="uq_draft_contributor_draft_id_person_id"
        ),
    )
    op.create_index("ix_draft_contributor_person_id", "draft_contributor", ["person_id"])
    op.create_table(
        "draft_file",
        sa.Column("id", Id, nullable=False),
        sa.Column("draft_id", Id, nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("changed_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_draft_file"),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_file_draft_id_draft"),
        sa.UniqueConstraint("draft_id", "path", name="uq_draft_file_draft_id_path"),
    )
    op.create_table(
        "draft_version",
        sa.Column("id", Id, nullable=False),
        sa.Column("draft_id", Id, nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("by", Id, nullable=True),
        sa.Column("why", sa.String(120), nullable=False),
        sa.Column("based_on", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_draft_version"),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_version_draft_id_draft"),
    )
    op.create_index(
        "uq_draft_version_number", "draft_version", ["draft_id", "path", "number"], unique=True
    )
    op.create_index("ix_draft_version_at", "draft_version", ["draft_id", "at", "id"])
    op.create_table(
        "draft_comment",
        sa.Column("id", Id, nullable=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("draft_id", Id, nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("answers_id", Id, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", Moment, nullable=False),
        sa.Column("written_by", Id, nullable=True),
        sa.Column("settled_at", Moment, nullable=True),
        sa.Column("settled_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_draft_comment"),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_comment_draft_id_draft"),
        sa.ForeignKeyConstraint(
            ["answers_id"], ["draft_comment.id"], name="fk_draft_comment_answers_id_draft_comment"
        ),
        sa.UniqueConstraint("client_id", name="uq_draft_comment_client_id"),
    )
    op.create_index("ix_draft_comment_answers_id", "draft_comment", ["answers_id"])
    op.create_index("ix_draft_comment_path", "draft_comment", ["draft_id", "path", "id"])


def downgrade() -> None:
    """All five go, children first."""
    op.drop_table("draft_comment")
    op.drop_table("draft_version")
    op.drop_table("draft_file")
    op.drop_table("draft_contributor")
    op.drop_table("draft")
