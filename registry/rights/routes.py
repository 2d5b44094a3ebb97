"""The blueprint of people's rights."""

from flask import Blueprint

rights = Blueprint("rights", __name__)
