"""The tables of the summary that dashboards read; 009 fills it and makes its triggers."""

import sqlalchemy as sa
from alembic import op

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


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
