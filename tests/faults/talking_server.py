"""The program with a planted flaw: its workers write a number of somebody to their output.

`tests/operating/test_logs.py` serves it to see that the suite notices.
"""

import os
import sys

from flask import request

from wsgi import app

NUMBER = os.environ.get("SPOKEN", "")


@app.after_request
def talk(response):  # type: ignore[no-untyped-def]
    print(f"{request.method} answered for {NUMBER}", file=sys.stderr, flush=True)
    return response
