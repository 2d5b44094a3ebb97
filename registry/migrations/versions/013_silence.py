"""An index that gives each village's last record in one step."""

from alembic import op

revision = "013"
down_revision = "012"
branch_labels = None
depends_on = None

NAME = "ix_departure_village_created"


def upgrade() -> None:
    op.create_index(NAME, "departure", ["village_code", "created_at"])


def downgrade() -> None:
    op.drop_index(NAME, table_name="departure")
