"""`rekap.xlsx` says the same figures as the dashboard, and each sheet adds up to the headline."""

import re
from datetime import timedelta
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from registry.accounts.roles import Role
from registry.dashboards import counts
from registry.db import now
from registry.departures.filters import Filter
from registry.enums import Level, Procedure, Scheme, Sex, Stage
from registry.formatting import today
from registry.regions.area import Area
from registry.regions.queries import list_children
from registry.workbooks.notes import Drawing
from registry.workbooks.summary import office_of, write_summary
from tests.factories import SISTER_VILLAGE, make_departure, make_user
from tests.pages.exports.books import SUMMARY, facts, last_entry, sheet

SHEETS = [
    "Ringkasan",
    "Per Wilayah",
    "Per Negara",
    "Per Skema",
    "Per Jabatan",
    "Per Bulan",
    "Wilayah x Negara",
    "Prosedur",
    "Kamus",
]
BY_SEX = ["L", "P", "Belum diketahui", "Jumlah", "%"]


@pytest.fixture
def people(app):
    """Five PMI in two villages, one who is not PMI, one cancelled."""
    operator, sister = make_user(), make_user(area=SISTER_VILLAGE)
    make_departure(by=operator)
    make_departure(by=operator, sex=Sex.MALE, country="MY", scheme=Scheme.G_TO_G)
    make_departure(by=operator, sex=None, country=None, planned_on=None)
    make_departure(by=operator, stage=Stage.DEPARTED)
    make_departure(
        by=sister, village=SISTER_VILLAGE, planned_on=today() + timedelta(days=200), country="JP"
    )
    make_departure(by=operator, scheme=Scheme.TRAINEE, country="JP")
    make_departure(by=operator, stage=Stage.CANCELLED)


def written(tmp_path, f, **values):
    path = tmp_path / "rekap.xlsx"
    with path.open("w+b") as file:
        total = write_summary(f, file, drawing=Drawing("uji", now()), **values)
    return path.read_bytes(), total


def table(found: Worksheet) -> tuple[list[str], list[list[Any]], list[Any]]:
    """Headings, rows, and the total row of a sheet."""
    rows = [list(row) for row in found.iter_rows(min_row=5, values_only=True)]
    width = len([cell for cell in rows[0] if cell is not None])
    end = next(number for number, row in enumerate(rows) if row[0] == "Jumlah")
    return rows[0][:width], [row[:width] for row in rows[1:end]], rows[end][:width]


def control(found: Worksheet) -> tuple[str, str]:
    """The formula of `Kontrol` and the plain word beside it."""
    row = next(row for row in found.iter_rows(values_only=True) if row[0] == "Kontrol")
    return str(row[1]), str(row[2])


def calculated(formula: str, found: Worksheet) -> str:
    """What Excel would say: enough of its language for `IF`, `AND`, `SUM`, `=` and places."""
    condition = re.fullmatch(r'=IF\((.+),"cocok","tidak cocok"\)', formula)
    assert condition is not None
    parts = condition[1].removeprefix("AND(").removesuffix(")" * condition[1].startswith("AND("))
    equations = re.findall(r"[^,]+", parts)
    return "cocok" if all(_holds(each, found) for each in equations) else "tidak cocok"


def _holds(equation: str, found: Worksheet) -> bool:
    left, right = (_number(side, found) for side in equation.split("="))
    return left == right


def _number(side: str, found: Worksheet) -> Any:
    if total := re.fullmatch(r"SUM\((\w+):(\w+)\)", side):
        return sum(cell.value or 0 for row in found[total[1] : total[2]] for cell in row)
    name, _, place = side.replace("$", "").rpartition("!")
    return (found.parent[name] if name else found)[place].value


def test_the_sheets_are_those_of_the_contract(people, sign_in):
    user = make_user(role=Role.LABOUR_OFFICE)
    answer = sign_in(user).get(SUMMARY)
    assert answer.status_code == 200
    assert f"rekap-1807-{today().isoformat()}.xlsx" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    front = sheet(answer.data, "Ringkasan")
    assert front.parent.sheetnames == SHEETS
    said = facts(answer.data, "Ringkasan")
    assert said["Wilayah"].endswith("(18.07)")
    assert said["Periode"] == "Semua tanggal"
    assert said["Dibuat oleh"] == user.username
    assert said["Satuan hitung"].startswith("Keberangkatan PMI")
    assert "Pamit" in said["Sumber"]
    assert "WIB" in said["Ditarik pada"]


def test_the_front_sheet_says_the_headline(people, tmp_path):
    f = Filter(Area("1807"))
    data, total = written(tmp_path, f)
    headline = counts.headline(f)
    rows = {
        row[0]: row
        for row in sheet(data, "Ringkasan").iter_rows(min_row=9, max_col=6, values_only=True)
    }
    assert total == headline.total == 5
    assert rows["Angka"][1:] == tuple(BY_SEX)
    assert rows["Jumlah"][1:] == (1, 3, 1, 5, 1)
    assert rows["Rencana"][4] == headline.planned == 4
    assert rows["Sudah berangkat"][4] == headline.departed == 1
    assert rows["Sedang di luar negeri"][4] == 1
    assert rows["Bukan PMI"][4] == rows["Batal"][4] == 1


@pytest.mark.parametrize("name", SHEETS[1:-1])
@pytest.mark.parametrize("area", ["18", "1807", "180701", "1807012001", "1801"])
def test_every_sheet_adds_up_to_the_headline_and_says_so(people, tmp_path, name, area):
    data, total = written(tmp_path, Filter(Area(area)))
    found = sheet(data, name)
    headings, rows, last = table(found)
    place = headings.index("Jumlah")
    assert last[place] == total == sum(row[place] for row in rows)
    formula, word = control(found)
    assert formula.startswith("=IF(")
    assert word == calculated(formula, found) == "cocok"
    assert calculated(control(sheet(data, "Ringkasan"))[0], sheet(data, "Ringkasan")) == "cocok"


def test_a_figure_that_was_changed_shows_in_the_control(people, tmp_path):
    data, _ = written(tmp_path, Filter(Area("1807")))
    found = sheet(data, "Per Negara")
    found["F6"] = found["F6"].value + 1
    assert calculated(control(found)[0], found) == "tidak cocok"


def test_a_sheet_that_does_not_add_up_says_so_in_words(people, tmp_path, monkeypatch):
    by_child = counts.by_child
    monkeypatch.setattr(counts, "by_child", lambda f: by_child(f)[1:])
    data, _ = written(tmp_path, Filter(Area("180701")))
    assert control(sheet(data, "Per Wilayah"))[1] == "tidak cocok"


@pytest.mark.parametrize("name", SHEETS[1:6])
def test_sheets_by_sex_have_the_columns_of_the_contract(people, tmp_path, name):
    data, _ = written(tmp_path, Filter(Area("1807")))
    headings, rows, last = table(sheet(data, name))
    assert headings[2:] == BY_SEX
    assert last[2:] == [1, 3, 1, 5, 1]
    for row in rows:
        assert sum(row[2:5]) == row[5]
        assert row[6] == pytest.approx(row[5] / 5)


def test_regions_carry_the_dotted_code_and_zeros_show(people, tmp_path):
    data, _ = written(tmp_path, Filter(Area("1807")))
    for name in ("Per Wilayah", "Wilayah x Negara", "Prosedur"):
        _, rows, _ = table(sheet(data, name))
        codes = [row[0] for row in rows]
        assert "18.07.01" in codes
        assert len(codes) == len(list_children("1807"))
        assert any(row[-1] == 0 for row in rows)


def test_regions_by_country_agree_with_both_of_their_sheets(people, tmp_path):
    data, _ = written(tmp_path, Filter(Area("180701")))
    headings, rows, last = table(sheet(data, "Wilayah x Negara"))
    _, countries, _ = table(sheet(data, "Per Negara"))
    assert headings[2:-1] == [row[1] for row in countries]
    assert last[2:-1] == [row[5] for row in countries]
    _, regions, _ = table(sheet(data, "Per Wilayah"))
    assert [row[-1] for row in rows] == [row[5] for row in regions]


def test_all_six_states_stand_by_region(people, tmp_path):
    f = Filter(Area("180701"))
    data, _ = written(tmp_path, f)
    headings, rows, last = table(sheet(data, "Prosedur"))
    headline = counts.headline(f)
    for state in Procedure:
        assert last[headings.index(state.label)] == headline.procedures[state]
    assert last[-1] == headline.complete_at_departure
    pmi = [headings.index(state.label) for state in Procedure if state is not Procedure.NOT_PMI]
    assert all(sum(row[place] for place in pmi) == row[headings.index("Jumlah")] for row in rows)


def test_there_are_native_charts_for_country_and_month(people, tmp_path):
    data, _ = written(tmp_path, Filter(Area("1807")))
    for name, kind in (("Per Negara", "BarChart"), ("Per Bulan", "LineChart")):
        (chart,) = sheet(data, name)._charts
        assert type(chart).__name__ == kind


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_prints_on_a4_landscape_as_wide_as_the_paper(people, tmp_path, name):
    data, _ = written(tmp_path, Filter(Area("1807")))
    found = sheet(data, name)
    assert (found.page_setup.orientation, found.page_setup.paperSize) == ("landscape", 9)
    assert (found.page_setup.fitToWidth, found.page_setup.fitToHeight) == (1, 0)
    assert found.sheet_properties.pageSetUpPr.fitToPage
    assert found.print_title_rows
    texts = [cell for row in found.iter_rows(values_only=True) for cell in row if cell]
    assert name == "Kamus" or "Mengetahui," in texts
    assert name == "Kamus" or "Petugas" in texts


def test_only_the_control_is_a_formula(people, tmp_path):
    data, _ = written(tmp_path, Filter(Area("1807")))
    for name in SHEETS:
        cells = [cell for row in sheet(data, name).iter_rows() for cell in row]
        assert sum(cell.data_type == "f" for cell in cells) == (name != "Kamus")


def test_an_area_without_departures_gives_zeros(app, tmp_path):
    data, total = written(tmp_path, Filter(Area("1801")))
    assert total == 0
    headings, rows, last = table(sheet(data, "Per Negara"))
    assert (rows, last[headings.index("Jumlah")]) == ([], 0)
    assert control(sheet(data, "Per Negara"))[1] == "cocok"


@pytest.mark.parametrize(
    ("role", "area", "head"),
    [
        (Role.OPERATOR, "1807012001", "Kepala Desa"),
        (Role.REVIEWER, "180701", "Camat Sukadana"),
        (Role.LABOUR_OFFICE, "1807", "Kepala Dinas Tenaga Kerja Kabupaten Lampung Timur"),
        (Role.LABOUR_OFFICE, "18", "Kepala Dinas Tenaga Kerja Provinsi Lampung"),
        (Role.BP3MI, "18", "Kepala BP3MI Lampung"),
        (None, "0", "Kepala ...."),
    ],
)
def test_the_office_that_signs_is_the_users(app, role, area, head):
    assert office_of(Area(area), role).head.startswith(head)


def test_an_administrator_gets_figures_and_every_level_may(people, sign_in):
    for role in Role:
        assert sign_in(make_user(role=role)).get(SUMMARY).status_code == 200
    assert Area("0").level is Level.COUNTRY


@pytest.mark.parametrize("query", ["q=siti", "q=PM-2026-K7Q4M", "tahap=terbang"])
def test_what_the_summary_does_not_offer_is_refused(people, sign_in, query):
    client = sign_in(make_user(role=Role.ADMIN))
    assert client.get(f"{SUMMARY}?{query}").status_code == 400


def test_the_summary_is_journaled(people, sign_in, app):
    user = make_user(role=Role.REVIEWER)
    sign_in(user).get(f"{SUMMARY}?negara=TW")
    entry = last_entry(app)
    assert (entry.event, entry.area_code) == ("summary.exported", "180701")
    assert entry.detail == {
        "saringan": [["wilayah", "180701"], ["negara", "TW"]],
        "pencarian": False,
        "jumlah": 2,
    }
