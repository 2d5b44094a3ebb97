"""Every table of the product in one place, so that the metadata is whole."""

from registry.accounts import models as accounts
from registry.audit import models as audit
from registry.departures import list_indexes, name_words
from registry.departures import models as departures
from registry.departures.summary import models as summary
from registry.reference import models as reference
from registry.regions import models as regions
from registry.rights import models as rights
from registry.workbooks import models as workbooks

__all__ = [
    "accounts",
    "audit",
    "departures",
    "list_indexes",
    "name_words",
    "reference",
    "regions",
    "rights",
    "summary",
    "workbooks",
]
