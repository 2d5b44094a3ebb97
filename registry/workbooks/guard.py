"""The guard in front of the spreadsheet reader: looks at a file's bytes before anything parses it.

It trusts neither name nor directory of the file. Every part of a workbook is unpacked here once,
piece by piece and within its declared size, so that the parser only ever meets honest archives.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum

MEGABYTE = 1_000_000

# The limits, in one place. A real workbook of office data unpacks to 10 to 15 times its size (an
# export of 50,000 rows: 8 to 20 times), a bomb to 400 to 1,000 times.
MAX_BYTES = 10 * MEGABYTE
MAX_PARTS = 500
MAX_SHEETS = 50
MAX_DIRECTORY_BYTES = 256_000
MAX_UNPACKED_TIMES = 25  # all parts together, times the largest size allowed for the file
MAX_PART_TIMES = 100  # one part, times its own packed size, once it is not small
SMALL_PART_BYTES = 5 * MEGABYTE
MAX_CSV_LINE_BYTES = 100_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of Excel itself
MAX_ROWS = 50_000
MAX_COLUMNS = 300
MAX_CELL_TEXT = 10_000
HEADING_ROWS = 30  # the heading stands within the first so many rows
MAX_EMPTY_ROWS = 1_000  # one after the other

AGAIN = "Buka di Excel, simpan ulang sebagai .xlsx, lalu unggah lagi."
EMPTY = "Berkas ini kosong. Pilih berkas yang berisi data, lalu unggah lagi."
WRONG_KIND = "Hanya berkas .xlsx, .xls, .ods, atau .csv yang dapat dibaca. " + AGAIN
NOT_A_WORKBOOK = "Berkas ini bukan buku kerja Excel. Simpan ulang sebagai .xlsx, lalu unggah lagi."
WEB_PAGE = "Berkas ini halaman web yang diberi nama seperti buku kerja. " + AGAIN
NOT_TEXT = "Berkas .csv ini bukan teks. " + AGAIN
LONG_LINE = "Berkas .csv ini berisi baris yang terlalu panjang, jadi bukan tabel data. " + AGAIN
BROKEN = "Berkas ini rusak atau tidak utuh. " + AGAIN
LOCKED = "Berkas ini terkunci kata sandi. Hapus kata sandinya di Excel, simpan, lalu unggah lagi."
MACROS = "Berkas ini berisi makro. Simpan ulang sebagai .xlsx tanpa makro, lalu unggah lagi."
LINKED = (
    "Berkas ini menaut ke buku kerja lain. Salin datanya sebagai nilai ke buku kerja baru, "
    "simpan sebagai .xlsx, lalu unggah lagi."
)
UNSAFE = "Susunan berkas ini tidak lazim dan tidak aman dibaca. " + AGAIN
TOO_MANY_SHEETS = (
    f"Buku kerja ini berisi lebih dari {MAX_SHEETS} lembar. Salin lembar datanya saja ke buku "
    "kerja baru, simpan sebagai .xlsx, lalu unggah lagi."
)
TOO_HEAVY = (
    "Berkas ini terlalu besar atau terlalu rumit untuk dibaca. Salin hanya tabel datanya ke buku "
    "kerja baru, simpan sebagai .xlsx, lalu unggah lagi."
)

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_PART, _ZIP_END = b"PK\x03\x04", b"PK\x05\x06"
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PIECE = 1 << 16


class FileKind(StrEnum):
    """The kinds of file that the reader can read."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"


class FileRefused(Exception):
    """A file that is not read, with one sentence for the person who sent it."""

    @property
    def message(self) -> str:
        return str(self)


def check(data: bytes, filename: str, *, max_bytes: int = MAX_BYTES) -> FileKind:
    """The kind of the file, judged by its content, or FileRefused."""
    extension = filename.rpartition(".")[2].casefold()
    if not data.strip():
        raise FileRefused(EMPTY)
    if len(data) > max_bytes:
        limit = f"{max_bytes / MEGABYTE:g}".replace(".", ",")
        raise FileRefused(
            f"Berkas ini lebih besar dari {limit} MB. Bagi menjadi beberapa berkas, "
            "lalu unggah satu per satu."
        )
    if extension not in list(FileKind):
        raise FileRefused(WRONG_KIND)
    if data.startswith(_COMPOUND_FILE):
        return _check_compound_file(data)
    if data.startswith(_ZIP_PART):
        return _check_zip(data, max_bytes)
    if data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype html")):
        raise FileRefused(WEB_PAGE)
    if extension != FileKind.CSV:
        raise FileRefused(NOT_A_WORKBOOK)
    return _check_csv(data)


def unpacked_size(data: bytes, kind: FileKind) -> int:
    """How many bytes the reader will have to go through, for a file that passed `check`."""
    if kind in (FileKind.XLS, FileKind.CSV):
        return 5 * len(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(part.file_size for part in archive.infolist())


def _check_csv(data: bytes) -> FileKind:
    if not data.startswith(_UTF16) and b"\0" in data:
        raise FileRefused(NOT_TEXT)
    for start in range(0, len(data) - MAX_CSV_LINE_BYTES, MAX_CSV_LINE_BYTES):
        window = data[start : start + MAX_CSV_LINE_BYTES]
        if b"\n" not in window and b"\r" not in window:
            raise FileRefused(LONG_LINE)
    return FileKind.CSV


def _check_compound_file(data: bytes) -> FileKind:
    """An old workbook, or the envelope that Excel puts around an encrypted new one."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise FileRefused(LOCKED)
    if not (has("Workbook") or has("Book")):
        raise FileRefused(NOT_A_WORKBOOK)
    if has("_VBA_PROJECT"):
        raise FileRefused(MACROS)
    return FileKind.XLS


def _check_zip(data: bytes, max_bytes: int) -> FileKind:
    _check_directory_place(data)
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FileRefused(BROKEN) from error
    _check_directory(parts, max_bytes)
    kind = _kind_of_package(data, parts)
    _check_names(parts)
    for part in parts:
        _check_content(data, part)
    return kind


def _check_directory_place(data: bytes) -> None:
    """The directory ends the file, follows the parts without a gap, and is small: no second
    archive, program or rubbish before or behind, no room for readers to disagree."""
    ahead, found, behind = data.rpartition(_ZIP_END)
    if not found or len(behind) < 18:
        raise FileRefused(BROKEN)
    count, size, offset, comment = struct.unpack("<6xHLLH", behind[:18])
    if count > MAX_PARTS or size > MAX_DIRECTORY_BYTES:
        raise FileRefused(TOO_HEAVY)
    if 18 + comment != len(behind) or offset + size != len(ahead):
        raise FileRefused(UNSAFE)


def _check_directory(parts: list[zipfile.ZipInfo], max_bytes: int) -> None:
    if len(parts) > MAX_PARTS:
        raise FileRefused(TOO_HEAVY)
    if sum(part.file_size for part in parts) > MAX_UNPACKED_TIMES * max_bytes:
        raise FileRefused(TOO_HEAVY)
    for part in parts:
        allowed = max(SMALL_PART_BYTES, MAX_PART_TIMES * part.compress_size)
        if part.file_size > allowed:
            raise FileRefused(TOO_HEAVY)
        if part.flag_bits & 0x1:
            raise FileRefused(LOCKED)
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused(UNSAFE)
        if stat.S_ISLNK(part.external_attr >> 16):
            raise FileRefused(UNSAFE)


def _check_names(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.orig_filename for part in parts]
    if len({name.casefold() for name in names}) != len(names):
        raise FileRefused(UNSAFE)
    for name in names:
        if set(name) & set("\\:\0") or {"", "..", "."} & set(name.removesuffix("/").split("/")):
            raise FileRefused(UNSAFE)
    lowered = [name.casefold() for name in names]
    if any("vbaproject" in name or name.startswith(("basic/", "scripts/")) for name in lowered):
        raise FileRefused(MACROS)
    if any("externallink" in name for name in lowered):
        raise FileRefused(LINKED)
    if sum(name.startswith("xl/worksheets/") and "/_rels/" not in name for name in lowered) > (
        MAX_SHEETS
    ):
        raise FileRefused(TOO_MANY_SHEETS)


def _kind_of_package(data: bytes, parts: list[zipfile.ZipInfo]) -> FileKind:
    by_name = {part.filename: part for part in parts}
    if "mimetype" in by_name and "content.xml" in by_name:
        declared = b"".join(_unpacked(data, by_name["mimetype"]))
        if declared.startswith(_ODS_TYPE):
            return FileKind.ODS
    needed = {"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"}
    if not needed <= by_name.keys():
        raise FileRefused(NOT_A_WORKBOOK)
    return FileKind.XLSX


def _check_content(data: bytes, part: zipfile.ZipInfo) -> None:
    """Unpack one part to see that it is what the directory says, and its XML free of traps."""
    name = part.filename.casefold()
    is_xml = name.endswith((".xml", ".rels", ".rdf")) and not name.startswith("customxml/")
    is_manifest = name == "meta-inf/manifest.xml"
    seen = b""
    for piece in _unpacked(data, part):
        if not is_xml:
            continue
        text = seen + piece
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in text:
            raise FileRefused(UNSAFE)
        if is_manifest and b"encryption-data" in text:
            raise FileRefused(LOCKED)
        seen = text[-40:]


def _unpacked(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part in pieces, never more than its declared size, checked at the end."""
    packed = _packed(data, part)
    left, checksum = part.file_size, 0
    is_stored = part.compress_type == zipfile.ZIP_STORED
    for piece in _pieces(packed) if is_stored else _inflated(packed):
        left -= len(piece)
        if left < 0:
            raise FileRefused(UNSAFE)
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if left or checksum != part.CRC:
        raise FileRefused(BROKEN)


def _pieces(packed: memoryview) -> Iterator[bytes]:
    for start in range(0, len(packed), _PIECE):
        yield bytes(packed[start : start + _PIECE])


def _inflated(packed: memoryview) -> Iterator[bytes]:
    """The deflated bytes unpacked, of which no more than a piece is in memory at once."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    with suppress(zlib.error):  # after it the stream has no end either
        for piece in _pieces(packed):
            while piece:
                yield inflater.decompress(piece, _PIECE)
                piece = inflater.unconsumed_tail
            if inflater.unused_data:
                raise FileRefused(UNSAFE)
        while rest := inflater.decompress(b"", _PIECE):
            yield rest
    if not inflater.eof:
        raise FileRefused(BROKEN)


def _packed(data: bytes, part: zipfile.ZipInfo) -> memoryview:
    """The packed bytes of a part, if its own header agrees with the directory."""
    header = data[part.header_offset : part.header_offset + 30]
    if len(header) < 30 or not header.startswith(_ZIP_PART):
        raise FileRefused(BROKEN)
    flags, method, name_length, extra_length = struct.unpack("<6xHH16xHH", header)
    start = part.header_offset + 30
    name = data[start : start + name_length]
    encoding = "utf-8" if flags & 0x800 else "cp437"
    if name.decode(encoding, "replace") != part.orig_filename or method != part.compress_type:
        raise FileRefused(UNSAFE)
    if flags & 0x1:
        raise FileRefused(LOCKED)
    start += name_length + extra_length
    packed = memoryview(data)[start : start + part.compress_size]
    if len(packed) != part.compress_size:
        raise FileRefused(BROKEN)
    return packed
