"""The fields that this domain needs, and what is said when they are filled in wrongly."""

from datetime import date, timedelta

import pytest
import wtforms
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional

from registry.accounts.forms import SecretField
from registry.departures.forms import HomeForm, PersonForm, PlanForm
from registry.departures.small_forms import ReasonForm
from registry.enums import Sex
from registry.formatting import today
from registry.forms import (
    MESSAGES,
    PLURAL_MESSAGES,
    BaseForm,
    DatePartsField,
    EnumField,
    NearDateField,
    RupiahField,
    Translations,
    WholeNumberField,
    clean_text,
    version_number,
)
from registry.validators import (
    Between,
    has_a_letter,
    is_card_number,
    is_companys_name,
    is_neighbourhood,
    is_persons_name,
    is_phone,
    no_nik,
    normal_phone,
    not_in_future,
    sixteen_digits,
)
from tests.security.form_fields import forms


class Plain(BaseForm):
    class Meta(BaseForm.Meta):
        csrf = False

    born = DatePartsField("Lahir")
    near = NearDateField("Rencana", [not_in_future])
    money = RupiahField("Biaya")
    months = WholeNumberField("Bulan")
    number = IntegerField("Angka")
    sex = EnumField("Jenis kelamin", Sex)
    name = StringField("Nama")
    story = TextAreaField("Alasan")
    phone = StringField("Telepon", [is_phone])
    nik = StringField("NIK", [sixteen_digits("NIK")])
    free = StringField("Catatan", [no_nik])
    own_name = StringField("Nama warga", [has_a_letter, is_persons_name])
    company = StringField("P3MI", [has_a_letter, is_companys_name])
    card = StringField("No. ID PMI", [is_card_number])
    most = RupiahField("Biaya", [Optional(), Between(0, 10**12)])
    secret = SecretField("Kata sandi")
    rt = StringField("RT", [is_neighbourhood])


@pytest.fixture
def filled(app):
    """A form as if these texts were sent, and whether it is valid."""

    def fill(kind=Plain, **typed):
        with app.test_request_context():
            form = kind(formdata=MultiDict(typed), meta={"csrf": False})
            form.is_valid = form.validate()
        return form

    return fill


def errors_of(form, name):
    return [str(error) for error in form[name].errors]


def catalogue():
    path = f"{wtforms.__path__[0]}/locale/wtforms.pot"
    with open(path, "rb") as file:
        return [message.id for message in read_po(file) if message.id]


def test_every_message_of_the_installed_wtforms_is_said_in_indonesian(app):
    assert len(catalogue()) > 30
    said = Translations()
    with app.test_request_context():
        for message in catalogue():
            if isinstance(message, tuple):
                assert message[0] in PLURAL_MESSAGES, message
                assert said.ngettext(*message, 2) != message[1]
            else:
                assert message in MESSAGES, message
                assert said.gettext(message) != message


@pytest.mark.parametrize("message", [*MESSAGES, *PLURAL_MESSAGES])
def test_a_message_asks_for_no_value_that_its_original_does_not_give(message):
    values = {"min": 1, "max": 2, "values": "a, b", "value": "x", "other_name": "y", "length": 3}
    text = {**MESSAGES, **PLURAL_MESSAGES}[message]
    for name in values:
        if f"%({name})" in text:
            assert f"%({name})" in message
    if "'%s'" not in text:
        assert text % values


def test_too_short_a_reason_is_told_in_indonesian(filled):
    form = filled(ReasonForm, alasan="ya")
    assert errors_of(form, "alasan") == ["Panjangnya antara 5 dan 500 karakter."]


def test_too_long_a_name_is_told_in_indonesian(filled):
    form = filled(PersonForm, name="x" * 121)
    assert errors_of(form, "name") == ["Paling panjang 120 karakter."]


# Dates in three boxes


def parts(day, month, year, name="born"):
    return {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_any_day_in_three_boxes_is_read_back(filled, day):
    form = filled(**parts(str(day.day), f" {day.month:02} ", str(day.year)))
    assert form.born.data == day
    assert not form.born.errors


def test_three_empty_boxes_are_no_date(filled):
    form = filled(**parts("", " ", ""))
    assert form.born.data is None
    assert not form.born.errors


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("12", "3", ""),
        ("", "3", "1998"),
        ("satu", "3", "1998"),
        ("12", "Maretan", "1998"),
        ("12", "3", "98"),
        ("12", "3", "19988"),
        ("-1", "3", "1998"),
        ("1" * 5000, "3", "1998"),
    ],
)
def test_what_is_no_day_is_told_and_stays_in_its_boxes(filled, day, month, year):
    form = filled(**parts(day, month, year))
    assert form.born.data is None
    assert not form.is_valid
    assert "31 1 1998" in errors_of(form, "born")[0]
    assert [value for _, _, value, _ in form.born.parts()] == [day, month, year]


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [("31", "2", "1990"), ("29", "Feb", "1999"), ("0", "1", "1998"), ("1", "13", "1998")],
)
def test_a_day_that_no_calendar_has_is_called_so(filled, day, month, year):
    form = filled(**parts(day, month, year))
    assert errors_of(form, "born") == ["Tanggal ini tidak ada di kalender."]
    assert [value for _, _, value, _ in form.born.parts()] == [day, month, year]


@pytest.mark.parametrize(
    ("month", "number"),
    [
        *(("Januari", 1), ("des", 12), ("AGUSTUS", 8), ("agt", 8), ("Nopember", 11), ("peb.", 2)),
        *(("May", 5), ("december", 12), ("Sept", 9), ("oct", 10), (" mei ", 5), ("August", 8)),
    ],
)
def test_a_month_may_be_written_as_a_word(filled, month, number):
    form = filled(**parts("3", month, "1998"))
    assert (form.born.data, form.is_valid) == (date(1998, number, 3), True)


def test_a_stored_day_is_shown_in_its_boxes(app):
    with app.test_request_context():
        form = Plain(formdata=None, data={"born": date(1998, 3, 12)})
    assert [value for _, _, value, _ in form.born.parts()] == ["12", "3", "1998"]


def test_a_day_in_the_future_is_no_past_day(filled):
    form = filled(near=(today() + timedelta(days=1)).isoformat())
    assert "masih di depan" in errors_of(form, "near")[0]
    assert not filled(near=today().isoformat()).near.errors
    assert filled(near=" ").near.data is None
    assert errors_of(filled(near="kemarin"), "near") == ["Tanggal tidak dikenal."]


# Money and numbers


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("Rp5.000.000", 5_000_000),
        ("rp 5.000.000", 5_000_000),
        ("Rp. 5.000.000", 5_000_000),
        ("RP5000000", 5_000_000),
        (" 5 000 000 ", 5_000_000),
        ("5.000.000,00", 5_000_000),
        ("0", 0),
        ("", None),
        ("  ", None),
        ("Rp", None),
    ],
)
def test_rupiah_may_be_typed_as_people_write_it(filled, typed, amount):
    form = filled(money=typed)
    assert (form.is_valid, form.money.data) == (True, amount)


@pytest.mark.parametrize(
    "typed",
    ["lima juta", "5,000,000", "5 juta", "$500"]
    + ["2.5", "2,5", "2,5 juta", "12jt", "1500.00", "1.50.000"],  # could be read in two ways
)
def test_what_is_no_amount_is_asked_for_in_full(filled, typed):
    form = filled(money=typed)
    assert form.money.data is None
    assert errors_of(form, "money") == ["Tulis lengkap dengan angka, misalnya 2.500.000."]
    assert form.money._value() == typed


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**12))
def test_an_amount_as_it_is_shown_is_read_as_the_same_amount(filled, amount):
    shown = f"Rp{amount:,}".replace(",", ".")
    assert filled(money=shown).money.data == amount


def test_a_stored_amount_is_shown_with_dots(app):
    with app.test_request_context():
        assert Plain(formdata=None, data={"money": 5_000_000}).money._value() == "5.000.000"


def test_a_whole_number_may_be_left_empty(filled):
    assert filled(months="").months.data is None
    assert filled(months="24").months.data == 24
    assert errors_of(filled(months="dua"), "months") == ["Isi dengan angka."]


def test_amounts_and_months_have_bounds(app):
    with app.test_request_context():
        form = PlanForm(
            formdata=MultiDict({"amount_asked": "-5", "contract_months": "500"}),
            meta={"csrf": False},
        )
        form.offer([], [])
        assert not form.validate()
    assert errors_of(form, "amount_asked") == ["Harus antara 0 dan 1.000.000.000.000."]
    assert errors_of(form, "contract_months") == ["Harus antara 1 dan 120."]


@pytest.mark.parametrize("text", [None, "", "-1", "²", "٣", "1" * 5000, "1.0", "abc", " 7"])
def test_a_strange_version_is_the_version_of_no_record(text):
    assert version_number(text) == 0


def test_a_version_is_read():
    assert version_number("7") == 7


# Numbers of people


@pytest.mark.parametrize(
    "typed",
    ["081234567890", "0812-3456-7890", "+62 812 3456 7890", "62812 34567890", "(0812) 3456.7890"],
)
def test_a_phone_is_kept_in_one_way_of_writing(typed):
    assert normal_phone(typed) == "+6281234567890"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+886 912 345 678", "+886912345678"), ("", None), (None, None)],
)
def test_a_foreign_phone_stays_and_none_is_none(typed, kept):
    assert normal_phone(typed) == kept


@given(st.text("0123456789 +-.()", min_size=1, max_size=20))
def test_a_phone_written_in_one_way_stays_so(typed):
    once = normal_phone(typed)
    assert (normal_phone(once) or "") == (once or "")


@pytest.mark.parametrize("typed", ["0812 3456 7890", "+62 812-3456-7890", "(0725) 123456", ""])
def test_a_phone_is_accepted(filled, typed):
    assert not filled(phone=typed).phone.errors


@pytest.mark.parametrize(
    "typed",
    ["12345", "1" * 16, "telepon", "0812x3456789", "0812" + " " * 60 + "3456789", "٠٨١٢٣٤٥٦٧٨٩"],
)
def test_what_is_no_phone_is_told(filled, typed):
    assert "7 sampai 15 angka" in errors_of(filled(phone=typed), "phone")[0]


@pytest.mark.parametrize(
    "typed",
    ["180701520398000", "18070152039800012", "NIK", "١" * 16, "1807" + " " * 60 + "015203980001"],
)
def test_a_nik_has_sixteen_digits(filled, typed):
    assert errors_of(filled(nik=typed), "nik") == ["NIK harus 16 angka."]


@pytest.mark.parametrize(
    "typed", ["", "1807015203980001", "180701 520398 0001", "1807.0152.0398.0001"]
)
def test_a_nik_may_be_grouped_or_empty(filled, typed):
    assert not filled(nik=typed).nik.errors


def test_a_nik_with_an_impossible_birth_date_is_told(filled):
    form = filled(PersonForm, name="Siti", nik="1807013202980001")
    assert "tanggal lahir atau nomor urut" in errors_of(form, "nik")[0]


def test_birth_date_and_sex_are_read_from_the_nik(filled):
    answers = filled(PersonForm, name="Siti", nik="180701 520398 0001").answers()
    assert answers == {
        "nik": "1807015203980001",
        "name": "Siti",
        "birth_date": date(1998, 3, 12),
        "sex": Sex.FEMALE,
    }


def test_a_neighbourhood_number_gets_its_zeros_and_a_phone_its_plus(filled):
    answers = filled(HomeForm, rt="3", rw="01", phone="0812 3456 7890").answers()
    assert (answers["rt"], answers["rw"], answers["phone"]) == ("003", "001", "+6281234567890")
    assert answers["family_relation"] is None


# Choices and texts


def test_a_choice_is_a_member_or_nothing(filled):
    assert filled(sex="P").sex.member is Sex.FEMALE
    assert filled(sex="").sex.member is None
    assert filled().sex.member is None
    assert errors_of(filled(sex="X"), "sex") == ["Pilihan tidak dikenal."]


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x85", "\ud800", "\ufffe",
     "\uffff"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["name", "story"])
def test_a_character_that_no_workbook_can_hold_is_refused(filled, name, character):
    form = filled(**{name: f"Siti{character}Aminah"})
    assert not form.is_valid
    assert errors_of(form, name) == ["Ada karakter yang tidak dapat disimpan."]


@pytest.mark.parametrize("text", ["Siti Nur'aini", "José", "李小龍", "=1+1", "<b>tebal</b>", "💚"])
def test_every_other_name_is_taken_as_it_is(filled, text):
    form = filled(name=text)
    assert form.is_valid
    assert form.name.data == text


def test_a_reason_may_have_lines(filled):
    form = filled(story="Baris satu\nBaris dua")
    assert form.is_valid
    assert form.story.data == "Baris satu\nBaris dua"


@given(st.text(max_size=40))
def test_a_text_has_no_blank_edges_and_is_none_when_empty(text):
    clean = clean_text(text)
    assert clean is None or (clean and clean == clean.strip())
    assert clean_text(clean) == clean


@pytest.mark.parametrize(
    "typed",
    [
        "1807015203980001",
        "NIK 1807 0152 0398 0001.",
        "180701-520398-0001",
        "a1807015203980001",
        "１８０７０１５２０３９８０００１",
    ],
)
def test_a_nik_in_a_text_is_noticed_however_it_is_parted(filled, typed):
    assert errors_of(filled(free=typed), "free") == [
        "Jangan tulis NIK atau nomor KK di sini. Tulis hanya di bagian NIK."
    ]


@pytest.mark.parametrize(
    "typed",
    ["", "180701520398000", "18070152039800012", "JO 2026/11/24-000123", "RT 3 RW 1 No. 17"],
)
def test_other_numbers_in_a_text_are_taken(filled, typed):
    assert errors_of(filled(free=typed), "free") == []


@pytest.mark.parametrize(
    ("typed", "is_name"),
    [
        ("Sri", True),
        ("陳", True),
        ("12", False),
        ("- .", False),
        ("Nur'aini, S.Pd.", True),
        ("H. Ma’ruf (Pak RT 3)", True),
        ("Åsa-Maria d´Arc", True),
        ("سيتي", True),
        ("ꦱꦶꦠꦶ", True),
        ("=cmd|calc", False),
        ("<script>alert(1)</script>", False),
        ("Siti 😀", False),
        ("{{7*7}} a", False),
        ("a\nb", False),
    ],
)
def test_a_name_is_words(filled, typed, is_name):
    assert (not errors_of(filled(own_name=typed), "own_name")) is is_name


@pytest.mark.parametrize(
    ("typed", "is_name"),
    [("PT Al-Ikhlas & Rekan (Persero), Tbk.", True), ("CV 3M+", True), ("陳記", True),
     ("<img src=x>", False), ("=PT", False), ("PT 😀", False), ("123", False)],
)  # fmt: skip
def test_a_company_is_called_by_words(filled, typed, is_name):
    assert (not errors_of(filled(company=typed), "company")) is is_name


@pytest.mark.parametrize(
    ("typed", "is_number"), [("1807-0012/A", True), ("abc😀", False), ("٠١٢٣", False)]
)
def test_the_number_of_a_card_has_plain_letters_and_digits(filled, typed, is_number):
    assert (not errors_of(filled(card=typed), "card")) is is_number


@pytest.mark.parametrize("sign", [*"\u200b\u200d\u200e\u202a\u202e\u2060\u2066\u2069\ufeff"])
@pytest.mark.parametrize("name", ["name", "story", "own_name", "born-month", "phone"])
def test_a_character_that_nobody_sees_is_told_and_left_out(filled, name, sign):
    form = filled(**{name: f"Siti{sign}A"})
    field = form[name.removesuffix("-month")]
    told = "Ada karakter yang tidak terlihat; sudah dibuang. Periksa isinya, lalu simpan lagi."
    assert told in field.errors
    assert sign not in str(field() if name != "born-month" else field.parts())
    assert not form.is_valid


def test_a_password_may_hold_what_its_owner_chose(filled):
    assert filled(secret="a\u200db").secret.data == "a\u200db"


def test_a_limit_is_told_with_dots(filled):
    told = ["Harus antara 0 dan 1.000.000.000.000."]
    assert errors_of(filled(most="9" * 15), "most") == told
    for form in forms():
        for field in vars(form).values():
            said = (
                *getattr(field, "args", ())[1:2],
                getattr(field, "kwargs", {}).get("validators"),
            )
            assert NumberRange not in {type(check) for some in said for check in some or ()}, form


@pytest.mark.parametrize(
    ("typed", "is_one"),
    [("1", True), ("003", True), ("2A", True), ("-1", False), ("abc", False), ("1000", False)],
)
def test_rt_and_rw_are_numbers(filled, typed, is_one):
    assert (not errors_of(filled(rt=typed), "rt")) is is_one
