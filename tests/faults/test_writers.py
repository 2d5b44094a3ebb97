"""Four who save at once, through the pages: no error, and nothing lost."""

from threading import Thread

from sqlalchemy import func, select

from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures.models import Departure
from registry.departures.summary import storing
from registry.departures.summary.models import CountBlock
from registry.departures.summary.recounting import check
from registry.operating.beside import first_edited_beside_journal
from tests.factories import make_nik, make_user
from tests.page import hidden, token

WRITERS = 4
RECORDS_EACH = 8


def record_one(client, village):
    """A new person, and then where they live; answers the statuses of both saves."""
    nik = make_nik()
    start = client.get("/keberangkatan/baru")
    begun = {"csrf_token": token(start), "mulai": "1", "nik": nik, "name": "", "desa": village}
    page = client.post("/keberangkatan/baru/warga", data=begun)
    saved = client.post(
        "/keberangkatan/baru/warga",
        data={
            "csrf_token": token(page),
            "kunci": hidden(page, "kunci"),
            "nik": nik,
            "name": "Dewi Lestari",
            "versi": "",
        },
    )
    address = saved.location.split("/")[2]
    page = client.get(f"/keberangkatan/{address}/alamat")
    answers = {"csrf_token": token(page), "versi": hidden(page, "versi"), "rt": "3", "rw": "1"}
    return saved.status_code, client.post(
        f"/keberangkatan/{address}/alamat", data=answers
    ).status_code


def test_four_writers_save_without_an_error(app, sign_in, monkeypatch):
    monkeypatch.setattr(storing, "FOLD_AT", 10)  # folded often, while the others go on
    users = [make_user() for _ in range(WRITERS)]
    clients = [sign_in(user) for user in users]
    village = users[0].area_code
    db.session.remove()
    statuses, errors = [], []

    def write(client):
        with app.app_context():
            try:
                for _ in range(RECORDS_EACH):
                    statuses.extend(record_one(client, village))
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [Thread(target=write, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert statuses == [302] * (WRITERS * RECORDS_EACH * 2)
    count = db.session.scalar(select(func.count()).select_from(Departure))
    assert count == WRITERS * RECORDS_EACH
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None
    assert db.session.scalar(select(CountBlock.year).limit(1)) is not None
    assert check().differences == 0
