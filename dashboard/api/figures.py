"""Figures: what each means, and what it comes to over all accounts or by segment."""

from collections import OrderedDict
from http import HTTPStatus
from threading import BoundedSemaphore, Lock
from typing import Any

import msgspec

from config.metrics import Entry, entries, load_metrics
from dashboard.api import examples, shapes
from dashboard.api.callers import Scope
from dashboard.api.params import Param
from dashboard.api.problems import Problem
from dashboard.api.service import Ask, Operation, schema_of
from health.figures.segments import SEGMENTS
from store import sources
from store.installation import business_day
from worker.deployment import Deployment
from worker.gathered import Asked, document
from worker.values import value

KEPT = 256
"""Figures that are held for whoever asks the same, while nothing new is known."""
WAITING = 4
"""So many callers may wait for a figure: each reads the whole book, and pages want a thread too."""
RETRY_S = 5
YES = ("yes",)


class Figures:
    """Tells figures, each once for what is known; one is computed at a time."""

    def __init__(self) -> None:
        """Hold none."""
        self._kept: OrderedDict[object, dict[str, Any]] = OrderedDict()
        self._one = Lock()
        self._waiting = BoundedSemaphore(WAITING)

    def operation(self) -> Operation:
        """Return what can be asked of a figure."""
        return Operation(
            "/figures/{name}",
            "A figure",
            "What it means, and what it comes to today over all accounts, or by segment.",
            Scope.FIGURES,
            self._answer,
            schema_of(shapes.Figure),
            examples.FIGURE,
            (
                Param("by", "Split by this trait of accounts or their terms.", "word", SEGMENTS),
                Param("spread", "How it lies over accounts: median and quartiles.", "word", YES),
                Param("worst", "With the ten accounts at the worse end.", "word", YES),
            ),
        )

    def _answer(self, ask: Ask) -> shapes.Figure:
        name = ask.path["name"]
        entry = entries(load_metrics()).get(name)
        if entry is None:
            raise Problem(HTTPStatus.NOT_FOUND, "There is no such figure; /api/v1/figures lists them.")
        told = None if entry.no_value else self._value(ask.deployment, _asked(name, entry, ask))
        return msgspec.convert(
            {
                "name": name,
                "title": entry.title,
                "unit": entry.unit,
                "definition": entry.definition,
                "formula": entry.formula,
                "no_value": entry.no_value or None,
                "value": told,
            },
            shapes.Figure,
        )

    def _value(self, deployment: Deployment, asked: Asked) -> dict[str, Any]:
        """Return what a figure comes to by what is known now. Raises `Problem` where too many wait."""
        if not self._waiting.acquire(blocking=False):
            retry = {"Retry-After": str(RETRY_S)}
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "Other figures are being computed.", headers=retry)
        try:
            with self._one:
                return self._told(deployment, asked)
        finally:
            self._waiting.release()

    def _told(self, deployment: Deployment, asked: Asked) -> dict[str, Any]:
        key = (asked.name, asked.by, asked.spread, asked.worst, *_known(deployment))
        if key not in self._kept:
            self._kept[key] = document(asked, value(deployment, asked))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]


def _asked(name: str, entry: Entry, ask: Ask) -> Asked:
    params = ask.params
    return Asked(name, entry, params.get("by", ""), "spread" in params, "worst" in params)


def _known(deployment: Deployment) -> tuple[object, ...]:
    """Return what a figure depends on: the policy, the day, and the last batch of each source."""
    with deployment.database.read() as connection:
        batches = sources.known(connection)
        return deployment.policy.hash, business_day(connection), *sorted(batches.items())
