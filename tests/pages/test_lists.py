"""The list: one filter behind its count, its rows and its pages; chips take filters off again."""

import random
import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import delete, insert, select, update

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db, next_ids
from registry.departures import listing, rare
from registry.departures.fields import list_sight
from registry.departures.filters import Filter, Order
from registry.departures.listed import list_columns
from registry.departures.models import Departure, Flag, Resident
from registry.enums import (
    NOT_PMI_SCHEMES,
    UNKNOWN,
    FlagState,
    ReviewStatus,
    Severity,
    Sex,
    Stage,
)
from registry.formatting import today
from registry.regions.area import Area
from tests.factories import (
    DISTRICT,
    SISTER_VILLAGE,
    VILLAGE,
    make_agency,
    make_departure,
    make_nik,
    make_user,
)
from tests.page import h1, links, rows, text_of
from tests.pages.dashboards.people import VILLAGES, any_filter, scatter

LIST = "/keberangkatan"
SIGHT = list_sight(Role.OPERATOR)
SEES_LISTS = [role for role in Role if role is not Role.ADMIN]
FIRST_NAMES = ("siti", "budi", "sri", "siti aminah", "moh rizal")


def years_between(born, day):
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_group(resident, departure):
    if resident.birth_date is None:
        return UNKNOWN
    age = years_between(resident.birth_date, departure.leaving_on or today())
    for low, group in ((45, "45+"), (35, "35-44"), (25, "25-34"), (18, "18-24")):
        if age >= low:
            return group
    return "<18"


def or_unknown(value):
    return UNKNOWN if value is None else value


def among(chosen, value):
    return not chosen or value in chosen


def in_period(f, day):
    if f.dateless:
        return day is None
    if f.year:
        return day is not None and day.year == f.year and f.month in (None, day.month)
    if f.since is None and f.until is None:
        return True
    return day is not None and (f.since or date.min) <= day <= (f.until or date.max)


def has_name(f, resident):
    wanted = f.text.casefold().split()
    return all(any(w.startswith(part) for w in resident.normal_name.split()) for part in wanted)


def fits(f, departure, resident, flags):
    """The contract, section 3, read row by row."""
    is_pmi = departure.scheme not in NOT_PMI_SCHEMES
    return (
        (f.area.code == "0" or departure.village_code.startswith(f.area.code))
        and in_period(f, departure.leaving_on)
        and among(f.country, or_unknown(departure.country))
        and among(f.scheme, or_unknown(departure.scheme))
        and f.pmi in ("", "ya" if is_pmi else "tidak")
        and among(f.sex, or_unknown(resident.sex))
        and among(f.stage, departure.stage)
        and among(f.status, departure.review_status)
        and among(f.procedure, departure.procedure)
        and among(f.employer, or_unknown(departure.employer_kind))
        and among(f.agency, str(departure.agency_id))
        and among(f.job, departure.job_code or "lainnya")
        and among(f.age, age_group(resident, departure))
        and among(f.readiness, departure.readiness_at_departure)
        and (not f.flag or bool(set(f.flag) & flags.get(departure.id, set())))
        and has_name(f, resident)
    )


def in_order(f, found):
    """Dates newest first and missing ones last, ties by the newest record; names upwards."""
    if f.order is Order.NAME:
        return sorted(found, key=lambda pair: (pair[1].normal_name, pair[0].id))
    if f.order is Order.NEWEST:
        return sorted(found, key=lambda pair: -pair[0].id)
    return sorted(
        found, key=lambda pair: (-(pair[0].leaving_on or date.min).toordinal(), -pair[0].id)
    )


@pytest.fixture
def registry_of_400(app):
    """Departures of every kind, with names and dates that many share, and flags and agencies."""
    scatter(400)
    rng = random.Random(7)
    agency = make_agency("PT Contoh")
    for number in range(1, 401):
        name = rng.choice(FIRST_NAMES)
        db.session.execute(
            update(Resident.__table__)
            .where(Resident.id == number)
            .values(name=name.title(), normal_name=name)
        )
        if rng.random() < 0.2:
            db.session.execute(
                update(Departure.__table__)
                .where(Departure.id == number)
                .values(agency_id=agency.id)
            )
        for rule in rng.sample(("R01", "R03", "R16"), rng.randint(0, 2)):
            db.session.execute(insert(Flag).values(**_flag(number, rule, rng)))
    db.session.commit()
    flags = {}
    for row in db.session.execute(select(Flag.departure_id, Flag.rule, Flag.state)):
        if row.state in (FlagState.OPEN, FlagState.FOLLOWED_UP):
            flags.setdefault(row.departure_id, set()).add(row.rule)
    people = db.session.execute(select(Departure, Resident).join(Resident)).unique().all()
    return [tuple(pair) for pair in people], flags, str(agency.id)


def _flag(number, rule, rng):
    return {
        "departure_id": number,
        "rule": rule,
        "rule_version": 1,
        "severity": Severity.HIGH,
        "state": rng.choice(list(FlagState)),
        "evidence": {},
        "sentence": "x",
        "advice": "x",
        "raised_on": today(),
    }


def more_filters(rng, agency_id):
    f = any_filter(rng)
    changes = rng.choice(
        (
            {},
            {},
            {"flag": tuple(rng.sample(("R01", "R03", "R16"), rng.randint(1, 2)))},
            {"agency": (agency_id,)},
            {"text": rng.choice(("siti", "s", "am", "rizal muhammad", "siti am", "tidak ada"))},
        )
    )
    return f.with_(order=rng.choice(list(Order)), **changes)


def test_count_list_and_pages_are_the_rows_that_the_contract_describes(registry_of_400):
    people, flags, agency_id = registry_of_400
    rng = random.Random(11)
    not_empty = 0
    for _ in range(150):
        f = more_filters(rng, agency_id)
        wanted = f.with_(text=f.text.replace("moh", "muhammad"))
        found = [pair for pair in people if fits(wanted, *pair, flags)]
        ids = [departure.id for departure, _ in in_order(f, found)]
        assert listing.count(f) == len(found), f
        assert listing.found_ids(f) == ids, f
        assert listing.count(f) == listing.count(f.with_(order=Order.LEAVING))
        not_empty += bool(ids)
    assert not_empty > 60


def test_what_is_read_of_a_row_stands_in_the_order_in_which_it_is_told():
    read = [column.key for column in list_columns().selected_columns]
    told = list(listing.ListedDeparture._fields)
    assert read[-len(told[5:]) :] == told[5:]


def test_no_statement_is_kept_of_what_somebody_wrote(registry_of_400):
    listing._rows_of.cache_clear()
    listing.list_page(Filter(Area("18"), text="siti"), SIGHT)
    assert listing._rows_of.cache_info().currsize == 0
    listing.list_page(Filter(Area("18")), SIGHT)
    assert listing._rows_of.cache_info().currsize > 0


def walk(f, size):
    """The ids of all pages, one after the other."""
    seen, pages = [], 0
    while True:
        page = listing.list_page(f, SIGHT, size=size)
        seen += [row.id for row in page.rows]
        pages += 1
        if page.next_cursor is None:
            return seen, pages
        f = f.with_(after=page.next_cursor)


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("size", [1, 7, 100, 399, 400, 401])
def test_turning_the_pages_visits_each_row_exactly_once(registry_of_400, order, size):
    f = Filter(Area("0"), order=order)
    if size == 1:
        f = f.with_(sex=("L",), year=today().year)
    seen, pages = walk(f, size)
    assert seen == listing.found_ids(f)
    assert len(set(seen)) == len(seen) == listing.count(f)
    assert pages == max(1, -(-len(seen) // size))


@pytest.mark.parametrize("many", [0, 10**9])
def test_pages_are_the_same_whether_or_not_the_summary_says_where_rows_lie(
    registry_of_400, monkeypatch, many
):
    """Also after rows without a date, and of what the summary does not know."""
    _, _, agency_id = registry_of_400
    monkeypatch.setattr(rare, "MANY", many)
    rng, told, undated = random.Random(12), 0, 0
    for _ in range(60):
        f = more_filters(rng, agency_id)
        seen, _ = walk(f, 7)
        assert seen == listing.found_ids(f), f
        found = rare.few_of(f, 8)
        told += found is not None
        undated += bool(found and found.has_undated)
    assert (told > 5) is (many == 0)
    assert (undated > 0) is (many == 0)


def test_departures_are_not_looked_for_where_the_summary_knows_of_none(
    registry_of_400, monkeypatch
):
    def refuse(*_):
        raise AssertionError("rows were looked for")

    monkeypatch.setattr(listing, "plainly", refuse)
    f = Filter(Area("18"), country=("BN",))
    assert rare.few_of(f, 51) is None  # few departures are as soon looked through
    monkeypatch.setattr(rare, "MANY", 100)
    for order in Order:
        assert listing.list_page(f.with_(order=order), SIGHT).rows == []


@pytest.mark.parametrize("order", Order)
def test_rows_that_come_while_somebody_turns_the_pages_move_no_other_row(registry_of_400, order):
    f = Filter(Area("0"), order=order)
    before = listing.found_ids(f)
    page = listing.list_page(f, SIGHT, size=150)
    operator = make_user()
    for table in ("resident", "departure"):
        next_ids(table, 500)  # those that were scattered took their own
    make_departure(by=operator, planned_on=today() + timedelta(days=59), name="Aaa Baru")
    make_departure(by=operator, planned_on=None, name="Zzz Baru")
    rest, _ = walk(f.with_(after=page.next_cursor), 150)
    seen = [row.id for row in page.rows] + rest
    assert [id_ for id_ in seen if id_ in set(before)] == before


def test_children_of_an_area_sum_up_to_it_for_every_filter(registry_of_400):
    rng = random.Random(3)
    districts = sorted({village[:4] for village in VILLAGES if village.startswith("18")})
    for _ in range(40):
        f = any_filter(rng).with_(area=Area("18"))
        parts = [listing.count(f.with_(area=Area(code))) for code in districts]
        assert sum(parts) == listing.count(f)


# What a person sees


def shown_total(page):
    said = re.search(r"([\d.]+) keberangkatan (?:·|$|[A-Z])", text_of(page))
    return int(said.group(1).replace(".", ""))


def next_link(page):
    return next((url for text, url in links(page) if text == "Halaman berikutnya"), None)


def test_the_number_above_the_list_is_the_number_of_rows_of_all_its_pages(app, sign_in):
    scatter(120, villages=(VILLAGE,))
    client = sign_in(make_user())
    for query in ("", "?jk=P", "?urut=nama", "?tanggal=belum_diketahui", "?tahap=departed&jk=P"):
        page, seen = client.get(LIST + query), []
        total = shown_total(page)
        while True:
            seen += [row[0] for row in rows(page)]
            if (url := next_link(page)) is None:
                break
            page = client.get(url)
            assert shown_total(page) == total
            assert "Halaman pertama" in text_of(page)
        assert len(seen) == len(set(seen)) == total


@pytest.mark.parametrize(
    ("cursor", "said"),
    [
        ("abc", "Penanda halaman tidak dikenal"),
        ("-1", "Penanda halaman tidak dikenal"),
        ("1.5", "Penanda halaman tidak dikenal"),
        ("²", "Penanda halaman tidak dikenal"),
        ("7-", "Penanda halaman tidak dikenal"),
        ("7-20261301", "Penanda halaman tidak dikenal"),
        ("7-2026-05-01", "Penanda halaman tidak dikenal"),
        ("9" * 40, "Penanda halaman tidak dikenal"),
        ("1' OR '1'='1", "Penanda halaman tidak dikenal"),
    ],
)
def test_the_page_after_what_is_no_cursor_is_a_clear_400(client_of_operator, cursor, said):
    answer = client_of_operator.get(LIST, query_string={"setelah": cursor})
    assert answer.status_code == 400
    assert said in text_of(answer)


@pytest.fixture
def client_of_operator(sign_in):
    return sign_in(make_user())


def test_the_page_after_a_row_of_another_village_tells_nothing_of_it(app, sign_in):
    other = make_user(area=SISTER_VILLAGE)
    departure = make_departure(by=other, village=SISTER_VILLAGE)
    client = sign_in(make_user())
    for query in (
        "setelah={}",
        "urut=nama&setelah={}",
        "setelah={}-20260501",
        "urut=terbaru&setelah={}",
    ):
        answers = [client.get(f"{LIST}?{query.format(id_)}") for id_ in (departure.id, 10**17)]
        assert [answer.status_code for answer in answers] == [302, 302], query
        assert len({answer.location for answer in answers}) == 1


def pages_until_the_second(client, query):
    """The first page, and the address of the second."""
    page = client.get(f"{LIST}?{query}")
    return rows(page), next_link(page)


def number_of(row):
    return re.search(r"PM-\d{4}-\w+", " ".join(row)).group()


@pytest.mark.parametrize("query", ["", "urut=terbaru", "tanggal=belum_diketahui", "tahap=departed"])
def test_the_next_page_goes_on_when_the_last_row_was_deleted(app, sign_in, query):
    scatter(250, villages=(VILLAGE,))
    if query.startswith("tanggal"):
        undated = dict.fromkeys(("planned_on", "departed_on", "leaving_on"))
        db.session.execute(update(Departure.__table__).values(undated))
        db.session.commit()
    client = sign_in(make_user())
    first, url = pages_until_the_second(client, query)
    wanted = [number_of(row) for row in rows(client.get(url))]
    assert wanted
    last = select(Departure.id).where(Departure.registration_number == number_of(first[-1]))
    forget(db.session.scalars(last).one())
    page = client.get(url)
    assert page.status_code == 200
    assert [number_of(row) for row in rows(page)] == wanted


def test_the_next_page_goes_on_from_where_the_last_row_stood(app, sign_in):
    scatter(250, villages=(VILLAGE,))
    client = sign_in(make_user())
    first, url = pages_until_the_second(client, "")
    wanted = [number_of(row) for row in rows(client.get(url))]
    db.session.execute(
        update(Departure.__table__)
        .where(Departure.registration_number == number_of(first[-1]))
        .values(planned_on=date(2000, 1, 1), departed_on=None, leaving_on=date(2000, 1, 1))
    )
    db.session.commit()
    assert [number_of(row) for row in rows(client.get(url))] == wanted


@pytest.mark.parametrize("query", ["urut=nama", "jk=P&urut=nama", "jk=P"])
def test_where_a_row_is_needed_and_gone_the_first_page_says_that_the_list_changed(
    app, sign_in, query
):
    scatter(250, villages=(VILLAGE,))
    client = sign_in(make_user())
    first, url = pages_until_the_second(client, query)
    last = select(Departure.id).where(Departure.registration_number == number_of(first[-1]))
    old_link = re.sub(r"(setelah=\d+)-\d+", r"\1", url)
    assert len(rows(client.get(old_link))) > 0
    forget(db.session.scalars(last).one())
    answer = client.get(old_link)
    assert answer.location == f"{LIST}?{query}"
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "Daftar ini berubah sejak halaman tadi dibuka. Ini halaman pertamanya." in text_of(page)
    assert len(rows(page)) == 50
    assert "Daftar ini berubah" not in text_of(client.get(answer.location))


def test_a_page_after_which_everything_was_deleted_is_the_first_one(app, sign_in):
    scatter(60, villages=(VILLAGE,))
    client = sign_in(make_user())
    _, url = pages_until_the_second(client, "")
    for row in rows(client.get(url)):
        found = select(Departure.id).where(Departure.registration_number == number_of(row))
        forget(db.session.scalars(found).one())
    answer = client.get(url)
    assert (answer.status_code, answer.location) == (302, LIST)


@pytest.mark.parametrize("order", list(Order))
def test_an_old_cursor_that_is_an_id_alone_leads_on(app, order):
    scatter(120, villages=(VILLAGE,))
    f = Filter(Area(VILLAGE), order=order)
    first = listing.list_page(f, SIGHT)
    assert re.fullmatch(r"[0-9]+-([0-9]{8}|0)", first.next_cursor)
    old = first.next_cursor.partition("-")[0]
    assert (
        listing.list_page(f.with_(after=old), SIGHT).rows
        == listing.list_page(f.with_(after=first.next_cursor), SIGHT).rows
        != []
    )


def forget(departure_id):
    db.session.execute(delete(Departure.__table__).where(Departure.id == departure_id))
    db.session.commit()


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("warna=biru", "warna"),
        ("wilayah=18071", "wilayah"),
        ("wilayah=abc", "wilayah"),
        ("tahun=26", "tahun"),
        ("negara=XX", "negara"),
        ("jabatan=tidak_ada", "jabatan"),
        ("p3mi=77", "p3mi"),
        ("tanda=R99", "tanda"),
        ("tahun=2026&dari=2026-01-01", "dari"),
        ("q=1807015203980001", "kotak pencarian"),
        ("pmi=ya&pmi=tidak", "pmi"),
    ],
)
def test_a_filter_that_is_not_known_is_a_400_that_names_it(client_of_operator, query, named):
    answer = client_of_operator.get(f"{LIST}?{query}")
    assert answer.status_code == 400
    assert named in text_of(answer)


@pytest.mark.parametrize("code", ["1899", "180799", "1807019999", "00", "3204", "0", "32.04"])
def test_an_area_that_does_not_exist_or_lies_outside_is_not_found(app, sign_in, code):
    client = sign_in(make_user(role=Role.LABOUR_OFFICE, area="18"))
    assert client.get(f"{LIST}?wilayah={code}").status_code == 404


CHIPS = [
    ("dari=2026-01-01", "Sejak 1 Januari 2026"),
    ("sampai=2026-12-31", "Sampai 31 Desember 2026"),
    ("tahun=2026", "Tahun 2026"),
    ("tahun=2026&bulan=5", "Mei"),
    ("negara=TW", "Taiwan"),
    ("negara=belum_diketahui", "Belum diketahui"),
    ("skema=p_to_p", "P to P"),
    ("pmi=ya", "PMI saja"),
    ("pmi=tidak", "Bukan PMI"),
    ("jk=P", "Perempuan"),
    ("tahap=planned", "Rencana"),
    ("status=draft", "Draf"),
    ("prosedur=at_risk", "Perlu perhatian"),
    ("pemberi_kerja=perseorangan", "rumah tangga"),
    ("jabatan=lainnya", "Pekerjaan lainnya"),
    ("usia=18-24", "18-24 tahun"),
    ("siap=complete", "Lengkap"),
    ("tanda=R16", "R16"),
    ("tanggal=belum_diketahui", "Tanpa tanggal"),
    ("q=siti", "siti"),
    ("wilayah=180701", "Sukadana"),
]


def chips_of(page):
    prefix = "Hapus saringan: "
    return {t.removeprefix(prefix): url for t, url in links(page) if t.startswith(prefix)}


def query_of(url):
    return parse_qsl(urlsplit(url).query)


@pytest.mark.parametrize(("query", "label"), CHIPS)
def test_a_chip_takes_its_filter_off_and_leaves_the_others(sign_in, query, label):
    client = sign_in(make_user(role=Role.REVIEWER, area="180701"))
    if query.startswith("wilayah"):
        client = sign_in(make_user(role=Role.LABOUR_OFFICE))
    other = "status=submitted" if query.startswith("tahap") else "tahap=departed"
    page = client.get(f"{LIST}?{query}&{other}")
    chips = chips_of(page)
    (url,) = [url for text, url in chips.items() if label.casefold() in text.casefold()][-1:]
    gone = parse_qsl(query)[-1]
    rest = [pair for pair in parse_qsl(f"{query}&{other}") if pair != gone]
    assert sorted(query_of(url)) == sorted(rest)
    assert client.get(url).status_code == 200


def test_each_of_several_values_has_a_chip_of_its_own(client_of_operator):
    page = client_of_operator.get(f"{LIST}?negara=TW&negara=HK&tahap=planned")
    chips = chips_of(page)
    assert len(chips) == 3
    assert query_of(chips["Taiwan"]) == [("negara", "HK"), ("tahap", "planned")]
    every = next(url for text, url in links(page) if text == "Hapus semua")
    assert query_of(every) == []


def test_taking_the_year_off_takes_its_month_along(client_of_operator):
    chips = chips_of(client_of_operator.get(f"{LIST}?tahun=2026&bulan=5"))
    assert query_of(chips["Tahun 2026"]) == []
    assert query_of(chips["Mei"]) == [("tahun", "2026")]


def test_an_unfiltered_list_has_no_chips(client_of_operator):
    assert chips_of(client_of_operator.get(LIST)) == {}


def test_an_empty_registry_says_what_to_do_first(sign_in):
    village = sign_in(make_user()).get(LIST)
    assert "Belum ada keberangkatan tercatat" in text_of(village)
    assert ("Catat keberangkatan", "/keberangkatan/baru") in links(village)
    office = sign_in(make_user(role=Role.BP3MI)).get(LIST)
    assert "Catatan dari desa akan muncul di sini" in text_of(office)
    assert "/keberangkatan/baru" not in office.text


def test_an_empty_answer_to_a_filter_offers_to_take_it_off(client_of_operator):
    page = client_of_operator.get(f"{LIST}?negara=TW")
    assert "Tidak ada yang cocok dengan saringan" in text_of(page)
    assert ("Hapus semua saringan", LIST) in links(page)
    assert "Unduh Excel" not in text_of(page)


@pytest.mark.parametrize("role", SEES_LISTS)
def test_a_list_shows_names_and_numbers_as_the_contract_says(app, sign_in, role):
    nik = make_nik()
    make_departure(by=make_user(), nik=nik, name="Siti Aminah", phone="+6281299887766")
    page = sign_in(make_user(role=role)).get(LIST)
    (row,) = rows(page)
    assert f"{nik[:4]}••••••••••••" in " ".join(row)
    assert nik not in page.text
    assert "99887766" not in page.text
    is_named = role not in (Role.LABOUR_OFFICE, Role.BP3MI)
    assert ("Siti Aminah" in row[0]) is is_named
    assert ("S•• A••" in row[0]) is not is_named
    assert is_named or "Aminah" not in page.text


def test_the_columns_tell_what_waits(app, sign_in):
    day = today() + timedelta(days=3)
    departure = make_departure(
        by=make_user(),
        status=ReviewStatus.SUBMITTED,
        planned_on=day,
        recruiter_advance=5_000_000,
    )
    (row,) = rows(sign_in(make_user(role=Role.REVIEWER)).get(LIST))
    said = " ".join(row)
    number = departure.registration_number
    for word in (number, "Taiwan", "rencana", "Diajukan", "Tanda R15", "pertanyaan"):
        assert word in said, word


def test_the_village_is_named_only_where_there_are_several(app, sign_in):
    make_departure(by=make_user())
    client = sign_in(make_user(role=Role.REVIEWER))
    alone = len(rows(client.get(LIST))[0])
    make_departure(by=make_user(area=SISTER_VILLAGE), village=SISTER_VILLAGE)
    assert len(rows(client.get(LIST))[0]) == alone + 1


@pytest.mark.parametrize("role", [Role.LABOUR_OFFICE, Role.BP3MI])
def test_who_sees_initials_cannot_sort_by_name_or_search_half_a_name(app, sign_in, role):
    make_departure(by=make_user(), name="Siti Aminah Rahayu")
    client = sign_in(make_user(role=role))
    refused = client.get(f"{LIST}?urut=nama")
    assert refused.status_code == 400
    assert "tidak dapat diurutkan menurut nama" in text_of(refused)
    assert "Nama tampil sebagai inisial" in text_of(refused)
    offered = links(client.get(f"{LIST}?urut=nama&tahap=planned"))
    for said, query in (
        ("tanggal berangkat", "tahap=planned"),
        ("yang terbaru", "tahap=planned&urut=terbaru"),
    ):
        url = next(url for words, url in offered if said in words)
        assert (url, client.get(url).status_code) == (f"{LIST}?{query}", 200)
    assert "Nama" not in [text for text, _ in links(client.get(LIST))]
    for half in ("siti", "a", "siti a-", "..."):
        answer = client.get(LIST, query_string={"q": half})
        assert (answer.status_code, len(rows(answer))) in ((400, 0), (200, 0)), half
    one = client.get(f"{LIST}?q=siti")
    assert one.status_code == 400
    assert "dua kata utuh" in text_of(one)
    assert len(rows(client.get(f"{LIST}?q=siti+aminah"))) == 1
    assert len(rows(client.get(f"{LIST}?q=aminah+siti"))) == 1
    assert len(rows(client.get(f"{LIST}?q=siti+amina"))) == 0
    assert len(rows(client.get(f"{LIST}?q=sit+aminah"))) == 0
    for one in ("muhammad mohamed", "md mhd", "soekarno sukarno"):
        assert client.get(LIST, query_string={"q": one}).status_code == 400, one


def test_name_searches_of_who_sees_initials_are_counted(app, sign_in):
    client = sign_in(make_user(role=Role.BP3MI))
    answers = [client.get(f"{LIST}?q=siti+aminah").status_code for _ in range(121)]
    assert answers == [200] * 120 + [429]


def test_a_village_searches_by_beginnings_and_sorts_by_name(app, sign_in):
    operator = make_user()
    for name in ("Siti Aminah", "Budi Santoso", "Aminah Zahra"):
        make_departure(by=operator, name=name, nik=make_nik())
    client = sign_in(operator)
    found = [row[0] for row in rows(client.get(f"{LIST}?q=am&urut=nama"))]
    assert [name.split("PM-")[0] for name in found] == ["Aminah Zahra", "Siti Aminah"]
    assert len(rows(client.get(f"{LIST}?q=ti+am"))) == 0
    assert len(rows(client.get(f"{LIST}?q=%25"))) == 0
    assert len(rows(client.get(f"{LIST}?q=_"))) == 0
    assert len(rows(client.get(f"{LIST}?q=!!!"))) == 0
    assert len(rows(client.get(f"{LIST}?q=PM-2026"))) == 0
    assert client.get(f"{LIST}?q=siti%00").status_code == 400
    assert client.get(f"{LIST}?warna%00=1").status_code == 400


@pytest.mark.parametrize("role", SEES_LISTS)
def test_no_link_or_address_on_a_page_holds_a_name_or_a_number(app, sign_in, role):
    nik = make_nik()
    reviewer = make_user(role=Role.REVIEWER)
    departure = make_departure(
        by=make_user(),
        nik=nik,
        name="Siti Aminah",
        phone="+6281299887766",
        status=ReviewStatus.SUBMITTED,
    )
    make_departure(
        by=make_user(),
        name="Siti Aminah",
        nik=make_nik(),
        status=ReviewStatus.VERIFIED,
        reviewer=reviewer,
        stage=Stage.DEPARTED,
    )
    client = sign_in(make_user(role=role))
    for path in ("/", LIST, f"{LIST}?q=siti+aminah&tahap=planned", f"{LIST}/{departure.id}",
                 "/periksa", "/dasbor"):  # fmt: skip
        page = client.get(path)
        addresses = re.findall(r'(?:href|src|action)="([^"]*)"', page.text)
        for address in addresses:
            kept = re.sub(r"([?&]|&amp;)q=[^&]*", "", address)
            for secret in (nik, "iti", "minah", "99887766", nik[4:12]):
                assert secret not in kept, (path, address)


def entry(event):
    statement = select(JournalEntry.detail, JournalEntry.actor).where(
        JournalEntry.event == event.value
    )
    return db.session.execute(statement.order_by(JournalEntry.seq.desc())).first()


def test_a_list_seen_is_an_entry_with_its_ids_and_its_filter(app, sign_in):
    operator = make_user()
    made = [make_departure(by=operator, nik=make_nik()).id for _ in range(3)]
    sign_in(operator).get(f"{LIST}?tahap=planned")
    seen = entry(Event.LIST_SEEN)
    assert seen.actor == operator.username
    assert sorted(seen.detail["id"]) == made
    assert seen.detail["jumlah"] == 3
    assert ["tahap", "planned"] in seen.detail["saringan"]


def test_a_name_searched_is_an_entry_without_the_name(app, sign_in):
    operator = make_user()
    made = make_departure(by=operator, name="Siti Aminah")
    sign_in(operator).get(f"{LIST}?q=aminah")
    seen = entry(Event.PEOPLE_SEARCHED)
    assert (seen.detail["id"], seen.detail["jumlah"]) == ([made.id], 1)
    assert "aminah" not in str(seen.detail).casefold()


def test_a_list_that_cannot_be_journaled_is_not_shown(app, sign_in):
    operator = make_user()
    make_departure(by=operator, name="Siti Aminah")
    client = sign_in(operator)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE journal_entry RENAME TO hidden_entry")
    answer = client.get(LIST)
    assert answer.status_code == 503
    assert "Aminah" not in answer.text


def test_the_list_of_a_district_narrows_to_a_subdistrict(app, sign_in):
    make_departure(by=make_user())
    client = sign_in(make_user(role=Role.LABOUR_OFFICE))
    assert h1(client.get(LIST)) == "Keberangkatan"
    assert len(rows(client.get(f"{LIST}?wilayah={VILLAGE[:6]}"))) == 1
    assert len(rows(client.get(f"{LIST}?wilayah={DISTRICT}02"))) == 0


def test_sexes_are_told_apart_from_what_is_not_known(app, sign_in):
    operator = make_user()
    for sex in (Sex.MALE, Sex.FEMALE, None, None):
        make_departure(by=operator, nik=None, sex=sex)
    client = sign_in(operator)
    counts = [len(rows(client.get(f"{LIST}?jk={code}"))) for code in ("L", "P", UNKNOWN)]
    assert counts == [1, 1, 2]
    assert len(rows(client.get(f"{LIST}?jk=L&jk=P&jk={UNKNOWN}"))) == 4
