"""Faults of files need a database that is one."""

import pytest


@pytest.fixture
def sqlite(settings):
    """The settings of a SQLite file of the test's own."""
    if not settings.is_sqlite:
        pytest.skip("NOT RUN: faults of files, on a database that is no file")
    return settings
