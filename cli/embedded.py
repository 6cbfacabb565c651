"""The one process of the embedded mode: worker, beat and web in threads."""

from collections.abc import Iterator
from contextlib import contextmanager

from cli.output import plainly
from config.errors import Actionable
from config.settings import Settings, settings


class AddressTaken(Actionable):
    """The web app cannot listen where it should."""


def main() -> None:
    """Run until told to stop; says on stdout where the web app is."""
    from dashboard.app import create_app  # noqa: PLC0415 - the supervisor's child alone loads all this
    from dashboard.server import Web  # noqa: PLC0415 - see above
    from worker.embedded import Beat, Worker, run  # noqa: PLC0415 - see above
    from worker.process import deployment  # noqa: PLC0415 - see above

    chosen = settings()
    site = Web(
        create_app(deployment().database, chosen.company_name), host=chosen.web_host, port=chosen.web_port
    )
    with _listening(chosen):
        run([site, Beat(), Worker()], lambda: print(f"Seatsignal is up: {site.url}", flush=True))


def serve() -> None:
    """Serve the web app alone, in the main thread."""
    from dashboard.app import create_app  # noqa: PLC0415 - see above
    from dashboard.server import serve as work  # noqa: PLC0415 - see above
    from worker.process import deployment  # noqa: PLC0415 - see above

    chosen = settings()
    with _listening(chosen):
        work(create_app(deployment().database, chosen.company_name), chosen.web_host, chosen.web_port)


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
