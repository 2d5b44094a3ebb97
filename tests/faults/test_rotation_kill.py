"""Killed at any step, a replacement of the keys loses nothing and goes on where it stood."""

import random
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from registry import create_app, sealing
from registry.audit.verify import verify_chain
from registry.config import UnsafeStart
from registry.db import db
from registry.departures.models import Resident
from registry.departures.queries import resident_with_nik
from registry.operating import renewing
from registry.operating.beside import first_edited_beside_journal
from registry.operating.checks import refuse_unsafe
from registry.regions.area import Area
from registry.sealing import SealBroken
from tests.factories import VILLAGE, make_departure, make_user
from tests.faults.processes import warm_process
from tests.operating.tools import with_own_keys

ROOT = Path(__file__).parents[2]
PEOPLE = 14
# Early steps are those of the files; a whole replacement of so few people has about fifty.
STEPS = [*range(12), *random.Random(4).choices(range(45), k=16)]


@pytest.fixture
def filled(settings, tmp_path, monkeypatch):
    """A database with some people under keys of its own, and their NIKs by id."""
    for name in ("_active", "_watched"):
        monkeypatch.setattr(sealing, name, getattr(sealing, name))
    own = with_own_keys(settings, tmp_path)
    app = create_app(own)
    with app.app_context():
        user = make_user()
        for _ in range(PEOPLE):
            make_departure(by=user, phone="+6281277334455")
        niks = {resident.id: resident.nik for resident in db.session.scalars(select(Resident))}
        db.session.remove()
        yield app, own, niks
        db.session.remove()
        db.engine.dispose()


@contextmanager
def rotator(settings, mode):
    """Gives a function that runs one replacement, killed after so many steps."""
    with warm_process("tests.faults.rotator", settings, mode) as process:

        def run(steps):
            process.stdin.write(f"{steps}\n")
            return process.stdout.readline().strip()

        yield run


def lost(settings, niks):
    """People whom a process that starts now could not read or find."""
    sealing.use_key_file(settings.keys_path)
    db.session.remove()
    missing = []
    for resident_id, nik in niks.items():
        try:
            found = resident_with_nik(Area(VILLAGE), nik)
            if found is None or (found.id, found.nik) != (resident_id, nik):
                missing.append(resident_id)
        except SealBroken:
            missing.append(resident_id)
    db.session.remove()
    return missing


def test_killed_at_any_step_everyone_is_readable_and_found(filled):
    app, settings, niks = filled
    said = []
    with rotator(settings, "honest") as run:
        for steps in STEPS:
            said.append(run(steps))
            assert lost(settings, niks) == []
            refuse_unsafe(app)
            assert first_edited_beside_journal() is None
            db.session.remove()
        assert said.count("dead") >= 20
        assert set(said) <= {"dead", "done"}
        assert run(10_000) == "done"
    assert lost(settings, niks) == []
    ring = sealing.keyring()
    assert ring.version > 1
    assert ring.older == ()
    assert renewing.people_left(ring) == 0
    assert [path.name for path in settings.keys_path.parent.glob("*kunci.json*")] == ["kunci.json"]
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None


def test_the_test_catches_keys_that_are_dropped_too_early(filled):
    app, settings, niks = filled
    with rotator(settings, "hasty") as run:
        assert run(20) == "dead"
    assert lost(settings, niks)
    with pytest.raises(UnsafeStart, match="bukan milik basis data ini"):
        refuse_unsafe(app)
