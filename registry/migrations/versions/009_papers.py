"""The day on which a departure's papers were complete, and the summary made anew with it."""

import sqlalchemy as sa
from alembic import op

from registry.departures.summary.keys import create_triggers, drop_triggers, key

revision = "009"
down_revision = "008"
branch_labels = None
depends_on = None

SUMMARY = ("count_change", "count_block", "count_total")


def upgrade() -> None:
    drop_triggers(op)
    # On which day papers were found complete that are so already, nobody noted.
    op.add_column("departure", sa.Column("papers_complete_on", sa.Date(), nullable=True))
    for table in SUMMARY:
        op.execute(f"DELETE FROM {table}")
    op.add_column("count_block", sa.Column("villages", sa.LargeBinary(), nullable=False))
    # What is there already waits to be folded, as if it had been recorded just now.
    op.execute(
        f"INSERT INTO count_change (sign, key) SELECT 1, {key(op.get_bind().dialect.name)} "
        "FROM departure JOIN resident ON resident.id = departure.resident_id"
    )
    create_triggers(op)


def downgrade() -> None:
    drop_triggers(op)
    for table in SUMMARY:
        op.execute(f"DELETE FROM {table}")
    op.execute("ALTER TABLE count_block DROP COLUMN villages")
    op.execute("ALTER TABLE departure DROP COLUMN papers_complete_on")
