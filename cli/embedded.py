"""The one process of the embedded mode: worker, beat and web in threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.output import plainly
from config.errors import Actionable
from config.settings import Settings, settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from dashboard.server import Web
    from worker.embedded import Part


class AddressTaken(Actionable):
    """The web app cannot listen where it should."""


def main() -> None:
    """Run until told to stop; says on stdout where the web app is."""
    from dashboard.server import Web  # noqa: PLC0415 - the supervisor's child alone loads all this
    from worker.embedded import Beat, Worker, run  # noqa: PLC0415 - see above

    chosen = settings()
    site = Web(_app(chosen, public=False), host=chosen.web_host, port=chosen.web_port)
    with _listening(chosen):
        parts: list[Part] = [site, *_operations(chosen), Beat(), Worker()]
        run(parts, lambda: print(f"Seatsignal is up: {site.url}", flush=True))


def serve(*, public: bool) -> None:
    """Serve the web app alone, in the main thread, and what monitoring asks beside it."""
    from dashboard.server import serve as work  # noqa: PLC0415 - see above

    chosen = settings()
    with _listening(chosen):
        for site in _operations(chosen):
            site.start()
        work(_app(chosen, public=public), chosen.web_host, chosen.web_port)


def _app(chosen: Settings, *, public: bool) -> "FastAPI":
    from functools import cache, partial  # noqa: PLC0415 - see above

    from dashboard.app import create_app  # noqa: PLC0415 - see above
    from dashboard.desks import Reception  # noqa: PLC0415 - see above
    from dashboard.site import Site  # noqa: PLC0415 - see above
    from dashboard.webhooks import Hooks  # noqa: PLC0415 - see above
    from integrations.registry import provider, returns  # noqa: PLC0415 - see above
    from store.runs import TOUCHED  # noqa: PLC0415 - see above
    from worker.asked import asked, opened  # noqa: PLC0415 - see above
    from worker.bell import NO_SLOT  # noqa: PLC0415 - see above
    from worker.desk import filled, pressed  # noqa: PLC0415 - see above
    from worker.pipeline import open_run  # noqa: PLC0415 - see above
    from worker.process import deployment  # noqa: PLC0415 - see above

    made = deployment()
    hooks = Hooks(made.webhook, lambda source: made.bell.pull(source, NO_SLOT))
    reception = Reception(
        made.desk, partial(pressed, made), partial(filled, made), partial(asked, made), partial(opened, made)
    )
    judge = partial(open_run, made, TOUCHED)
    site = None if public else Site(deployment, chosen.dashboard_url, provider())
    return create_app(
        made.database, chosen.company_name, hooks, reception, returns=cache(returns), site=site, judge=judge
    )


def _operations(chosen: Settings) -> "list[Web]":
    """Return the server of what monitoring asks, if it has a port."""
    if chosen.ops_port is None:
        return []
    from functools import partial  # noqa: PLC0415 - see above

    from dashboard.operations import create_operations  # noqa: PLC0415 - see above
    from dashboard.server import Web  # noqa: PLC0415 - see above
    from worker.bell import QUEUES  # noqa: PLC0415 - see above
    from worker.process import deployment  # noqa: PLC0415 - see above
    from worker.queues import lengths  # noqa: PLC0415 - see above

    app = create_operations(deployment().database, partial(lengths, QUEUES))
    return [Web(app, host=chosen.ops_host, port=chosen.ops_port)]


@contextmanager
def _listening(chosen: Settings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename
        site = "OPS" if where == f"{chosen.ops_host}:{chosen.ops_port}" else "WEB"
        raise AddressTaken(
            f"SEATSIGNAL_{site}_HOST, SEATSIGNAL_{site}_PORT: {where}: {error.strerror}"
        ) from None


if __name__ == "__main__":
    with plainly():
        main()
