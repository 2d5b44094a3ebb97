"""What one cell of an import means, whatever the office wrote into it."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.enums import (
    DocumentStatus,
    Education,
    LabelledEnum,
    MaritalStatus,
    Scheme,
    Sex,
    Stage,
)
from registry.formatting import MONTHS, thousands, today
from registry.reference.countries import HOME, countries
from registry.workbooks import import_cells as cells
from registry.workbooks.columns import HEADINGS
from registry.workbooks.import_cells import BadCell
from registry.workbooks.import_columns import DERIVED, TARGETS, columns_of
from registry.workbooks.import_words import words_of
from registry.workbooks.reader import BadText

NIK = "1807015203980001"


def refusal(parse: cells.Parser, cell: object) -> str:
    with pytest.raises(BadCell) as caught:
        parse(cell)  # type: ignore[arg-type]
    return caught.value.message


# Headings


def test_every_heading_of_the_export_is_either_read_or_worked_out_again() -> None:
    assert set(HEADINGS) == (set(TARGETS) | DERIVED) - {"Galat"}


def test_headings_are_found_in_any_letter_case_and_by_other_names() -> None:
    columns = columns_of(["nIk", "NAMA", "JK", "Tgl Lahir", "Agama", "Prosedur", "Galat"])
    assert [heading for _, heading, _ in columns.read] == [
        "NIK",
        "Nama",
        "Jenis Kelamin",
        "Tanggal Lahir",
    ]
    assert columns.unknown == ("Agama",)


def test_our_own_heading_wins_over_another_name_for_it() -> None:
    columns = columns_of(["Nama Lengkap", "Nama"])
    assert [written for written, _, _ in columns.read] == ["Nama"]
    assert columns.unknown == ("Nama Lengkap",)


# NIK, KK, telephone


@pytest.mark.parametrize("written", [NIK, "1807 0152 0398 0001", "180701.520398.0001", f" {NIK} "])
def test_a_nik_in_text_is_taken(written: str) -> None:
    assert cells.nik(written) == NIK


@pytest.mark.parametrize("typed", [1807015203980001, 1807015203980000, 1.807015203980001e15])
def test_a_nik_typed_as_a_number_is_refused_with_the_remedy(typed: float) -> None:
    assert "berformat Teks; angka terakhirnya sudah hilang" in refusal(cells.nik, typed)
    assert "angka terakhirnya" in refusal(cells.long_number("No. KK"), typed)


@pytest.mark.parametrize("written", ["1,80702E+15", "1.80702E+15", "1.80701520398e15"])
def test_a_nik_that_a_csv_has_shortened_is_refused_with_the_remedy(written: str) -> None:
    assert "angka terakhirnya sudah hilang" in refusal(cells.nik, written)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("180701520398000", "NIK harus 16 angka"),
        (180701520398000, "NIK harus 16 angka"),
        ("18070152039800011", "NIK harus 16 angka"),
        ("tidak tahu", "NIK harus 16 angka"),
        ("1807019903980001", "tidak mungkin"),
        ("1807015203980000", "tidak mungkin"),
        ("١٨٠٧٠١٥٢٠٣٩٨٠٠٠١", "16 angka"),
    ],
)
def test_an_impossible_nik_is_refused(written: object, words: str) -> None:
    assert words in refusal(cells.nik, written)


@pytest.mark.parametrize("heading", ["Alamat", "P3MI", "Jabatan", "Perekrut", "Pemberi Kerja",
                                     "Kota Tujuan", "LPK", "No. Job Order", "Kantor Imigrasi",
                                     "Nama"])  # fmt: skip
def test_a_nik_in_a_column_that_is_read_by_all_is_refused(heading: str) -> None:
    assert "Jangan tulis NIK" in refusal(TARGETS[heading].parse, f"Budi {NIK}")


def test_a_name_is_words_and_rt_a_number() -> None:
    assert "bukan angka" in refusal(cells.name, "12345")
    assert "dengan angka" in refusal(cells.neighbourhood, "-1")
    assert (cells.neighbourhood("7"), cells.neighbourhood(None)) == ("007", None)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("'+6281234567890", "+6281234567890"),
        (81234567890, "+6281234567890"),
        (6281234567890, "+6281234567890"),
        (721123456, "+62721123456"),
        ("+886912345678", "+886912345678"),
    ],
)
def test_a_telephone_number_gets_back_what_excel_took_from_it(written: object, number: str) -> None:
    assert cells.phone(written) == number  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["0812345678901/0857123456789", "belum punya", "12345", 12345])
def test_what_is_no_telephone_number_is_refused(written: object) -> None:
    assert "7 sampai 15 angka" in refusal(cells.phone, written)


def test_a_telephone_number_that_excel_has_rounded_is_refused() -> None:
    assert "angka terakhirnya sudah hilang" in refusal(cells.phone, 6281234567890123)
    assert "angka terakhirnya sudah hilang" in refusal(cells.phone, "6,28123E+12")


# Nothing


@pytest.mark.parametrize("parse", [target.parse for target in TARGETS.values()])
@pytest.mark.parametrize("empty", [None, "-", "NULL", "1807••••••••••••", "S•• A••", "•"])
def test_an_empty_or_masked_cell_says_nothing(parse: cells.Parser, empty: str | None) -> None:
    assert parse(empty) is None


@pytest.mark.parametrize("parse", [target.parse for target in TARGETS.values()])
def test_a_cell_that_the_reader_refused_says_why(parse: cells.Parser) -> None:
    assert refusal(parse, BadText("Sel ini berisi galat rumus.")) == "Sel ini berisi galat rumus."


# Choices


@pytest.mark.parametrize(
    ("members", "written", "member"),
    [
        (Sex, "L", Sex.MALE),
        (Sex, "Laki-Laki", Sex.MALE),
        (Sex, "LK", Sex.MALE),
        (Sex, 1, Sex.MALE),
        (Sex, "pr", Sex.FEMALE),
        (Sex, "PEREMPUAN", Sex.FEMALE),
        (Scheme, "PT", Scheme.P_TO_P),
        (Scheme, "P to P", Scheme.P_TO_P),
        (Scheme, "p_to_p", Scheme.P_TO_P),
        (Scheme, "P to P (melalui P3MI)", Scheme.P_TO_P),
        (Scheme, "mandiri", Scheme.INDEPENDENT),
        (Scheme, "G to G Korea", Scheme.G_TO_G),
        (Scheme, "magang", Scheme.TRAINEE),
        (Scheme, "belum_diketahui", None),
        (Stage, "Sudah pulang", Stage.RETURNED),
        (DocumentStatus, "tidak perlu", DocumentStatus.NOT_NEEDED),
        (DocumentStatus, "tidak_perlu", DocumentStatus.NOT_NEEDED),
        (DocumentStatus, "✓", DocumentStatus.PRESENT),
        (DocumentStatus, True, DocumentStatus.PRESENT),
        (MaritalStatus, "Kawin Tercatat", MaritalStatus.MARRIED),
        (Education, "SLTP/Sederajat", Education.JUNIOR),
        (Education, "AKADEMI/DIPLOMA III/S. MUDA", Education.DIPLOMA),
    ],
)
def test_a_choice_is_known_by_code_label_and_common_word(
    members: type[LabelledEnum], written: object, member: LabelledEnum | None
) -> None:
    assert cells.member(members)(written) is member  # type: ignore[arg-type]


def test_an_unknown_choice_names_those_that_are_known() -> None:
    assert "Laki-laki, Perempuan" in refusal(cells.member(Sex), "x")


@pytest.mark.parametrize("members", LabelledEnum.__subclasses__())
def test_every_code_and_label_of_every_enum_leads_to_its_own_member(
    members: type[LabelledEnum],
) -> None:
    for member in members:
        assert cells.member(members)(member.value) is member
        assert cells.member(members)(member.label) is member
    assert set(words_of(members).values()) == set(members)


def test_every_country_is_known_by_its_code_and_its_name() -> None:
    for code, name in countries().names.items():
        if code != HOME:
            assert cells.country(code) == cells.country(name) == code
    assert cells.country("Hongkong") == "HK"


def test_home_is_no_destination_and_an_unknown_country_is_refused() -> None:
    assert "bukan luar negeri" in refusal(cells.country, "Indonesia")
    assert "Negara tidak dikenal" in refusal(cells.country, "Negeri Antah Berantah")


# Dates


@pytest.mark.parametrize(
    "written",
    [
        date(1998, 3, 12),
        datetime(1998, 3, 12, 7, 30),  # noqa: DTZ001
        "12/03/1998",
        "12-3-1998",
        "12.03.1998",
        "12 03 1998",
        "1998-03-12",
        "1998-03-12 00:00:00",
        "1998-03-12T00:00:00",
        "12 Maret 1998",
        "12-Mar-1998",
        "12 mar 1998",
        "Kamis, 12 Maret 1998",
        "12\n Maret 1998",
    ],
)
def test_a_date_is_read_the_day_first(written: object) -> None:
    assert cells.day(written) == date(1998, 3, 12)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["nopember", "november", "nov", "Nop"])
def test_months_are_known_by_older_and_short_names(name: str) -> None:
    assert cells.day(f"2 {name} 2025") == date(2025, 11, 2)


@pytest.mark.parametrize(
    "written", ["03/31/2025", "12/03/98", "2025", 45000, "12 Marsel 2025", "kemarin"]
)
def test_what_is_no_date_is_refused(written: object) -> None:
    assert "Tanggal tidak dikenal" in refusal(cells.day, written)


def test_a_day_that_no_calendar_has_is_called_so() -> None:
    assert refusal(cells.day, "31/02/2025") == "Tanggal ini tidak ada di kalender."


def test_days_that_must_be_past_or_near_are_held_to_it() -> None:
    tomorrow = today() + timedelta(days=1)
    assert "di depan" in refusal(cells.past_day, tomorrow)
    assert "di depan" in refusal(cells.birth_day, tomorrow)
    assert "terlalu lama" in refusal(cells.birth_day, date(1898, 1, 1))
    assert "terlalu jauh" in refusal(cells.planned_day, date(2099, 1, 1))
    assert cells.planned_day(date(2019, 1, 1)) == date(2019, 1, 1)


# Numbers and texts


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (1_500_000, 1_500_000),
        ("1.500.000", 1_500_000),
        ("Rp 1.500.000,-", 1_500_000),
        ("Rp1.500.000,00", 1_500_000),
        ("1,500,000", 1_500_000),
        ("1500000", 1_500_000),
        ("1,5 juta", 1_500_000),
        ("15 jt", 15_000_000),
        ("0", 0),
    ],
)
def test_rupiah_are_read_as_offices_write_them(written: object, amount: int) -> None:
    assert cells.money(written) == amount  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["NT$ 20.000", "1.50.000", -5, 1.5, 10**13, "1e6", "9" * 40])
def test_what_is_no_amount_of_rupiah_is_refused(written: object) -> None:
    assert "rupiah bulat" in refusal(cells.money, written)


@pytest.mark.parametrize(
    ("written", "count"), [(24, 24), ("24", 24), ("24 bulan", 24), ("2 tahun", 24), ("3 Thn", 36)]
)
def test_a_contract_is_counted_in_months(written: object, count: int) -> None:
    assert cells.months(written) == count  # type: ignore[arg-type]


@pytest.mark.parametrize("written", [0, 121, "11 tahun", "lama", 1.5])
def test_an_impossible_length_of_contract_is_refused(written: object) -> None:
    assert "antara 1 dan 120" in refusal(cells.months, written)


def test_texts_are_put_on_one_line_and_may_look_like_a_formula() -> None:
    assert cells.name(" Siti\n Nur  Aini ") == "Siti Nur Aini"
    assert cells.free_text(80)("=HYPERLINK(1)") == "=HYPERLINK(1)"
    assert cells.free_text(80)("'=A1+1") == "=A1+1"
    assert cells.free_text(80)(" '-A") == "-A"
    assert cells.free_text(80)("A '=B") == "A '=B"  # nothing is guarded there
    assert cells.neighbourhood(3) == cells.neighbourhood("03") == "003"


def test_too_long_texts_are_refused_also_where_searching_spells_them_out() -> None:
    assert "Paling panjang 120" in refusal(cells.name, "a" * 121)
    assert "Paling panjang 120" in refusal(cells.name, "Moh " * 29)
    assert "Paling panjang 3" in refusal(cells.neighbourhood, "0001")


# Whatever comes

ANY_CELL = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(),
    st.text(max_size=60),
    st.from_regex(r"[0-9./ -]{0,20}", fullmatch=True),
)


def refused(parse: cells.Parser, cell: object) -> str | None:
    """The message of the refusal, None when the cell is taken; an empty text is never a value."""
    try:
        assert parse(cell) != ""  # type: ignore[arg-type]
    except BadCell as error:
        return error.message
    return None


@given(cell=ANY_CELL)
def test_any_cell_is_a_value_or_one_indonesian_sentence(cell: object) -> None:
    for target in TARGETS.values():
        message = refused(target.parse, cell)
        assert message is None or (message.endswith(".") and "\n" not in message)


@given(day=st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1)))
def test_every_day_comes_back_from_every_way_of_writing_it(day: date) -> None:
    month = MONTHS[day.month - 1]
    for written in (
        day,
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day.day}-{day.month}-{day.year}",
        f"{day.day} {month} {day.year}",
        f"{day.day} {month[:3].upper()} {day.year}",
    ):
        assert cells.day(written) == day


@given(amount=st.integers(min_value=0, max_value=10**12))
def test_every_amount_comes_back_from_every_way_of_writing_it(amount: int) -> None:
    for written in (amount, str(amount), thousands(amount), f"Rp {thousands(amount)},-"):
        assert cells.money(written) == amount


@given(digits=st.from_regex(r"08[0-9]{7,11}", fullmatch=True))
def test_a_mobile_number_means_the_same_however_it_is_stored(digits: str) -> None:
    as_text = cells.phone(digits)
    assert cells.phone(int(digits)) == as_text
    assert cells.phone(as_text) == as_text
