"""What a form says beyond its fields is passed over, and a look changes nothing."""

import io

import pytest
from sqlalchemy import select, update

from registry.accounts.access import public
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db, metadata, short_write
from registry.departures.models import Departure, Resident
from tests.factories import AREA_OF, SISTER_VILLAGE, make_departure, make_user
from tests.page import hidden, token
from tests.security.matrix import WRITTEN_ON_THE_WAY, Walk
from tests.security.routes import ROUTES

# Columns of the record that no form has a field for.
SMUGGLED = {
    "id": "1",
    "review_status": "verified",
    "stage": "returned",
    "procedure": "complete",
    "village_code": SISTER_VILLAGE,
    "registration_number": "PM-2020-AAAAA",
    "version": "99",
    "resident_id": "1",
    "erased_on": "2020-01-01",
    "digest": "x",
    "verified_by": "1",
}


def row_of(model, number):
    table = model.__table__
    found = db.session.execute(select(table).where(table.c.id == number)).mappings().one()
    db.session.rollback()
    return dict(found)


def changed(before, after):
    return {name for name in before if before[name] != after[name]}


def test_a_step_takes_its_own_fields_and_no_others(walked_app, walk_in):
    departure = make_departure(by=(user := make_user()))
    client, path = walk_in(user), f"/keberangkatan/{departure.id}/alamat"
    before = row_of(Departure, departure.id), row_of(Resident, departure.resident_id)
    page = client.get(path)
    data = {"csrf_token": token(page), "versi": hidden(page, "versi"), "rt": "9", **SMUGGLED}
    assert client.post(path, data=data).status_code == 302
    after = row_of(Departure, departure.id), row_of(Resident, departure.resident_id)
    allowed = {"version", "digest", "updated_at", "changed_at"}
    assert changed(before[0], after[0]) <= allowed
    assert after[0]["version"] != 99
    own = {"rt", "rw", "address", "phone_sealed", "phone_index", "family_name_sealed"}
    own |= {"family_relation", "family_phone_sealed", "name_normal"}
    assert changed(before[1], after[1]) <= own | allowed
    assert after[1]["rt"] == "009"


def test_an_account_is_given_no_more_than_its_form_asks(walked_app, walk_in):
    officer = make_user(role=Role.REVIEWER)
    account = make_user()
    before = row_of(User, account.id)
    client = walk_in(officer)
    data = {
        "csrf_token": token(client.get(f"/akun/{account.id}")),
        "name": "Nama Baru",
        "role": account.role.value,
        "area_code": account.area_code,
        "username": "lain",
        "password_hash": "x",
        "is_demo": "1",
        "is_active_account": "",
        "must_change_password": "",
        "conduct_version": "x",
        "totp_sealed": "x",
    }
    assert client.post(f"/akun/{account.id}", data=data).status_code == 302
    assert changed(before, row_of(User, account.id)) == {"name"}


def test_a_field_said_twice_or_elsewhere_too_counts_once(walked_app, walk_in):
    departure = make_departure(by=(user := make_user()))
    client, path = walk_in(user), f"/keberangkatan/{departure.id}/alamat"
    page = client.get(path)
    data = {"csrf_token": token(page), "versi": hidden(page, "versi"), "rt": ["009", "777"]}
    answer = client.post(f"{path}?rt=888&address=Lain", data=data, headers={"Cookie2": "rt=666"})
    assert answer.status_code == 302
    resident = row_of(Resident, departure.resident_id)
    assert (resident["rt"], resident["address"]) == ("009", None)


@pytest.mark.parametrize("body", ['{"rt": "9"}', '{"rt": {"$ne": 1}}', "[1, 2]", "<rt>9</rt>"])
def test_a_body_of_another_kind_is_no_form(walked_app, walk_in, body):
    departure = make_departure(by=(user := make_user()))
    client, path = walk_in(user), f"/keberangkatan/{departure.id}/alamat"
    before = row_of(Resident, departure.resident_id)
    headers = {"X-CSRFToken": token(client.get(path))}
    kind = "application/xml" if body.startswith("<") else "application/json"
    answer = client.post(path, data=body, content_type=kind, headers=headers)
    assert answer.status_code == 415
    assert row_of(Resident, departure.resident_id) == before


def test_the_name_of_a_file_leads_nowhere(walked_app, walk_in, settings):
    client = walk_in(make_user(role=Role.ADMIN))
    folder = settings.instance_path
    before = sorted(folder.rglob("*"))
    name = '../../../../tmp/pamit-jalan.xlsx"\r\nSet-Cookie: jahat=1'
    data = {
        "csrf_token": token(client.get("/rujukan/p3mi/impor")),
        "berkas": (io.BytesIO(b"PK bukan buku kerja"), name),
        "source": "Daftar uji",
        "valid_from": "2026-01-01",
    }
    answer = client.post("/rujukan/p3mi/impor", data=data, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert "jahat" not in str(answer.headers)
    assert sorted(folder.rglob("*")) == before
    assert not (folder / "../../../../tmp/pamit-jalan.xlsx").exists()


def test_a_file_to_keep_is_named_by_the_program(walked_app, walk_in):
    client = walk_in(make_user())
    for path in ("/ekspor/keberangkatan.xlsx", "/ekspor/keberangkatan.csv"):
        answer = client.get(f"{path}?q=nama%0d%0aX-Palsu:%20ya%22;")
        assert answer.status_code == 200, path
        said = answer.headers["Content-Disposition"]
        assert said.startswith("attachment; filename=")
        assert "nama" not in said
        assert "X-Palsu" not in answer.headers


# A look changes nothing


def tables():
    """What every table holds, but for those that each request writes."""
    found = {
        table.name: repr(db.session.execute(select(table).order_by(*table.primary_key)).all())
        for table in metadata.sorted_tables
        if table.name not in WRITTEN_ON_THE_WAY
    }
    db.session.rollback()
    return found


def changed_by_looking(app, world, user, walk_in, only):
    """The tables that are not the same after every page of the role's own area was asked for."""
    walk = Walk(app, world, user, walk_in, only, methods={"GET", "HEAD", "OPTIONS"})
    walk.client.get("/")
    before = tables()
    walk.inside()
    return changed(before, tables()), walk.found.tried


ALL = Role.OPERATOR, Role.REVIEWER, Role.LABOUR_OFFICE, Role.ADMIN


@pytest.mark.parametrize("role", ALL)
def test_no_page_changes_anything_by_being_looked_at(walked_app, walk_in, world, role):
    user = make_user(role=role, area={**AREA_OF, Role.ADMIN: "18"}[role])
    found, tried = changed_by_looking(walked_app, world, user, walk_in, ROUTES)
    assert found == set()
    assert tried > 60


def test_a_page_that_writes_when_it_is_looked_at_is_noticed(walked_app, walk_in, world):
    @public
    def careless():
        with short_write():
            db.session.execute(update(Resident.__table__).values(rt="099"))
        return "{}"

    walked_app.view_functions["health.show"] = careless
    found, _tried = changed_by_looking(walked_app, world, make_user(), walk_in, {"health.show"})
    assert found == {"resident"}
