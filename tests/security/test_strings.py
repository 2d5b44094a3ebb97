"""Odd and hostile texts in every field: stored, shown and exported as typed, or refused.

form -> database -> pages -> workbook -> import. The client of the suite parses every page strictly,
so a text that becomes markup is seen at once.
"""

import io
import random
import re
from collections.abc import Callable
from itertools import cycle

import openpyxl
import pytest
from html5lib.html5parser import ParseError
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.events import Event
from registry.db import db
from registry.departures.fields import FULL_SIGHT
from registry.departures.filters import Filter
from registry.departures.models import Departure
from registry.enums import DocumentKind
from registry.formatting import today
from registry.reference.models import Agency
from registry.regions.area import Area
from registry.workbooks.importing import plan
from tests.factories import VILLAGE, make_departure, make_user
from tests.page import beside, h1, links, text_of, token
from tests.pages.exports.books import people, written
from tests.security.strings import LONG, RULES, both, is_refused, kept, naughty, suits

REFUSED = "Ada karakter yang tidak"  # dapat disimpan, or terlihat
BROKEN_FORMULA = "Sel ini berisi galat rumus. Ganti dengan nilainya."
RECORDS = 35
PLAIN = "Sukadana Ilir"  # where a text of a corpus does not fit
# Each step of the record with its text fields and how long each may be.
STEPS = {
    "warga": {"name": 120},
    "alamat": {"address": 200, "family_name": 120},
    "tujuan": {
        "agency_name": 160,
        "job_title": 120,
        "recruiter_name": 120,
        "employer_name": 160,
        "destination_city": 120,
        "training_body": 160,
        "job_order": 80,
        "immigration_office": 120,
        "id_pmi": 40,
    },
    "dokumen": {"paspor-number": 60},
    "surat-izin": {"nomor": 60, "penanda_tangan": 120},
    "batal": {"batal-alasan": 300},
}
LONGEST = max(most for fields in STEPS.values() for most in fields.values())
HEADINGS = {
    "Nama": "name",
    "Alamat": "address",
    "P3MI": "agency_name",
    "Jabatan": "job_title",
    "Perekrut": "recruiter_name",
    "Pemberi Kerja": "employer_name",
    "Kota Tujuan": "destination_city",
    "LPK": "training_body",
    "No. Job Order": "job_order",
    "Kantor Imigrasi": "immigration_office",
    "No. ID PMI": "id_pmi",
    "No. Surat Izin": "nomor",
}


class Pen:
    """Somebody who types one text into every field of a record, step by step."""

    def __init__(self, client, departure):
        self.client, self.id = client, departure.id
        self.stored: dict[str, str | None] = {}
        self.refused = 0

    @property
    def departure(self):
        db.session.expire_all()
        return db.session.get(Departure, self.id)

    def write(self, text_for):
        """Fill in every field, each with a text that fits it."""
        for step, fields in STEPS.items():
            typed = {name: text_for(rule_of(name), most) for name, most in fields.items()}
            answer = self.send(step, typed)
            if answer.status_code == 302:
                self.stored |= {name: kept(value) for name, value in typed.items()}
            else:  # a reason that is too short, or nothing but blanks where something is needed
                assert answer.status_code in (200, 400), (step, typed)
                assert "error-summary" in answer.text, (step, typed)
                self.refused += len(fields)
        db.session.rollback()

    def send(self, step, typed):
        version = str(self.departure.revision)
        data = {"csrf_token": self.csrf, "versi": version, "batal-versi": version, **typed}
        data |= {"rt": "1", "country": "TW", "scheme": "p_to_p", "agency_unlisted": "1"}
        data |= {"paspor-status": "ada", "tanggal": today().isoformat(), "hubungan": "ibu"}
        db.session.rollback()
        return self.client.post(f"/keberangkatan/{self.id}/{step}", data=data)

    @property
    def csrf(self):
        if not hasattr(self.client, "kept_token"):
            self.client.kept_token = token(self.client.get("/akun/saya"))
        return self.client.kept_token

    def in_database(self):
        found = self.departure
        passport = found.document(DocumentKind.PASSPORT)
        permission = found.document(DocumentKind.FAMILY_PERMISSION)
        others = {
            "paspor-number": passport.number if passport else None,
            "nomor": permission.number if permission else None,
            "penanda_tangan": found.letter_signer,
            "batal-alasan": found.cancel_reason,
        }
        values = {}
        for name in self.stored:
            owner = found.resident if hasattr(found.resident, name) else found
            values[name] = others[name] if name in others else getattr(owner, name)
        return values


def rule_of(name):
    """What the rule of a field is called; other forms call other things a name."""
    return "resident.name" if name == "name" else name


def rounds(texts):
    """The texts again and again, each time in another order, so that each comes to every field."""
    order = random.Random(7)
    while True:
        yield from order.sample(texts, len(texts))


def all_texts():
    """For each record that is to be written, what gives it a text for a field of some length.

    Our own texts take turns; each of a corpus fills every field of a record that it fits into.
    """
    ours, theirs = ([text for text in texts if not is_refused(text)] for texts in both())
    turning, naming = rounds(ours), cycle(ours)
    for _ in range(RECORDS):
        yield lambda name, most: next(
            text
            for text in (naming if name in RULES else turning)
            if len(text) <= most and suits(name, text)
        )
    for text in theirs:
        yield (
            lambda name, most, text=text: text if len(text) <= most and suits(name, text) else PLAIN
        )


def squashed(text):
    return " ".join((text or "").split())


def live_cells(data):
    """The cells of a workbook that a program would work out rather than show."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [
        cell.coordinate
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" or cell.hyperlink
    ]


def unlike(pens, data):
    """Where the workbook does not say what is stored, as two readers read it."""
    rows = {row["No. Registrasi"]: row for row in people(data)}
    heading, *lines = (
        CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Data").to_python()
    )
    others = {line[0]: dict(zip(heading, line, strict=True)) for line in lines}
    found = []
    for pen in pens:
        number = pen.departure.registration_number
        for heading, name in HEADINGS.items():
            read = unescape(rows[number][heading] or ""), others[number][heading]
            if name in pen.stored and read != (pen.stored[name] or "",) * 2:
                found.append((heading, pen.stored[name], read))
    return found


@pytest.fixture
def operator(app):
    return make_user()


@pytest.fixture
def pen(sign_in: Callable, operator: User):
    client = sign_in(operator)
    return lambda: Pen(client, make_departure(by=operator))


def test_every_text_comes_through_as_typed(pen, operator, tmp_path):
    pens = []
    for text_for in all_texts():
        this = pen()
        this.write(text_for)
        assert this.in_database() == this.stored
        seen = text_of(this.client.get(f"/keberangkatan/{this.id}"))
        for name, value in this.stored.items():
            assert squashed(value) in seen, (name, value)
        pens.append(this)
    fitting = [text for text in naughty() if not is_refused(text) and len(text) <= LONGEST]
    assert {value for this in pens for value in this.stored.values()} >= set(map(kept, fitting))
    fields = sum(len(this.stored) for this in pens)
    print(f"{len(fitting)} texts, {fields} fields written, {sum(p.refused for p in pens)} refused")
    for number, path in enumerate(("tanda-terima", "surat-izin", "surat-izin/cetak", "tujuan")):
        for this in pens[number::5]:
            page = this.client.get(f"/keberangkatan/{this.id}/{path}")
            assert page.status_code in (200, 302, 409), (path, this.stored)
    assert _all_names(pens[0].client) >= {squashed(this.stored.get("name")) for this in pens} - {""}
    data, _ = written(tmp_path, Filter(Area(VILLAGE)), FULL_SIGHT)
    assert live_cells(data) == []
    assert unlike(pens, data) == []
    found = plan(operator, data, "kembali.xlsx")
    # A cell that says #REF! is taken for a broken formula, and told so.
    assert {p.message for row in found.bad for p in row.problems} <= {BROKEN_FORMULA}
    changed = [{**update.person, **update.plan, **update.papers} for update in found.updates]
    assert (found.new, changed, found.resident_changes) == ([], [], {})


def test_what_no_workbook_can_hold_is_refused_in_every_field(pen):
    this = pen()
    before = this.in_database()
    for text, (step, fields) in zip(
        filter(is_refused, naughty()), cycle(STEPS.items()), strict=False
    ):
        answer = this.send(step, dict.fromkeys(fields, text))
        assert text_of(answer).count(REFUSED) >= len(fields), (step, text)
    assert this.in_database() == before


@pytest.mark.parametrize("text", ["😀", "=cmd|' /C calc'!A0 a", "<script>alert(1)</script>", "{a}"])
def test_what_is_no_name_is_refused_beside_each_name(pen, text):
    this = pen()
    before = this.in_database()
    tried = set()
    for step, fields in STEPS.items():
        names = [name for name in fields if rule_of(name) in RULES]
        answer = this.send(step, dict.fromkeys(names, text))
        for name in names:
            assert beside(answer, name), (step, name)
        tried |= set(map(rule_of, names))
    assert tried == set(RULES)
    assert this.in_database() == before


def _all_names(client):
    """Every name of the list, page by page."""
    found, path = set(), "/keberangkatan"
    while path:
        page = client.get(path)
        assert page.status_code == 200
        addresses = links(page)
        found |= {name for name, url in addresses if url.startswith("/keberangkatan/")}
        path = next((url for name, url in addresses if "setelah=" in url), None)
    return found


def test_a_text_beyond_its_field_is_refused_and_told_how_long_it_may_be(pen):
    this = pen()
    before = this.in_database()
    for step, fields in STEPS.items():
        answer = this.send(step, dict.fromkeys(fields, LONG))
        assert answer.status_code in (200, 400), step
        told = re.findall("Paling panjang|Panjangnya antara", text_of(answer))
        assert len(told) >= len(fields), step
    assert this.in_database() == before


def test_lists_and_searches_take_any_text_without_breaking(app, sign_in, operator):
    clients = [sign_in(operator), sign_in(make_user(role=Role.ADMIN))]
    csrf = [token(client.get("/akun/saya")) for client in clients]
    for text in [*naughty(every=3), LONG[:3000]]:
        said = {"q": text, "wilayah": text, "negara": text, "dari": text, "urut": text}
        answers = [
            clients[0].get("/keberangkatan", query_string={name: value})
            for name, value in said.items()
        ]
        answers.append(clients[0].post("/cari", data={"csrf_token": csrf[0], "q": text}))
        answers.append(clients[1].get("/akun", query_string={"q": text, "wilayah": text}))
        answers.append(clients[1].get("/rujukan/p3mi", query_string={"nama": text}))
        form = {"csrf_token": csrf[1], "username": text, "password": text, "next": text}
        answers.append(clients[1].post("/bahasa", data={**form, "language": "id"}))
        for answer in answers:
            assert answer.status_code < 500, (text, answer.request.path)
            assert re.match("/(?!/)", answer.location or "/"), text


def test_names_of_accounts_and_companies_come_through_too(sign_in, operator):
    admin = sign_in(make_user(role=Role.ADMIN))
    csrf = token(admin.get("/akun/saya"))
    same = {"csrf_token": csrf, "role": "operator", "area_code": VILLAGE}
    company = {"csrf_token": csrf, "status": "aktif", "valid_from": today().isoformat()}
    for text in naughty(every=5):
        answer = admin.post(f"/akun/{operator.id}", data={**same, "name": text[:120]})
        db.session.expire_all()
        if answer.status_code == 302:
            assert db.session.get(User, operator.id).name == kept(text[:120])
        else:
            assert is_refused(text[:120]) or kept(text[:120]) is None, text
        told = {"name": text[:160], "address": text[:160], "branch": text[:160]}
        answer = admin.post(
            "/rujukan/p3mi/baru",
            data={**company, **told, "reason": "Daftar kementerian", "source": "Daftar uji"},
        )
        if answer.status_code == 302:
            known = db.session.scalars(select(Agency).order_by(Agency.id.desc())).first()
            assert (known.name, known.address) == (kept(text[:160]), kept(text[:160]))
        else:
            assert answer.status_code == 200, text
    assert h1(admin.get("/rujukan/p3mi"))


# The same looks, over planted flaws


def test_a_template_that_does_not_escape_is_found(app, pen, sign_in, operator, monkeypatch):
    monkeypatch.setattr(app.jinja_env, "autoescape", False)
    departure = pen().departure
    departure.resident.name = "<script>alert(1)</script>"
    log.record(Event.DEPARTURE_CHANGED, by=log.SYSTEM, area_code=VILLAGE)
    db.session.commit()
    page = f"/keberangkatan/{departure.id}"
    monkeypatch.setattr(app.jinja_env, "autoescape", False)
    client = sign_in(operator)
    with pytest.raises((AssertionError, ParseError)):
        client.get(page)


def test_a_formula_in_a_workbook_is_found():
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["=1+1"])
    book.save(out)
    assert live_cells(out.getvalue()) == ["A1"]
