"""What can go wrong, as people see it: a page that says what to do, and a log that names nobody."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from registry.accounts.access import public
from registry.accounts.roles import Role
from registry.db import db, now
from registry.departures.models import Departure
from registry.enums import ReviewStatus
from tests.factories import PASSWORD, SISTER_VILLAGE, make_departure, make_user
from tests.page import h1, hidden, parsed, post, text_of, token
from tests.pages.accounts import sign_in_with

NIK = "1807015203980001"
NAME = "Siti Aminah"
FORMS = ("/keberangkatan/baru", "/keberangkatan/baru/warga", "/cari", "/akun/kata-sandi")


@pytest.fixture
def operator(app):
    return make_user()


@pytest.fixture
def client(sign_in, operator):
    return sign_in(operator)


def is_one_of_ours(page):
    """A whole page of ours that tells nothing of the machine behind it."""
    parsed(page.text)
    said = page.text
    for secret in (
        "Traceback",
        "sqlalchemy",
        "/registry/",
        "File &#34;",
        ".py",
        "SELECT",
        "werkzeug",
    ):
        assert secret not in said, secret
    return "Yang bisa dilakukan" in text_of(page)


# Addresses


@pytest.mark.parametrize(
    "path",
    ["/tidak-ada", "/keberangkatan/9999", "/keberangkatan/abc", "/keberangkatan/-1", "/admin",
     "/keberangkatan/9999/surat-izin", "/.env", "/dasbor/abc",
     "/keberangkatan/" + "9" * 30, "/keberangkatan/baru/warga/" + "9" * 30, "/%ff"],
)  # fmt: skip
def test_an_address_of_nothing_is_a_page_that_says_so(client, path):
    page = client.get(path)
    assert page.status_code == 404
    assert h1(page) == "Tidak ditemukan"
    assert is_one_of_ours(page)


def test_an_address_of_nothing_says_so_also_to_who_is_signed_out(app):
    page = app.test_client().get("/tidak-ada")
    assert page.status_code == 404
    assert h1(page) == "Tidak ditemukan"
    assert "Keluar" not in text_of(page)


def test_a_record_of_another_village_looks_like_none(client):
    other = make_user(area=SISTER_VILLAGE)
    foreign = make_departure(by=other, village=SISTER_VILLAGE)
    pages = [client.get(f"/keberangkatan/{number}") for number in (foreign.id, 9999)]
    assert [page.status_code for page in pages] == [404, 404]
    assert text_of(pages[0]) == text_of(pages[1])


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/keluar", "POST"), ("GET", "/cari", "POST"), ("DELETE", "/keberangkatan", "GET"),
     ("PUT", "/", "GET"), ("POST", "/dasbor", "GET")],
)  # fmt: skip
def test_a_wrong_method_is_a_page_that_names_the_right_one(client, method, path, allowed):
    csrf = token(client.get("/akun/saya"))
    page = client.open(path, method=method, headers={"X-CSRFToken": csrf})
    assert page.status_code == 405
    assert allowed in page.headers["Allow"]
    assert is_one_of_ours(page)


# Forms


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("sent", [{}, {"csrf_token": ""}, {"csrf_token": "x.y.z"}])
def test_a_form_without_its_token_is_refused_and_changes_nothing(client, path, sent):
    page = client.post(path, data={"name": "Siti", "cari": "Siti", "q": "Siti", **sent})
    assert page.status_code == 400
    assert "Halaman ini sudah kedaluwarsa. Muat ulang, lalu coba lagi." in text_of(page)
    assert db.session.query(Departure).count() == 0


def test_the_token_of_somebody_else_is_worth_nothing(client, sign_in):
    foreign = token(sign_in(make_user()).get("/keberangkatan/baru"))
    page = client.post("/keberangkatan/baru", data={"csrf_token": foreign, "cari": "Siti"})
    assert page.status_code == 400


def send_20_megabytes(client, path, **headers):
    kind = "multipart/form-data; boundary=batas"
    return client.post(path, data=b"x" * 20 * 1024 * 1024, content_type=kind, headers=headers)


@pytest.mark.parametrize("path", FORMS)
def test_a_file_of_20_megabytes_is_refused_with_a_page(client, path):
    csrf = token(client.get("/akun/saya"))
    page = send_20_megabytes(client, path, **{"X-CSRFToken": csrf})
    assert page.status_code == 413
    assert h1(page) == "Berkas terlalu besar"
    assert "10 MB" in text_of(page)


def test_a_file_of_20_megabytes_is_refused_also_where_nobody_is_signed_in(app):
    assert send_20_megabytes(app.test_client(), "/masuk").status_code == 413


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/keberangkatan?warna=biru", "warna"),
        ("/ekspor/rekap.xlsx?bulan=5", "bulan"),
        ("/dasbor?pmi=mungkin", "pmi"),
        ("/ekspor/keberangkatan.xlsx?tahun=26", "tahun"),
        ("/ekspor/keberangkatan.csv?negara=taiwan", "negara"),
        ("/ekspor/rekap.xlsx?tahap=pergi", "tahap"),
    ],
)
def test_a_filter_that_is_not_known_is_a_400_that_names_it_on_every_page(client, path, named):
    page = client.get(path)
    assert page.status_code == 400
    assert f"“{named}”" in text_of(page)
    assert is_one_of_ours(page)


def test_a_filter_cannot_write_onto_the_page(client):
    page = client.get("/keberangkatan", query_string={"tahap": "<script>alert(1)</script>"})
    assert page.status_code == 400
    assert "<script>alert" not in page.text
    assert "<script>alert(1)</script>" in text_of(page)


def test_beyond_ones_role_is_403_and_in_a_wrong_state_409(client, operator, sign_in):
    assert h1(client.get("/rujukan")) == "Anda tidak berwenang"
    draft = make_departure(by=operator)
    reviewer = sign_in(make_user(role=Role.REVIEWER))
    page = reviewer.get(f"/keberangkatan/{draft.id}")
    answer = reviewer.post(
        f"/periksa/{draft.id}/verifikasi",
        data={"csrf_token": token(page), "tombol-versi": str(draft.revision)},
    )
    assert answer.status_code == 409
    assert h1(answer) == "Keadaan sudah berubah"
    assert "Draf" in text_of(answer)
    assert db.session.get(Departure, draft.id).review_status is ReviewStatus.DRAFT


@pytest.mark.parametrize("version", ["", "abc", "²", "-1", "9" * 30, "0", "999"])
def test_a_strange_version_is_a_stale_form_and_no_disturbance(client, operator, version):
    draft = make_departure(by=operator)
    answer = post(
        client,
        f"/keberangkatan/{draft.id}/ajukan",
        {"tombol-versi": version},
        seen=f"/keberangkatan/{draft.id}",
    )
    assert answer.status_code == 409
    assert db.session.get(Departure, draft.id).review_status is ReviewStatus.DRAFT


# The database is gone


@pytest.fixture
def gone(app, settings, databases):
    """Takes the database away, as a broken disk or a stopped server would."""

    def take_away():
        db.session.remove()
        db.engine.dispose()
        if settings.is_sqlite:
            path = Path(settings.database_url.removeprefix("sqlite:///"))
            for part in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                part.unlink(missing_ok=True)
            path.mkdir()
        else:
            databases.drop(settings.database_url)

    yield take_away
    db.session.remove()
    db.engine.dispose()
    if settings.is_sqlite:
        path = Path(settings.database_url.removeprefix("sqlite:///"))
        if path.is_dir():
            path.rmdir()


@pytest.mark.parametrize("path", ["/", "/keberangkatan", "/dasbor", "/masuk", "/jurnal"])
def test_without_the_database_every_page_says_so_and_what_to_do(client, gone, caplog, path):
    client.get("/akun/saya")
    gone()
    page = client.get(path)
    assert page.status_code == 503
    assert h1(page) == "Basis data tidak dapat dipakai"
    assert "Catat dahulu di kertas" in text_of(page)
    assert is_one_of_ours(page)
    assert "database:" in caplog.text


def test_without_the_database_the_health_page_says_so_in_one_line(client, gone):
    client.get("/akun/saya")
    gone()
    answer = client.get("/kesehatan")
    assert answer.status_code == 503
    assert answer.json["status"] == "bermasalah"


def test_without_the_database_the_style_sheet_is_still_there(client, gone):
    sheet = client.get("/").text.split('rel="stylesheet" href="')[1].split('"')[0]
    gone()
    assert client.get(sheet).status_code == 200


def test_a_form_sent_while_the_database_is_gone_is_told_to_be_unsaved(client, gone):
    data = {"csrf_token": token(client.get("/keberangkatan/baru/warga")), "name": "Siti"}
    gone()
    page = client.post("/keberangkatan/baru/warga", data=data)
    assert page.status_code == 503
    assert "langkah terakhir mungkin belum tersimpan" in text_of(page)


# Something unforeseen


def broken_by(app, error):
    """A page of the app that fails in this way."""

    @public
    def fail():
        raise error

    app.add_url_rule("/uji/rusak", "uji.rusak", fail)
    return app.test_client()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValueError(f"NIK {NIK} milik Siti Aminah"), 500),
        (KeyError(NIK), 500),
        (RuntimeError("Siti Aminah"), 500),
        (IntegrityError("INSERT INTO resident", {"name": "Siti Aminah"}, ValueError(NIK)), 503),
        (OperationalError("SELECT 1", {"nik": NIK}, ValueError("Siti Aminah")), 503),
        (DataError("UPDATE resident", [NIK], ValueError("Siti Aminah")), 503),
    ],
)
def test_what_nobody_foresaw_is_a_page_and_names_nobody_in_the_log(app, caplog, error, status):
    caplog.set_level(logging.DEBUG)
    page = broken_by(app, error).get("/uji/rusak")
    assert page.status_code == status
    assert is_one_of_ours(page)
    for secret in (NIK, "Siti", "Aminah", "1807"):
        assert secret not in page.text
        assert secret not in caplog.text
    assert type(error).__name__ in caplog.text or "ValueError" in caplog.text
    assert "uji.rusak" in caplog.text


def test_an_error_behind_an_error_names_nobody_either(app, caplog):
    caplog.set_level(logging.DEBUG)

    @public
    def fail():
        try:
            raise ValueError(NIK)
        except ValueError as error:
            raise RuntimeError(NAME) from error

    app.add_url_rule("/uji/rusak", "uji.rusak", fail)
    page = app.test_client().get("/uji/rusak")
    assert page.status_code == 500
    assert h1(page) == "Terjadi gangguan"
    assert NIK not in caplog.text
    assert "Siti" not in caplog.text
    assert "in fail" in caplog.text


def test_after_an_error_the_next_page_works(app, operator, sign_in):
    client = sign_in(operator)
    make_departure(by=operator)

    @public
    def fail():
        db.session.query(Departure).update({"country": "XX"})
        raise ValueError

    app.add_url_rule("/uji/rusak", "uji.rusak", fail, methods=["POST"])
    csrf = {"csrf_token": token(client.get("/akun/saya"))}
    assert client.post("/uji/rusak", data=csrf).status_code == 500
    assert client.get("/keberangkatan").status_code == 200
    assert db.session.query(Departure).filter_by(country="XX").count() == 0


def test_pages_of_errors_are_never_kept_by_the_browser(client):
    for path in ("/tidak-ada", "/rujukan", "/keberangkatan?warna=1"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


# A session that ended while somebody was typing


def test_what_was_typed_when_the_session_ended_comes_back_after_signing_in(app, sign_in, operator):
    departure = make_departure(by=operator)
    client = sign_in(operator)
    path = f"/keberangkatan/{departure.id}/alamat"
    page = client.get(path)
    typed = {
        "csrf_token": token(page),
        "versi": hidden(page, "versi"),
        "address": "Dusun Melati 7, sudah diketik panjang",
        "rt": "009",
        "phone": "0812 0000 1111",
    }
    with time_machine.travel(now() + timedelta(hours=3), tick=False):
        answer = client.post(path, data=typed)
        assert (answer.status_code, answer.location) == (302, "/masuk")
        assert "isian Anda masih tersimpan" in text_of(client.get("/masuk"))
        assert db.session.get(Departure, departure.id).resident.address is None
        assert sign_in_with(client, operator.username, PASSWORD).location == path
        page = client.get(path)
        assert 'value="Dusun Melati 7, sudah diketik panjang"' in page.text
        assert 'value="0812 0000 1111"' in page.text
        again = {**typed, "csrf_token": token(page), "versi": hidden(page, "versi")}
        assert client.post(path, data=again).status_code == 302
        resident = db.session.get(Departure, departure.id).resident
        assert (resident.rt, resident.phone) == ("009", "+6281200001111")


def test_a_page_opened_after_the_session_ended_is_opened_after_signing_in(sign_in, operator):
    client = sign_in(operator)
    with time_machine.travel(now() + timedelta(hours=3), tick=False):
        answer = client.get("/keberangkatan?q=siti+aminah")
        assert answer.location == "/masuk"
        assert "Sesi Anda berakhir" in text_of(client.get("/masuk"))
        back = sign_in_with(client, operator.username, PASSWORD)
        assert back.location == "/keberangkatan?q=siti+aminah"
