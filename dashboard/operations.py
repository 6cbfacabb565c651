"""What supervisors and monitoring ask, at an address of its own: the outside reaches none of it."""

from collections.abc import Callable, Iterator
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dashboard.app import health
from dashboard.letters import READING
from store import processes
from store.database import Database, Unavailable
from store.schema import misfit
from store.telemetry import gauges
from worker.bell import QUEUES

PREFIX = "seatsignal_"


def create_operations(database: Database, queue_lengths: Callable[[], dict[str, int]]) -> FastAPI:
    """Return the app of ``SEATSIGNAL_OPS_PORT``. ``queue_lengths`` asks the broker; empty if it is away."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_api_route("/healthz", health(database), methods=[*READING])
    app.add_api_route("/readyz", _ready(database), methods=[*READING])
    app.add_api_route("/metrics", _metrics(database, queue_lengths), methods=[*READING])
    return app


def _ready(database: Database) -> Callable[[], JSONResponse]:
    def ready() -> JSONResponse:
        """Tell whether work gets done: the schema is ours, every queue is worked on, ticks come."""
        wrong = _missing(database)
        status = HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK
        return JSONResponse({"ok": not wrong, "wrong": wrong}, status)

    return ready


def _missing(database: Database) -> list[str]:
    try:
        with database.read() as connection:
            if wrong := misfit(connection):
                return [wrong]
            return processes.missing(connection, QUEUES)
    except Unavailable:
        return ["the database is locked or away"]


def _metrics(database: Database, queue_lengths: Callable[[], dict[str, int]]) -> Callable[[], Response]:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(database, queue_lengths))

    def metrics() -> Response:
        """Answer as Prometheus reads it."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return metrics


class _Told(Collector):
    """Asks the database at each scrape: processes come and go, what is owed stays."""

    def __init__(self, database: Database, queue_lengths: Callable[[], dict[str, int]]) -> None:
        self._database, self._queue_lengths = database, queue_lengths

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every figure; ``seatsignal_up`` alone where the database is away."""
        up = GaugeMetricFamily(f"{PREFIX}up", "1 if the database answers")
        try:
            with self._database.read() as connection:
                told = list(gauges(connection))
        except Unavailable:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        for name, says, labels, samples in told:
            family = GaugeMetricFamily(PREFIX + name, says, labels=labels)
            for values, number in samples:
                family.add_metric(values, number)
            yield family
        yield self._queues()

    def _queues(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(f"{PREFIX}queue_length", "messages in the broker", labels=["queue"])
        for queue, length in self._queue_lengths().items():
            family.add_metric([queue], length)
        return family
