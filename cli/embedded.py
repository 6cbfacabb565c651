"""The one process of the embedded mode: worker, beat and web in threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.output import plainly
from config.errors import Actionable
from config.settings import Settings, settings

if TYPE_CHECKING:
    from fastapi import FastAPI


class AddressTaken(Actionable):
    """The web app cannot listen where it should."""


def main() -> None:
    """Run until told to stop; says on stdout where the web app is."""
    from dashboard.server import Web  # noqa: PLC0415 - the supervisor's child alone loads all this
    from worker.embedded import Beat, Worker, run  # noqa: PLC0415 - see above

    chosen = settings()
    site = Web(_app(chosen), host=chosen.web_host, port=chosen.web_port)
    with _listening(chosen):
        run([site, Beat(), Worker()], lambda: print(f"Seatsignal is up: {site.url}", flush=True))


def serve() -> None:
    """Serve the web app alone, in the main thread."""
    from dashboard.server import serve as work  # noqa: PLC0415 - see above

    chosen = settings()
    with _listening(chosen):
        work(_app(chosen), chosen.web_host, chosen.web_port)


def _app(chosen: Settings) -> "FastAPI":
    from dashboard.app import create_app  # noqa: PLC0415 - see above
    from dashboard.webhooks import Hooks  # noqa: PLC0415 - see above
    from worker.bell import NO_SLOT  # noqa: PLC0415 - see above
    from worker.process import deployment  # noqa: PLC0415 - see above

    made = deployment()
    hooks = Hooks(made.webhook, lambda source: made.bell.pull(source, NO_SLOT))
    return create_app(made.database, chosen.company_name, hooks)


@contextmanager
def _listening(chosen: Settings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f"{chosen.web_host}:{chosen.web_port}"
        raise AddressTaken(f"SEATSIGNAL_WEB_HOST, SEATSIGNAL_WEB_PORT: {where}: {error.strerror}") from None


if __name__ == "__main__":
    with plainly():
        main()
