"""What the program says into its log, before the net under the log blots numbers out."""

import logging


class Listener(logging.Handler):
    """Keeps the own text of each record of any logger until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(said_in_full(record))

    def listen(self) -> None:
        """Stand under the root of all loggers, also after somebody set logging up anew."""
        logging.getLogger().addHandler(self)

    def take(self) -> str:
        said, self._said = "\n".join(self._said), []
        return said


def said_in_full(record: logging.LogRecord) -> str:
    """Message and traceback as they were handed over; a netted record hides numbers in its own."""
    said = logging.LogRecord.getMessage(record)
    if record.exc_info and record.exc_info[0] is not None:
        said += "\n" + logging.Formatter().formatException(record.exc_info)
    return said
