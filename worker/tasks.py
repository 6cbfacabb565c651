"""Celery's side of the pipeline: each task names what to do and leaves the doing to it."""

from celery import shared_task

from store.runs import FULL, Chunk
from worker.process import deployment, schedule


@shared_task(name="seatsignal.tick")
def tick(**_newer: object) -> None:
    """Ring for what is due, sweep up what was left."""
    from worker.tick import tick as work  # noqa: PLC0415 - a start-up imports only what it needs

    work(deployment(), schedule())


@shared_task(name="seatsignal.pull")
def pull(*, source: str, slot: int, **_newer: object) -> None:
    """Pull one source."""
    from worker.pipeline import pull as work  # noqa: PLC0415 - see above
    from worker.tick import pull_job, slot_done  # noqa: PLC0415 - see above

    work(deployment(), source)
    slot_done(deployment(), pull_job(source), slot)


@shared_task(name="seatsignal.judge")
def judge(*, slot: int, **_newer: object) -> None:
    """Start a run over every account."""
    from worker.pipeline import open_run  # noqa: PLC0415 - see above
    from worker.tick import JUDGE, slot_done  # noqa: PLC0415 - see above

    open_run(deployment(), FULL)
    slot_done(deployment(), JUDGE, slot)


@shared_task(name="seatsignal.audit")
def audit(*, slot: int, **_newer: object) -> None:
    """Look whether all that was owed is accounted for, what people changed, and how right rules were."""
    from worker.daily import look  # noqa: PLC0415 - see above
    from worker.tick import AUDIT, slot_done  # noqa: PLC0415 - see above

    look(deployment())
    slot_done(deployment(), AUDIT, slot)


@shared_task(name="seatsignal.figures")
def figures(*, slot: int, look: int = 0, **_newer: object) -> None:
    """Tell the figures of one look at a large book, and ring for the next look."""
    from worker.keeping import keep as work  # noqa: PLC0415 - see above
    from worker.tick import FIGURES, slot_begun, slot_done  # noqa: PLC0415 - see above

    if slot_begun(deployment(), FIGURES, slot) and work(deployment(), look):
        deployment().bell.figures(slot, look + 1)
    else:
        slot_done(deployment(), FIGURES, slot)


@shared_task(name="seatsignal.colleagues")
def colleagues(*, slot: int, **_newer: object) -> None:
    """Find colleagues in Slack by their addresses."""
    from worker.colleagues import find as work  # noqa: PLC0415 - see above
    from worker.tick import FIND, slot_done  # noqa: PLC0415 - see above

    work(deployment())
    slot_done(deployment(), FIND, slot)


@shared_task(name="seatsignal.assess")
def assess(*, run: int, first: int, last: int, **_newer: object) -> None:
    """Judge one chunk of accounts."""
    from worker.pipeline import assess as work  # noqa: PLC0415 - see above

    work(deployment(), Chunk(run, first, last))


@shared_task(name="seatsignal.deliver")
def deliver(*, destination: str, **_newer: object) -> None:
    """Send what is due to one destination, and ring again if time ran out."""
    from worker.deliver import deliver as work  # noqa: PLC0415 - see above

    if work(deployment(), destination).more:
        deployment().bell.deliver(destination)
