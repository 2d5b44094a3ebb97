"""Every form of the program as somebody has it before them: a sheet to write texts on.

A form whose sheets are missing here, or a field that none of them sends, fails
`test_fields.py`: say who has it before them and where what is written is to be seen.
"""

import dataclasses
import io
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from itertools import count, cycle
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.accounts import forms as accounts
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db
from registry.departures import forms as steps
from registry.departures import small_forms
from registry.departures.filters import Filter
from registry.departures.flag_cards import FlagForm
from registry.departures.models import Departure, EmergencyAccess, FlagStep, PatternStep, Resident
from registry.enums import DocumentKind, ReviewStatus, Stage, VisaKind
from registry.formatting import today
from registry.forms import BaseForm
from registry.reference.lists import LISTS, TAKEN, ReferenceList
from registry.reference.models import Agency, AgencyAlias
from registry.reference_pages import forms as reference
from registry.reference_pages.words import shown_names, value_names
from registry.regions.area import Area
from registry.regions.models import VillageTerm
from registry.rights import correction_views, corrections
from registry.rights.models import CorrectionRequest
from registry.sealing import keyring
from registry.workbooks import export_requests, unmasked_views
from registry.workbooks.models import ExportRequest
from tests.factories import (
    DISTRICT,
    PASSWORD,
    SISTER_VILLAGE,
    SUBDISTRICT,
    VILLAGE,
    make_agency,
    make_departure,
    make_user,
)
from tests.page import hidden, links, token
from tests.pages.accounts import owner, sign_in_with
from tests.pages.reference.test_import import book

Values = dict[str, Any]
# A reason, a source and so on, where the text that is tried stands in another field.
TOLD = {"reason": "Daftar kementerian", "source": "Daftar uji"}


@dataclass
class Sheet:
    """One form before one person.

    Attributes:
        base: what its fields hold besides the texts, by the names without the prefix.
        extra: what is sent besides its fields.
        stored: what the database holds of the fields, by name.
        pages: where the stored texts are shown, each with whoever sees it there; where the address
            is known only once they are stored, what gives them.
        untold: the fields that stand on no page.
        is_get: whether it is sent in the address.
    """

    client: FlaskClient
    path: str
    base: Values = field(default_factory=dict)
    prefix: str = ""
    extra: Values = field(default_factory=dict)
    stored: Callable[[], Values] = dict
    pages: Any = ()
    untold: frozenset[str] = frozenset({"reason", "kunci"})
    is_get: bool = False

    def send(self, typed: Values) -> Any:
        """The answer to the sheet with these texts in it."""
        said = {self.prefix + name: value for name, value in (self.base | typed).items()}
        if self.is_get:
            return self.client.get(self.path, query_string=said)
        said |= {name: again(value) for name, value in self.extra.items()}
        said["csrf_token"] = csrf_of(self.client)
        return self.client.post(self.path, data=said)


def again(value: Any) -> Any:
    """A file is read to its end when it is sent, so each sending has one of its own."""
    return value() if callable(value) else value


def csrf_of(client: Any) -> str:
    if not hasattr(client, "kept_token"):
        page = client.get("/akun/saya")
        client.kept_token = token(page if page.status_code == 200 else client.get("/masuk"))
    return str(client.kept_token)


class Office:
    """Everybody who has a form before them, signed in."""

    def __init__(self, app: Flask, sign_in: Callable[[User], FlaskClient]) -> None:
        self.app, self.sign_in, self.numbers = app, sign_in, count(1)
        self.patterns: set[str] = set()
        self.operator = make_user()
        self.users = {role: make_user(role=role) for role in Role} | {Role.OPERATOR: self.operator}
        self.clients = {role: sign_in(user) for role, user in self.users.items()}

    def __getitem__(self, role: Role) -> FlaskClient:
        return self.clients[role]

    def fresh(self, role: Role, **values: Any) -> FlaskClient:
        """Somebody of the role who has done nothing yet: some forms count how often one asks."""
        return self.sign_in(make_user(role=role, **values))

    def departure(self, **values: Any) -> Departure:
        return make_departure(by=self.operator, **values)

    def on_record(
        self,
        step: str,
        departure: Departure,
        stored: Callable[[Departure], Values] = lambda departure: {},
        *,
        by: Role = Role.OPERATOR,
        seen_by: Role | None = Role.OPERATOR,
        prefix: str = "",
        **base: Any,
    ) -> Sheet:
        """A sheet of a record's own address, with the version of the record on it."""
        number = departure.id
        return Sheet(
            self[by],
            f"/keberangkatan/{number}/{step}",
            {"versi": str(departure.revision), **base},
            prefix,
            stored=lambda: stored(db.session.get_one(Departure, number)),
            pages=((self[seen_by], f"/keberangkatan/{number}"),) if seen_by else (),
        )


@dataclass(frozen=True)
class Kind:
    """What a sheet is made of.

    Attributes:
        alone: the fields whose texts are sent each by itself, as they are seldom taken.
    """

    form: type[BaseForm]
    made: Callable[[Office], Sheet]
    alone: frozenset[str] = frozenset()


KINDS: dict[str, Kind] = {}


def sheet(form: type[BaseForm], *alone: str) -> Callable[[Callable[[Office], Sheet]], Any]:
    def register(made: Callable[[Office], Sheet]) -> Any:
        KINDS[made.__name__.replace("_", " ")] = Kind(form, made, frozenset(alone))
        return made

    return register


def newest(model: Any) -> Any:
    return db.session.scalars(select(model).order_by(model.id.desc())).first()


def attributes(row: Any, *names: str) -> Values:
    return {name: getattr(row, name) for name in names} if row is not None else {}


def said_in_journal(departure: Departure) -> Values:
    """The reason that was last journaled about the person, sealed under the person's key."""
    statement = select(JournalValue).where(JournalValue.resident_id == departure.resident_id)
    for value in db.session.scalars(statement.order_by(JournalValue.seq.desc())):
        if value.sealed is None or value.version is None:
            continue
        key, about = departure.resident.person_key, (value.kind, value.subject_id, value.version)
        changes = log.unseal_changes(key, value.sealed, *about)
        if "reason" in changes:
            return {"alasan": changes["reason"][1]}
    return {"alasan": None}


# The record


@sheet(steps.PersonForm)
def new_person(office: Office) -> Sheet:
    def stored() -> Values:
        resident = newest(Resident)
        found = newest(Departure)
        return {"name": resident.name, "kunci": found.client_key} if found else {}

    office.departure()
    return Sheet(
        office[Role.OPERATOR],
        "/keberangkatan/baru/warga",
        {"kunci": secrets.token_hex(8), "name": "Dewi Lestari", "versi": ""},
        stored=stored,
        pages=((office[Role.OPERATOR], "/keberangkatan"), (office[Role.OPERATOR], "/")),
    )


@sheet(steps.PersonForm)
def person(office: Office) -> Sheet:
    return office.on_record(
        "warga",
        office.departure(),
        lambda found: attributes(found.resident, "name"),
        name="Dewi Lestari",
    )


@sheet(steps.HomeForm)
def home(office: Office) -> Sheet:
    return office.on_record(
        "alamat",
        office.departure(),
        lambda found: attributes(found.resident, "address", "family_name"),
    )


@sheet(steps.PlanForm)
def plan(office: Office) -> Sheet:
    names = ("agency_name", "job_title", "recruiter_name", "employer_name", "destination_city")
    names += ("training_body", "job_order", "immigration_office", "id_pmi")
    return office.on_record(
        "tujuan",
        office.departure(),
        lambda found: attributes(found, *names),
        country="TW",
        scheme="p_to_p",
        agency_unlisted="1",
    )


@sheet(steps.DocumentForm)
def paper(office: Office) -> Sheet:
    def stored(found: Departure) -> Values:
        passport = found.document(DocumentKind.PASSPORT)
        return {"number": passport.number if passport else None}

    made = office.on_record("dokumen", office.departure(), stored, prefix="paspor-", status="ada")
    return dataclasses.replace(made, extra={"versi": made.base.pop("versi")})


@sheet(steps.DocumentsForm)
def papers(office: Office) -> Sheet:
    return office.on_record("dokumen", office.departure(), seen_by=None)


@sheet(small_forms.LetterForm)
def letter(office: Office) -> Sheet:
    def stored(found: Departure) -> Values:
        permission = found.document(DocumentKind.FAMILY_PERMISSION)
        number = permission.number if permission else None
        return {"nomor": number, "penanda_tangan": found.letter_signer}

    made = office.on_record(
        "surat-izin",
        office.departure(),
        stored,
        nomor="474/1",
        penanda_tangan="Wali",
        tanggal=today().isoformat(),
        hubungan="ibu",
    )
    return dataclasses.replace(made, pages=((made.client, f"{made.path}/cetak"),))


@sheet(small_forms.SearchForm, "cari")
def search_before_recording(office: Office) -> Sheet:
    return Sheet(office[Role.OPERATOR], "/keberangkatan/baru", {"desa": VILLAGE})


@sheet(small_forms.VersionForm)
def submitting(office: Office) -> Sheet:
    return office.on_record("ajukan", office.departure(), prefix="tombol-", seen_by=None)


@sheet(small_forms.DepartedForm)
def departed(office: Office) -> Sheet:
    return office.on_record(
        "berangkat",
        office.departure(),
        prefix="berangkat-",
        seen_by=None,
        tanggal=today().isoformat(),
    )


@sheet(small_forms.ReturnedForm)
def returned(office: Office) -> Sheet:
    return office.on_record(
        "pulang",
        office.departure(stage=Stage.DEPARTED),
        prefix="pulang-",
        seen_by=None,
        tanggal=today().isoformat(),
        jenis="cuti",
    )


@sheet(small_forms.ReasonForm)
def cancelling(office: Office) -> Sheet:
    return office.on_record(
        "batal",
        office.departure(),
        lambda found: {"alasan": found.cancel_reason},
        prefix="batal-",
        alasan="Tidak jadi",
    )


@sheet(small_forms.ReasonForm)
def taking_back(office: Office) -> Sheet:
    return office.on_record(
        "tarik",
        office.departure(stage=Stage.DEPARTED),
        said_in_journal,
        prefix="tarik-",
        alasan="Salah orang",
    )


@sheet(small_forms.ReasonForm)
def sending_back(office: Office) -> Sheet:
    made = office.on_record(
        "kembalikan",
        office.departure(status=ReviewStatus.SUBMITTED),
        lambda found: {"alasan": found.send_back_reason},
        by=Role.REVIEWER,
        prefix="kembali-",
        alasan="Tanggal lahir salah",
    )
    return dataclasses.replace(made, path=made.path.replace("keberangkatan", "periksa"))


@sheet(small_forms.ReasonForm)
def showing(office: Office) -> Sheet:
    departure = office.departure(visa_kind=VisaKind.TOURIST)
    made = office.on_record(
        "tampilkan",
        departure,
        said_in_journal,
        by=Role.LABOUR_OFFICE,
        seen_by=None,
        alasan="Ditanya Satgas",
    )
    return dataclasses.replace(made, client=office.fresh(Role.LABOUR_OFFICE))


@sheet(small_forms.EmergencyForm)
def emergency(office: Office) -> Sheet:
    made = office.on_record(
        "akses-darurat",
        office.departure(),
        lambda found: {"alasan": getattr(newest(EmergencyAccess), "reason", None)},
        seen_by=None,
        dasar="danger",
        alasan="Ditahan di bandara",
    )
    made.base.pop("versi")
    asker = office.fresh(Role.LABOUR_OFFICE)
    return dataclasses.replace(made, client=asker, pages=((asker, "/akses-darurat"),))


# Flags and patterns


def _flag(office: Office, verb: str) -> Sheet:
    departure = office.departure(visa_kind=VisaKind.TOURIST)
    flag = next(flag for flag in departure.flags if flag.rule == "R03")
    return Sheet(
        office[Role.LABOUR_OFFICE],
        f"/tanda/{flag.id}/{verb}",
        {"keadaan": flag.state.value, "catatan": "Sudah ditanya"},
        f"tanda-{flag.id}-",
        stored=lambda: {"catatan": getattr(newest(FlagStep), "note", None)},
        pages=(
            (office[Role.LABOUR_OFFICE], f"/tanda/{flag.id}"),
            (office[Role.OPERATOR], f"/keberangkatan/{departure.id}"),
        ),
    )


def _register(
    form: type[BaseForm], name: str, made: Callable[..., Sheet], *more: Any, alone: str = ""
) -> None:
    KINDS[name] = Kind(form, lambda office: made(office, *more), frozenset({alone} - {""}))


def _pattern(office: Office, verb: str) -> Sheet:
    phone = f"+62813{next(office.numbers):08}"
    for village in (VILLAGE, SISTER_VILLAGE):
        make_departure(by=make_user(area=village), village=village, recruiter_phone=phone)
    client = office[Role.LABOUR_OFFICE]
    found = {url for _, url in links(client.get("/pola")) if re.match("/pola/[0-9a-f]", url)}
    (path,) = found - office.patterns
    office.patterns |= found

    def stored() -> Values:
        if (step := newest(PatternStep)) is None:
            return {"catatan": None}
        note = keyring().unseal(step.note_sealed, "pattern_step", "note", step.id)
        return {"catatan": note.decode()}

    return Sheet(
        client,
        f"{path}/{verb}",
        {"keadaan": "open", "catatan": "Sudah ditanya"},
        stored=stored,
        pages=((client, path),),
    )


for _verb in ("keliru", "catatan"):
    _register(FlagForm, f"flag {_verb}", _flag, _verb)
    _register(FlagForm, f"pattern {_verb}", _pattern, _verb)


# Rights and exports


@sheet(correction_views.AskForm)
def correction(office: Office) -> Sheet:
    path = f"/keberangkatan/{office.departure().id}/pembetulan"
    return Sheet(
        office[Role.OPERATOR],
        path,
        stored=lambda: {"yang_salah": getattr(newest(CorrectionRequest), "words", None)},
        pages=(
            (office[Role.OPERATOR], path),
            (office[Role.OPERATOR], path.replace("pembetulan", "data-tersimpan")),
        ),
    )


@sheet(correction_views.AnswerForm)
def answer(office: Office) -> Sheet:
    departure = office.departure()
    asked = corrections.ask(departure, "Namanya salah", by=office.operator)
    db.session.commit()
    path = f"/keberangkatan/{departure.id}/pembetulan"
    return Sheet(
        office[Role.OPERATOR],
        f"{path}/{asked.id}",
        prefix=f"jawab-{asked.id}-",
        extra={"hasil": "refused"},
        stored=lambda: {"jawaban": newest(CorrectionRequest).answer},
        pages=((office[Role.OPERATOR], path),),
    )


def _purpose() -> Values:
    entry = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.event == Event.EXPORTED.value)
        .order_by(JournalEntry.seq.desc())
    ).first()
    return {"keperluan": entry.detail.get("keperluan") if entry else None}


@sheet(unmasked_views.OwnPurposeForm, "code")
def own_purpose(office: Office) -> Sheet:
    return Sheet(
        office.fresh(Role.OPERATOR, phone=True),
        "/ekspor/keberangkatan",
        {"keperluan": "Arsip desa", **owner()},
        stored=_purpose,
    )


@sheet(unmasked_views.PurposeForm, "code")
def purpose(office: Office) -> Sheet:
    return Sheet(
        office.fresh(Role.LABOUR_OFFICE),
        "/ekspor/keberangkatan",
        {"keperluan": "Rapat dengan kecamatan", **owner()},
        stored=_purpose,
    )


def _asked(office: Office, by: User) -> ExportRequest:
    wanted = export_requests.Asked(Filter(area=Area(VILLAGE)), whole_words=False)
    request = export_requests.ask(wanted, 3, "Rapat dengan kecamatan", by=by)
    db.session.commit()
    return request


@sheet(unmasked_views.RefusalForm)
def refusal(office: Office) -> Sheet:
    asker = make_user(role=Role.LABOUR_OFFICE)
    request = _asked(office, asker)
    return Sheet(
        office[Role.BP3MI],
        f"/ekspor/permintaan/{request.id}/tidak-setuju",
        prefix=f"p{request.id}-",
        stored=lambda: {"alasan": newest(ExportRequest).refusal},
        pages=((office.sign_in(asker), "/ekspor/permintaan"),),
    )


@sheet(accounts.ConfirmForm, "code")
def taking_out(office: Office) -> Sheet:
    asker = make_user(role=Role.LABOUR_OFFICE)
    request = _asked(office, asker)
    export_requests.approve(request, by=office.users[Role.BP3MI])
    db.session.commit()
    return Sheet(
        office.sign_in(asker),
        f"/ekspor/permintaan/{request.id}/unduh",
        owner(),
        f"p{request.id}-",
    )


# Accounts


@sheet(accounts.SignInForm, "username")
def signing_in(office: Office) -> Sheet:
    return Sheet(
        office.app.test_client(), "/masuk", {"username": "siapa", "password": "bukan sandinya"}
    )


@sheet(accounts.CodeForm, "code")
def code(office: Office) -> Sheet:
    client, user = office.app.test_client(), make_user(role=Role.REVIEWER)
    sign_in_with(client, user.username, PASSWORD)
    return Sheet(client, "/masuk/kode")


@sheet(accounts.PhoneForm, "code", "current_code")
def phone(office: Office) -> Sheet:
    base = {"code": "123456", "current_code": "123456", "current_password": PASSWORD}
    return Sheet(office.fresh(Role.REVIEWER), "/akun/ponsel", base)


@sheet(accounts.ChangePasswordForm)
def password(office: Office) -> Sheet:
    names = ("current_password", "new_password", "repeat_password")
    return Sheet(office.fresh(Role.OPERATOR), "/akun/kata-sandi", dict.fromkeys(names, PASSWORD))


@sheet(accounts.UserForm, "area_text")
def account(office: Office) -> Sheet:
    user = make_user(role=Role.REVIEWER)
    return Sheet(
        office[Role.ADMIN],
        f"/akun/{user.id}",
        {"name": "Sri", "role": "reviewer", "area_code": SUBDISTRICT},
        stored=lambda: {"name": db.session.get_one(User, user.id).name},
        pages=((office[Role.ADMIN], "/akun"), (office[Role.ADMIN], "/akun/pemakaian")),
    )


@sheet(accounts.NewUserForm, "area_text", "username")
def new_account(office: Office) -> Sheet:
    return Sheet(
        office[Role.ADMIN],
        "/akun/baru",
        {
            "name": "Sri",
            "username": f"sri.{secrets.token_hex(4)}",
            "role": "reviewer",
            "area_code": SUBDISTRICT,
        },
        stored=lambda: attributes(newest(User), "name"),
        pages=((office[Role.ADMIN], "/akun"),),
    )


@sheet(accounts.AccountFilterForm, "q", "wilayah")
def accounts_sought(office: Office) -> Sheet:
    return Sheet(office[Role.REVIEWER], "/akun", is_get=True)


@sheet(accounts.AccountFilterForm, "q", "wilayah")
def usage_sought(office: Office) -> Sheet:
    return Sheet(office[Role.REVIEWER], "/akun/pemakaian", is_get=True)


# Reference data


@sheet(reference.VillageTermForm)
def village_term(office: Office) -> Sheet:
    path = f"/keberangkatan/{office.departure().id}/tanda-terima"
    return Sheet(
        office[Role.ADMIN],
        f"/rujukan/sebutan/{DISTRICT}",
        {"term": "Tiyuh", "head_term": "Kepalou Tiyuh", "note": "Perda"},
        stored=lambda: attributes(
            db.session.get(VillageTerm, DISTRICT), "term", "head_term", "note"
        ),
        pages=((office[Role.ADMIN], "/rujukan"), (office[Role.OPERATOR], path)),
    )


def _reason() -> Values:
    entry = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.event == Event.REFERENCE_CHANGED.value)
        .order_by(JournalEntry.seq.desc())
    ).first()
    return {"reason": entry.detail.get("alasan") if entry else None}


def _licence(agency: Any) -> Any:
    return max(agency.licences, key=lambda row: row.id)


@sheet(reference.NewAgencyForm)
def new_agency(office: Office) -> Sheet:
    def stored() -> Values:
        agency = newest(Agency)
        licence = attributes(_licence(agency), "number", "source", "note")
        return attributes(agency, "name", "address", "branch") | licence | _reason()

    make_agency("PT Ada Dahulu")
    return Sheet(
        office[Role.ADMIN],
        "/rujukan/p3mi/baru",
        {
            "name": f"PT {secrets.token_hex(6)}",
            "status": "aktif",
            "valid_from": today().isoformat(),
            **TOLD,
        },
        stored=stored,
        pages=lambda: (
            (office[Role.ADMIN], "/rujukan/p3mi"),
            (office[Role.ADMIN], f"/rujukan/p3mi/{newest(Agency).id}"),
        ),
    )


def _on_agency(
    office: Office, step: str, stored: Callable[[Any], Values], agency: Agency, **base: Any
) -> Sheet:
    number, path = agency.id, f"/rujukan/p3mi/{agency.id}"
    return Sheet(
        office[Role.ADMIN],
        f"{path}/{step}",
        {"reason": TOLD["reason"], **base},
        stored=lambda: stored(db.session.get_one(Agency, number)) | _reason(),
        pages=((office[Role.ADMIN], path), (office[Role.ADMIN], "/rujukan/p3mi")),
    )


def _agency() -> Agency:
    return make_agency(f"PT {secrets.token_hex(6)}")


@sheet(reference.AgencyForm)
def changed_agency(office: Office) -> Sheet:
    return _on_agency(
        office,
        "ubah",
        lambda agency: attributes(agency, "name", "address", "branch"),
        _agency(),
        name=f"PT {secrets.token_hex(6)}",
    )


@sheet(reference.LicenceForm)
def licence(office: Office) -> Sheet:
    return _on_agency(
        office,
        "izin",
        lambda agency: attributes(_licence(agency), "number", "source", "note"),
        _agency(),
        status="aktif",
        valid_from=today().isoformat(),
        source=TOLD["source"],
    )


@sheet(reference.EndForm)
def ended_licence(office: Office) -> Sheet:
    _agency()  # the list does not fall silent
    agency = _agency()
    step = f"izin/{_licence(agency).id}/akhiri"
    return _on_agency(office, step, lambda agency: {}, agency, last_day=today().isoformat())


@sheet(reference.AliasForm)
def alias(office: Office) -> Sheet:
    def stored(agency: Agency) -> Values:
        return {"name": agency.aliases[-1].name if agency.aliases else None}

    return _on_agency(office, "nama", stored, _agency(), name=f"Nama {secrets.token_hex(6)}")


@sheet(reference.ReasonForm)
def removed_alias(office: Office) -> Sheet:
    agency, name = _agency(), f"nama {secrets.token_hex(6)}"
    other = AgencyAlias(agency_id=agency.id, name=name, normal_name=name)
    db.session.add(other)
    log.record(Event.REFERENCE_CHANGED, by=log.SYSTEM, area_code="0")
    db.session.commit()
    return _on_agency(office, f"nama/{other.id}/hapus", lambda agency: {}, agency)


def _text(value: Any) -> str:
    """A value as the form of a row sends it."""
    if value is None:
        return ""
    return str(value.value if isinstance(value, Enum) else value)


def _row(office: Office, item: ReferenceList) -> Sheet:
    """The newest row of a list, to be replaced by one of a later day."""
    open_rows = select(item.model).where(item.model.valid_to.is_(None))
    row = db.session.scalars(open_rows.order_by(item.model.id.desc())).first()
    day: date = max(row.valid_from, today()) + timedelta(days=1)
    if item.since == TAKEN:
        day = min(row.valid_from + timedelta(days=1), today())
    base = {name: _text(value) for name, value in reference.row_data(item, row).items()}
    names = [name for name in ("source", "note", *base) if hasattr(item.model, name)]
    texts = [name for name in names if isinstance(getattr(row, name), str | None)]
    path = f"/rujukan/{item.slug}"
    return Sheet(
        office[Role.ADMIN],
        f"{path}/{row.id}/ganti",
        base | {"valid_from": day.isoformat(), **TOLD},
        stored=lambda: attributes(newest(item.model), *texts) | _reason(),
        pages=((office[Role.ADMIN], path),),
        untold=frozenset({"reason", *value_names(item)} - set(shown_names(item))),
    )


for _item in LISTS:
    _register(reference.row_form(_item), f"row of {_item.slug}", _row, _item)


@sheet(reference.EndForm)
def ended_row(office: Office) -> Sheet:
    made = _row(office, next(item for item in LISTS if item.slug == "jabatan-samar"))
    path = made.path.replace("/ganti", "/akhiri")
    base = {"last_day": made.base["valid_from"], "reason": TOLD["reason"]}
    return Sheet(made.client, path, base, stored=_reason)


def _upload(office: Office, slug: str) -> Sheet:
    data = book([("PT. Satu Dua", "Aktif")], ("nama", "status"))
    return Sheet(
        office[Role.ADMIN],
        f"/rujukan/{slug}/impor",
        {"valid_from": today().isoformat(), "source": TOLD["source"]},
        extra={"berkas": lambda: (io.BytesIO(data), "daftar.xlsx")},
    )


_register(reference.UploadForm, "uploaded agencies", _upload, "p3mi", alone="source")
_register(reference.FiguresUploadForm, "uploaded figures", _upload, "penduduk", alone="source")


@sheet(reference.ConfirmForm)
def confirmed_upload(office: Office) -> Sheet:
    name = f"PT {secrets.token_hex(6)}"
    data = book([(name, "Aktif")], ("nama", "status"))
    made = _upload(office, "p3mi")
    made.extra["berkas"] = lambda: (io.BytesIO(data), "daftar.xlsx")
    page = made.send({})
    base = {name: hidden(page, name) for name in ("muatan", "dilihat")}
    return Sheet(
        office[Role.ADMIN],
        "/rujukan/p3mi/impor/simpan",
        base | {"reason": TOLD["reason"]},
        stored=_reason,
    )


_FREE = cycle(range(50, 100))  # numbers of subdistricts that are none


def _decree(office: Office, data: bytes) -> Sheet:
    return Sheet(
        office[Role.ADMIN],
        "/rujukan/wilayah",
        {"decree": "Keputusan uji", "since": today().isoformat()},
        extra={"berkas": lambda: (io.BytesIO(data), "keputusan.xlsx")},
    )


@sheet(reference.DecreeUploadForm, "decree")
def uploaded_decree(office: Office) -> Sheet:
    return _decree(office, book([("180701", "180799")], ("Kode Lama", "Kode Baru")))


@sheet(reference.DecreeConfirmForm)
def confirmed_decree(office: Office) -> Sheet:
    new = f"1807{next(_FREE)}"
    page = _decree(office, book([("", new, "Uji")], ("Kode Lama", "Kode Baru", "Nama"))).send({})
    base = {name: hidden(page, name) for name in ("muatan", "dilihat")}
    return Sheet(office[Role.ADMIN], "/rujukan/wilayah/simpan", base)


def kinds_of(form: type[BaseForm]) -> Iterator[str]:
    """The names of the sheets of a form."""
    return (name for name, kind in KINDS.items() if kind.form is form)
