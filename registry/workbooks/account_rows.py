"""A list of new accounts, read from a workbook; every row is right, or nothing is taken."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from registry.accounts import operations
from registry.accounts.operations import AccountRefused
from registry.accounts.roles import Role
from registry.db import snapshot
from registry.formatting import plain_code
from registry.workbooks.reader import BadText, Cell, Row, read_rows

USERNAME, NAME, ROLE, AREA = HEADINGS = ("Nama Pengguna", "Nama", "Peran", "Kode Wilayah")
MOST_ACCOUNTS = 10_000
LONGEST_NAME = 120
FIELDS = {"username": USERNAME, "area_code": AREA}


@dataclass(frozen=True)
class AccountRow:
    """One account to be made, and the row of the file that it stands in."""

    number: int
    username: str
    name: str
    role: Role
    area_code: str


class RowsRefused(Exception):
    """A file that cannot be taken as it is.

    Attributes:
        problems: one line for each, with the file's own row number where there is one.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems[0])
        self.problems = problems


def read_accounts(data: bytes, filename: str) -> list[AccountRow]:
    """The accounts of the file; raises FileRefused and RowsRefused."""
    sheet = read_rows(data, filename, known_headings=HEADINGS, max_rows=MOST_ACCOUNTS)
    if missing := [heading for heading in HEADINGS if heading not in sheet.headings]:
        raise RowsRefused([f"Kolom ini tidak ada: {', '.join(missing)}."])
    problems: list[str] = []
    accounts = [account for row in sheet.rows if (account := _account(row, problems))]
    problems += _twice(accounts)
    with snapshot():
        for account in accounts:
            try:
                operations.refuse_unfit(account.username, account.role, account.area_code)
            except AccountRefused as refusal:
                heading = FIELDS.get(refusal.field or "", USERNAME)
                problems.append(_problem(account.number, heading, str(refusal)))
    if problems:
        raise RowsRefused(sorted(problems, key=_row_number))
    return accounts


def _account(row: Row, problems: list[str]) -> AccountRow | None:
    texts = {heading: _text(row.cells, heading) for heading in HEADINGS}
    role = Role.from_text(texts[ROLE] or "")
    found = len(problems)
    for heading, text in texts.items():
        cell = row.cells[heading]
        if isinstance(cell, BadText):
            problems.append(_problem(row.number, heading, cell.message))
        elif not text:
            problems.append(_problem(row.number, heading, "Isi kolom ini."))
    if texts[ROLE] and role is None:
        roles = ", ".join(role.label for role in Role)
        problems.append(_problem(row.number, ROLE, f"Pilihan: {roles}."))
    if len(texts[NAME]) > LONGEST_NAME:
        problems.append(_problem(row.number, NAME, f"Paling banyak {LONGEST_NAME} huruf."))
    if role is None or len(problems) > found:
        return None
    username = operations.normal_username(texts[USERNAME])
    return AccountRow(row.number, username, texts[NAME], role, plain_code(texts[AREA]))


def _text(cells: Mapping[str, Cell], heading: str) -> str:
    cell = cells[heading]
    if cell is None or isinstance(cell, BadText):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def _twice(accounts: list[AccountRow]) -> list[str]:
    counted = Counter(account.username for account in accounts)
    return [
        _problem(account.number, USERNAME, "Nama pengguna ini ada dua kali di berkas ini.")
        for account in accounts
        if counted[account.username] > 1
    ]


def _problem(number: int, heading: str, message: str) -> str:
    return f"Baris {number}. {heading}: {message}"


def _row_number(problem: str) -> int:
    return int(problem.removeprefix("Baris ").partition(".")[0])
