"""Words that a village writes into a free box: compared plainly, and read where they mean nothing.

A box may hold a name, "there is none", or "nobody knows": the first is judged, the second is an
answer too, and the third is none.
"""

from registry.formatting import normal_name

# What a village writes where it asked and there was none, a dash or a dot among it.
SAYS_NONE = frozenset(
    {
        *("", "belum", "belum ada", "belum punya", "tidak", "tidak ada", "tidak punya", "nihil"),
        *("tanpa p3mi", "tanpa perekrut", "tidak ada perekrut"),
    }
)
SAYS_UNKNOWN = frozenset(
    {
        *("tidak tahu", "belum tahu", "tidak diketahui", "belum diketahui", "tidak jelas"),
        *("belum jelas", "lupa"),
    }
)

_WORDS: dict[str, str] = {}
_WORDS_KEPT = 4096


def plain_words(text: str) -> str:
    """`normal_name`, kept: titles, companies and offices come again in case after case."""
    words = _WORDS.get(text)
    if words is None:
        if len(_WORDS) >= _WORDS_KEPT:
            _WORDS.clear()
        words = _WORDS[text] = normal_name(text)
    return words


def says_none(text: str | None) -> bool:
    """Whether somebody wrote that there is none, as `-` or "belum ada"."""
    return text is not None and plain_words(text) in SAYS_NONE


def says_unknown(text: str | None) -> bool:
    """Whether somebody wrote that nobody knows, which is no answer."""
    return text is not None and plain_words(text) in SAYS_UNKNOWN


def has_phrase(text: str | None, phrase: str) -> bool:
    """Whether the text says the phrase, as whole words."""
    return text is not None and f" {phrase} " in f" {plain_words(text)} "


def names_somebody(text: str | None) -> bool:
    """Whether the text is a name at all."""
    return bool(text) and not says_none(text) and not says_unknown(text)
