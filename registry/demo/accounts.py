"""The demo's accounts, all on areas of one branch of the tree."""

from dataclasses import dataclass

from registry.accounts.models import User
from registry.accounts.passwords import NO_PASSWORD, hash_password
from registry.accounts.roles import Role
from registry.db import db, now

PASSWORD = "pamit-demo"  # noqa: S105 (the contract publishes it)
VILLAGE = "1807072011"
SUBDISTRICT = VILLAGE[:6]
OPERATOR = "operator"
# Stands as the writer of the records of all other villages; nobody can sign in with it.
AUTHOR = "contoh-desa"


@dataclass(frozen=True)
class DemoAccount:
    """A user name with its role and area; `signs_in` with the demo's password."""

    username: str
    name: str
    role: Role
    area_code: str
    signs_in: bool = True


ACCOUNTS = (
    DemoAccount(OPERATOR, "Operator Desa (contoh)", Role.OPERATOR, VILLAGE),
    DemoAccount("kades", "Kepala Desa (contoh)", Role.VILLAGE_HEAD, VILLAGE),
    DemoAccount("camat", "Pemeriksa Kecamatan (contoh)", Role.REVIEWER, SUBDISTRICT),
    DemoAccount("disnaker", "Disnaker Kabupaten (contoh)", Role.LABOUR_OFFICE, VILLAGE[:4]),
    DemoAccount("bp3mi", "BP3MI (contoh)", Role.BP3MI, VILLAGE[:2]),
    DemoAccount("admin", "Administrator (contoh)", Role.ADMIN, "0"),
    DemoAccount(AUTHOR, "Operator desa lain (contoh)", Role.OPERATOR, f"{SUBDISTRICT}2001", False),
)


def add_accounts() -> dict[str, int]:
    """The demo's accounts; answers their ids by user name. No commit."""
    users = [
        User(
            username=account.username,
            name=account.name,
            password_hash=hash_password(PASSWORD) if account.signs_in else NO_PASSWORD,
            role=account.role,
            area_code=account.area_code,
            is_active_account=account.signs_in,
            is_demo=True,
            created_at=now(),
        )
        for account in ACCOUNTS
    ]
    for user in users:
        db.session.add(user)
        db.session.flush()
    return {user.username: user.id for user in users}
