"""Hostile texts in everything that a page shows: nothing of them comes alive in a real browser.

A few dozen of our own texts, each page opened by one who may see it; with PAMIT_CORPUS=FOLDER all
of ours and all of that corpus, each page by every role.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry import security
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db
from registry.regions.models import Region
from tests.browser.conftest import OpenPage
from tests.browser.looking import LIVE, Watch
from tests.browser.test_pages import FILES, shape
from tests.factories import DISTRICT, VILLAGE, make_departure, make_user
from tests.security.matrix import SIGN_OUT, addresses_of
from tests.security.routes import ROUTES
from tests.security.strings import FORMULAS, MARKUP, QUOTES, TEMPLATES, corpus, is_refused, naughty
from tests.security.world import Place, World, make_world

pytestmark = pytest.mark.browser

A_FIELD = 500  # texts, one after the other
LOOKED_AT_DIFFERENTLY = {"/", "/keberangkatan", "/keberangkatan/N", "/tanda/N"}  # by each role
FEW = [*MARKUP, *TEMPLATES, *FORMULAS, *QUOTES]


def words() -> dict[str, str]:
    """For each of some villages, the texts that every field of its people holds."""
    texts = [text for text in (naughty() if corpus() else FEW) if not is_refused(text)]
    joined = [" ".join(texts[at : at + A_FIELD]) for at in range(0, len(texts), A_FIELD)]
    codes = db.session.scalars(
        select(Region.code)
        .where(Region.code.startswith(DISTRICT), func.length(Region.code) == len(VILLAGE))
        .order_by(Region.code)
        .limit(len(joined))
    ).all()
    return dict(zip(codes, joined, strict=True))


def actors(world: World) -> Iterator[tuple[Place, User]]:
    """Everybody who sees a place, place by place; the country's administrator last."""
    high = make_user(role=Role.BP3MI)
    for place in world.places:
        for role in (Role.OPERATOR, Role.VILLAGE_HEAD, Role.REVIEWER, Role.LABOUR_OFFICE):
            yield place, db.session.get_one(User, place.users[role])
        yield place, high
    yield world.places[0], make_user(role=Role.ADMIN)


def paths(app: Flask, world: World, place: Place, role: Role) -> list[str]:
    """Every page that serves the role, one of each shape, about something of the place."""
    found: dict[str, str] = {}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            entry = ROUTES[rule.endpoint]
            if "GET" not in (rule.methods or ()) or not entry.is_for(role):
                continue
            if rule.endpoint in SIGN_OUT or entry.about == "asset":
                continue
            for values in addresses_of(rule, place, world):
                path = app.url_for(rule.endpoint, **values)
                found.setdefault(shape(path), path)
    return [path for path in found.values() if not FILES.search(path)]


def test_no_text_comes_alive_on_any_page(app: Flask, open_page: OpenPage, watch: Watch) -> None:
    world = make_world(words())
    first = re.sub(r"\s+", " ", world.places[0].word)[:40]
    opened, showing, live, is_sample = set(), 0, [], not corpus()
    for place, user in actors(world):
        role = user.role
        page = open_page(user)
        for path in paths(app, world, place, role):
            key = path if is_sample and shape(path) not in LOOKED_AT_DIFFERENTLY else (role, path)
            if key in opened:
                continue
            opened.add(key)
            response = page.goto(path)
            assert response is not None
            assert response.status < 500, path
            live += [f"{role.value} {path}: {one}" for one in page.evaluate(LIVE)]
            showing += first in page.locator("body").inner_text()
        page.context.close()
    print(f"{len(opened)} pages of {len(world.places)} villages, {showing} show the first texts")
    assert live == []
    assert watch.complaints == []
    assert showing > 20, "the texts were not shown"


# The same looks, over planted flaws


@pytest.fixture
def record(app: Flask, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page of a person with a hostile name, whose template does not escape it."""
    name = '<img src="//jahat.example/x" onerror=alert(1)><script>alert(2)</script>'
    departure = make_departure(by=make_user(), name=name)
    monkeypatch.setattr(app.jinja_env, "autoescape", False)
    return f"/keberangkatan/{departure.id}"


def told(watch: Watch, words: str) -> bool:
    return any(words in complaint for complaint in watch.complaints)


def test_a_page_that_does_not_escape_is_found(
    record: str, open_page: OpenPage, watch: Watch
) -> None:
    page = open_page(make_user())
    page.goto(record)
    assert page.evaluate(LIVE)
    assert told(watch, "Content Security Policy")
    assert not told(watch, "dialog")
    watch.complaints.clear()


def test_a_dialog_and_a_foreign_request_are_counted(
    record: str, open_page: OpenPage, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = {**security.HEADERS, "Content-Security-Policy": "base-uri 'none'"}
    monkeypatch.setattr(security, "HEADERS", free)
    open_page(make_user()).goto(record)
    assert told(watch, "dialog: 1")
    assert told(watch, "dialog: 2")
    assert told(watch, "off the machine: http://jahat.example/x")
    watch.complaints.clear()
