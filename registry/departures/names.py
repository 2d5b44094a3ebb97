"""When a typed text finds a name (pure).

A name is found by the beginnings of its words, in any order. What sounds alike is found alike: old
spelling (Soekarno, Djoko, Tjut) with the new one, and every way of writing Muhammad. A word is
always found by the beginning of what was written, too.
"""

from registry.formatting import MUHAMMAD, normal_name, plain_words

# Spelling before 1972 and after it; `searching` writes the same in SQL.
OLD_SPELLING = (("oe", "u"), ("dj", "j"), ("tj", "c"))

Spellings = tuple[str, ...]


def respelt(word: str) -> str:
    """A word, or several, in the spelling of today."""
    for old, new in OLD_SPELLING:
        word = word.replace(old, new)
    return word


def words_of(name: str) -> set[str]:
    """The words by which a name is found, as it is stored and as it is spelt today."""
    written = normal_name(name)
    return {*written.split(), *respelt(written).split()}


def asked_words(text: str, *, whole: bool) -> list[Spellings]:
    """For each typed word the spellings of which one must be found, the longest word first.

    Args:
        whole: whether they are whole words, and not beginnings.
    """
    asked = {_whole(word) if whole else _beginnings(word) for word in plain_words(text)}
    return sorted(asked, key=lambda spellings: (-len(spellings[0]), spellings))


def _whole(word: str) -> Spellings:
    written = MUHAMMAD.get(word, word)
    return tuple(dict.fromkeys((written, respelt(written))))


def _beginnings(word: str) -> Spellings:
    found = [word, respelt(word)]
    found += [one for spelt, one in MUHAMMAD.items() if spelt.startswith(word)]
    return tuple(
        one
        for one in dict.fromkeys(found)
        if not any(one != other and one.startswith(other) for other in found)
    )


def finds(text: str, name: str, *, whole: bool) -> bool:
    """Whether the text finds the name; one without any letter or digit finds nothing."""
    words = words_of(name)
    asked = asked_words(text, whole=whole)
    return bool(asked) and all(
        any(word == one if whole else word.startswith(one) for word in words for one in spellings)
        for spellings in asked
    )
