"""The tables of uploads, of guides that were read in, and of work after a new edition."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
Moment = sa.DateTime(timezone=True)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Seven new tables."""
    op.create_table(
        "upload",
        sa.Column("id", Id, nullable=False),
        sa.Column("storage_key", sa.String(200), nullable=False),
        sa.Column("storage_class", _choice("storage_class", "temporary", "kept"), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("size", Id, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("stored_at", Moment, nullable=False),
        sa.Column("stored_by", Id, nullable=True),
        sa.Column("expires_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
        sa.UniqueConstraint("storage_key", name="uq_upload_storage_key"),
    )
    op.create_index("ix_upload_expires_at", "upload", ["expires_at"])
    _guides()
    _imports()
    _work()


def _guides() -> None:
    op.create_table(
        "guide",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("short", sa.String(300), nullable=False),
        sa.Column("series_key", sa.String(80), nullable=True),
        sa.Column("publisher", sa.String(300), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_guide"),
        sa.UniqueConstraint("key", name="uq_guide_key"),
    )
    op.create_table(
        "guide_edition",
        sa.Column("id", Id, nullable=False),
        sa.Column("guide_id", Id, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("publisher", sa.String(300), nullable=False),
        sa.Column("may_quote", sa.Boolean(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("file_digest", sa.String(64), nullable=False),
        sa.Column("accepted_at", Moment, nullable=False),
        sa.Column("accepted_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_guide_edition"),
        sa.ForeignKeyConstraint(["guide_id"], ["guide.id"], name="fk_guide_edition_guide_id_guide"),
        sa.UniqueConstraint("guide_id", "key", name="uq_guide_edition_guide_id_key"),
    )
    op.create_table(
        "guide_section",
        sa.Column("id", Id, nullable=False),
        sa.Column("guide_edition_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_guide_section"),
        sa.ForeignKeyConstraint(
            ["guide_edition_id"],
            ["guide_edition.id"],
            name="fk_guide_section_guide_edition_id_guide_edition",
        ),
        sa.UniqueConstraint(
            "guide_edition_id", "key", name="uq_guide_section_guide_edition_id_key"
        ),
    )
    op.create_index(
        "ix_guide_section_edition_position", "guide_section", ["guide_edition_id", "position"]
    )


def _imports() -> None:
    op.create_table(
        "guide_import",
        sa.Column("id", Id, nullable=False),
        sa.Column("state", _choice("state", "open", "accepted", "dropped"), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("file_digest", sa.String(64), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("steps", Json, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("run_id", sa.String(36), nullable=False),
        sa.Column("guide_edition_id", Id, nullable=True),
        sa.Column("started_by", Id, nullable=True),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_guide_import"),
        sa.ForeignKeyConstraint(
            ["guide_edition_id"],
            ["guide_edition.id"],
            name="fk_guide_import_guide_edition_id_guide_edition",
        ),
        sa.UniqueConstraint("run_id", name="uq_guide_import_run_id"),
    )
    op.create_index("ix_guide_import_state", "guide_import", ["state", "id"])


def _work() -> None:
    op.create_table(
        "guide_work",
        sa.Column("id", Id, nullable=False),
        sa.Column("guide_key", sa.String(80), nullable=False),
        sa.Column("before_id", Id, nullable=False),
        sa.Column("after_id", Id, nullable=False),
        sa.Column("begun_at", Moment, nullable=False),
        sa.Column("begun_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_guide_work"),
        sa.ForeignKeyConstraint(
            ["before_id"], ["guide_edition.id"], name="fk_guide_work_before_id_guide_edition"
        ),
        sa.ForeignKeyConstraint(
            ["after_id"], ["guide_edition.id"], name="fk_guide_work_after_id_guide_edition"
        ),
        sa.UniqueConstraint("before_id", "after_id", name="uq_guide_work_before_id_after_id"),
    )
    op.create_table(
        "guide_work_item",
        sa.Column("id", Id, nullable=False),
        sa.Column("guide_work_id", Id, nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column(
            "subject",
            _choice(
                "subject", "page", "question", "scenario", "task", "translation", "certificates"
            ),
            nullable=False,
        ),
        sa.Column("course_key", sa.String(80), nullable=False),
        sa.Column("edition_id", Id, nullable=True),
        sa.Column("draft_id", Id, nullable=True),
        sa.Column("subject_key", sa.String(80), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("sections", Json, nullable=False),
        sa.Column("certificates", sa.Integer(), nullable=False),
        sa.Column("holders", sa.Integer(), nullable=False),
        sa.Column(
            "state", _choice("state", "open", "in_hand", "done", "not_needed"), nullable=False
        ),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("changed_by", Id, nullable=True),
        sa.Column("told_at", Moment, nullable=True),
        sa.Column("told_by", Id, nullable=True),
        sa.Column("told_run_id", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_guide_work_item"),
        sa.ForeignKeyConstraint(
            ["guide_work_id"], ["guide_work.id"], name="fk_guide_work_item_guide_work_id_guide_work"
        ),
        sa.UniqueConstraint(
            "guide_work_id", "place", name="uq_guide_work_item_guide_work_id_place"
        ),
    )
    op.create_index(
        "ix_guide_work_item_work_course", "guide_work_item", ["guide_work_id", "course_key", "id"]
    )


def downgrade() -> None:
    """All seven go."""
    for table in (
        "guide_work_item", "guide_work", "guide_import", "guide_section", "guide_edition",
        "guide", "upload",
    ):  # fmt: skip
        op.drop_table(table)
