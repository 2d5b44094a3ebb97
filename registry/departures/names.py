"""When a typed text finds a name, and when two names are one (pure).

A name is found by the beginnings of its words, in any order. What sounds alike is found alike: old
spelling (Soekarno, Djoko, Tjut) with the new one, Dedy with Dedi, every way of writing Muhammad,
and Nur'aini written as two words or as one. A word is always found by the beginning of what was
written, too.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from registry.formatting import MUHAMMAD, normal_name, plain_words

# Spelling before 1972 and after it; `name_words` writes the same in SQL.
OLD_SPELLING = (("oe", "u"), ("dj", "j"), ("tj", "c"))
# Two words are found as one where one of them is no longer; `name_words` writes the same in SQL.
SHORT_WORD = 3
ENDINGS = {"i": "y", "y": "i"}
# Told apart from muhammad by `normal_name`, whose results are covered by the digests of records.
ALSO_MUHAMMAD = (
    *("md", "mhd", "mhmd", "mohamed", "mohammed", "muhamed"),
    *("muchamad", "muchammad", "mukhamad", "mukhammad"),
)
_SPELT = ("muhammad", *MUHAMMAD, *ALSO_MUHAMMAD)
_ONE_SPELLING = MUHAMMAD | dict.fromkeys(ALSO_MUHAMMAD, "muhammad")


class Asked(NamedTuple):
    """What stands for a typed word: the beginnings and the whole words of which one is found."""

    beginnings: tuple[str, ...]
    words: tuple[str, ...]

    def finds(self, word: str) -> bool:
        """Whether a word of a name is one of them."""
        return word in self.words or word.startswith(self.beginnings)


def respelt(word: str) -> str:
    """A word, or several, in the spelling of today."""
    for old, new in OLD_SPELLING:
        word = word.replace(old, new)
    return word


def _also(word: str) -> list[str]:
    """The word as it was typed and as it may have been written."""
    found = [word, respelt(word)]
    if len(word) >= SHORT_WORD and word[-1] in ENDINGS:
        found += [one[:-1] + ENDINGS[one[-1]] for one in found]
    return found


def words_of(name: str) -> set[str]:
    """The words by which a name is found, as it is stored and as it is spelt today."""
    written = normal_name(name)
    return {
        word
        for words in (written.split(), respelt(written).split())
        for word in (*words, *_joined(words))
    }


def _joined(words: Sequence[str]) -> Iterable[str]:
    """Neighbours as one word, as Nur Aini is Nuraini."""
    for one, other in pairwise(words):
        if min(len(one), len(other)) <= SHORT_WORD:
            yield one + other


def one_name(normal: str) -> str:
    """The same text for normal names that only apostrophes, spaces or Muhammad tell apart."""
    return "".join(_ONE_SPELLING.get(word, word) for word in normal.split())


def asked_words(text: str, *, whole: bool) -> list[Asked]:
    """For each typed word what must be found, the longest word first.

    Args:
        whole: whether they are whole words, and not beginnings.
    """
    typed = plain_words(text)
    if whole:
        asked = {_whole(word) for word in typed}
    else:
        # What was meant as one word is found by each of the two words that were typed.
        alone = ["", *(one + other for one, other in pairwise(typed)), ""]
        asked = {
            _beginnings(word, [one for one in beside if one])
            for word, beside in zip(typed, pairwise(alone), strict=False)
        }
    return sorted(asked, key=lambda one: (-len((one.beginnings or one.words)[0]), one))


def _whole(word: str) -> Asked:
    written = _ONE_SPELLING.get(word, word)
    if written == "muhammad":
        return Asked((), (written, *ALSO_MUHAMMAD))
    return Asked((), tuple(dict.fromkeys(_also(written))))


def _beginnings(word: str, joined: Sequence[str]) -> Asked:
    found = _also(word)
    is_muhammad = any(spelt.startswith(word) for spelt in _SPELT)
    if is_muhammad:
        found.append("muhammad")
    found += [spelt for one in joined for spelt in (one, respelt(one))]
    beginnings = tuple(
        one
        for one in dict.fromkeys(found)
        if not any(one != other and one.startswith(other) for other in found)
    )
    others = [one for one in ALSO_MUHAMMAD if is_muhammad and not one.startswith(beginnings)]
    return Asked(beginnings, tuple(others))


def distinct_words(text: str) -> int:
    """How many words a text holds; ways of spelling one word count once."""
    return len({_one_spelling(word) for word in plain_words(text)})


def _one_spelling(word: str) -> str:
    spelt = respelt(_ONE_SPELLING.get(word, word))
    return f"{spelt[:-1]}i" if spelt.endswith("y") and len(spelt) >= SHORT_WORD else spelt


def finds(text: str, name: str, *, whole: bool) -> bool:
    """Whether the text finds the name; one without any letter or digit finds nothing."""
    words = words_of(name)
    asked = asked_words(text, whole=whole)
    return bool(asked) and all(any(map(one.finds, words)) for one in asked)
