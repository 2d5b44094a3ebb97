"""Every view of departures, so that one import registers them all."""

from registry.departures import (
    mark_views,
    paper_views,
    recording_views,
    reveal_views,
    starting_views,
    views,
    why_views,
)
from registry.departures.routes import departures, emergencies
from registry.departures.views import search_box

VIEWS = (mark_views, paper_views, recording_views, reveal_views, starting_views, views, why_views)

__all__ = ["VIEWS", "departures", "emergencies", "search_box"]
