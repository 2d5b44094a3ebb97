"""The first schema: regions, accounts, reference data, residents, departures, the journal."""

import sqlalchemy as sa
from alembic import op

import registry.db
from registry.audit.triggers import create_triggers, drop_triggers


revision = "001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("normal_name", sa.String(length=160), nullable=False),
        sa.Column("licence_number", sa.String(length=80), nullable=True),
        sa.Column("licence_valid_to", sa.Date(), nullable=True),
        sa.Column("address", sa.String(length=250), nullable=True),
        sa.Column("source", sa.String(length=250), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    )
    with op.batch_alter_table("agency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agency_normal_name"), ["normal_name"], unique=False)

    op.create_table(
        "document_requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "scheme",
            sa.Enum(
                "p_to_p",
                "g_to_g",
                "g_to_p",
                "ukps",
                "ssw",
                "perseorangan",
                "re_entry",
                "magang",
                "pelajar",
                "lainnya",
                name="scheme",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "ktp_kk",
                "surat_status_perkawinan",
                "izin_keluarga",
                "sertifikat_kompetensi",
                "surat_sehat",
                "paspor",
                "visa_kerja",
                "perjanjian_penempatan",
                "perjanjian_kerja",
                "call_letter",
                "pernyataan_tanggung_jawab",
                "surat_cuti",
                "jkn",
                "jamsos_pmi",
                "skck",
                "opp",
                "e_kpmi",
                name="documentkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "requirement",
            sa.Enum(
                "required",
                "conditional",
                "not_used",
                name="requirement",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("condition", sa.String(length=250), nullable=True),
        sa.Column("issuer", sa.String(length=120), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=True),
        sa.Column("margin_months", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=250), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_requirement")),
    )
    with op.batch_alter_table("document_requirement", schema=None) as batch_op:
        batch_op.create_index("ix_document_requirement_scheme", ["scheme", "kind"], unique=False)

    op.create_table(
        "job",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("kbji", sa.String(length=4), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_job")),
    )
    op.create_table(
        "journal_entry",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", registry.db.UtcDateTime(), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("area_code", sa.String(length=10), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("values_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("link", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal_entry")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_entry_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_event"), ["event"], unique=False)

    op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_head")),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parent_code", sa.String(length=10), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("predecessor_code", sa.String(length=10), nullable=True),
        sa.Column("postal_code", sa.String(length=5), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.create_index("ix_region_parent_name", ["parent_code", "name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_region_predecessor_code"), ["predecessor_code"], unique=False
        )

    op.create_table(
        "slow_down",
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", registry.db.UtcDateTime(), nullable=False),
        sa.Column("next_at", registry.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_slow_down")),
    )
    op.create_table(
        "imported_row",
        sa.Column("village_code", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_code"],
            ["region.code"],
            name=op.f("fk_imported_row_village_code"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("village_code", "digest", name=op.f("pk_imported_row")),
    )
    op.create_table(
        "journal_value",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "resident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["seq"], ["journal_entry.seq"], name=op.f("fk_journal_value_seq")),
        sa.PrimaryKeyConstraint("seq", "ordinal", name=op.f("pk_journal_value")),
    )
    with op.batch_alter_table("journal_value", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_journal_value_resident_id"), ["resident_id"], unique=False
        )
        batch_op.create_index("ix_journal_value_subject", ["kind", "subject_id"], unique=False)

    op.create_table(
        "resident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("village_code", sa.String(length=10), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("normal_name", sa.String(length=140), nullable=False),
        sa.Column("nik_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("nik_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("family_card_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "sex", sa.Enum("L", "P", name="sex", native_enum=False, length=40), nullable=True
        ),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("rt", sa.String(length=3), nullable=True),
        sa.Column("rw", sa.String(length=3), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column(
            "education",
            sa.Enum(
                "tidak_sekolah",
                "sd",
                "smp",
                "sma",
                "diploma",
                "sarjana",
                name="education",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "marital_status",
            sa.Enum(
                "belum_kawin",
                "kawin",
                "cerai_hidup",
                "cerai_mati",
                name="maritalstatus",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("family_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "family_relation",
            sa.Enum(
                "suami",
                "istri",
                "ayah",
                "ibu",
                "wali",
                "anak",
                "saudara",
                "lainnya",
                name="relation",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("family_phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", registry.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_code"],
            ["region.code"],
            name=op.f("fk_resident_village_code"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
        sa.UniqueConstraint(
            "village_code", "nik_index", name=op.f("uq_resident_village_code_nik_index")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.create_index("ix_resident_nik", ["nik_index"], unique=False)
        batch_op.create_index("ix_resident_phone", ["phone_index"], unique=False)
        batch_op.create_index(
            "ix_resident_village_name", ["village_code", "normal_name"], unique=False
        )

    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "operator",
                "village_head",
                "reviewer",
                "labour_office",
                "bp3mi",
                "admin",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("area_code", sa.String(length=10), nullable=False),
        sa.Column("is_active_account", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("reset_code_hash", sa.String(length=200), nullable=True),
        sa.Column("reset_expires_at", registry.db.UtcDateTime(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("created_at", registry.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_code"],
            ["region.code"],
            name=op.f("fk_user_account_area_code"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_account_area_code"), ["area_code"], unique=False)

    op.create_table(
        "village_term",
        sa.Column("district_code", sa.String(length=10), nullable=False),
        sa.Column("term", sa.String(length=40), nullable=False),
        sa.Column("head_term", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=250), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code"],
            ["region.code"],
            name=op.f("fk_village_term_district_code"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("district_code", name=op.f("pk_village_term")),
    )
    op.create_table(
        "departure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registration_number", sa.String(length=16), nullable=False),
        sa.Column("client_key", sa.String(length=64), nullable=True),
        sa.Column(
            "resident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("village_code", sa.String(length=10), nullable=False),
        sa.Column(
            "review_status",
            sa.Enum(
                "draft",
                "submitted",
                "needs_correction",
                "verified",
                name="reviewstatus",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", registry.db.UtcDateTime(), nullable=True),
        sa.Column("reviewed_at", registry.db.UtcDateTime(), nullable=True),
        sa.Column("send_back_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("before_correction_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "planned",
                "departed",
                "returned",
                "cancelled",
                name="stage",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("departed_on", sa.Date(), nullable=True),
        sa.Column("leaving_on", sa.Date(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column(
            "return_kind",
            sa.Enum(
                "selesai_kontrak",
                "cuti",
                "kemauan_sendiri",
                "bermasalah",
                "deportasi",
                "repatriasi",
                "sakit",
                "meninggal",
                "lainnya",
                name="returnkind",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("cancel_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column(
            "scheme",
            sa.Enum(
                "p_to_p",
                "g_to_g",
                "g_to_p",
                "ukps",
                "ssw",
                "perseorangan",
                "re_entry",
                "magang",
                "pelajar",
                "lainnya",
                name="scheme",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("agency_name", sa.String(length=160), nullable=True),
        sa.Column("job_code", sa.String(length=60), nullable=True),
        sa.Column("job_title", sa.String(length=120), nullable=True),
        sa.Column(
            "employer_kind",
            sa.Enum(
                "berbadan_hukum", "perseorangan", name="employerkind", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column("recruiter_name", sa.String(length=120), nullable=True),
        sa.Column("recruiter_phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recruiter_phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("employer_name", sa.String(length=160), nullable=True),
        sa.Column("destination_city", sa.String(length=120), nullable=True),
        sa.Column("promised_wage", sa.BigInteger(), nullable=True),
        sa.Column(
            "visa_kind",
            sa.Enum(
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
                name="visakind",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("visa_country", sa.String(length=2), nullable=True),
        sa.Column("transit_country", sa.String(length=2), nullable=True),
        sa.Column("amount_asked", sa.BigInteger(), nullable=True),
        sa.Column("recruiter_advance", sa.BigInteger(), nullable=True),
        sa.Column(
            "recruiter_kind",
            sa.Enum(
                "petugas_p3mi",
                "lpk",
                "perorangan",
                "keluarga",
                "pemerintah",
                "tidak_ada",
                "lainnya",
                name="recruiterkind",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("training_body", sa.String(length=160), nullable=True),
        sa.Column("job_order", sa.String(length=80), nullable=True),
        sa.Column(
            "information_source",
            sa.Enum(
                "desa",
                "dinas",
                "p3mi",
                "lpk",
                "keluarga",
                "sponsor",
                "media_sosial",
                "lainnya",
                name="informationsource",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("contract_months", sa.Integer(), nullable=True),
        sa.Column("immigration_office", sa.String(length=120), nullable=True),
        sa.Column(
            "passport_holder",
            sa.Enum(
                "sendiri",
                "keluarga",
                "p3mi",
                "perekrut",
                "majikan",
                "belum_ada",
                name="passportholder",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("id_pmi_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("last_contact_on", sa.Date(), nullable=True),
        sa.Column("letter_signer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "letter_signer_relation",
            sa.Enum(
                "suami",
                "istri",
                "ayah",
                "ibu",
                "wali",
                "anak",
                "saudara",
                "lainnya",
                name="relation",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "origin",
            sa.Enum("formulir", "impor", name="origin", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("created_at", registry.db.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("updated_at", registry.db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column(
            "procedure",
            sa.Enum(
                "complete",
                "incomplete",
                "at_risk",
                "not_pmi",
                "procedural",
                "suspected",
                name="procedure",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "readiness_at_departure",
            sa.Enum(
                "complete",
                "incomplete",
                "at_risk",
                "not_pmi",
                "procedural",
                "suspected",
                name="procedure",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("documents_required", sa.Integer(), nullable=False),
        sa.Column("documents_complete", sa.Integer(), nullable=False),
        sa.Column("documents_missing", sa.JSON(), nullable=False),
        sa.Column("holds_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_departure_agency_id")),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_departure_resident_id")
        ),
        sa.ForeignKeyConstraint(
            ["village_code"],
            ["region.code"],
            name=op.f("fk_departure_village_code"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
        sa.UniqueConstraint("client_key", name=op.f("uq_departure_client_key")),
        sa.UniqueConstraint("registration_number", name=op.f("uq_departure_registration_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("departure", schema=None) as batch_op:
        batch_op.create_index("ix_departure_holds", ["holds_until"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_departure_recruiter_phone_index"),
            ["recruiter_phone_index"],
            unique=False,
        )
        batch_op.create_index("ix_departure_resident", ["resident_id"], unique=False)
        batch_op.create_index(
            "ix_departure_village_leaving", ["village_code", "leaving_on", "id"], unique=False
        )
        batch_op.create_index(
            "ix_departure_village_status",
            ["village_code", "review_status", "planned_on"],
            unique=False,
        )

    op.create_table(
        "kept_form",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", registry.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_kept_form_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_form")),
    )
    with op.batch_alter_table("kept_form", schema=None) as batch_op:
        batch_op.create_index("ix_kept_form_user", ["user_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", registry.db.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", registry.db.UtcDateTime(), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id")
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_user_session")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "departure_writer",
        sa.Column(
            "departure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["departure_id"],
            ["departure.id"],
            name=op.f("fk_departure_writer_departure_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_departure_writer_user_id")
        ),
        sa.PrimaryKeyConstraint("departure_id", "user_id", name=op.f("pk_departure_writer")),
    )
    op.create_table(
        "document",
        sa.Column(
            "departure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "ktp_kk",
                "surat_status_perkawinan",
                "izin_keluarga",
                "sertifikat_kompetensi",
                "surat_sehat",
                "paspor",
                "visa_kerja",
                "perjanjian_penempatan",
                "perjanjian_kerja",
                "call_letter",
                "pernyataan_tanggung_jawab",
                "surat_cuti",
                "jkn",
                "jamsos_pmi",
                "skck",
                "opp",
                "e_kpmi",
                name="documentkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "belum",
                "proses",
                "ada",
                "tidak_perlu",
                name="documentstatus",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("number_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["departure_id"],
            ["departure.id"],
            name=op.f("fk_document_departure_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("departure_id", "kind", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_document_number_index"), ["number_index"], unique=False
        )

    op.create_table(
        "flag",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "departure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("rule", sa.String(length=4), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "critical", "high", "medium", "info", name="severity", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "followed_up",
                "closed",
                "dismissed",
                name="flagstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("sentence", sa.String(length=500), nullable=False),
        sa.Column("advice", sa.String(length=500), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["departure_id"],
            ["departure.id"],
            name=op.f("fk_flag_departure_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint(
            "departure_id",
            "rule",
            "rule_version",
            name=op.f("uq_flag_departure_id_rule_rule_version"),
        ),
    )
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flag_departure_id"), ["departure_id"], unique=False)
        batch_op.create_index("ix_flag_state_rule", ["state", "rule"], unique=False)

    op.execute(
        sa.table(
            "journal_head", sa.column("id"), sa.column("seq"), sa.column("link", sa.LargeBinary())
        )
        .insert()
        .values(id=1, seq=0, link=bytes(32))
    )
    create_triggers(op)


def downgrade() -> None:
    drop_triggers(op)
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_index("ix_flag_state_rule")
        batch_op.drop_index(batch_op.f("ix_flag_departure_id"))

    op.drop_table("flag")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_number_index"))

    op.drop_table("document")
    op.drop_table("departure_writer")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_user_id"))

    op.drop_table("user_session")
    with op.batch_alter_table("kept_form", schema=None) as batch_op:
        batch_op.drop_index("ix_kept_form_user")

    op.drop_table("kept_form")
    with op.batch_alter_table("departure", schema=None) as batch_op:
        batch_op.drop_index("ix_departure_village_status")
        batch_op.drop_index("ix_departure_village_leaving")
        batch_op.drop_index("ix_departure_resident")
        batch_op.drop_index(batch_op.f("ix_departure_recruiter_phone_index"))
        batch_op.drop_index("ix_departure_holds")

    op.drop_table("departure")
    op.drop_table("village_term")
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_account_area_code"))

    op.drop_table("user_account")
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.drop_index("ix_resident_village_name")
        batch_op.drop_index("ix_resident_phone")
        batch_op.drop_index("ix_resident_nik")

    op.drop_table("resident")
    with op.batch_alter_table("journal_value", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_value_subject")
        batch_op.drop_index(batch_op.f("ix_journal_value_resident_id"))

    op.drop_table("journal_value")
    op.drop_table("imported_row")
    op.drop_table("slow_down")
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_region_predecessor_code"))
        batch_op.drop_index("ix_region_parent_name")

    op.drop_table("region")
    op.drop_table("meta")
    op.drop_table("journal_head")
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_entry_event"))
        batch_op.drop_index(batch_op.f("ix_journal_entry_area_code"))
        batch_op.drop_index(batch_op.f("ix_journal_entry_actor"))

    op.drop_table("journal_entry")
    op.drop_table("job")
    with op.batch_alter_table("document_requirement", schema=None) as batch_op:
        batch_op.drop_index("ix_document_requirement_scheme")

    op.drop_table("document_requirement")
    with op.batch_alter_table("agency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agency_normal_name"))

    op.drop_table("agency")
