"""What was sealed and chained years ago: these bytes stand in databases, and must be read for ever.

A change that seals and reads alike in another way would go unseen by every other test.
"""

import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry import sealing
from registry.audit import log, verify
from registry.ciphers import SealBroken
from registry.config import UnsafeStart
from registry.sealing import Generation, Keyring, PersonKey, create_keyring, load_keyring

KEYRING = Keyring(b"d" * 32, b"i" * 32, b"j" * 32)
LATER = Keyring(b"e" * 32, b"k" * 32, b"j" * 32, 2, (Generation(b"d" * 32, b"i" * 32, 1),))
PERSON = PersonKey(b"p" * 32)
NONCE = "000102030405060708090a0b"
NIK = bytes.fromhex(f"01{NONCE}7324eb324412f73e18fab5f52476620c4eede40214a97dc9b6432baf1519c830")
WRAPPED = bytes.fromhex(
    f"01{NONCE}3af90803fa3bf7dda9374b279d57bddc6de680d28debef56"
    "5a3dd93b0a7ac30aed4ead1ef325c27bc49a48b2dc4f4ef9"
)
FILE = bytes.fromhex(f"01{NONCE}28ec0a18eb3836fb4368c6ca8e078d81ea5feefc0c37")
LATER_FILE = bytes.fromhex(f"020002{NONCE}1554a6e3f3c32a21184e153db5fbf2c74e9e64d4f913")
CHANGES = bytes.fromhex(
    f"01{NONCE}393eba274e03993d04e9be903866705fadde8e6718074e1d"
    "67b8a886098b2b423b26c5d4db531cff0a96ae29d2399f80"
)
ENTRY = {
    "seq": 3,
    "at": datetime(2026, 11, 24, 3, 0, 0, 5, tzinfo=UTC),
    "event": "list.seen",
    "actor": "siti",
    "role": "operator",
    "area_code": "1807012001",
    "detail": {"nomor": "é", "id": [1]},
    "values_digest": bytes(32),
    "previous": b"\x01" * 32,
}
LINK = bytes.fromhex("f0e4e9198e54bbe594d702a4cb2ce7bb885e3923ec4c9fced7b7c79206c8aeb9")


@pytest.fixture
def ours() -> Iterator[None]:
    before = sealing._active, sealing._watched
    sealing.use_keyring(KEYRING)
    sealing._watched = None
    yield
    sealing._active, sealing._watched = before


def test_a_number_and_the_key_of_a_person_are_read() -> None:
    assert PERSON.unseal(NIK, "resident", "nik", 7) == "1807015203980001"
    assert KEYRING.unwrap(WRAPPED, 7) == PERSON


def test_what_lies_under_either_generation_is_read() -> None:
    for ring in (KEYRING, LATER):
        assert ring.unseal(FILE, "pending_import", "file", "x") == b"berkas"
    assert LATER.unseal(LATER_FILE, "pending_import", "file", "x") == b"berkas"
    with pytest.raises(SealBroken, match="rusak atau dipindahkan"):
        KEYRING.unseal(LATER_FILE, "pending_import", "file", "x")


def test_a_number_is_found_under_the_index_of_either_generation() -> None:
    nik = bytes.fromhex("1c3b911bc41cfbbb12aea2cee3b2c898")
    assert KEYRING.blind_index("nik", "1807015203980001") == nik
    assert LATER.blind_indexes("nik", "1807015203980001")[1] == nik
    paper = bytes.fromhex("0ea319908cd3d13a71e83b98ee36663e")
    assert KEYRING.blind_index("document", " x 77a") == paper


def test_what_is_counted_and_chained_keeps_its_digest() -> None:
    slow = bytes.fromhex("272effdf0e35e04cbfffced51357015f")
    assert KEYRING.lasting_digest("slow:sign-in", "siti") == slow
    assert KEYRING.chain(b"pesan").hex() == (
        "d470cda303004051b9d1309a24b15034430d932b3bce7b5d0087624f2710b912"
    )


def test_a_database_knows_its_keys_again() -> None:
    checks = [
        "2bccccc095b5a15ea37457353c66103ed0101811d991648448e5e1043132be5e",
        "e2cfd9b2e27c0edad8a72ffc6364257441cad17ee944e451603be0566765fe46",
    ]
    assert [KEYRING.fingerprint(), LATER.fingerprint()] == checks
    assert LATER.opens(" ".join(checks))
    assert not KEYRING.opens(" ".join(checks))


def test_a_change_in_the_journal_is_read_and_still_sealed_alike(
    ours: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {"b": ["é", None], "a": [1, 2]}
    assert log.unseal_changes(PERSON, CHANGES, "resident", 7, 3) == changes
    monkeypatch.setattr(os, "urandom", lambda count: bytes(range(count)))
    assert log.seal_changes(PERSON, changes, "resident", 7, 3) == CHANGES


def test_an_entry_and_its_values_keep_their_link(ours: None) -> None:
    assert log.link_of(ENTRY) == LINK
    value = ("resident", 7, 7, 2, b"\x02" * 32, None)
    values = [dict(zip(log.VALUE_COLUMNS, (0, *value), strict=True))]
    assert log.digest_of_values(values).hex() == (
        "ed03c578cf8c9cc76bb2fc202bec5fc965d5fa4657f2bdd886ca2045031fd45e"
    )


@pytest.mark.parametrize(
    ("at", "detail", "holds"),
    [
        ("2026-11-24 03:00:00.000005", '{"id": [1], "nomor": "é"}', True),
        ("2026-11-24 03:00:00.000005", '{"nomor":"\\u00e9","id":[1]}', True),
        (ENTRY["at"].replace(tzinfo=None), '{"id": [1], "nomor": "é"}', True),
        ("2026-11-24 03:00:00.000006", '{"id": [1], "nomor": "é"}', False),
        ("2026-11-24 03:00:00.000005", '{"id": [2], "nomor": "é"}', False),
        ("2026-11-24 03:00:00.000005", '{"id": [1]', False),
        (None, '{"id": [1], "nomor": "é"}', False),
    ],
)
def test_an_entry_holds_in_whatever_order_its_facts_were_stored(
    at: object, detail: str, holds: bool
) -> None:
    row = {**ENTRY, "at": at, "detail": detail}
    said = [row[name] for name in log.ENTRY_COLUMNS]
    assert verify._is_linked(said, LINK, b"\x01" * 32, KEYRING.chain) is holds


# The key file


def test_the_keys_are_on_the_disk_before_anything_is_sealed_under_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen, right = tmp_path / "kunci.json", [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (seen.append(path.read_text()), right(handle)))
    create_keyring(path)
    assert seen == [path.read_text()]
    content = json.loads(path.read_text())
    assert path.read_text() == json.dumps(content, indent=1) + "\n"  # a key a line, to copy by hand


def test_the_key_file_is_closed_to_others_whatever_the_process_allows(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_keyring(tmp_path / "kunci.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "kunci.json").stat().st_mode) == 0o400


@pytest.mark.parametrize("version", [-1, 70_000, 10**30])
def test_a_version_that_no_seal_can_carry_is_refused(tmp_path: Path, version: int) -> None:
    path = tmp_path / "kunci.json"
    create_keyring(path)
    content = json.loads(path.read_text()) | {"versi": version}
    path.unlink()
    path.write_text(json.dumps(content))
    path.chmod(0o400)
    with pytest.raises(UnsafeStart, match="rusak"):
        load_keyring(path)


def test_a_key_file_that_was_only_touched_is_no_other_file(
    ours: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "kunci.json"
    made = create_keyring(path)
    sealing.use_key_file(path)
    path.rename(path.with_name("lain"))
    path.write_bytes(path.with_name("lain").read_bytes())
    path.chmod(0o400)
    assert sealing.keyring() == made
    assert caplog.text == ""
