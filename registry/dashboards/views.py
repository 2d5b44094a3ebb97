"""The dashboards of every level."""

from flask import Blueprint

dashboards = Blueprint("dashboards", __name__)
