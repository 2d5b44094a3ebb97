"""Workbooks that are made to hurt whoever reads them; with PAMIT_CORPUS=FOLDER, a corpus besides.

Each is the same small list of people with one trick in it, made by hand so that it holds the trick
and nothing else. The trick stands beside good headings and rows: what is refused is refused for it.
"""

import csv
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from registry.workbooks import guard
from tests.security.book_parts import (
    PEOPLE,
    ROWS,
    SHEET,
    adding,
    appended,
    book,
    in_directory,
    lacking,
    linking,
    links,
    open_document,
    open_row,
    packed,
    person,
    plain,
    sheet,
    text,
    with_texts,
)

MANY_SHEETS, MANY_PARTS = 300, 600
FOLDED = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
LAUGHS = '<!ENTITY l0 "hahaha">' + "".join(
    f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9)
)


@dataclass(frozen=True)
class Book:
    """A file, and what must become of it.

    Attributes:
        refusal: words of the sentence with which it is refused, or None where it is read.
        names: the people whom it must give, where it is read.
    """

    name: str
    data: bytes
    refusal: str | None = None
    names: tuple[str, ...] = PEOPLE
    ending: str = "xlsx"

    @property
    def filename(self) -> str:
        return f"daftar.{self.ending}"


def _refused_by_its_bytes() -> list[Book]:
    good = packed(plain())
    return [
        Book("empty", b"", guard.EMPTY),
        Book("text renamed", b"bukan buku kerja", guard.NOT_A_WORKBOOK),
        Book("web page renamed", b"<html><table><tr><td>Nama", guard.WEB_PAGE),
        Book("program before it", b"MZ" + bytes(500) + good, guard.NOT_A_WORKBOOK),
        Book("rubbish behind it", good + bytes(4000), guard.UNSAFE),
        Book("two in one", good + good, guard.UNSAFE),
        Book("cut short", good[: len(good) // 2], guard.BROKEN),
        Book("workbook in a zip", packed({"daftar.xlsx": good}), guard.NOT_A_WORKBOOK),
        Book("wrong checksum", in_directory(16, bytes(4)), guard.BROKEN),
        Book("size too small", in_directory(24, struct.pack("<L", 5)), guard.UNSAFE),
        Book("size too large", in_directory(24, struct.pack("<L", 9_000)), guard.BROKEN),
        Book("encrypted", in_directory(8, b"\x01"), guard.LOCKED),
        Book("two spellings of a part", adding(SHEET.upper(), sheet()), guard.UNSAFE),
        Book("a part twice", appended(SHEET, "<x/>"), guard.UNSAFE),
        Book("symbolic link", appended("xl/a", "/etc/passwd", stat.S_IFLNK), guard.UNSAFE),
        Book("part outside", adding("../../luar.xml"), guard.UNSAFE),
        Book("unknown packing", packed(plain(), zipfile.ZIP_LZMA), guard.UNSAFE),
        Book("macro", adding("xl/vbaProject.bin"), guard.MACROS),
        Book("macro ending", good, guard.WRONG_KIND, ending="xlsm"),
        Book("link to a file", adding("xl/externalLinks/externalLink1.xml"), guard.LINKED),
        Book("no workbook part", lacking("xl/workbook.xml"), guard.NOT_A_WORKBOOK),
        Book("no content types", lacking("[Content_Types].xml"), guard.NOT_A_WORKBOOK),
        Book("text with NUL", b"NIK;Nama\n;A\0ni", guard.NOT_TEXT, ending="csv"),
        Book("one endless line", b"Nama;" * 50_000, guard.LONG_LINE, ending="csv"),
        Book("half of an old workbook", _old_workbook(), guard.BROKEN, ending="xls"),
    ]


def _old_workbook() -> bytes:
    """The first sector of a workbook of Excel 97, which promises a directory and has none."""
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 65534, 9, 6)
    )
    return head.ljust(512, b"\xff") + "Workbook".encode("utf-16-le") + bytes(500)


def _too_large_or_too_many() -> list[Book]:
    parts = {f"xl/media/{number}.png": b"x" for number in range(MANY_PARTS)}
    sheets = {f"xl/worksheets/sheet{number}.xml": sheet() for number in range(2, MANY_SHEETS)}
    return [
        Book("bomb in the sheet", book(sheet(" " * 60_000_000)), guard.TOO_HEAVY),
        Book("bomb in no part that is read", adding("xl/x.bin", bytes(60_000_000)), "terlalu"),
        Book("bomb of shared texts", with_texts(0, 2_000_000), guard.TOO_HEAVY),
        Book("many parts", packed({**plain(), **parts}), guard.TOO_HEAVY),
        Book("many sheets", packed({**plain(), **sheets}), guard.TOO_MANY_SHEETS),
        Book("huge cell", book(sheet(person(2, "A" * 32_767))), "baris 2 kolom B lebih dari"),
        Book("last cell", book(sheet(*ROWS, _far("XFD1048576"))), guard.TOO_HEAVY),
        Book("last row", book(sheet(*ROWS, _far("B1048576"))), "baris kosong"),
        Book(
            "repeated rows without end",
            open_document(open_row("Nama") + open_row("Ani", rows=2_000_000_000)),
            "unggah",
            ending="ods",
        ),
    ]


def _far(place: str) -> str:
    return f'<row r="{place.lstrip("BXFD")}">{text(place, "jauh")}</row>'


def _tricks_in_xml() -> list[Book]:
    nested = "<x>" * 200_000
    entity = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    long = f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'
    parts = plain()
    return [
        Book(
            "entities of entities",
            book(sheet(person(2, "&l9;"), prolog=f"<!DOCTYPE x [{LAUGHS}]>")),
            guard.UNSAFE,
        ),
        Book("one long entity", book(sheet(person(2, "&a;" * 9_000), prolog=long)), guard.UNSAFE),
        Book("file as entity", book(sheet(person(2, "&a;"), prolog=entity)), guard.UNSAFE),
        Book(
            "document type in the list of parts",
            packed({**parts, "[Content_Types].xml": FOLDED + parts["[Content_Types].xml"]}),
            guard.UNSAFE,
        ),
        Book(
            "document type in the workbook",
            packed({**parts, "xl/workbook.xml": FOLDED + parts["xl/workbook.xml"]}),
            guard.UNSAFE,
        ),
        Book(
            "document type in wide letters",
            book(sheet(*ROWS, prolog=FOLDED.decode()).decode().encode("utf-16")),
            guard.UNSAFE,
        ),
        Book("NUL in the sheet", book(sheet(person(2, "A\0ni"))), guard.UNSAFE),
        Book("deep nesting", book(sheet(*ROWS, nested)), guard.BROKEN),
        Book("unclosed", book(sheet(*ROWS).removesuffix(b"</worksheet>")), guard.BROKEN),
        Book("wrongly closed", book(sheet(ROWS[0], "<x></y>", *ROWS[1:])), guard.BROKEN),
        Book(
            "wrongly closed under another name",
            packed(
                {
                    **parts,
                    "xl/_rels/workbook.xml.rels": links(("rId1", "worksheet", "lain/tabel.xml")),
                    "xl/lain/tabel.xml": sheet(ROWS[0], "<x></y>", *ROWS[1:]),
                }
            ),
            guard.BROKEN,
        ),
    ]


def _tricks_in_structure() -> list[Book]:
    beyond = '<row r="99999999999"><c r="B99999999999"><v>1</v></c></row>'
    nowhere = '<row r="5"><c r="ZZZZZ99999999999"><v>1</v></c></row>'
    unknown = '<row r="5"><c r="B5" t="zz"><v>1</v></c></row>'
    return [
        Book("row beyond the last", book(sheet(*ROWS, beyond)), guard.TOO_HEAVY),
        Book("cell nowhere", book(sheet(*ROWS, nowhere)), guard.TOO_HEAVY),
        Book("cell of no kind", book(sheet(*ROWS, unknown)), guard.BROKEN),
        Book("shared text that is not there", with_texts(999_999_999, 1), guard.BROKEN),
        Book("sheet that is not there", linking("worksheets/sheet9.xml"), guard.BROKEN),
        Book("sheet outside the file", linking("../../../../etc/passwd"), guard.BROKEN),
        Book("sheet on another host", linking("http://jahat.example/sheet1.xml"), guard.BROKEN),
        Book("sheet that is the workbook", linking("workbook.xml"), "unggah lagi"),
    ]


def _odd_but_read() -> list[Book]:
    script = 'display="Ani" location="javascript:alert(1)"'
    lie = '<dimension ref="A1:XFD1048576"/>'
    merged = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    return [
        Book("plain", packed(plain())),
        Book("stored, not packed", packed(plain(), zipfile.ZIP_STORED)),
        Book("size of the sheet is a lie", book(sheet(*ROWS, before=lie))),
        Book("one merge over the sheet", book(sheet(*ROWS, behind=merged))),
        Book(
            "script as link",
            book(sheet(*ROWS, behind=f'<hyperlinks><hyperlink ref="B2" {script}/></hyperlinks>')),
        ),
        Book(
            "markup as text",
            book(sheet(person(2, "<![CDATA[Ani & Budi]]>"))),
            names=("Ani & Budi",),
        ),
        Book("one shared text", with_texts(0, 1), names=("Ani",)),
        Book("text", "NIK;Nama\n;Ani\n;Budi\n;Citra".encode("utf-16"), ending="csv"),
        Book(
            "repeated columns without end",
            open_document(open_row("Nama") + open_row("Ani", columns=2_000_000_000)),
            names=("Ani",),
            ending="ods",
        ),
    ]


MAKERS: tuple[Callable[[], list[Book]], ...] = (
    _refused_by_its_bytes,
    _too_large_or_too_many,
    _tricks_in_xml,
    _tricks_in_structure,
    _odd_but_read,
)


def our_books() -> list[Book]:
    """Every kind of ours, made anew."""
    return [each for make in MAKERS for each in make()]


@dataclass(frozen=True)
class Found:
    """A file of a corpus, with what its manifest expects and why."""

    name: str
    data: bytes
    expected: str
    why: str


def corpus_books() -> list[Found]:
    """The files of the corpus that PAMIT_CORPUS names; none where it names none."""
    if not (named := os.environ.get("PAMIT_CORPUS")):
        return []
    folder = Path(named)
    with (folder / "xlsx_manifest.csv").open(newline="") as lines:
        return [
            Found(
                row["file"],
                (folder / "xlsx" / row["file"]).read_bytes(),
                row["expected"],
                row["why"],
            )
            for row in csv.DictReader(lines)
        ]
