"""The filter says again what a query string said; what it does not know it refuses by name."""

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from registry.departures.filters import (
    PARAMETERS,
    YEARS,
    BadFilter,
    Filter,
    Order,
    parse_filter,
)
from registry.enums import (
    UNKNOWN,
    AgeGroup,
    EmployerKind,
    Procedure,
    ReviewStatus,
    Scheme,
    Sex,
    Stage,
)
from registry.regions.area import Area, OutsideArea

HOME = Area("18")
KNOWN = {
    "negara": {"TW", "HK", "MY"},
    "p3mi": {"1", "2"},
    "jabatan": {"caregiver", "welder"},
    "tanda": {"R01", "R03", "R16"},
}
# Contract, section 3: no more and no less.
CONTRACT = (
    "wilayah dari sampai tahun bulan negara skema pmi jk tahap status prosedur pemberi_kerja p3mi "
    "jabatan usia siap tanda tanggal q publik urut setelah"
)
REPEATABLE = "negara skema jk tahap status prosedur pemberi_kerja p3mi jabatan usia siap tanda"


def parsed(query, home=HOME):
    return parse_filter(parse_qsl(query, keep_blank_values=True), home, KNOWN)


def some(values):
    return st.lists(st.sampled_from(sorted(values)), unique=True, max_size=4).map(tuple)


def members(kind, *more):
    return some([member.value for member in kind] + list(more))


words = st.text(st.characters(categories=("L", "P", "S", "Zs")), max_size=60).map(
    lambda text: " ".join(text.split())
)
days = st.none() | st.dates(date(1950, 1, 1), date(2100, 12, 31))
years = st.none() | st.sampled_from(YEARS)


@st.composite
def filters(draw):
    """Any filter that a page could have, of any area of Lampung."""
    kind = draw(st.sampled_from(("none", "dates", "year", "dateless")))
    year = draw(years) if kind == "year" else None
    since, until = draw(st.tuples(days, days)) if kind == "dates" else (None, None)
    if since and until:
        since, until = sorted((since, until))
    return Filter(
        area=Area(draw(st.sampled_from(("18", "1807", "180701", "1807012001")))),
        since=since,
        until=until,
        year=year,
        month=draw(st.none() | st.integers(1, 12)) if year else None,
        dateless=kind == "dateless",
        country=draw(some({*KNOWN["negara"], UNKNOWN})),
        scheme=draw(members(Scheme, UNKNOWN)),
        pmi=draw(st.sampled_from(("", "ya", "tidak"))),
        sex=draw(members(Sex, UNKNOWN)),
        stage=draw(members(Stage)),
        status=draw(members(ReviewStatus)),
        procedure=draw(members(Procedure)),
        employer=draw(members(EmployerKind, UNKNOWN)),
        agency=draw(some(KNOWN["p3mi"])),
        job=draw(some({*KNOWN["jabatan"], "lainnya"})),
        age=draw(members(AgeGroup, UNKNOWN)),
        readiness=draw(some({"complete", "incomplete", "at_risk"})),
        flag=draw(some(KNOWN["tanda"])),
        text=draw(words | st.just("PM-2026-K7Q4M")),
        public=draw(st.booleans()),
        order=draw(st.sampled_from(Order)),
    )


@settings(deadline=None, max_examples=300)
@given(filters())
def test_a_filter_written_as_a_query_is_read_as_the_same_filter(f):
    assert parsed(f.query()) == f
    assert parsed(f.query(HOME)) == f
    assert (f.area == HOME) or "wilayah=" in f.query(HOME)


@settings(deadline=None)
@given(filters(), st.integers(1, 10**9))
def test_a_cursor_never_outlives_a_change_of_the_filter(f, row):
    from_page = f.with_(after=str(row))
    assert parsed(from_page.query()) == f
    assert from_page.with_(pmi="ya").after == ""
    assert parsed(f"{f.query()}&setelah={row}").after == str(row)


@settings(deadline=None)
@given(filters())
def test_the_first_and_last_day_span_the_year_or_month(f):
    if f.year is None:
        assert (f.first_day, f.last_day) == (f.since, f.until)
        return
    assert f.first_day.year == f.last_day.year == f.year
    if f.month:
        assert f.first_day.month == f.last_day.month == f.month
    assert f.first_day.day == 1
    following = date.fromordinal(f.last_day.toordinal() + 1)
    assert (following.day, following.month) == (1, (f.month or 12) % 12 + 1)


def test_the_parameters_are_those_of_the_contract():
    assert set(PARAMETERS) == set(CONTRACT.split())


@given(st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=60))
def test_an_unknown_parameter_is_refused_by_name(name):
    assume(name not in PARAMETERS)
    with pytest.raises(BadFilter) as refused:
        parse_filter([(name, "")], HOME, KNOWN)
    assert name[:40] in str(refused.value)


WRONG = {
    "dari": [
        "kemarin",
        "2026-13-01",
        "2026-02-30",
        "01-02-2026",
        "20260101",
        "2026-1-1",
        "0001-01-01",
        "1949-12-31",
        "2101-01-01",
        "9999-12-31",
        "２０２６-01-01",
    ],
    "sampai": ["besok", "2026-11-31"],
    "tahun": ["26", "1949", "2101", "20266", "dua", "-2026", "2026.0"],
    "bulan": ["0", "13", "Mei", "1.5"],
    "negara": ["tw", "TWN", "Taiwan", "XX", "lainnya"],
    "skema": ["P_TO_P", "kapal"],
    "pmi": ["1", "yes", "YA"],
    "jk": ["l", "M", "laki-laki"],
    "tahap": ["pergi", "belum_diketahui"],
    "status": ["ditolak", "belum_diketahui"],
    "prosedur": ["ilegal", "belum_diketahui"],
    "pemberi_kerja": ["pt"],
    "p3mi": ["PT Contoh", "3", "-1", "1.0", "belum_diketahui", "lainnya"],
    "jabatan": ["Perawat", "dokter", "belum_diketahui", "../x"],
    "usia": ["17", "18-25", "<18 "[:2]],
    "siap": ["not_pmi", "suspected", "ya"],
    "tanda": ["R1", "R99", "r01", "R001", "belum_diketahui", "lainnya"],
    "tanggal": ["2026-01-01", "ya"],
    "publik": ["0", "ya", "true"],
    "urut": ["nik", "name", "tanggal desc", "1;drop"],
    "wilayah": ["1", "18071", "abc", "18'--", "..", "%", "18*"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_an_unknown_value_is_refused_by_value_and_name(name, value):
    with pytest.raises(BadFilter) as refused:
        parse_filter([(name, value)], HOME, KNOWN)
    assert f"“{name}”" in str(refused.value)
    assert value in str(refused.value)


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("empty", ["", " ", "  "])
def test_an_empty_value_counts_as_absent(name, empty):
    assert parse_filter([(name, empty)], HOME, KNOWN) == Filter(HOME)


EXAMPLES = {
    "wilayah": "1807",
    "dari": "2026-01-01",
    "sampai": "2026-12-31",
    "tahun": "2026",
    "bulan": "5",
    "negara": "TW",
    "skema": "p_to_p",
    "pmi": "ya",
    "jk": "P",
    "tahap": "planned",
    "status": "draft",
    "prosedur": "complete",
    "pemberi_kerja": "perseorangan",
    "p3mi": "1",
    "jabatan": "caregiver",
    "usia": "18-24",
    "siap": "complete",
    "tanda": "R01",
    "tanggal": "belum_diketahui",
    "q": "siti",
    "publik": "1",
    "urut": "terbaru",
    "setelah": "7",
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_only_the_starred_parameters_may_be_repeated(name):
    twice = [(name, EXAMPLES[name])] * 2
    with_year = [*twice, ("tahun", "2026")] if name == "bulan" else twice
    if name in REPEATABLE.split():
        found = parse_filter(with_year, HOME, KNOWN)
        assert getattr(found, PARAMETERS[name].field) == (EXAMPLES[name],)
        return
    with pytest.raises(BadFilter, match=f"“{name}” hanya boleh satu"):
        parse_filter(with_year, HOME, KNOWN)


def test_repeated_values_keep_their_order_and_an_empty_one_among_them_is_dropped():
    assert parsed("negara=TW&negara=&negara=HK&negara=TW").country == ("TW", "HK")


@pytest.mark.parametrize(
    "query",
    ["tahun=2026&dari=2026-01-01", "tahun=2026&sampai=2026-01-01",
     "tahun=2026&bulan=1&dari=2026-01-01",
     "bulan=5&dari=2026-01-01"],
)  # fmt: skip
def test_a_year_and_dates_together_are_refused(query):
    with pytest.raises(BadFilter, match="tidak keduanya"):
        parsed(query)


def test_days_the_wrong_way_round_are_refused():
    with pytest.raises(BadFilter, match="“dari” harus sebelum"):
        parsed("dari=2026-12-31&sampai=2026-01-01")
    assert parsed("dari=2026-01-01&sampai=2026-01-01").until == date(2026, 1, 1)


def test_a_month_without_a_year_is_refused():
    with pytest.raises(BadFilter, match="“bulan” memerlukan “tahun”"):
        parsed("bulan=5")


@pytest.mark.parametrize("period", ["tahun=2026", "dari=2026-01-01", "sampai=2026-01-01"])
def test_no_date_and_a_period_together_are_refused(period):
    with pytest.raises(BadFilter, match="Tanpa tanggal"):
        parsed(f"tanggal=belum_diketahui&{period}")


@pytest.mark.parametrize(
    "text",
    ["1807015203980001", "180701 520398 0001", "1807.0152.0398.0001", "081234567890",
     "+62 812-3456-7890", "X1234567", "x123456", "Siti 1807015203980001", "PM-2026-1234567",
     "PM-2026-K7Q4M 081234567890"],
)  # fmt: skip
def test_numbers_of_people_are_refused_in_an_address(text):
    with pytest.raises(BadFilter, match="kotak pencarian"):
        parse_filter([("q", text)], HOME, KNOWN)


@pytest.mark.parametrize(
    "text", ["PM-2026-K7Q4M", "pm-2026-23456", "Siti Aminah", "RT 3", "siti 1998", "PM-2026"]
)
def test_registration_numbers_and_names_may_stand_in_an_address(text):
    assert parse_filter([("q", text)], HOME, KNOWN).text == text


def test_a_text_is_trimmed_and_has_an_end():
    assert parsed("q=++Siti+++Aminah+").text == "Siti Aminah"
    with pytest.raises(BadFilter, match="terlalu panjang"):
        parse_filter([("q", "x" * 101)], HOME, KNOWN)


@pytest.mark.parametrize("text", ["siti\x00", "PM-\x00", "\u202esiti", "siti\ufffe"])
def test_a_text_that_no_page_can_show_is_refused(text):
    with pytest.raises(BadFilter, match="“q”") as refused:
        parse_filter([("q", text)], HOME, KNOWN)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("code", ["0", "32", "3204", "3204052001", "19"])
def test_an_area_outside_is_no_filter_but_nothing_there(code):
    with pytest.raises(OutsideArea):
        parsed(f"wilayah={code}")


@pytest.mark.parametrize("code", ["1807", "18.07", "18.07.01", "18.07.01.2001", "18"])
def test_an_area_inside_may_be_written_with_dots(code):
    assert parsed(f"wilayah={code}").area == Area(code.replace(".", ""))


def test_a_link_to_one_row_more_is_no_longer_the_plain_list():
    assert not Filter(HOME).narrows
    assert not Filter(HOME, order=Order.NEWEST, after="7", public=True).narrows
    for name, value in EXAMPLES.items():
        if name in ("wilayah", "urut", "setelah", "publik", "bulan"):
            continue
        assert parse_filter([(name, value)], HOME, KNOWN).narrows, name
