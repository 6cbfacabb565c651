"""Tasks as one would write them without an outbox: one per delivery, acknowledged late."""

import os

from celery import Celery

from health.nouns import Notice
from integrations.budget import Unlimited
from integrations.settings import settings
from tests.chaos.sink import PlainSink, SinkSettings
from tests.owed import notice

VISIBILITY_S = 3
"""How soon Redis hands out again what nobody acknowledged; an hour unless said."""


def make_app(broker: str) -> Celery:
    """Return an app with the settings that are recommended against loss."""
    made = Celery("plain", broker=broker)
    made.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_default_queue="plain",
        worker_prefetch_multiplier=1,
        broker_transport_options={"visibility_timeout": VISIBILITY_S, "global_keyprefix": "plain:"},
    )
    return made


app = make_app(os.environ.get("SEATSIGNAL_BROKER_URL", "memory://"))


@app.task(name="plain.show", autoretry_for=(Exception,), default_retry_delay=1, max_retries=None)
def show(key: str) -> None:
    """Send one notice."""
    thread, _, _ = key.partition(".")
    sent: Notice = notice(key, thread)
    list(PlainSink(settings(SinkSettings), budget=Unlimited()).deliver([sent]))
