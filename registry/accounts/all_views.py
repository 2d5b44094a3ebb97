"""Every view of accounts, so that one import registers them all."""

from registry.accounts import own_views, sign_in_views, views
from registry.accounts.routes import accounts

VIEWS = (own_views, sign_in_views, views)

__all__ = ["VIEWS", "accounts"]
