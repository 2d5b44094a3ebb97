"""What `./run` says when Pamit is served: the address, and how to sign in."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from registry.accounts.models import User
from registry.db import db
from registry.demo.accounts import ACCOUNTS, PASSWORD
from registry.operating.checks import DEMO

FIRST_ADMIN = ".venv/bin/flask --app wsgi users add NAMA --role admin --area 0"


def greeting(app: Flask, address: str) -> str:
    """The lines to print; a database that does not answer shortens them."""
    lines = [f"Pamit siap dibuka di {address} (hentikan dengan Ctrl+C)."]
    with app.app_context():
        try:
            lines += _how_to_sign_in(bool(app.extensions.get(DEMO)))
        except SQLAlchemyError:
            lines.append("Basis data belum menjawab.")
        finally:
            db.session.remove()
            db.engine.dispose()
    return "\n".join(lines)


def _how_to_sign_in(is_demo: bool) -> list[str]:
    if is_demo:
        names = ", ".join(account.username for account in ACCOUNTS if account.signs_in)
        return [
            "Data contoh; semua orang di dalamnya rekaan.",
            f"Akun: {names}. Kata sandi: {PASSWORD}",
        ]
    if db.session.scalar(select(User.id).limit(1)) is None:
        return ["Belum ada akun. Buat administrator pertama:", f"  {FIRST_ADMIN}"]
    return []
