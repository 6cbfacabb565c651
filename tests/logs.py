"""How the tests themselves log, whatever a process that is tested has set."""

import structlog


def plain() -> None:
    """Write one line an event: structlog's own draws a traceback with all variables, for half a second."""
    structlog.reset_defaults()
    structlog.configure(
        [
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ]
    )
