"""Totals that tell review states apart, and an index of each agency's departures."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from registry.departures.summary.layout import CODE, WIDE
from registry.departures.summary.rows import Blocks, from_blocks
from registry.departures.summary.storing import regional_totals
from registry.departures.summary.totals import ALL, Section, Totals, added, starts, stored

revision = "014"
down_revision = "013"
branch_labels = None
depends_on = None

NAME = "ix_departure_agency_leaving"
HAS_AGENCY = sa.text("agency_id IS NOT NULL")
STATES = Section(ALL, ("stage", "status"))
BLOCK: Any = sa.table("count_block", *map(sa.column, ("year", "district_code", "rows")))
TOTAL: Any = sa.table(
    "count_total", *map(sa.column, ("region_code", "year")), sa.column("numbers", sa.LargeBinary)
)


def upgrade() -> None:
    columns = ["agency_id", "leaving_on", "id", "village_code"]
    op.create_index(
        NAME, "departure", columns, sqlite_where=HAS_AGENCY, postgresql_where=HAS_AGENCY
    )
    _store_totals(_totals_of_blocks())


def downgrade() -> None:
    op.drop_index(NAME, table_name="departure")
    first, last = starts()[STATES], starts()[STATES] + STATES.size
    kept = {}
    for place, (places, numbers) in _totals_of_blocks().items():
        is_older = (places < first) | (places >= last)
        kept[place] = Totals(places[is_older], numbers[is_older])
    _store_totals(kept)


def _totals_of_blocks() -> dict[tuple[str, int], Totals]:
    """The blocks hold the states already: nobody need be counted again; what waits, waits on."""
    found: dict[tuple[str, int], Totals] = {}
    bind = op.get_bind()
    for code in bind.scalars(sa.select(BLOCK.c.district_code).distinct()).all():
        held = bind.execute(sa.select(BLOCK).where(BLOCK.c.district_code == code)).all()
        years, districts, wide = zip(*held, strict=True)
        sizes = [len(rows) // (WIDE * CODE.itemsize) for rows in wide]
        totals = regional_totals(from_blocks(wide, (), Blocks(years, districts, sizes)))
        for place, more in totals.items():
            found[place] = added(found[place], more) if place in found else more
    return found


def _store_totals(totals: dict[tuple[str, int], Totals]) -> None:
    op.execute(sa.delete(TOTAL))
    rows = [
        {"region_code": code, "year": year, "numbers": stored(numbers)}
        for (code, year), numbers in totals.items()
    ]
    if rows:
        op.bulk_insert(TOTAL, rows)
