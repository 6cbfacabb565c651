"""The day before the demo's day: pull, judge in silence, go live. A process of its own, for its memory."""

import sys
from datetime import date
from pathlib import Path

from cli.opened import judge_waiting, opened
from cli.standins import FOLDERS, forget, show
from integrations.roles import Crm
from store.installation import DAY, business_day, set_setting
from worker.bell import Aside
from worker.deployment import Deployment
from worker.pipeline import pull
from worker.process import schedule
from worker.release import go_live


def main(books: Path, url: str, day_before: date, day: date) -> None:
    """Prepare database and stand-ins for the demo's day; the database only unless an earlier demo has."""
    eve, monday = (books / name for name in FOLDERS)
    with opened() as deployment:
        again = _day(deployment) == day
        if not again:
            forget(url)
            show(url, eve, day_before)
            _judge(deployment, day_before)
            _set_day(deployment, day)
        show(url, monday, day)
        _set_up(deployment)
        print("again" if again else "fresh")


def _judge(deployment: Deployment, day: date) -> None:
    """Read everything, judge it as of a day, and go live. Founders come first: the others join theirs."""
    _set_day(deployment, day)
    founding = deployment.settings.founding
    for source in sorted(schedule().pull, key=lambda name: name not in founding):
        pulled = pull(deployment, source)
        if pulled.failure or pulled.rejects:
            sys.exit(f"{source}: {pulled.failure or f'{pulled.rejects} rows could not be read'}")
    if isinstance(deployment.bell, Aside):
        deployment.bell.chunks.reverse()  # the last run knows all: those before it leave what it judged
    judge_waiting(deployment)
    go_live(deployment)


def _set_up(deployment: Deployment) -> None:
    """Make the fields of the CRM, as ``seatsignal crm setup`` does."""
    for name in deployment.routes.crms():
        crm = deployment.destination(name)
        if isinstance(crm, Crm):
            crm.setup()


def _day(deployment: Deployment) -> date:
    with deployment.database.read() as connection:
        return business_day(connection)


def _set_day(deployment: Deployment, day: date) -> None:
    with deployment.database.write() as connection:
        set_setting(connection, DAY, day.isoformat())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(date.fromisoformat, sys.argv[3:5]))
