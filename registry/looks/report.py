"""The report of a breach as a workbook or as a text: whose data, which fields, when, how often."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, BinaryIO, NamedTuple

from registry.accounts.roles import Role
from registry.db import now
from registry.enums import N_
from registry.formatting import dotted_code, local_time, long_moment, thousands
from registry.looks.notice import notice
from registry.looks.queries import Affected, Breach
from registry.looks.sights import seen_in
from registry.regions.queries import Place, places
from registry.workbooks.columns import Column, Kind
from registry.workbooks.sheets import (
    Part,
    add_data_sheet,
    new_book,
    put_headings,
    put_row,
    set_up_page,
    set_widths,
    write_book,
)

Row = Sequence[Any]
SYSTEM_LABEL = N_("Perintah sistem")
PEOPLE = "Orang"


class Table(NamedTuple):
    """A short table: a sheet of the workbook, or a section of the text."""

    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: list[Row]


@dataclass(frozen=True)
class Report:
    """A breach with the people who were found in it.

    Attributes:
        people: by village and name; who was deleted since is in `breach` alone.
    """

    account: str
    since: datetime
    until: datetime
    breach: Breach
    people: list[Affected]

    @property
    def period(self) -> str:
        return f"{long_moment(self.since)} sampai {long_moment(self.until)}"

    @cached_property
    def places(self) -> dict[str, Place]:
        return places({person.village_code for person in self.people})

    @cached_property
    def columns(self) -> list[Column]:
        """Of the people's table: one column more for each way and role that occurred."""
        ways = [f"{way.label} ({role_label(role)})" for way, role in self._ways]
        return [
            _column("Desa/Kelurahan", 24),
            _column("Kecamatan dan di atasnya", 36),
            _column("Nama", 28),
            _column("Alamat", 32),
            _column("Telepon", 18),
            _column("No. Registrasi", 18),
            _column("Pertama", 17, Kind.MOMENT),
            _column("Terakhir", 17, Kind.MOMENT),
            *(_column(way, 16, Kind.WHOLE) for way in ways),
        ]

    def people_rows(self) -> Iterator[Row]:
        """Whose data, whom to tell and where, when, and how often in which way."""
        seen = [self.breach.accesses[way] for way in self._ways]
        for person in self.people:
            key, place = person.resident_id, self.places[person.village_code]
            first = min(one.first[key] for one in seen if key in one.first)
            last = max(one.last[key] for one in seen if key in one.last)
            yield [
                place.title,
                place.above,
                person.name,
                person.address,
                person.phone,
                ", ".join(person.numbers),
                local_time(first).replace(tzinfo=None),
                local_time(last).replace(tzinfo=None),
                *(one.times.get(key) for one in seen),
            ]

    def tables(self) -> list[Table]:
        return [
            Table("Ringkasan", ("Perihal", "Isi"), (40, 90), list(self._summary())),
            Table(
                "Isian",
                ("Cara", "Peran", "Terlihat lengkap", "Terlihat disamarkan", "Halaman", "Kali"),
                (26, 22, 90, 60, 28, 8),
                list(self._fields()),
            ),
            Table(
                "Per Desa",
                ("Kode Wilayah", "Desa/Kelurahan", "Di", PEOPLE),
                (18, 26, 40, 10),
                list(self._villages()),
            ),
        ]

    @property
    def letter(self) -> str:
        views = self.breach.views
        seen = [seen_in(view, kind[1]) for kind in self._ways for view in views[kind]]
        whole = {label for one in seen for label in one.whole}
        partly = {label for one in seen for label in one.masked}
        fields = [*sorted(whole), *(f"{label} (disamarkan)" for label in sorted(partly - whole))]
        roles = sorted({role_label(role) for _way, role in self._ways})
        ways = sorted({way.label.lower() for way, _role in self._ways})
        return notice(self.account, ", ".join(roles), self.period, fields, ways)

    @property
    def _ways(self) -> list[Any]:
        return sorted(self.breach.accesses)

    def _summary(self) -> Iterator[Row]:
        yield "Akun", self.account
        yield "Masa", self.period
        yield "Orang yang datanya terlihat", thousands(len(self.breach.resident_ids))
        known = {person.resident_id for person in self.people}
        gone = sorted(set(self.breach.resident_ids) - known)
        if gone:
            yield "Catatannya sudah dihapus (nomor warga)", ", ".join(map(str, gone))
        yield "Entri jurnal", thousands(self.breach.entries)
        for way, role in self._ways:
            times = self.breach.accesses[way, role].times
            said = f"{thousands(len(times))} orang, {thousands(times.total())} kali"
            yield f"{way.label} sebagai {role_label(role)}", said
        yield "Dibuat", long_moment(now())
        yield "Penyimpanan", "Berisi data pribadi: simpan terkunci, hapus sesudah selesai."

    def _fields(self) -> Iterator[Row]:
        for way, role in self._ways:
            for view, times in sorted(self.breach.views[way, role].items()):
                seen = seen_in(view, role)
                whole, masked = ", ".join(seen.whole), ", ".join(seen.masked)
                yield way.label, role_label(role), whole, masked, view.label, times

    def _villages(self) -> Iterator[Row]:
        people = Counter(person.village_code for person in self.people)
        for code, place in sorted(self.places.items()):
            yield dotted_code(code), place.title, place.above, people[code]


def role_label(role: str) -> str:
    known = Role.from_text(role)
    return known.label if known else SYSTEM_LABEL


def _column(heading: str, width: int, kind: Kind = Kind.TEXT) -> Column:
    return Column(heading, "", lambda source: None, kind, width=width)


def write_workbook(report: Report, out: BinaryIO) -> None:
    """The people streamed in the first sheet, since they may be many; the letter in the last."""
    book = new_book(now())
    part = Part(PEOPLE, PEOPLE, len(report.people))
    styles = add_data_sheet(book, part, report.columns)
    for table in report.tables():
        sheet = book.create_sheet(table.title)
        put_headings(sheet, 1, table.headings)
        for number, row in enumerate(table.rows, 2):
            put_row(sheet, number, row)
        set_widths(sheet, table.widths)
        set_up_page(sheet, repeated_rows="1:1")
    letter = book.create_sheet("Surat")
    for number, line in enumerate(report.letter.splitlines(), 1):
        put_row(letter, number, [line])
    set_widths(letter, [110])
    write_book(out, book, [part], report.columns, styles, report.people_rows())


def write_text(report: Report, out: BinaryIO) -> None:
    """The same as Markdown, for where no spreadsheet is at hand."""
    people = [column.heading for column in report.columns], report.people_rows()
    sections = [(PEOPLE, *people)]
    sections += [(table.title, list(table.headings), iter(table.rows)) for table in report.tables()]
    parts = [f"# Laporan kebocoran: akun {report.account}"]
    for title, headings, rows in sections:
        parts.append(f"## {title}\n\n" + "\n".join(_lines(headings, rows)))
    parts.append(f"## Surat\n\n```\n{report.letter}```\n")
    out.write("\n\n".join(parts).encode())


def _lines(headings: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    yield _line(headings)
    yield _line(["---"] * len(headings))
    yield from (_line(row) for row in rows)


def _line(values: Row) -> str:
    return "| " + " | ".join(_cell(value) for value in values) + " |"


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    text = "" if value is None else str(value)
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())


WRITERS: dict[str, Callable[[Report, BinaryIO], None]] = {
    ".xlsx": write_workbook,
    ".md": write_text,
}
