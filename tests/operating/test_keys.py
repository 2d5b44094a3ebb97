"""Keys are replaced while serving: nothing is lost, everything stays readable and is found."""

import contextvars
import json
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import select, update

from registry import create_app, sealing
from registry.accounts import kept_forms
from registry.accounts.models import KeptForm
from registry.accounts.roles import Role
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.config import UnsafeStart
from registry.db import db, now
from registry.departures import operations, queries
from registry.departures.flag_workflow import FlagAction
from registry.departures.models import Departure, Document, Resident
from registry.departures.operations import DocumentAnswer
from registry.enums import DocumentKind, DocumentStatus
from registry.flags.pattern_steps import standings, step_lines, take_pattern_step
from registry.flags.patterns import find_patterns
from registry.formatting import today
from registry.operating import renewing, rotation
from registry.operating.beside import first_edited_beside_journal
from registry.operating.checks import refuse_unsafe
from registry.reference.queries import load_reference
from registry.regions.area import Area
from tests.conftest import Client
from tests.factories import DISTRICT, VILLAGE, make_departure, make_nik, make_user
from tests.operating.tools import with_own_keys

PHONE = "+6281277334455"
PASSPORT = "C7741852"
LETTER = "470/0815/IZIN"


@pytest.fixture
def own(settings, tmp_path, monkeypatch):
    """An app whose keys may be replaced; the suite's own come back afterwards."""
    for name in ("_active", "_watched"):
        monkeypatch.setattr(sealing, name, getattr(sealing, name))
    monkeypatch.setattr(rotation, "SETTLE_SECONDS", 0.0)
    app = create_app(with_own_keys(settings, tmp_path))
    app.test_client_class = Client
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def command(app, *arguments):
    db.session.remove()
    return contextvars.Context().run(app.test_cli_runner().invoke, args=arguments)


def fill(people=5):
    """People with every number that is searched for, and one recruiter behind all of them."""
    user = make_user()
    for _ in range(people):
        departure = make_departure(by=user, phone=PHONE, recruiter_phone=PHONE)
        papers = {
            DocumentKind.PASSPORT: DocumentAnswer(DocumentStatus.PRESENT, PASSPORT),
            DocumentKind.FAMILY_PERMISSION: DocumentAnswer(DocumentStatus.PRESENT, LETTER),
        }
        operations.save_documents(departure, papers, by=user, seen_revision=departure.revision)
        db.session.commit()
    return user


def rotated(app):
    done = command(app, "keys", "rotate")
    assert done.exit_code == 0, done.output
    sealing.use_key_file(app.config["PAMIT"].keys_path)  # what a new process would know
    db.session.expire_all()
    return done


def niks():
    return [resident.nik for resident in db.session.scalars(select(Resident).order_by(Resident.id))]


def assert_all_is_found(wanted):
    area = Area(VILLAGE)
    assert niks() == wanted
    for nik in wanted:
        assert queries.resident_with_nik(area, nik).nik == nik
        assert [resident.nik for resident in queries.search_residents(area, nik)] == [nik]
    for number in (PHONE, PASSPORT):
        assert len(queries.search_residents(area, number)) == len(wanted)
    for document in db.session.scalars(select(Document).where(Document.number_sealed.is_not(None))):
        assert document.number in (PASSPORT, LETTER)


def test_after_a_rotation_everything_lies_under_new_keys_alone(own, tmp_path):
    fill()
    before, path = niks(), own.config["PAMIT"].keys_path
    old_ring, old_copy = sealing.keyring(), path.read_bytes()
    old_rows = db.session.execute(select(Resident.wrapped_key, Resident.nik_index)).all()
    said = rotated(own).output
    assert said.startswith("Kunci versi 2 berlaku")

    ring = sealing.keyring()
    assert (ring.version, ring.older, ring.journal) == (2, (), old_ring.journal)
    assert ring.data != old_ring.data
    assert ring.index != old_ring.index
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert_all_is_found(before)
    new_rows = db.session.execute(select(Resident.wrapped_key, Resident.nik_index)).all()
    for old, new in zip(old_rows, new_rows, strict=True):
        assert new.wrapped_key.startswith(b"\x02\x00\x02")
        assert old.nik_index != new.nik_index
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None
    events = list(db.session.scalars(select(JournalEntry.event).order_by(JournalEntry.seq)))
    assert events[-3:] == ["keys.rotation_begun", "keys.renewed", "keys.rotated"]
    db.session.remove()
    refuse_unsafe(own)
    assert command(own, "keys", "status").output.startswith("Kunci versi 2; tidak ada")

    path.unlink()
    path.write_bytes(old_copy)  # somebody puts the old file back
    path.chmod(0o400)
    with pytest.raises(UnsafeStart, match="bukan milik basis data ini"):
        refuse_unsafe(create_app(own.config["PAMIT"]))


def test_keys_can_be_replaced_again_and_again(own):
    fill(2)
    before = niks()
    for version in (2, 3):
        rotated(own)
        assert sealing.keyring().version == version
        assert_all_is_found(before)
    make_departure(by=make_user(), nik=(nik := make_nik()), phone=PHONE)
    assert queries.resident_with_nik(Area(VILLAGE), nik) is not None
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None


def test_who_serves_meanwhile_reads_writes_and_finds_throughout(own, monkeypatch):
    """Between two batches, a process that started before writes, searches and is not fooled."""
    user = fill(5)
    user_id, wanted = user.id, niks()
    monkeypatch.setattr(renewing, "BATCH", 2)
    renew, seen = renewing.renew_people, []

    def renew_and_serve(keyring):
        renewed = renew(keyring)
        seen.append(keyring.version)
        return renewed

    exclusively = rotation._exclusively

    def with_a_request_between(work):
        result = exclusively(work)
        db.session.expire_all()
        nik = make_nik()
        make_departure(by=db.session.get(type(user), user_id), nik=nik, phone=PHONE)
        departure = db.session.scalars(select(Departure).order_by(Departure.id.desc())).first()
        papers = {DocumentKind.PASSPORT: DocumentAnswer(DocumentStatus.PRESENT, PASSPORT)}
        operations.save_documents(
            departure,
            papers,
            by=db.session.get(type(user), user_id),
            seen_revision=departure.revision,
        )
        db.session.commit()
        wanted.append(nik)
        assert_all_is_found(wanted)
        with pytest.raises(operations.NikTaken):
            make_departure(by=db.session.get(type(user), user_id), nik=wanted[0])
        db.session.rollback()
        assert first_edited_beside_journal() is None
        db.session.rollback()
        return result

    monkeypatch.setattr(renewing, "renew_people", renew_and_serve)
    monkeypatch.setattr(rotation, "_exclusively", with_a_request_between)
    rotated(own)
    assert len(seen) >= 4
    assert_all_is_found(wanted)
    assert verify_chain().is_whole


def test_notes_on_patterns_and_kept_forms_are_sealed_anew_and_stay_with_their_pattern(own):
    fill(5)
    officer = make_user(role=Role.LABOUR_OFFICE)
    area, reference = Area(DISTRICT), load_reference()
    found = find_patterns(area, reference, today())
    assert len(found) > 1  # by phone, by letter
    for pattern in found:
        standing = standings(area, [pattern])[pattern.id]
        take_pattern_step(
            pattern,
            standing,
            FlagAction.NOTE,
            by=officer,
            seen_state=standing.state.value,
            note=f"Sudah dihubungi: {pattern.shared}",
        )
    kept = KeptForm(id="x", user_id=officer.id, path="/a", sealed=b"", expires_at=now())
    kept.sealed = sealing.keyring().seal(b"[]", *kept_forms.SEALED_AS, "x")
    db.session.add(kept)
    db.session.commit()
    addresses = {pattern.id for pattern in found}

    rotated(own)
    again = find_patterns(area, reference, today())
    assert not addresses & {pattern.id for pattern in again}
    assert len(again) == len(found)
    for pattern in again:
        (line,) = step_lines(standings(area, [pattern])[pattern.id])
        assert line.note == f"Sudah dihubungi: {pattern.shared}"
    sealed = db.session.scalar(select(KeptForm.sealed))
    assert sealing.keyring().unseal(sealed, *kept_forms.SEALED_AS, "x") == b"[]"


def test_a_record_edited_beside_the_journal_is_not_made_good_by_new_keys(own):
    fill(2)
    db.session.execute(update(Resident.__table__).where(Resident.id == 2).values(name="Orang Lain"))
    db.session.commit()
    refused = command(own, "keys", "rotate")
    assert refused.exit_code == 1
    assert refused.output.startswith("Gagal: Warga 2 diubah di luar jurnal")
    assert refused.output.count("\n") == 1
    db.session.expire_all()
    assert first_edited_beside_journal().subject_id == 2
    db.session.rollback()
    told = command(own, "keys", "status")
    assert told.exit_code == 1
    assert "belum selesai: 2 orang" in told.output


def test_a_second_rotation_at_the_same_time_is_refused(own):
    with rotation._alone(own.config["PAMIT"].instance_path):
        refused = command(own, "keys", "rotate")
    assert refused.output == "Gagal: Penggantian kunci lain sedang berjalan.\n"


def test_a_process_takes_over_only_keys_that_continue_its_own(own, caplog):
    path = own.config["PAMIT"].keys_path
    ours = sealing.keyring()
    content = json.loads(path.read_text())
    for foreign in (
        {**content, "versi": 2, "jurnal": "ab" * 32},
        {**content, "versi": 2, "data": "ab"},
    ):
        other = path.with_name("lain")
        other.write_text(json.dumps(foreign))
        other.replace(path)
        assert sealing.keyring() == ours
    path.unlink()
    assert sealing.keyring() == ours
    assert "bukan kelanjutan" in caplog.text
    assert "rusak" in caplog.text


@pytest.mark.parametrize(
    "older",
    [
        [{"versi": 1, "data": "aa" * 32}],
        [{"versi": 2, "data": "aa" * 32, "indeks": "bb" * 32}],
        [{"versi": 1, "data": "aa" * 31, "indeks": "bb" * 32}],
        ["satu"],
        7,
    ],
)
def test_a_half_key_file_does_not_start(own, older):
    path = own.config["PAMIT"].keys_path
    content = json.loads(path.read_text()) | {"versi": 2, "lama": older}
    path.unlink()
    path.write_text(json.dumps(content))
    with pytest.raises(UnsafeStart, match="Berkas kunci kunci.json rusak"):
        create_app(own.config["PAMIT"])


def test_a_database_in_the_middle_of_a_rotation_is_not_served_without_the_old_keys(own):
    fill(1)
    path = own.config["PAMIT"].keys_path
    ring = rotation._put_new_keys(path, sealing.load_keyring(path))
    sealing.use_key_file(path)
    rotation._note_begun(ring)
    refuse_unsafe(own)
    sealing.use_keyring(sealing.Keyring(ring.data, ring.index, ring.journal, ring.version))
    with pytest.raises(UnsafeStart, match="bukan milik basis data ini"):
        refuse_unsafe(own)


def test_everything_sealed_under_the_data_key_is_renewed():
    """Whoever seals something under the data key itself names it in `UNDER_DATA_KEY`."""
    root = Path(sealing.__file__).parent
    sealing_directly = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "keyring().seal(" in path.read_text()
    }
    renewed = {
        "accounts/kept_forms.py",
        "accounts/second_factor.py",
        "flags/pattern_steps.py",
        "workbooks/export_requests.py",
    }
    # An uploaded sheet waits in its page until it is confirmed, and is uploaded again else.
    assert sealing_directly == renewed | {"reference_pages/sheets.py"}
    assert len(renewing.UNDER_DATA_KEY) == len(renewed)


def test_only_the_owner_of_the_keys_replaces_them(own, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    refused = command(own, "keys", "rotate")
    assert refused.output.startswith("Gagal: Jalankan sebagai pemilik kunci.json")
