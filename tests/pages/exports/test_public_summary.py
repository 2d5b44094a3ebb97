"""`rekap.xlsx` for the public: small numbers are hidden, and no sum gives one away."""

import numpy as np
import pytest

from registry.accounts.roles import Role
from registry.enums import Procedure
from tests.factories import make_user
from tests.pages.dashboards.people import scatter
from tests.pages.exports.books import SUMMARY, facts, sheet
from tests.pages.exports.test_summary import SHEETS, control, table

MARKS = ("<5", "•")
WITH_FIGURES = SHEETS[1:-1]
STATES = [state.label for state in Procedure if state is not Procedure.NOT_PMI]


@pytest.fixture
def book(app, sign_in):
    """The bytes of the workbook of an area and a filter."""

    def drawn(area="0", query=""):
        client = sign_in(make_user(role=Role.BP3MI, area="0"))
        answer = client.get(f"{SUMMARY}?wilayah={area}&publik=1{query}")
        assert answer.status_code == 200
        return answer.data

    return drawn


def figures(content, name):
    """The figures of a sheet with the total row last, and the columns that add up to `Jumlah`."""
    headings, rows, total = table(sheet(content, name))
    end = headings.index("Jumlah") + 1
    if name == "Prosedur":
        assert headings[2 : end - 1] == STATES
    return [row[2:end] for row in (*rows, total)]


def determined(lines):
    """The places of hidden numbers for which the sums of a sheet together leave no choice."""
    values = [[*row] for row in lines]
    places = [(r, c) for r, row in enumerate(values) for c, v in enumerate(row) if v in MARKS]
    if not places:
        return []
    column_of = {place: number for number, place in enumerate(places)}
    equations = []
    height, width = len(values), len(values[0])
    sums = [[((r, c), -1 if c == width - 1 else 1) for c in range(width)] for r in range(height)]
    sums += [[((r, c), -1 if r == height - 1 else 1) for r in range(height)] for c in range(width)]
    for parts in sums:
        equation = np.zeros(len(places))
        for place, sign in parts:
            if place in column_of:
                equation[column_of[place]] = sign
        equations.append(equation)
    _, sizes, free = np.linalg.svd(np.array(equations))
    rank = int((sizes > 1e-9).sum())
    return [
        place
        for place, number in column_of.items()
        if np.abs(free[rank:, number]).max(initial=0) < 1e-9
    ]


@pytest.mark.parametrize("area", ["0", "18", "1807", "180701", "1807012001"])
@pytest.mark.parametrize("query", ["", "&jk=P", "&pmi=tidak"])
def test_small_numbers_are_hidden_and_no_sum_gives_one_away(book, area, query):
    scatter(250)
    content = book(area, query)
    for name in WITH_FIGURES:
        lines = figures(content, name)
        assert all(v in MARKS or v >= 5 for row in lines for v in row), name
        assert determined(lines) == [], name


def test_something_is_hidden_and_something_shown(book):
    scatter(250)
    content = book("18")
    cells = [v for name in WITH_FIGURES for row in figures(content, name) for v in row]
    assert {"<5", "•"} < set(cells)
    assert any(isinstance(value, int) for value in cells)


def test_a_region_hidden_on_one_sheet_is_hidden_on_all(book):
    scatter(250)
    content = book("0")
    totals = {
        name: [row[-1] for row in figures(content, name)]
        for name in ("Per Wilayah", "Wilayah x Negara", "Prosedur")
    }
    assert totals["Per Wilayah"] == totals["Wilayah x Negara"] == totals["Prosedur"]
    countries = [row[-1] for row in figures(content, "Per Negara")[:-1]]
    assert figures(content, "Wilayah x Negara")[-1][:-1] == countries


def test_the_control_says_that_figures_are_hidden(book):
    scatter(100)
    content = book("18")
    for name in SHEETS[:-1]:
        assert control(sheet(content, name)) == ("disamarkan", "disamarkan")
    assert "<5" in facts(content, "Ringkasan")["Penyamaran"]


def test_shares_are_given_of_what_is_shown_alone(book):
    scatter(250)
    headings, rows, _ = table(sheet(book("18"), "Per Wilayah"))
    share, number = headings.index("%"), headings.index("Jumlah")
    assert all((row[share] is None) == (row[number] in MARKS) for row in rows)
    assert any(row[share] for row in rows)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_and_columns_tells_nothing_of_hidden_numbers(book, seed):
    countries = ("TW", "HK", "MY", "JP", "KR", "SG", "SA", "BN", "TR", "PL", None)
    sizes = (20, 25, 1, 2, 4, 3, 5, 3, 6, 2, 20)
    scatter(150, seed=seed, countries=[c for c, n in zip(countries, sizes, strict=True)
                                       for _ in range(n)])  # fmt: skip
    content, hidden = book("18"), 0
    for name in ("Per Negara", "Per Skema", "Per Jabatan"):
        headings, rows, _ = table(sheet(content, name))
        place = headings.index("Jumlah")
        known = [(row[1], row[place]) for row in rows if row[0] and "lainnya" not in row[0]]
        assert known == sorted(known, key=size_and_label), name
        hidden += sum(number in MARKS for _label, number in known)
    assert hidden > 3
    columns = table(sheet(content, "Wilayah x Negara"))[0][2:-1]
    assert columns == [row[1] for row in table(sheet(content, "Per Negara"))[1]]


def size_and_label(row):
    """The largest first; hidden ones last and by their words alone."""
    label, number = row
    return number in MARKS, 0 if number in MARKS else -number, label
