"""gunicorn's settings: `gunicorn --config python:registry.operating.server wsgi:app`."""

import logging
import os
import re
from typing import Any

import click

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 30
max_requests = 20_000
max_requests_jitter = 2_000
# One look at keys and settings before any worker starts, and one clear line where they are unsafe.
preload_app = True
control_socket_disable = True
# Where the app trusts proxies is said by TRUSTED_PROXIES alone.
forwarded_allow_ips = ""
loglevel = "warning"
# Off unless --access-logfile is given, and then without the query, which may hold names.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(D)s'

QUERY = re.compile(r"\?[^\s'\"]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class WithoutQueries(logging.Filter):
    """Cuts queries out of what gunicorn says about requests that went wrong."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = QUERY.sub("?...", record.getMessage()), ()
        return True


class OnOneLine(logging.Filter):
    """Keeps a line a line: an address may hold line ends, and so entries that nobody made."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = CONTROL.sub(_written_out, record.getMessage()), ()
        return True


def _written_out(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def on_starting(server: Any) -> None:
    server.log.error_log.addFilter(WithoutQueries())
    for log in (server.log.error_log, server.log.access_log):
        log.addFilter(OnOneLine())


def when_ready(server: Any) -> None:
    """Say where Pamit is served, and how to sign in."""
    from registry.operating.greeting import greeting
    from wsgi import app

    click.echo(greeting(app, str(server.LISTENERS[0])))
