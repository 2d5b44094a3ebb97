"""The main job walked through by a client: record, submit, verify."""

from registry.accounts.roles import Role
from registry.db import db
from registry.departures.models import Departure
from registry.enums import ReviewStatus
from tests.factories import make_nik, make_user
from tests.page import hidden, token


def test_the_operator_records_and_the_camat_verifies(app, sign_in):
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    client = sign_in(operator)
    page = client.get("/keberangkatan/baru")
    assert page.status_code == 200, page.text
    nik = make_nik()
    page = client.post("/keberangkatan/baru", data={"csrf_token": token(page), "cari": nik})
    assert "catat warga baru" in page.text
    page = client.post(
        "/keberangkatan/baru/warga",
        data={
            "csrf_token": token(page),
            "mulai": "1",
            "nik": nik,
            "name": "",
            "desa": operator.area_code,
        },
    )
    assert page.status_code == 200
    data = {
        "csrf_token": token(page),
        "kunci": hidden(page, "kunci"),
        "nik": nik,
        "name": "Dewi Lestari",
        "versi": "",
    }
    page = client.post("/keberangkatan/baru/warga", data=data)
    assert page.status_code == 302, page.text
    again = client.post("/keberangkatan/baru/warga", data=data)
    assert again.location == page.location
    departure = db.session.query(Departure).one()
    base = f"/keberangkatan/{departure.id}"
    page = client.get(f"{base}/alamat")
    assert page.status_code == 200
    page = client.post(
        f"{base}/alamat",
        data={
            "csrf_token": token(page),
            "versi": hidden(page, "versi"),
            "rt": "3",
            "rw": "1",
            "phone": "0812 3456 7890",
        },
    )
    assert page.status_code == 302, page.text
    page = client.get(f"{base}/tujuan")
    assert page.status_code == 200
    page = client.post(
        f"{base}/tujuan",
        data={
            "csrf_token": token(page),
            "versi": hidden(page, "versi"),
            "country": "TW",
            "scheme": "p_to_p",
            "job_choice": "caregiver",
            "agency_name": "PT Contoh",
            "planned_on": "2027-03-01",
            "amount_asked": "5.000.000",
        },
    )
    assert page.status_code == 302, page.text
    page = client.get(f"{base}/dokumen")
    assert page.status_code == 200
    page = client.post(
        f"{base}/dokumen",
        data={
            "csrf_token": token(page),
            "versi": hidden(page, "versi"),
            "paspor-status": "ada",
            "paspor-number": "X1234567",
            "paspor-expires_on-day": "1",
            "paspor-expires_on-month": "5",
            "paspor-expires_on-year": "2030",
        },
    )
    assert page.status_code == 302, page.text
    page = client.get(f"{base}/ringkasan")
    assert page.status_code == 200
    page = client.post(
        f"{base}/ajukan",
        data={"csrf_token": token(page), "tombol-versi": hidden(page, "tombol-versi")},
    )
    assert page.status_code == 302, page.text
    page = client.get(base)
    assert page.status_code == 200
    for path in (
        "/",
        "/keberangkatan",
        f"{base}/surat-izin",
        f"{base}/tanda-terima",
        f"{base}/warga",
    ):
        assert client.get(path).status_code == 200, path
    camat = sign_in(reviewer)
    for path in ("/", "/keberangkatan", "/periksa", base):
        assert camat.get(path).status_code == 200, path
    page = camat.get(base)
    assert nik not in page.text
    page = camat.post(
        f"/periksa/{departure.id}/verifikasi",
        data={"csrf_token": token(page), "tombol-versi": hidden(page, "tombol-versi")},
    )
    assert page.status_code == 302, page.text
    db.session.expire_all()
    assert db.session.get(Departure, departure.id).review_status is ReviewStatus.VERIFIED
