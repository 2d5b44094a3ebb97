"""A decree about areas comes as a sheet: what it changes is shown first, and saved whole."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures.models import Departure
from registry.formatting import today
from registry.reference_pages.decree import COLUMNS
from registry.regions.importer import official_regions
from registry.regions.models import FormerCode
from registry.regions.queries import find_region, place, successor_of
from tests.factories import VILLAGE, make_departure, make_user, recode
from tests.page import hidden, links, post, rows, text_of, token
from tests.pages.reference.test_import import book

PAGE = "/rujukan/wilayah"
SAVE = f"{PAGE}/simpan"
HEADINGS = ("kode lama", "Kode Baru", "Nama")
DECREE = "Kepmendagri 300.2.2-1 Tahun 2026"


@pytest.fixture
def admin(app):
    return make_user(role=Role.ADMIN, area="18")


def upload(client, *lines, headings=HEADINGS, **values):
    file = (io.BytesIO(book(lines, headings)), "keputusan.xlsx")
    told = {"decree": DECREE, "since": today().isoformat(), **values}
    return post(client, PAGE, {"berkas": file, **told}, content_type="multipart/form-data")


def confirm(client, page, **values):
    data = {name: hidden(page, name) for name in ("muatan", "dilihat")}
    return client.post(SAVE, data={**data, "csrf_token": token(page), **values})


def test_villages_move_to_a_new_subdistrict_with_their_people(client):
    departure_id = make_departure(by=make_user()).id
    page = upload(client, ("", "18.07.99", "Umpu Semenguk"), ("18.07.01.2001", "18.07.99.2001", ""))
    said = text_of(page)
    assert "1 wilayah berganti kode" in said
    assert "1 wilayah baru" in said
    assert db.session.get(Departure, departure_id).village_code == VILLAGE
    answer = confirm(client, page)
    assert (answer.status_code, answer.location) == (302, PAGE)
    db.session.expire_all()
    assert db.session.get(Departure, departure_id).village_code == "1807992001"
    assert place("1807992001").above.startswith("Kecamatan Umpu Semenguk")
    assert verify_chain().is_whole
    listed = client.get(PAGE)
    assert "Perubahan wilayah disimpan." in text_of(listed)
    ((_decree, path),) = [link for link in links(listed) if link[0] == DECREE]
    assert "18.07.01.2001" in text_of(client.get(path))


def test_a_split_kabupaten_names_its_subdistricts_only(client):
    below = len([c for c in _codes() if c.startswith("180701")]) - 1
    page = upload(client, (None, "1899", "Kabupaten Sukadana"), ("180701", "189901", None))
    (line,) = [row for row in rows(page) if row[1] == "18.07.01"]
    assert line[3:] == ["18.99.01", str(below)]
    confirm(client, page)
    assert successor_of(VILLAGE).code == "1899012001"
    assert find_region("189901").parent_code == "1899"
    assert find_region("1899012001").parent_code == "189901"
    assert find_region("1899").kind == "kabupaten"


def _codes():
    from registry.regions.models import Region

    return list(db.session.scalars(select(Region.code)))


def decree_entries():
    made = select(JournalEntry).where(JournalEntry.event == Event.REGION_RECODED.value)
    return db.session.scalars(made).all()


def test_the_journal_says_which_decree_changed_which_codes(client, admin):
    username = admin.username
    confirm(client, upload(client, (VILLAGE, "1807012999", None)))
    (entry,) = decree_entries()
    assert (entry.actor, entry.area_code) == (username, "180701")
    assert entry.detail == {
        "keputusan": DECREE,
        "berlaku": today().isoformat(),
        "kode": [[VILLAGE, "1807012999"]],
        "baru": [],
    }


def test_a_kabupaten_keeps_the_word_for_it_under_a_typed_name(client):
    page = upload(client, ("1807", "1899", "Lampung Timur Raya"), ("", "1873", "Sukadana"))
    assert "Kabupaten Lampung Timur Raya" in text_of(page)
    assert confirm(client, page).status_code == 302
    assert place("1899").title == "Kabupaten Lampung Timur Raya"
    assert place("1899012001").above.endswith("Kabupaten Lampung Timur Raya, Lampung")
    assert (place("1873").title, place("1873").kind) == ("Kota Sukadana", "kota")


def test_every_name_of_the_official_list_could_be_typed():
    parse = COLUMNS["name"].parse
    for row in official_regions():
        assert parse(row["name"]) == row["name"]


def test_the_longest_name_fits_with_the_word_for_a_kabupaten(client):
    longest = "L" * 110
    assert "Paling panjang 110" in text_of(upload(client, ("", "1898", longest + "L")))
    assert confirm(client, upload(client, ("", "1898", longest))).status_code == 302
    assert place("1898").title == f"Kabupaten {longest}"


def test_a_desa_that_becomes_a_kelurahan_is_called_one(client):
    confirm(client, upload(client, (VILLAGE, "1807011999", None)))
    assert place("1807011999").title.startswith("Kelurahan ")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([("1807012998", "1807012999", "")], "Kode lama 18.07.01.2998 tidak ada"),
        ([(VILLAGE, "1807022001", "")], "menggabungkan"),
        ([(VILLAGE, "1807012002", ""), ("1807012002", "1807012999", "")], "masih dipakai"),
        ([(VILLAGE, VILLAGE, "")], "kode barunya sama"),
        ([(VILLAGE, "180799", "")], "tidak setingkat"),
        ([(VILLAGE, "1807992001", "")], "yaitu 18.07.99, tidak ada"),
        ([(VILLAGE, "3204052999", "")], "di luar wilayah kerja Anda"),
        ([("3204052001", "1807012999", "")], "di luar wilayah kerja Anda"),
        ([(VILLAGE, "1807012999", ""), (VILLAGE, "1807012998", "")], "tertulis dua kali"),
        ([(VILLAGE, "18070129", "")], "Tulis kode wilayah resmi"),
        ([(VILLAGE, "", "")], "Kode Baru belum diisi"),
        ([("", "180799", "")], "perlu nama"),
        ([("", "180701", "Lagi")], "sudah ada"),
        ([("", "180799", "'=cmd|x")], "Nama wilayah diawali huruf atau angka"),
        ([("", "180799", "-Kec <b>Uji</b>")], "Nama wilayah diawali huruf atau angka"),
        ([("", "180799", "Kec <b>Uji</b>")], "Nama wilayah diawali huruf atau angka"),
        ([("", "180799", "@Desa")], "Nama wilayah diawali huruf atau angka"),
        ([(VILLAGE, "1807012999", "Su\u200bkadana")], "karakter yang tidak terlihat"),
        ([("", "180799", "Uji 1807014101900001")], "Jangan tulis NIK"),
    ],
)
def test_what_cannot_be_carried_out_says_why_and_nothing_is_offered(client, lines, message):
    make_departure(by=make_user(area="1807022001"), village="1807022001")
    page = upload(client, *lines, ("1807012003", "1807012997", ""))
    said = text_of(page)
    assert message.casefold() in said.casefold()
    assert "utuh atau tidak sama sekali" in said
    assert "Ya, simpan perubahan" not in said
    assert 'name="muatan"' not in page.get_data(as_text=True)
    assert post(client, SAVE, {"muatan": ""}, seen=PAGE).status_code == 400


def test_a_code_that_another_area_had_is_not_given_again(client):
    recode(VILLAGE, "1807012999")
    db.session.commit()
    said = text_of(upload(client, ("1807012002", VILLAGE, "")))
    assert "pernah dipakai wilayah yang kini berkode 18.07.01.2999" in said
    assert "sudah diganti menjadi 18.07.01.2999" in text_of(
        upload(client, (VILLAGE, "1807012998", ""))
    )


def test_an_area_loaded_ahead_of_its_decree_makes_room(client):
    """`regions load` may know the new code before anybody has entered the decree."""
    departure_id = make_departure(by=make_user()).id
    assert find_region("1807022009") is not None
    page = upload(client, (VILLAGE, "1807022009", "Pindahan"))
    assert confirm(client, page).status_code == 302
    assert db.session.get(Departure, departure_id).village_code == "1807022009"
    assert place("1807022009").name == "Pindahan"


def test_what_changed_meanwhile_is_shown_again(client):
    page = upload(client, (VILLAGE, "1807012999", ""))
    recode(VILLAGE, "1807012998")
    db.session.commit()
    answer = confirm(client, page)
    assert answer.status_code == 409
    assert "tidak dapat disimpan seperti ini" in text_of(answer)
    assert "lalu simpan" not in text_of(answer)
    assert "Ya, simpan perubahan" not in text_of(answer)
    assert "sudah dijalankan" not in text_of(answer)
    assert "sudah diganti menjadi 18.07.01.2998" in text_of(answer)
    assert find_region("1807012999") is None


def test_what_can_still_be_saved_is_shown_again_to_be_saved(client):
    page = upload(client, ("180701", "180799", ""))
    recode(VILLAGE, "1807022999")
    db.session.commit()
    answer = confirm(client, page)
    assert answer.status_code == 409
    assert "Periksa lagi di bawah, lalu simpan." in text_of(answer)
    assert confirm(client, answer).status_code == 302
    assert find_region("180799") is not None


@pytest.mark.parametrize(
    "lines",
    [
        [(VILLAGE, "1807012999", "")],
        [("", "180799", "Umpu"), (VILLAGE, "1807992001", "Sukadana Baru")],
        [("1807", "1899", "Lampung Timur Raya")],
    ],
)
def test_a_decree_that_another_tab_carried_out_is_told_and_done_once(client, lines):
    page = upload(client, *lines)
    assert confirm(client, page).status_code == 302
    again = confirm(client, page)
    assert again.status_code == 409
    for answer in (again, upload(client, *lines)):
        said = text_of(answer)
        assert "Keputusan ini tampaknya sudah dijalankan." in said
        assert ("Lihat keputusan yang sudah dijalankan", PAGE) in links(answer)
        assert "bermasalah" not in said
        assert "Daftar berubah" not in said
    assert successor_of(VILLAGE).code != VILLAGE
    assert len(decree_entries()) == 1


def test_a_decree_of_which_a_part_is_done_is_not_called_done(client):
    confirm(client, upload(client, (VILLAGE, "1807012999", "")))
    for other in (("1807012002", "1807012998", ""), ("", "180799", "Umpu"), ("", "x", "Umpu")):
        said = text_of(upload(client, (VILLAGE, "1807012999", ""), other))
        assert "sudah diganti menjadi 18.07.01.2999" in said
        assert "sudah dijalankan" not in said
    said = text_of(upload(client, (VILLAGE, "1807012999", "Nama Lain")))
    assert "sudah dijalankan" not in said


def test_old_and_new_areas_are_shown_with_their_kind_and_what_is_above_them(client):
    name = place(VILLAGE).name
    above = place(VILLAGE).above
    page = upload(
        client,
        ("", "180799", "Umpu"),
        ("", "1807992002", "Umpu Kencana"),
        (VILLAGE, "1807991001", "Umpu Makmur"),
        ("1807022001", "1804042999", ""),
        ("180703", "180798", "Batang"),
    )
    new, made, moved, pekon, whole = rows(page)
    east = "Kabupaten Lampung Timur, Lampung"
    assert new == ["Wilayah baru", "–", f"Kecamatan Umpu{east}", "18.07.99", "0"]
    assert made[:3] == ["Wilayah baru", "–", f"Desa Umpu KencanaKecamatan Umpu, {east}"]
    assert moved[0] == f"Desa {name}{above}"
    assert moved[2] == f"Kelurahan Umpu MakmurKecamatan Umpu, {east}"
    assert pekon[0].startswith("Desa ")
    other = place("180404")
    assert pekon[2] == f"Pekon {place('1807022001').name}{other.title}, {other.above}"
    assert whole[2] == f"Kecamatan Batang{east}"


def test_a_village_is_shown_below_a_subdistrict_that_moves_in_the_same_decree(client):
    page = upload(
        client,
        ("1807", "1899", "Timur Raya"),
        ("180702", "189977", ""),
        (VILLAGE, "1899772999", ""),
    )
    assert rows(page)[2][2] == (
        f"Desa {place(VILLAGE).name}Kecamatan {place('180702').name}, Kabupaten Timur Raya, Lampung"
    )


def test_a_file_without_the_column_or_without_lines_says_so(client):
    said = text_of(upload(client, (VILLAGE, "x"), headings=("Kode Lama", "Kode")))
    assert "Kolom Kode Baru tidak ada" in said
    assert "Ya, simpan perubahan" not in text_of(upload(client))


def test_the_decree_and_its_day_are_asked_for_and_kept(client):
    page = upload(client, (VILLAGE, "1807012999", ""), decree="", since="31-13-2026")
    assert "Tulis nomor keputusannya." in text_of(page)
    assert 'value="31-13-2026"' in page.get_data(as_text=True)


TOMORROW = today() + timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "message"),
    [
        ("2045-01-01", "belum tiba"),
        (TOMORROW.isoformat(), "belum tiba"),
        ("1800-01-01", "sejak 17 Agustus 1945"),
        ("1945-08-16", "sejak 17 Agustus 1945"),
    ],
)
def test_a_decree_holds_from_a_day_that_has_come(app, client, tmp_path, since, message):
    page = upload(client, (VILLAGE, "1807012999", ""), since=since)
    assert message in text_of(page)
    assert 'id="since-galat"' in page.text
    assert "muatan" not in page.text
    done = run_recode(app, tmp_path, "--since", since)
    assert done.exit_code != 0
    assert message in done.output
    assert find_region("1807012999") is None


@pytest.mark.parametrize("since", ["1945-08-17", today().isoformat()])
def test_a_decree_holds_from_today_or_from_long_ago(client, since):
    assert (
        confirm(client, upload(client, (VILLAGE, "1807012999", ""), since=since)).location == PAGE
    )


@pytest.mark.parametrize("decree", ["K" * 251, "K 12", "   K     "])
def test_the_command_takes_the_texts_that_the_page_takes(app, client, tmp_path, decree):
    assert "muatan" not in upload(client, (VILLAGE, "1807012999", ""), decree=decree).text
    done = run_recode(app, tmp_path, decree=decree)
    assert done.exit_code != 0
    assert "5 sampai 250 karakter" in done.output
    assert find_region(VILLAGE) is not None


def test_the_longest_text_of_a_decree_is_kept_whole(app, tmp_path):
    assert run_recode(app, tmp_path, decree="K" * 250).exit_code == 0
    assert db.session.scalars(select(FormerCode.decree)).all() == ["K" * 250]


def run_recode(app, folder, *options, decree=DECREE):
    file = folder / "keputusan.csv"
    file.write_text(f"Kode Lama;Kode Baru;Nama\n{VILLAGE};18.07.01.2999;\n")
    command = ["regions", "recode", str(file), "--decree", decree, *options]
    return app.test_cli_runner().invoke(args=command)


def test_rows_sealed_for_somebody_else_are_refused(client, sign_in):
    page = upload(client, (VILLAGE, "1807012999", ""))
    sealed = hidden(page, "muatan")
    other = sign_in(make_user(role=Role.ADMIN, area="18"))
    own = upload(other, (VILLAGE, "1807012999", ""))
    assert confirm(other, own, muatan=sealed).status_code == 400


def test_the_example_has_the_columns_that_are_read(client):
    answer = client.get(f"{PAGE}/contoh.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["Data", "Contoh"]
    headings = ("Kode Lama", "Kode Baru", "Nama")
    assert list(book["Data"].values) == [headings]
    first, *examples = book["Contoh"].values
    assert first == headings
    parse = [column.parse for column in COLUMNS.values()]
    found = [[read(value) for read, value in zip(parse, row, strict=True)] for row in examples]
    assert [(bool(old), len(new), bool(name)) for old, new, name in found] == [
        (True, 6, False),
        (True, 10, False),
        (False, 10, True),
    ]
    assert not {code[:2] for old, new, _ in found for code in (old or new, new)} & set(_codes())


def test_the_rows_that_the_example_shows_are_not_read(client):
    book = load_workbook(io.BytesIO(client.get(f"{PAGE}/contoh.xlsx").data))
    assert "belum ada baris data" in text_of(upload_book(client, book))
    book["Data"].append((VILLAGE, "1807012999", None))
    (row,) = rows(upload_book(client, book))
    assert row[3] == "18.07.01.2999"


def upload_book(client, book):
    file = io.BytesIO()
    book.save(file)
    told = {"decree": DECREE, "since": today().isoformat()}
    values = {"berkas": (io.BytesIO(file.getvalue()), "keputusan.xlsx"), **told}
    return post(client, PAGE, values, content_type="multipart/form-data")


def test_the_command_shows_a_decree_and_carries_it_out(app, tmp_path):
    file = tmp_path / "keputusan.csv"
    file.write_text(f"Kode Lama;Kode Baru;Nama\n{VILLAGE};18.07.01.2999;\n")
    command = ["regions", "recode", str(file), "--decree", DECREE]
    runner = app.test_cli_runner()
    tried = runner.invoke(args=[*command, "--dry-run"])
    assert (tried.exit_code, find_region(VILLAGE) is None) == (0, False)
    assert "18.07.01.2001 -> 18.07.01.2999" in tried.output
    db.session.rollback()
    done = runner.invoke(args=[*command, "--since", "2026-01-01"])
    assert done.exit_code == 0, done.output
    assert "1 berganti kode, 0 baru" in done.output
    db.session.rollback()
    again = runner.invoke(args=command)
    assert again.exit_code != 0
    assert "sudah diganti menjadi" in again.output
