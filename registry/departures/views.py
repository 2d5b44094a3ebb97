"""Recording departures."""

from flask import Blueprint

departures = Blueprint("departures", __name__)
