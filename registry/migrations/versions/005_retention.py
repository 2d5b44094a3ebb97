"""How long data are kept, when a person was erased, and requests to correct data."""

import sqlalchemy as sa
from alembic import op

revision = "005"
down_revision = "004"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40)


def upgrade() -> None:
    op.add_column("resident", sa.Column("erased_on", sa.Date(), nullable=True))
    op.create_index(op.f("ix_resident_erased_on"), "resident", ["erased_on"])
    op.create_table(
        "retention_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            words("retentionkind", "draf", "rencana", "batal", "berangkat", "pulang", "kasus"),
            nullable=False,
        ),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("unit", words("periodunit", "hari", "bulan", "tahun"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(250), nullable=False),
        sa.Column("note", sa.String(500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rule")),
    )
    op.create_table(
        "correction_request",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("departure_id", BIG_ID, nullable=False),
        sa.Column("state", words("correctionstate", "open", "done", "refused"), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.String(60), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.String(60), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["departure_id"],
            ["departure.id"],
            name=op.f("fk_correction_request_departure_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_request")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_correction_request_departure_id"), "correction_request", ["departure_id"]
    )
    op.create_index("ix_correction_request_state", "correction_request", ["state"])


def downgrade() -> None:
    op.drop_table("correction_request")
    op.drop_table("retention_rule")
    op.drop_index(op.f("ix_resident_erased_on"), "resident")
    op.execute("ALTER TABLE resident DROP COLUMN erased_on")
