"""Jobs: what is done after Zendesk has answered, so many at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.zendesk.errors import Refused

MOST_JOBS = 30
"""How many may wait or be at work."""
Row = dict[str, Any]


@dataclass(slots=True)
class Job:
    """Rows to be done, and how often Zendesk is asked for something until they are."""

    id: str
    rows: list[Callable[[], Row]]
    left: int
    results: list[Row] = field(default_factory=list)
    done: bool = False

    def shown(self, steps: int) -> dict[str, object]:
        """As the API shows it."""
        status = "completed" if self.done else "queued" if self.left == steps else "working"
        status_of = {"id": self.id, "job_type": "Bulk Update Organization", "status": status}
        total = len(self.rows) if self.done else None
        more = {"total": total, "progress": total, "results": self.results if self.done else None}
        return {"job_status": {**status_of, **more, "url": None, "message": None}}


class Jobs:
    """All jobs; each takes ``steps`` questions."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._jobs: dict[str, Job] = {}

    def begin(self, rows: list[Callable[[], Row]]) -> dict[str, object]:
        """Queue a job, if fewer than Zendesk takes are waiting."""
        if sum(not job.done for job in self._jobs.values()) >= MOST_JOBS:
            raise Refused(429, "TooManyJobs", "Too many jobs are currently queued or running.")
        job = Job(f"{len(self._jobs) + 1:032x}", rows, self._steps)
        self._jobs[job.id] = job
        return job.shown(self._steps)

    def work(self) -> None:
        """Take every job one step further, the oldest first."""
        for job in self._jobs.values():
            if job.done:
                continue
            job.left -= 1
            if job.left <= 0:
                job.results = [act() for act in job.rows]
                job.done = True

    def show(self, name: str) -> dict[str, object]:
        """How a job stands."""
        if name not in self._jobs:
            raise Refused(404, "RecordNotFound", "Not found")
        return self._jobs[name].shown(self._steps)
