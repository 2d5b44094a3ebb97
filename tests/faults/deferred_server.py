"""The program with a planted flaw: every transaction begins as SQLite's driver begins it.

`bench.faults.load` serves it to see that the errors are found.
"""

from sqlalchemy import event

from registry import db as opening
from wsgi import app


def begin_deferred(connection) -> None:
    connection.exec_driver_sql("BEGIN")


with app.app_context():
    event.remove(opening.db.engine, "begin", opening._begin_sqlite)
    event.listen(opening.db.engine, "begin", begin_deferred)

__all__ = ["app"]
