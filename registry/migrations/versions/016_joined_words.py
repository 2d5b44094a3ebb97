"""Neighbours in a name are found as one word too: Nur Aini as Nuraini."""

from alembic import op

from registry.departures.name_words import fill_empty, fill_joined, view

revision = "016"
down_revision = "015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.execute("DROP VIEW name_word_expected")
    op.execute(view(dialect))
    op.execute(fill_joined(dialect))


def downgrade() -> None:
    op.execute("DROP VIEW name_word_expected")
    op.execute(view(op.get_bind().dialect.name, joined=False))
    op.execute("DELETE FROM name_word")
    op.execute(fill_empty())
