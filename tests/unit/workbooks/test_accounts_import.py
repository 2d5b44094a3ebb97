"""`flask users import`: many accounts at once, all or none, with slips for the first sign-in."""

import re
import stat
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook

from registry.accounts import operations, passwords
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit.models import JournalEntry
from registry.db import db, now
from registry.workbooks import accounts_cli
from tests.factories import SISTER_VILLAGE, SUBDISTRICT, VILLAGE, make_user

HEADINGS = ("Nama Pengguna", "Nama", "Peran", "Kode Wilayah")
GOOD = [
    ("siti.way", "Siti Aminah", "Operator desa", "18.07.01.2001"),
    ("Budi.Way", "=1+1", "village_head", 1807012001),
    ("camat.way", "Made Camat", "PEMERIKSA KECAMATAN", "180701"),
    ("ani.lain", "Ani", "operator", SISTER_VILLAGE),
]


def book(folder: Path, rows: list[tuple], headings: tuple[str, ...] = HEADINGS) -> Path:
    workbook = Workbook()
    for row in ([], [None, "Daftar akun"], list(headings), *rows):
        workbook.active.append(row)
    for (cell,) in workbook.active.iter_rows(min_col=2, max_col=2):
        cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    workbook.save(folder / "akun.xlsx")
    return folder / "akun.xlsx"


def run(app: Flask, *args: object) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["users", "import", *map(str, args)])
    return result.exit_code, result.output


def slips(path: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for label, value in load_workbook(path).active.iter_rows(max_col=2, values_only=True):
        if label == "Pamit":
            found.append({})
        elif label:
            found[-1][label] = value
    return found


def test_every_row_becomes_an_account_with_a_slip_of_its_own(app: Flask, tmp_path: Path) -> None:
    code, output = run(app, book(tmp_path, GOOD))
    path = tmp_path / "akun-slip.xlsx"
    assert code == 0, output
    assert output.startswith(f"4 akun dibuat. Slip masuk pertama: {path}.")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    users = {user.username: user for user in db.session.query(User)}
    assert {(u.username, u.role, u.area_code) for u in users.values()} == {
        ("siti.way", Role.OPERATOR, VILLAGE),
        ("budi.way", Role.VILLAGE_HEAD, VILLAGE),
        ("camat.way", Role.REVIEWER, SUBDISTRICT),
        ("ani.lain", Role.OPERATOR, SISTER_VILLAGE),
    }
    printed = slips(path)
    assert [slip["Nama"] for slip in printed] == [row[1] for row in GOOD]
    for slip in printed:
        user = users[slip["Nama pengguna"]]
        given = passwords.normal_code(slip["Kode sekali pakai"])
        assert passwords.matches(user.reset_code_hash, given)
        assert user.must_change_password
        assert user.reset_expires_at is not None
        assert user.reset_expires_at - now() < operations.SLIP_VALID_FOR
        assert slip["Kode sekali pakai"] not in output
    assert len({slip["Kode sekali pakai"] for slip in printed}) == 4
    entries = db.session.query(JournalEntry).filter_by(event="account.created", actor="sistem")
    assert {entry.detail["account"] for entry in entries} == set(users)


def test_one_bad_row_and_nothing_is_made(app: Flask, tmp_path: Path) -> None:
    make_user(username="sudah.ada")
    bad = [
        ("x", "Nama", "operator", VILLAGE),
        ("sudah.ada", "Nama", "operator", VILLAGE),
        ("kembar", "Nama", "operator", VILLAGE),
        ("Kembar", "Nama", "operator", VILLAGE),
        ("raja.baru", "Nama", "raja", VILLAGE),
        ("tinggi", "Nama", "reviewer", VILLAGE),
        ("tiada", "Nama", "operator", "99.99.99.9999"),
        ("kosong", None, "operator", VILLAGE),
        ("gelap", "Nama", "operator", "=1/0"),
    ]
    code, output = run(app, book(tmp_path, [*GOOD, *bad]))
    assert code != 0
    lines = output.splitlines()
    assert [re.sub(r"(?<=:).*", "", line) for line in lines[:-1]] == [
        "Baris 8. Nama Pengguna:",
        "Baris 9. Nama Pengguna:",
        "Baris 10. Nama Pengguna:",
        "Baris 11. Nama Pengguna:",
        "Baris 12. Peran:",
        "Baris 13. Kode Wilayah:",
        "Baris 14. Kode Wilayah:",
        "Baris 15. Nama:",
        "Baris 16. Kode Wilayah:",
    ]
    assert lines[-1] == "Gagal: 9 galat, jadi tidak ada akun yang dibuat."
    assert db.session.query(User).count() == 1
    assert not (tmp_path / "akun-slip.xlsx").exists()


def test_a_slip_file_that_may_hold_codes_is_never_written_over(app: Flask, tmp_path: Path) -> None:
    file, out = book(tmp_path, GOOD), tmp_path / "slip.xlsx"
    out.write_text("kode lama")
    code, output = run(app, file, "--slips", out)
    assert code != 0
    assert "sudah ada" in output
    assert out.read_text() == "kode lama"
    assert db.session.query(User).count() == 0


def test_accounts_whose_slips_cannot_be_written_are_not_made(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(slips: object, out: object) -> None:
        raise OSError(28, "No space left on device")

    file = book(tmp_path, GOOD)
    monkeypatch.setattr(accounts_cli, "write_slips", full)
    assert run(app, file)[0] != 0
    db.session.rollback()  # as the end of the command's process does
    assert db.session.query(User).count() == 0
    assert list(tmp_path.iterdir()) == [file]


def test_a_missing_column_is_named(app: Flask, tmp_path: Path) -> None:
    code, output = run(app, book(tmp_path, [row[:3] for row in GOOD], HEADINGS[:3]))
    assert code != 0
    assert "Kolom ini tidak ada: Kode Wilayah." in output


def test_a_hostile_file_is_refused(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "akun.xlsx"
    file.write_bytes(b"PK\x03\x04" + b"\0" * 100)
    code, output = run(app, file)
    assert code != 0
    assert output.startswith("Gagal: ")
