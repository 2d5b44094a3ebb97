"""Every route as every role, with ids of a foreign area: nothing is read and nothing is written."""

import re

import pytest
from sqlalchemy import func, select

from registry.accounts.access import declared_permission
from registry.accounts.models import User
from registry.accounts.roles import GRANTS, Role
from registry.db import db, metadata
from registry.departures.filters import Filter
from registry.departures.models import Departure, Resident
from registry.enums import ReviewStatus, Stage
from registry.regions.area import Area
from registry.workbooks import export_requests
from registry.workbooks.export_requests import Asked
from tests.factories import FOREIGN_SUBDISTRICT, FOREIGN_VILLAGE, make_departure, make_user
from tests.page import token

WRITTEN_ON_THE_WAY = {"journal_entry", "journal_value", "journal_head", "slow_down", "user_session"}

IDS = {"departure_id", "resident_id", "user_id", "flag_id", "request_id", "code", "kode"}


@pytest.fixture
def foreign(app):
    """A verified departure and accounts in West Java, seen by nobody of Lampung."""
    operator = make_user(area=FOREIGN_VILLAGE)
    reviewer = make_user(role=Role.REVIEWER, area=FOREIGN_SUBDISTRICT)
    departure = make_departure(
        by=operator,
        village=FOREIGN_VILLAGE,
        status=ReviewStatus.VERIFIED,
        reviewer=reviewer,
        stage=Stage.DEPARTED,
        name="Asep Tersembunyi",
    )
    wanted = Asked(Filter(Area(FOREIGN_SUBDISTRICT)), False)
    request = export_requests.ask(wanted, 1, "Verifikasi lapangan", by=reviewer)
    db.session.commit()
    return {
        "request_id": request.id,
        "departure_id": departure.id,
        "resident_id": departure.resident_id,
        "user_id": operator.id,
        "flag_id": departure.flags[0].id,
        "code": "3204",
        "kode": "3204",
        "slug": "warga",
    }


def routes_with_ids(app):
    for rule in app.url_map.iter_rules():
        if rule.arguments & IDS:
            yield rule


def row_counts():
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in metadata.sorted_tables
        if table.name not in WRITTEN_ON_THE_WAY
    }


@pytest.mark.parametrize("role", list(Role))
def test_ids_of_a_foreign_area_answer_404_or_403(app, sign_in, foreign, role):
    area = "18" if role is Role.ADMIN else None
    client = sign_in(make_user(role=role, area=area))
    csrf = token(client.get("/akun/saya"))
    before = row_counts()
    tried = 0
    for rule in routes_with_ids(app):
        values = {name: foreign[name] for name in rule.arguments}
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **values)
        for method in sorted(rule.methods & {"GET", "POST"}):
            response = client.open(
                path, method=method, data={"csrf_token": csrf} if method == "POST" else None
            )
            assert response.status_code in (403, 404), (role, method, path, response.status_code)
            assert "Tersembunyi" not in response.text
            tried += 1
    assert tried > 20
    assert row_counts() == before
    departure = db.session.get(Departure, foreign["departure_id"])
    assert departure.review_status is ReviewStatus.VERIFIED
    assert db.session.get(Resident, foreign["resident_id"]).name == "Asep Tersembunyi"
    assert db.session.get(User, foreign["user_id"]).is_active_account


def test_who_is_signed_out_reaches_only_public_pages(app, client, foreign):
    for rule in app.url_map.iter_rules():
        if declared_permission(app.view_functions[rule.endpoint]) is None:
            continue
        values = {name: foreign.get(name, "0" * 16) for name in rule.arguments}
        if choices := re.search(r"<any\(\W*([\w-]+)", rule.rule):
            values["slug"] = choices[1]
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **values)
        response = client.get(path) if "GET" in rule.methods else client.post(path)
        assert response.status_code in (302, 400), (path, response.status_code)
        if response.status_code == 302:
            assert response.location.endswith("/masuk"), path


@pytest.mark.parametrize("role", list(Role))
def test_a_page_beyond_the_role_is_403(app, sign_in, role):
    client = sign_in(make_user(role=role))
    for rule in app.url_map.iter_rules():
        permission = declared_permission(app.view_functions[rule.endpoint])
        if rule.arguments or "GET" not in rule.methods or permission is None:
            continue
        status = client.get(rule.rule).status_code
        if permission in GRANTS[role]:
            assert status in (200, 302), (role, rule.rule, status)
        else:
            assert status == 403, (role, rule.rule, status)


@pytest.mark.parametrize(
    "query",
    ["wilayah=3204", "wilayah=0", "wilayah=1807012002"],
)
def test_a_filter_cannot_leave_the_area(app, sign_in, query):
    client = sign_in(make_user())
    for path in ("/keberangkatan", "/dasbor", "/ekspor/keberangkatan.xlsx", "/ekspor/rekap.xlsx"):
        assert client.get(f"{path}?{query}").status_code == 404, path
