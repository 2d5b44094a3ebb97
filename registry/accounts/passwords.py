"""Passwords and one-time codes: argon2id, and a refusal list instead of composition rules."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from registry.enums import N_

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 128
# What a guesser must still find once known words, years and repetitions are taken away.
MINIMUM_REST = 5
WEAK_WORDS = Path(__file__).parent / "data" / "kata_lemah.txt"

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without look-alikes
CODE_GROUPS, CODE_GROUP_LENGTH = 3, 4

# Signs put for letters, which every guesser knows.
_SWAPS = str.maketrans("@4301!5$7", "aaeoiisst")

# Stands where an account has no password: no password matches it.
NO_PASSWORD = "!"  # noqa: S105 (it is the absence of one)

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(frozen=True)
class OneTimeCode:
    """A code to hand over, and what the database keeps of it."""

    text: str
    hash: str


def hash_password(password: str) -> str:
    return _hasher.hash(_normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is right; takes the same time where there is none to compare with."""
    is_comparable = bool(stored) and stored != NO_PASSWORD and len(password) <= MAXIMUM_LENGTH
    try:
        is_right = _hasher.verify(
            str(stored) if is_comparable else _dummy_hash(), _normal(password[:MAXIMUM_LENGTH])
        )
    except (VerificationError, InvalidHashError):
        return False
    return is_right and is_comparable


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _hasher.check_needs_rehash(stored)


def problem_with(password: str, username: str) -> str | None:
    """What is wrong with a new password, in Indonesian, or None."""
    if len(password) < MINIMUM_LENGTH:
        return N_("Kata sandi terlalu pendek: paling sedikit 12 karakter.")
    if len(password) > MAXIMUM_LENGTH:
        return N_("Kata sandi terlalu panjang: paling banyak 128 karakter.")
    plain, unswapped = (_letters_and_digits(p) for p in (password, password.translate(_SWAPS)))
    if _letters_and_digits(username) in plain:
        return N_("Kata sandi tidak boleh memuat nama pengguna.")
    if min(len(set(_rest(plain))), len(set(_rest(unswapped)))) < MINIMUM_REST:
        return N_("Kata sandi ini mudah ditebak. Pakai beberapa kata yang tidak berhubungan.")
    return None


def new_code() -> OneTimeCode:
    """A random one-time code with its hash."""
    text = random_code()
    return OneTimeCode(text, hash_password(normal_code(text)))


def random_code() -> str:
    """A random code, in groups that can be read out: `K7QM-4TXW-9PZA`."""
    groups = [
        "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_GROUP_LENGTH))
        for _ in range(CODE_GROUPS)
    ]
    return "-".join(groups)


def normal_code(text: str) -> str:
    """A code as it is hashed: without hyphens and blanks, in capitals."""
    return re.sub(r"[\s-]", "", text).upper()


def looks_like_code(text: str) -> bool:
    """Whether the text has the shape of a one-time code."""
    code = normal_code(text)
    return len(code) == CODE_GROUPS * CODE_GROUP_LENGTH and set(code) <= set(CODE_ALPHABET)


def _normal(password: str) -> str:
    # The same letters from another keyboard are the same password.
    return unicodedata.normalize("NFC", password)


def _letters_and_digits(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _rest(plain: str) -> str:
    """What is left of a password without known words, longest first, and without numbers."""
    for word in _weak_words():
        plain = plain.replace(word, " ")
    return re.sub(r"\d{2,}|\s", "", plain)


@cache
def _weak_words() -> tuple[str, ...]:
    lines = WEAK_WORDS.read_text(encoding="utf-8").splitlines()
    words = {line for line in lines if line.isalnum()}  # the others are remarks
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


@cache
def _dummy_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe())
