"""Counting what a file costs the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from registry.db import db


@pytest.fixture
def count_statements(app: Flask) -> Callable[[], object]:
    @contextmanager
    def counting() -> Iterator[list[str]]:
        said: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            said.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counting
