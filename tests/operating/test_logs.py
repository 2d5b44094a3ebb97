"""No number of a person reaches a log or an address, and the suite would notice one that does."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from registry.operating.logs import BLOT, NettedRecord
from tests.conftest import Client
from tests.leaks import leaks_in
from tests.listening import OutputFiles

NIK = "1807015203989731"
ROOT = Path(__file__).parents[2]
LOGGERS = ("pamit", "sqlalchemy.engine", "werkzeug", "somebody.else")
SUITE = """
import logging
import pytest
from registry.operating.logs import net_logs

@pytest.fixture(params=["net", "bare"], autouse=True)
def net(request):
    factory = logging.getLogRecordFactory()
    if request.param == "net":
        net_logs()
    yield
    logging.setLogRecordFactory(factory)

@pytest.fixture
def told(request):
    logging.getLogger({logger!r}).warning("set up for %s", {said!r})

def test_message():
    logging.getLogger({logger!r}).warning("saved %s", {said!r})

def test_fixture(told):
    pass

def test_traceback():
    try:
        raise ValueError({said!r})
    except ValueError:
        logging.getLogger({logger!r}).exception("failed")
"""

SERVED = """
import pytest
from tests.faults.serving import Server

@pytest.fixture
def server(settings):
    served = Server(settings, "tests.faults.talking_server:app", SPOKEN={said!r})
    yield served
    served.kill()

def test_that_a_page_is_served(server):
    assert server.start() > 0
"""


@pytest.mark.plants_numbers
@pytest.mark.parametrize(
    "number",
    [NIK, "1807.0152.0398.9731", "1807 0152 0398 9731", "+6281277334455", "0812-7733-4455"],
)
def test_numbers_are_blotted_out_of_every_log(app, caplog, number):
    for name in LOGGERS:
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


def run_of_the_suite(path, said):
    """What pytest says of tests that log this through real loggers, under the suite's own rules."""
    for logger in LOGGERS:
        test = path / f"test_{logger.replace('.', '_')}.py"
        test.write_text(SUITE.format(logger=logger, said=said))
    return run_of(path)


def run_of(path):
    """What pytest says of the tests of a folder, under the suite's own rules."""
    command = ["-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(path), str(path)]
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("said", [NIK, "Siti Rahmawati 12"])
def test_the_suite_fails_a_test_whose_log_holds_a_number_or_a_name(tmp_path, said):
    """Whether or not the net is there that would blot the number out."""
    done = run_of_the_suite(tmp_path, said)
    assert done.returncode == 1, done.stdout + done.stderr
    in_the_test, in_its_fixture = 2 * 2 * len(LOGGERS), 2 * len(LOGGERS)
    failed = done.stdout.count("stands in the log, or would without")
    assert failed >= in_the_test + in_its_fixture, done.stdout
    assert " passed" not in done.stdout


def test_the_suite_passes_a_test_that_logs_nothing_of_anybody(tmp_path):
    done = run_of_the_suite(tmp_path, "7 of 12")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("said", "fails"), [(NIK, True), ("Siti Rahmawati 12", True), ("7", False)]
)
def test_the_suite_fails_a_test_whose_server_writes_a_number_or_a_name(tmp_path, said, fails):
    (tmp_path / "test_served.py").write_text(SERVED.format(said=said))
    done = run_of(tmp_path)
    assert done.returncode == int(fails), done.stdout + done.stderr
    assert ("stands in the log" in done.stdout) is fails, done.stdout


@pytest.fixture
def output(tmp_path):
    files, path = OutputFiles(), tmp_path / "said.log"
    files.follow(path)
    return files, path


def test_what_a_process_writes_is_read_once_and_a_number_is_never_read_in_halves(output):
    files, path = output
    assert files.take() == ""  # the file is not there yet
    path.write_text(f"one\nabout {NIK[:9]}")
    assert leaks_in(files.take()) == []
    path.write_text(f"one\nabout {NIK}\n")
    said = files.take()
    assert "one" not in said
    assert leaks_in(said) == [NIK]
    assert files.take() == ""


def test_the_suite_fails_a_test_that_asks_for_an_address_with_a_number(app):
    app.test_client_class = Client
    for query in (f"nik={NIK}", "q=Siti+Rahmawati", "q=Siti%20Rahmawati"):
        assert leaks_in(f"/masuk?{query}")
        with pytest.raises(AssertionError, match="stands in an address"):
            app.test_client().get(f"/masuk?{query}")
