"""Every page of the reference data, gathered on its blueprint."""

from registry.reference_pages import (
    agency_views,
    import_views,
    judging_views,
    recoding_views,
    views,
)
from registry.reference_pages.routes import reference

__all__ = ["agency_views", "import_views", "judging_views", "recoding_views", "reference", "views"]
