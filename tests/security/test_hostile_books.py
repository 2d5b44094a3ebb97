"""Hostile workbooks at every door: refused with one clear sentence, or read; quickly and small."""

import io

import pytest
from click.testing import Result

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db
from registry.formatting import today
from registry.workbooks import importing
from registry.workbooks.accounts_cli import import_accounts
from registry.workbooks.guard import FileRefused
from registry.workbooks.import_cells import NIK_IMPOSSIBLE
from registry.workbooks.import_cli import departures
from tests.factories import make_user
from tests.page import post, text_of
from tests.pages.imports import counts
from tests.security.hostile_books import Book, Found, corpus_books, our_books
from tests.security.reading import Reading, read_apart

# What hurts openpyxl, each in its own way: it reads what is not what it seems, breaks, or hangs.
HURTING = {
    "program before it",
    "two spellings of a part",
    "macro",
    "link to a file",
    "document type in the workbook",
    "cell of no kind",
    "cut short",
    "entities of entities",
    "row beyond the last",
}
# Of the corpus: holds one cell and no heading, so there is nothing that could be taken from it.
WITHOUT_HEADINGS = {"65_type_unknown.xlsx"}
# Headings of a corpus that were swapped above good columns: every row is told what is wrong.
BY_THEIR_ROWS = {"86_swapped_header.xlsx"}


@pytest.fixture(scope="module")
def books() -> list[Book]:
    return our_books()


def wrong(book: Book, reading: Reading) -> list[str]:
    """Everything that a reading of the book did and must not do."""
    found = reading.faults
    if book.refusal is None and reading.names != book.names:
        found.append(f"read as {reading.names}, told {reading.refusal}")
    if book.refusal is not None and book.refusal not in (reading.refusal or ""):
        found.append(f"read as {reading.names}, told {reading.refusal}")
    return found


def test_every_kind_is_told_apart_in_time_and_in_little_memory(books):
    assert len(books) > 50
    found = {book.name: wrong(book, read_apart(book.data, book.filename)) for book in books}
    assert {name: told for name, told in found.items() if told} == {}
    corpus = {found.name: read_apart(found.data, found.name) for found in corpus_books()}
    assert {name: reading.faults for name, reading in corpus.items() if reading.faults} == {}
    for name, reading in sorted(corpus.items(), key=lambda item: -item[1].seconds)[:5]:
        print(f"{name}: {reading.seconds:.2f} s, {reading.megabytes:.0f} MB")


def test_a_reader_without_the_guard_is_found(books):
    hurting = [book for book in books if book.name in HURTING]
    assert len(hurting) == len(HURTING)
    for book in hurting:
        assert wrong(book, read_apart(book.data, book.filename, "plain")), book.name


# The doors


@pytest.fixture
def by_command(app, tmp_path):
    """Runs a command on a file of these bytes."""

    def running(command, book: Book, *options: str) -> Result:
        path = tmp_path / book.filename
        path.write_bytes(book.data)
        db.session.rollback()
        result = app.test_cli_runner().invoke(command, [*options, str(path)])
        path.unlink()
        return result

    return running


def test_the_command_takes_no_row_of_a_refused_workbook(by_command, books, tmp_path):
    username = make_user().username
    before = counts()
    for book in books:
        options = ["import", "--as", username, *(["--dry-run"] if book.refusal is None else [])]
        result = by_command(departures, book, *options)
        if book.refusal is None:
            assert f"{len(book.names)} siap, 0 galat" in result.output, book.name
        else:
            assert result.exit_code == 1, book.name
            assert result.output.startswith("Gagal: "), book.name
            assert result.output.count("\n") == 1, book.name
            assert book.refusal in result.output, book.name
    assert counts() == before
    assert list(tmp_path.iterdir()) == []


def test_no_account_comes_of_a_hostile_workbook(by_command, books, tmp_path):
    before = counts()
    for book in books:
        result = by_command(import_accounts, book)
        assert result.exit_code == 1, book.name
        assert isinstance(result.exception, SystemExit), book.name
        assert book.refusal is None or book.refusal in result.output, book.name
    assert counts() == before
    assert list(tmp_path.iterdir()) == []


def test_the_page_tells_what_is_wrong_and_never_breaks(sign_in, books):
    admin = sign_in(make_user(role=Role.ADMIN))
    before = None
    for book in [*books, *(Book(found.name, found.data, None) for found in corpus_books())]:
        told = {"valid_from": today().isoformat(), "source": "Daftar uji"}
        told["berkas"] = (io.BytesIO(book.data), book.filename)
        page = post(admin, "/rujukan/p3mi/impor", told, content_type="multipart/form-data")
        assert page.status_code == 200, book.name
        assert book.refusal is None or book.refusal in text_of(page), book.name
        before = before or counts()
    assert counts() == before


# A corpus, by its manifest


def verdict(operator: User, found: Found) -> str:
    """What becomes of a file of the corpus, in the words of its manifest.

    Some of its good rows carry a NIK that cannot be, as its README says: no fault of the file.
    """
    try:
        plan = importing.plan(operator, found.data, found.name)
    except FileRefused as refusal:
        return "reject-file" if refusal.message.endswith("unggah lagi.") else refusal.message
    problems = {problem.message for row in plan.bad for problem in row.problems}
    return "reject-rows" if problems - {NIK_IMPOSSIBLE} else "accept"


def is_as_expected(found: Found, said: str) -> bool:
    """Whether the manifest says so, or leaves it open in its words."""
    if found.name in WITHOUT_HEADINGS:
        return said == "reject-file"
    if found.name in BY_THEIR_ROWS:
        return said == "reject-rows"
    return said == found.expected or f"{said} is fine" in found.why


def test_the_files_of_a_corpus_are_taken_as_its_manifest_says(app, by_command):
    operator = make_user()
    before, unlike = counts(), {}
    for found in corpus_books():
        said = verdict(operator, found)
        if not is_as_expected(found, said):
            unlike[found.name] = (found.expected, said)
        if said != "accept":
            book = Book(found.name, found.data, ending=found.name.rpartition(".")[2])
            result = by_command(departures, book, "import", "--as", operator.username)
            assert result.exit_code == 1, found.name
            assert result.output.rpartition("Gagal: ")[2].count("\n") == 1, found.name
    assert unlike == {}
    assert counts() == before


def test_a_file_that_is_not_as_its_manifest_says_is_found(app, books):
    good = next(book for book in books if book.name == "plain")
    told = Found("baik.xlsx", good.data, "reject-file", "said so")
    assert verdict(make_user(), told) == "accept"
    assert not is_as_expected(told, "accept")
    assert is_as_expected(told, "reject-file")
