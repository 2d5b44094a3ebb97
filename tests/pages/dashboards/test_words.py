"""The words beside the numbers say what is counted, also once `pmi` or `tahap` is filtered."""

import pytest

from registry.accounts.roles import Role
from registry.enums import Scheme, Stage
from tests.factories import make_departure, make_user
from tests.pages.dashboards.reading import figures_of, words_of

OUTSIDE, WITHIN, SOME = "di luar jumlah", "termasuk dalam jumlah", "yang PMI termasuk dalam jumlah"
APART = ("Bukan PMI", "Batal")


@pytest.fixture
def people(app):
    """Two PMI, one of them cancelled; three who are not PMI, one of them cancelled."""
    operator = make_user()
    for scheme in (Scheme.P_TO_P, Scheme.TRAINEE):
        make_departure(by=operator, scheme=scheme)
        make_departure(by=operator, scheme=scheme, stage=Stage.CANCELLED)
    make_departure(by=operator, scheme=Scheme.TRAINEE)


def notes_of(tree) -> dict[str, str]:
    found = {}
    for box in tree.iter("div"):
        if (box.get("class") or "") == "big-number":
            label, *notes = [words_of(span) for span in box.iter("span")][1:]
            found[label] = notes[0] if notes else ""
    return found


@pytest.mark.parametrize(
    ("query", "label", "total", "notes"),
    [
        ("", "Jumlah PMI", 1, (OUTSIDE, OUTSIDE)),
        ("pmi=ya", "Jumlah PMI", 1, ("", OUTSIDE)),
        ("pmi=tidak", "Jumlah bukan PMI", 2, (WITHIN, OUTSIDE)),
        ("tahap=planned", "Jumlah PMI", 1, (OUTSIDE, "")),
        ("tahap=cancelled", "Jumlah PMI yang batal", 1, ("", SOME)),
        ("tahap=cancelled&pmi=ya", "Jumlah PMI yang batal", 1, ("", WITHIN)),
        ("tahap=cancelled&pmi=tidak", "Jumlah bukan PMI yang batal", 1, ("", WITHIN)),
        ("tahap=cancelled&tahap=planned", "Jumlah PMI, termasuk yang batal", 2, (OUTSIDE, SOME)),
        (
            "tahap=cancelled&tahap=planned&pmi=tidak",
            "Jumlah bukan PMI, termasuk yang batal",
            3,
            (WITHIN, WITHIN),
        ),
    ],
)
def test_the_words_follow_what_is_counted(look, people, query, label, total, notes):
    _, tree = look(f"/dasbor?{query}")
    said = notes_of(tree)
    assert figures_of(tree)[label] == total
    assert tuple(said[name] for name in APART) == notes


@pytest.mark.parametrize("query", ["skema=magang", "skema=magang&publik=1"])
def test_a_page_of_none_but_others_leads_to_where_they_are_counted(look, people, query):
    _, tree = look(f"/dasbor?{query}")
    (link,) = [one for one in tree.iter("a") if one.text == "Bukan PMI dihitung terpisah"]
    _, others = look(link.get("href"))
    assert "pmi=tidak" in link.get("href")
    assert figures_of(others)["Jumlah bukan PMI"] in (2, "<5")


@pytest.mark.parametrize("query", ["", "skema=p_to_p", "skema=magang&pmi=tidak", "tahun=1990"])
def test_other_pages_do_not_send_anybody_there(look, people, query):
    answer, _ = look(f"/dasbor?{query}")
    assert "dihitung terpisah" not in answer.get_data(as_text=True)


def test_the_public_is_not_told_whether_there_are_others(look, people):
    answer, _ = look("/dasbor?publik=1&tahap=planned&negara=JP")
    assert "dihitung terpisah" not in answer.get_data(as_text=True)


def link_of(tree, words: str) -> str:
    (address,) = [one.get("href") for one in tree.iter("a") if one.text == words]
    return str(address)


@pytest.mark.parametrize("role", [Role.BP3MI, Role.OPERATOR, Role.ADMIN])
def test_a_dashboard_leads_to_its_workbook_and_to_what_the_public_sees(look, people, role):
    _, tree = look("/dasbor?skema=p_to_p", role=role)
    workbook, public = link_of(tree, "Unduh rekap (Excel)"), link_of(tree, "Tampilan untuk umum")
    assert workbook == "/ekspor/rekap.xlsx?skema=p_to_p"
    assert public.endswith("?skema=p_to_p&publik=1")
    _, tree = look(public, role=role)
    assert link_of(tree, "Unduh rekap (Excel)") == f"{workbook}&publik=1"
    assert link_of(tree, "Tampilan untuk petugas") == public.removesuffix("&publik=1")


def test_the_workbook_of_a_part_is_of_that_part(look, people):
    _, tree = look("/dasbor/1807?skema=p_to_p")
    assert link_of(tree, "Unduh rekap (Excel)") == "/ekspor/rekap.xlsx?wilayah=1807&skema=p_to_p"


@pytest.mark.parametrize(
    "address",
    ["/dasbor", "/dasbor/1807", "/dasbor/1807/p3mi", "/dasbor/1807/sunyi", "/ekspor/rekap.xlsx"],
)
@pytest.mark.parametrize("query", ["setelah=x", "urut=tanggal"])
def test_figures_have_neither_an_order_nor_pages(look, address, query):
    answer, _ = look(f"{address}?{query}", status=400)
    assert f"“{query.split('=')[0]}” hanya untuk daftar" in answer.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_file_of_departures_has_no_pages(look, kind):
    look(f"/ekspor/keberangkatan.{kind}?setelah=1", status=400)
