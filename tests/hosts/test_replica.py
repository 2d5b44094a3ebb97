"""A rehearsal of the manual: a follower is made, the primary is lost, the follower takes over."""

import shutil
import time
from contextlib import closing

import pytest

from tests.databases import fill
from tests.faults.findings import examine
from tests.faults.serving import Writer, cookies_of_operators
from tests.hosts.conftest import Tab, command
from tests.hosts.postgres import address_of_both, two_servers

PATIENCE = 30
STREAMING = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"


def wait_until(is_so):
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture
def servers(settings):
    with two_servers(settings) as made:
        yield made


def save_some(writer, count=3):
    for _ in range(count):
        assert writer.record_one(), writer.refused


def test_a_follower_takes_over_without_losing_an_acknowledged_save(servers, host, serve):
    primary, follower = servers
    primary.make()
    settings = host("satu", database_url=address_of_both(primary, follower))
    fill(settings)
    (cookie,) = cookies_of_operators(settings, 1)
    server = serve(settings)
    writer = Writer(Tab(server, cookie), set())
    save_some(writer)

    follower.follow(primary, "pamit_dua")
    wait_until(lambda: primary.scalar(STREAMING) == 1)
    with primary.connect() as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'pamit_dua'")
        connection.execute("SELECT pg_reload_conf()")
    save_some(writer)
    assert follower.scalar("SELECT pg_is_in_recovery()")
    code, said = command(host("tiga", database_url=follower.address), "health")
    assert code == 3
    assert "hanya salinan (standby)" in said

    begun = time.monotonic()
    primary.stop("immediate")  # as when its power is gone
    assert writer.browser.get("/keberangkatan").status_code == 503
    follower.promote()
    wait_until(lambda: Tab(server).get("/kesehatan").status_code == 200)
    save_some(writer)
    print(f"closed for {time.monotonic() - begun:.1f} s")
    assert examine(settings, writer.acknowledged, writer.sent).is_clean

    alone = host("dua", database_url=follower.address)
    with closing(Tab(serve(alone), cookie)) as elsewhere:
        assert elsewhere.get("/keberangkatan").status_code == 200
        moved = Writer(elsewhere, writer.sent)
        save_some(moved)
    assert examine(alone, writer.acknowledged + moved.acknowledged, writer.sent).is_clean

    # What was the primary follows now, from an empty folder.
    shutil.rmtree(primary.data)
    primary.follow(follower, "pamit_satu")
    wait_until(lambda: follower.scalar(STREAMING) == 1)
    assert primary.scalar("SELECT pg_is_in_recovery()")
