"""`keberangkatan.csv`: the workbook's rows and columns for programs."""

import csv
import gzip
import io

from registry.accounts.roles import Role
from registry.workbooks.columns import HEADINGS
from registry.workbooks.reader import read_rows
from tests.factories import make_departure, make_user
from tests.pages.exports.books import CSV, DETAIL, last_entry, people


def rows(data: bytes) -> list[dict[str, str]]:
    text = data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_csv_has_the_rows_and_columns_of_the_workbook(app, sign_in):
    operator = make_user()
    for _ in range(3):
        make_departure(by=operator)
    client = sign_in(operator)
    answer = client.get(CSV)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.startswith("\ufeffNo. Registrasi;Kode Wilayah;".encode())
    found = rows(answer.data)
    assert list(found[0]) == list(HEADINGS)
    assert last_entry(app).detail["bentuk"] == "csv"
    numbers = [row["No. Registrasi"] for row in people(client.get(DETAIL).data)]
    assert [row["No. Registrasi"] for row in found] == numbers
    assert found[0]["NIK"] == "1807••••••••••••"
    assert len(found[0]["Tanggal Rencana"]) == 10


def test_formulas_are_neutralised_and_separators_quoted(app, sign_in):
    operator = make_user()
    make_departure(by=operator, name='=HYPERLINK("x";"y")', recruiter_name="@pak;rudi")
    text = sign_in(operator).get(CSV).data.decode("utf-8-sig")
    (row,) = rows(text.encode())
    assert row["Nama"] == '\'=HYPERLINK("x";"y")'
    assert row["Perekrut"] == "'@pak;rudi"
    assert '="' not in text.replace('\'=HYPERLINK(""', "")


def test_our_own_reader_takes_the_csv_back(app, sign_in):
    operator = make_user()
    departure = make_departure(by=operator)
    data = sign_in(operator).get(CSV).data
    found = read_rows(data, "keberangkatan.csv", known_headings=HEADINGS)
    assert found.rows[0].cells["No. Registrasi"] == departure.registration_number


def test_a_compressed_csv_is_whole(app, sign_in):
    operator = make_user()
    make_departure(by=operator)
    answer = sign_in(operator).get(CSV, headers={"Accept-Encoding": "gzip"}, buffered=True)
    data = answer.data
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers.get("Content-Length", len(data))) == len(data)
    assert len(rows(gzip.decompress(data))) == 1


def test_no_rows_give_the_headings(app, sign_in):
    data = sign_in(make_user(role=Role.REVIEWER)).get(CSV).data
    assert data.decode("utf-8-sig").strip().split(";") == list(HEADINGS)
