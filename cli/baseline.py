"""The day before the demo's day: import, judge in silence, go live. A process of its own, for its memory."""

import sys
from pathlib import Path

from cli.opened import judge_waiting, opened
from integrations.files.source import FilesSource
from store.installation import business_day, set_setting
from worker.deployment import Deployment
from worker.pipeline import pull
from worker.release import go_live


def main(company: Path, day_before: str, day: str) -> None:
    """Prepare the database for the demo's day, unless an earlier demo has."""
    with opened() as deployment:
        if _day(deployment) == day:
            print("again")
            return
        _set_day(deployment, day_before)
        deployment.use_source("files", FilesSource(company / "baseline", rejects=company))
        pull(deployment, "files")
        judge_waiting(deployment)
        go_live(deployment)
        _set_day(deployment, day)
        print("fresh")


def _day(deployment: Deployment) -> str:
    with deployment.database.read() as connection:
        return business_day(connection).isoformat()


def _set_day(deployment: Deployment, day: str) -> None:
    with deployment.database.write() as connection:
        set_setting(connection, "business_day", day)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
