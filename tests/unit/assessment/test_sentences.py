"""What flags say has an English wording, with its values too, for every rule."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import Babel

from registry.assessment.assess import assess
from registry.assessment.case import Case, Document
from registry.assessment.reference import Listed, Reference
from registry.assessment.rules import BY_NUMBER, RULES, Flag
from registry.departures import flag_sentences
from registry.departures.flag_sentences import sentence_words
from registry.enums import DocumentKind, DocumentStatus, LicenceStatus, VisaKind
from tests.unit.assessment.conftest import GOOD, licence
from tests.unit.assessment.test_each_rule import AWAY, CARD, CASES, LEAVING, PASSPORT, TODAY

Judged = tuple[Case, Reference, date]  # a case, what to judge it by, and on which day
ROOT = Path(__file__).parents[3] / "registry"
INDONESIAN = re.compile(
    r"\b(yang|dan|di|ke|dari|atau|ini|itu|belum|sudah|tidak|bukan|untuk|lewat|hari|bulan|tahun|"
    r"berangkat|usia|biaya|izin|surat|paspor|visanya|kerja|habis|sebelum|setelah|turis|kapan|siapa|"
    r"perlu|tanyakan|negara|dicabut|diskors|oktober|mei|juni|perjanjian|sehat)\b",
    re.IGNORECASE,
)

QUOTED = re.compile("“.*?”")  # what a village writes in a box


@pytest.fixture(scope="module")
def speaking(tmp_path_factory) -> Callable[[str], Flask]:
    """A program that knows nothing but the catalogue as it stands in the sources."""
    folder = tmp_path_factory.mktemp("translations")
    (folder / "en" / "LC_MESSAGES").mkdir(parents=True)
    with (ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale="en")
    with (folder / "en" / "LC_MESSAGES" / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)

    def made(language: str) -> Flask:
        app = Flask("registry")
        Babel(app, default_translation_directories=str(folder), locale_selector=lambda: language)
        return app

    return made


def cases(reference: Reference, sound_case: Callable[..., Case]) -> Iterator[Judged]:
    """Cases that raise every sentence of the rules."""
    for _rule, told, _severity, _asks in CASES:
        yield sound_case(**told), reference, TODAY
    yield sound_case(birth_date=date(2012, 1, 1)), reference, TODAY
    for visa in VisaKind:
        yield sound_case(visa_kind=visa), reference, TODAY
    for told in ({"without": CARD}, {"unasked": CARD}, {"last_contact_on": date(2025, 12, 2)}):
        yield sound_case(**AWAY, **told), reference, TODAY
    for status in (LicenceStatus.SUSPENDED, LicenceStatus.REVOKED):
        licences = Listed(((GOOD, licence(status, date(2029, 12, 31))),))
        yield sound_case(), replace(reference, licences=licences), TODAY
    yield from late_papers(reference, sound_case)
    yield from ending_papers(reference, sound_case)


def late_papers(reference: Reference, sound_case: Callable[..., Case]) -> Iterator[Judged]:
    for days in (-40, -20, -5, 1, 30):
        for told in ({"without": (*PASSPORT, *CARD)}, {"unasked": (*PASSPORT, *CARD)}):
            yield sound_case(**told), reference, LEAVING + timedelta(days=days)


def ending_papers(reference: Reference, sound_case: Callable[..., Case]) -> Iterator[Judged]:
    """Papers that end at some day or at none, also where lists ask for a year after leaving."""
    rules = tuple(replace(rule, margin_months=12) for rule in reference.document_rules)
    longer = replace(reference, document_rules=rules)
    ends = (None, date(2026, 10, 5), date(2026, 6, 3), date(2026, 5, 31), TODAY)
    kinds = (DocumentKind.PASSPORT, DocumentKind.WORK_VISA, DocumentKind.HEALTH)
    for kind, end, known in product(kinds, ends, (reference, longer)):
        case = sound_case(unasked=(kind,))
        paper = Document(kind, DocumentStatus.PRESENT, expires_on=end)
        case = replace(case, documents=(*case.documents, paper))
        yield case, known, TODAY
        yield replace(case, planned_on=None), known, TODAY


@pytest.fixture(scope="module")
def raised(reference, sound_case) -> set[tuple[str, str]]:
    """Rule and sentence of every flag of those cases."""
    found: set[tuple[str, str]] = set()
    for case, known, day in cases(reference, sound_case):
        flags: tuple[Flag, ...] = assess(case, known, day).flags
        found |= {(flag.rule, flag.sentence) for flag in flags}
    return found


def leftovers(app: Flask, raised: set[tuple[str, str]]) -> dict[str, str]:
    with app.test_request_context():
        said = {sentence: sentence_words(rule, sentence) for rule, sentence in raised}
    return {
        sentence: words
        for sentence, words in said.items()
        if words == sentence or INDONESIAN.search(QUOTED.sub("", words))
    }


def test_every_rule_and_every_sentence_with_values_is_raised(raised, speaking):
    assert {rule for rule, _sentence in raised} == set(BY_NUMBER)
    unread = [
        template
        for rule in RULES
        for template in rule.templates
        if not any(
            number == rule.number and flag_sentences._reading(template).match(sentence)
            for number, sentence in raised
        )
    ]
    assert not unread


def test_every_sentence_is_english_for_who_reads_english(raised, speaking):
    assert not leftovers(speaking("en"), raised)


def test_every_sentence_stays_as_stored_for_who_reads_indonesian(raised, speaking):
    with speaking("id").test_request_context():
        for rule, sentence in raised:
            assert sentence_words(rule, sentence) == sentence


def test_a_template_that_no_rule_declares_is_noticed(raised, speaking, monkeypatch):
    """The canary: without its templates the sentences of a rule stay Indonesian."""
    bare = replace(BY_NUMBER["R03"], templates=())
    monkeypatch.setitem(flag_sentences.BY_NUMBER, "R03", bare)
    assert any("Turis" in sentence for sentence in leftovers(speaking("en"), raised))


def test_rules_declare_every_sentence_that_carries_values():
    found = extract_from_dir(
        ROOT / "assessment" / "rules", [("**.py", "python")], keywords={"N_": None}
    )
    texts = {str(message) for _file, _line, message, _comments, _context in found}
    declared = {template for rule in RULES for template in rule.templates}
    assert {text for text in texts if "{" in text} == declared


@pytest.mark.parametrize(
    ("rule", "sentence", "words"),
    [
        (
            "R21",
            "Paspor habis 4 bulan setelah berangkat: urus perpanjangan di imigrasi sebelum "
            "1 Juni 2026. Visa Kerja habis 1 hari sebelum berangkat: urus perpanjangan sebelum "
            "1 Juni 2026.",
            "Passport ends 4 months after leaving: renew it at the immigration office before "
            "1 June 2026. Work visa ends 1 day before leaving: renew it before 1 June 2026.",
        ),
        (
            "R03",
            "Tujuannya bekerja, tetapi visanya Turis, bukan visa kerja. Perlu klarifikasi.",
            "Leaving to work, but the visa is Tourist, not a work visa. Needs clarification.",
        ),
        ("R14", "Biaya yang diminta di atas Rp22.000.000.", "More than Rp22.000.000 is asked."),
        ("R14", "Biaya yang diminta di atas wajar.", "Biaya yang diminta di atas wajar."),
        ("R99", "Kalimat aturan lama.", "Kalimat aturan lama."),
    ],
)
def test_values_are_said_in_the_language_of_the_reader(speaking, rule, sentence, words):
    with speaking("en").test_request_context():
        assert sentence_words(rule, sentence) == words


def test_r16_says_that_the_planned_day_has_passed(reference, sound_case):
    def sentence(day: date) -> str:
        flags = assess(sound_case(unasked=PASSPORT), reference, day).flags
        return next(flag.sentence for flag in flags if flag.rule == "R16")

    assert sentence(LEAVING) == "Berangkat sudah dekat, dokumennya belum ditanyakan."
    after = sentence(LEAVING + timedelta(days=1))
    assert after == "Tanggal rencana sudah lewat, dan dokumennya belum ditanyakan."
