"""The country in the work contract; rules R06, R14 and R19 in their second version."""

import sqlalchemy as sa
from alembic import op

revision = "012"
down_revision = "011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("departure", sa.Column("contract_country", sa.String(2), nullable=True))
    # Who may be judged otherwise is judged again before the first answer.
    op.execute(
        "UPDATE departure SET holds_until = '2000-01-01' WHERE stage IN ('planned', 'departed') "
        "AND resident_id NOT IN (SELECT id FROM resident WHERE erased_on IS NOT NULL)"
    )
    op.execute("DELETE FROM meta WHERE key = 'assessed_through'")


def downgrade() -> None:
    op.execute("ALTER TABLE departure DROP COLUMN contract_country")
