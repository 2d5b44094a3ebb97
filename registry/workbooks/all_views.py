"""Every page of Excel out and in, gathered on its blueprints."""

from registry.workbooks import unmasked_views
from registry.workbooks.views import exports, imports

__all__ = ["exports", "imports", "unmasked_views"]
