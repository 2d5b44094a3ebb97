"""The program as scanners meet it: nobody waits, and every answer is noted in a file.

gunicorn serves `app` of this module. `SCAN_NOTES` names the file; `SCAN_FLAWED` plants the flaws.
"""

import json
import os
from datetime import timedelta
from pathlib import Path

from flask import Response, request
from flask_login import current_user

from bench.scanners.flaws import plant
from registry.accounts import slowdown
from wsgi import app

NOTES = Path(os.environ["SCAN_NOTES"])


def note(response: Response) -> Response:
    """Append what was asked and answered, and whether somebody was signed in."""
    said = {
        "endpoint": request.endpoint,
        "method": request.method,
        "status": response.status_code,
        "signed_in": bool(current_user and current_user.is_authenticated),
        "names": sorted({*request.args, *request.form} if response.status_code >= 500 else ()),
    }
    with NOTES.open("a") as file:
        file.write(json.dumps(said) + "\n")
    return response


def never_wait(*_said: object) -> timedelta:
    return slowdown.NO_WAIT


def never_full(*_said: object) -> None:
    """Count no look-up: a scanner makes more of them in a minute than a person in a day."""


slowdown._wait = never_wait
slowdown._count_look_up = never_full
app.after_request(note)
if os.environ.get("SCAN_FLAWED"):
    plant(app)

__all__ = ["app"]
