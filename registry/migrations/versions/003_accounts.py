"""Second factor and its recovery codes, code of conduct, last sign-in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "003"
down_revision = "002"
branch_labels = None
depends_on = None


def columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("conduct_version", sa.String(20), nullable=True),
        sa.Column("conduct_accepted_at", UtcDateTime(), nullable=True),
        sa.Column("last_signed_in_at", UtcDateTime(), nullable=True),
    )


LAST_SIGN_INS = """
    UPDATE user_account SET last_signed_in_at = seen.at
    FROM (
        SELECT actor, max(at) AS at FROM journal_entry
        WHERE event = 'account.signed_in' GROUP BY actor
    ) AS seen
    WHERE seen.actor = user_account.username
"""


def upgrade() -> None:
    for column in columns():
        op.add_column("user_account", column)
    op.execute(LAST_SIGN_INS)
    op.create_table(
        "awaited_code",
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("by_reset_code", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_awaited_code_user_id")
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_awaited_code")),
    )
    op.create_index(op.f("ix_awaited_code_user_id"), "awaited_code", ["user_id"])
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "digest", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_departure_creator", "departure", ["created_by", "review_status"])


def downgrade() -> None:
    op.drop_index("ix_departure_creator", table_name="departure")
    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_awaited_code_user_id"), table_name="awaited_code")
    op.drop_table("awaited_code")
    for column in columns():
        op.drop_column("user_account", column.name)
