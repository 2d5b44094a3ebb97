"""The journal's page."""

from flask import Blueprint

journal = Blueprint("journal", __name__)
