"""Four counts beside each other, each with what it counts, and the gap between two of them."""

import re
from datetime import date

import html5lib
import pytest
from sqlalchemy import delete, func, select, update

from registry.accounts.roles import Role
from registry.dashboards import official
from registry.dashboards.tables import Links
from registry.db import db
from registry.departures.filters import Filter
from registry.departures.models import Departure
from registry.enums import OfficialCount, Scheme, Stage
from registry.formatting import thousands, today
from registry.reference.models import OfficialFigure
from registry.regions.area import Area
from registry.regions.models import Region
from tests.factories import AREA_OF, make_departure, make_user
from tests.page import HTML, parsed, words
from tests.pages.dashboards.people import scatter
from tests.pages.dashboards.reading import number, tables_of, words_of

HEAD = {
    "asal": "1. Layanan penempatan menurut daerah asal",
    "dilayani": "2. Dilayani BP3MI",
    "disnaker": "3. Catatan dinas tenaga kerja",
    "registri": "4. Diketahui desa (registri ini)",
}


@pytest.fixture
def look(sign_in):
    """Opens a dashboard; gives the section of the official figures, or None."""

    def opened(address, role=Role.BP3MI):
        answer = sign_in(make_user(role=role)).get(address)
        assert answer.status_code == 200
        sections = parsed(answer.text).iter(f"{HTML}section")
        return next((s for s in sections if s.get("aria-labelledby") == "angka-resmi"), None)

    return opened


def counts_of(section):
    """The number of each count by its title, and then what is to be known of it."""
    found = {}
    for row in section.find(f".//{HTML}tbody"):
        head, number = row
        notes = [words(note) for note in head.iter(f"{HTML}span")]
        found[" ".join(head.text.split())] = [words(number), *notes]
    return found


def gap_on(section):
    title = next(p for p in section.iter(f"{HTML}p") if p.get("class") == "callout-title")
    return words(title).rpartition(": ")[2]


def links_on(section):
    return [a.get("href") for a in section.iter(f"{HTML}a")]


@pytest.fixture
def left(app):
    """Three who left in 2025, one of them back home; one who cancelled; one of the year before."""
    operator = make_user()
    days = (date(2025, 1, 1), date(2025, 6, 5), date(2025, 12, 31), date(2024, 12, 31))
    for place, day in enumerate(days):
        departure = make_departure(by=operator, stage=Stage.DEPARTED)
        stage = Stage.RETURNED if place == 2 else Stage.DEPARTED
        moved = update(Departure).where(Departure.id == departure.id)
        db.session.execute(
            moved.values(planned_on=day, departed_on=day, leaving_on=day, stage=stage)
        )
    make_departure(by=operator, stage=Stage.CANCELLED, planned_on=date(2025, 5, 5))


def add(kind, code, year, number, taken=date(2026, 1, 4)):
    row = OfficialFigure(
        kind=kind, region_code=code, year=year, number=number, valid_from=taken, source="uji"
    )
    db.session.add(row)
    db.session.commit()


def test_the_four_counts_of_a_province_each_say_what_they_count(look, left):
    section = look("/dasbor/18?tahun=2025")
    counts = counts_of(section)
    assert list(counts) == list(HEAD.values())
    number, parts, meaning, source = counts[HEAD["asal"]]
    assert (number, parts) == ("24.175", "15 dari 15 kabupaten/kota: 24.175")
    assert "Sisko P2MI" in meaning
    assert source.startswith(
        'Sumber: "Tahun 2025, 24.175 warga Lampung jadi pekerja migran" (Kupas Tuntas'
    )
    assert source.endswith("diambil 4 Januari 2026")
    assert counts[HEAD["dilayani"]][0] == "2.603"
    assert counts[HEAD["disnaker"]][:2] == ["–", "belum dimuat"]
    assert counts[HEAD["registri"]][0] == "3"
    assert gap_on(section) == "24.172"
    said = words(section)
    assert "100,0% dari angka 1" in said
    assert "Angka 2 dan 3 tidak dikurangkan" in said
    assert "Jangan dijumlahkan" in said


def test_the_registrys_count_leads_to_its_list(look, left, sign_in):
    section = look("/dasbor/1807?tahun=2025")
    (address,) = links_on(section)
    assert counts_of(section)[HEAD["asal"]][0] == "9.343"
    listed = sign_in(make_user(role=Role.BP3MI)).get(address)
    assert "Ditampilkan 3 dari 3" in words(parsed(listed.text))


def test_an_administrator_sees_the_counts_and_no_list(look, left):
    section = look("/dasbor/18?tahun=2025", role=Role.ADMIN)
    assert counts_of(section)[HEAD["registri"]][0] == "3"
    assert links_on(section) == []


def test_without_a_year_the_latest_is_taken_and_said(look, left):
    section = look("/dasbor/18")
    assert "tahun 2025" in words(section)
    assert "dipakai tahun terakhir yang lengkap" in words(section)
    assert counts_of(section)[HEAD["registri"]][0] == "3"
    add(OfficialCount.SERVED, "18", 2026, 5)
    assert "tahun 2025" in words(look("/dasbor/18"))
    db.session.execute(delete(OfficialFigure).where(OfficialFigure.kind == "asal"))
    db.session.commit()
    section = look("/dasbor/18")
    assert "tahun 2026" in words(section)
    assert gap_on(section) == "–"
    assert "angka 1 belum dimuat untuk tahun ini" in words(section)


@pytest.mark.parametrize("code", ["18", "1807"])
def test_one_figure_of_a_later_year_takes_no_whole_comparison_away(look, left, code):
    gap = gap_on(look(f"/dasbor/{code}"))
    assert gap != "–"
    add(OfficialCount.BY_ORIGIN, "1807", 2026, 900, taken=date(2026, 6, 1))
    section = look(f"/dasbor/{code}")
    assert "tahun 2025" in words(section)
    assert gap_on(section) == gap


def test_of_the_parts_alone_the_latest_year_with_all_of_them_is_taken(look, left):
    own = update(OfficialFigure).where(OfficialFigure.region_code == "18")
    db.session.execute(own.values(valid_to=date(2000, 1, 1)))
    add(OfficialCount.BY_ORIGIN, "1807", 2026, 900, taken=date(2026, 6, 1))
    section = look("/dasbor/18")
    assert "tahun 2025" in words(section)
    assert gap_on(section) == "24.172"


@pytest.mark.parametrize(
    "query", ["tahun=2025&negara=TW", "tahun=2025&bulan=3", "dari=2025-01-01&sampai=2025-12-31",
              "tahap=departed", "pmi=ya", "tanggal=belum_diketahui"]
)  # fmt: skip
def test_with_other_filters_it_says_why_nothing_is_compared(look, left, query):
    section = look(f"/dasbor/18?{query}")
    assert "satu tahun penuh tanpa saringan lain" in words(section)
    assert not list(section.iter(f"{HTML}table"))
    (address,) = links_on(section)
    assert address == ("/dasbor/18?tahun=2025" if "tahun" in query else "/dasbor/18")
    assert gap_on(look(address)) == "24.172"


def test_a_year_of_which_nothing_is_loaded_says_so(look):
    section = look("/dasbor/18?tahun=1999")
    assert "Belum ada angka resmi tahun 1999" in words(section)
    assert links_on(section) == ["/dasbor/18"]
    section = look("/dasbor/32", role=Role.ADMIN)
    assert "tahun 2025" in words(section)
    db.session.execute(delete(OfficialFigure))
    db.session.commit()
    section = look("/dasbor/18")
    assert "Belum ada angka resmi yang dimuat untuk wilayah ini." in words(section)
    assert links_on(section) == []


def test_the_sum_of_the_parts_stands_where_the_province_has_no_figure_of_its_own(look, left):
    own = update(OfficialFigure).where(
        OfficialFigure.region_code == "18", OfficialFigure.kind == "asal"
    )
    db.session.execute(own.values(valid_to=date(2000, 1, 1)))
    db.session.commit()
    section = look("/dasbor/18?tahun=2025")
    assert counts_of(section)[HEAD["asal"]][:2] == [
        "24.175",
        "jumlah 15 dari 15 kabupaten/kota",
    ]
    assert gap_on(section) == "24.172"
    missing = update(OfficialFigure).where(
        OfficialFigure.region_code == "1807", OfficialFigure.kind == "asal"
    )
    db.session.execute(missing.values(valid_to=date(2000, 1, 1)))
    db.session.commit()
    section = look("/dasbor/18?tahun=2025")
    assert counts_of(section)[HEAD["asal"]][:2] == [
        "14.832",
        "jumlah 14 dari 15 kabupaten/kota",
    ]
    assert gap_on(section) == "–"
    assert "baru dimuat untuk 14 dari 15 kabupaten/kota" in words(section)


def test_a_figure_taken_within_its_year_is_not_compared(look, left):
    section = look("/dasbor/18?tahun=2024")
    assert counts_of(section)[HEAD["asal"]][0] == "25.016"
    assert counts_of(section)[HEAD["registri"]][0] == "1"
    assert gap_on(section) == "–"
    assert "diambil 31 Desember 2024, sebelum tahunnya selesai" in words(section)


def test_the_village_may_know_of_more(look, left):
    add(OfficialCount.BY_ORIGIN, "1807", 2024, 0, date(2025, 2, 1))
    section = look("/dasbor/1807?tahun=2024")
    assert gap_on(section) == "1"
    assert "desa mengetahui lebih banyak daripada angka 1" in words(section)
    db.session.execute(update(OfficialFigure).where(OfficialFigure.year == 2024).values(number=1))
    db.session.commit()
    section = look("/dasbor/1807?tahun=2024")
    assert gap_on(section) == "0"
    assert "belum berarti orangnya sama" in words(section)


def test_a_revised_figure_takes_the_place_of_the_one_before(look):
    add(OfficialCount.LABOUR_OFFICE, "1807", 2025, 7_000)
    old = update(OfficialFigure).where(OfficialFigure.kind == "disnaker")
    db.session.execute(old.values(valid_to=date(2026, 5, 31)))
    add(OfficialCount.LABOUR_OFFICE, "1807", 2025, 7_500, date(2026, 6, 1))
    counts = counts_of(look("/dasbor/1807?tahun=2025"))
    assert counts[HEAD["disnaker"]][0] == "7.500"
    assert counts[HEAD["disnaker"]][2] == "Sumber: uji, diambil 1 Juni 2026"


def test_figures_of_several_sources_and_days_say_so(look):
    db.session.execute(
        update(OfficialFigure)
        .where(OfficialFigure.region_code == "1801")
        .values(source="KP2MI", valid_from=date(2026, 3, 1))
    )
    db.session.execute(delete(OfficialFigure).where(OfficialFigure.region_code == "18"))
    db.session.commit()
    source = counts_of(look("/dasbor/18?tahun=2025"))[HEAD["asal"]][3]
    assert (
        source
        == "Sumber: beberapa sumber; lihat data rujukan, diambil 4 Januari 2026 sampai 1 Maret 2026"
    )


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VILLAGE_HEAD, Role.REVIEWER])
def test_there_is_nothing_official_below_the_kabupaten(look, role):
    assert look(f"/dasbor/{AREA_OF[role]}", role=role) is None


def test_the_nation_has_its_own(look):
    scatter(20)
    section = look("/dasbor/0?tahun=2025", role=Role.ADMIN)
    assert counts_of(section)[HEAD["asal"]][:2] == ["296.948", "5 dari 38 provinsi: 253.949"]


def test_kabupaten_stand_for_a_province_that_has_no_figure(look):
    db.session.execute(delete(OfficialFigure))
    codes = db.session.scalars(
        select(Region.code).where(func.length(Region.code) == 4, Region.valid_to.is_(None))
    ).all()
    inside = [code for code in codes if code.startswith("18")]
    db.session.add_all(
        OfficialFigure(kind=OfficialCount.BY_ORIGIN, region_code=code, year=2025, number=3,
                       valid_from=date(2026, 1, 4), source="uji")
        for code in codes
    )  # fmt: skip
    db.session.commit()
    for query in ("?tahun=2025", ""):
        section = look(f"/dasbor/0{query}", role=Role.ADMIN)
        whole = thousands(3 * len(codes))
        parts = f"jumlah {len(codes)} dari {len(codes)} kabupaten/kota"
        assert counts_of(section)[HEAD["asal"]][:2] == [whole, parts]
        assert gap_on(section) == whole
    add(OfficialCount.BY_ORIGIN, "18", 2025, 1_000)
    section = look("/dasbor/0?tahun=2025", role=Role.ADMIN)
    whole = thousands(3 * (len(codes) - len(inside)) + 1_000)
    assert counts_of(section)[HEAD["asal"]][:2] == [whole, parts]
    db.session.execute(delete(OfficialFigure).where(OfficialFigure.region_code == "1101"))
    db.session.commit()
    section = look("/dasbor/0?tahun=2025", role=Role.ADMIN)
    assert counts_of(section)[HEAD["asal"]][1] == parts.replace(
        f"{len(codes)}", f"{len(codes) - 1}", 1
    )
    assert gap_on(section) == "–"


def test_a_number_hidden_from_the_public_hides_the_gap_too(app, left):
    f = Filter(Area("18"), year=2025, public=True)
    with app.test_request_context():
        links = Links(f, Area("18"), sees_people=True)
        found = official.comparison_of(f, links, "<5")
        assert found.counts[-1].number == "<5"
        assert found.gap is None
        assert found.words == "Disamarkan, sebab angka 4 disamarkan."


LAST_YEAR = today().year - 1


def leave(year, by_month):
    """So many leave in each month of a year, and are abroad."""
    days = [date(year, month, 1) for month, many in by_month.items() for _ in range(many)]
    first = 1 + (db.session.scalar(select(func.max(Departure.id))) or 0)
    scatter(len(days), first=first, villages=("1807012001",))
    for place, day in enumerate(days, first):
        left = update(Departure).where(Departure.id == place)
        kind = {"stage": Stage.DEPARTED, "scheme": Scheme.P_TO_P}
        db.session.execute(left.values(planned_on=day, departed_on=day, leaving_on=day, **kind))
    db.session.commit()


@pytest.fixture
def nearly_even(app):
    """Ten left in each month of last year but for two in June; 9 of this year can hide that."""
    leave(LAST_YEAR, {month: 2 if month == 6 else 10 for month in range(1, 13)})
    leave(LAST_YEAR + 1, {1: 9})
    db.session.execute(delete(OfficialFigure))
    add(OfficialCount.BY_ORIGIN, "18", LAST_YEAR, 24_175, date(LAST_YEAR + 1, 1, 1))


def rows_of_months(tree):
    """What is shown of each month, of what lies before and after them, and of all together."""
    rows = tables_of(tree, with_bars=True)["Per bulan"]
    return {row[0]: number(row[1]) for row in rows}


def of_last_year(rows):
    """Its months, with what lies before the first one shown where they are not all."""
    shown = [value for label, value in rows.items() if label.endswith(str(LAST_YEAR))]
    assert "<5" in shown
    return shown if len(shown) == 12 else [*shown, rows["Sebelumnya"]]


def can_be_told(shown, whole):
    """Whether a whole of the parts leaves one value only for a hidden one."""
    ends = [{"<5": (0, 4), "•": (5, whole)}.get(value, (value, value)) for value in shown]
    least, most = (sum(end[side] for end in ends) for side in (0, 1))
    return any(
        low < high and max(low, whole - most + high) == min(high, whole - least + low)
        for low, high in ends
    )


@pytest.mark.parametrize("role", [Role.BP3MI, Role.ADMIN])
@pytest.mark.parametrize("query", ["publik=1", f"tahun={LAST_YEAR}&publik=1"])
def test_no_number_of_a_public_page_tells_of_a_month_that_it_hides(
    sign_in, nearly_even, role, query
):
    answer = sign_in(make_user(role=role)).get(f"/dasbor/18?{query}")
    tree = html5lib.parse(answer.data, namespaceHTMLElements=False)
    rows = rows_of_months(tree)
    shown, total = of_last_year(rows), rows.pop("Jumlah")
    said = re.findall(r"\d[\d.]*", words_of(tree.find("body")))
    numbers = {int(text.replace(".", "")) for text in said}
    if "tahun" not in query:
        numbers -= {total}
        assert not can_be_told([*rows.values()], total)
    for whole in numbers | {24_175 - gap for gap in numbers}:
        assert not can_be_told(shown, whole), (whole, shown)


def test_the_public_is_led_to_the_page_of_a_year(look, nearly_even):
    assert counts_of(look("/dasbor/18"))[HEAD["registri"]][0] == "112"
    section = look("/dasbor/18?publik=1")
    assert "pada halaman satu tahun saja" in words(section)
    assert not list(section.iter(f"{HTML}table"))
    address = f"/dasbor/18?tahun={LAST_YEAR}&publik=1"
    assert links_on(section) == [address]
    assert links_on(look("/dasbor/18?negara=TW&publik=1")) == [address]
    # Nobody of that year has not left, so their number would be the whole.
    assert counts_of(look(address))[HEAD["registri"]][0] == "•"


def test_the_public_sees_no_row_of_months_that_can_only_be_empty(sign_in, nearly_even):
    client = sign_in(make_user(role=Role.BP3MI))

    def others(query):
        answer = client.get(f"/dasbor/18?publik=1{query}")
        tree = html5lib.parse(answer.data, namespaceHTMLElements=False)
        rows = tables_of(tree, with_bars=True)["Per bulan"]
        return {row[0] for row in rows if not row[0][-1].isdigit()} - {"Jumlah"}

    assert others("") == {"Sebelumnya", "Sesudahnya", "Belum diketahui"}
    assert others(f"&tahun={LAST_YEAR}") == set()
    assert others(f"&dari={LAST_YEAR}-06-01") == {"Sesudahnya"}
    assert others(f"&sampai={LAST_YEAR}-06-01") == {"Sebelumnya"}
