"""The first page of each role: its own queues."""

from flask import Blueprint

home = Blueprint("home", __name__)
