"""What a machine cannot run is said in so many words, and never counted as passed."""

import pytest


def pytest_terminal_summary(terminalreporter):
    """Print each `NOT RUN: ...` of the run on a line of its own."""
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if "NOT RUN:" in reason:
            terminalreporter.write_line(reason[reason.index("NOT RUN:") :])


@pytest.fixture
def sqlite(settings):
    """The settings of a SQLite file of the test's own."""
    if not settings.is_sqlite:
        pytest.skip("NOT RUN: faults of files, on a database that is no file")
    return settings
