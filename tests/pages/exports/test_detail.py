"""`keberangkatan.xlsx` holds what the list holds, masked for its viewer, and is journaled."""

from datetime import datetime, timedelta

import pytest

from registry.accounts.roles import Role
from registry.audit.verify import verify_chain
from registry.departures import listed, listing
from registry.departures.fields import FULL_SIGHT
from registry.departures.filters import Filter
from registry.enums import ReviewStatus, Stage
from registry.formatting import today
from registry.regions.area import Area
from registry.workbooks.columns import HEADINGS
from registry.workbooks.reader import read_rows
from registry.workbooks.sheets import RowsDiffer
from tests.factories import FOREIGN_VILLAGE, SISTER_VILLAGE, make_departure, make_user
from tests.pages.exports.books import (
    DETAIL,
    FULL_NIK,
    facts,
    last_entry,
    people,
    sheet,
    written,
)

FORMULAS = ("=1+1", "@jumlah", "-2+3", "+6281234567890")


def test_the_workbook_has_three_sheets_and_the_columns_of_the_contract(full, sign_in):
    answer = sign_in(make_user()).get(DETAIL)
    assert answer.status_code == 200
    name = f"keberangkatan-1807012001-{today().isoformat()}.xlsx"
    assert name in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    data = sheet(answer.data, "Data")
    assert data.parent.sheetnames == ["Data", "Keterangan", "Kamus"]
    assert [cell.value for cell in data[1]] == list(HEADINGS)


def test_values_come_with_their_types(full, tmp_path):
    data, _ = written(tmp_path, Filter(Area("18")))
    (row,) = people(data)
    assert row["No. Registrasi"] == full.registration_number
    assert row["Kode Wilayah"] == "18.07.01.2001"
    assert row["NIK"] == FULL_NIK
    assert row["Tanggal Lahir"] == datetime(1998, 3, 12)  # noqa: DTZ001
    assert row["Tanggal Rencana"].date() == full.planned_on
    assert row["RT"] == "003"
    assert row["Telepon"] == "+6281234567890"
    assert row["Upah Dijanjikan"] == 9_000_000
    assert row["Pemberi Kerja"] == "=1+1"
    assert (row["Paspor"], row["SKCK"], row["OPP"]) == ("ada", "tidak perlu", None)
    assert row["Paspor Berlaku Sampai"].date() == today() + timedelta(days=400)
    assert row["No. Surat Izin"] == "470/12/2026"
    assert row["No. E-KPMI"] == "EK-445566"
    assert row["No. KK"] == "1807011111111111"
    assert row["No. ID PMI"] == "ID-998877"
    assert row["Asal Data"] == "formulir"
    assert abs(row["Dicatat Pada"] - datetime.now()) < timedelta(days=1)  # noqa: DTZ005
    assert row["Dokumen Wajib"] > 0


def test_an_administrator_gets_no_people(full, sign_in):
    client = sign_in(make_user(role=Role.ADMIN))
    assert client.get(DETAIL).status_code == 403
    assert client.get("/ekspor/keberangkatan.csv").status_code == 403
    assert client.get("/ekspor/keberangkatan").status_code == 403


def test_another_area_is_not_found(full, sign_in):
    client = sign_in(make_user(role=Role.REVIEWER))
    assert client.get(f"{DETAIL}?wilayah=3204").status_code == 404
    assert client.get(f"{DETAIL}?tahap=terbang").status_code == 400


def test_rows_of_other_areas_are_left_out(app, sign_in):
    make_departure(by=make_user())
    make_departure(by=make_user(area=SISTER_VILLAGE), village=SISTER_VILLAGE)
    make_departure(by=make_user(area=FOREIGN_VILLAGE), village=FOREIGN_VILLAGE)
    assert len(people(sign_in(make_user()).get(DETAIL).data)) == 1
    assert len(people(sign_in(make_user(role=Role.REVIEWER)).get(DETAIL).data)) == 2
    reviewer = sign_in(make_user(role=Role.REVIEWER))
    assert len(people(reviewer.get(f"{DETAIL}?wilayah={SISTER_VILLAGE}").data)) == 1


def test_an_area_without_departures_gives_a_workbook_without_rows(app, sign_in):
    data = sign_in(make_user()).get(DETAIL).data
    assert people(data) == []
    assert sheet(data, "Data").tables["Data"].ref.endswith("2")
    assert facts(data)["Jumlah baris"] == 0


def test_the_rows_are_those_of_the_list_in_its_order(app, tmp_path):
    operator = make_user()
    for days in (30, 90, 60):
        make_departure(by=operator, planned_on=today() + timedelta(days=days))
    make_departure(by=operator, planned_on=None)
    make_departure(by=operator, stage=Stage.CANCELLED)
    f = Filter(Area("1807"))
    data, result = written(tmp_path, f)
    listed = [row.registration_number for row in listing.list_page(f, FULL_SIGHT).rows]
    assert [row["No. Registrasi"] for row in people(data)] == listed
    assert result.rows == listing.count(f) == 5
    cancelled = next(row for row in people(data) if row["Tahap"] == "Batal")
    assert cancelled["Prosedur"] is None


def test_a_cursor_of_the_list_does_not_shorten_the_export(app, tmp_path):
    operator = make_user()
    first = make_departure(by=operator)
    make_departure(by=operator)
    data, _ = written(tmp_path, Filter(Area("18"), after=str(first.id)))
    assert len(people(data)) == 2


def test_many_batches_lose_no_row(app, tmp_path, monkeypatch):
    monkeypatch.setattr("registry.workbooks.detail.BATCH", 2)
    operator = make_user()
    numbers = {make_departure(by=operator).registration_number for _ in range(5)}
    data, result = written(tmp_path, Filter(Area("18")))
    assert {row["No. Registrasi"] for row in people(data)} == numbers
    assert result.rows == 5


def test_statements_grow_with_batches_not_with_rows(app, tmp_path, count_statements):
    operator = make_user()
    make_departure(by=operator)
    with count_statements() as for_one:
        written(tmp_path, Filter(Area("18")))
    for _ in range(4):
        make_departure(by=operator)
    with count_statements() as for_five:
        written(tmp_path, Filter(Area("18")))
    assert len(for_five) == len(for_one)


def test_a_file_with_another_number_of_rows_than_the_screen_is_not_given_out(
    full, sign_in, monkeypatch, tmp_path, app
):
    client = sign_in(make_user())
    before = last_entry(app).seq
    monkeypatch.setattr(listing, "found_ids", lambda f, whole_words: [full.id, full.id + 1])
    with pytest.raises(RowsDiffer, match="2 baris ditulis, padahal hitungannya 1"):
        written(tmp_path, Filter(Area("18")))
    assert client.get(DETAIL).status_code == 500
    assert last_entry(app).seq == before


def test_the_notes_say_what_was_drawn(full, sign_in):
    user = make_user(role=Role.LABOUR_OFFICE)
    year = today().year
    query = f"tahun={year}&tahap=planned&tahap=departed&negara=TW&pmi=ya&jk=belum_diketahui"
    said = facts(sign_in(user).get(f"{DETAIL}?{query}").data)
    assert said["Wilayah"].endswith("(18.07)")
    assert said["Periode"] == f"Tahun {year}"
    assert said["Saringan"].split("\n") == [
        "Negara tujuan: Taiwan",
        "PMI saja",
        "Jenis kelamin: Belum diketahui",
        "Tahap: Rencana atau Berangkat",
    ]
    assert said["Dibuat oleh"] == user.username
    assert "WIB" in said["Ditarik pada"]
    assert said["Penyamaran"].startswith("Disamarkan: nama, NIK")
    assert said["Satuan hitung"].startswith("Satu baris adalah satu keberangkatan")


def test_the_dictionary_explains_every_column(full, sign_in):
    rows = list(sheet(sign_in(make_user()).get(DETAIL).data, "Kamus").iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == list(HEADINGS)
    by_heading = {row[0]: row for row in rows}
    assert "p_to_p = P to P (melalui P3MI)" in by_heading["Skema"][3]
    assert by_heading["Paspor"][3].split("\n")[0] == "belum = Belum"
    assert by_heading["NIK"][4] == "empat angka pertama"


def test_an_export_is_journaled_without_the_name_that_was_sought(full, sign_in, app):
    user = make_user(role=Role.REVIEWER)
    sign_in(user).get(f"{DETAIL}?q=aminah&tahap=planned")
    entry = last_entry(app)
    assert (entry.event, entry.actor, entry.area_code) == (
        "departures.exported",
        user.username,
        "180701",
    )
    assert entry.detail == {
        "saringan": [["wilayah", "180701"], ["tahap", "planned"]],
        "pencarian": True,
        "baris": 1,
        "id": str(full.id),
        "bentuk": "xlsx",
        "disamarkan": True,
    }
    assert verify_chain().is_whole


def test_a_masked_viewer_searches_by_two_whole_words_and_not_in_order_of_names(full, sign_in):
    client = sign_in(make_user(role=Role.BP3MI))
    assert client.get(f"{DETAIL}?q=siti").status_code == 400
    assert client.get(f"{DETAIL}?urut=nama").status_code == 400
    assert len(people(client.get(f"{DETAIL}?q=siti+aminah").data)) == 1
    assert people(client.get(f"{DETAIL}?q=sit+amin").data) == []


def test_texts_that_look_like_formulas_stay_text_and_controls_vanish(app, tmp_path):
    operator = make_user()
    for text in FORMULAS:
        make_departure(by=operator, name=text, employer_name="A\x0bB\ufffeC")
    data, _ = written(tmp_path, Filter(Area("18")))
    rows = people(data)
    assert sorted(row["Nama"] for row in rows) == sorted(FORMULAS)
    assert {row["Pemberi Kerja"] for row in rows} == {"ABC"}
    assert all(cell.data_type != "f" for row in sheet(data, "Data").iter_rows() for cell in row)


def test_our_own_reader_takes_the_file_back(full, tmp_path):
    data, _ = written(tmp_path, Filter(Area("18")))
    found = read_rows(data, "keberangkatan.xlsx", known_headings=HEADINGS)
    assert found.name == "Data"
    (row,) = found.rows
    assert row.cells["NIK"] == FULL_NIK
    assert row.cells["Tanggal Rencana"] == full.planned_on
    assert found.headings == list(HEADINGS)


def test_a_verified_record_shows_its_status_and_open_flags(app, tmp_path):
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    departure = make_departure(
        by=operator,
        status=ReviewStatus.VERIFIED,
        reviewer=reviewer,
        birth_date=today() - timedelta(days=16 * 365),
    )
    data, _ = written(tmp_path, Filter(Area("18")))
    (row,) = people(data)
    assert row["Status Pemeriksaan"] == "Terverifikasi"
    flags = listed.open_flags([departure.id])[departure.id]
    assert row["Tanda"].split(";") == [flag.rule for flag in flags]
    assert "R01" in row["Tanda"]
    assert row["Dokumen Kurang"].startswith("KTP/KK; ")


def test_a_large_file_is_sent_from_disk_whole(full, sign_in, monkeypatch):
    client = sign_in(make_user())
    monkeypatch.setattr("registry.workbooks.views.IN_MEMORY_BYTES", 100)
    answer = client.get(DETAIL, buffered=True)
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert len(people(answer.data)) == 1


@pytest.mark.parametrize(
    "address", ["/keberangkatan", "/ekspor/keberangkatan.xlsx", "/ekspor/keberangkatan.csv"]
)
def test_a_list_refuses_to_be_one_for_the_public(full, sign_in, address):
    client = sign_in(make_user())
    answer = client.get(f"{address}?publik=1&negara=TW")
    assert answer.status_code == 400
    assert "Saringan “publik” hanya untuk dasbor dan rekap." in answer.text
    assert client.get(f"{address}?publik=&negara=TW").status_code == 200
