"""Pamit: a village-level registry of migrant departures."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from registry.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The application, see `registry.application`.

    Imported only when called, so that the pure core and the reader of foreign files, which runs in
    a process of its own, load neither the web framework nor the database.
    """
    from registry.application import build_app

    return build_app(settings)
