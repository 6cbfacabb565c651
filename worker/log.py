"""Logs: one JSON object a line on stderr, with no secret and no address in it."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

_ADDRESS = re.compile(r"[^\s@<>\"'(){}\[\],;:=]+@[\w-]+(\.[\w-]+)+")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*:[^/\s@]*@")
_TOKEN = re.compile(r"\b(?:xox[a-z]-|sk_|rk_|whsec_|pat-|Bearer\s+|Basic\s+)[\w\-./+=]+", re.IGNORECASE)


def redacted(text: str) -> str:
    """Return text without addresses, tokens or credentials in URLs."""
    return _ADDRESS.sub("[address]", _TOKEN.sub("[secret]", _CREDENTIALS.sub("[secret]@", text)))


def _redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: redacted(value) if isinstance(value, str) else value for name, value in event.items()}


class _Redacting(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def configure(level: str) -> None:
    """Send our log and every library's to stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _redact,
        structlog.processors.JSONRenderer(),
    ]
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(_Redacting(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(level)
    for noisy in ("kombu", "amqp", "urllib3", "celery.redirected", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
