"""Jobs: what Zendesk does after it has answered, waited for as long as a delivery can, and no longer."""

from collections.abc import Callable, Collection
from time import monotonic, sleep

from integrations.zendesk.replies import Job
from integrations.zendesk.writer import ZendeskWriter

COMPLETED = "completed"
UNFINISHED = frozenset({"queued", "working"})
FIRST_S, LONGEST_S = 0.25, 2.0
"""How long to wait before a job is asked about again: each time twice as long."""
LATER_S = 30.0
"""When a job that takes longer than we can wait is asked about next."""


class Jobs:
    """Waits for jobs. ``wait_s`` is how long for each; ``clock`` is monotonic, in seconds."""

    def __init__(
        self,
        zendesk: ZendeskWriter,
        wait_s: float,
        clock: Callable[[], float] = monotonic,
        rest: Callable[[float], None] = sleep,
    ) -> None:
        """Wait for nothing yet."""
        self._zendesk = zendesk
        self._wait_s = wait_s
        self._clock = clock
        self._rest = rest

    def done(self, job: Job) -> Job:
        """Return a job once it is done, or as it stands when the time is up. Raises what clients raise.

        One that Zendesk forgets meanwhile counts as failed: what it did shows when it is looked at again.
        """
        until_s, pause_s = self._clock() + self._wait_s, FIRST_S
        while is_under_way(job):
            job = self._zendesk.job(job.id) or Job(job.id, "failed")
            if not is_under_way(job) or self._clock() + pause_s > until_s:
                break
            self._rest(pause_s)
            pause_s = min(2 * pause_s, LONGEST_S)
        return job

    def under_way(self, names: Collection[str]) -> frozenset[str]:
        """Return those of some jobs that are still not done."""
        found = {name: self._zendesk.job(name) for name in sorted(names)}
        return frozenset(name for name, job in found.items() if job and is_under_way(job))


def is_under_way(job: Job) -> bool:
    """Whether a job still waits or works."""
    return job.status in UNFINISHED
