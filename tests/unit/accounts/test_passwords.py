"""Passwords: how they are kept, which are refused, and one-time codes."""

import pytest

from registry.accounts import passwords
from registry.accounts.passwords import CODE_ALPHABET, matches, problem_with


def test_the_costs_are_those_that_asvs_approves() -> None:
    stored = passwords.hash_password("sawah hijau di pagi hari")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.needs_rehash(stored.replace("m=19456", "m=1024"))


def test_a_password_matches_its_own_hash_only() -> None:
    stored = passwords.hash_password("sawah hijau di pagi hari")
    assert matches(stored, "sawah hijau di pagi hari")
    assert not matches(stored, "sawah hijau di pagi hari ")
    assert not matches(stored, "")


@pytest.mark.parametrize("stored", [None, "", passwords.NO_PASSWORD, "rusak"])
def test_nothing_matches_where_there_is_no_password(stored: str | None) -> None:
    assert not matches(stored, "!")
    assert not matches(stored, "")


class Comparing:
    """In place of the hasher: notes with what a try was compared."""

    def __init__(self) -> None:
        self.compared: list[tuple[str, str]] = []

    def verify(self, stored: str, typed: str) -> bool:
        self.compared.append((stored, typed))
        return True


@pytest.mark.parametrize("stored", [None, "", passwords.NO_PASSWORD])
def test_where_there_is_no_password_another_one_is_compared_in_its_place(
    monkeypatch: pytest.MonkeyPatch, stored: str | None
) -> None:
    hasher = Comparing()
    dummy = passwords._dummy_hash()
    monkeypatch.setattr(passwords, "_hasher", hasher)
    # Not even who hits that other one by chance gets in.
    assert not matches(stored, "apa saja")
    assert hasher.compared == [(dummy, "apa saja")]
    assert dummy.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not matches("$argon2id$", "a" * 129)
    assert hasher.compared[1:] == [(dummy, "a" * 128)]
    assert matches("$argon2id$", "a" * 128)


def test_known_words_are_taken_out_without_making_new_ones() -> None:
    assert problem_with("rapasswordhasia", "siti") is None
    assert "mudah ditebak" in str(problem_with("rahasiapassword", "siti"))


def test_the_same_letters_of_another_keyboard_match() -> None:
    stored = passwords.hash_password("caf\u00e9 pagi hari sejuk")
    assert matches(stored, "cafe\u0301 pagi hari sejuk")


def test_a_very_long_try_is_refused_without_work() -> None:
    stored = passwords.hash_password("a" * 128)
    assert not matches(stored, "a" * 1_000_000)


@pytest.mark.parametrize(
    "password",
    [
        "sawah hijau di pagi hari",
        "kopi lampung enak sekali",
        "Kerbau 7 lompat pagar",
        "gajah-terbang-rendah",
        "x" * 3 + "kelapa muda segar" * 7,
    ],
)
def test_a_phrase_of_unrelated_words_is_taken(password: str) -> None:
    assert problem_with(password, "siti.waymengaku") is None


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "P@ssw0rd1234!",
        "pamitlampung2026",
        "Rahasia-Desa-2026",
        "OperatorDesa123",
        "123456789012",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "qwertyuiop12",
        "1q2w3e4r5t6y",
        "Indonesia Merdeka 1945",
        "bismillah bismillah",
    ],
)
def test_a_password_that_others_would_guess_is_refused(password: str) -> None:
    problem = problem_with(password, "siti.waymengaku")
    assert problem is not None
    assert "mudah ditebak" in problem


def test_lengths_are_bounded_and_nothing_else_is_prescribed() -> None:
    assert "12" in str(problem_with("kerbaulompa", "siti"))
    assert problem_with("kerbaulompat", "siti") is None
    longest = ("sawah hijau di pagi hari " * 6)[:128]
    assert problem_with(longest, "siti") is None
    assert matches(passwords.hash_password(longest), longest)
    assert "128" in str(problem_with(longest + "i", "siti"))


def test_five_different_letters_that_no_word_explains_are_enough() -> None:
    assert problem_with("zvkxw" * 3, "siti") is None
    assert "mudah ditebak" in str(problem_with("zvkx" * 3, "siti"))


def test_the_username_may_not_be_in_the_password() -> None:
    assert "nama pengguna" in str(problem_with("kerbau Siti.Way melompat", "siti.way"))


def test_a_code_can_be_read_out_in_three_groups_of_four() -> None:
    assert [len(group) for group in passwords.random_code().split("-")] == [4, 4, 4]


def test_codes_have_no_look_alikes_and_differ() -> None:
    codes = [passwords.new_code() for _turn in range(5)]
    assert len({code.text for code in codes}) == 5
    for code in codes:
        assert set(code.text) <= {*CODE_ALPHABET, "-"}
        assert not set(code.text) & set("0O1IL")
        assert code.text not in code.hash


def test_a_code_may_be_typed_in_small_letters_and_without_hyphens() -> None:
    code = passwords.new_code()
    typed = code.text.lower().replace("-", " ")
    assert matches(code.hash, passwords.normal_code(typed))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CODE_ALPHABET[:12], True),
        (f" {CODE_ALPHABET[:4]}-{CODE_ALPHABET[4:8]} {CODE_ALPHABET[8:12].lower()}", True),
        (CODE_ALPHABET[0] * 12, True),
        (CODE_ALPHABET[-12:], True),
        (CODE_ALPHABET[:11], False),
        (CODE_ALPHABET[:13], False),
        (CODE_ALPHABET[:7], False),
        (f"{CODE_ALPHABET[:11]}0", False),
        ("kerbau lompat", False),
        ("", False),
    ],
)
def test_what_has_the_shape_of_a_code(text: str, expected: bool) -> None:
    assert passwords.looks_like_code(text) is expected
