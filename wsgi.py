"""The WSGI entry point: `gunicorn wsgi:app` and `flask --app wsgi`."""

import sys

import click

from registry import create_app
from registry.config import UnsafeStart
from registry.operating.checks import refuse_unsafe

try:
    app = create_app()
    refuse_unsafe(app)
except UnsafeStart as refusal:
    click.echo(f"Tidak dapat dimulai: {refusal}", err=True)
    sys.exit(3)  # what gunicorn takes for "do not try again"
