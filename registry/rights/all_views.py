"""Every view of people's rights, so that one import registers them all."""

from registry.rights import correction_views, sheet_views, views
from registry.rights.routes import rights

VIEWS = (correction_views, sheet_views, views)

__all__ = ["VIEWS", "rights"]
