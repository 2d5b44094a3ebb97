"""The blueprint that the pages of accounts share."""

from flask import Blueprint

accounts = Blueprint("accounts", __name__)
