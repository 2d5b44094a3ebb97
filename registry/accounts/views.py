"""Signing in and accounts."""

from flask import Blueprint

accounts = Blueprint("accounts", __name__)
