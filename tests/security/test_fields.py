"""Odd and hostile texts in every text field of every form: kept as typed, or refused beside it.

The fields are found by walking the classes of the forms, so that no new one can be forgotten.
"""

import io
import re
from itertools import cycle

import pytest
from html5lib.html5parser import ParseError
from openpyxl import Workbook
from sqlalchemy import select
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from registry.accounts.forms import SecretField
from registry.accounts.roles import Role
from registry.db import db
from registry.departures.forms import PersonForm
from registry.forms import BaseForm, DatePartsField
from registry.reference.models import Agency
from registry.reference_pages.forms import AliasForm
from registry.workbooks.views import XLSX
from tests.factories import make_user
from tests.page import h1, post, rows, text_of
from tests.pages.exports.books import facts
from tests.pages.reference.test_import import book, confirm, upload
from tests.security.form_fields import forms, name_of, text_fields
from tests.security.sheets import KINDS, Office
from tests.security.strings import LONG, both, corpus, is_refused, kept, naughty, suits
from tests.security.test_strings import live_cells, squashed
from tests.test_architecture import TEMPLATES

TAKEN_TEXTS = 12 if corpus() else 2  # of each form, before it is left alone
MOST_TRIES = 5 * TAKEN_TEXTS
# Texts with a form of their own, which also says how long they are.
NUMBERED = {"nik", "family_card", "phone", "family_phone", "recruiter_phone", "rt", "rw"}
# What no number, day, password or version may be taken for.
NO_NUMBERS = ["<script>alert(1)</script>", "' OR '1'='1", "٠١٢٣"]
NUL = "Siti\x00Aminah"  # which PostgreSQL cannot even look for
NO_VERSIONS = [*NO_NUMBERS, NUL, "9" * 5000, LONG[:300]]


class Typist:
    """Writes texts on sheets, and notes which fields of which forms they came into."""

    def __init__(self, office, monkeypatch):
        self.office = office
        self.typed = ()
        self.seen = set()
        self.forged = set()
        texts = [text for part in both() for text in part if not is_refused(text)]
        self.texts, self.most = cycle(texts), len(texts)
        self.no_numbers = cycle(NO_NUMBERS)
        self.refused = cycle([text for part in both() for text in part if is_refused(text)])
        process = BaseForm.process

        def processed(form, *said, **named):
            process(form, *said, **named)
            self._note(form)

        monkeypatch.setattr(BaseForm, "process", processed)

    def _note(self, form):
        for field in form:
            texts = [said for said in field.raw_data or () if isinstance(said, str)]
            if any(odd.strip() in said for odd in self.typed for said in texts):
                self.seen.add((name_of(type(form)), field.short_name))

    def send(self, sheet, texts):
        """The answer to a sheet with these texts, by the names of their fields."""
        self.typed = tuple(text for text in texts.values() if text.strip())
        sent = {}
        for name, text in texts.items():
            if issubclass(self.fields[name].kind, DatePartsField):
                sent |= {f"{name}-day": text, f"{name}-month": "1", f"{name}-year": "1998"}
            else:
                sent[name] = text
        answer = sheet.send(sent)
        db.session.rollback()
        db.session.expire_all()
        return answer

    def write(self, name):
        """Everything that is written on the sheets of one kind."""
        self.name, self.kind = name, KINDS[name]
        self.fields = text_fields(self.kind.form)
        free = [name for name, field in self.fields.items() if field.is_free]
        together = [name for name in free if name not in self.kind.alone]
        visible = [name for name, field in self.fields.items() if not field.is_hidden]
        if together:
            self._write_together(together)
        sheet = self.kind.made(self.office)
        for field in sorted(self.kind.alone):
            for text in [self._fitting(field) for _ in range(3)]:
                sheet = self._write_alone(sheet, field, text)
        secret = [name for name in visible if issubclass(self.fields[name].kind, SecretField)]
        for field in secret:
            sheet = self._write_alone(sheet, field, next(self.no_numbers))
        numbers = set(visible) - set(free) - set(secret)
        for text in (next(self.no_numbers), "9" * 30, "9" * 5000):
            self._refuse(sheet, numbers, text)
        for text in (NUL, next(self.refused)):
            self._refuse(sheet, visible, text)
        self._refuse(sheet, free, LONG)
        for field in sorted(set(self.fields) - set(visible)):
            self._forge(sheet, field)

    def _fitting(self, name):
        field = self.fields[name]
        for _ in range(self.most):
            text = next(self.texts)
            is_long_enough = max(field.least, 1) <= len(kept(text) or "")
            if is_long_enough and len(text) <= field.most and suits(self._rule_of(name), text):
                return text
        raise AssertionError(f"no text fits into {name}")

    def _rule_of(self, name):
        return "resident.name" if self.kind.form is PersonForm and name == "name" else name

    def _write_together(self, names):
        taken, sheet = 0, self.kind.made(self.office)
        for _ in range(MOST_TRIES):
            texts = {name: self._fitting(name) for name in names}
            before = sheet.stored()
            answer = self.send(sheet, texts)
            stored = sheet.stored()
            if self._is_taken(answer):
                for field, text in texts.items():
                    assert field in stored, f"{self.name}: nobody looks what became of {field}"
                    assert stored[field] == kept(text), (self.name, field)
                self._look(sheet, texts, answer)
                taken += 1
                if taken == TAKEN_TEXTS:
                    return
                sheet = self.kind.made(self.office)
            else:
                assert stored == before, (self.name, texts)
                assert self._told_at_all(answer, sheet), (self.name, texts, answer.status_code)
        raise AssertionError(f"{self.name}: {taken} of {MOST_TRIES} were taken")

    def _look(self, sheet, texts, answer):
        """Where the texts are to be seen: on pages, each checked by the client, or in a file."""
        if answer.mimetype == XLSX:
            assert live_cells(answer.data) == []
            assert facts(answer.data)["Keperluan"] == kept(texts["keperluan"])
        pages = sheet.pages() if callable(sheet.pages) else sheet.pages
        answers = [client.get(path) for client, path in pages]
        assert {answer.status_code for answer in answers} <= {200}, (self.name, pages)
        seen = " ".join(map(text_of, answers))
        for field in set(texts) - sheet.untold:
            assert not answers or squashed(kept(texts[field])) in seen, (self.name, field, texts)

    def _write_alone(self, sheet, name, text):
        """Answers a sheet to go on with: where the text was taken, a new one."""
        before = sheet.stored()
        answer = self.send(sheet, {name: text})
        stored = sheet.stored()
        if not self._is_taken(answer):
            assert stored == before, (self.name, name, text)
            assert self._told_at_all(answer, sheet), (self.name, name, text)
            return self.kind.made(self.office) if answer.status_code == 429 else sheet
        assert stored.get(name) in (kept(text), before.get(name)), (self.name, name)
        return self.kind.made(self.office)

    def _refuse(self, sheet, names, text):
        """Each field says what is wrong with the text, and nothing is stored."""
        if not names:
            return
        before = sheet.stored()
        answer = self.send(sheet, dict.fromkeys(names, text))
        assert sheet.stored() == before, (self.name, text[:40])
        for name in names:
            assert self._told(answer, sheet, name), (self.name, name, text[:40])

    def _forge(self, sheet, name):
        """What no browser sends in a hidden field is refused, or does no harm."""
        if (self.kind.form, name) in self.forged:
            return
        self.forged.add((self.kind.form, name))
        for text in NO_VERSIONS:
            before = sheet.stored().get(name)
            answer = self.send(sheet, {name: text})
            assert answer.status_code < 500, (self.name, name, text[:40])
            assert sheet.stored().get(name) in (before, kept(text)), (self.name, name, text[:40])
            if self._is_taken(answer):
                sheet = self.kind.made(self.office)

    @staticmethod
    def _is_taken(answer):
        if answer.status_code == 302 or answer.mimetype == XLSX:
            return True
        return answer.status_code == 200 and not re.search("error-summary|-galat", answer.text)

    @staticmethod
    def _told(answer, sheet, name):
        """Whether the page says beside the field what is wrong; an address is refused whole."""
        if sheet.is_get:
            return answer.status_code == 400
        is_page = answer.status_code in (200, 400, 409, 429)
        return is_page and f'id="{sheet.prefix}{name}-galat"' in answer.text

    def _told_at_all(self, answer, sheet):
        """Whether something is said, beside any field or above them, or that one has to wait."""
        is_told = answer.status_code < 500 and 'class="error-summary"' in answer.text
        return (
            is_told
            or answer.status_code == 429
            or any(self._told(answer, sheet, name) for name in self.fields)
        )


@pytest.fixture
def typist(app, sign_in, monkeypatch):
    return Typist(Office(app, sign_in), monkeypatch)


def unsent(seen):
    """The fields of the program's forms that are not among these."""
    every = {(name_of(form), name) for form in forms() for name in text_fields(form)}
    return sorted(every - seen)


def test_every_text_field_of_every_form_takes_a_text_as_typed_or_refuses_it(typist):
    for name in KINDS:
        typist.write(name)
    print(f"{len(KINDS)} sheets, {len(typist.seen)} fields")
    assert unsent(typist.seen) == []


def test_every_form_is_before_somebody():
    assert {name_of(form) for form in forms()} == {name_of(kind.form) for kind in KINDS.values()}


def test_every_field_is_called_something_and_no_free_text_is_without_end():
    fields = [field for form in forms() for field in text_fields(form).values()]
    seen = [field for field in fields if not field.is_hidden]
    assert {field.name for field in seen if not field.label} == {"setelah"}  # stands in a link
    endless = {field.name for field in seen if issubclass(field.kind, StringField | TextAreaField)}
    endless -= {field.name for field in seen if field.most is not None}
    assert endless == NUMBERED  # each has as many signs as such a number may have


# Written by hand in a template, so no form knows of them.
CONTROL = re.compile(r"<(?:input|textarea)\b[^>]*>")
KIND = re.compile(r'type="([^"]+)"')


def written_controls():
    """Each control for text that a template holds, with the template's name."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        for control in CONTROL.findall(path.read_text()):
            kind = KIND.search(control)
            if control.startswith("<textarea") or kind is None or kind[1] in ("text", "search"):
                yield str(path.relative_to(TEMPLATES)), control


def test_a_control_that_a_template_writes_itself_says_how_long_its_text_may_be():
    found = list(written_controls())
    assert len(found) >= 4
    assert [at for at, control in found if "maxlength=" not in control] == []


# A list comes from a sheet


def sheet_of(lines):
    """A workbook whose cells are all texts, also those that look like formulas."""
    workbook, file = Workbook(), io.BytesIO()
    for line in lines:
        # In a file _x0041_ is another way to write A; what is meant as it stands is written so.
        workbook.active.append([re.sub("_(?=x[0-9A-F]{4}_)", "_x005F_", cell) for cell in line])
    for row in workbook.active.iter_rows():
        for cell in row:
            cell.data_type = "s"
    workbook.save(file)
    return file.getvalue()


NOTHING = {"null", "S•• A••"}


def as_cell(text):
    """What a cell says: on one line, without a guard; nothing where it has a mask or no word."""
    said = " ".join(text.split())
    said = re.sub("^'(?=[=+@-])", "", said)
    return said if any(map(str.isalnum, said)) and said not in NOTHING else None


def test_texts_in_the_cells_of_a_list_come_through_or_are_told(app, sign_in):
    admin = sign_in(make_user(role=Role.ADMIN))
    texts = [text for text in naughty() if not is_refused(text) and 0 < len(kept(text) or "") <= 80]
    lines = [(f"PT Uji {number} {text}", "Aktif", text) for number, text in enumerate(texts)]
    source = "=1+1 <b>menteri</b>"
    page = upload(admin, sheet_of([("nama", "status", "alamat"), *lines]), source=source)
    assert page.status_code == 200
    bad = {int(row[0]) for row in rows(page) if len(row) == 2}  # number and message
    answer = confirm(admin, page)
    assert answer.status_code == 302
    db.session.expire_all()
    stored = {agency.name: agency for agency in db.session.scalars(select(Agency))}
    lost = []
    for number, (name, _status, text) in enumerate(lines, 2):
        agency = stored.get(squashed(name))
        if agency is None and number not in bad:
            lost.append(name)
        elif agency is not None:
            assert {licence.source for licence in agency.licences} == {source}
            if agency.address != as_cell(text):
                lost.append((agency.address, text))
    assert lost == []
    assert len(stored) > len(texts) * 0.9
    assert h1(admin.get("/rujukan/p3mi?nama=pt+uji"))


@pytest.mark.parametrize(
    "name", ["sama-" + "9" * 5000, "sama-\u0663", "sama-", "sama--1", "sama-1"]
)
def test_a_forged_answer_about_a_name_changes_nothing(app, sign_in, name):
    admin = sign_in(make_user(role=Role.ADMIN))
    page = upload(admin, book([("PT Satu Dua", "Aktif")], ("nama", "status")))
    assert confirm(admin, page, **{name: "<b>"}).status_code == 302
    assert db.session.scalars(select(Agency.name)).all() == ["PT Satu Dua"]


# Too much of a text in the search for an area


@pytest.mark.parametrize(("text", "told"), [(LONG, "Paling panjang 120"), (NUL, "tidak dapat")])
@pytest.mark.parametrize("button", ["search", None])
def test_an_area_is_not_sought_by_what_is_no_name(app, sign_in, text, told, button):
    admin = sign_in(make_user(role=Role.ADMIN))
    pressed = {button: "1"} if button else {}
    page = post(admin, "/akun/baru", {"role": "operator", "area_text": text, **pressed})
    assert page.status_code == 200
    assert f"{told}" in text_of(page)
    assert 'id="area_text-galat"' in page.text


@pytest.mark.parametrize("after", ["9" * 30, "-1", "1_0", "\u0663"])
def test_a_page_of_accounts_that_cannot_be_is_refused(app, sign_in, after):
    admin = sign_in(make_user(role=Role.ADMIN))
    for path in ("/akun", "/akun/pemakaian"):
        assert admin.get(path, query_string={"setelah": after}).status_code == 400


# The same looks, over planted flaws


def test_a_new_field_that_nobody_stores_is_noticed(typist, monkeypatch):
    planted = StringField("Baru", [Length(max=20)])
    monkeypatch.setattr(AliasForm, "planted", planted, raising=False)
    assert (name_of(AliasForm), "planted") in unsent(typist.seen)
    with pytest.raises(AssertionError, match="nobody looks what became of planted"):
        typist.write("alias")


def test_a_field_that_no_sheet_sends_is_noticed(typist):
    typist.write("alias")
    named = {(name_of(AliasForm), "name"), (name_of(AliasForm), "reason")}
    assert typist.seen == named
    assert set(unsent(named - {(name_of(AliasForm), "reason")})) - set(unsent(named)) == {
        (name_of(AliasForm), "reason")
    }


def test_a_text_that_is_stored_otherwise_is_noticed(typist, monkeypatch):
    process = StringField.process_formdata

    def shout(field, values):
        process(field, [value.upper() + "!" for value in values])

    monkeypatch.setattr(StringField, "process_formdata", shout)
    with pytest.raises(AssertionError, match="correction"):
        typist.write("correction")


def test_a_text_that_is_refused_without_a_word_is_noticed(typist, monkeypatch):
    monkeypatch.setattr(AliasForm, "validate", lambda form, more=None: False)
    with pytest.raises(AssertionError, match="alias"):
        typist.write("alias")


def test_a_page_that_does_not_escape_a_note_is_noticed(typist, app, monkeypatch):
    typist.texts = cycle(["<script>alert(1)</script>"])
    monkeypatch.setattr(app.jinja_env, "autoescape", False)
    with pytest.raises((AssertionError, ParseError)):
        typist.write("flag catatan")
