"""The program with a planted flaw: the answer to a save goes out before its commit.

`tests/faults/test_http_kill.py` serves it to see that the loss is found.
"""

import time

from flask import Response, g, has_request_context, request

from registry.db import db
from wsgi import app

SAVES = {"departures.new_person", "departures.address"}
GAP_SECONDS = 0.1

_commit = db.session.commit


def commit_later() -> None:
    """Set the view's transaction aside, out of reach of the end of the request."""
    if not has_request_context() or request.method != "POST" or request.endpoint not in SAVES:
        _commit()
        return
    db.session.flush()
    g.late = db.session()
    db.session.registry.clear()


def finish_after_sending(response: Response) -> Response:
    late = g.pop("late", None)
    if late is not None:

        def finish() -> None:
            time.sleep(GAP_SECONDS)
            with app.app_context():
                db.session.registry.set(late)
                _commit()
                db.session.remove()

        response.call_on_close(finish)
    return response


db.session.commit = commit_later  # type: ignore[method-assign]
app.after_request(finish_after_sending)
