"""The forms of recording: one a step, and small ones for marks, letters and reasons.

A form checks shape; rules that need the database are raised by the operations.
"""

import re
import secrets
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from lokal import parse_nik
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, Optional, Regexp

from registry.departures.fields import FIELDS
from registry.departures.nik import NIK_MISTAKES, digits_only, read_from_nik
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    Education,
    EmployerKind,
    InformationSource,
    LabelledEnum,
    MaritalStatus,
    PassportHolder,
    RecruiterKind,
    Relation,
    Scheme,
    Sex,
    VisaKind,
)
from registry.formatting import today
from registry.forms import (
    BaseForm,
    DatePartsField,
    EnumField,
    NearDateField,
    RupiahField,
    WholeNumberField,
    version_number,
)
from registry.reference.countries import country_choices
from registry.reference.models import Agency, Job
from registry.reference.queries import match_agency, similar_agencies
from registry.validators import (
    COMPANYS_NAME,
    PERSONS_NAME,
    Between,
    is_card_number,
    is_neighbourhood,
    is_phone,
    no_nik,
    normal_phone,
    not_in_future,
    not_long_ago,
    sixteen_digits,
)

CLIENT_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


EARLIEST_PLAN = timedelta(days=366)


LATEST_PLAN = timedelta(days=5 * 366)


MAX_RUPIAH = 10**12


def _label(name: str) -> Any:
    return _l(FIELDS[name].label)


def _text(name: str, length: int, *checks: Any) -> StringField:
    return StringField(_label(name), [Optional(), Length(max=length), no_nik, *checks])


def _enum(name: str, members: type[LabelledEnum], **kwargs: Any) -> EnumField:
    return EnumField(_label(name), members, [Optional()], **kwargs)


def _money(name: str) -> RupiahField:
    return RupiahField(_label(name), [Optional(), Between(0, MAX_RUPIAH)])


class StepForm(BaseForm):
    """A step of recording: it knows its fields and the version of the record it was made from."""

    versi = HiddenField()
    FIELD_NAMES: tuple[str, ...] = ()

    @property
    def seen_revision(self) -> int:
        return version_number(self.versi.data)

    def answers(self) -> dict[str, Any]:
        """The typed values by field name, as the operations take them."""
        return {name: self.answer(name) for name in self.FIELD_NAMES}

    def answer(self, name: str) -> Any:
        field = self[name]
        if isinstance(field, EnumField):
            return field.member
        if name.endswith("phone"):
            return normal_phone(field.data)
        return field.data if field.data != "" else None


class PersonForm(StepForm):
    """Who: birth date and sex may be left to the NIK, which is a warning's measure, not a judge."""

    FIELD_NAMES = ("nik", "name", "birth_date", "sex")

    kunci = HiddenField(
        validators=[
            Optional(),
            Regexp(CLIENT_KEY, message=_l("Halaman sudah kedaluwarsa. Muat ulang.")),
        ],
        default=lambda: secrets.token_urlsafe(16),
    )
    nik = StringField(
        _label("nik"),
        [Optional(), sixteen_digits("NIK")],
        description=_l("16 angka di KTP. Kosongkan bila belum punya."),
    )
    name = StringField(
        _label("name"),
        [DataRequired(_l("Isi nama warga.")), Length(max=120), no_nik, *PERSONS_NAME],
        description=_l("Seperti tertulis di KTP."),
    )
    birth_date = DatePartsField(
        _label("birth_date"),
        [Optional(), not_in_future],
        description=_l("Boleh dikosongkan bila NIK diisi: dibaca dari NIK."),
    )
    sex = RadioField(
        _label("sex"),
        [Optional()],
        choices=lambda: [(m.value, _(m.label)) for m in Sex],
        description=_l("Boleh dikosongkan bila NIK diisi."),
    )

    @property
    def client_key(self) -> str:
        """By which the form is known when it is sent again; empty where no page of ours gave it."""
        key = self.kunci.data or ""
        return key if CLIENT_KEY.match(key) else ""

    def validate_nik(self, field: Any) -> None:
        found = parse_nik(field.data or "", reference_date=today())
        if any(issue.code in NIK_MISTAKES for issue in found.errors):
            raise ValidationError(
                _("NIK ini tidak mungkin: tanggal lahir atau nomor urut di dalamnya salah.")
            )

    def validate_birth_date(self, field: Any) -> None:
        if field.data and field.data < date(1900, 1, 1):
            raise ValidationError(_("Tahun lahir terlalu lama. Tulis empat angka, misalnya 1998."))

    def answers(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "nik": digits_only(self.nik.data),
            "name": self.name.data,
            "birth_date": self.birth_date.data,
            "sex": Sex(self.sex.data) if self.sex.data else None,
        }
        born, sex = read_from_nik(values["nik"])
        values["birth_date"] = values["birth_date"] or born
        values["sex"] = values["sex"] or sex
        return values


class HomeForm(StepForm):
    """Address, phone, schooling, and the family member to call."""

    FIELD_NAMES = (
        "address",
        "rt",
        "rw",
        "phone",
        "education",
        "marital_status",
        "family_card",
        "family_name",
        "family_relation",
        "family_phone",
    )

    address = _text("address", 200)
    rt = StringField(_label("rt"), [Optional(), is_neighbourhood])
    rw = StringField(_label("rw"), [Optional(), is_neighbourhood])
    phone = StringField(_label("phone"), [Optional(), is_phone])
    education = _enum("education", Education)
    marital_status = _enum("marital_status", MaritalStatus)
    family_card = StringField(_label("family_card"), [Optional(), sixteen_digits("Nomor KK")])
    family_name = _text("family_name", 120, *PERSONS_NAME)
    family_relation = _enum("family_relation", Relation)
    family_phone = StringField(_label("family_phone"), [Optional(), is_phone])

    def answers(self) -> dict[str, Any]:
        values = super().answers()
        values["family_card"] = digits_only(values["family_card"])
        for name in ("rt", "rw"):
            if values[name] and values[name].isdigit():
                values[name] = values[name].zfill(3)
        return values


def _country(name: str) -> SelectField:
    def choices() -> dict[str, list[tuple[str, str]]]:
        groups = dict(country_choices())
        return {"": [("", _("Belum diketahui"))], **groups}

    return SelectField(_label(name), [Optional()], choices=choices)


class PlanForm(StepForm):
    """Where and how: the plan, and, folded away, what is asked only of some."""

    MAIN = (
        "country",
        "scheme",
        "agency_name",
        "job_title",
        "employer_kind",
        "recruiter_name",
        "recruiter_phone",
        "visa_kind",
        "amount_asked",
        "planned_on",
        "contract_months",
    )
    MORE = (
        "recruiter_kind",
        "recruiter_advance",
        "information_source",
        "employer_name",
        "destination_city",
        "promised_wage",
        "visa_country",
        "contract_country",
        "transit_country",
        "training_body",
        "job_order",
        "immigration_office",
        "passport_holder",
        "id_pmi",
        "last_contact_on",
    )
    FIELD_NAMES = MAIN + MORE

    country = _country("country")
    scheme = _enum("scheme", Scheme)
    agency_choice = SelectField(_l("P3MI (perusahaan penempatan)"), [Optional()])
    agency_name = StringField(
        _l("Nama P3MI bila tidak ada di daftar"),
        [Optional(), Length(max=160), no_nik, *COMPANYS_NAME],
    )
    agency_unlisted = BooleanField(_l("Memang tidak ada di daftar"))
    job_choice = SelectField(_l("Jabatan atau pekerjaan"), [Optional()])
    job_title = StringField(
        _l("Nama pekerjaan bila tidak ada di daftar"), [Optional(), Length(max=120), no_nik]
    )
    employer_kind = _enum("employer_kind", EmployerKind)
    recruiter_name = _text("recruiter_name", 120, *PERSONS_NAME)
    recruiter_phone = StringField(_label("recruiter_phone"), [Optional(), is_phone])
    visa_kind = _enum("visa_kind", VisaKind)
    amount_asked = _money("amount_asked")
    planned_on = NearDateField(_label("planned_on"), [Optional()])
    contract_months = WholeNumberField(_label("contract_months"), [Optional(), Between(1, 120)])
    recruiter_kind = _enum("recruiter_kind", RecruiterKind)
    recruiter_advance = _money("recruiter_advance")
    information_source = _enum("information_source", InformationSource)
    employer_name = _text("employer_name", 160, *COMPANYS_NAME)
    destination_city = _text("destination_city", 120)
    promised_wage = _money("promised_wage")
    visa_country = _country("visa_country")
    contract_country = _country("contract_country")
    transit_country = _country("transit_country")
    training_body = _text("training_body", 160, *COMPANYS_NAME)
    job_order = _text("job_order", 80)
    immigration_office = _text("immigration_office", 120)
    passport_holder = _enum("passport_holder", PassportHolder)
    id_pmi = StringField(_label("id_pmi"), [Optional(), Length(max=40), is_card_number])
    last_contact_on = NearDateField(
        _label("last_contact_on"), [Optional(), not_in_future, not_long_ago]
    )

    def offer(self, agencies: list[Agency], jobs: list[Job]) -> None:
        """Fill the lists of agencies and job titles."""
        unlisted = ("", _("Belum diketahui, atau tidak ada di daftar"))
        self.agency_choice.choices = [unlisted, *((str(a.id), a.name) for a in agencies)]
        self.job_choice.choices = [unlisted, *((job.code, job.title) for job in jobs)]
        self.agency_names = {str(agency.id): agency.name for agency in agencies}
        self.job_titles = {job.code: job.title for job in jobs}

    @property
    def more_is_open(self) -> bool:
        """Whether the folded part holds something, so that it is shown."""
        return any(self[name].data or self[name].errors for name in self.MORE)

    def validate_agency_name(self, field: Any) -> None:
        """A name much like a listed one is asked about once; what is then ticked is saved."""
        is_settled = self.agency_choice.data or self.agency_unlisted.data
        is_stored = field.data == field.object_data
        if is_settled or is_stored or not field.data or match_agency(field.data):
            return
        if similar := similar_agencies(field.data):
            raise ValidationError(
                _(
                    "Mirip dengan %(names)s. Pilih dari daftar, atau centang “Memang tidak ada di "
                    "daftar”.",
                    names=", ".join(agency.name for agency in similar),
                )
            )

    @property
    def asks_whether_unlisted(self) -> bool:
        """Whether the box is shown: only where it answers something."""
        return bool(self.agency_name.errors or self.agency_unlisted.data)

    def validate_planned_on(self, field: Any) -> None:
        if field.data and not today() - EARLIEST_PLAN <= field.data <= today() + LATEST_PLAN:
            raise ValidationError(_("Tanggal rencana terlalu jauh dari hari ini."))

    def codes(self) -> tuple[int | None, str | None]:
        """The id of the listed agency and the code of the listed job, None where unlisted."""
        agency_id = int(self.agency_choice.data) if self.agency_choice.data else None
        if agency_id is None and self.agency_name.data:
            listed = match_agency(self.agency_name.data)
            agency_id = listed.id if listed else None
        return agency_id, self.job_choice.data or None

    def answers(self) -> dict[str, Any]:
        values = super().answers()
        values["agency_id"], values["job_code"] = self.codes()
        if self.agency_choice.data:
            values["agency_name"] = self.agency_names[self.agency_choice.data]
        if self.job_choice.data:
            values["job_title"] = self.job_titles[self.job_choice.data]
        return values


class DocumentForm(BaseForm):
    """One paper of the checklist; its fields carry the kind of paper as their prefix."""

    class Meta(BaseForm.Meta):
        csrf = False

    status = EnumField(_l("Keadaan"), DocumentStatus, [Optional()], blank=_l("Belum ditanyakan"))
    number = StringField(_l("Nomor"), [Optional(), Length(max=60)])
    issued_on = DatePartsField(_l("Tanggal terbit"), [Optional(), not_in_future, not_long_ago])
    expires_on = DatePartsField(_l("Berlaku sampai"), [Optional(), not_long_ago])

    def validate_expires_on(self, field: Any) -> None:
        if field.data and self.issued_on.data and field.data < self.issued_on.data:
            raise ValidationError(_("Tanggal akhir tidak mungkin sebelum tanggal terbit."))


class DocumentsForm(StepForm):
    """The checklist's own token and version; the papers are `DocumentForm`s beside it."""


DOCUMENT_KINDS = tuple(DocumentKind)
