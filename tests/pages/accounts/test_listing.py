"""The list of accounts: whose it shows, its filters and pages."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from registry.accounts.models import User
from registry.accounts.roles import Role
from tests.factories import FOREIGN_SUBDISTRICT, FOREIGN_VILLAGE, VILLAGE, make_user

SignIn = Callable[[User], FlaskClient]


def test_the_list_shows_whom_one_manages_and_nobody_else(sign_in: SignIn) -> None:
    manager = make_user(role=Role.REVIEWER)
    shown = [make_user(), make_user(role=Role.VILLAGE_HEAD, is_active_account=False)]
    hidden = [
        make_user(area=FOREIGN_VILLAGE),
        make_user(role=Role.ADMIN, area=VILLAGE),
        make_user(role=Role.REVIEWER),
        make_user(role=Role.LABOUR_OFFICE),
    ]
    page = sign_in(manager).get("/akun").text
    assert [user.username in page for user in shown] == [True, True]
    assert [f">{user.username}<" in page for user in hidden] == [False] * 4


def test_the_list_is_filtered_by_role_area_state_and_name(sign_in: SignIn) -> None:
    client = sign_in(make_user(role=Role.ADMIN))
    user = make_user(name="Budi Santoso")
    other = make_user(role=Role.REVIEWER, area=FOREIGN_SUBDISTRICT, must_change_password=True)

    def seen(query: str) -> tuple[bool, bool]:
        page = client.get(f"/akun?{query}").text
        return f">{user.username}<" in page, f">{other.username}<" in page

    assert seen("") == (True, True)
    assert seen("peran=operator") == (True, False)
    assert seen("wilayah=32") == (False, True)
    assert seen("wilayah=sukadana") == (True, False)
    assert seen("wilayah=tidakada") == (False, False)
    assert seen("keadaan=menunggu") == (False, True)
    assert seen("keadaan=aktif&q=budi") == (True, False)
    assert seen("q=%25") == (False, False)
    assert client.get("/akun?peran=raja").status_code == 400
    assert client.get("/akun?setelah=x").status_code == 400


def test_the_list_is_paged(sign_in: SignIn) -> None:
    client = sign_in(make_user(role=Role.REVIEWER))
    names = [make_user().username for _turn in range(55)]
    first = client.get("/akun?peran=operator").text
    following = re.search(r'href="(/akun\?[^"]*setelah=\d+[^"]*)"', first)
    assert following is not None
    second = client.get(following[1].replace("&amp;", "&")).text
    on_first = [f">{name}<" in first for name in names]
    on_second = [f">{name}<" in second for name in names]
    assert (sum(on_first), sum(on_second)) == (50, 5)
    assert all(a != b for a, b in zip(on_first, on_second, strict=True))


def test_an_empty_list_says_what_to_do(sign_in: SignIn) -> None:
    client = sign_in(make_user(role=Role.REVIEWER))
    assert "Belum ada akun" in client.get("/akun").text
    assert "Tidak ada akun yang cocok" in client.get("/akun?q=zzz").text
