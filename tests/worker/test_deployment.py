"""What a deployment gives to what it builds."""

import pytest

from integrations import registry
from worker.deployment import Deployment

NAMES = {"hubspot": 80, "salesforce": 80, "zendesk": 100, "stripe": 100}
"""Calls of 100 that reading may take. What Zendesk is written to has a limit of its own."""


@pytest.mark.parametrize("name", NAMES)
def test_a_pull_leaves_some_of_a_budget_to_what_is_written(
    deployment: Deployment, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {}
    monkeypatch.setattr(registry, "source", lambda name, *, budgets, **_: given.setdefault(name, budgets))
    monkeypatch.setattr(registry, "destination", lambda _name, *, budgets: given.setdefault("to", budgets))
    deployment.source(name)
    deployment.destination(name)
    reading, writing = given[name](name, 100), given["to"](name, 100)
    assert [reading.take(1) for _ in range(101)].count(0.0) == NAMES[name]
    assert [writing.take(1) for _ in range(101)].count(0.0) == 100 - NAMES[name]
