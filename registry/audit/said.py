"""Keyed digests of stored rows: what was said of a row, so that a change beside us is noticed."""

import enum
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from registry import sealing


def digest_of_said(said: Iterable[tuple[str, Any]]) -> bytes:
    """HMAC over names and values, in their order."""
    plain = [[name, _plain(value)] for name, value in said]
    return sealing.keyring().chain(json.dumps(plain, ensure_ascii=False).encode())


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
