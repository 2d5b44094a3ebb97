"""Lists behind the rules, licences of agencies, and what officials do about a flag."""

import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LISTS = (
    "destination",
    "age_limit",
    "fee_ceiling",
    "visa_rule",
    "vague_job",
    "immigration_office",
    "threshold_value",
)


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40)


EMPLOYER = words("employerkind", "berbadan_hukum", "perseorangan")
SEVERITY = words("severity", "critical", "high", "medium", "info")
STATE = words("flagstate", "open", "followed_up", "closed", "dismissed")


def dated(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(250), nullable=False),
        sa.Column("note", sa.String(500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    op.add_column(
        "agency",
        sa.Column(
            "kind",
            words("agencykind", "p3mi", "lpk_so"),
            nullable=False,
            server_default="p3mi",
        ),
    )
    op.add_column("agency", sa.Column("branch", sa.String(250), nullable=True))
    dated(
        "agency_licence",
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            words("licencestatus", "aktif", "skorsing", "dicabut"),
            nullable=False,
        ),
        sa.Column("number", sa.String(80), nullable=True),
        sa.Column("licence_from", sa.Date(), nullable=True),
        sa.Column("licence_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_agency_licence_agency_id")
        ),
    )
    op.create_index(op.f("ix_agency_licence_agency_id"), "agency_licence", ["agency_id"])
    op.execute(
        "INSERT INTO agency_licence (agency_id, status, number, licence_to, valid_from, valid_to, "
        "source) SELECT id, 'aktif', licence_number, licence_valid_to, valid_from, valid_to, "
        "source FROM agency"
    )
    # Plain statements: rebuilding the table would drop what departures refer to.
    for column in ("licence_number", "licence_valid_to", "valid_from", "valid_to", "source"):
        op.execute(f"ALTER TABLE agency DROP COLUMN {column}")
    op.create_table(
        "agency_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("normal_name", sa.String(160), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_agency_alias_agency_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_alias")),
    )
    op.create_index(op.f("ix_agency_alias_agency_id"), "agency_alias", ["agency_id"])
    op.create_index(op.f("ix_agency_alias_normal_name"), "agency_alias", ["normal_name"])

    dated(
        "destination",
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column(
            "status",
            words(
                "destinationstatus",
                "terbuka",
                "tidak_ditempatkan",
                "berisiko_tinggi",
                "tertutup_rumah_tangga",
                "jalur_transit",
            ),
            nullable=False,
        ),
    )
    dated(
        "age_limit",
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("employer_kind", EMPLOYER, nullable=True),
        sa.Column("job_code", sa.String(60), nullable=True),
        sa.Column("youngest", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.Integer(), nullable=True),
    )
    dated(
        "fee_ceiling",
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("employer_kind", EMPLOYER, nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
    )
    dated(
        "visa_rule",
        sa.Column(
            "kind",
            words(
                "visakind",
                "kerja",
                "magang",
                "pelajar",
                "turis",
                "kunjungan",
                "ziarah",
                "umrah",
                "haji",
                "lainnya",
                "belum_ada",
            ),
            nullable=False,
        ),
        sa.Column("allows_work", sa.Boolean(), nullable=False),
    )
    dated("vague_job", sa.Column("title", sa.String(120), nullable=False))
    dated(
        "immigration_office",
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
    )
    dated(
        "threshold_value",
        sa.Column(
            "name",
            words(
                "threshold",
                "dokumen_dikejar_hari",
                "dokumen_mendesak_hari",
                "jawab_kritis_hari",
                "jawab_tinggi_hari",
                "jawab_sedang_hari",
                "kontak_hari",
                "upah_jabatan_samar",
                "pola_hari",
                "pola_orang",
            ),
            nullable=False,
        ),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )

    op.add_column("resident", sa.Column("has_foreign_card", sa.Boolean(), nullable=True))
    op.add_column("departure", sa.Column("letter_country", sa.String(2), nullable=True))
    with op.batch_alter_table("flag") as batch_op:
        batch_op.alter_column(
            "sentence",
            existing_type=sa.String(500),
            type_=sa.String(1000),
            existing_nullable=False,
        )
        batch_op.add_column(
            sa.Column(
                "owner",
                words("office", "village", "subdistrict", "labour_office"),
                nullable=False,
                server_default="village",
            )
        )
        batch_op.add_column(sa.Column("settled_severity", SEVERITY, nullable=True))
        batch_op.add_column(sa.Column("settled_evidence", sa.JSON(), nullable=True))
    op.execute("UPDATE flag SET owner = 'labour_office' WHERE severity = 'critical'")
    op.execute("UPDATE flag SET owner = 'subdistrict' WHERE severity = 'high'")
    op.execute("UPDATE flag SET settled_severity = severity WHERE state = 'dismissed'")
    op.create_table(
        "flag_step",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("flag_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("state", STATE, nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["flag_id"], ["flag.id"], name=op.f("fk_flag_step_flag_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_step")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_flag_step_flag_id"), "flag_step", ["flag_id"])
    op.create_table(
        "pattern_step",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("pattern", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(10), nullable=False),
        sa.Column("area_code", sa.String(10), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("state", STATE, nullable=True),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pattern_step")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pattern_step_pattern"), "pattern_step", ["pattern"])
    op.create_index("ix_flag_severity_state_due", "flag", ["severity", "state", "due_on"])
    # Every record is judged again by the new rules before its first answer.
    op.execute("UPDATE departure SET holds_until = '2000-01-01' WHERE stage != 'cancelled'")
    op.execute("DELETE FROM meta WHERE key = 'assessed_through'")


def downgrade() -> None:
    op.drop_table("pattern_step")
    op.drop_table("flag_step")
    op.drop_index("ix_flag_severity_state_due", "flag")
    with op.batch_alter_table("flag") as batch_op:
        batch_op.drop_column("settled_evidence")
        batch_op.drop_column("settled_severity")
        batch_op.drop_column("owner")
        batch_op.alter_column(
            "sentence",
            existing_type=sa.String(1000),
            type_=sa.String(500),
            existing_nullable=False,
        )
    op.execute("ALTER TABLE departure DROP COLUMN letter_country")
    op.execute("ALTER TABLE resident DROP COLUMN has_foreign_card")
    for table in reversed(LISTS):
        op.drop_table(table)
    for column in (
        sa.Column("licence_number", sa.String(80), nullable=True),
        sa.Column("licence_valid_to", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False, server_default="2017-11-22"),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(250), nullable=False, server_default=""),
    ):
        op.add_column("agency", column)
    op.execute(
        "UPDATE agency SET licence_number = (SELECT l.number FROM agency_licence l WHERE "
        "l.agency_id = agency.id ORDER BY l.valid_from DESC LIMIT 1)"
    )
    op.drop_table("agency_alias")
    op.drop_table("agency_licence")
    op.execute("ALTER TABLE agency DROP COLUMN branch")
    op.execute("ALTER TABLE agency DROP COLUMN kind")
