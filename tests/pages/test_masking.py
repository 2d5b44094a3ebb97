"""Every role x field x place x format: the bytes of each answer are searched for seeded values.

What each role may see is read from the one table before anything is patched; that the table says
what the contract says is pinned in tests/unit/test_fields.py.
"""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from registry.accounts.roles import Role
from registry.db import db
from registry.departures import decisions, fields, marks, operations
from registry.departures.fields import FIELDS, POLICY, Mask, Where, mask_of, masked
from registry.departures.models import Departure, Document, Resident
from registry.departures.operations import DocumentAnswer
from registry.enums import DocumentKind, DocumentStatus, EmployerKind, Relation, VisaKind
from registry.formatting import long_date, today
from registry.workbooks import columns
from tests.factories import SISTER_VILLAGE, make_departure, make_user
from tests.page import token
from tests.pages.accounts import owner
from tests.pages.exports.books import CSV, DETAIL, UNMASKED

BORN = date(1998, 3, 12)
NIK = "1807015203980917"
# Whatever of a field would give it away, in the spelling of any page or file.
SEEDED: dict[str, tuple[str, ...]] = {
    "name": ("zubaidah", "qomariyah"),
    "nik": (NIK,),
    "family_card": ("1807011711112222",),
    "birth_date": (
        BORN.isoformat(),
        long_date(BORN, str).lower(),
        f"<v>{(BORN - date(1899, 12, 30)).days}</v>",
    ),
    "address": ("dusun tanjungwangi",),
    "rt": ("ѣ7ѳ",),
    "rw": ("ѳ8ѣ",),
    "phone": ("81377012345",),
    "family_name": ("kartosuwiryo",),
    "family_phone": ("81399054321",),
    "id_pmi": ("idp-771188",),
    "recruiter_name": ("broto penyalur",),
    "recruiter_phone": ("81255567788",),
    "letter_signer": ("mangunsarkoro",),
    "send_back_reason": ("akta tertukar",),
    "cancel_reason": ("ibunya terbaring",),
    "passport": ("x7712345",),
    "migrant_card": ("ek-446688",),
    "letter_number": ("470/881/2026",),
}
OF_PAPERS = ("passport", "migrant_card", "letter_number")
KEYS = re.compile(r"[\s.]")


def mask_named(name: str) -> Mask:
    return Mask.NUMBER if name in OF_PAPERS else mask_of(name)


def _hidden(role: Role, where: Where) -> frozenset[str]:
    """The fields whose mask the table does not lift for this role in this place."""
    sight = POLICY[where][role]
    lifted = {
        Mask.OPEN: True,
        Mask.NAME: sight.sees_names,
        Mask.RECRUITER: sight.sees_recruiters,
        Mask.BETWEEN_OFFICES: sight.sees_names,
    }
    return frozenset(n for n in SEEDED if not lifted.get(mask_named(n), sight.sees_numbers))


HIDDEN = {(role, where): _hidden(role, where) for role in Role for where in Where}


class People:
    """Somebody with everything recorded, the same NIK elsewhere, and somebody who cancelled."""

    def __init__(self) -> None:
        self.operator = make_user()
        self.full = self._full()
        make_departure(
            by=make_user(area=SISTER_VILLAGE),
            village=SISTER_VILLAGE,
            name="Zubaidah Qomariyah",
            nik=NIK,
            birth_date=BORN,
        )
        self.cancelled = make_departure(by=self.operator, name="Zubaidah Dua")
        marks.cancel(
            self.cancelled, "Ibunya terbaring", by=self.operator, seen_revision=self._version()
        )
        db.session.commit()

    def _version(self) -> int:
        return self.cancelled.revision

    def _full(self) -> Departure:
        by = self.operator
        made = make_departure(
            by=by,
            name="Zubaidah Qomariyah",
            nik=NIK,
            birth_date=BORN,
            phone="+6281377012345",
            rt="ѣ7ѳ",
            rw="ѳ8ѣ",
            visa_kind=VisaKind.TOURIST,
            employer_kind=EmployerKind.HOUSEHOLD,
            recruiter_name="Broto Penyalur",
            recruiter_phone="+6281255567788",
        )
        more = {
            "address": "Dusun Tanjungwangi",
            "family_card": "1807011711112222",
            "family_name": "Kartosuwiryo",
            "family_relation": Relation.SIBLING,
            "family_phone": "+6281399054321",
            "id_pmi": "IDP-771188",
        }
        operations.save_answers(made, more, by=by, seen_revision=made.revision)
        papers = {
            DocumentKind.PASSPORT: DocumentAnswer(
                DocumentStatus.PRESENT, "X7712345", None, today() + timedelta(days=900)
            ),
            DocumentKind.MIGRANT_CARD: DocumentAnswer(DocumentStatus.PRESENT, "EK-446688"),
        }
        operations.save_documents(made, papers, by=by, seen_revision=made.revision)
        operations.record_letter(
            made,
            number="470/881/2026",
            issued_on=today(),
            signer="Mangunsarkoro",
            relation=Relation.FATHER,
            by=by,
            seen_revision=made.revision,
        )
        decisions.submit(made, by=by, seen_revision=made.revision)
        reviewer = make_user(role=Role.REVIEWER)
        decisions.send_back(
            made,
            "Akta tertukar",
            by=reviewer,
            seen_revision=made.revision,
            lone_reviewer=False,
        )
        db.session.commit()
        return made


Get = Callable[[Any, People], Any]


def page(path: str) -> Get:
    return lambda client, people: client.get(
        path.format(id=people.full.id, cancelled=people.cancelled.id, flag=people.full.flags[0].id)
    )


def search_of(client: Any, people: People) -> Any:
    csrf = token(client.get("/akun/kata-sandi"))
    return client.post("/cari", data={"q": NIK, "csrf_token": csrf})


def pattern_of(client: Any, people: People) -> Any:
    found = re.search(r"/pola/[0-9a-f]+", client.get("/pola").text)
    return client.get(found[0]) if found else client.get("/pola")


def reveal_of(client: Any, people: People) -> Any:
    given = {"csrf_token": token(client.get("/akun/kata-sandi")), "alasan": "Aduan keluarga"}
    return client.post(f"/keberangkatan/{people.full.id}/tampilkan", data=given)


def unmasked_of(client: Any, people: People) -> Any:
    csrf = token(client.get("/akun/kata-sandi"))
    given = {"csrf_token": csrf, "keperluan": "Verifikasi lapangan", **owner()}
    return client.post(UNMASKED, data=given)


LISTS: dict[str, Get] = {
    "beranda": page("/"),
    "daftar": page("/keberangkatan"),
    "pencarian": search_of,
    "periksa": page("/periksa"),
    "antrean tanda": page("/tanda"),
    "tanda": page("/tanda/{flag}"),
    "daftar pola": page("/pola"),
    "pola": pattern_of,
    "dasbor": page("/dasbor"),
    "jurnal": page("/jurnal"),
    "akses darurat": page("/akses-darurat"),
    "xlsx": page(DETAIL),
    "csv": page(CSV),
    "rekap": page("/ekspor/rekap.xlsx"),
    "unduh": page(UNMASKED),
    "permintaan": page("/ekspor/permintaan"),
}
RECORDS: dict[str, Get] = {
    "catatan": page("/keberangkatan/{id}"),
    "catatan batal": page("/keberangkatan/{cancelled}"),
    "mengapa": page("/keberangkatan/{id}/mengapa"),
}
SHOWN: dict[str, Get] = {
    "tampilkan": reveal_of,
    "surat izin": page("/keberangkatan/{id}/surat-izin/cetak"),
    "tanda terima": page("/keberangkatan/{id}/tanda-terima"),
    "unduhan": unmasked_of,
}
PLACES = {Where.LIST: LISTS, Where.RECORD: RECORDS, Where.SHOWN: SHOWN}


def all_text(response: Any) -> str:
    """Everything in the answer, workbooks unzipped, in small letters; and again without gaps."""
    data = response.data
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"\n".join(book.read(part) for part in book.namelist())
    text = data.decode("utf-8", "replace").lower()
    return f"{text}\n{KEYS.sub('', text)}"


def found_in(response: Any) -> frozenset[str]:
    text = all_text(response)
    return frozenset(n for n, values in SEEDED.items() if any(v in text for v in values))


def leaks(role: Role, sign_in: Any, people: People, wanted: Any = PLACES) -> list[str]:
    client = sign_in(make_user(role=role))
    said = []
    for where, pages in wanted.items():
        for title, get in pages.items():
            response = get(client, people)
            assert response.status_code in (200, 302, 403), (role, title, response.status_code)
            for name in sorted(found_in(response) & HIDDEN[role, where]):
                said.append(f"{role.value} {title}: {name}")
    return said


@pytest.fixture
def people(app: Any) -> People:
    return People()


@pytest.mark.parametrize("role", Role)
def test_no_page_and_no_file_gives_away_what_the_table_hides(people, sign_in, role):
    assert leaks(role, sign_in, people) == []


def test_what_the_table_shows_is_there(people, sign_in):
    """The search would find the values: those who may see everything do see it."""
    everything = frozenset(SEEDED) - {*OF_PAPERS, "cancel_reason"}
    client = sign_in(people.operator)
    assert found_in(RECORDS["catatan"](client, people)) >= everything
    assert "cancel_reason" in found_in(RECORDS["catatan batal"](client, people))
    office = sign_in(make_user(role=Role.BP3MI))
    assert found_in(reveal_of(office, people)) >= everything
    of_record = {"send_back_reason", "cancel_reason", "letter_signer"}
    of_family = {"family_name", "family_phone"}
    in_file = frozenset(SEEDED) - of_record - of_family - {"passport"}
    assert found_in(unmasked_of(office, people)) == in_file
    assert found_in(LISTS["pola"](office, people)) == {"recruiter_name"}
    assert "recruiter_name" in found_in(LISTS["xlsx"](office, people))


def test_a_mask_that_was_taken_off_is_noticed(people, sign_in, monkeypatch):
    """The canary: each kind of masking, left out, leaks a field on a page and in each file."""
    wanted = {
        Where.RECORD: {"catatan": RECORDS["catatan"]},
        Where.LIST: {"xlsx": LISTS["xlsx"], "csv": LISTS["csv"]},
    }
    for mask in set(fields._MASKS) - {Mask.BETWEEN_OFFICES, Mask.UNLISTED}:
        role = Role.REVIEWER if mask is Mask.RECRUITER else Role.LABOUR_OFFICE
        with monkeypatch.context() as patch:
            patch.setitem(fields._MASKS, mask, str)
            said = leaks(role, sign_in, people, wanted)
        for title in ("catatan", "xlsx", "csv"):
            assert any(title in line for line in said), (mask, title)


def test_one_field_that_lost_its_mask_is_noticed(people, sign_in, monkeypatch):
    """The canary of the table itself."""
    open_one = fields.FieldInfo("address", "resident", "Alamat", Mask.OPEN)
    monkeypatch.setitem(FIELDS, "address", open_one)
    said = leaks(Role.BP3MI, sign_in, people, {Where.RECORD: RECORDS})
    assert "bp3mi catatan: address" in said


def unlisted(model: Any, names: list[str]) -> set[str]:
    """Columns that neither the tables of fields nor those of facts and inner columns know."""
    known = {*FIELDS, *fields.FACTS, *fields.INNER}
    if model is Document:
        known |= fields.PAPER_FIELDS.keys()
    plain = {name: name.removesuffix("_sealed") for name in names if not name.endswith("_index")}
    return {name for name, bare in plain.items() if not {name, bare} & known}


def column_names(model: Any) -> list[str]:
    return [column.name for column in model.__table__.columns]


def test_every_column_of_a_person_stands_in_the_table(monkeypatch):
    for model in (Resident, Departure, Document):
        assert unlisted(model, column_names(model)) == set()
    # The canary: a new column, and one whose row was lost.
    assert unlisted(Resident, [*column_names(Resident), "mother_name"]) == {"mother_name"}
    monkeypatch.delitem(FIELDS, "address")
    assert unlisted(Resident, column_names(Resident)) == {"address"}


def test_a_column_that_is_missing_from_the_table_is_invisible(people, sign_in, monkeypatch):
    column = columns._field("Nama Ibu", "mother_name", "Nama ibu kandung.")
    assert column.mask is Mask.UNLISTED
    assert masked(column.mask, "Ngatinem", fields.FULL_SIGHT) is None
    monkeypatch.delitem(FIELDS, "family_name")
    for user in (people.operator, make_user(role=Role.REVIEWER)):
        client: Any = sign_in(user)
        for get in (*RECORDS.values(), *LISTS.values(), reveal_of):
            assert "family_name" not in found_in(get(client, people))


def test_the_table_names_every_role_in_every_place():
    assert set(POLICY) == set(Where)
    for by_role in POLICY.values():
        assert set(by_role) == set(Role)
