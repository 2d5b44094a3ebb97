"""Whom to call: printed on receipts and shown on every page."""

from registry.enums import N_

# Lintas Atlantik, December 2025; Republika, 27 June 2011. An office checks it before printing.
HELP_CONTACT = N_("KP2MI 0800-1000 (bebas pulsa), dari luar negeri +62 21 2924 4800")
