"""The subdistrict's page."""

from flask import Blueprint

reviews = Blueprint("reviews", __name__)
