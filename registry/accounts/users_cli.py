"""`flask users`: accounts from the command line, the first administrator above all."""

import sys
from typing import IO, Any

import click
from flask.cli import AppGroup

from registry.accounts import operations, queries, second_factor
from registry.accounts.operations import AccountRefused
from registry.accounts.roles import Role
from registry.audit import log
from registry.db import db
from registry.formatting import dotted_code, plain_code

users = AppGroup("users", help="Akun pengguna.")


class Failure(click.ClickException):
    """One clear line, and a status that is not zero."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"Gagal: {self.format_message()}", file=file or sys.stderr)


@users.command("add")
@click.argument("username")
@click.option("--role", default="", help="Peran: " + ", ".join(Role) + ".")
@click.option("--area", default="", help="Kode wilayah, dengan atau tanpa titik; 0 = Indonesia.")
@click.option("--name", default="", help="Nama lengkap; tanpa ini sama dengan nama pengguna.")
@click.option("--password-stdin", is_flag=True, help="Kata sandi dibaca dari masukan baku.")
def add(username: str, role: str, area: str, name: str, password_stdin: bool) -> None:
    """Menambah akun."""
    wanted = Role.from_text(role)
    if wanted is None:
        raise Failure(f"--role harus salah satu dari: {', '.join(Role)}.")
    if not area:
        raise Failure("--area harus diisi dengan kode wilayah, misalnya 18.07.01.2001.")
    password = _password_from_stdin() if password_stdin else _password_from_prompt()
    try:
        user = operations.create_user(
            username=username,
            name=name or username,
            role=wanted,
            area_code=plain_code(area),
            password=password,
            by=log.SYSTEM,
        )
    except AccountRefused as refusal:
        raise Failure(str(refusal)) from refusal
    db.session.commit()
    code = dotted_code(user.area_code)
    click.echo(f"Akun {user.username} dibuat: {user.role.label}, wilayah {code}.")


@users.command("remove-phone")
@click.argument("username")
def remove_phone(username: str) -> None:
    """Melepas ponsel yang hilang dari akun, bila tidak ada yang dapat melakukannya di halaman."""
    user = queries.find_by_username(operations.normal_username(username))
    if user is None:
        raise Failure(f"Akun {username} tidak ada.")
    try:
        second_factor.remove(user, by=log.SYSTEM)
    except AccountRefused as refusal:
        raise Failure(str(refusal)) from refusal
    db.session.commit()
    click.echo(f"Ponsel akun {user.username} dilepas.")


def _password_from_stdin() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _password_from_prompt() -> str:
    password: str = click.prompt("Kata sandi", hide_input=True)
    if click.prompt("Ulangi kata sandi", hide_input=True) != password:
        raise Failure("Kedua kata sandi tidak sama.")
    return password
