"""Under which keys a try at signing in is counted, so that nobody's guesses keep the owner out.

A browser that the account knows has a pace of its own, which no guess from elsewhere touches.
All strangers together share the pace of the account, slow enough to make guessing hopeless. A
one-time code cannot be guessed: who types one in a new browser need not wait for those guesses.
"""

from dataclasses import dataclass

from registry.accounts import passwords, queries, slowdown
from registry.accounts.browsers import Browser
from registry.accounts.models import User
from registry.accounts.slowdown import TooSoon, Try


@dataclass(frozen=True)
class Claimed:
    """A try that is counted and may now be checked.

    Attributes:
        tries: under what it is counted.
        wait: the answer to all but a one-time code, where a password would have to wait.
    """

    tries: tuple[Try, ...]
    wait: TooSoon | None = None

    def give_back(self) -> None:
        """Take the try back, since it was right; the failures of others stay counted."""
        for kind, key in self.tries:
            slowdown.give_back(kind, key)


def claim_password(username: str, typed: str, browser: Browser) -> Claimed:
    """Count a try before it is checked; raises TooSoon.

    Whether the name is one of an account shows in nothing, but to a browser that the account knows.
    """
    tries = _password_tries(username, browser)
    try:
        slowdown.claim(*tries)
    except TooSoon as wait:
        if not passwords.looks_like_code(typed):
            raise
        code = ("sign-in-code", browser.address)
        slowdown.claim(code)
        return Claimed((code,), wait)
    return Claimed(tries)


def claim_second_step(user: User, browser: Browser) -> tuple[Try, ...]:
    """Count a code before it is looked at, and answer under what; raises TooSoon."""
    tries = _second_step_tries(user, browser)
    slowdown.claim(*tries)
    return tries


def _password_tries(username: str, browser: Browser) -> tuple[Try, ...]:
    if key := browser.known.key_of(queries.find_by_username(username)):
        return (("sign-in-known", key),)
    return (("sign-in-account", username), ("sign-in-address", browser.address))


def _second_step_tries(user: User, browser: Browser) -> tuple[Try, ...]:
    if key := browser.known.key_of(user):
        return (("second-step-known", key),)
    return (
        ("second-step", f"{user.id} {browser.address}"),
        ("second-step-account", str(user.id)),
    )
