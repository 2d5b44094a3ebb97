"""The words of names, and an index of each level for the order of its lists and queues."""

import sqlalchemy as sa
from alembic import op

from registry.departures.name_words import Word, create_triggers, drop_triggers, fill_empty, view

revision = "011"
down_revision = "010"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = ("district_code", "word", "departure_id")

# Level, and how the beginning of a village's code is written; the country has none.
DISTRICT = ("district", "substr(village_code, 1, 4)")
PROVINCE = ("province", "substr(village_code, 1, 2)")
LEVELS = (("subdistrict", "substr(village_code, 1, 6)"), DISTRICT, PROVINCE, ("country", None))
OFFICES = (DISTRICT, PROVINCE, ("country", None))
INDEXES = (
    *((f"ix_departure_{level}_leaving", start, "leaving_on, id", "") for level, start in LEVELS),
    *((f"ix_departure_{level}_newest", start, "id", "") for level, start in (DISTRICT, PROVINCE)),
    *(
        (f"ix_departure_{level}_planned", start, "planned_on, id, procedure", "stage = 'planned'")
        for level, start in OFFICES
    ),
    *(
        (
            f"ix_departure_{level}_suspected",
            start,
            "leaving_on, id",
            "procedure = 'suspected' AND stage = 'departed'",
        )
        for level, start in OFFICES
    ),
)


def upgrade() -> None:
    is_file = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "name_word",
        sa.Column("district_code", sa.String(4), nullable=False),
        sa.Column("word", Word, nullable=False),
        sa.Column("departure_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("village_code", sa.String(10), nullable=False),
        sa.Column("leaving_on", sa.Date(), nullable=True),
        *([sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_name_word"))] if is_file else []),
        sqlite_with_rowid=False,
    )
    if not is_file:
        op.execute(
            f"ALTER TABLE name_word ADD CONSTRAINT pk_name_word PRIMARY KEY ({', '.join(KEY)}) "
            "INCLUDE (village_code, leaving_on)"
        )
    op.execute(view(op.get_bind().dialect.name, joined=False))
    op.execute(fill_empty())
    create_triggers(op)
    op.execute("DROP INDEX ix_resident_phone")
    op.execute(
        "CREATE INDEX ix_resident_phone ON resident (phone_index) WHERE phone_index IS NOT NULL"
    )
    for name, start, columns, condition in INDEXES:
        listed = f"{start}, {columns}" if start else columns
        where = f" WHERE {condition}" if condition else ""
        op.execute(f"CREATE INDEX {name} ON departure ({listed}){where}")


def downgrade() -> None:
    for name, *_ in reversed(INDEXES):
        op.execute(f"DROP INDEX {name}")
    op.execute("DROP INDEX ix_resident_phone")
    op.execute("CREATE INDEX ix_resident_phone ON resident (phone_index)")
    drop_triggers(op)
    op.execute("DROP VIEW name_word_expected")
    op.drop_table("name_word")
