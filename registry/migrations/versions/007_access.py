"""Emergency access to a person, requests for unmasked files, and look-ups counted by the minute."""

import sqlalchemy as sa
from alembic import op

revision = "007"
down_revision = "005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40)


GROUND = words("emergencyground", "complaint", "danger", "trafficking", "request", "matching")
STATE = words("requeststate", "waiting", "approved", "refused", "downloaded")


def upgrade() -> None:
    op.add_column("user_account", sa.Column("access_ended_at", sa.DateTime(), nullable=True))
    op.add_column("slow_down", sa.Column("looks", sa.JSON(), nullable=True))
    _create_emergency_access()
    _create_export_request()


def _create_emergency_access() -> None:
    table = "emergency_access"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("departure_id", BIG_ID, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("area_code", sa.String(10), nullable=False),
        sa.Column("ground", GROUND, nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("from_at", sa.DateTime(), nullable=False),
        sa.Column("until_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f(f"fk_{table}_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["departure_id"],
            ["departure.id"],
            name=op.f(f"fk_{table}_departure_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["region.code"], name=op.f(f"fk_{table}_area_code"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{table}_user_departure", table, ["user_id", "departure_id"])
    for column in ("departure_id", "area_code", "from_at"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _create_export_request() -> None:
    table = "export_request"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("area_code", sa.String(10), nullable=False),
        sa.Column("filter_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(300), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("refusal", sa.String(300), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f(f"fk_{table}_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f(f"fk_{table}_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["region.code"], name=op.f(f"fk_{table}_area_code"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sqlite_autoincrement=True,
    )
    for column in ("user_id", "area_code", "expires_at"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    op.drop_table("export_request")
    op.drop_table("emergency_access")
    op.drop_column("slow_down", "looks")
    op.drop_column("user_account", "access_ended_at")
