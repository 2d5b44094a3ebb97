"""What changes accounts; each change notes its journal entry, and the view commits."""

import re
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from registry.accounts import access, passwords, queries, slowdown
from registry.accounts.models import User
from registry.accounts.passwords import NO_PASSWORD, OneTimeCode
from registry.accounts.roles import ROLE_LEVELS, Role
from registry.audit import log
from registry.audit.events import Event
from registry.audit.log import Actor
from registry.db import db, now
from registry.regions.area import COUNTRY_CODE, Area
from registry.regions.queries import find_region

FIRST_CODE_VALID_FOR = timedelta(hours=24)
SLIP_VALID_FOR = timedelta(days=14)  # printed slips travel to the villages
RESET_CODE_VALID_FOR = timedelta(minutes=30)

USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
LONG_NUMBER = re.compile(r"\d{10}")
# Names that the journal uses for those who have no account.
UNKNOWN_USERNAME = "tidak.dikenal"
RESERVED_USERNAMES = frozenset({log.SYSTEM.username, UNKNOWN_USERNAME})


class AccountRefused(ValueError):
    """A change of an account that the rules do not allow; the message says why, in Indonesian.

    Attributes:
        field: the form's field where the message belongs, where there is one.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def create_user(
    *,
    username: str,
    name: str,
    role: Role,
    area_code: str,
    by: Actor,
    password: str | None = None,
    code: OneTimeCode | None = None,
    code_valid_for: timedelta = FIRST_CODE_VALID_FOR,
    is_demo: bool = False,
) -> User:
    """A new account, with a password or a one-time code for the first sign-in.

    Raises AccountRefused for a taken or unfit username, a region that does not fit the role, and,
    but for the demo's own accounts, a weak password.
    """
    username = normal_username(username)
    refuse_unfit(username, role, area_code)
    if password is not None and not is_demo:
        refuse_weak(password, username)
    user = User(
        username=username,
        name=name,
        role=role,
        area_code=area_code,
        password_hash=passwords.hash_password(password) if password else NO_PASSWORD,
        must_change_password=password is None,
        reset_code_hash=code.hash if code else None,
        reset_expires_at=now() + code_valid_for if code else None,
        is_demo=is_demo,
        is_active_account=True,
        language="id",
        created_at=now(),
    )
    db.session.add(user)
    detail = {"account": username, "role": role.value, "code": code is not None}
    log.record(Event.ACCOUNT_CREATED, by=by, area_code=area_code, detail=detail)
    return user


def change_user(user: User, *, name: str, role: Role, area_code: str, by: Actor) -> None:
    """Change name, role or area; a changed role or area ends every session of the account."""
    changes: dict[str, Any] = {}
    if name != user.name:
        changes["name"] = True  # a name is no part of the journal's open details
    if role is not user.role:
        changes["role"] = [user.role.value, role.value]
    if area_code != user.area_code:
        changes["area"] = [user.area_code, area_code]
    if not changes:
        return
    if by.username == user.username and changes.keys() & {"role", "area"}:
        raise AccountRefused(_("Peran dan wilayah kerja sendiri tidak dapat diubah."))
    refuse_misfit(role, area_code)
    user.name, user.role, user.area_code = name, role, area_code
    detail: dict[str, Any] = {"account": user.username, "changes": changes}
    if changes.keys() & {"role", "area"}:
        detail["ended"] = access.end_all_sessions(user)
    log.record(Event.ACCOUNT_CHANGED, by=by, area_code=area_code, detail=detail)


def reset_user(user: User, code: OneTimeCode, *, by: Actor) -> None:
    """Replace the password by a one-time code, and end every session of the account."""
    if by.username == user.username:
        raise AccountRefused(_("Kata sandi sendiri diganti di Akun saya."))
    if not user.is_active_account:
        raise AccountRefused(_("Akun ini nonaktif. Aktifkan dulu."))
    user.password_hash, user.must_change_password = NO_PASSWORD, True
    user.reset_code_hash, user.reset_expires_at = code.hash, now() + RESET_CODE_VALID_FOR
    slowdown.forget("sign-in-account", user.username)
    detail = {"account": user.username, "ended": access.end_all_sessions(user)}
    log.record(Event.ACCOUNT_RESET, by=by, area_code=user.area_code, detail=detail)


def deactivate(user: User, *, by: Actor) -> None:
    """Take away the use of an account; its sessions end, and a code not yet used is void."""
    if not user.is_active_account:
        raise AccountRefused(_("Akun ini sudah nonaktif."))
    is_country_admin = user.role is Role.ADMIN and user.area_code == COUNTRY_CODE
    if is_country_admin and queries.count_other_country_admins(user) == 0:
        raise AccountRefused(_("Ini administrator terakhir. Buat atau aktifkan yang lain dulu."))
    user.is_active_account = False
    user.reset_code_hash = user.reset_expires_at = None
    detail = {"account": user.username, "ended": access.end_all_sessions(user)}
    log.record(Event.ACCOUNT_DEACTIVATED, by=by, area_code=user.area_code, detail=detail)


def activate(user: User, *, by: Actor) -> None:
    if user.is_active_account:
        raise AccountRefused(_("Akun ini sudah aktif."))
    user.is_active_account = True
    detail = {"account": user.username}
    log.record(Event.ACCOUNT_ACTIVATED, by=by, area_code=user.area_code, detail=detail)


def accept_conduct(user: User) -> None:
    """Note that the user accepted the code of conduct as it stands today."""
    user.conduct_version, user.conduct_accepted_at = access.CONDUCT_VERSION, now()
    detail = {"version": access.CONDUCT_VERSION}
    log.record(Event.CONDUCT_ACCEPTED, by=user.actor, area_code=user.area_code, detail=detail)


def refuse_unfit(username: str, role: Role, area_code: str) -> None:
    """Raise AccountRefused when no account of that name, role and region can be made."""
    _refuse_username(username)
    refuse_misfit(role, area_code)


def refuse_misfit(role: Role, area_code: str) -> None:
    """Raise AccountRefused when the region is unknown or not of a level of the role."""
    region = find_region(area_code)
    if region is None or region.valid_to is not None:
        raise AccountRefused(_("Wilayah ini tidak dikenal."), "area_code")
    levels = ROLE_LEVELS[role]
    if Area(area_code).level not in levels:
        wanted = _(" atau ").join(_(level.label) for level in sorted(levels))
        message = _("Peran %(role)s memerlukan wilayah %(levels)s.")
        values = {"role": _(role.label), "levels": wanted}
        raise AccountRefused(message % values, "area_code")


def _refuse_username(username: str) -> None:
    if not USERNAME.fullmatch(username) or username in RESERVED_USERNAMES:
        raise AccountRefused(
            _(
                "Nama pengguna berisi 3 sampai 40 huruf kecil, angka, titik, atau garis, "
                "dan diawali huruf."
            ),
            "username",
        )
    if LONG_NUMBER.search(username):
        raise AccountRefused(
            _("Jangan pakai NIK atau nomor telepon sebagai nama pengguna."), "username"
        )
    if queries.find_by_username(username) is not None:
        raise AccountRefused(_("Nama pengguna ini sudah dipakai."), "username")


def refuse_weak(password: str, username: str) -> None:
    if problem := passwords.problem_with(password, username):
        raise AccountRefused(_(problem), "new_password")


def normal_username(text: str) -> str:
    return text.strip().casefold()
