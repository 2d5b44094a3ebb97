"""A last net under the log: what looks like a NIK or a phone number is blotted out.

Nothing should log a person's number in the first place; errors are logged without what was stored.
"""

import logging
import re
from typing import Any

BLOT = "[disamarkan]"
# Sixteen digits however they are grouped, and Indonesian mobile numbers.
NUMBERS = re.compile(
    r"(?<!\d)(?:\d[ .-]?){15}\d(?!\d)|(?<!\w)(?:\+62|62|0)[ -]?8(?:[ -]?\d){7,11}(?!\d)"
)


def without_numbers(text: str) -> str:
    return NUMBERS.sub(BLOT, text)


class NettedRecord(logging.LogRecord):
    """A record of any logger, whose message and traceback hold no such number."""

    def __init__(self, *said: Any, **more: Any) -> None:
        super().__init__(*said, **more)
        if self.exc_info and self.exc_info[0] is not None:
            self.exc_text = without_numbers(logging.Formatter().formatException(self.exc_info))

    def getMessage(self) -> str:
        return without_numbers(super().getMessage())


def net_logs() -> None:
    """Put the net under every logger of the process."""
    logging.setLogRecordFactory(NettedRecord)
