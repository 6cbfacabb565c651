"""Fitted: which policy a backtest judges by, where a model is asked for."""

import json
from dataclasses import replace
from pathlib import Path

from config.models import ModelData, model_of
from config.policy import load, with_model
from config.scoring import FITTED
from health.backtest import EXPANDED
from health.model import Model
from health.policy import Policy
from store.database import Connection
from worker.backtest import Question, suited
from worker.deployment import Deployment
from worker.fit import Wanted, fit


def judging(
    deployment: Deployment,
    connection: Connection,
    question: Question,
    engine: str,
    path: Path | None = None,
    *,
    train: bool,
) -> Policy:
    """Return the policy that a question is answered by: that of ``path``, else the one in force.

    Where the engine `fitted` is asked for: by the policy's own model, or by one that is fitted now if the
    policy has none, or ``train`` says so. Raises `worker.backtest.Refused` where a model does not suit.
    """
    path = path or deployment.settings.policy
    policy = load(path, engine=engine if engine != FITTED and engine else None)
    if engine == FITTED and (train or "fitted" not in json.loads(policy.data)):
        wanted = Wanted(question.target, question.horizon, question.train_until)
        return _by(policy, fit(connection, policy, deployment.workdays, wanted))
    if engine == FITTED:
        policy = load(path, engine=FITTED)
    if policy.model:
        suited(policy.model, question)
    return policy


def _by(policy: Policy, content: ModelData) -> Policy:
    """Return the policy by a model; no health follows from one that tells who grows, but a ranking does."""
    if content.target != EXPANDED:
        return with_model(policy, content)
    model: Model = model_of(content)
    metrics = tuple(dict.fromkeys((*policy.metrics, *model.metrics)))
    return replace(policy, model=model, metrics=metrics)
