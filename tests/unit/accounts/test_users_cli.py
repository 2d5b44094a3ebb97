"""`flask users add`."""

import pytest
from flask import Flask
from sqlalchemy import select

from registry.accounts import passwords
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from tests.factories import PASSWORD, make_user


def run(app: Flask, *args: str, typed: str = PASSWORD + "\n") -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["users", "add", *args], input=typed)
    return result.exit_code, result.output


def test_an_administrator_is_added_from_standard_input(app: Flask) -> None:
    code, output = run(
        app, "Siti.Admin", "--role", "admin", "--area", "0", "--name", "Siti", "--password-stdin"
    )
    assert (code, output) == (0, "Akun siti.admin dibuat: Administrator, wilayah 0.\n")
    user = db.session.scalars(select(User).where(User.username == "siti.admin")).one()
    assert (user.role, user.area_code, user.name) == (Role.ADMIN, "0", "Siti")
    assert not user.must_change_password
    assert passwords.matches(user.password_hash, PASSWORD)
    assert not passwords.needs_rehash(user.password_hash)
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.event, entry.actor) == (Event.ACCOUNT_CREATED, "sistem")


@pytest.mark.parametrize("area", ["1807012001", "18.07.01.2001"])
def test_the_area_is_taken_with_or_without_dots(app: Flask, area: str) -> None:
    code, output = run(app, "siti", "--role", "operator", "--area", area, "--password-stdin")
    assert code == 0
    assert "18.07.01.2001" in output


def test_a_password_is_asked_for_twice_and_not_shown(app: Flask) -> None:
    args = ("siti", "--role", "operator", "--area", "1807012001")
    code, output = run(app, *args, typed=f"{PASSWORD}\nlain sama sekali\n")
    assert code != 0
    assert "Gagal: Kedua kata sandi tidak sama." in output
    assert PASSWORD not in output
    code, output = run(app, *args, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert code == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("siti", "--role", "raja", "--area", "0"), "--role harus salah satu dari"),
        (("siti", "--role", "admin"), "--area harus diisi"),
        (("siti", "--role", "operator", "--area", "1807"), "memerlukan wilayah Desa/Kelurahan"),
        (("siti", "--role", "operator", "--area", "0"), "memerlukan wilayah Desa/Kelurahan"),
        (("siti", "--role", "reviewer", "--area", "99.99.99"), "tidak dikenal"),
        (("siti", "--role", "reviewer", "--area", "sukadana"), "tidak dikenal"),
        (("sistem", "--role", "admin", "--area", "0"), "3 sampai 40"),
        (("admin1", "--role", "admin", "--area", "0"), "sudah dipakai"),
    ],
)
def test_a_failure_is_one_clear_line(app: Flask, args: tuple[str, ...], message: str) -> None:
    make_user(role=Role.ADMIN, username="admin1")
    code, output = run(app, *args, "--password-stdin")
    assert code != 0
    assert output.startswith("Gagal: ")
    assert message in output
    assert output.count("\n") == 1


@pytest.mark.parametrize("typed", ["", "pendek\n", "pamitlampung2026\n"])
def test_a_weak_password_is_refused(app: Flask, typed: str) -> None:
    code, output = run(
        app, "siti", "--role", "admin", "--area", "0", "--password-stdin", typed=typed
    )
    assert code != 0
    assert "Kata sandi" in output
    assert db.session.query(User).count() == 0
