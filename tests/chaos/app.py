"""The product's Celery app, with sinks to send to: ``celery -A tests.chaos.app worker``."""

from tests.chaos import sabotage
from worker.celery import app

__all__ = ["app"]

sabotage.apply()
