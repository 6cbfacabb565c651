"""Logs: one JSON object a line on stderr, with no secret and no address in it."""

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, MutableMapping
from types import TracebackType
from typing import Any
from urllib.parse import quote

import structlog
from structlog.typing import Processor

_ADDRESS = re.compile(r"[^\s@<>\"'(){}\[\],;:=]+(?:@|%40)[\w-]+(\.[\w-]+)+", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*:[^/\s@]*@")
_TOKEN = re.compile(r"\b(?:xox[a-z]-|xapp-|sk_|rk_|whsec_|pat-|Bearer\s+|Basic\s+)[\w\-./+=]+", re.IGNORECASE)
_SHORTEST_SECRET = 4
"""Characters of a password that can be taken out without taking out everything."""

Redact = Callable[[str], str]


def redacted(text: str) -> str:
    """Return text without addresses, tokens or credentials in URLs."""
    return _ADDRESS.sub("[address]", _TOKEN.sub("[secret]", _CREDENTIALS.sub("[secret]@", text)))


def redaction(secrets: Iterable[str]) -> Redact:
    """Return what takes these secrets out of text too, in whatever way they are quoted."""
    spelt = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms(secret)}
    if not spelt:
        return redacted
    known = re.compile("|".join(map(re.escape, sorted(spelt, key=len, reverse=True))))
    return lambda text: redacted(known.sub("[secret]", text))


def _forms(secret: str) -> tuple[str, ...]:
    """Return a secret as it stands in a text, in JSON, in what Python quotes, and in a URL."""
    quoted = (json.dumps(secret)[1:-1], repr(secret)[1:-1], repr(secret.encode())[2:-1])
    return (secret, *quoted, quote(secret, safe=""))


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
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering(redact))
    )
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(level)
    for noisy in ("kombu", "amqp", "urllib3", "celery.redirected", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    sys.excepthook = _crashed
    threading.excepthook = _thread_crashed


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


def _thread_crashed(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None:
        _crashed(crash.exc_type, crash.exc_value, crash.exc_traceback)
