"""Which database a model of Django lies in."""

from typing import Any


class ToRegistry:
    """Our tables are read in the registry; all others are Django's own."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "registry" if model._meta.app_label == "peer_site" else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "default"
