"""Reference data, edited by administrators."""

from flask import Blueprint

reference = Blueprint("reference", __name__)
