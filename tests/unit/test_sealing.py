"""Sealing: what was moved, altered or sealed under another key is refused, never read."""

import json
import os
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import create_app, sealing
from registry.ciphers import mark_of
from registry.config import UnsafeStart
from registry.db import db
from registry.departures.models import Departure, Resident, SealedText
from registry.sealing import Keyring, SealBroken, create_keyring, load_keyring
from tests.conftest import settings_for
from tests.factories import make_departure, make_nik, make_user

KEYRING = Keyring(b"d" * 32, b"i" * 32, b"j" * 32)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)
rows = st.integers(1, 10**9)


@given(texts, rows)
def test_any_text_comes_back_as_it_was(text, row):
    key, wrapped = KEYRING.new_person_key(row)
    sealed = key.seal(text, "resident", "nik", row)
    assert KEYRING.unwrap(wrapped, row).unseal(sealed, "resident", "nik", row) == text
    if len(text) > 3:
        assert text.encode() not in sealed


@given(st.text("0123456789", min_size=16, max_size=16), rows)
def test_the_same_number_never_looks_the_same_twice(nik, row):
    key, _ = KEYRING.new_person_key(row)
    first, second = (key.seal(nik, "resident", "nik", row) for _ in range(2))
    assert first != second


def test_what_lies_under_each_version_begins_as_it_always_did():
    """What was sealed years ago must still be read: these bytes stand in every database."""
    assert [mark_of(version) for version in (1, 2, 258)] == [
        b"\x01",
        b"\x02\x00\x02",
        b"\x02\x01\x02",
    ]
    sealed = KEYRING.seal(b"berkas", "pending_import", "file", "x")
    assert (sealed[:1], len(sealed)) == (b"\x01", 1 + 12 + len(b"berkas") + 16)


@given(rows, rows)
def test_a_value_moved_to_another_row_is_refused(row, other):
    key, _ = KEYRING.new_person_key(row)
    sealed = key.seal("1807015203980001", "resident", "nik", row)
    if row != other:
        with pytest.raises(SealBroken):
            key.unseal(sealed, "resident", "nik", other)


@pytest.mark.parametrize(
    ("table", "column"),
    [("resident", "family_card"), ("departure", "nik"), ("", ""), ("resident\x1fnik", "1")],
)
def test_a_value_moved_to_another_column_or_table_is_refused(table, column):
    key, _ = KEYRING.new_person_key(1)
    sealed = key.seal("1807015203980001", "resident", "nik", 1)
    with pytest.raises(SealBroken):
        key.unseal(sealed, table, column, 1)


@settings(max_examples=300)
@given(st.integers(0, 10**6), st.integers(0, 7))
def test_one_flipped_bit_is_refused(place, bit):
    key, _ = KEYRING.new_person_key(1)
    sealed = bytearray(key.seal("1807015203980001", "resident", "nik", 1))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(SealBroken):
        key.unseal(bytes(sealed), "resident", "nik", 1)


@given(st.integers(0, 60))
def test_a_value_cut_short_is_refused(length):
    key, _ = KEYRING.new_person_key(1)
    sealed = key.seal("1807015203980001", "resident", "nik", 1)
    if length < len(sealed):
        with pytest.raises(SealBroken):
            key.unseal(sealed[:length], "resident", "nik", 1)


def test_the_key_of_another_person_opens_nothing():
    key, wrapped = KEYRING.new_person_key(1)
    other, _ = KEYRING.new_person_key(1)
    sealed = key.seal("1807015203980001", "resident", "nik", 1)
    with pytest.raises(SealBroken):
        other.unseal(sealed, "resident", "nik", 1)
    with pytest.raises(SealBroken):
        KEYRING.unwrap(wrapped, 2)


def test_another_installation_opens_nothing():
    _, wrapped = KEYRING.new_person_key(1)
    sealed = KEYRING.seal(b"berkas", "pending_import", "file", "x")
    for other in (
        Keyring(b"e" * 32, KEYRING.index, KEYRING.journal),
        Keyring(KEYRING.data, KEYRING.index, KEYRING.journal, version=2),
    ):
        with pytest.raises(SealBroken):
            other.unwrap(wrapped, 1)
        with pytest.raises(SealBroken):
            other.unseal(sealed, "pending_import", "file", "x")


@given(texts, texts)
def test_a_blind_index_agrees_exactly_where_the_numbers_do(one, other):
    same = KEYRING.blind_index("nik", one) == KEYRING.blind_index("nik", other)
    assert same is (one == other)


@given(st.text("ABCX0123456789", min_size=1, max_size=12), st.integers(0, 12))
def test_the_number_of_a_paper_is_the_same_with_spaces_and_in_small_letters(number, place):
    typed = f" {number[:place]} {number[place:]}".lower()
    assert KEYRING.blind_index("document", typed) == KEYRING.blind_index("document", number)


@given(texts)
def test_a_blind_index_differs_by_kind_and_by_key(text):
    kinds = ("nik", "phone", "document")
    assert len({KEYRING.blind_index(kind, text) for kind in kinds}) == len(kinds)
    other = Keyring(KEYRING.data, b"k" * 32, KEYRING.journal)
    assert other.blind_index("nik", text) != KEYRING.blind_index("nik", text)


def test_the_fingerprint_tells_each_key_apart():
    others = [
        Keyring(b"x" * 32, KEYRING.index, KEYRING.journal),
        Keyring(KEYRING.data, b"x" * 32, KEYRING.journal),
        Keyring(KEYRING.data, KEYRING.index, b"x" * 32),
    ]
    prints = {keyring.fingerprint() for keyring in (KEYRING, *others)}
    assert len(prints) == 4
    for key in (KEYRING.data, KEYRING.index, KEYRING.journal):
        assert key.hex() not in KEYRING.fingerprint()


def test_the_key_file_is_readable_by_its_owner_only_and_never_overwritten(tmp_path):
    path = tmp_path / "kunci.json"
    made = create_keyring(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert load_keyring(path) == made
    with pytest.raises(FileExistsError):
        create_keyring(path)
    assert load_keyring(path) == made
    assert len({made.data, made.index, made.journal}) == 3


def test_two_installations_share_no_key(tmp_path):
    first, second = create_keyring(tmp_path / "a"), create_keyring(tmp_path / "b")
    keys = {key for ring in (first, second) for key in (ring.data, ring.index, ring.journal)}
    assert len(keys) == 6


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o444, 0o644, 0o620, 0o602])
def test_a_key_file_that_others_may_read_or_write_is_refused(tmp_path, mode):
    path = tmp_path / "kunci.json"
    create_keyring(path)
    path.chmod(mode)
    with pytest.raises(UnsafeStart, match="chmod 0400 kunci.json"):
        load_keyring(path)


def test_a_missing_key_file_is_refused(tmp_path):
    with pytest.raises(UnsafeStart, match="tidak ada"):
        load_keyring(tmp_path / "kunci.json")


GOOD = {"versi": 1, "data": "aa" * 32, "indeks": "bb" * 32, "jurnal": "cc" * 32}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        json.dumps({**GOOD, "data": "aa" * 31}),
        json.dumps({**GOOD, "data": "zz" * 32}),
        json.dumps({**GOOD, "data": None}),
        json.dumps({**GOOD, "data": 7}),
        json.dumps({**GOOD, "versi": "satu"}),
        json.dumps({name: value for name, value in GOOD.items() if name != "jurnal"}),
        b"\xff\xfe",
    ],
)
def test_a_broken_key_file_is_refused_and_its_keys_are_not_told(tmp_path, text):
    path = tmp_path / "kunci.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(0o400)
    with pytest.raises(UnsafeStart, match="rusak") as refused:
        load_keyring(path)
    assert "aa" * 8 not in str(refused.value)


def test_nothing_is_sealed_before_the_keys_are_loaded(monkeypatch):
    monkeypatch.setattr(sealing, "_active", None)
    with pytest.raises(UnsafeStart, match="belum dimuat"):
        sealing.keyring()


def test_without_a_key_file_no_application_is_made(settings, tmp_path):
    with pytest.raises(UnsafeStart, match="tidak ada"):
        create_app(settings_for(settings.database_url, tmp_path / "kunci.json"))


@pytest.mark.parametrize("column", ["nik_sealed", "phone_sealed", "family_card_sealed"])
def test_a_number_swapped_between_two_people_is_refused(app, column):
    operator = make_user()
    one, two = (make_departure(by=operator, nik=make_nik()).resident for _ in range(2))
    one.family_card = two.family_card = "1807010101010001"
    first, second = getattr(one, column), getattr(two, column)
    setattr(one, column, second)
    setattr(two, column, first)
    name = column.removesuffix("_sealed")
    for resident in (one, two):
        with pytest.raises(SealBroken):
            getattr(resident, name)
    db.session.rollback()


def test_a_person_whose_key_was_swapped_for_another_is_refused(app):
    operator = make_user()
    one, two = (make_departure(by=operator, nik=make_nik()).resident for _ in range(2))
    one.wrapped_key, one.nik_sealed = two.wrapped_key, two.nik_sealed
    one.__dict__.pop("person_key", None)
    with pytest.raises(SealBroken):
        _ = one.nik
    db.session.rollback()


def test_every_sealed_column_is_a_sealed_text_and_lies_unreadable(app):
    for model in (Resident, Departure):
        for column in model.__table__.columns:
            if column.name.endswith("_sealed"):
                name = column.name.removesuffix("_sealed")
                assert isinstance(getattr(model, name), SealedText), column.name
    nik, phone = make_nik(), "+6281299887766"
    resident = make_departure(by=make_user(), nik=nik, phone=phone).resident
    stored = resident.nik_sealed + resident.phone_sealed + resident.nik_index
    assert nik.encode() not in stored
    assert phone.encode() not in stored
    assert resident.nik_index == sealing.keyring().blind_index("nik", nik)


def test_an_emptied_number_leaves_neither_seal_nor_index(app):
    resident = make_departure(by=make_user(), nik=make_nik()).resident
    resident.nik = None
    assert (resident.nik_sealed, resident.nik_index) == (None, None)
    resident.nik = ""
    assert (resident.nik_sealed, resident.nik_index) == (None, None)
    db.session.rollback()


def test_files_of_this_process_are_for_its_owner_only(app, tmp_path):
    path = tmp_path / "baru"
    path.write_text("x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(os.stat(app.config["PAMIT"].keys_path).st_mode) == 0o400
