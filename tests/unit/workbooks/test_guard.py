"""The guard tells honest files from hostile ones before anything parses them."""

import contextlib
import functools
import io
import random
import stat
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.workbooks import guard
from registry.workbooks.guard import FileKind, FileRefused, check

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'


@functools.cache  # its bytes hold the time of making, and hypothesis wants the same each time
def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["NIK", "Nama"])
    book.active.append(["1807010101900001", "Siti"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(change: Callable[[dict[str, bytes]], None], method: int = 8) -> bytes:
    """The plain workbook with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(name: str, content: bytes = b"x") -> bytes:
    return repacked(lambda parts: parts.update({name: content}))


def without_part(name: str) -> bytes:
    return repacked(lambda parts: parts.pop(name) and None)


def with_directory_entry(position: int, value: bytes) -> bytes:
    """The plain workbook with bytes of its first directory entry changed."""
    data = bytearray(workbook())
    start = data.index(b"PK\x01\x02") + position
    data[start : start + len(value)] = value
    return bytes(data)


def with_local_header(position: int, value: bytes) -> bytes:
    """The plain workbook with bytes of the first part's own header changed."""
    data = workbook()
    return data[:position] + value + data[position + len(value) :]


def straddling(ahead: int) -> bytes:
    """A workbook with a trap of which so many bytes lie before the end of a piece of reading."""
    content = b"x" * (guard._PIECE - ahead) + b"<!DOCTYPE"
    return repacked(lambda parts: parts.update({"xl/comments1.xml": content}), zipfile.ZIP_STORED)


def with_long_names() -> bytes:
    names = [f"xl/{number}{'x' * 60_000}.bin" for number in range(5)]
    return repacked(lambda parts: parts.update(dict.fromkeys(names, b"x")))


def with_rest_behind_the_stream() -> bytes:
    """A workbook whose last part has bytes behind the end of its deflated stream."""
    content = b"<a/>" * 100
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    return _with_packed(packed + b"rest", content)


def with_stream_cut_short() -> bytes:
    """A workbook whose last part is unpacked whole, but never comes to its end."""
    content = b"<a/>" * 100
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return _with_packed(packer.compress(content) + packer.flush(zlib.Z_SYNC_FLUSH), content)


def with_broken_name() -> bytes:
    """A workbook with a part whose own header holds bytes that are no text."""
    data = with_part("docProps/café.xml", b"<a/>")
    return data.replace("café".encode(), b"caf\xff\xa9", 1)


def with_header_cut_by_the_end() -> bytes:
    """A workbook whose first part is said to begin one byte too near to the end for its header."""
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"PK\x03\x04" + b"x" * 25
    data = bytearray(out.getvalue())
    place = data.index(b"PK\x01\x02") + 42
    data[place : place + 4] = struct.pack("<L", len(data) - 29)
    return bytes(data)


def with_lying_count() -> bytes:
    """A workbook of too many parts whose directory says that there are five."""
    extra = {f"xl/media/{number}.png": b"x" for number in range(guard.MAX_PARTS)}
    data = repacked(lambda parts: parts.update(extra))
    return data[:-12] + struct.pack("<H", 5) + data[-10:]


def with_directory_of(size: int) -> bytes:
    """A workbook whose directory takes so many bytes."""
    present = struct.unpack("<L", workbook()[-10:-6])[0]
    left, extra = size - present, {}
    while left:
        entry = left if left <= 60_000 else min(60_000, left - 100)
        name = f"xl/{len(extra)}".ljust(entry - 46, "x")
        extra[name], left = b"x", left - entry
    return repacked(lambda parts: parts.update(extra))


def _with_packed(packed: bytes, content: bytes) -> bytes:
    """The plain workbook and a part of these packed bytes, honest in all that headers say."""
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/more.bin", packed)
    data = bytearray(out.getvalue())
    sizes = struct.pack("<LLL", zlib.crc32(content), len(packed), len(content))
    local = data.rindex(b"PK\x03\x04")
    listed = data.rindex(b"PK\x01\x02")
    data[local + 8 : local + 10] = data[listed + 10 : listed + 12] = struct.pack("<H", 8)
    data[local + 14 : local + 26] = data[listed + 16 : listed + 28] = sizes
    return bytes(data)


def refusal(data: bytes, filename: str = "data.xlsx") -> str:
    with pytest.raises(FileRefused) as caught:
        check(data, filename)
    return caught.value.message


def test_a_plain_workbook_passes() -> None:
    assert check(workbook(), "Data Desa.XLSX") is FileKind.XLSX


def test_content_decides_when_the_ending_is_wrong() -> None:
    assert check(workbook(), "data.xls") is FileKind.XLSX
    old = COMPOUND + "Workbook".encode("utf-16-le")
    assert check(old, "data.xlsx") is FileKind.XLS
    assert check(COMPOUND + "Book".encode("utf-16-le"), "data.xls") is FileKind.XLS


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_unusual_but_honest_workbook_passes(method: int) -> None:
    honest = {
        "docProps/café.xml": b"<a/>",
        "customXml/item1.xml": DOCTYPE,
        "xl/media/picture.png": bytes(guard.SMALL_PART_BYTES),
        "docProps/": b"",
        "xl/worksheets/_rels/sheet1.xml.rels": b"<a/>",
        **{f"xl/worksheets/extra{n}.xml": b"<a/>" for n in range(guard.MAX_SHEETS - 1)},
    }
    out = io.BytesIO(repacked(lambda parts: parts.update(honest), method))
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"x" * 65_535
        dated = zipfile.ZipInfo("xl/dated.xml")
        dated.extra = struct.pack("<HHBL", 0x5455, 5, 1, 0)  # as other programs note the time
        dated.compress_type = method
        archive.writestr(dated, "<a/>")
    assert check(out.getvalue(), "data.xlsx") is FileKind.XLSX


def test_exactly_as_many_parts_as_are_allowed_pass() -> None:
    present = len(zipfile.ZipFile(io.BytesIO(workbook())).namelist())
    for count, is_read in ((guard.MAX_PARTS, True), (guard.MAX_PARTS + 1, False)):
        extra = {f"xl/media/{number}.xml": b"<a/>" for number in range(count - present)}
        data = repacked(lambda parts, extra=extra: parts.update(extra))
        if is_read:
            assert check(data, "data.xlsx") is FileKind.XLSX
        else:
            assert refusal(data) == guard.TOO_HEAVY


def test_an_open_document_passes() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<a/>")
        archive.writestr("Configurations2/", "")
        archive.writestr("META-INF/manifest.xml", "<m/>")
    assert check(out.getvalue(), "data.ods") is FileKind.ODS


@pytest.mark.parametrize(
    "data",
    [
        b"NIK;Nama\n1;a",
        "NIK;Nama\n1;a".encode("utf-16"),
        *((b"a" * 99_999 + end) * 3 for end in (b"\n", b"\r")),
    ],
)
def test_a_text_passes_as_csv(data: bytes) -> None:
    assert check(data, "data.csv") is FileKind.CSV


@pytest.mark.parametrize(
    ("data", "filename", "message"),
    [
        (b"", "data.xlsx", guard.EMPTY),
        (b" \r\n", "data.csv", guard.EMPTY),
        (b"NIK;Nama", "data.xlsx", guard.NOT_A_WORKBOOK),
        (workbook(), "data.xlsm", guard.WRONG_KIND),
        (workbook(), "data", guard.WRONG_KIND),
        (b"%PDF-1.7\n\0", "data.csv", guard.NOT_TEXT),
        (b"a" * 250_000, "data.csv", guard.LONG_LINE),
        (b"\n<HTML><table>", "data.xls", guard.WEB_PAGE),
        (b"\xef\xbb\xbf<!DOCTYPE html><table>", "data.xls", guard.WEB_PAGE),
        (b"a;b\n" + b"a" * 200_000, "data.csv", guard.LONG_LINE),
        (b"a" * 100_000 + b"\nb", "data.csv", guard.LONG_LINE),
        (COMPOUND, "data.xls", guard.NOT_A_WORKBOOK),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "data.xlsx", guard.LOCKED),
        (COMPOUND + "Workbook_VBA_PROJECT".encode("utf-16-le"), "data.xls", guard.MACROS),
    ],
)
def test_what_is_no_workbook_is_told_what_it_is(data: bytes, filename: str, message: str) -> None:
    assert refusal(data, filename) == message


def test_a_file_above_the_size_is_told_the_size() -> None:
    assert "10 MB" in refusal(bytes(guard.MAX_BYTES) + b"a")
    assert check(workbook(), "a.xlsx", max_bytes=len(workbook())) is FileKind.XLSX


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (with_part("xl/vbaProject.bin"), guard.MACROS),
        (with_part("xl/externalLinks/externalLink1.xml"), guard.LINKED),
        (with_part("XL/WORKBOOK.XML"), guard.UNSAFE),
        (with_part("Basic/Standard/Module1.xml"), guard.MACROS),
        (with_part("Scripts/python/a.py"), guard.MACROS),
        (with_part("../evil.xml"), guard.UNSAFE),
        (with_part("xl/./evil.xml"), guard.UNSAFE),
        (with_part("xl//evil.xml"), guard.UNSAFE),
        (with_part("/etc/evil.xml"), guard.UNSAFE),
        (with_part("xl\\evil.xml"), guard.UNSAFE),
        (with_part("C:/evil.xml"), guard.UNSAFE),
        (without_part("xl/workbook.xml"), guard.NOT_A_WORKBOOK),
        (without_part("[Content_Types].xml"), guard.NOT_A_WORKBOOK),
        (repacked(lambda parts: None, zipfile.ZIP_BZIP2), guard.UNSAFE),
        (with_part("xl/comments1.xml", DOCTYPE), guard.UNSAFE),
        (with_part("xl/comments1.xml", b"x" * 70_000 + DOCTYPE), guard.UNSAFE),
        (with_part("xl/comments1.xml", "<a/>".encode("utf-16")), guard.UNSAFE),
        (with_part("xl/comments1.xml", b'<!ENTITY a "aaaa">'), guard.UNSAFE),
        (with_part("xl/_rels/a.rels", DOCTYPE), guard.UNSAFE),
        (with_part("xl/a.rdf", DOCTYPE), guard.UNSAFE),
        *((straddling(ahead), guard.UNSAFE) for ahead in range(1, 9)),
        (with_part("xl/a.xml", bytes(b"x" * (guard.SMALL_PART_BYTES + 1))), guard.TOO_HEAVY),
        (with_long_names(), guard.TOO_HEAVY),
        (with_rest_behind_the_stream(), guard.UNSAFE),
        (with_stream_cut_short(), guard.BROKEN),
        (with_local_header(6, b"\x01"), guard.LOCKED),
        (with_local_header(8, b"\0"), guard.UNSAFE),
        (with_local_header(0, b"XX"), guard.NOT_A_WORKBOOK),
        (with_part("xl/media/image1.png", bytes(6_000_000)), guard.TOO_HEAVY),
        (b"MZ" + workbook(), guard.NOT_A_WORKBOOK),
        (workbook() + b"junk", guard.UNSAFE),
        (workbook() + workbook(), guard.UNSAFE),
        (workbook()[:-30], guard.BROKEN),
        (with_directory_entry(8, b"\x01"), guard.LOCKED),
        (with_directory_entry(16, b"\0\0\0\0"), guard.BROKEN),
        (with_directory_entry(24, struct.pack("<L", 400_000_000)), guard.TOO_HEAVY),
        (with_directory_entry(24, struct.pack("<L", 5)), guard.UNSAFE),
        (with_directory_entry(24, struct.pack("<L", 50_000)), guard.BROKEN),
        (with_directory_entry(46, b"X"), guard.UNSAFE),
        (with_directory_entry(0, b"XX"), guard.BROKEN),
        (with_directory_entry(20, struct.pack("<L", 100_000_000)), guard.BROKEN),
        (with_directory_entry(42, struct.pack("<L", 5)), guard.BROKEN),
        (with_directory_entry(42, struct.pack("<L", 100_000_000)), guard.BROKEN),
        (workbook()[:-1], guard.BROKEN),
        (with_broken_name(), guard.UNSAFE),
        (with_header_cut_by_the_end(), guard.BROKEN),
        (with_lying_count(), guard.TOO_HEAVY),
    ],
)
def test_a_hostile_archive_is_refused(data: bytes, message: str) -> None:
    assert refusal(data) == message


def test_the_limits_are_those_that_were_decided() -> None:
    """Sizes and rows of the contract, section 5; the others as large as real workbooks need."""
    assert (guard.MAX_BYTES, guard.MAX_ROWS) == (10_000_000, 50_000)
    assert (guard.MAX_PARTS, guard.MAX_SHEETS, guard.MAX_DIRECTORY_BYTES) == (500, 50, 256_000)
    assert (guard.MAX_UNPACKED_TIMES, guard.MAX_PART_TIMES) == (25, 100)
    assert (guard.SMALL_PART_BYTES, guard._PIECE) == (5_000_000, 65_536)
    assert (guard.LAST_ROW, guard.LAST_COLUMN, guard.MAX_COLUMNS) == (1_048_576, 16_384, 300)
    assert (guard.MAX_CSV_LINE_BYTES, guard.MAX_CELL_TEXT) == (100_000, 10_000)
    assert (guard.HEADING_ROWS, guard.MAX_EMPTY_ROWS) == (30, 1_000)


def test_a_directory_may_be_as_large_as_is_allowed_to_the_byte() -> None:
    assert check(with_directory_of(guard.MAX_DIRECTORY_BYTES), "data.xlsx") is FileKind.XLSX
    assert refusal(with_directory_of(guard.MAX_DIRECTORY_BYTES + 1)) == guard.TOO_HEAVY


def test_a_limit_of_another_size_is_told_with_its_comma() -> None:
    with pytest.raises(FileRefused, match="lebih besar dari 1,5 MB"):
        check(bytes(1_500_001) + b"a", "data.xlsx", max_bytes=1_500_000)


@pytest.mark.parametrize(
    ("ahead", "message"), [(1_995, guard.WEB_PAGE), (1_996, guard.NOT_A_WORKBOOK)]
)
def test_a_web_page_is_known_by_its_first_two_thousand_bytes(ahead: int, message: str) -> None:
    assert refusal(b" " * ahead + b"<html>", "data.xls") == message


def test_a_part_of_a_foreign_name_changes_nothing() -> None:
    ods = b"application/vnd.oasis.opendocument.spreadsheet"
    for name, content in (
        ("content.xml", b"<a/>"),
        ("mimetype", ods),
        ("xl/comments1.xml", b"<a>encryption-data</a>"),
    ):
        assert check(with_part(name, content), "data.xlsx") is FileKind.XLSX


def test_a_name_in_the_letters_of_an_old_program_is_read() -> None:
    data = with_part("docProps/cafX.xml", b"<a/>").replace(b"cafX", b"caf\x82")
    assert check(data, "data.xlsx") is FileKind.XLSX
    locked = bytearray(data)
    locked[data.index(b"docProps/caf\x82") - 30 + 6] |= 1  # flags of the part's own header
    assert refusal(bytes(locked)) == guard.LOCKED


def test_a_workbook_of_its_three_needed_parts_alone_passes() -> None:
    needed = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in needed:
            archive.writestr(name, "<a/>")
    assert check(out.getvalue(), "data.xlsx") is FileKind.XLSX


def test_a_part_is_never_unpacked_whole() -> None:
    """Most of it shrinks to a thousandth, the rest not at all: as dense as a part may be."""
    content = bytes(60_000_000) + random.Random(1).randbytes(600_000)
    data = with_part("xl/media/picture.png", content)
    tracemalloc.start()
    try:
        check(data, "data.xlsx")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 5_000_000


def test_a_symbolic_link_is_refused() -> None:
    out = io.BytesIO(workbook())
    link = zipfile.ZipInfo("xl/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(link, "target")
    assert refusal(out.getvalue()) == guard.UNSAFE


def test_the_same_part_twice_is_refused() -> None:
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert refusal(out.getvalue()) == guard.UNSAFE


@pytest.mark.parametrize(
    ("folder", "count", "message"),
    [
        ("xl/worksheets/extra", guard.MAX_SHEETS, guard.TOO_MANY_SHEETS),
        ("xl/media/picture", guard.MAX_PARTS, guard.TOO_HEAVY),
    ],
)
def test_too_many_parts_are_refused(folder: str, count: int, message: str) -> None:
    extra = {f"{folder}{number}.xml": b"<a/>" for number in range(count)}
    assert refusal(repacked(lambda parts: parts.update(extra))) == message


def test_an_encrypted_open_document_is_told_apart() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "secret")
        archive.writestr("META-INF/manifest.xml", "<m><manifest:encryption-data/></m>")
    assert refusal(out.getvalue(), "data.ods") == guard.LOCKED


def test_the_unpacked_size_is_known_beforehand() -> None:
    sizes = zipfile.ZipFile(io.BytesIO(workbook())).infolist()
    assert guard.unpacked_size(workbook(), FileKind.XLSX) == sum(part.file_size for part in sizes)
    for kind in (FileKind.XLS, FileKind.CSV):
        assert guard.unpacked_size(b"NIK;Nama\n", kind) == 45


def test_all_parts_together_are_bounded_by_the_size_that_a_file_may_have() -> None:
    data = repacked(lambda parts: parts.update({f"xl/{n}.bin": bytes(500_000) for n in range(5)}))
    with pytest.raises(FileRefused, match="terlalu besar atau terlalu rumit"):
        check(data, "data.xlsx", max_bytes=100_000)
    assert check(data, "data.xlsx", max_bytes=102_000) is FileKind.XLSX
    assert guard.unpacked_size(data, FileKind.XLSX) > guard.MAX_UNPACKED_TIMES * 100_000
    allowed = guard.MAX_UNPACKED_TIMES * 102_000
    rest = allowed - guard.unpacked_size(data, FileKind.XLSX)
    for more, is_read in ((0, True), (1, False)):
        sizes = [500_000] * 5 + [rest + more]
        exact = repacked(
            lambda parts, sizes=sizes: parts.update(
                {f"xl/{n}.bin": bytes(size) for n, size in enumerate(sizes)}
            )
        )
        if is_read:
            assert guard.unpacked_size(exact, FileKind.XLSX) == allowed
            assert check(exact, "data.xlsx", max_bytes=102_000) is FileKind.XLSX
        else:
            with pytest.raises(FileRefused, match="terlalu besar atau terlalu rumit"):
                check(exact, "data.xlsx", max_bytes=102_000)


def test_a_package_of_another_kind_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<a/>")
    assert refusal(out.getvalue(), "data.ods") == guard.NOT_A_WORKBOOK


@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_but_never_breaks_the_guard(
    data: st.DataObject,
) -> None:
    whole = bytearray(workbook())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for damaged in (bytes(whole), bytes(whole[:cut])):
        with contextlib.suppress(FileRefused):
            check(damaged, "data.xlsx")
