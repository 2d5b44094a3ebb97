"""The camat opens two records: one that needs a call today, and one that needs nothing."""

from datetime import timedelta

import pytest

from registry.accounts.roles import Role
from registry.db import db
from registry.departures import decisions, operations
from registry.departures.operations import DocumentAnswer
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    InformationSource,
    PassportHolder,
    Procedure,
    RecruiterKind,
    Relation,
    ReviewStatus,
    Scheme,
    VisaKind,
)
from registry.formatting import today
from registry.reference.queries import load_reference
from tests.factories import make_departure, make_user
from tests.page import text_of


@pytest.fixture
def operator(app):
    return make_user()


@pytest.fixture
def camat(app, sign_in):
    return sign_in(make_user(role=Role.REVIEWER))


def seventeen_to_cambodia(operator):
    leaving = today() + timedelta(days=9)
    return make_departure(
        by=operator,
        status=ReviewStatus.SUBMITTED,
        name="Anisa Contoh",
        nik=None,
        birth_date=leaving - timedelta(days=17 * 365 + 44),
        country="KH",
        scheme=Scheme.P_TO_P,
        job_title="Customer service",
        promised_wage=15_000_000,
        visa_kind=VisaKind.TOURIST,
        recruiter_name="Pak Contoh",
        recruiter_phone="+6284000000001",
        planned_on=leaving,
    )


def nurse_to_germany(operator):
    departure = make_departure(
        by=operator,
        name="Dewi Contoh",
        country="DE",
        scheme=Scheme.G_TO_G,
        job_title="Perawat",
        promised_wage=45_000_000,
        visa_kind=VisaKind.WORK,
        visa_country="DE",
        contract_country="DE",
        employer_kind=EmployerKind.LEGAL_ENTITY,
        recruiter_kind=RecruiterKind.GOVERNMENT,
        information_source=InformationSource.LABOUR_OFFICE,
        immigration_office="Kantor Imigrasi Bandar Lampung",
        passport_holder=PassportHolder.SELF,
        amount_asked=0,
        recruiter_advance=0,
    )
    rules = load_reference().rules_on(Scheme.G_TO_G, departure.planned_on)
    papers = {
        rule.kind: DocumentAnswer(
            DocumentStatus.PRESENT, None, None, departure.planned_on + timedelta(days=900)
        )
        for rule in rules
        if rule.requirement.value == "required" and rule.kind is not DocumentKind.FAMILY_PERMISSION
    }
    operations.save_documents(departure, papers, by=operator, seen_revision=departure.revision)
    operations.record_letter(
        departure,
        number="474/001",
        issued_on=today(),
        signer="Bapak Contoh",
        relation=Relation.FATHER,
        by=operator,
        seen_revision=departure.revision,
    )
    decisions.submit(departure, by=operator, seen_revision=departure.revision)
    db.session.commit()
    return departure


def test_a_girl_to_cambodia_needs_a_call_today_and_the_page_says_why_and_to_whom(operator, camat):
    departure = seventeen_to_cambodia(operator)
    page = text_of(camat.get(f"/keberangkatan/{departure.id}"))
    assert departure.procedure is Procedure.AT_RISK
    assert "9 hari lagi" in page
    for reason in (
        "Usia pada hari berangkat di bawah 18 tahun",
        "visanya Turis, bukan visa kerja",
        "Pemerintah tidak menempatkan pekerja ke negara ini",
        "Jabatannya samar dan upahnya besar",
        "Ada yang merekrut, tetapi P3MI di belakangnya tidak ada",
    ):
        assert reason in page
    assert "Hubungi Disnaker kabupaten dan BP3MI hari ini juga." in page
    assert "KP2MI 0800-1000" in page


def test_a_nurse_to_germany_with_all_papers_shows_nothing_but_a_green_line(operator, camat):
    departure = nurse_to_germany(operator)
    page = camat.get(f"/keberangkatan/{departure.id}")
    assert departure.procedure is Procedure.COMPLETE
    assert departure.documents_complete == departure.documents_required > 0
    assert [flag for flag in departure.flags if flag.state.is_open] == []
    assert 'tag-success">Lengkap' in page.text
    assert "tag-danger" not in page.text
    assert "Perlu ditanyakan" not in page.text
    assert "callout" not in page.text


@pytest.mark.parametrize("make", [seventeen_to_cambodia, nurse_to_germany])
def test_neither_is_blocked(operator, make):
    departure = make(operator)
    reviewer = make_user(role=Role.REVIEWER)
    decisions.verify(departure, by=reviewer, seen_revision=departure.revision, lone_reviewer=False)
    db.session.commit()
    assert departure.review_status is ReviewStatus.VERIFIED
