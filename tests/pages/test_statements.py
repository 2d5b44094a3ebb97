"""How many statements a page sends: few, whatever it is filtered by and however much it shows."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from sqlalchemy import event, update

from registry.accounts.roles import Role
from registry.db import db
from registry.formatting import today
from registry.regions.models import Region
from tests.factories import AREA_OF, make_agency, make_user
from tests.pages.dashboards.people import scatter

MOST = 12
PERIOD = f"dari={today() - timedelta(days=50)}&sampai={today() + timedelta(days=40)}"
FILTERS = (
    "",
    f"tahun={today().year}",
    f"tahun={today().year}&bulan=3",
    PERIOD,
    f"{PERIOD}&negara=TW",
    "tanggal=belum_diketahui",
    "negara=TW&negara=HK",
    "p3mi={agency}",
    f"p3mi={{agency}}&p3mi={{other}}&tahun={today().year}",
    f"p3mi={{agency}}&{PERIOD}&jabatan=lainnya",
    "jabatan=lainnya",
    f"jabatan=lainnya&tahun={today().year}&negara=TW",
    "tanda=R01",
    f"tanda=R01&tanda=R02&tahun={today().year}",
    "tahap=planned&pmi=ya&status=draft",
    "prosedur=at_risk&usia=18-24&pemberi_kerja=belum_diketahui",
)
OF_NAMES = ("q=PM-2026-00001",)
OF_FIGURES = ("publik=1", f"publik=1&tahun={today().year}&negara=TW", "publik=1&p3mi={agency}")
SEES_NAMES = (Role.OPERATOR, Role.VILLAGE_HEAD, Role.REVIEWER)
SEES_PEOPLE = [role for role in Role if role is not Role.ADMIN]


@pytest.fixture
def asked(app, sign_in):
    """Records of every kind, some in a region that was closed; then what a page selects."""
    agencies = [make_agency(name=name).id for name in ("PT Uji Satu", "PT Uji Dua")]
    scatter(300, agencies=agencies)
    closed = update(Region).where(Region.code.in_(("1871", "180702", "1807012002")))
    db.session.execute(closed.values(valid_to=date(2026, 1, 1)))
    db.session.commit()

    def ask(role: Role, addresses: Iterable[str]) -> dict[str, list[str]]:
        client = sign_in(make_user(role=role))
        client.get("/dasbor")  # the first request of a day assesses what fell due
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_more):
            # Asked once a second by each process, whatever the page: whether the keys still fit.
            if "FROM meta" not in statement:
                statements.append(statement)

        found = {}
        event.listen(db.engine, "before_cursor_execute", note)
        for address in addresses:
            db.session.remove()
            statements.clear()
            answer = client.get(address.format(agency=agencies[0], other=agencies[1]))
            assert answer.status_code == 200, address
            found[address] = [one for one in statements if one.startswith(("SELECT", "WITH"))]
        return found

    return ask


def too_many(asked: dict[str, list[str]]) -> dict[str, list[str]]:
    assert all(asked.values())
    return {address: found for address, found in asked.items() if len(found) > MOST}


@pytest.mark.parametrize("role", list(Role))
def test_a_dashboard_sends_few_statements(asked, role):
    filters = (*FILTERS, *OF_FIGURES, *(OF_NAMES if role in SEES_NAMES else ()))
    assert not too_many(asked(role, [f"/dasbor/{AREA_OF[role]}?{query}" for query in filters]))


@pytest.mark.parametrize("role", SEES_PEOPLE)
def test_a_list_sends_few_statements(asked, role):
    filters = (*FILTERS, *OF_NAMES)
    assert not too_many(asked(role, [f"/keberangkatan?{query}" for query in filters]))


@pytest.mark.parametrize("role", SEES_PEOPLE)
def test_the_first_page_sends_few_statements(asked, role):
    assert not too_many(asked(role, ["/", "/"]))
