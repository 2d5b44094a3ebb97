"""Both workbooks come out whatever filter of the contract the address carries."""

import pytest

from registry.accounts.roles import Role
from registry.departures.filters import PARAMETERS
from tests.factories import make_agency, make_departure, make_user
from tests.pages.exports.books import DETAIL, SUMMARY, facts, sheet

PUBLIC = "publik=1"
QUERIES = (
    *("wilayah=1807", "dari=2020-01-01", "sampai=2030-12-31", "tahun=2026", "bulan=3&tahun=2026"),
    *("negara=TW", "negara=belum_diketahui", "skema=p_to_p", "skema=belum_diketahui", "pmi=ya"),
    *("pmi=tidak", "jk=P", "jk=belum_diketahui", "tahap=planned"),
    *(
        "tahap=cancelled",
        "status=draft",
        "prosedur=complete",
        "pemberi_kerja=perseorangan",
        "pemberi_kerja=belum_diketahui",
        "p3mi=1",
    ),
    *("jabatan=caregiver", "jabatan=lainnya", "usia=25-34", "usia=belum_diketahui"),
    *("siap=complete", "tanda=R01", "tanggal=belum_diketahui", PUBLIC),
)
LISTS_ONLY = {"q", "urut", "setelah"}


def test_every_filter_of_the_contract_is_asked():
    asked = {pair.split("=")[0] for query in QUERIES for pair in query.split("&")}
    assert asked | LISTS_ONLY == set(PARAMETERS)


@pytest.mark.parametrize("query", QUERIES)
def test_a_workbook_says_its_filter(app, sign_in, query):
    assert make_agency("PT Uji").id == 1
    make_departure(by=make_user())
    client = sign_in(make_user(role=Role.BP3MI))
    for address, name in ((SUMMARY, "Ringkasan"), (DETAIL, "Keterangan")):
        if (address, query) == (DETAIL, PUBLIC):
            continue
        answer = client.get(f"{address}?{query}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        said = facts(answer.data, name)
        assert {"Wilayah", "Periode", "Saringan"} <= said.keys()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("jabatan=caregiver", "Jabatan: Perawat Lansia"),
        ("jabatan=lainnya", "Jabatan: Jabatan lain atau belum diketahui"),
    ],
)
def test_a_workbook_says_the_job_in_words(app, sign_in, query, words):
    client = sign_in(make_user(role=Role.BP3MI))
    assert facts(client.get(f"{SUMMARY}?{query}").data, "Ringkasan")["Saringan"].startswith(words)


@pytest.mark.parametrize(
    ("query", "unit", "apart"),
    [
        (
            "",
            "Keberangkatan PMI, semua status pemeriksaan, draf ikut, yang batal tidak dihitung.",
            ("tidak termasuk Jumlah.", "tidak termasuk Jumlah."),
        ),
        (
            "pmi=tidak&status=draft",
            "Keberangkatan bukan PMI, status pemeriksaan yang disaring, yang batal tidak dihitung.",
            ("termasuk Jumlah.", "tidak termasuk Jumlah."),
        ),
        (
            "tahap=cancelled",
            "Keberangkatan PMI, semua status pemeriksaan, draf ikut, hanya yang batal.",
            ("tersaring, jadi 0.", "yang PMI termasuk Jumlah."),
        ),
        (
            "tahap=cancelled&tahap=planned&pmi=ya",
            "Keberangkatan PMI, semua status pemeriksaan, draf ikut, yang batal ikut dihitung.",
            ("tersaring, jadi 0.", "termasuk Jumlah."),
        ),
    ],
)
def test_the_summary_says_what_it_counts(app, sign_in, query, unit, apart):
    data = sign_in(make_user(role=Role.BP3MI)).get(f"{SUMMARY}?{query}").data
    assert facts(data, "Ringkasan")["Satuan hitung"].startswith(unit)
    terms = facts(data, "Kamus")
    assert terms["Jumlah"] == unit
    assert tuple(terms[name].split("; ")[1] for name in ("Bukan PMI", "Batal")) == apart
    assert str(sheet(data, "Per Negara")["A3"].value).startswith(unit)
    meanings = {row[0]: row[6] for row in sheet(data, "Ringkasan").iter_rows(values_only=True)}
    assert meanings["Jumlah"] == unit
