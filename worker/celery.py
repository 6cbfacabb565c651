"""The Celery app. Celery is the doorbell: messages carry ids and key ranges, the database knows what is owed.

``celery -A worker worker -Q pull,assess,deliver`` and ``celery -A worker beat`` find it here.
"""

import sys

from celery import Celery, Task
from celery.signals import beat_embedded_init, beat_init, setup_logging, task_postrun, task_prerun
from kombu.transport import TRANSPORT_ALIASES

from config.errors import Actionable
from config.settings import settings

LONGEST_TASK_S = 600
VISIBILITY_S = 2 * LONGEST_TASK_S
"""Above the longest task, so that a message is not handed out again while its task still runs."""


def make_app() -> Celery:
    """Return the app for the broker that the settings name."""
    app = Celery("seatsignal", broker=settings().broker_url, include=["worker.tasks"])
    app.conf.update(_common())
    app.conf.update(_memory() if app.conf.broker_url.startswith("memory") else _redis())
    app.steps["consumer"].add("worker.heartbeat:Turns")  # by name: who only rings does not load it
    return app


def _common() -> dict[str, object]:
    tick_s = settings().tick_s
    return {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": "deliver",
        "task_routes": {
            "seatsignal.pull": {"queue": "pull"},
            "seatsignal.judge": {"queue": "assess"},
            "seatsignal.audit": {"queue": "assess"},
            "seatsignal.figures": {"queue": "assess"},
            "seatsignal.assess": {"queue": "assess"},
            "seatsignal.colleagues": {"queue": "deliver"},
            "seatsignal.deliver": {"queue": "deliver"},
        },
        "task_create_missing_queues": True,
        "task_time_limit": LONGEST_TASK_S,
        "task_soft_time_limit": LONGEST_TASK_S - 30,
        "worker_max_tasks_per_child": 500,
        "worker_soft_shutdown_timeout": 20,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "beat_schedule": {
            "tick": {"task": "seatsignal.tick", "schedule": tick_s, "options": {"expires": tick_s}}
        },
        "beat_scheduler": "celery.beat:Scheduler",  # keeps no file: the database knows the slots
        "beat_max_loop_interval": tick_s,
        "timezone": "UTC",
    }


def _memory() -> dict[str, object]:
    return {
        "broker_url": "memory://localhost/",  # there is no host, but kombu warns of none
        "worker_prefetch_multiplier": 64,
        "broker_transport_options": {"polling_interval": 0.05},
    }


def _redis() -> dict[str, object]:
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), "worker.transport:Transport"))
    options = {
        "visibility_timeout": VISIBILITY_S,
        "global_keyprefix": "seatsignal:",
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "retry_on_timeout": True,
        "health_check_interval": 30,
        "max_retries": 1,
    }
    return {
        "broker_transport_options": options,
        "result_backend_transport_options": {"visibility_timeout": VISIBILITY_S},
        "visibility_timeout": VISIBILITY_S,
        "redis_socket_timeout": 10,
        "redis_socket_connect_timeout": 5,
    }


@setup_logging.connect
def log_as_we_do(**_more: object) -> None:
    """Log our way from a process's first line on; Celery's own would redact nothing."""
    from worker import log  # noqa: PLC0415 - commands that only ring do not log through Celery
    from worker.secrets import secrets  # noqa: PLC0415 - see above

    log.configure(settings().log_level, secrets(settings()))


@beat_init.connect
@beat_embedded_init.connect
def beat_begins(**_more: object) -> None:
    """Let a process that ticks say so."""
    from worker.heartbeat import begin_beat  # noqa: PLC0415 - see above

    begin_beat()


@task_prerun.connect
def task_begins(task: Task, kwargs: dict[str, object], **_more: object) -> None:  # type: ignore[type-arg]  # generic in its stubs alone
    """Put into every line that is logged from here on which task it is of; its arguments are ids."""
    from structlog.contextvars import bind_contextvars  # noqa: PLC0415 - see above

    bind_contextvars(task=task.name, **kwargs)


@task_postrun.connect
def task_ends(**_more: object) -> None:
    """Let later lines be of nothing again."""
    from structlog.contextvars import clear_contextvars  # noqa: PLC0415 - see above

    clear_contextvars()


def _app() -> Celery:
    try:
        return make_app()
    except Actionable as error:
        sys.exit(str(error))  # Celery would show where in our code a setting was found wrong


app = _app()
