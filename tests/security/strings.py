"""Texts that break programs; our own, and with PAMIT_CORPUS=FOLDER those of a corpus besides."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

from wtforms import ValidationError

from registry.forms import FORBIDDEN, INVISIBLE
from registry.validators import (
    has_a_letter,
    is_card_number,
    is_companys_name,
    is_persons_name,
)

# Which fields of a record take names and numbers only, whatever form they stand on.
PERSONS, COMPANYS = (has_a_letter, is_persons_name), (has_a_letter, is_companys_name)
RULES = {
    **dict.fromkeys(("resident.name", "family_name", "recruiter_name", "penanda_tangan"), PERSONS),
    **dict.fromkeys(("agency_name", "employer_name", "training_body"), COMPANYS),
    "id_pmi": (is_card_number,),
}

CONTROLS = [f"Siti{chr(code)}Aminah" for code in (0, 1, 8, 11, 12, 14, 27, 31, 127, 128, 133, 159)]
NOT_CHARACTERS = ["Siti\ufffeA", "Siti\uffffA", "Siti\ufffdA", "Siti\ufdd0A", "Siti\U0001ffffA"]
MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "<b>tebal</b>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "javascript:alert(1)",
    '" autofocus onfocus=alert(1) x="',
    "<!-- <script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;b&#62; &amp;amp; &nbsp;",
    '<a href="//jahat.example/x">x</a>',
    "<style>@import '//jahat.example/'</style>",
    "<iframe src=//jahat.example></iframe>",
    "<base href=//jahat.example/>",
]
TEMPLATES = ["{{7*7}}", "{% for x in y %}", "${7*7}", "#{7*7}", "%(name)s %s %d %", "{0.__class__}"]
SQL = [
    "' OR '1'='1",
    "'; DROP TABLE resident; --",
    '" OR ""="',
    "1; SELECT pg_sleep(9)--",
    "%' OR 1=1 --",
    "100%_\\",
    "admin'/*",
]
FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    '=HYPERLINK("http://jahat.example";"x")',
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "'=1+1",
    "=\u20091+1",
    "\uff1d1+1",
    "_x0041_ _x000D_",
    "0001",
    "1E5",
    "TRUE",
    "#REF!",
    "2026-01-01",
]
QUOTES = ["'", '"', "O'Neil", "`id`", "a,b;c\td", 'Siti "Ayu" Dewi', "\\", "\\n", "a\nb", "a\r\nb"]
SCRIPTS = [
    "سيتي أمينة",
    "西蒂",
    "ꦱꦶꦠꦶ",
    "Å Å é é ﬁ ǅ İ ı ß",
    "Z̷̢͎a̶l̶g̵o̵",
    "\u202eSiti\u202c",
    "\u2066Siti\u2069\u200f",
    "Si\u200bti\u200d\ufeff",
    "Siti\u00adA",
    "👩🏽‍🦱👨‍👩‍👧‍👦🇮🇩",
    "\U0001f4a9" * 20,
    "１８０７０１２００１",
    "٠١٢٣",
    "\u2028Siti\u2029A",
    "\u3000Siti\u3000",
    "\u00a0Siti\u00a0Aminah",
    "Siti  Aminah",
]
WORDS = [
    "null",
    "None",
    "undefined",
    "NaN",
    "../../etc/passwd",
    "C:\\CON",
    "-",
    ".",
    "•",
    "$(id)",
    "|id",
    "S•• A••",
]
NAUGHTY = [
    *CONTROLS,
    *NOT_CHARACTERS,
    *MARKUP,
    *TEMPLATES,
    *SQL,
    *FORMULAS,
    *QUOTES,
    *SCRIPTS,
    *WORDS,
]
LONG = "Panjang sekali " * 700


def corpus() -> list[str]:
    """The texts of the corpus that PAMIT_CORPUS names; none where it names none."""
    if not (folder := os.environ.get("PAMIT_CORPUS")):
        return []
    found = json.loads((Path(folder) / "naughty_strings.json").read_text("utf-8"))
    return [entry["s"] for entry in found]


def naughty(every: int = 1) -> list[str]:
    """Every text that a browser could send, ours and those of a corpus.

    Args:
        every: take only so many of ours; of a corpus all are taken.
    """
    ours, theirs = both()
    return ours[::every] + theirs


def both() -> tuple[list[str], list[str]]:
    """Our texts, and those of a corpus that are not among them.

    A lone surrogate is none that a browser could send, as UTF-8 has no such bytes.
    """
    theirs = [text for text in dict.fromkeys(corpus()) if text not in NAUGHTY]
    return [text for text in NAUGHTY if _is_utf8(text)], [text for text in theirs if _is_utf8(text)]


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def kept(text: str) -> str | None:
    """What is stored of a text: without blanks around it, line ends as LF; None for nothing."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    return unified.strip() or None


def is_refused(text: str) -> bool:
    """Whether a text holds what no workbook can, or nobody sees, so that it is not stored."""
    return any(unfit.search(kept(text) or "") for unfit in (FORBIDDEN, INVISIBLE))


def suits(name: str, text: str) -> bool:
    """Whether a text is what its field asks for, where that is a name or the number of a card."""
    try:
        for check in RULES.get(name, ()):
            check(None, SimpleNamespace(data=kept(text)))
    except ValidationError:
        return False
    return True
