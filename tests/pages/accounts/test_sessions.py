"""One's own sessions, and all that ends them."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts import access
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db
from tests.factories import PASSWORD, SISTER_VILLAGE, SUBDISTRICT, VILLAGE, make_user
from tests.page import rows, text_of
from tests.pages.accounts import phone_code, sign_in_with, token_of
from tests.pages.accounts.test_second_factor import set_up

SignIn = Callable[[User], FlaskClient]
NEW = "kerbau lompat pagar tinggi"
NEW_PASSWORD = {
    "current_password": PASSWORD,
    "new_password": NEW,
    "repeat_password": NEW,
}


def edited(user: User, **fields: str) -> dict[str, str]:
    return {"name": user.name, "role": user.role.value, "area_code": user.area_code, **fields}


# What happens to an account: by its owner on another device, or by its office.
ENDINGS = {
    "password": lambda own, office, user: own.post("/akun/kata-sandi", data=NEW_PASSWORD),
    "phone": lambda own, office, user: set_up(own, current_code=phone_code()),
    "others": lambda own, office, user: own.post("/akun/saya/keluar-lain"),
    "reset": lambda own, office, user: office.post(f"/akun/{user.id}/kode"),
    "no phone": lambda own, office, user: office.post(f"/akun/{user.id}/ponsel/lepas"),
    "role": lambda own, office, user: office.post(
        f"/akun/{user.id}", data=edited(user, role="village_head")
    ),
    "area": lambda own, office, user: office.post(
        f"/akun/{user.id}", data=edited(user, area_code=SISTER_VILLAGE)
    ),
    "state": lambda own, office, user: office.post(f"/akun/{user.id}/nonaktif"),
}


def assert_the_other_session_dies(sign_in: SignIn, ending: str) -> None:
    user = make_user(phone=True, area=VILLAGE)
    office = sign_in(make_user(role=Role.REVIEWER, area=SUBDISTRICT))
    own, stolen, bystander = sign_in(user), sign_in(user), sign_in(make_user())
    ENDINGS[ending](own, office, user)
    # Not even what ended it for a while brings it back.
    db.session.expire_all()
    user.is_active_account = True
    db.session.commit()
    assert stolen.get("/akun/saya").location == "/masuk", ending
    assert bystander.get("/akun/saya").status_code == 200


@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_changes_an_account_ends_its_other_sessions(sign_in: SignIn, ending: str) -> None:
    assert_the_other_session_dies(sign_in, ending)


def test_canary_sessions_that_live_on_are_noticed(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "end_all_sessions", lambda user, but=None: 0)
    for ending in ENDINGS:
        with pytest.raises(AssertionError, match=ending):
            assert_the_other_session_dies(sign_in, ending)


def test_a_begun_sign_in_ends_with_the_sessions(app: Flask, sign_in: SignIn) -> None:
    user = make_user(phone=True)
    stolen = app.test_client()
    sign_in_with(stolen, user.username, PASSWORD)
    sign_in(user).post("/akun/saya/keluar-semua")
    assert stolen.post("/masuk/kode", data={"code": phone_code()}).location == "/masuk"


def test_all_other_devices_are_signed_out_while_this_one_stays(sign_in: SignIn) -> None:
    user = make_user()
    here, there = sign_in(user), sign_in(user)
    before = token_of(here)
    page = here.get("/akun/saya")
    assert sorted(row[-1] for row in rows(page)) == ["Keluarkan", "Perangkat ini"]
    assert all(row[0] == "uji" for row in rows(page))
    assert here.post("/akun/saya/keluar-lain").location == "/akun/saya"
    assert there.get("/akun/saya").location == "/masuk"
    page = here.get("/akun/saya")
    assert (len(rows(page)), token_of(here)) == (1, before)
    assert "Keluarkan semua perangkat lain" not in text_of(page)
