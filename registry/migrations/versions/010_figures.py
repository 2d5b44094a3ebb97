"""Where areas stand on a map, how many residents they have, and what offices published."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "010"
down_revision = "009"
branch_labels = None
depends_on = None

KINDS = sa.Enum(
    "asal", "dilayani", "disnaker", name="officialcount", native_enum=False, length=40
)


def upgrade() -> None:
    _create(
        "map_cell",
        sa.Column("label", sa.String(12), nullable=False),
        sa.Column("grid_row", sa.SmallInteger(), nullable=False),
        sa.Column("grid_column", sa.SmallInteger(), nullable=False),
    )
    _create(
        "population",
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("residents", sa.Integer(), nullable=False),
    )
    _create(
        "official_figure",
        sa.Column("kind", KINDS, nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
    )


def _create(table: str, *columns: sa.Column[Any]) -> None:
    """A table of rows about areas, each in force from one day to another."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        *columns,
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(250), nullable=False),
        sa.Column("note", sa.String(500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_region_code"), table, ["region_code"])


def downgrade() -> None:
    for table in ("official_figure", "population", "map_cell"):
        op.drop_table(table)
