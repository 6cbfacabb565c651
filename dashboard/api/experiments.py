"""One experiment: what was planned, how far it is, and what it told. To ask is never to read its outcomes."""

import json
from dataclasses import asdict
from http import HTTPStatus

import msgspec

from dashboard.api import examples, shapes
from dashboard.api.callers import Scope
from dashboard.api.problems import Problem
from dashboard.api.service import Ask, Operation, schema_of
from dashboard.lists.programs import state
from health.experiments import ARMS, sample
from store import experiments
from store.experiments import Begun
from worker.experiments import planned_of


def operation() -> Operation:
    """Return what can be asked of an experiment."""
    return Operation(
        "/experiments/{name}",
        "An experiment",
        "What was planned, how many accounts were drawn, and what it told once it was read.",
        Scope.EXPERIMENTS,
        _answer,
        schema_of(shapes.Experiment),
        examples.EXPERIMENT,
    )


def _answer(ask: Ask) -> shapes.Experiment:
    name = ask.path["name"]
    with ask.deployment.database.read() as connection:
        begun = experiments.begun(connection).get(name)
        if begun is None:
            raise Problem(HTTPStatus.NOT_FOUND, "No such experiment was started.")
        drawn = experiments.in_arms(connection, name)
    planned = planned_of(begun)
    needed = sample(planned)._asdict()
    arms = {arm: {"needed": needed[arm], "drawn": drawn.get(arm, 0)} for arm in ARMS}
    told = asdict(planned) | {"hash": begun.hash, "arms": arms} | _stands(begun)
    return msgspec.convert(told, shapes.Experiment)


def _stands(begun: Begun) -> dict[str, object]:
    return {
        "state": state(begun),
        "started_on": begun.started_on,
        "stopped_on": begun.stopped_on,
        "stop_reason": begun.stop_reason or None,
        "read_on": begun.read_on,
        "reading": json.loads(begun.reading) if begun.reading else None,
    }
