"""Every route x method x actor x place: nothing of another area is read, and nothing written."""

import functools

import pytest
from flask import abort, has_request_context, request
from sqlalchemy import true, update

from registry.accounts.access import public
from registry.accounts.roles import Permission, Role
from registry.db import db, short_write
from registry.departures import starting_views, views
from registry.departures.fields import FULL_SIGHT
from registry.departures.models import Resident
from registry.regions.area import Area, OutsideArea
from tests.factories import (
    AREA_OF,
    FOREIGN_VILLAGE,
    PROVINCE,
    SISTER_VILLAGE,
    VILLAGE,
    make_user,
)
from tests.security.matrix import Walk
from tests.security.routes import ROUTES

AREAS = {**AREA_OF, Role.ADMIN: "18"}


@pytest.fixture
def walk(walked_app, walk_in, world):
    def walking(role, *only):
        user = make_user(role=role, area=AREAS[role]) if role else None
        return Walk(walked_app, world, user, walk_in, only or ROUTES.keys()).everywhere()

    return walking


@pytest.mark.parametrize("role", [None, *Role])
def test_no_actor_reads_or_writes_beyond_area_and_role(walk, role):
    found = walk(role)
    assert found.wrong == []
    assert found.tried > 600


@pytest.mark.parametrize("code", [FOREIGN_VILLAGE[:4], "0", SISTER_VILLAGE, PROVINCE])
def test_a_filter_cannot_leave_the_area(walk_in, walked_app, code):
    client = walk_in(make_user())
    for path in ("/keberangkatan", "/dasbor", "/ekspor/keberangkatan.xlsx", "/ekspor/rekap.xlsx"):
        assert client.get(f"{path}?wilayah={code}").status_code == 404, path


# The same walk, over planted flaws


def test_a_scope_that_holds_everything_is_found(walk, monkeypatch):
    monkeypatch.setattr(Area, "covers", lambda area, column: true())
    found = walk(Role.OPERATOR, "departures.show", "departures.submit", "exports.detail")
    for endpoint in ("departures.show GET", "exports.detail GET"):
        assert found.says(f"leak: {endpoint}"), endpoint
    assert found.says("status 302 (served out of the area): departures.submit POST")
    assert found.says("written: departure by")


def test_an_area_that_lets_its_own_parents_in_is_found(walk, monkeypatch):
    def narrow(area, code):
        if not area.code.startswith(code):
            raise OutsideArea(code)
        return Area(code)

    monkeypatch.setattr(Area, "narrow", narrow)
    found = walk(Role.OPERATOR, "dashboards.show", "departures.index")
    for endpoint, path in (
        ("dashboards.show", f"/dasbor/{PROVINCE}"),
        ("departures.index", f"/keberangkatan?wilayah={PROVINCE}"),
    ):
        assert any(
            line.startswith(f"status 200 (served out of the area): {endpoint} GET")
            and line.endswith(path)
            for line in found.wrong
        ), endpoint


def test_a_list_that_takes_a_village_for_its_scope_is_found(walk, monkeypatch):
    """A page that believes `desa`, of whatever level, shows foreign people or a foreign form."""
    covers = Area.covers

    def believing(area, column):
        asked = request.args.get("desa", "") if has_request_context() else ""
        return covers(Area(asked) if asked else area, column)

    monkeypatch.setattr(Area, "covers", believing)
    found = walk(Role.LABOUR_OFFICE, "flags.index", "patterns.index", "home.index")
    assert any(line.startswith("leak: home.index GET") for line in found.wrong)
    leaks = {line.rpartition("desa=")[2] for line in found.wrong if line.startswith("leak")}
    assert {len(code) for code in leaks} >= {2, 4, 6, 10}


@pytest.mark.parametrize("level", ["180701", "1807", "18", "0", "1807012999"])
def test_a_first_step_for_no_village_is_found(walk, monkeypatch, level):
    """The canary: the check of the level, and of a village that is nowhere, left away."""
    monkeypatch.setattr(starting_views, "_chosen_village", lambda code: Area(VILLAGE))
    found = walk(Role.REVIEWER, "departures.new_person")
    assert any(
        line.startswith("status 200 (a form for no village of its own)")
        and line.endswith(f"desa={level}")
        for line in found.wrong
    )


def test_a_route_without_an_entry_is_found(walked_app, walk):
    walked_app.add_url_rule("/coba", "coba", public(lambda: "coba"))
    assert walk(None, "health.show").wrong == ["no entry: coba"]


@pytest.mark.parametrize("permission", [None, Permission.OWN_ACCOUNT])
def test_a_view_that_asks_for_too_little_is_found(walked_app, walk, monkeypatch, permission):
    monkeypatch.setattr(walked_app.view_functions["accounts.users"], "permission", permission)
    if permission is None:
        assert walk(None, "accounts.users").says("(broken): accounts.users GET")
    else:
        assert walk(Role.OPERATOR, "accounts.users").says("(served beyond the role)")


def test_a_write_behind_a_404_is_found(walked_app, walk, monkeypatch):
    view = walked_app.view_functions["departures.show"]

    @functools.wraps(view)
    def careless(departure_id):
        with short_write():
            db.session.execute(update(Resident.__table__).values(rt="099"))
        abort(404)

    monkeypatch.setitem(walked_app.view_functions, "departures.show", careless)
    found = walk(Role.VILLAGE_HEAD, "departures.show")
    assert found.says("written: resident by")


def test_a_page_that_shows_numbers_to_a_masked_role_is_found(walk, monkeypatch):
    monkeypatch.setattr(views, "record_sight", lambda role, shown: FULL_SIGHT)
    assert walk(Role.BP3MI, "departures.show").says("unmasked: departures.show GET")
