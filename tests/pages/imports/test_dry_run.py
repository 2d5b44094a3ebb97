"""The dry run: which rows are ready, which are mistaken and where, which are there already."""

from datetime import date, timedelta

import pytest

from registry.accounts.roles import Role
from registry.db import db
from registry.departures import marks
from registry.enums import ReviewStatus, Stage
from registry.formatting import dotted_code, today
from registry.regions.queries import place
from registry.workbooks.importing import (
    FileRefused,
    ImportRefused,
    Limits,
    apply,
    mending_workbook,
    plan,
)
from registry.workbooks.reader import read_rows
from tests.factories import (
    DISTRICT,
    FOREIGN_VILLAGE,
    SISTER_VILLAGE,
    SUBDISTRICT,
    VILLAGE,
    make_departure,
    make_nik,
    make_user,
    recode,
)
from tests.pages.imports import (
    bring_in,
    counts,
    csv_file,
    messages,
    ods,
    try_out,
    xls,
    xlsx,
)

NIK = "1807015203980001"
NEXT_YEAR = today().replace(month=1, day=15) + timedelta(days=365)


def test_the_outcome_is_said_in_one_line(app):
    operator = make_user()
    bring_in(operator, {"Nama": "Wati"})
    found = try_out(
        operator, {"Nama": "Siti"}, {"Nama": "Ani"}, {"Nama": None, "NIK": NIK}, {"Nama": "Wati"}
    )
    assert found.summary == "2 siap, 1 galat, 1 sudah ada"


def test_the_dry_run_writes_nothing(app):
    operator = make_user()
    make_departure(by=operator)
    before = counts()
    found = try_out(operator, {"Nama": "Siti", "NIK": NIK}, {"Nama": "Budi", "NIK": "123"})
    assert (found.ready, len(found.bad)) == (1, 1)
    assert counts() == before


@pytest.mark.parametrize(
    ("row", "heading", "words"),
    [
        ({"Nama": None, "NIK": NIK}, "Nama", "Isi nama warga"),
        ({"Nama": "S•• A••", "NIK": NIK}, "Nama", "Isi nama warga"),
        ({"Nama": "Siti", "NIK": 1807015203980001}, "NIK", "berformat Teks"),
        ({"Nama": "Siti", "NIK": "180701520398000"}, "NIK", "16 angka"),
        ({"Nama": "Siti", "No. KK": "12"}, "No. KK", "16 angka"),
        ({"Nama": "Siti", "Kode Wilayah": "18.07.01"}, "Kode Wilayah", "10 angka"),
        ({"Nama": "Siti", "Kode Wilayah": "18.07.01.9999"}, "Kode Wilayah", "daftar resmi"),
        ({"Nama": "Siti", "Kode Wilayah": FOREIGN_VILLAGE}, "Kode Wilayah", "di luar wilayah"),
        ({"Nama": "Siti", "Desa/Kelurahan": "Antah"}, "Kode Wilayah", "di luar wilayah"),
        ({"Nama": "Siti", "Tanggal Lahir": "31/02/1990"}, "Tanggal Lahir", "tidak ada di kalender"),
        ({"Nama": "Siti\u202eA"}, "Nama", "tidak terlihat"),
        ({"Nama": "<b>Siti</b>"}, "Nama", "Nama hanya berisi huruf"),
        ({"Nama": "Siti", "Perekrut": "12345"}, "Perekrut", "bukan angka"),
        ({"Nama": "Siti", "P3MI": "<img src=x>"}, "P3MI", "Nama perusahaan"),
        ({"Nama": "Siti", "LPK": "=cmd|calc"}, "LPK", "Nama perusahaan"),
        ({"Nama": "Siti", "No. ID PMI": "abc😀"}, "No. ID PMI", "huruf, angka"),
        ({"Nama": "Siti", "Skema": "entah"}, "Skema", "Pilihan tidak dikenal"),
        ({"Nama": "Siti", "Negara Tujuan": "Antah"}, "Negara Tujuan", "Negara tidak dikenal"),
        (
            {"Nama": "Siti", "Kode Negara": "TW", "Negara Tujuan": "Jepang"},
            "Negara Tujuan",
            "berbeda",
        ),
        (
            {"Nama": "Siti", "Tanggal Berangkat": "02/01/2025", "Tanggal Pulang": "01/01/2025"},
            "Tanggal Pulang",
            "sebelum tanggal berangkat",
        ),
        (
            {"Nama": "Siti", "Tahap": "Rencana", "Tanggal Berangkat": "02/01/2025"},
            "Tanggal Berangkat",
            "Tahap Rencana",
        ),
        (
            {"Nama": "Siti", "Tahap": "Berangkat", "Tanggal Pulang": "02/01/2025"},
            "Tanggal Pulang",
            "Pulang",
        ),
        (
            {"Nama": "Siti", "Tanggal Lahir": "02/01/2025", "Tanggal Berangkat": "01/01/2025"},
            "Tanggal Berangkat",
            "sebelum tanggal lahir",
        ),
        (
            {"Nama": "Siti", "NIK": NIK, "Tanggal Berangkat": "01/01/1995"},
            "Tanggal Berangkat",
            "sebelum tanggal lahir",
        ),
        (
            {"Nama": "Siti", "Tanggal Pulang": "01/01/1989"},
            "Tanggal Pulang",
            "terlalu jauh dari hari ini",
        ),
        (
            {"Nama": "Siti", "Tanggal Rencana": "31/12/1989"},
            "Tanggal Rencana",
            "terlalu jauh dari hari ini",
        ),
        ({"Nama": "Siti", "No. Registrasi": "007"}, "No. Registrasi", "tidak dikenal"),
        ({"Nama": "Siti", "Upah Dijanjikan": "banyak"}, "Upah Dijanjikan", "rupiah bulat"),
        ({"Nama": "Siti", "Paspor": "hilang"}, "Paspor", "Pilihan tidak dikenal"),
    ],
)
def test_a_mistake_is_told_with_the_row_of_the_file_and_its_heading(app, row, heading, words):
    found = try_out(make_user(), {"Nama": "Ani"}, row)
    assert found.ready == 1
    ((number, where, message),) = messages(found)
    assert (number, where) == (3, heading)
    assert words in message


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"Tanggal Berangkat": "11/03/1998"}, "sebelum tanggal lahir"),
        ({"Tanggal Berangkat": "13/03/1998", "Tanggal Lahir": "14/03/1998"}, "sebelum tanggal"),
        ({"Tanggal Pulang": "11/03/1998"}, "sebelum tanggal lahir"),
    ],
)
def test_days_of_a_file_are_held_against_those_of_the_record(app, said, words):
    operator = make_user()
    departure = make_departure(by=operator)
    found = try_out(operator, {"No. Registrasi": departure.registration_number} | said)
    ((_, _, message),) = messages(found)
    assert words in message


def test_a_birth_date_after_the_recorded_departure_is_no_news(app):
    operator = make_user()
    departure = make_departure(by=operator, planned_on=date(2020, 1, 1))
    revision = departure.revision
    marks.mark_departed(departure, date(2020, 1, 1), by=operator, seen_revision=revision)
    db.session.commit()
    row = {"No. Registrasi": departure.registration_number, "Tanggal Lahir": "02/01/2020"}
    ((_, heading, message),) = messages(try_out(operator, row))
    assert (heading, "sebelum tanggal lahir" in message) == ("Tanggal Berangkat", True)


def test_every_mistake_of_a_row_is_told_at_once(app):
    found = try_out(make_user(), {"Nama": None, "NIK": "1", "Skema": "x", "Telepon": "y"})
    assert [heading for _, heading, _ in messages(found)] == ["NIK", "Skema", "Telepon"]


def test_no_message_repeats_what_a_cell_holds(app):
    row = dict.fromkeys(("NIK", "Skema", "Telepon", "Tanggal Lahir"), "rahasia-9")
    for _, _, message in messages(try_out(make_user(), {"Nama": "Siti", **row})):
        assert "rahasia" not in message


def test_unknown_headings_are_named_and_derived_ones_passed_over(app):
    found = try_out(
        make_user(), {"NAMA": "Siti", "Agama": "Islam", "prosedur": "Lengkap", "Tanda": "R01"}
    )
    assert found.ready == 1
    assert found.unknown_headings == ("Agama",)


def test_a_list_of_residents_is_taken_with_a_warning(app):
    found = try_out(make_user(), {"Nama": "Siti", "NIK": NIK, "Agama": "Islam"})
    assert "daftar penduduk" in found.notes[0].message


@pytest.mark.parametrize(("make", "name"), [(xlsx, "a.xlsx"), (xls, "a.xls"), (ods, "a.ods"),
                                            (csv_file, "a.csv")])  # fmt: skip
def test_every_format_is_read(app, make, name):
    data = make({"Nama": "Siti", "NIK": NIK, "Tanggal Rencana": "3 Maret 2027"}, {"NIK": "1"})
    found = plan(make_user(), data, name)
    assert found.summary == "1 siap, 1 galat, 0 sudah ada"
    assert found.new[0].row.plan["planned_on"] == date(2027, 3, 3)


# Villages


def test_an_operator_needs_no_code_and_a_reviewer_does(app):
    assert try_out(make_user(), {"Nama": "Siti"}).ready == 1
    found = try_out(make_user(role=Role.REVIEWER), {"Nama": "Siti"})
    assert "Isi Kode Wilayah" in messages(found)[0][2]


@pytest.mark.parametrize("code", [VILLAGE, dotted_code(VILLAGE), int(VILLAGE)])
def test_a_code_may_be_written_with_or_without_dots(app, code):
    found = try_out(make_user(role=Role.REVIEWER), {"Nama": "Siti", "Kode Wilayah": code})
    assert found.new[0].row.village_code == VILLAGE


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.LABOUR_OFFICE, Role.ADMIN])
def test_a_village_is_found_by_the_names_of_its_areas(app, role):
    home = place(VILLAGE)
    names = {level.label: name for level, name in home.names.items()}
    names["Desa/Kelurahan"] = f"PEKON {home.name.upper()}"
    names["Kecamatan"] = f"Kec. {names['Kecamatan']}"
    found = try_out(make_user(role=role), {"Nama": "Siti", **names})
    assert messages(found) == []
    assert found.new[0].row.village_code == VILLAGE


def test_a_village_name_that_is_there_twice_needs_its_subdistrict(app):
    rows = [{"Nama": "Siti", "Desa/Kelurahan": "Sukadana"}]
    found = try_out(make_user(role=Role.LABOUR_OFFICE, area="18"), *rows)
    assert "Isi Kode Wilayah" in messages(found)[0][2]


def test_a_code_that_a_decree_replaced_leads_to_its_successor(app):

    user = make_user()
    recode(VILLAGE, "1807012999")
    db.session.commit()
    found = try_out(user, {"Nama": "Siti", "Kode Wilayah": VILLAGE})
    assert found.new[0].row.village_code == "1807012999"


@pytest.mark.parametrize(
    ("role", "own", "foreign"),
    [
        (Role.OPERATOR, VILLAGE, SISTER_VILLAGE),
        (Role.REVIEWER, SISTER_VILLAGE, "1807022001"),
        (Role.LABOUR_OFFICE, SISTER_VILLAGE, FOREIGN_VILLAGE),
    ],
)
def test_a_foreign_village_is_a_mistake_of_its_row(app, role, own, foreign):
    user = make_user(role=role)
    rows = [{"Nama": "Siti", "Kode Wilayah": own}, {"Nama": "Ani", "Kode Wilayah": foreign}]
    found = try_out(user, *rows)
    assert [new.row.village_code for new in found.new] == [own]
    ((number, heading, message),) = messages(found)
    assert (number, heading) == (3, "Kode Wilayah")
    assert "di luar wilayah kerja" in message


# Who may import


@pytest.mark.parametrize("role", [Role.VILLAGE_HEAD, Role.BP3MI])
def test_some_roles_import_nothing(app, role):
    with pytest.raises(ImportRefused):
        try_out(make_user(role=role), {"Nama": "Siti"})


def test_a_closed_account_imports_nothing(app):
    with pytest.raises(ImportRefused):
        try_out(make_user(is_active_account=False), {"Nama": "Siti"})


@pytest.mark.parametrize(
    ("role", "area", "first", "past"),
    [
        (Role.OPERATOR, VILLAGE, ReviewStatus.DRAFT, ReviewStatus.DRAFT),
        (Role.REVIEWER, SUBDISTRICT, ReviewStatus.SUBMITTED, ReviewStatus.VERIFIED),
        (Role.LABOUR_OFFICE, DISTRICT, ReviewStatus.SUBMITTED, ReviewStatus.VERIFIED),
        (Role.ADMIN, "0", ReviewStatus.SUBMITTED, ReviewStatus.VERIFIED),
    ],
)
def test_rows_arrive_with_the_status_of_their_importer(app, role, area, first, past):
    code = {"Kode Wilayah": VILLAGE}
    this_year, last_year = today().replace(day=1, month=1), date(today().year - 1, 12, 31)
    found = try_out(
        make_user(role=role, area=area),
        {"Nama": "A", "Tanggal Rencana": NEXT_YEAR, **code},
        {"Nama": "B", "Tanggal Berangkat": this_year, **code},
        {"Nama": "C", "Tanggal Berangkat": last_year, **code},
        {"Nama": "D", "Tanggal Rencana": last_year, "Tahap": "Pulang", **code},
        {"Nama": "E", "Tanggal Rencana": last_year, **code},
        {"Nama": "F", "Tanggal Rencana": last_year, "Tahap": "Batal", **code},
        {"Nama": "G", "Tahap": "Berangkat", **code},
    )
    assert messages(found) == []
    assert [new.status for new in found.new] == [first, first, past, past, first, first, first]
    assert [new.stage for new in found.new] == [
        Stage.PLANNED,
        Stage.DEPARTED,
        Stage.DEPARTED,
        Stage.RETURNED,
        Stage.PLANNED,
        Stage.CANCELLED,
        Stage.DEPARTED,
    ]


# Rows that meet each other


def test_two_rows_of_one_journey_are_a_mistake_unless_they_say_the_same(app):
    row = {"Nama": "Siti", "NIK": NIK, "Negara Tujuan": "Taiwan", "Tanggal Rencana": NEXT_YEAR}
    found = try_out(make_user(), row, {**row, "Telepon": "081234567890"}, row)
    assert (found.ready, found.known) == (1, 1)
    assert messages(found) == [
        (3, "NIK", "Ini keberangkatan yang sama dengan baris 2. Hapus salah satu.")
    ]


def test_without_a_nik_two_rows_are_one_journey_only_when_they_say_enough(app):
    row = {"Nama": "Siti", "Negara Tujuan": "Taiwan", "Tanggal Rencana": NEXT_YEAR}
    assert try_out(make_user(), row, {**row, "RT": "1"}).ready == 2
    full = {**row, "Tanggal Lahir": date(1990, 1, 1)}
    found = try_out(make_user(), full, {**full, "RT": "1"})
    assert [heading for _, heading, _ in messages(found)] == ["Nama"]


def test_two_past_journeys_without_a_plan_are_told_apart_by_the_day_of_leaving(app):
    row = {"Nama": "Siti", "NIK": NIK, "Negara Tujuan": "Taiwan", "Tahap": "Pulang"}
    days = (date(2019, 3, 1), date(2022, 5, 1))
    found = try_out(make_user(), *({**row, "Tanggal Berangkat": day} for day in days))
    assert found.ready == 2
    assert len({id(new.person) for new in found.new}) == 1


def test_a_registration_number_stands_in_one_row_only(app):
    row = {"Nama": "Siti", "No. Registrasi": "PM-2025-ABCDE"}
    found = try_out(make_user(), row, {**row, "Nama": "Ani"})
    assert messages(found) == [(3, "No. Registrasi", "Nomor ini sudah ada di baris 2.")]


def test_a_number_of_another_area_tells_nothing(app):
    foreign = make_departure(by=make_user(area=SISTER_VILLAGE), village=SISTER_VILLAGE)
    number = foreign.registration_number
    found = try_out(make_user(), {"Nama": "Siti", "No. Registrasi": number})
    ((_, heading, message),) = messages(found)
    assert heading == "No. Registrasi"
    assert message == "Nomor ini tidak dapat dipakai di sini. Periksa lagi nomornya."


def test_a_second_running_journey_is_taken_with_a_note(app):
    operator = make_user()
    departure = make_departure(by=operator)
    row = {"Nama": departure.resident.name, "NIK": departure.resident.nik, "Negara Tujuan": "MY"}
    found = try_out(operator, row)
    assert found.ready == 1
    assert "keberangkatan lain yang berjalan" in found.notes[-1].message


# Limits and the file of bad rows


def test_too_many_rows_or_bytes_are_refused_in_one_sentence(app):
    operator, data = make_user(), xlsx(*({"Nama": f"Warga {n}"} for n in range(4)))
    with pytest.raises(FileRefused, match="lebih dari 3 baris"):
        plan(operator, data, "a.xlsx", limits=Limits(rows=3))
    with pytest.raises(FileRefused, match="lebih besar dari"):
        plan(operator, data, "a.xlsx", limits=Limits(bytes=1000))


def test_the_bad_rows_come_back_with_their_cells_and_can_be_mended(app):
    operator = make_user()
    found = try_out(
        operator,
        {"Nama": "Ani"},
        {
            "Nama": "Siti",
            "NIK": "18",
            "Alamat": "=A1+1",
            "Tanggal Lahir": date(1990, 2, 1),
            "Agama": "Islam",
        },
    )
    sheet = read_rows(mending_workbook(found), "galat.xlsx", known_headings=["Nama"])
    assert sheet.headings == ["Galat", "Nama", "NIK", "Alamat", "Tanggal Lahir", "Agama"]
    assert list(sheet.rows[0].cells.values()) == [
        "Baris 3. NIK: NIK harus 16 angka.",
        "Siti",
        "18",
        "=A1+1",
        date(1990, 2, 1),
        "Islam",
    ]
    again = plan(operator, mending_workbook(found), "galat.xlsx")
    assert [heading for _, heading, _ in messages(again)] == ["NIK"]
    assert again.unknown_headings == ("Agama",)


def test_a_plan_belongs_to_whoever_made_it(app):
    found = try_out(make_user(), {"Nama": "Siti", "NIK": make_nik()})
    with pytest.raises(PermissionError):
        apply(found, make_user())
