"""Slips for the first sign-in, to be printed, cut apart and handed over: one for each account."""

from collections.abc import Sequence
from typing import BinaryIO

from openpyxl.styles import Border, Font, Side
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from registry.accounts.models import User
from registry.db import now
from registry.formatting import dotted_code, local_time, long_moment
from registry.regions.queries import Place, places
from registry.workbooks.sheets import BOLD, WRAPPED, new_book, put_row, set_widths

SLIPS_A_PAGE = 4
WIDTHS = (22, 68)
STEPS_HEIGHT = 48
CODE = Font(name="Consolas", size=16, bold=True)
CUT_HERE = Border(bottom=Side(style="dashed"))
STEPS = (
    "Buka alamat Pamit yang diberikan kantor Anda. Tulis nama pengguna, dan kode di atas di kotak "
    "kata sandi. Buat kata sandi sendiri; jangan beri tahu siapa pun, lalu musnahkan kertas ini."
)

Slip = tuple[User, str]  # an account and its one-time code


def write_slips(slips: Sequence[Slip], out: BinaryIO) -> None:
    """A workbook with the slips in their order, so many on a sheet of paper."""
    book = new_book(local_time(now()))
    sheet = book.create_sheet("Slip")
    set_widths(sheet, WIDTHS)
    named = places({user.area_code for user, _code in slips})
    row = 1
    for number, (user, code) in enumerate(slips, 1):
        row = _put_slip(sheet, row, user, code, named[user.area_code])
        if number % SLIPS_A_PAGE == 0:
            sheet.row_breaks.append(Break(id=row - 1))
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    book.save(out)


def _put_slip(sheet: Worksheet, row: int, user: User, code: str, place: Place) -> int:
    """One slip from that row on; answers the row after it."""
    until = long_moment(user.reset_expires_at) if user.reset_expires_at else "-"
    lines = (
        ("Pamit", "Masuk pertama kali"),
        ("Nama", user.name),
        ("Peran", user.role.label),
        ("Wilayah kerja", f"{place.full_title} ({dotted_code(place.code)})"),
        ("Nama pengguna", user.username),
        ("Kode sekali pakai", code),
        ("Berlaku sampai", until),
        ("Cara", STEPS),
    )
    for line in lines:
        label, value = put_row(sheet, row, line)
        label.alignment = value.alignment = WRAPPED
        label.font = BOLD
        if line[1] in (user.username, code):
            value.font = CODE
        row += 1
    sheet.row_dimensions[row - 1].height = STEPS_HEIGHT
    for cell in put_row(sheet, row, ("", "")):
        cell.border = CUT_HERE
    return row + 2
