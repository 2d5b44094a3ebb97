"""The fields that a report names are those whose values stood in the answer, page by page."""

import re
from datetime import date, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from registry.departures import decisions, emergency, operations
from registry.departures.fields import FIELDS, FULL_SIGHT, JOURNAL_FIELDS, PAPER_FIELDS, shown
from registry.departures.models import Departure, Flag
from registry.enums import (
    Education,
    EmergencyGround,
    EmployerKind,
    MaritalStatus,
    RecruiterKind,
    Relation,
    Scheme,
    Sex,
    Stage,
    VisaKind,
)
from registry.flags.patterns import find_patterns
from registry.formatting import today
from registry.looks.queries import Look, looks_at
from registry.looks.sights import (
    ALL_FIELDS,
    ANY_LIST,
    ON_THE_RECORD,
    RECORDS,
    SHOWN,
    seen_in,
    view_of,
)
from registry.looks.ways import OF_EVENT
from registry.reference.queries import load_reference
from registry.regions.area import Area
from tests.factories import DISTRICT, VILLAGE, make_departure, make_nik, make_user
from tests.page import HTML, parsed, post, words

LABELS = {info.label: name for name, info in (FIELDS | JOURNAL_FIELDS).items()}
LABELS |= {f"Dokumen: {info.label}": name for name, info in PAPER_FIELDS.items()}
REASON = "Keluarga kehilangan kabar"
RECRUITER = {"recruiter_name": "Zulfikar Perantara", "recruiter_phone": "+6281355500011"}
SEEDED = {
    "rt": "087",
    "rw": "093",
    "phone": "+6281355500022",
    "address": "Dusun Mangga Berduri",
    "family_card": "1807019988776655",
    "family_name": "Karsinah Tunggal",
    "family_relation": Relation.MOTHER,
    "family_phone": "+6281355500033",
    "education": Education.JUNIOR,
    "marital_status": MaritalStatus.WIDOWED,
    "country": "BN",
    "scheme": Scheme.G_TO_G,
    "agency_name": "PT Kapal Karam",
    "job_title": "Penyadap getah",
    "employer_kind": EmployerKind.HOUSEHOLD,
    "visa_kind": VisaKind.TRAINING,
    "amount_asked": 7_654_321,
    "contract_months": 29,
    "employer_name": "Toko Embun Pagi",
    "destination_city": "Kuala Belait",
    "promised_wage": 8_765_432,
    "visa_country": "QA",
    "contract_country": "OM",
    "transit_country": "JO",
    "recruiter_advance": 3_456_789,
    "recruiter_kind": RecruiterKind.INDIVIDUAL,
    "training_body": "LPK Bukit Sunyi",
    "job_order": "JO-778-XY",
    "immigration_office": "Kantor Imigrasi Kalianda",
    "id_pmi": "QW99887766",
}
DAYS = {"planned_on", "departed_on"}
ROLES = tuple(role for role in Role if role is not Role.ADMIN)
OFFICES = (Role.LABOUR_OFFICE, Role.BP3MI)


@pytest.fixture
def people(app):
    """Three people in one pattern, each with every value; one has left."""
    operator = make_user()
    made = []
    for number, stage in enumerate((Stage.PLANNED, Stage.PLANNED, Stage.DEPARTED)):
        one = make_departure(
            by=operator,
            stage=stage,
            name=f"Wagiyem {'ABC'[number] * 4}",
            nik=make_nik(),
            sex=Sex.FEMALE,
            birth_date=date(1997, 11, 5 + number),
            planned_on=today() - timedelta(days=40 + number),
        )
        if not made:
            # The letter is of another country than the plan of today.
            operations.record_letter(
                one,
                number="470/12",
                issued_on=today(),
                signer="Sumiati Penanda",
                relation=Relation.SIBLING,
                by=operator,
                seen_revision=one.revision,
            )
        values = SEEDED | RECRUITER
        operations.save_answers(one, values, by=operator, seen_revision=one.revision)
        made.append(one)
    decisions.submit(made[0], by=operator, seen_revision=made[0].revision)
    declarer = make_user(role=Role.BP3MI)
    emergency.open_access(made[0], by=declarer, ground=EmergencyGround.DANGER, reason=REASON)
    db.session.commit()
    return made


def values_of(people, app):
    """Every field's words on a screen, for each of the people."""
    found = {"ground": {EmergencyGround.DANGER.label}, "emergency_reason": {REASON}}
    with app.test_request_context(), force_locale("id"):
        for name in ALL_FIELDS:
            info = FIELDS.get(name) or PAPER_FIELDS[name]
            for one in people if name in FIELDS else ():
                value = getattr(one.resident if info.owner == "resident" else one, name)
                if value not in (None, ""):
                    found.setdefault(name, set()).add(shown(info, value, FULL_SIGHT))
    return found


def read(answer):
    """What stands on a page beside what may be chosen in its forms."""
    root = parsed(answer.text).find(f".//{HTML}main")
    root = root if root is not None else parsed(answer.text).find(f".//{HTML}body")
    chosen = root.iter(f"{HTML}option")
    typed = [words(option) for option in chosen if option.get("selected") is not None]
    typed += [field.get("value") or "" for field in root.iter(f"{HTML}input")]
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{HTML}select" or child.get("role") == "search":
                parent.remove(child)
    return " ".join(" ".join([*root.itertext(), *typed]).split())


def fields_in(answer, values, whole):
    """The fields of which a value stands on the page, `whole` being those that are named."""
    text = read(answer)
    found = {
        name
        for name, said in values.items()
        if any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text) for one in said)
    }
    # A row shows the one day or the other, as far as its person went.
    return found | (DAYS & whole) if found & DAYS else found


def last_look():
    seq = db.session.scalar(select(JournalEntry.seq).order_by(JournalEntry.seq.desc()).limit(1))
    (look,) = looks_at(JournalEntry.__table__.c.seq == seq)
    db.session.rollback()
    return look


def named(labels):
    """By the names of their fields; the people of these tests have no papers."""
    return {LABELS[label] for label in labels} - set(PAPER_FIELDS)


def pattern_paths():
    found = find_patterns(Area(DISTRICT), load_reference(), today())
    db.session.rollback()
    return [f"/pola/{pattern.id}" for pattern in found]


EXACT = {
    "/": ROLES,
    "/keberangkatan": ROLES,
    "/keberangkatan?q=Wagiyem+AAAA": ROLES,
    "/cari": ROLES,
    "/periksa": (Role.REVIEWER,),
    "/tanda?lingkup=semua": ROLES,
    "/tanda/{flag}": ROLES,
    "/akses-darurat": (Role.BP3MI,),
    "/keberangkatan/baru": (Role.OPERATOR, Role.REVIEWER),
    "/keberangkatan/{id}/surat-izin/cetak": (Role.OPERATOR, Role.VILLAGE_HEAD),
    "/keberangkatan/{id}/tanda-terima": (Role.OPERATOR, Role.VILLAGE_HEAD),
}

# What may stand there: in place of the company, and in the sentences of some flags.
MAY_STAND = {"/keberangkatan/{id}/surat-izin/cetak": {"scheme"}, "/": {"visa_kind"}}


def asked(client, path, people):
    first = people[0]
    if path == "/cari":
        return post(client, path, {"q": first.resident.nik}, seen="/akun/saya")
    if path == "/keberangkatan/baru":
        return post(client, path, {"cari": "Wagiyem AAAA", "desa": VILLAGE}, seen=path)
    flag = db.session.scalar(select(Flag.id).where(Flag.departure_id == first.id))
    db.session.rollback()
    return client.get(path.format(id=first.id, flag=flag))


@pytest.mark.parametrize(
    ("path", "role"), [(path, role) for path, roles in EXACT.items() for role in roles]
)
def test_the_fields_named_are_those_on_the_page(app, people, sign_in, path, role):
    values = values_of(people, app)
    area = "0" if path == "/akses-darurat" else None
    client = sign_in(make_user(role=role, area=area))
    answer = asked(client, path, people)
    assert answer.status_code == 200
    whole = named(last_look().seen.whole)
    found = fields_in(answer, values, whole)
    assert found <= whole
    assert whole - found <= MAY_STAND.get(path, set())


@pytest.mark.parametrize("role", OFFICES)
def test_a_pattern_names_the_recruiter_and_the_phone_where_it_is_shared(app, people, sign_in, role):
    values = values_of(people, app)
    client = sign_in(make_user(role=role))
    seen = set()
    for path in pattern_paths():
        answer = client.get(path)
        whole = named(last_look().seen.whole)
        assert whole == fields_in(answer, values, whole)
        seen |= whole
    assert {"recruiter_name", "recruiter_phone", "planned_on"} <= seen


OPENED = ("/keberangkatan/{id}", "/keberangkatan/{id}/mengapa", "/keberangkatan/{id}/surat-izin")
PRINTERS = (Role.OPERATOR, Role.VILLAGE_HEAD, Role.REVIEWER)


@pytest.mark.parametrize(
    ("path", "role"),
    [(path, role) for path in OPENED for role in (PRINTERS if "surat" in path else ROLES)],
)
def test_an_opened_record_shows_nothing_that_is_not_named(app, people, sign_in, path, role):
    values = values_of(people, app)
    answer = asked(sign_in(make_user(role=role)), path, people)
    assert answer.status_code == 200
    whole = named(last_look().seen.whole)
    assert fields_in(answer, values, whole) <= whole


@pytest.mark.parametrize("role", ROLES)
def test_a_step_on_a_flag_counts_as_the_record_of_that_role(app, people, sign_in, role):
    values = values_of(people, app)
    client = sign_in(make_user(role=role))
    record = client.get(f"/keberangkatan/{people[0].id}")
    opened = last_look()
    step = Look(9, opened.at, "flag.followed_up", opened.actor, role.value, {"nomor": "x"})
    assert step.seen == opened.seen
    whole = named(step.seen.whole)
    assert fields_in(record, values, whole) <= whole
    numbers = {"nik", "family_card", "phone", "address"}
    assert numbers & whole == (numbers if role in (Role.OPERATOR, Role.VILLAGE_HEAD) else set())


MARKS = {
    "ajukan": ("tombol", {}),
    "berangkat": ("berangkat", {"tanggal": "today"}),
    "pulang": ("pulang", {"tanggal": "today", "jenis": "cuti"}),
    "batal": ("batal", {"alasan": "Batal karena sakit"}),
    "tarik": ("tarik", {"alasan": "Salah menandai"}),
    "hapus": ("tombol", {}),
}
IN = {"ajukan": 1, "berangkat": 1, "pulang": 2, "batal": 1, "tarik": 2, "hapus": 1}


def marked(client, one, verb):
    """Take the step on the record's page; what the page and the step were journaled as."""
    page = f"/keberangkatan/{one.id}"
    client.get(page)
    opened = last_look()
    prefix, given = MARKS[verb]
    given = {name: today().isoformat() if said == "today" else said for name, said in given.items()}
    sent = {f"{prefix}-{name}": said for name, said in given.items()}
    revision = db.session.get_one(Departure, one.id).revision
    db.session.rollback()
    answer = post(client, f"{page}/{verb}", sent | {f"{prefix}-versi": str(revision)}, seen=page)
    assert answer.status_code == 302
    return opened, last_look()


@pytest.mark.parametrize("verb", MARKS)
def test_a_step_on_a_record_names_what_its_page_shows(people, sign_in, verb, monkeypatch):
    reviewer = sign_in(make_user(role=Role.REVIEWER))
    opened, step = marked(reviewer, people[IN[verb]], verb)
    assert step.event.startswith("departure.")
    assert step.seen == opened.seen
    assert "NIK" in step.seen.masked
    # The canary: as a step with the whole person in view it would name the number.
    monkeypatch.setattr("registry.looks.sights.ON_THE_RECORD", frozenset())
    assert "NIK" in step.seen.whole


def test_every_other_entry_about_a_person_counts_as_the_whole_of_them(app):
    """What this table does not hold is read as more, never as less."""
    less = {event for event in Event if view_of(event.value, {}) is not SHOWN}
    looked = {event.value for event in less} - ON_THE_RECORD
    assert looked == {*OF_EVENT, "departure.letter"} - {"person.revealed", "person.printed"}


def test_an_entry_that_does_not_tell_its_page_is_read_as_more(app):
    assert view_of("list.seen", {"id": [1]}) == ANY_LIST
    assert view_of("list.seen", {"halaman": "lain", "id": [1]}) == ANY_LIST
    labels = {LABELS[label] for label in seen_in(ANY_LIST, "operator").whole}
    assert {"address", "recruiter_name", "recruiter_phone", "emergency_reason"} <= labels
    old = {"saringan": [], "jumlah": 1, "id": [1]}
    assert view_of("list.seen", old) == RECORDS
    named_too = seen_in(view_of("people.searched", old), "bp3mi").whole
    assert "Nama" in named_too
    by_number = seen_in(view_of("people.searched", old | {"dicari": "nomor registrasi"}), "bp3mi")
    assert "Nama" in by_number.masked
    residents = {"ditemukan": 1, "warga": [1]}
    assert "Dusun atau alamat" in seen_in(view_of("people.searched", residents), "operator").whole
    assert "Dusun atau alamat" in seen_in(view_of("people.searched", residents), "reviewer").masked
    pattern = {"halaman": "pola", "pola": "x", "id": [1]}
    assert "Telepon perekrut" in seen_in(view_of("list.seen", pattern), "bp3mi").whole
    filtered = {"halaman": "keberangkatan", "saringan": [["skema", "g_to_g"]], "id": [1]}
    assert "Skema" in seen_in(view_of("list.seen", filtered), "bp3mi").whole
