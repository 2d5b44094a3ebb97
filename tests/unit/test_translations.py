"""The English catalogue is whole, and no text of a page escapes translation."""

import io
import re
from collections.abc import Iterator
from configparser import ConfigParser
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "registry" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
TEMPLATES = ROOT / "templates"
CALLS = ("_", "N_", "_l", "gettext", "lazy_gettext")
# Singular and plural are one text in Indonesian, two in English.
PLURALS = {"ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
ENGLISH = re.compile(
    r"\b(the|and|of|is|are|was|not|please|your|you|with|for|this|that|must|have|has|been|from|"
    r"page|field|name|date|save|search|delete|record|required|invalid|unknown)\b",
    re.IGNORECASE,
)
# Legal Indonesian texts, and pages that must work without knowing whose language to speak.
INDONESIAN_ONLY = {
    "departures/letter.html",
    "departures/receipt.html",
    "errors/500.html",
    "errors/503.html",
    "rights/stored.html",
}
NAMES = {"Pamit", "Bahasa Indonesia", "English", "Rp"}
VISIBLE_ATTRIBUTES = {"alt", "aria-label", "data-label", "data-selesai", "placeholder", "title"}


@pytest.fixture(scope="module")
def texts() -> set[str]:
    """Every text that program and templates mark for translation, found as babel.cfg says."""
    config = ConfigParser()
    config.read(ROOT / "babel.cfg")
    methods, options = [], {}
    for section in config.sections():
        method, pattern = section.split(":")
        methods.append((pattern.strip(), method))
        options[pattern.strip()] = dict(config[section])
    keywords = dict.fromkeys(CALLS) | PLURALS
    found = extract_from_dir(ROOT, methods, options, keywords=keywords)
    return {_one(message) for _file, _line, message, _comments, _context in found if message}


def _one(message: str | tuple[str, ...] | list[str]) -> str:
    """The text of a message, whose singular and plural are the same in Indonesian."""
    if isinstance(message, str):
        return message
    (text,) = set(message)
    return text


def pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """Every text with its English ones, each plural beside the same text."""
    for message in catalogue:
        if message.id:
            said = (message.string,) if isinstance(message.string, str) else message.string
            yield from ((_one(message.id), one) for one in said)


@pytest.fixture(scope="module")
def english() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def test_texts_are_found_in_program_and_templates(texts):
    assert {"Keberangkatan", "Desa/Kelurahan", "Pilihan tidak dikenal.", "Perlu bantuan?"} <= texts
    assert "Usia di bawah batas minimum" in texts  # a rule's title
    assert len(texts) > 700


def test_every_text_has_an_english_one(texts, english):
    said: dict[str, list[str]] = {}
    for text, one in pairs(english):
        said.setdefault(text, []).append(one)
    assert not [text for text in sorted(texts) if not all(said.get(text, [""]))]
    assert not [message.id for message in english if message.fuzzy and message.id]


def test_the_catalogue_holds_nothing_that_the_program_no_longer_says(texts, english):
    assert not {text for text, _said in pairs(english)} - texts
    assert not english.obsolete


def test_placeholders_are_the_same_in_both_languages(english):
    differing = [
        text
        for text, said in pairs(english)
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(said))
    ]
    assert not differing


def test_edges_and_endings_are_the_same_in_both_languages(english):
    for text, said in pairs(english):
        assert (text[0] == " ", text[-1] == " ") == (said[0] == " ", said[-1] == " "), text
        assert (text[-1] in ".?:") == (said[-1] in ".?:"), text


def test_source_texts_are_indonesian(texts):
    assert not [text for text in texts if ENGLISH.search(PLACEHOLDER.sub("", text))]


def test_the_catalogue_says_nothing_of_machines_and_dates():
    source = CATALOGUE.read_text(encoding="utf-8")
    assert "charset=utf-8" in source
    for churn in ("#:", "Creation-Date", "Revision-Date", "@", "://pypi", "/home/"):
        assert churn not in source


def test_the_catalogue_compiles(english):
    file = io.BytesIO()
    write_mo(file, english)
    file.seek(0)
    translations = Translations(file)
    assert translations.gettext("Keberangkatan") == "Departures"
    assert translations.gettext("Tidak ada di katalog") == "Tidak ada di katalog"


def templates() -> list[str]:
    every = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
    return [name for name in every if name not in INDONESIAN_ONLY]


@pytest.mark.parametrize("name", templates())
def test_templates_show_no_text_of_their_own(name):
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert not [text for text in _visible(source) if text not in NAMES]
    assert not [text for text in _sentences(source) if text not in NAMES]


def test_the_search_for_own_text_finds_it():
    source = (
        '<p>{# no text #}Halo {{ nama }}</p><a title="Buka" href="/x">{{ _("Ya") }}</a>'
        '{{ kotak("Isi dulu.", _("Nama")) }}{% if a %}<b>{% endif %}&nbsp;·<script>var a</script>'
    )
    assert list(_visible(source)) == ["Halo", "Buka"]
    assert list(_sentences(source)) == ["Isi dulu."]


class _Reader(HTMLParser):
    """Collects what a reader sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.is_code = False

    def handle_starttag(self, tag, attrs):
        self.is_code = tag in ("script", "style")
        self.found += [value or "" for name, value in attrs if name in VISIBLE_ATTRIBUTES]

    def handle_endtag(self, tag):
        self.is_code = False

    def handle_data(self, data):
        if not self.is_code:
            self.found.append(data)


def _visible(source: str) -> Iterator[str]:
    """Text nodes and spoken attributes of a template that hold letters of their own."""
    reader = _Reader()
    reader.feed(re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", source, flags=re.DOTALL))
    for text in reader.found:
        # What begins with a hyphen continues an id.
        if re.search(r"(?<![\w-])[^\W\d_]", text):
            yield " ".join(text.split()).strip(" –·")


def _sentences(source: str) -> Iterator[str]:
    """Literals in expressions that read like words for people, outside a call of `_`."""
    environment = Environment(autoescape=True)
    tree = environment.parse(source)
    calls = [
        call
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in (*CALLS, *PLURALS)
    ]
    translated = {id(const) for call in calls for const in call.find_all(nodes.Const)}
    for const in tree.find_all(nodes.Const):
        is_words = isinstance(const.value, str) and re.match(r"[A-Z][a-z]+", const.value)
        if is_words and id(const) not in translated:
            yield const.value
