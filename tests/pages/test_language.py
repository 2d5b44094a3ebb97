"""Pamit in two languages: who chooses, what follows, and what stays Indonesian."""

import dataclasses
import io
import os
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db
from registry.departures import operations
from registry.departures.flag_cards import due_text
from registry.enums import DocumentKind, Relation, ReviewStatus, Scheme, VisaKind
from registry.formatting import today
from registry.forms import BaseForm
from tests.factories import make_departure, make_user
from tests.page import h1, parsed, post, text_of
from tests.pages.accounts import owner
from tests.pages.exports.books import DETAIL, SUMMARY, people

FOLDER = Path(__file__).parents[2] / "registry" / "translations" / "en" / "LC_MESSAGES"


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """The catalogue in the form that the program reads, as `./run` makes it."""
    with (FOLDER / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale="en")
    new = FOLDER / f"messages.{os.getpid()}.mo"
    with new.open("wb") as file:
        write_mo(file, catalogue)
    new.replace(FOLDER / "messages.mo")


@pytest.fixture
def english(app, sign_in):
    """A client of an account that reads English, in any role."""

    def client(role: Role = Role.OPERATOR):
        return sign_in(make_user(role=role, language="en"))

    return client


def language_of(response) -> str:
    return parsed(response.text).get("lang")


def test_pages_are_indonesian_at_first(client):
    page = client.get("/masuk", headers={"Accept-Language": "en"})
    assert (language_of(page), h1(page)) == ("id", "Masuk")


def test_a_signed_out_visitor_switches_and_comes_back_to_the_page(client):
    answer = post(client, "/bahasa", {"language": "en", "next": "/masuk"}, seen="/masuk")
    assert answer.location == "/masuk"
    page = client.get("/masuk")
    assert (language_of(page), h1(page)) == ("en", "Sign in")
    post(client, "/bahasa", {"language": "id", "next": "/masuk"}, seen="/masuk")
    assert h1(client.get("/masuk")) == "Masuk"


def test_the_choice_of_an_account_is_kept_with_it(app, sign_in):
    user = make_user()
    client = sign_in(user)
    given = {"language": "en", "next": "/akun/saya"}
    assert post(client, "/bahasa", given, seen="/akun/saya").location == "/akun/saya"
    assert language_of(client.get("/akun/saya")) == "en"
    assert h1(sign_in(db.session.get(User, user.id)).get("/akun/saya")) == "My account"


def test_the_language_of_the_account_goes_before_that_of_the_browser(client, sign_in):
    post(client, "/bahasa", {"language": "en", "next": "/masuk"}, seen="/masuk")
    assert language_of(sign_in(make_user()).get("/")) == "id"


def test_after_signing_out_the_page_keeps_the_language_of_the_account(english):
    client = english()
    post(client, "/keluar", {}, seen="/akun/saya")
    page = client.get("/masuk")
    assert language_of(page) == "en"
    assert "You have signed out." in text_of(page)


def test_another_language_is_refused(client):
    assert post(client, "/bahasa", {"language": "nl"}, seen="/masuk").status_code == 400
    assert language_of(client.get("/masuk")) == "id"


def test_the_way_back_stays_within_the_site(client):
    for target in ("https://example.org/", "//example.org", "/\\example.org", "/tidak-ada"):
        given = {"language": "en", "next": target}
        assert post(client, "/bahasa", given, seen="/masuk").location == "/"


def test_the_switch_marks_the_language_in_use(english):
    buttons = {
        button.get("value"): button.get("aria-current")
        for button in parsed(english().get("/").text).iter("{http://www.w3.org/1999/xhtml}button")
        if button.get("name") == "language"
    }
    assert buttons == {"id": None, "en": "true"}


@pytest.mark.parametrize(
    ("role", "path", "title"),
    [
        (Role.OPERATOR, "/keberangkatan", "Departures"),
        (Role.OPERATOR, "/keberangkatan/baru", "Record a departure"),
        (Role.REVIEWER, "/periksa", "Review"),
        (Role.REVIEWER, "/akun", "Accounts"),
        (Role.BP3MI, "/dasbor", "Dashboard"),
        (Role.BP3MI, "/jurnal", "Journal"),
        (Role.ADMIN, "/rujukan", "Reference data"),
    ],
)
def test_pages_speak_english(english, role, path, title):
    page = english(role).get(path)
    assert (page.status_code, language_of(page)) == (200, "en")
    assert h1(page).startswith(title)


def test_dates_keep_their_order_and_countries_have_english_names(app, english):
    client = english()
    user = db.session.query(User).one()
    one = make_departure(by=user, country="JP", planned_on=date(2027, 8, 24), scheme=Scheme.SSW)
    said = text_of(client.get(f"/keberangkatan/{one.id}"))
    assert "24 August 2027" in said
    assert "Japan" in said
    assert "SSW (Specified Skilled Worker, Japan)" in said
    assert "Agustus" not in said
    assert "Jepang" not in said
    listed = text_of(client.get("/keberangkatan?negara=JP&dari=2027-08-01"))
    assert "24 August 2027" in listed
    assert "Since 1 August 2027" in listed
    dashboard = text_of(client.get("/dasbor?tahun=2027&bulan=8"))
    assert "August 2027" in dashboard
    assert "Japan" in dashboard


def test_refusals_of_the_core_are_said_in_the_language_of_the_page(app, english):
    client = english()
    user = db.session.query(User).one()
    one = make_departure(by=user, status=ReviewStatus.SUBMITTED)
    refused = post(
        client,
        f"/keberangkatan/{one.id}/ajukan",
        {"tombol-versi": one.revision},
        seen="/keberangkatan",
    )
    assert refused.status_code == 409
    assert "The status of the record is Submitted" in text_of(refused)
    unknown = client.get("/keberangkatan?skema=x")
    assert unknown.status_code == 400
    assert "The value “x” is not known for the filter “skema”." in text_of(unknown)


def test_letters_and_receipts_stay_indonesian(app, english):
    client = english()
    user = db.session.query(User).one()
    one = make_departure(by=user, country="JP", planned_on=date(2027, 8, 24))
    operations.record_letter(
        one,
        number="470/1",
        issued_on=date(2026, 8, 1),
        signer="Suparman",
        relation=Relation.FATHER,
        by=user,
        seen_revision=one.revision,
    )
    db.session.commit()
    letter = client.get(f"/keberangkatan/{one.id}/surat-izin/cetak")
    receipt = client.get(f"/keberangkatan/{one.id}/tanda-terima")
    for page in (letter, receipt):
        assert (page.status_code, language_of(page)) == (200, "id")
        assert "24 Agustus 2027" in text_of(page)
        assert "Jepang" in text_of(page)
    assert "Ayah" in text_of(letter)
    assert DocumentKind.WORK_VISA.label in text_of(receipt)
    assert language_of(client.get(f"/keberangkatan/{one.id}")) == "en"


class SmallForm(BaseForm):
    class Meta(BaseForm.Meta):
        csrf = False

    name = StringField("Nama", [DataRequired()])
    code = StringField("Kode", [Length(max=3)])


@pytest.mark.parametrize(
    ("language", "required", "too_long"),
    [
        ("id", "Bagian ini harus diisi.", "Paling panjang 3 karakter."),
        ("en", "This field is required.", "Must have at most 3 characters."),
    ],
)
def test_messages_of_the_form_library_follow_the_language(app, language, required, too_long):
    with app.test_request_context("/masuk"):
        from flask import session

        session["language"] = language
        form = SmallForm(formdata=MultiDict({"code": "abcd"}))
        assert not form.validate()
        assert form.name.errors == [required]
        assert form.code.errors == [too_long]


def test_a_wrong_form_is_explained_in_english(english):
    page = post(english(), "/keberangkatan/baru/warga", {"nik": "12", "birth_date-day": "x"})
    said = text_of(page)
    for text in (
        "Something needs to be corrected",
        "NIK must have 16 digits.",
        "Enter the resident's name.",
        "Enter day, month and year as numbers, for example 31 1 1998.",
    ):
        assert text in said


def test_workbooks_stay_indonesian(app, english):
    client = english()
    user = db.session.query(User).one()
    make_departure(by=user, country="JP", planned_on=date(2027, 8, 24))
    (row,) = people(client.get(DETAIL).data)
    assert row["Negara Tujuan"] == "Jepang"
    assert row["Skema"] == Scheme.P_TO_P.label
    book = openpyxl.load_workbook(io.BytesIO(client.get(SUMMARY).data))
    said = [cell for sheet in book for cells in sheet.values for cell in cells if cell]
    assert "Jepang" in said
    assert "Japan" not in said


RANGES = [
    ("", "All dates"),
    ("?tahun=2026", "Year 2026"),
    ("?tahun=2026&bulan=5", "May 2026"),
    ("?dari=2026-05-01", "Since 1 May 2026"),
    ("?sampai=2026-05-31", "Until 31 May 2026"),
    ("?dari=2026-05-01&sampai=2026-08-31", "1 May 2026 to 31 August 2026"),
    ("?tanggal=belum_diketahui", "Departure date not known yet"),
    ("?negara=TW&negara=HK", "Destination country: Taiwan or Hong Kong"),
    ("?tahap=planned&status=draft", "Review status: Draft"),
]


@pytest.mark.parametrize(("query", "said"), RANGES)
def test_what_an_unmasked_file_would_hold_is_said_in_english(app, english, query, said):
    page = text_of(english(Role.BP3MI).get(f"/ekspor/keberangkatan{query}"))
    assert said in page
    assert not {"Semua", "Tahun", "Sejak", "Sampai", "Negara"} & set(page.split())


def test_a_request_says_its_range_and_the_offices_that_decide_in_english(app, english):
    app.config["PAMIT"] = dataclasses.replace(app.config["PAMIT"], second_person_rows=1)
    operator = make_user()
    for name in ("Siti Aminah", "Budi Santoso"):
        make_departure(by=operator, name=name)
    make_user(role=Role.LABOUR_OFFICE)
    client = english(Role.LABOUR_OFFICE)
    page = text_of(client.get("/ekspor/keberangkatan"))
    assert "Labour office, Kabupaten Lampung Timur" in page
    assert "Dinas tenaga kerja" not in page
    post(client, "/ekspor/keberangkatan", {"keperluan": "Verifikasi lapangan", **owner()})
    page = text_of(client.get("/ekspor/permintaan"))
    assert "All dates" in page
    assert "Semua" not in page


def test_offices_in_the_list_of_emergency_accesses_have_english_names(app, english):
    make_departure(by=make_user(), name="Siti Aminah")
    client = english(Role.LABOUR_OFFICE)
    post(client, "/ekspor/keberangkatan", {"keperluan": "Verifikasi lapangan", **owner()})
    page = text_of(client.get("/akses-darurat"))
    assert "Labour office, Kabupaten Lampung Timur" in page


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-2, "2 days overdue"),
        (-1, "1 day overdue"),
        (0, "today"),
        (1, "1 day to go"),
        (5, "5 days to go"),
    ],
)
def test_days_are_counted_in_english(app, days, said):
    with app.test_request_context(), force_locale("en"):
        assert due_text(today() + timedelta(days=days)) == said


def test_a_flag_and_its_queue_are_read_in_english(app, english):
    departure = make_departure(by=make_user(), visa_kind=VisaKind.TOURIST)
    (flag,) = [flag for flag in departure.flags if flag.rule == "R03"]
    client = english(Role.LABOUR_OFFICE)
    pages = ("/tanda", f"/tanda/{flag.id}", f"/keberangkatan/{departure.id}")
    for path in (*pages, f"/keberangkatan/{departure.id}/mengapa"):
        page = text_of(client.get(path))
        assert "Leaving to work, but the visa is Tourist, not a work visa." in page, path
        assert "visanya" not in page
        assert "Mistaken" not in page
        assert "Turn of" not in page
