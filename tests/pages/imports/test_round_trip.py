"""An export can come back: into an empty registry it gives equal records, into its own nothing."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from registry import sealing
from registry.accounts.roles import Role
from registry.db import allow_writing, db, now
from registry.departures import operations
from registry.departures.fields import FULL_SIGHT, NO_SIGHT
from registry.departures.filters import Filter
from registry.departures.models import (
    Departure,
    DepartureWriter,
    Document,
    Flag,
    ImportedRow,
    Resident,
)
from registry.departures.operations import DocumentAnswer
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    Education,
    EmployerKind,
    InformationSource,
    MaritalStatus,
    PassportHolder,
    RecruiterKind,
    ReviewStatus,
    Scheme,
    Stage,
    VisaKind,
)
from registry.formatting import today
from registry.regions.area import Area
from registry.workbooks.csv_out import write_departures_csv
from registry.workbooks.detail import write_departures
from registry.workbooks.import_columns import DERIVED
from registry.workbooks.importing import apply, plan
from registry.workbooks.notes import Drawing
from registry.workbooks.reader import read_rows
from tests.factories import SUBDISTRICT, VILLAGE, make_departure, make_user
from tests.pages.imports import assert_whole, counts

EVERYTHING = {
    "address": "Dusun II",
    "education": Education.SENIOR,
    "marital_status": MaritalStatus.MARRIED,
    "family_card": "1807010101100001",
    "agency_name": "PT Maju Jaya",
    "employer_kind": EmployerKind.HOUSEHOLD,
    "recruiter_name": "-Bu Yanti",
    "recruiter_phone": "+6285711112222",
    "employer_name": "Keluarga Chen",
    "destination_city": "Taipei",
    "promised_wage": 9_500_000,
    "visa_kind": VisaKind.WORK,
    "visa_country": "TW",
    "transit_country": "SG",
    "amount_asked": 30_000_000,
    "recruiter_advance": 5_000_000,
    "recruiter_kind": RecruiterKind.INDIVIDUAL,
    "training_body": "LPK Cahaya",
    "job_order": "0012/JO",
    "information_source": InformationSource.FAMILY,
    "contract_months": 36,
    "immigration_office": "Kotabumi",
    "passport_holder": PassportHolder.SELF,
    "id_pmi": "0099",
    "last_contact_on": date(2025, 2, 1),
}
PAPERS = {
    kind: DocumentAnswer(status, None, None, date(2030, 1, number))
    for number, (kind, status) in enumerate(
        zip(DocumentKind, [*DocumentStatus] * 5, strict=False), 1
    )
}


@pytest.fixture
def filled(app):
    """A registry with one record of every stage and status, one of them with every field."""
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    full = make_departure(by=operator, name="-Siti, \"Aini\"", **{
        name: value for name, value in EVERYTHING.items()
        if name not in ("address", "education", "marital_status", "family_card")
    })  # fmt: skip
    operations.save_answers(full, EVERYTHING, by=operator, seen_revision=full.revision)
    papers = PAPERS | {
        DocumentKind.FAMILY_PERMISSION: DocumentAnswer(DocumentStatus.PRESENT, "0007/X"),
        DocumentKind.MIGRANT_CARD: DocumentAnswer(DocumentStatus.PRESENT, "E-001"),
    }
    operations.save_documents(full, papers, by=operator, seen_revision=full.revision)
    db.session.commit()
    for stage in Stage:
        make_departure(by=operator, stage=stage, status=ReviewStatus.SUBMITTED)
    make_departure(by=operator, scheme=Scheme.TRAINEE, nik=None, phone=None)
    make_departure(by=operator, status=ReviewStatus.VERIFIED, reviewer=reviewer)
    make_departure(by=operator, planned_on=today() - timedelta(days=90), country=None)
    return operator


def export(*, sight=FULL_SIGHT, as_csv=False):
    out = io.BytesIO()
    f, drawing = Filter(Area(SUBDISTRICT)), Drawing("uji", now())
    if as_csv:
        write_departures_csv(f, sight, out)
    else:
        write_departures(f, sight, out, drawing=drawing)
    return out.getvalue()


def recorded(data):
    """The rows of an export by registration number, without what Pamit works out by itself."""
    sheet = read_rows(data, "a.xlsx", known_headings=["Nama", "No. Registrasi"])
    return {
        row.cells["No. Registrasi"]: {h: v for h, v in row.cells.items() if h not in DERIVED}
        for row in sheet.rows
    }


def empty_the_registry():
    allow_writing(True)
    for model in (Flag, Document, DepartureWriter, ImportedRow, Departure, Resident):
        db.session.execute(delete(model))
    db.session.commit()


def test_an_export_brought_into_an_empty_registry_gives_equal_records(filled):
    data = export()
    before = recorded(data)
    empty_the_registry()
    found = plan(filled, data, "data.xlsx")
    assert found.bad == []
    assert found.unknown_headings == ()
    assert apply(found, filled).added == len(before)
    assert recorded(export()) == before
    again = plan(filled, export(), "data.xlsx")
    assert (again.ready, again.bad) == (0, [])


def test_an_export_brought_into_its_own_registry_changes_nothing(filled):
    before = counts()
    for data, name in ((export(), "a.xlsx"), (export(as_csv=True), "a.csv")):
        found = plan(filled, data, name)
        assert (found.ready, found.bad) == (0, [])
        assert found.known == len(recorded(export()))
        apply(found, filled)
    assert counts() == before
    assert_whole()


def test_a_masked_export_brought_back_changes_nothing(filled):
    found = plan(filled, export(sight=NO_SIGHT), "a.xlsx")
    assert (found.ready, found.bad) == (0, [])


def test_the_csv_brings_the_same_records(filled):
    data, as_csv = export(), export(as_csv=True)
    empty_the_registry()
    found = plan(filled, as_csv, "data.csv")
    assert found.bad == []
    apply(found, filled)
    assert recorded(export()) == recorded(data)


def test_restored_people_are_found_by_their_nik(filled):
    data = export()
    nik = db.session.scalars(select(Resident)).first().nik
    empty_the_registry()
    apply(plan(filled, data, "data.xlsx"), filled)
    index = sealing.keyring().blind_index("nik", nik)
    found = db.session.scalars(select(Resident).where(Resident.nik_index == index)).one()
    assert (found.nik, found.village_code) == (nik, VILLAGE)
