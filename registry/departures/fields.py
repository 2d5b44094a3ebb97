"""The one table of masking: every recorded field, and what each role sees of it in which place.

Pages, lists, the timeline and the workbooks all read it; a field that is missing from it is shown
nowhere, not even to those who see everything.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext

from registry import formatting
from registry.accounts.roles import Role
from registry.enums import N_, LabelledEnum
from registry.reference.countries import country_label


class Mask(enum.Enum):
    """How a field looks to somebody who may not see the person."""

    OPEN = "open"
    NAME = "name"
    NIK = "nik"
    NUMBER = "number"
    BIRTH_DATE = "birth_date"
    HIDDEN = "hidden"
    RECRUITER = "recruiter"
    # What the subdistrict writes to the village about a record.
    BETWEEN_OFFICES = "between_offices"
    UNLISTED = "unlisted"


# What stands in place of a name, once the person's data were destroyed.
ERASED = "(dihapus)"


@dataclass(frozen=True)
class FieldInfo:
    """One recorded field.

    Attributes:
        owner: `resident` or `departure`.
        is_country, is_money: how the value is written on screens.
        is_code: a code that stands beside a text, and is never shown by itself.
    """

    name: str
    owner: str
    label: str
    mask: Mask = Mask.OPEN
    is_country: bool = False
    is_money: bool = False
    is_code: bool = False


def _table(*infos: FieldInfo) -> dict[str, FieldInfo]:
    return {info.name: info for info in infos}


FIELDS: dict[str, FieldInfo] = _table(
    FieldInfo("name", "resident", N_("Nama"), Mask.NAME),
    FieldInfo("nik", "resident", N_("NIK"), Mask.NIK),
    FieldInfo("family_card", "resident", N_("Nomor KK"), Mask.NUMBER),
    FieldInfo("sex", "resident", N_("Jenis kelamin")),
    FieldInfo("birth_date", "resident", N_("Tanggal lahir"), Mask.BIRTH_DATE),
    FieldInfo("address", "resident", N_("Dusun atau alamat"), Mask.HIDDEN),
    FieldInfo("rt", "resident", N_("RT"), Mask.HIDDEN),
    FieldInfo("rw", "resident", N_("RW"), Mask.HIDDEN),
    FieldInfo("phone", "resident", N_("Telepon"), Mask.NUMBER),
    FieldInfo("education", "resident", N_("Pendidikan")),
    FieldInfo("marital_status", "resident", N_("Status perkawinan")),
    FieldInfo("family_name", "resident", N_("Keluarga yang dapat dihubungi"), Mask.HIDDEN),
    FieldInfo("family_relation", "resident", N_("Hubungan keluarga"), Mask.HIDDEN),
    FieldInfo("family_phone", "resident", N_("Telepon keluarga"), Mask.HIDDEN),
    FieldInfo("country", "departure", N_("Negara tujuan"), is_country=True),
    FieldInfo("scheme", "departure", N_("Skema")),
    FieldInfo("agency_name", "departure", N_("P3MI")),
    FieldInfo("agency_id", "departure", N_("P3MI di daftar"), is_code=True),
    FieldInfo("job_title", "departure", N_("Jabatan")),
    FieldInfo("job_code", "departure", N_("Jabatan di daftar"), is_code=True),
    FieldInfo("employer_kind", "departure", N_("Jenis pemberi kerja")),
    FieldInfo("recruiter_name", "departure", N_("Perekrut"), Mask.RECRUITER),
    FieldInfo("recruiter_phone", "departure", N_("Telepon perekrut"), Mask.RECRUITER),
    FieldInfo("visa_kind", "departure", N_("Jenis visa")),
    FieldInfo("amount_asked", "departure", N_("Biaya yang diminta"), is_money=True),
    FieldInfo("planned_on", "departure", N_("Tanggal rencana berangkat")),
    FieldInfo("contract_months", "departure", N_("Lama kontrak (bulan)")),
    FieldInfo("employer_name", "departure", N_("Nama pemberi kerja")),
    FieldInfo("destination_city", "departure", N_("Kota tujuan")),
    FieldInfo("promised_wage", "departure", N_("Upah yang dijanjikan per bulan"), is_money=True),
    FieldInfo("visa_country", "departure", N_("Negara pemberi visa"), is_country=True),
    FieldInfo("contract_country", "departure", N_("Negara kontrak kerja"), is_country=True),
    FieldInfo("transit_country", "departure", N_("Negara transit"), is_country=True),
    FieldInfo("recruiter_advance", "departure", N_("Uang muka dari perekrut"), is_money=True),
    FieldInfo("recruiter_kind", "departure", N_("Siapa yang merekrut")),
    FieldInfo("training_body", "departure", N_("Lembaga pelatihan (LPK)")),
    FieldInfo("job_order", "departure", N_("Nomor job order")),
    FieldInfo("information_source", "departure", N_("Tahu pekerjaan ini dari")),
    FieldInfo("immigration_office", "departure", N_("Kantor imigrasi pembuat paspor")),
    FieldInfo("passport_holder", "departure", N_("Paspor dipegang oleh")),
    FieldInfo("id_pmi", "departure", N_("Nomor ID PMI"), Mask.NUMBER),
    FieldInfo("last_contact_on", "departure", N_("Kontak terakhir")),
    FieldInfo("departed_on", "departure", N_("Tanggal berangkat")),
    FieldInfo("returned_on", "departure", N_("Tanggal pulang")),
    FieldInfo("return_kind", "departure", N_("Jenis kepulangan")),
    FieldInfo("cancel_reason", "departure", N_("Alasan batal"), Mask.HIDDEN),
    FieldInfo("send_back_reason", "departure", N_("Alasan dikembalikan"), Mask.BETWEEN_OFFICES),
    FieldInfo("letter_signer", "departure", N_("Penanda tangan izin keluarga"), Mask.HIDDEN),
    FieldInfo("letter_signer_relation", "departure", N_("Hubungan penanda tangan"), Mask.HIDDEN),
    FieldInfo("letter_country", "departure", N_("Negara di surat izin keluarga"), is_country=True),
)

# What the journal says of a record beside its fields.
JOURNAL_FIELDS: dict[str, FieldInfo] = _table(
    FieldInfo("stage", "departure", N_("Tahap")),
    FieldInfo("reason", "look", N_("Alasan"), Mask.HIDDEN),
    FieldInfo("office", "look", N_("Kantor")),
    FieldInfo("ground", "look", N_("Dasar")),
    # A declaration to the area and to the office above, who must be able to read it.
    FieldInfo("emergency_reason", "look", N_("Alasan yang diberitahukan")),
)
# What a paper records, by column; the numbers are masked like those of the person.
PAPER_FIELDS: dict[str, FieldInfo] = _table(
    FieldInfo("status", "document", N_("keadaan")),
    FieldInfo("number", "document", N_("nomor"), Mask.NUMBER),
    FieldInfo("issued_on", "document", N_("tanggal terbit")),
    FieldInfo("expires_on", "document", N_("berlaku sampai")),
)
# Fields of the case before the rules that no record has under that name.
CASE_FIELDS: dict[str, FieldInfo] = _table(
    FieldInfo("stage", "departure", N_("Tahap")),
    FieldInfo("recorded_on", "departure", N_("Tanggal dicatat")),
    FieldInfo("province", "departure", N_("Provinsi")),
    FieldInfo("documents", "departure", N_("Dokumen")),
    FieldInfo("recruiter_named", "departure", N_("Perekrut disebut"), Mask.RECRUITER),
    FieldInfo("id_pmi_seen", "departure", N_("ID PMI terlihat")),
    FieldInfo("signer_relation", "departure", N_("Hubungan penanda tangan"), Mask.HIDDEN),
)
# Columns that tell of the record and not of the person.
FACTS = frozenset(
    {
        *("id", "departure_id", "resident_id", "village_code", "kind", "stage"),
        *("registration_number", "client_key", "version", "origin"),
        *("created_at", "created_by", "updated_at", "submitted_at", "reviewed_at", "erased_on"),
        *("review_status", "leaving_on", "cancelled_on", "procedure", "readiness_at_departure"),
        *("documents_required", "documents_complete", "documents_missing", "papers_complete_on"),
        *("holds_until", "has_foreign_card"),
    }
)
# Columns that no page or file shows.
INNER = frozenset({"wrapped_key", "normal_name", "digest", "before_correction_sealed"})


def mask_of(name: str) -> Mask:
    """How a column is masked; what neither table names is shown to nobody."""
    if name in FIELDS:
        return FIELDS[name].mask
    return Mask.OPEN if name in FACTS else Mask.UNLISTED


# Marks and reasons have forms of their own; all else is identity or plan.
NOT_EDITED = frozenset(
    {
        "departed_on",
        "returned_on",
        "return_kind",
        "cancel_reason",
        "send_back_reason",
        *("letter_signer", "letter_signer_relation", "letter_country"),
    }
)
# Progress after verification that never asks for a new review (design, section 5).
PROGRESS = frozenset(
    {
        "last_contact_on",
        "id_pmi",
        "passport_holder",
        "immigration_office",
        # A text that found its place in a list says nothing new.
        "agency_id",
        "job_code",
    }
)


@dataclass(frozen=True)
class Sight:
    """How much of a person a viewer sees, by role and by whether the person was shown to them."""

    sees_names: bool
    sees_numbers: bool
    sees_recruiters: bool


FULL_SIGHT = Sight(sees_names=True, sees_numbers=True, sees_recruiters=True)
NO_SIGHT = Sight(sees_names=False, sees_numbers=False, sees_recruiters=False)
_VILLAGE = Sight(sees_names=True, sees_numbers=False, sees_recruiters=True)
_SUBDISTRICT = Sight(sees_names=True, sees_numbers=False, sees_recruiters=False)
_ABOVE = Sight(sees_names=False, sees_numbers=False, sees_recruiters=True)


class Where(enum.Enum):
    """Where a person is seen; every page and every file belongs to one of these."""

    # Lists, search, queues, flags, patterns, and the masked workbook and CSV.
    LIST = "list"
    # The opened record: its answers, history and why-page, and the notice of an emergency access.
    RECORD = "record"
    # After "tampilkan" or in an emergency access; papers to print; the unmasked workbook.
    SHOWN = "shown"


POLICY: dict[Where, dict[Role, Sight]] = {
    Where.LIST: {
        Role.OPERATOR: _VILLAGE,
        Role.VILLAGE_HEAD: _VILLAGE,
        Role.REVIEWER: _SUBDISTRICT,
        Role.LABOUR_OFFICE: _ABOVE,
        Role.BP3MI: _ABOVE,
        Role.ADMIN: NO_SIGHT,
    },
    Where.RECORD: {
        Role.OPERATOR: FULL_SIGHT,
        Role.VILLAGE_HEAD: FULL_SIGHT,
        Role.REVIEWER: _SUBDISTRICT,
        Role.LABOUR_OFFICE: _ABOVE,
        Role.BP3MI: _ABOVE,
        Role.ADMIN: NO_SIGHT,
    },
    Where.SHOWN: {
        Role.OPERATOR: FULL_SIGHT,
        Role.VILLAGE_HEAD: FULL_SIGHT,
        Role.REVIEWER: FULL_SIGHT,
        Role.LABOUR_OFFICE: FULL_SIGHT,
        Role.BP3MI: FULL_SIGHT,
        Role.ADMIN: NO_SIGHT,
    },
}


def list_sight(role: Role) -> Sight:
    """What a role sees on lists and in masked exports."""
    return POLICY[Where.LIST][role]


def record_sight(role: Role, *, shown: bool) -> Sight:
    """What a role sees on an opened record; `shown` after "tampilkan" or in an emergency."""
    return POLICY[Where.SHOWN if shown else Where.RECORD][role]


_MASKS: dict[Mask, Callable[[Any], str | None]] = {
    Mask.NAME: lambda value: formatting.initials(value) if value else None,
    Mask.NIK: formatting.mask_nik,
    Mask.NUMBER: formatting.mask_number,
    Mask.BIRTH_DATE: formatting.mask_date,
    Mask.HIDDEN: formatting.mask_text,
    Mask.RECRUITER: formatting.mask_text,
    Mask.BETWEEN_OFFICES: formatting.mask_text,
    Mask.UNLISTED: lambda value: None,
}


def is_seen(mask: Mask, sight: Sight) -> bool:
    """Whether a field of that mask is shown whole."""
    if mask in (Mask.OPEN, Mask.UNLISTED):
        return mask is Mask.OPEN
    if mask in (Mask.NAME, Mask.BETWEEN_OFFICES):
        return sight.sees_names
    return sight.sees_recruiters if mask is Mask.RECRUITER else sight.sees_numbers


def masked(mask: Mask, value: Any, sight: Sight) -> Any:
    """The value as this viewer may see it; a masked one holds a `•`."""
    return value if is_seen(mask, sight) else hidden(mask, value)


def hidden(mask: Mask, value: Any) -> Any:
    """The value for whoever may not see it whole."""
    if value is None or value in ("", ERASED):
        return value
    return _MASKS[mask](value.value if isinstance(value, enum.Enum) else value)


def shown(info: FieldInfo, value: Any, sight: Sight = FULL_SIGHT) -> str:
    """The value of a field as a text for screens, masked as the viewer's sight asks."""
    value = masked(info.mask, value, sight)
    if value is None or value == "":
        return "–"
    if isinstance(value, LabelledEnum):
        return str(gettext(value.label))
    if isinstance(value, date):
        return formatting.long_date(value, gettext)
    if info.is_country:
        return country_label(value)
    if info.is_money and isinstance(value, int):
        return formatting.rupiah(value)
    return str(value)
