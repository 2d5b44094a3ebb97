"""A process that replaces the keys and dies where it is told to.

`python -m tests.faults.rotator DATABASE KEYS MODE` warms up once and then, for each number it
reads, forks one that runs `keys rotate` and kills itself (SIGKILL) at that many steps: a key file
linked, renamed or removed, a statement that writes, a commit before and after. It prints `done`
for one that finished before, and `dead` for one that did not.

Modes: `honest` is the product; `hasty` takes the old keys out of the file before anything is
renewed, as a canary that the test must catch.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from registry import create_app, sealing
from registry.config import Settings
from registry.db import db
from registry.operating import renewing, rotation
from tests.conftest import SECRET

FILE_STEPS = {"os.link", "os.rename", "os.remove"}


class Reaper:
    """Counts steps, and kills the process at the last one it grants."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self, *_said: Any) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_audit(self, name: str, _arguments: tuple[Any, ...]) -> None:
        if name in FILE_STEPS:
            self.step()

    def on_statement(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith(("UPDATE", "INSERT", "DELETE")):
            self.step()

    def watch(self) -> None:
        sys.addaudithook(self.on_audit)
        event.listen(db.engine, "before_cursor_execute", self.on_statement)
        event.listen(db.engine, "commit", self.step)
        event.listen(Session, "after_commit", self.step)


def rotate_until_killed(keys: Path, steps: int, mode: str) -> None:
    sealing.use_key_file(keys)
    Reaper(steps).watch()
    if mode == "hasty":
        put = rotation._put_new_keys

        def put_without_old(path: Path, before: sealing.Keyring) -> sealing.Keyring:
            keyring = put(path, before)
            without = sealing.Keyring(keyring.data, keyring.index, keyring.journal, keyring.version)
            rotation._replace_file(path, without)
            return keyring

        rotation._put_new_keys = put_without_old
    rotation.rotate(lambda done: None)


def main(database: str, keys: str, mode: str) -> None:
    renewing.BATCH = 4
    rotation.SETTLE_SECONDS = 0.0
    settings = Settings(
        instance_path=Path(keys).parent,
        database_url=database,
        secret_key=SECRET,
        keys_path=Path(keys),
    )
    app = create_app(settings)
    with app.app_context():
        db.engine.dispose()
        os.write(1, b"ready\n")
        for line in sys.stdin:
            pid = os.fork()
            if pid == 0:
                try:
                    rotate_until_killed(Path(keys), int(line), mode)
                    os._exit(0)
                except BaseException:
                    sys.excepthook(*sys.exc_info())
                    os._exit(1)
            _, status = os.waitpid(pid, 0)
            if os.WIFSIGNALED(status):
                os.write(1, b"dead\n")
            else:
                os.write(1, b"done\n" if status == 0 else b"failed\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
