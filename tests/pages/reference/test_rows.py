"""Rows of the lists behind the rules: a new one closes the old one, and history stays."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures.models import Flag
from registry.enums import DestinationStatus, Requirement, Scheme, VisaKind
from registry.formatting import today
from registry.reference.lists import LISTS
from registry.reference.models import (
    AgeLimit,
    Destination,
    DocumentRequirement,
    FeeCeiling,
    ThresholdValue,
    VagueJob,
)
from tests.factories import make_departure, make_user
from tests.page import post, rows, text_of, token

TOLD = {"source": "Keputusan Menteri 10/2026", "reason": "Keputusan baru terbit"}
FEES = "/rujukan/biaya"


def row_of(model, **values):
    found = [r for r in db.session.scalars(select(model)) if matches(r, values)]
    assert len(found) == 1
    return found[0]


def matches(row, values):
    return all(getattr(row, name) == value for name, value in values.items())


def fee(**values):
    return {"country": "TW", "employer_kind": "perseorangan", "amount": "9.000.000"} | {
        "valid_from": today().isoformat(),
        **TOLD,
        **values,
    }


@pytest.fixture
def taiwan(app):
    return row_of(FeeCeiling, country="TW").id


def test_a_new_row_closes_the_old_one_and_history_stays(client, taiwan, details):
    path = f"{FEES}/{taiwan}/ganti"
    assert "22.000.000" in client.get(path).text
    answer = post(client, path, fee())
    assert (answer.status_code, answer.location) == (302, FEES)
    page = client.get(FEES)
    said = text_of(page)
    assert "Baris diganti." in said
    assert "Rp9.000.000" in said
    assert "Rp22.000.000" in said
    assert "Riwayat" in said
    old = db.session.get(FeeCeiling, taiwan)
    assert old.valid_to == today() - timedelta(days=1)
    new = row_of(FeeCeiling, country="TW", valid_to=None)
    assert (new.amount, new.valid_from) == (9_000_000, today())
    (entry,) = details()
    assert entry["daftar"] == "biaya"
    assert entry["sebelum"]["amount"] == 22_000_000
    assert entry["sesudah"]["amount"] == 9_000_000
    assert entry["menutup"] == [taiwan]
    assert entry["alasan"] == TOLD["reason"]
    assert verify_chain().is_whole


def test_the_departures_that_it_touches_are_judged_again_and_no_others(client, taiwan, details):
    operator = make_user()
    values = {"amount_asked": 15_000_000, "employer_kind": "perseorangan"}
    touched = make_departure(by=operator, country="TW", **values)
    other = make_departure(by=operator, country="HK", **values)

    assert "R14" not in open_rules(touched)
    post(client, f"{FEES}/{taiwan}/ganti", fee())
    assert "1 keberangkatan dinilai ulang." in text_of(client.get(FEES))
    assert details()[-1]["dinilai"] == 1
    assert "R14" in open_rules(touched)
    assert "R14" not in open_rules(other)


def test_a_row_of_the_future_waits_and_is_shown_apart(client, taiwan):
    day = today() + timedelta(days=30)
    post(client, f"{FEES}/{taiwan}/ganti", fee(valid_from=day.isoformat()))
    page = client.get(FEES)
    assert "Berlaku kemudian" in text_of(page)
    assert db.session.get(FeeCeiling, taiwan).valid_to == day - timedelta(days=1)
    answer = post(client, f"{FEES}/baru", fee())
    assert "Sudah ada baris yang mulai berlaku kemudian" in text_of(answer)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": ""}, "Tulis alasan perubahan ini."),
        ({"source": ""}, "Tulis sumbernya."),
        ({"valid_from": ""}, "Isi hari mulai berlaku."),
        ({"amount": ""}, "Bagian ini harus diisi."),
        ({"amount": "banyak"}, "Tulis lengkap dengan angka, misalnya 2.500.000."),
        ({"valid_to": "2020-01-01"}, "Hari terakhir tidak mungkin sebelum hari mulai berlaku."),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_changes_nothing(
    client, taiwan, details, changed, said
):
    answer = post(client, f"{FEES}/{taiwan}/ganti", fee(**changed))
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert TOLD["source"] in answer.text or "source" in changed
    assert db.session.get(FeeCeiling, taiwan).valid_to is None
    assert details() == []


def test_replacing_twice_is_refused(client, taiwan, details):
    path = f"{FEES}/{taiwan}/ganti"
    assert post(client, path, fee()).status_code == 302
    page = client.get(f"{FEES}/baru")
    again = client.post(path, data={"csrf_token": token(page), **fee(amount="8.000.000")})
    assert again.location == FEES
    assert "Baris ini sudah diganti atau diakhiri." in text_of(client.get(FEES))
    assert len(details()) == 1


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2017, 11, 22), "Sudah ada baris yang mulai berlaku pada hari itu."),
        (date(2010, 1, 1), "Sudah ada baris yang mulai berlaku kemudian"),
    ],
)
def test_what_is_added_cannot_take_the_place_of_a_row_unnoticed(client, taiwan, details, day, said):
    row = db.session.get(FeeCeiling, taiwan)
    row.valid_from = date(2017, 11, 22)
    db.session.commit()
    answer = post(client, f"{FEES}/baru", fee(valid_from=day.isoformat()))
    assert said in text_of(answer)
    assert row.valid_to is None
    assert details() == []


class TestAMistakenRow:
    """It is withdrawn: never in force on any day, and still there to be read."""

    @pytest.fixture
    def mistaken(self, client, taiwan):
        post(client, f"{FEES}/{taiwan}/ganti", fee(amount="900.000"))
        return row_of(FeeCeiling, country="TW", valid_to=None).id

    def test_it_is_corrected_from_the_day_on_which_it_began(self, client, mistaken, details):
        departure = make_departure(
            by=make_user(), country="TW", amount_asked=5_000_000, employer_kind="perseorangan"
        )
        assert "R14" in open_rules(departure)
        assert post(client, f"{FEES}/{mistaken}/ganti", fee()).status_code == 302
        page = client.get(FEES)
        (shown,) = [row for row in rows(page) if "Taiwan" in row[0] and "mulai" in row[3]][:1]
        assert "Rp9.000.000" in shown
        assert "ditarik, semula mulai" in text_of(page)
        assert "R14" not in open_rules(departure)
        entry = details()[-1]
        assert (entry["sebelum"]["amount"], entry["sesudah"]["amount"]) == (900_000, 9_000_000)
        assert entry["menutup"] == [mistaken]
        assert entry["dinilai"] == 1

    def test_it_may_have_to_begin_earlier(self, client, mistaken, taiwan):
        day = today() - timedelta(days=10)
        data = fee(valid_from=day.isoformat())
        assert post(client, f"{FEES}/{mistaken}/ganti", data).status_code == 302
        assert db.session.get(FeeCeiling, mistaken).is_withdrawn
        assert db.session.get(FeeCeiling, taiwan).valid_to == day - timedelta(days=1)

    def test_it_is_withdrawn_without_a_successor(self, client, mistaken):
        yesterday = (today() - timedelta(days=1)).isoformat()
        data = {"last_day": yesterday, "reason": "Salah negara"}
        assert "baris ditarik" in text_of(client.get(f"{FEES}/{mistaken}/akhiri"))
        assert post(client, f"{FEES}/{mistaken}/akhiri", data).status_code == 302
        assert db.session.get(FeeCeiling, mistaken).is_withdrawn
        earlier = fee(valid_from=(today() - timedelta(days=5)).isoformat())
        assert post(client, f"{FEES}/baru", earlier).status_code == 302

    def test_saving_it_as_it_stands_is_refused(self, client, mistaken, details):
        answer = post(client, f"{FEES}/{mistaken}/ganti", fee(amount="900.000"))
        assert "Isinya sama dengan baris yang sudah ada." in text_of(answer)
        assert len(details()) == 1


def threshold(name):
    return row_of(ThresholdValue, name=name, valid_to=None)


def test_a_threshold_is_replaced_and_never_ended(client):
    row = threshold("dokumen_dikejar_hari")
    for last_day in (today(), row.valid_from - timedelta(days=1)):
        data = {"last_day": last_day.isoformat(), "reason": "Tidak dipakai lagi"}
        answer = post(client, f"/rujukan/ambang/{row.id}/akhiri", data)
        assert "tidak dapat dinilai" in text_of(answer)
        assert row.valid_to is None


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("/rujukan/ambang", {"name": "kontak_hari", "value": "0"}, "Isi antara 1 dan 365."),
        (
            "/rujukan/ambang",
            {"name": "kontak_hari", "value": "60", "valid_to": "2999-01-01"},
            "Ambang berlaku sampai diganti",
        ),
        ("/rujukan/usia", {"country": "JP", "youngest": "180"}, "Isi usia antara 15 dan 100 tahun"),
        (
            "/rujukan/usia",
            {"country": "JP", "youngest": "30", "oldest": "20"},
            "Usia paling tua tidak mungkin",
        ),
        (
            "/rujukan/persyaratan",
            {"scheme": "g_to_g", "kind": "paspor", "requirement": "required", "issuer": "Imigrasi"}
            | {"valid_months": "0"},
            "Isi antara 1 dan 240.",
        ),
        ("/rujukan/jabatan-samar", {"title": "Customer  SERVICE"}, "Isinya sama"),
        ("/rujukan/biaya", {"amount": "1", "valid_from": "2026-02-30"}, "Tanggal tidak dikenal."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(client, details, path, data, said):
    if path.endswith("samar"):
        row = row_of(VagueJob, title="customer service")
        data = data | {"valid_from": row.valid_from.isoformat()}
        said = "Sudah ada baris yang mulai berlaku pada hari itu."
    answer = post(client, f"{path}/baru", {"valid_from": today().isoformat(), **TOLD, **data})
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert details() == []


def test_a_row_that_is_no_more_has_no_form(client, taiwan):
    post(client, f"{FEES}/{taiwan}/ganti", fee())
    for step in ("ganti", "akhiri"):
        assert client.get(f"{FEES}/{taiwan}/{step}").location == FEES
        assert "Baris ini sudah diganti atau diakhiri." in text_of(client.get(FEES))


def test_a_deadline_that_was_given_is_not_moved_by_a_later_number(client):
    departure = make_departure(by=make_user(), visa_kind=VisaKind.TOURIST)
    flags = select(Flag).where(Flag.departure_id == departure.id, Flag.severity != "info")
    before = {flag.rule: flag.due_on for flag in db.session.scalars(flags)}
    db.session.rollback()
    assert any(before.values())
    tomorrow = (today() + timedelta(days=1)).isoformat()
    for name in ("jawab_kritis_hari", "jawab_tinggi_hari", "jawab_sedang_hari"):
        row = threshold(name)
        data = {"name": name, "value": "44", "valid_from": tomorrow, **TOLD}
        assert post(client, f"/rujukan/ambang/{row.id}/ganti", data).status_code == 302
    with_new = {flag.rule: flag.due_on for flag in db.session.scalars(flags)}
    assert with_new == before


def open_rules(departure):
    flags = db.session.scalars(select(Flag).where(Flag.departure_id == departure.id))
    return {flag.rule for flag in flags if flag.state.is_open}


def test_the_note_of_a_row_is_kept_when_it_is_replaced(client):
    row = db.session.scalars(select(FeeCeiling).where(FeeCeiling.note.is_not(None))).first()
    assert row.note in text_of(client.get(f"{FEES}/{row.id}/ganti"))


def test_open_not_placed_and_high_risk_exclude_one_another(client):
    myanmar = row_of(Destination, country="MM", status=DestinationStatus.NOT_PLACED)
    data = {"country": "MM", "status": "terbuka", "valid_from": today().isoformat(), **TOLD}
    assert post(client, "/rujukan/tujuan/baru", data).status_code == 302
    assert db.session.get(Destination, myanmar.id).valid_to == today() - timedelta(days=1)


def test_a_row_ends_without_a_successor(client, taiwan, details):
    data = {"last_day": today().isoformat(), "reason": "Dicabut tanpa pengganti"}
    assert post(client, f"{FEES}/{taiwan}/akhiri", data).status_code == 302
    assert db.session.get(FeeCeiling, taiwan).valid_to == today()
    assert details()[-1]["alasan"] == "Dicabut tanpa pengganti"


def test_the_last_row_of_a_list_cannot_end(client, taiwan, details):
    data = {"last_day": today().isoformat(), "reason": "Dicabut tanpa pengganti"}
    post(client, f"{FEES}/{taiwan}/akhiri", data)
    last = row_of(FeeCeiling, country=None)
    answer = post(client, f"{FEES}/{last.id}/akhiri", data)
    assert "Tanpa baris, aturan R14 tidak dapat dinilai" in text_of(answer)
    assert db.session.get(FeeCeiling, last.id).valid_to is None
    assert len(details()) == 1


def general_age():
    return row_of(AgeLimit, country=None, employer_kind=None, job_code=None, valid_to=None)


def test_the_age_that_holds_for_everybody_is_replaced_and_never_ended(client, details):
    row, told = general_age(), {"youngest": "18", "valid_from": today().isoformat(), **TOLD}
    in_a_month = (today() + timedelta(days=30)).isoformat()
    for step, data in (
        ("akhiri", {"last_day": today().isoformat(), "reason": "Tidak dipakai lagi"}),
        ("ganti", told | {"valid_to": in_a_month}),
        ("ganti", told | {"country": "JP"}),
    ):
        answer = post(client, f"/rujukan/usia/{row.id}/{step}", data)
        assert answer.status_code == 200, data
        said = text_of(answer)
        assert "tidak dapat dinilai" in said or "berlaku sampai diganti" in said
        assert general_age().id == row.id
    assert details() == []
    assert post(client, f"/rujukan/usia/{row.id}/ganti", told).status_code == 302


def test_a_number_is_not_lost_by_making_it_another_one(client, details):
    row = threshold("dokumen_dikejar_hari")
    data = {"name": "kontak_hari", "value": "80", "valid_from": today().isoformat(), **TOLD}
    answer = post(client, f"/rujukan/ambang/{row.id}/ganti", data)
    assert "tidak dapat dinilai" in text_of(answer)
    assert threshold("dokumen_dikejar_hari").id == row.id
    assert details() == []


def test_the_last_row_of_a_list_takes_no_successor_that_ends(client, taiwan):
    data = {"last_day": today().isoformat(), "reason": "Dicabut tanpa pengganti"}
    post(client, f"{FEES}/{taiwan}/akhiri", data)
    last = row_of(FeeCeiling, country=None)
    tomorrow = today() + timedelta(days=1)
    short = fee(country="", employer_kind="", valid_from=tomorrow.isoformat())
    ending = {"valid_to": (tomorrow + timedelta(days=9)).isoformat()}
    answer = post(client, f"{FEES}/{last.id}/ganti", short | ending)
    assert "Tanpa baris, aturan R14 tidak dapat dinilai" in text_of(answer)
    assert post(client, f"{FEES}/{last.id}/ganti", short).status_code == 302


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("0026-11-30", "Tahunnya terlalu lama."),
        ("1949-12-31", "Tahunnya terlalu lama."),
        ("2062-11-30", "lebih dari sepuluh tahun lagi"),
    ],
)
def test_a_first_day_in_a_mistyped_year_is_refused(client, details, day, said):
    assert said in text_of(post(client, f"{FEES}/baru", fee(country="HK", valid_from=day)))
    assert details() == []


def test_a_row_withdrawn_before_its_day_is_history(client):
    begins = today() + timedelta(days=9)
    post(client, f"{FEES}/baru", fee(country="HK", valid_from=begins.isoformat()))
    row = row_of(FeeCeiling, country="HK")
    before = {"last_day": (begins - timedelta(days=1)).isoformat(), "reason": "Salah negara"}
    assert post(client, f"{FEES}/{row.id}/akhiri", before).status_code == 302
    page = client.get(FEES)
    assert "Berlaku kemudian" not in text_of(page)
    assert "ditarik, semula mulai" in text_of(page).partition("Riwayat")[2]
    assert f"{FEES}/{row.id}/ganti" not in page.text


def test_a_row_cannot_end_before_it_begins(client, taiwan):
    data = {"last_day": "2000-01-01", "reason": "Dicabut tanpa pengganti"}
    answer = post(client, f"{FEES}/{taiwan}/akhiri", data)
    assert "Hari terakhir tidak mungkin sebelum hari mulai berlaku." in text_of(answer)


def test_no_scheme_is_left_without_a_required_paper(client):
    required = [
        row.id
        for row in db.session.scalars(select(DocumentRequirement))
        if row.scheme is Scheme.STUDENT and row.requirement is Requirement.REQUIRED
    ]
    data = {"last_day": today().isoformat(), "reason": "Tidak dipakai lagi"}
    for row_id in required[:-1]:
        assert post(client, f"/rujukan/persyaratan/{row_id}/akhiri", data).status_code == 302
    answer = post(client, f"/rujukan/persyaratan/{required[-1]}/akhiri", data)
    assert "tanpa satu pun dokumen wajib" in text_of(answer)
    assert db.session.get(DocumentRequirement, required[-1]).valid_to is None


def test_every_list_can_be_replaced_as_it_stands(client):
    for item in LISTS:
        row = db.session.scalars(select(item.model).order_by(item.model.id)).first()
        path = f"/rujukan/{item.slug}/{row.id}/ganti"
        assert client.get(path).status_code == 200
        assert client.get(f"/rujukan/{item.slug}/baru").status_code == 200


def test_a_threshold_is_changed(client):
    row = row_of(ThresholdValue, name="dokumen_dikejar_hari")
    data = {"name": row.name.value, "value": "45", "valid_from": today().isoformat(), **TOLD}
    assert post(client, f"/rujukan/ambang/{row.id}/ganti", data).status_code == 302
    in_force = {row[0]: row[1] for row in rows(client.get("/rujukan/ambang")) if "mulai" in row[2]}
    assert in_force["Dokumen dikejar (hari sebelum berangkat)"] == "45"


def test_a_row_of_another_list_is_not_found(client):
    assert client.get(f"{FEES}/99999/ganti").status_code == 404
    assert client.get(f"/rujukan/biaya/{2**70}/ganti").status_code == 404
