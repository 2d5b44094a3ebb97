"""Two hosts before one database are one registry: sessions, delays, days, keys, files."""

import re
import subprocess
import sys
import time
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import func, select

from registry.accounts.models import SlowDown
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.db import db, now
from registry.departures.assessing import ASSESSED_THROUGH
from registry.departures.models import Departure
from registry.formatting import today
from registry.operating import daily, facts
from registry.operating.beside import first_edited_beside_journal
from registry.regions.models import Region
from tests.factories import PASSWORD, make_departure, make_user
from tests.faults.serving import ROOT, environment_of
from tests.hosts.conftest import Tab, command, on, start_command, try_password

FREE_TRIES = 3
DUE = 60


def signed_in_on(server, username):
    answer, browser = try_password(server, username, PASSWORD)
    assert answer.status_code == 302
    return browser


def test_who_signs_in_on_one_host_is_signed_in_on_the_other(app, pair):
    first, second = pair
    departure = make_departure(by=(user := make_user()))
    browser = signed_in_on(first, user.username)
    assert browser.get("/keberangkatan").status_code == 200
    browser = on(second, browser)
    page = browser.get(f"/keberangkatan/{departure.id}")
    assert page.status_code == 200
    assert departure.registration_number in page.text
    assert browser.post("/bahasa", {"language": "en"}).status_code == 302  # its forms, too


def test_signing_out_on_one_host_ends_it_on_the_other(app, pair):
    first, second = pair
    browser = signed_in_on(first, make_user().username)
    left = on(second, browser)
    assert left.post("/keluar", {}).status_code == 302
    answer = browser.get("/keberangkatan")
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/masuk")


def test_wrong_passwords_are_counted_together(app, pair):
    username, failed = make_user().username, [0, 0]
    for number in range(2 * FREE_TRIES + 1):
        answer, _ = try_password(pair[number % 2], username, "bukan sandi yang benar")
        if answer.status_code == 429:
            break
        failed[number % 2] += 1
    # Either host alone would have asked for no delay yet.
    assert answer.status_code == 429
    assert max(failed) <= FREE_TRIES
    assert db.session.scalar(select(func.max(SlowDown.tries))) == sum(failed)
    right, _ = try_password(pair[sum(failed) % 2], username, PASSWORD)
    assert right.status_code == 429


def assessed():
    """How many departures each run of a re-assessment judged."""
    entries = select(JournalEntry.detail).where(
        JournalEntry.event == Event.DEPARTURES_ASSESSED.value
    )
    found = [detail["jumlah"] for detail in db.session.scalars(entries.order_by(JournalEntry.seq))]
    db.session.remove()
    return found


def make_due(count=DUE):
    """Departures of some weeks ago that nobody judged since; the day is still to be finished."""
    long_ago = now() - timedelta(days=90)
    with time_machine.travel(long_ago, tick=False):
        user = make_user()
        for _ in range(count):
            make_departure(by=user)
    due = select(func.count()).select_from(Departure).where(Departure.holds_until <= today())
    assert db.session.scalar(due) == count
    facts.note(ASSESSED_THROUGH, str(today() - timedelta(days=1)))
    db.session.commit()


def test_the_first_requests_of_a_day_on_both_hosts_judge_the_registry_once(app, pair):
    make_due()
    before = len(assessed())
    time.sleep(2 * daily.KNOWN_SECONDS)  # until both look again which day is finished
    barrier, statuses = Barrier(8), []

    def ask(server):
        browser = Tab(server)
        barrier.wait()
        statuses.append(browser.get("/masuk").status_code)

    threads = [Thread(target=ask, args=(pair[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    assert assessed()[before:] == [DUE]
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None


def test_the_timers_of_both_hosts_judge_each_departure_once(app, host):
    make_due()
    before = len(assessed())
    running = [start_command(host(name), "assess", "due") for name in ("satu", "dua")]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert sorted(int(re.search(r": (\d+) keberangkatan", text)[1]) for text in said) == [0, DUE]
    assert sum(assessed()[before:]) == DUE


def assets_on(server):
    """Every file that the sign-in page names, with its content."""
    browser = Tab(server)
    names = sorted(set(re.findall(r"/aset/[\w.-]+", browser.get("/masuk").text)))
    found = {name: browser.get(name) for name in names}
    return {name: (answer.status_code, answer.text) for name, answer in found.items()}


def test_both_hosts_serve_the_same_files_under_the_same_names(pair):
    first, second = map(assets_on, pair)
    assert len(first) > 2
    assert first == second
    assert {status for status, _ in first.values()} == {200}


def test_two_hosts_that_are_prepared_at_once_fill_the_database_once(databases, host):
    url = databases.empty()
    settings = [host(name, database_url=url) for name in ("satu", "dua")]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "registry.setup", "--empty"],
            cwd=ROOT,
            env=environment_of(each),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for each in settings
    ]
    said = ["".join(process.communicate(timeout=600)) for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert sum("91.600 baru" in text for text in said) == 1
    code, health = command(settings[1], "health")
    assert code == 0, health
    databases.drop(url)


@pytest.mark.parametrize("is_shared", [True, False], ids=["one file", "a file of each host"])
def test_keys_that_are_replaced_on_one_host(app, host, serve, tmp_path, is_shared):
    own = tmp_path / "kunci-satu.json"
    own.write_bytes(app.config["PAMIT"].keys_path.read_bytes())
    own.chmod(0o400)
    other = own if is_shared else tmp_path / "kunci-dua.json"
    put_keys(own, other)
    one, two = host("satu", keys_path=own), host("dua", keys_path=other)
    departure = make_departure(by=(user := make_user()))
    nik = departure.resident.nik
    first, second = serve(one), serve(two)
    here = signed_in_on(first, user.username)
    there = on(second, here)
    address = f"/keberangkatan/{departure.id}"
    assert nik in there.get(address).text

    code, said = command(one, "keys", "rotate")
    assert code == 0, said
    time.sleep(1.1)
    assert nik in here.get(address).text
    if not is_shared:
        refused = there.get(address)
        assert refused.status_code == 503
        assert "kunci.json" in refused.text
        assert Tab(second).get("/kesehatan").status_code == 503
        code, said = command(two, "keys", "rotate")
        assert code == 3  # as a server that does not start
        assert "bukan milik basis data ini" in said
        put_keys(own, other)
    assert nik in there.get(address).text
    saved = there.post(f"{address}/alamat", {"versi": str(departure.revision), "rt": "7"})
    assert saved.status_code == 302
    assert Tab(second).get("/kesehatan").status_code == 200


def put_keys(source, target):
    """Copy a key file to another host, whole or not at all."""
    if source != target:
        arriving = target.with_suffix(".baru")
        arriving.write_bytes(source.read_bytes())
        arriving.chmod(0o400)
        arriving.replace(target)


def test_a_replacement_of_keys_waits_for_one_on_another_host(app, host):
    from registry.operating.locks import REPLACING_KEYS, alone_in_database

    db.session.remove()
    with alone_in_database(REPLACING_KEYS, waits=False) as is_held:
        assert is_held
        code, said = command(host("dua"), "keys", "rotate")
    assert code == 1
    assert "sedang berjalan" in said


def test_what_changes_in_the_database_is_shown_by_both_hosts_at_once(app, pair):
    operator = make_user()
    here = signed_in_on(pair[0], operator.username)
    there = on(pair[1], here)
    for browser in (here, there):
        assert "Pekon Berganti Nama" not in browser.get("/keberangkatan/baru").text
    db.session.get(Region, operator.area_code).name = "Pekon Berganti Nama"
    db.session.commit()
    for browser in (here, there):
        assert "Pekon Berganti Nama" in browser.get("/keberangkatan/baru").text
