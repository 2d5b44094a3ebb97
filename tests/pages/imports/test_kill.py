"""An import that is killed leaves all of its rows or none, never some."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from registry.db import db
from registry.departures.models import Departure
from tests.factories import make_user
from tests.pages.imports import assert_whole, counts, xlsx

ROOT = Path(__file__).parents[3]

# The command in a process of its own, killed by itself right before or after one of its inserts.
CHILD = """
import os, signal, sys
from registry.workbooks.import_inserts import Inserts
from registry.application import build_app

table, moment, *arguments = sys.argv[1:]
run = Inserts.run

def dying(inserts, done=lambda count: None):
    is_it = inserts.sql.split()[2:3] == [table]
    if is_it and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    run(inserts, done)
    if is_it:
        os.kill(os.getpid(), signal.SIGKILL)

Inserts.run = dying
from registry.workbooks.import_cli import departures
build_app().test_cli_runner().invoke(departures, ["import", *arguments])
"""


@pytest.mark.parametrize("table", ["resident", "departure", "document", "imported_row"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_import_leaves_nothing(app, settings, tmp_path, table, moment):
    username, path = make_user().username, tmp_path / "lama.xlsx"
    path.write_bytes(xlsx(*({"Nama": f"Warga {n}", "Paspor": "ada"} for n in range(50))))
    before = counts()
    db.session.remove()
    secret = settings.secret_key
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, table, moment, str(path), "--as", username],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": settings.database_url,
            "KEYS_PATH": str(settings.keys_path),
            "INSTANCE_PATH": str(settings.instance_path),
            "SECRET_KEY": secret.decode() if isinstance(secret, bytes) else secret,
        },
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert counts() == before
    assert_whole()
    assert db.session.scalar(select(func.count()).select_from(Departure)) == 0
