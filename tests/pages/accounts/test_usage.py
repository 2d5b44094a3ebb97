"""The page of usage: who signs in, who records, what waits for correction."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from registry.accounts import queries
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db
from registry.enums import ReviewStatus, Stage
from registry.formatting import long_moment
from tests.factories import (
    FOREIGN_VILLAGE,
    PASSWORD,
    SISTER_VILLAGE,
    make_departure,
    make_user,
)
from tests.page import links, rows, text_of
from tests.pages.accounts import sign_in_with

SignIn = Callable[[User], FlaskClient]
PATH = "/akun/pemakaian"


def shown(client: FlaskClient, path: str = PATH) -> dict[str, list[str]]:
    return {row[0]: row[-3:] for row in rows(client.get(path))}


def named(user: User) -> str:
    return f"{user.name}{user.username} · {user.role.label}"


def test_each_account_below_is_shown_with_what_it_did(app: Flask, sign_in: SignIn) -> None:
    busy, idle = make_user(), make_user(area=SISTER_VILLAGE)
    foreign = make_user(area=FOREIGN_VILLAGE)
    reviewer = make_user(role=Role.REVIEWER)
    sent_back = ReviewStatus.NEEDS_CORRECTION
    make_departure(by=busy)
    make_departure(by=busy, status=sent_back, reviewer=reviewer)
    make_departure(by=busy, status=sent_back, reviewer=reviewer, stage=Stage.CANCELLED)
    make_departure(by=foreign, village=FOREIGN_VILLAGE)
    sign_in_with(app.test_client(), busy.username, PASSWORD)
    db.session.expire_all()
    assert busy.last_signed_in_at is not None
    assert shown(sign_in(reviewer)) == {
        named(busy): [long_moment(busy.last_signed_in_at), "3", "1"],
        named(idle): ["Belum pernah", "0", "0"],
    }


@pytest.mark.parametrize("role", list(Role))
def test_supervisors_see_those_whose_accounts_they_manage(sign_in: SignIn, role: Role) -> None:
    for other in Role:
        make_user(role=other)
    client = sign_in(make_user(role=role))
    if role not in (Role.REVIEWER, Role.LABOUR_OFFICE, Role.ADMIN):
        assert client.get(PATH).status_code == 403
        return
    found = " ".join(shown(client))
    assert "Operator desa" in found
    assert ("Pemeriksa kecamatan" in found) is (role is not Role.REVIEWER)


def test_it_is_paged_filtered_and_asks_no_more_for_more_accounts(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 5)
    client = sign_in(make_user(role=Role.REVIEWER))
    first = make_user(username="tersendiri")

    def statements(path: str) -> int:
        asked: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            asked.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        client.get(path)
        event.remove(db.engine, "before_cursor_execute", note)
        return len(asked)

    client.get(PATH)  # what a process reads once
    few = statements(PATH)
    for _more in range(6):
        make_departure(by=make_user())
    assert statements(PATH) == few
    page = client.get(PATH)
    assert len(rows(page)) == 5
    assert "Ditampilkan 5 dari 7" in text_of(page)
    following = dict(links(page))["Halaman berikutnya"]
    assert len(shown(client, following)) == 2
    assert list(shown(client, f"{PATH}?q={first.username}")) == [named(first)]
    assert client.get(f"{PATH}?keadaan=raja").status_code == 400
