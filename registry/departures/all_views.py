"""Every view of departures, so that one import registers them all."""

from registry.departures import mark_views, paper_views, recording_views, views
from registry.departures.routes import departures
from registry.departures.views import search_box

__all__ = ["departures", "mark_views", "paper_views", "recording_views", "search_box", "views"]
