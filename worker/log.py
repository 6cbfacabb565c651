"""Logs: one JSON object a line on stderr, with no secret and no address in it."""

import json
import logging
import sys
import threading
from collections.abc import Iterable, MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from worker.redaction import Redact, redaction


def _clean(value: object, redact: Redact) -> object:
    """Return a value of an event with every text in it redacted before any is quoted."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return redact(value)
        case dict():
            return {redact(str(name)): _clean(part, redact) for name, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(part, redact) for part in value]
        case _:
            return redact(repr(value))


def configure(level: str, secrets: Iterable[str] = ()) -> None:
    """Send our log, every library's, and what crashes to stderr; the secrets are taken out of all of it."""
    redact = redaction(secrets)
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
    output = _Output(sys.stderr)
    output.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering(redact))
    )
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(level)
    for noisy in ("kombu", "amqp", "urllib3", "celery.redirected", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.captureWarnings(capture=True)
    sys.excepthook = _crashed
    sys.unraisablehook = _broke_unseen
    threading.excepthook = _thread_crashed


class _Output(logging.StreamHandler[TextIO]):
    """A stream that says of a line it cannot write where that is, not its words as `logging` would."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - named by its base
        """Tell of a line whose arguments do not fit, or cannot be shown."""
        where, kind = f"{record.pathname}:{record.lineno}", type(sys.exception()).__name__
        line = json.dumps({"event": "unloggable", "level": "error", "where": where, "error": kind})
        with suppress(OSError, ValueError):
            self.stream.write(line + self.terminator)


def _rendering(redact: Redact) -> list[Processor]:
    """Redact all that an event holds, then write it as one line."""

    def taken_out(_logger: object, _method: str, event: MutableMapping[str, Any]) -> dict[str, object]:
        return {redact(name): _clean(value, redact) for name, value in event.items()}

    last = structlog.processors.JSONRenderer(ensure_ascii=False)
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, taken_out, last]


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("seatsignal").critical("crashed", exc_info=(kind, error, trace))


def _broke_unseen(found: "sys.UnraisableHookArgs") -> None:
    """Log what broke where nobody can catch it: as an object was deleted, or as the process ended."""
    if found.exc_value is not None:
        trace = (found.exc_type, found.exc_value, found.exc_traceback)
        logging.getLogger("seatsignal").error("broke_unseen", exc_info=trace)


def _thread_crashed(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None:
        _crashed(crash.exc_type, crash.exc_value, crash.exc_traceback)
