"""`flask departures import`: what it prints, what it writes, and how it ends."""

import os
import stat

import pytest
from sqlalchemy import func, select

from registry.accounts.roles import Role
from registry.db import db
from registry.departures.models import Departure
from registry.enums import ReviewStatus
from registry.workbooks import import_cli
from registry.workbooks.import_cli import departures
from registry.workbooks.importing import ImportOutdated
from tests.factories import VILLAGE, make_departure, make_user
from tests.pages.imports import counts, csv_file, xlsx

GOOD = {"Nama": "Siti", "NIK": "1807015203980001"}
BAD = {"Nama": "Budi", "NIK": "18"}


@pytest.fixture
def run(app, tmp_path):
    """Runs the command on a file with these rows; the file lies in `tmp_path`."""

    def running(*rows, options=(), user=None, name="lama.xlsx", data=None):
        path = tmp_path / name
        path.write_bytes(data or xlsx(*rows))
        username = (user or make_user()).username
        db.session.rollback()
        arguments = ["import", str(path), "--as", username, *options]
        return app.test_cli_runner().invoke(departures, arguments)

    return running


def departure_count():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Departure))


def test_good_rows_are_stored(run):
    result = run(GOOD, {"Nama": "Ani"})
    assert result.exit_code == 0, result.output
    assert "2 siap, 0 galat, 0 sudah ada" in result.output
    assert "Disimpan: 2 baru, 0 diperbarui" in result.output
    assert departure_count() == 2


def test_the_dry_run_writes_nothing_and_makes_no_file(run, tmp_path):
    user = make_user()
    before = counts()
    result = run(GOOD, options=["--dry-run"], user=user)
    assert result.exit_code == 0
    assert "Uji coba saja" in result.output
    assert counts() == before
    assert [path.name for path in tmp_path.iterdir()] == ["lama.xlsx"]


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_bad_row_stops_everything(run, tmp_path, options):
    user = make_user()
    before = counts()
    result = run(GOOD, BAD, options=options, user=user)
    assert result.exit_code == 1
    assert "1 siap, 1 galat, 0 sudah ada" in result.output
    assert "Baris 3. NIK: NIK harus 16 angka." in result.output
    assert "Gagal: 1 baris galat, jadi tidak ada yang disimpan." in result.output
    assert counts() == before
    mending = tmp_path / "lama-galat.xlsx"
    assert "data pribadi" in result.output
    assert stat.S_IMODE(mending.stat().st_mode) == 0o600


def test_good_rows_alone_are_taken_when_asked(run):
    result = run(GOOD, BAD, options=["--good-rows"])
    assert result.exit_code == 0
    assert "dilewati: 0 sudah ada, 1 galat" in result.output
    assert departure_count() == 1


def test_the_same_file_twice_stores_nothing_new(run):
    user = make_user()
    run(GOOD, user=user)
    before = counts()
    result = run(GOOD, user=user)
    assert result.exit_code == 0
    assert "0 siap, 0 galat, 1 sudah ada" in result.output
    assert counts() == before


def test_a_csv_is_read(run):
    result = run(name="lama.csv", data=csv_file({"Kode Wilayah": VILLAGE, **GOOD}))
    assert result.exit_code == 0
    assert departure_count() == 1


def test_verified_records_that_go_back_to_the_subdistrict_are_told(run):
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    ids = [
        make_departure(by=operator, reviewer=reviewer, status=status).registration_number
        for status in (ReviewStatus.VERIFIED, ReviewStatus.DRAFT)
    ]
    rows = [{"No. Registrasi": one, "Kota Tujuan": "Taipei"} for one in ids]
    for options in (["--dry-run"], []):
        result = run(*rows, user=operator, options=options)
        assert "1 catatan terverifikasi berubah isinya, jadi diajukan lagi" in result.output
    again = run(*rows, user=operator)
    assert "diajukan lagi" not in again.output


def test_the_output_shows_no_person(run):
    result = run(GOOD, {"Nama": "Budi Rahasia", "NIK": "1807019903980001"})
    assert "Rahasia" not in result.output
    assert "180701" not in result.output


def test_an_unknown_account_is_told_in_one_line(app, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(GOOD))
    runner = app.test_cli_runner()
    result = runner.invoke(departures, ["import", str(path), "--as", "entah"])
    assert (result.exit_code, result.output) == (
        1,
        "Gagal: Akun entah tidak ada atau tidak aktif.\n",
    )


def test_a_role_without_the_right_is_told_in_one_line(run):
    result = run(GOOD, user=make_user(role=Role.BP3MI))
    assert result.exit_code == 1
    assert result.output == "Gagal: Peran BP3MI tidak boleh mengimpor data.\n"


def test_an_unreadable_file_is_told_in_one_line(run):
    result = run(name="lama.xlsx", data=b"bukan buku kerja")
    assert result.exit_code == 1
    assert result.output.startswith("Gagal: Berkas ini bukan buku kerja Excel.")
    assert result.output.count("\n") == 1


def test_an_older_file_of_bad_rows_is_replaced_and_no_link_followed(run, tmp_path):
    elsewhere = tmp_path / "lain.txt"
    elsewhere.write_text("tetap")
    os.symlink(elsewhere, tmp_path / "lama-galat.xlsx")
    run(BAD)
    assert elsewhere.read_text() == "tetap"
    assert not (tmp_path / "lama-galat.xlsx").is_symlink()


def test_a_registry_that_moved_meanwhile_is_planned_again(run, monkeypatch):
    tries = []
    apply = import_cli.importing.apply

    def moved_once(plan, user, show):
        tries.append(plan)
        if len(tries) == 1:
            raise ImportOutdated
        return apply(plan, user, show)

    monkeypatch.setattr(import_cli.importing, "apply", moved_once)
    assert run(GOOD).exit_code == 0
    assert len(tries) == 2
    assert departure_count() == 1


def test_a_registry_that_never_rests_ends_in_one_line(run, monkeypatch):
    def always_moved(plan, user, show):
        raise ImportOutdated

    monkeypatch.setattr(import_cli.importing, "apply", always_moved)
    result = run(GOOD)
    assert result.exit_code == 1
    assert "Gagal: Data di Pamit berubah sejak berkas diperiksa" in result.output
    assert departure_count() == 0
