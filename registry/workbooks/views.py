"""Excel out and in."""

from flask import Blueprint

exports = Blueprint("exports", __name__)
imports = Blueprint("imports", __name__)
