"""`/kesehatan`: whether this installation can serve, for monitors; open to everybody."""

from flask import Blueprint, Response, jsonify

from registry.accounts.access import public
from registry.operating.health import look

health = Blueprint("health", __name__)


@health.get("/kesehatan")
@public
def show() -> tuple[Response, int]:
    state = look()
    return jsonify(state.as_line()), 200 if state.is_well else 503
