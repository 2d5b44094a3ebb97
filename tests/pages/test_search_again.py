"""A masked viewer who writes too little of a name is told beside the box, with the text kept."""

import html5lib
import pytest

from registry.accounts.roles import Role
from tests.factories import make_departure, make_user
from tests.page import post

ONE_WORD = "<Siti>"


@pytest.fixture
def masked(app, sign_in):
    make_departure(by=make_user(), name="Siti Aminah")
    return sign_in(make_user(role=Role.BP3MI))


def test_one_word_of_a_name_stays_in_the_box_beside_its_message(masked):
    sent = post(masked, "/cari", {"q": ONE_WORD}, seen="/keberangkatan")
    answer = masked.get(sent.headers["Location"])
    assert answer.status_code == 400
    tree = html5lib.parse(answer.data, namespaceHTMLElements=False)
    (box,) = [one for one in tree.iter("input") if one.get("name") == "q"]
    (message,) = [one for one in tree.iter("p") if one.get("id") == box.get("aria-describedby")]
    assert box.get("value") == ONE_WORD
    assert "Tulis paling sedikit dua kata utuh" in "".join(message.itertext())
    assert "Siti" not in next(tree.iter("title")).text
    assert "Siti" not in "".join(next(tree.iter("h1")).itertext())


def test_the_way_back_keeps_the_other_filters(masked):
    answer = masked.get("/keberangkatan?q=Siti&tahap=planned")
    tree = html5lib.parse(answer.data, namespaceHTMLElements=False)
    (back,) = [one for one in tree.iter("a") if one.get("class") == "back-link"]
    assert back.get("href") == "/keberangkatan?tahap=planned"
    assert masked.get(back.get("href")).status_code == 200


def test_an_empty_box_has_no_message(masked):
    answer = masked.get("/keberangkatan")
    assert answer.status_code == 200
    assert "cari-q-galat" not in answer.get_data(as_text=True)
