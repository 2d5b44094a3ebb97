"""The summary that dashboards read, and the triggers that note every change for it."""

import sqlalchemy as sa
from alembic import op

from registry.departures.summary.keys import create_triggers, drop_triggers, key

revision = "008"
down_revision = "007"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("count_change", "count_block", "count_total", "count_word")


def upgrade() -> None:
    op.create_table(
        "count_change",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("sign", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.String(250), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_change")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "count_block",
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("district_code", sa.String(4), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("year", "district_code", name=op.f("pk_count_block")),
    )
    op.create_table(
        "count_total",
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("region_code", "year", name=op.f("pk_count_total")),
    )
    op.create_table(
        "count_word",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("word", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_word")),
        sa.UniqueConstraint("word", name=op.f("uq_count_word_word")),
    )
    # What is there already waits to be folded, as if it had been recorded just now.
    op.execute(
        f"INSERT INTO count_change (sign, key) SELECT 1, {key(op.get_bind().dialect.name)} "
        "FROM departure JOIN resident ON resident.id = departure.resident_id"
    )
    create_triggers(op)


def downgrade() -> None:
    drop_triggers(op)
    for table in TABLES:
        op.drop_table(table)
