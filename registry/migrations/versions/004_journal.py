"""The journal by area and time, for the village's monthly page."""

from alembic import op

revision = "004"
down_revision = "003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_journal_entry_area_code_at", "journal_entry", ["area_code", "at"])
    op.drop_index("ix_journal_entry_area_code", "journal_entry")


def downgrade() -> None:
    op.create_index("ix_journal_entry_area_code", "journal_entry", ["area_code"])
    op.drop_index("ix_journal_entry_area_code_at", "journal_entry")
