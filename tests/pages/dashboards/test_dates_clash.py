"""Dates that contradict each other leave the form as it was filled, so that it leads out."""

import pytest

from tests.pages.dashboards.reading import words_of


def filled(tree) -> dict[str, str]:
    """What the form would send."""
    boxes = {one.get("name"): one.get("value") or "" for one in tree.iter("input")}
    for one in tree.iter("select"):
        chosen = [o.get("value") for o in one.iter("option") if o.get("selected") is not None]
        boxes[one.get("name")] = chosen[0] if chosen else ""
    return boxes


@pytest.mark.parametrize(
    "query",
    [
        {"tahun": "2025", "dari": "2025-03-01", "negara": "TW"},
        {"dari": "2025-03-02", "sampai": "2025-03-01", "skema": "p_to_p"},
        {"bulan": "3", "jk": "P"},
    ],
)
def test_the_form_keeps_what_was_chosen_and_says_what_is_wrong(look, query):
    said = "&".join(f"{name}={value}" for name, value in query.items())
    _, tree = look(f"/dasbor/1807?{said}", status=400)
    (message,) = [one for one in tree.iter("p") if one.get("class") == "field-error"]
    assert "“" in words_of(message)
    boxes = filled(tree)
    assert {name: boxes[name] for name in query} == query
    (form,) = [one for one in tree.iter("form") if one.get("method") == "get"]
    assert form.get("action") == "/dasbor/1807"
    assert any(one.get("open") is not None for one in form.iter("details"))


def test_a_year_can_be_taken_off_beside_its_month(look):
    _, tree = look("/dasbor?tahun=2026&bulan=3")
    (year,) = [one for one in tree.iter("select") if one.get("name") == "tahun"]
    assert next(year.iter("option")).get("value") == ""


def test_an_unknown_value_is_still_refused_by_name(look):
    answer, _ = look("/dasbor?tahun=2025&dari=2025-03-01&negara=ZZ", status=400)
    assert "“ZZ”" in answer.get_data(as_text=True)
