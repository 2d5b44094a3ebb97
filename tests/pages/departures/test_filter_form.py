"""Pressing "Terapkan" without touching anything must give the same list."""

from urllib.parse import urlencode

import pytest

from registry.accounts.roles import Role
from registry.departures.filters import parse_filter
from registry.enums import ReviewStatus
from registry.regions.area import Area
from tests.factories import DISTRICT, make_departure, make_user
from tests.page import HTML, parsed, post, text_of, words


def sent_by(form):
    """What a browser sends for a form as it stands."""
    pairs = []
    for field in form.iter():
        name = field.get("name")
        if field.tag == f"{HTML}input" and field.get("value"):
            pairs.append((name, field.get("value")))
        if field.tag == f"{HTML}select":
            options = list(field.iter(f"{HTML}option"))
            chosen = [o for o in options if o.get("selected") is not None] or options[:1]
            if chosen[-1].get("value"):
                pairs.append((name, chosen[-1].get("value")))
    return pairs


@pytest.mark.parametrize(
    "query",
    [
        "",
        "pmi=ya&tahap=planned&tahap=departed&tahap=returned",
        "wilayah=180701&negara=TW&usia=18-24&tanda=R16",
        "negara=TW&negara=belum_diketahui&urut=terbaru",
        "negara=AF&pemberi_kerja=perseorangan&siap=complete",
        "tanggal=belum_diketahui&jabatan=lainnya&q=siti",
    ],
)
def test_applying_an_untouched_filter_form_keeps_the_filter(sign_in, query):
    client = sign_in(make_user(role=Role.REVIEWER, area="180701"))
    home = Area("180701")
    page = client.get(f"/keberangkatan?{query}")
    forms = parsed(page.text).iter(f"{HTML}form")
    form = next(f for f in forms if f.get("class") == "filter-form")
    before = parse_filter([tuple(p.split("=")) for p in query.split("&") if p], home, {})
    sent = sent_by(form)
    assert parse_filter(sent, home, {}) == before
    assert client.get(f"/keberangkatan?{urlencode(sent)}").status_code == 200


def test_the_filtered_area_stays_chosen_for_an_office_above(sign_in):
    client = sign_in(make_user(role=Role.BP3MI))
    page = client.get(f"/keberangkatan?wilayah={DISTRICT}")
    form = next(f for f in parsed(page.text).iter(f"{HTML}form") if f.get("class") == "filter-form")
    assert ("wilayah", DISTRICT) in sent_by(form)


@pytest.mark.parametrize("path", ["/keberangkatan/", "/keberangkatan/baru/warga/"])
def test_a_number_that_no_row_can_have_is_not_found(sign_in, path):
    client = sign_in(make_user())
    assert client.get(f"{path}{10**22}").status_code == 404
    assert client.get(f"{path}{2**40}").status_code == 404


def test_a_letter_without_its_fields_is_refused(sign_in):
    operator = make_user()
    departure = make_departure(by=operator)
    path = f"/keberangkatan/{departure.id}/surat-izin"
    answer = post(sign_in(operator), path, {"versi": str(departure.revision)})
    assert "Isi nomor surat." in text_of(answer)


def test_the_labour_office_finds_its_records_behind_many_others(sign_in):
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    for _ in range(51):
        make_departure(by=operator, status=ReviewStatus.SUBMITTED)
    alone = make_departure(by=reviewer, status=ReviewStatus.SUBMITTED, planned_on=None)
    page = sign_in(make_user(role=Role.LABOUR_OFFICE)).get("/periksa")
    assert alone.registration_number in text_of(page)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("dari=2026-03-02&sampai=2026-03-01", {"dari": "2026-03-02", "sampai": "2026-03-01"}),
        ("tahun=2025&sampai=2026-03-01", {"dari": "2025-01-01", "sampai": "2026-03-01"}),
        ("dari=2026-03-02&tanggal=belum_diketahui", {"dari": "2026-03-02"}),
    ],
)
def test_dates_that_contradict_each_other_are_told_beside_them_and_all_is_kept(
    sign_in, query, kept
):
    client = sign_in(make_user(role=Role.REVIEWER))
    answer = client.get(f"/keberangkatan?{query}&negara=TW&jk=P&q=siti")
    assert answer.status_code == 400
    root = parsed(answer.text)
    (message,) = [p for p in root.iter(f"{HTML}p") if p.get("class") == "field-error"]
    assert words(message).startswith("Galat: ")
    boxes = {box.get("name"): box for box in root.iter(f"{HTML}input")}
    assert {name: boxes[name].get("value") for name in kept} == kept
    assert boxes["dari"].get("aria-describedby") == message.get("id")
    assert boxes["q"].get("value") == "siti"
    chosen = [o.get("value") for o in root.iter(f"{HTML}option") if o.get("selected") is not None]
    assert {"TW", "P"} <= set(chosen)
    assert any(box.get("open") is not None for box in root.iter(f"{HTML}details"))
    ways_out = [a.get("href") for a in root.iter(f"{HTML}a") if a.get("class") == "chip"]
    assert len(ways_out) == len(query.split("&")) + 3
    assert client.get(next(url for url in ways_out if "negara" not in url)).status_code == 400
    assert {client.get(url).status_code for url in ways_out} == {200, 400}


@pytest.mark.parametrize("clash", ["", "dari=2026-03-02&sampai=2026-03-01", "bulan=3"])
@pytest.mark.parametrize("area", ["1899", "32"])
def test_an_area_that_is_not_ones_own_stays_unknown_whatever_its_dates(sign_in, area, clash):
    client = sign_in(make_user(role=Role.BP3MI))
    for page in ("keberangkatan", "dasbor", "ekspor/keberangkatan.xlsx", "ekspor/rekap.xlsx"):
        assert client.get(f"/{page}?wilayah={area}&{clash}").status_code == 404
    for page in ("", "/p3mi", "/sunyi"):
        assert client.get(f"/dasbor/{area}{page}?{clash}").status_code == 404
