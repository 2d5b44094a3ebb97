"""No number of a person reaches a log or an address, and the suite would notice one that does."""

import logging

import pytest

from registry.operating.logs import BLOT, NettedRecord
from tests.conftest import Client, refuse_leaking_log
from tests.leaks import leaks_in

NIK = "1807015203989731"


@pytest.mark.parametrize(
    "number",
    [NIK, "1807.0152.0398.9731", "1807 0152 0398 9731", "+6281277334455", "0812-7733-4455"],
)
def test_numbers_are_blotted_out_of_every_log(app, caplog, number):
    for name in ("pamit", "sqlalchemy.engine", "werkzeug", "somebody.else"):
        logging.getLogger(name).error("row %s of %d", number, 7)
        try:
            raise ValueError(f"no such person: {number}")
        except ValueError:
            logging.getLogger(name).exception("failed")
    assert caplog.text.count(BLOT) == 8
    assert number not in caplog.text
    assert caplog.text.count("row [disamarkan] of 7") == 4


@pytest.mark.parametrize(
    "text", ["2026-11-24 15:32:10,123", "seq 20261", "127.0.0.1:8000", "a" * 40]
)
def test_other_texts_are_logged_as_they_are(text):
    record = NettedRecord("pamit", logging.ERROR, "", 1, "%s", (text,), None)
    assert record.getMessage() == text


def test_the_suite_fails_a_test_whose_log_holds_a_number_or_a_name():
    def report(said):
        sections = [("Captured log call", said)]
        return pytest.TestReport("x", ("x", 1, "x"), {}, "passed", None, "call", sections)

    assert refuse_leaking_log(report("nothing of anybody")).passed
    for said in (f"saved {NIK}", "saved Siti Rahmawati 12"):
        assert refuse_leaking_log(report(said)).failed


def test_the_suite_fails_a_test_that_asks_for_an_address_with_a_number(app):
    app.test_client_class = Client
    for query in (f"nik={NIK}", "q=Siti+Rahmawati", "q=Siti%20Rahmawati"):
        assert leaks_in(f"/masuk?{query}")
        with pytest.raises(AssertionError, match="stands in an address"):
            app.test_client().get(f"/masuk?{query}")
