"""Figures about areas: added, revised, imported, each with its source and the day it was taken."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry.accounts.roles import Role
from registry.audit.verify import verify_chain
from registry.db import db
from registry.enums import OfficialCount
from registry.formatting import today
from registry.reference.lists import BY_SLUG, shipped_rows
from registry.reference.models import MapCell, OfficialFigure, Population
from tests.factories import make_user
from tests.page import post, rows, text_of
from tests.pages.reference.test_import import book, confirm, upload

FIGURES = "/rujukan/angka-resmi"
PEOPLE = "/rujukan/penduduk"
LAYOUT = "/rujukan/tata-letak"
TOLD = {"source": "Laporan tahunan KP2MI", "reason": "Angka tahunan terbit"}


def figure(**values):
    return {
        "kind": "asal",
        "region_code": "1807",
        "year": "2024",
        "number": "9100",
        "valid_from": "2026-01-10",
        **TOLD,
        **values,
    }


def figures_of(code, year, kind=OfficialCount.BY_ORIGIN):
    found = select(OfficialFigure).where(
        OfficialFigure.region_code == code,
        OfficialFigure.year == year,
        OfficialFigure.kind == kind,
    )
    return list(db.session.scalars(found.order_by(OfficialFigure.id)))


def test_what_ships_for_lampung_adds_up():
    figures = shipped_rows(BY_SLUG["angka-resmi"])
    of_2025 = [r for r in figures if (r.kind, r.year) == (OfficialCount.BY_ORIGIN, 2025)]
    districts = [row.number for row in of_2025 if row.region_code.startswith("18")]
    assert sum(districts) == 2 * 24_175  # the province and its fifteen parts
    people = shipped_rows(BY_SLUG["penduduk"])
    assert (len(people), sum(row.residents for row in people)) == (15, 9_144_263)
    cells = shipped_rows(BY_SLUG["tata-letak"])
    assert len({(row.grid_row, row.grid_column) for row in cells}) == len(cells) == 15
    assert {row.region_code for row in cells} == {row.region_code for row in people}
    assert all(row.source for row in (*figures, *people, *cells))


def test_a_figure_is_added_with_its_source_and_the_day_it_was_taken(client, details):
    page = client.get(f"{FIGURES}/baru")
    assert "Diambil pada" in text_of(page)
    assert "Berlaku sampai" not in text_of(page)
    assert "18.07 Kabupaten Lampung Timur" in text_of(page)
    answer = post(client, f"{FIGURES}/baru", figure())
    assert (answer.status_code, answer.location) == (302, FIGURES)
    (added,) = figures_of("1807", 2024)
    assert (added.number, added.valid_from) == (9_100, date(2026, 1, 10))
    assert [
        "Layanan penempatan menurut daerah asal",
        "Kabupaten Lampung Timur",
        "2024",
        "9.100",
        "mulai 10 Januari 2026",
    ] in [row[:5] for row in rows(client.get(FIGURES))]
    (entry,) = details()
    assert (entry["daftar"], entry["alasan"]) == ("angka-resmi", TOLD["reason"])
    assert entry["kunci"] == {"kind": "asal", "region_code": "1807", "year": 2024}
    assert verify_chain().is_whole


def test_a_revised_figure_closes_the_one_before(client, details):
    (old,) = figures_of("1807", 2025)
    taken = date(2026, 6, 1)
    told = figure(year="2025", number="9500", valid_from=taken.isoformat())
    assert post(client, f"{FIGURES}/{old.id}/ganti", told).status_code == 302
    old, new = figures_of("1807", 2025)
    assert (old.number, old.valid_to) == (9_343, taken - timedelta(days=1))
    assert (new.number, new.valid_to) == (9_500, None)
    assert details()[-1]["sebelum"]["number"] == 9_343


def test_counts_of_different_kinds_never_close_each_other(client):
    for kind in OfficialCount:
        assert post(client, f"{FIGURES}/baru", figure(kind=kind.value)).status_code == 302
    assert [len(figures_of("1807", 2024, kind)) for kind in OfficialCount] == [1, 1, 1]
    assert all(figures_of("1807", 2024, kind)[0].valid_to is None for kind in OfficialCount)


@pytest.mark.parametrize(
    ("path", "changed", "said"),
    [
        (FIGURES, {"year": "1899"}, "Isi antara 1990 dan"),
        (FIGURES, {"year": str(today().year + 1)}, "Isi antara 1990 dan"),
        (FIGURES, {"year": ""}, "Bagian ini harus diisi."),
        (FIGURES, {"number": "99999999999"}, "Isi antara 0 dan"),
        (FIGURES, {"valid_from": "2023-12-31"}, "tidak mungkin diambil sebelum tahun itu"),
        (
            FIGURES,
            {"valid_from": (today() + timedelta(days=1)).isoformat()},
            "Hari diambil tidak mungkin sesudah hari ini.",
        ),
        (FIGURES, {"valid_from": ""}, "Isi hari angka itu diambil."),
        (FIGURES, {"source": ""}, "Tulis sumbernya."),
        (FIGURES, {"reason": ""}, "Tulis alasan perubahan ini."),
        (PEOPLE, {"residents": "999"}, "Isi antara 1000 dan"),
        (LAYOUT, {"grid_row": "0"}, "Isi antara 1 dan 30."),
        (LAYOUT, {"grid_column": "31"}, "Isi antara 1 dan 30."),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_changes_nothing(
    client, details, path, changed, said
):
    told = {
        "residents": "1000",
        "label": "Lamtim",
        "grid_row": "1",
        "grid_column": "1",
        **figure(**changed),
    }
    answer = post(client, f"{path}/baru", told)
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert details() == []


def test_figures_come_from_a_sheet_after_a_look_at_what_they_change(client, details):
    rows_ = [
        ("asal", "18.07", 2025, 9_500),
        ("asal", 18.1, 2025, 1_213),
        ("Dilayani BP3MI", "Kota Metro", 2025, 30),
        ("asal", "Bandung", 2025, 10),
        ("asal", "18.07", 2000.5, 10),
    ]
    headings = ("Jenis", "Kabupaten/Kota", "Tahun", "Jumlah")
    path = f"{FIGURES}/impor"
    page = upload(
        client, book(rows_, headings), path=path, valid_from="2026-06-01", source="Laporan Juni"
    )
    said = text_of(page)
    for words in ("1 baru", "1 berubah", "1 tetap sama", "2 baris bermasalah", "9.343", "9.500"):
        assert words in said, words
    assert "Wilayah tidak dikenal" in said
    assert len(figures_of("1807", 2025)) == 1
    answer = confirm(client, page, path=f"{path}/simpan")
    assert (answer.status_code, answer.location) == (302, FIGURES)
    old, new = figures_of("1807", 2025)
    assert (old.valid_to, new.number) == (date(2026, 5, 31), 9_500)
    assert (new.valid_from, new.source) == (date(2026, 6, 1), "Laporan Juni")
    (served,) = figures_of("1872", 2025, OfficialCount.SERVED)
    assert served.number == 30
    (entry,) = details()
    assert (entry["cara"], len(entry["baru"])) == ("impor", 2)
    assert verify_chain().is_whole


def test_a_figure_of_a_sheet_has_no_last_day(client):
    headings = ("Jenis", "Wilayah", "Tahun", "Jumlah", "Berlaku sampai")
    rows_ = [("asal", "1807", 2024, 5, "31/12/2026")]
    page = upload(client, book(rows_, headings), path=f"{FIGURES}/impor")
    assert "Angka berlaku sampai diganti" in text_of(page)


def test_a_layout_of_another_province_comes_from_a_sheet(client):
    headings = ("Kode Wilayah", "Singkatan pada peta", "Baris pada peta", "Kolom pada peta")
    path = f"{LAYOUT}/impor"
    page = upload(client, book([("32.04", "Bandung", 2, 3)], headings), path=path)
    assert confirm(client, page, path=f"{path}/simpan").status_code == 302
    cell = db.session.scalars(select(MapCell).where(MapCell.region_code == "3204")).one()
    assert (cell.label, cell.grid_row, cell.grid_column) == ("Bandung", 2, 3)


class TestAnAdministratorOfOneProvince:
    """Sees and changes what is about its own area, and nothing else."""

    @pytest.fixture
    def client(self, sign_in):
        return sign_in(make_user(role=Role.ADMIN, area="32"))

    def test_sees_its_own_rows_alone(self, client):
        said = text_of(client.get(FIGURES))
        assert "62.358" in said
        assert "Lampung" not in said
        assert "296.948" not in said

    def test_changes_its_own_rows_alone(self, client):
        (own,) = figures_of("32", 2025)
        (foreign,) = figures_of("18", 2025)
        assert client.get(f"{FIGURES}/{own.id}/ganti").status_code == 200
        for step in ("ganti", "akhiri"):
            assert client.get(f"{FIGURES}/{foreign.id}/{step}").status_code == 404

    def test_adds_no_figure_of_another(self, client, details):
        answer = post(client, f"{FIGURES}/baru", figure(region_code="1807"))
        assert answer.status_code == 200
        assert figures_of("1807", 2024) == []
        headings = ("Jenis", "Wilayah", "Tahun", "Jumlah")
        page = upload(client, book([("asal", "1807", 2024, 5)], headings), path=f"{FIGURES}/impor")
        assert "Wilayah tidak dikenal di wilayah kerja Anda" in text_of(page)
        assert details() == []


def test_an_empty_list_says_what_is_missing_without_it(client):
    for model in (MapCell, Population, OfficialFigure):
        for row in db.session.scalars(select(model)):
            db.session.delete(row)
    db.session.commit()
    said = text_of(client.get("/rujukan"))
    for words in (
        "dasbor tidak menggambar peta",
        "peta menunjukkan jumlah, bukan angka per penduduk",
        "dasbor tidak dapat membandingkan angka registri",
    ):
        assert words in said
        assert any(words in text_of(client.get(p)) for p in (LAYOUT, PEOPLE, FIGURES))
    assert "tidak ada data yang dihapus" not in said
