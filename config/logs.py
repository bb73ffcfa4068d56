"""One line a log record: time, level, logger, event, then the ids given in `extra`. Never texts or addresses of
people.
"""

import logging

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request", "server_time"}


class LineFormatter(logging.Formatter):
    """Append `key=value` for every extra of the record."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        extras = " ".join(f"{k}={v}" for k, v in vars(record).items() if k not in _STANDARD and not k.startswith("_"))
        line = super().format(record)
        return f"{line} {extras}" if extras else line
