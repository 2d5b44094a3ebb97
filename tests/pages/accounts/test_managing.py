"""Who makes, changes, resets and deactivates whose account."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from tests.factories import (
    DISTRICT,
    FOREIGN_SUBDISTRICT,
    FOREIGN_VILLAGE,
    PROVINCE,
    SISTER_VILLAGE,
    SUBDISTRICT,
    VILLAGE,
    make_user,
)
from tests.pages.accounts import sign_in_with
from tests.pages.accounts.test_codes_and_passwords import code_in

SignIn = Callable[[User], FlaskClient]
MANAGERS = (Role.REVIEWER, Role.LABOUR_OFFICE, Role.ADMIN)
MANAGED = {
    Role.REVIEWER: {Role.OPERATOR, Role.VILLAGE_HEAD},
    Role.LABOUR_OFFICE: {Role.OPERATOR, Role.VILLAGE_HEAD, Role.REVIEWER},
    Role.ADMIN: set(Role),
}


def fields(**values: Any) -> dict[str, Any]:
    return {
        "name": "Siti Aminah", "username": "siti.aminah", "role": "operator",
        "area_code": VILLAGE, **values,
    }  # fmt: skip


def find(username: str = "siti.aminah") -> User | None:
    db.session.expire_all()
    return db.session.scalars(select(User).where(User.username == username)).first()


def last_event() -> str | None:
    return db.session.scalar(select(JournalEntry.event).order_by(JournalEntry.seq.desc()))


@pytest.mark.parametrize("role", MANAGERS)
def test_a_new_account_signs_in_with_its_first_code(
    app: Flask, sign_in: SignIn, role: Role
) -> None:
    answer = sign_in(make_user(role=role)).post("/akun/baru", data=fields())
    assert answer.status_code == 200
    assert "hanya tampil sekali" in answer.text
    assert last_event() == Event.ACCOUNT_CREATED
    signed_in = sign_in_with(app.test_client(), "siti.aminah", code_in(answer.text))
    assert signed_in.location == "/akun/kata-sandi"


@pytest.mark.parametrize("manager", MANAGERS)
@pytest.mark.parametrize("role", Role)
def test_each_manager_gives_out_the_roles_below_only(
    sign_in: SignIn, manager: Role, role: Role
) -> None:
    area = {
        Role.OPERATOR: VILLAGE,
        Role.VILLAGE_HEAD: VILLAGE,
        Role.REVIEWER: SUBDISTRICT,
        Role.LABOUR_OFFICE: DISTRICT,
        Role.BP3MI: PROVINCE,
        Role.ADMIN: SUBDISTRICT,
    }[role]
    own = {Role.REVIEWER: SUBDISTRICT, Role.LABOUR_OFFICE: PROVINCE, Role.ADMIN: "0"}[manager]
    client = sign_in(make_user(role=manager, area=own))
    status = client.post("/akun/baru", data=fields(role=role.value, area_code=area)).status_code
    if role in MANAGED[manager]:
        assert status == 200
        assert find() is not None
    else:
        assert status in (403, 404)
        assert find() is None


@pytest.mark.parametrize("code", [FOREIGN_VILLAGE, "32", "0", "bukan kode", "18071"])
def test_no_account_is_made_outside_the_own_area(sign_in: SignIn, code: str) -> None:
    client = sign_in(make_user(role=Role.REVIEWER))
    assert client.post("/akun/baru", data=fields(area_code=code)).status_code == 404
    assert find() is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"role": "operator", "area_code": SUBDISTRICT}, "memerlukan wilayah Desa/Kelurahan"),
        ({"role": "reviewer", "area_code": VILLAGE}, "memerlukan wilayah Kecamatan"),
        ({"area_code": "1807019999"}, "tidak dikenal"),
        ({"area_code": ""}, "Pilih wilayah kerja"),
        ({"username": "si"}, "3 sampai 40"),
        ({"username": "sistem"}, "3 sampai 40"),
        ({"username": "a1807015203980001"}, "Jangan pakai NIK"),
        ({"name": ""}, "Isi nama lengkap"),
        ({"role": ""}, "Pilih peran"),
    ],
)
def test_a_form_that_does_not_fit_says_why(
    sign_in: SignIn, values: dict[str, str], message: str
) -> None:
    answer = sign_in(make_user(role=Role.ADMIN)).post("/akun/baru", data=fields(**values))
    assert answer.status_code == 200
    assert message in answer.text
    assert find() is None


def test_a_username_is_never_given_out_twice(sign_in: SignIn) -> None:
    taken = make_user(is_active_account=False)
    client = sign_in(make_user(role=Role.REVIEWER))
    answer = client.post("/akun/baru", data=fields(username=taken.username.upper()))
    assert "sudah dipakai" in answer.text


def test_a_reviewer_chooses_among_all_villages_of_the_subdistrict(sign_in: SignIn) -> None:
    page = sign_in(make_user(role=Role.REVIEWER)).get("/akun/baru").text
    assert f'value="{VILLAGE}"' in page
    assert f'value="{SISTER_VILLAGE}"' in page
    assert "Cari wilayah kerja" not in page


def test_a_larger_office_finds_a_region_by_name_without_a_script(sign_in: SignIn) -> None:
    client = sign_in(make_user(role=Role.LABOUR_OFFICE))
    page = client.get("/akun/baru").text
    assert f'value="{VILLAGE}"' not in page
    data = fields(area_code="", area_text="sukadana", search="1", role="reviewer")
    page = client.post("/akun/baru", data=data).text
    assert f'value="{SUBDISTRICT}"' in page
    assert f'value="{VILLAGE}"' not in page
    assert 'value="Siti Aminah"' in page
    assert "error-summary" not in page


def test_no_search_offers_regions_outside_the_area_or_too_many(sign_in: SignIn) -> None:
    client = sign_in(make_user(role=Role.LABOUR_OFFICE))
    page = client.post("/akun/baru", data=fields(area_code="", area_text="a", search="1")).text
    codes = re.findall(r'name="area_code" value="(\d+)"', page)
    assert 40 < len(codes) <= 300
    assert all(code.startswith(DISTRICT) for code in codes)
    assert "terlalu banyak" in page


def test_a_typed_code_needs_no_search(sign_in: SignIn) -> None:
    client = sign_in(make_user(role=Role.LABOUR_OFFICE))
    data = fields(area_code="", area_text="18.07.01.2001")
    assert client.post("/akun/baru", data=data).status_code == 200
    assert find() is not None


POSTS = ("", "/kode", "/nonaktif", "/aktif")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("manager", [Role.REVIEWER, Role.LABOUR_OFFICE])
def test_an_account_of_another_area_is_not_found(sign_in: SignIn, manager: Role, path: str) -> None:
    client = sign_in(make_user(role=manager))
    for user in (
        make_user(area=FOREIGN_VILLAGE),
        make_user(role=Role.REVIEWER, area=FOREIGN_SUBDISTRICT),
        make_user(role=Role.LABOUR_OFFICE, area=PROVINCE),
        make_user(role=Role.ADMIN),
    ):
        assert client.post(f"/akun/{user.id}{path}", data=fields()).status_code == 404
        assert client.get(f"/akun/{user.id}").status_code == 404
        assert client.post(f"/akun/99999{path}", data=fields()).status_code == 404


@pytest.mark.parametrize("path", POSTS)
def test_an_account_of_another_role_in_the_area_is_forbidden(sign_in: SignIn, path: str) -> None:
    for manager, target, area in (
        (Role.REVIEWER, Role.REVIEWER, SUBDISTRICT),
        (Role.REVIEWER, Role.ADMIN, VILLAGE),
        (Role.LABOUR_OFFICE, Role.LABOUR_OFFICE, DISTRICT),
        (Role.LABOUR_OFFICE, Role.ADMIN, SUBDISTRICT),
    ):
        client, user = sign_in(make_user(role=manager)), make_user(role=target, area=area)
        assert client.post(f"/akun/{user.id}{path}", data=fields()).status_code == 403
        assert client.get(f"/akun/{user.id}").status_code == 403


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VILLAGE_HEAD, Role.BP3MI])
def test_other_roles_manage_nobody(sign_in: SignIn, role: Role) -> None:
    client, user = sign_in(make_user(role=role)), make_user()
    for path in POSTS:
        assert client.post(f"/akun/{user.id}{path}", data=fields()).status_code == 403
    assert client.get("/akun/baru").status_code == 403


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ({"name": "Nama Baru"}, False),
        ({"role": "village_head"}, True),
        ({"area_code": SISTER_VILLAGE}, True),
    ],
)
def test_a_changed_role_or_area_ends_the_sessions(
    sign_in: SignIn, values: dict[str, str], ends: bool
) -> None:
    user = make_user()
    there, client = sign_in(user), sign_in(make_user(role=Role.REVIEWER))
    data = fields(name=user.name, role=user.role.value, area_code=user.area_code) | values
    assert client.post(f"/akun/{user.id}", data=data).location == "/akun"
    assert there.get("/akun/saya").status_code == (302 if ends else 200)
    assert last_event() == Event.ACCOUNT_CHANGED
    db.session.expire_all()
    assert all(str(getattr(user, name)) == value for name, value in values.items())


def test_a_role_above_ones_own_cannot_be_given_to_a_known_account(sign_in: SignIn) -> None:
    user, client = make_user(), sign_in(make_user(role=Role.REVIEWER))
    data = fields(name=user.name, role="admin", area_code=VILLAGE)
    assert client.post(f"/akun/{user.id}", data=data).status_code == 403
    data = fields(name=user.name, role="operator", area_code=FOREIGN_VILLAGE)
    assert client.post(f"/akun/{user.id}", data=data).status_code == 404


def test_deactivating_ends_the_sessions_and_activating_opens_again(
    app: Flask, sign_in: SignIn
) -> None:
    user = make_user()
    there, client = sign_in(user), sign_in(make_user(role=Role.REVIEWER))
    assert client.post(f"/akun/{user.id}/nonaktif").status_code == 302
    assert there.get("/akun/saya").status_code == 302
    assert client.post(f"/akun/{user.id}/nonaktif").status_code == 409
    assert client.post(f"/akun/{user.id}/kode").status_code == 409
    assert client.post(f"/akun/{user.id}/aktif").status_code == 302
    assert client.post(f"/akun/{user.id}/aktif").status_code == 409


def test_nobody_changes_the_own_role_or_area(sign_in: SignIn) -> None:
    user = make_user(role=Role.ADMIN)
    client = sign_in(user)
    data = fields(name="Nama Baru", role="bp3mi", area_code=PROVINCE)
    client.post(f"/akun/{user.id}", data=data)
    db.session.expire_all()
    assert (user.name, user.role, user.area_code) == ("Nama Baru", Role.ADMIN, "0")
    assert client.post(f"/akun/{user.id}/kode").status_code == 409


def test_the_last_administrator_of_the_country_stays(sign_in: SignIn) -> None:
    user = make_user(role=Role.ADMIN)
    make_user(role=Role.ADMIN, is_active_account=False)
    make_user(role=Role.ADMIN, area=PROVINCE)
    client = sign_in(user)
    answer = client.post(f"/akun/{user.id}/nonaktif")
    assert answer.status_code == 409
    assert "administrator terakhir" in answer.text
    make_user(role=Role.ADMIN)
    assert client.post(f"/akun/{user.id}/nonaktif").status_code == 302


def test_details_of_the_journal_hold_no_names(sign_in: SignIn) -> None:
    sign_in(make_user(role=Role.REVIEWER)).post("/akun/baru", data=fields())
    user = find()
    assert user is not None
    client = sign_in(make_user(role=Role.ADMIN))
    client.post(f"/akun/{user.id}", data=fields(name="Siti Lain"))
    details = [str(detail) for detail in db.session.scalars(select(JournalEntry.detail))]
    assert not any("Siti" in detail for detail in details)
    assert db.session.scalar(select(func.count()).select_from(JournalEntry)) == len(details)
