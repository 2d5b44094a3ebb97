"""Every code that an area had, not only the one before its present one."""

import sqlalchemy as sa
from alembic import op

revision = "015"
down_revision = "014"
branch_labels = None
depends_on = None

REGION = sa.table("region", *map(sa.column, ("code", "predecessor_code", "valid_from")))
FORMER = sa.table("former_code", *map(sa.column, ("code", "region_code", "until", "decree")))
UNKNOWN = "tidak tercatat"


def upgrade() -> None:
    op.create_table(
        "former_code",
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("region_code", sa.String(10), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("decree", sa.String(250), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"],
            ["region.code"],
            name=op.f("fk_former_code_region_code"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_former_code")),
    )
    op.create_index(op.f("ix_former_code_region_code"), "former_code", ["region_code"])
    known = sa.select(
        REGION.c.predecessor_code,
        sa.func.min(REGION.c.code),
        sa.func.min(REGION.c.valid_from),
        sa.literal(UNKNOWN),
    ).where(REGION.c.predecessor_code.is_not(None))
    op.execute(
        sa.insert(FORMER).from_select(
            ["code", "region_code", "until", "decree"], known.group_by(REGION.c.predecessor_code)
        )
    )
    op.drop_index(op.f("ix_region_predecessor_code"), "region")
    op.drop_column("region", "predecessor_code")


def downgrade() -> None:
    op.add_column("region", sa.Column("predecessor_code", sa.String(10), nullable=True))
    op.create_index(op.f("ix_region_predecessor_code"), "region", ["predecessor_code"])
    last = sa.select(sa.func.max(FORMER.c.code)).where(FORMER.c.region_code == REGION.c.code)
    op.execute(sa.update(REGION).values(predecessor_code=last.scalar_subquery()))
    op.drop_table("former_code")
