"""Jobs are waited for as long as is allowed, and no longer; time is passed in."""

from integrations.zendesk.jobs import Jobs
from integrations.zendesk.replies import Job


class Told:
    """Answers about a job, one after the other, on a clock that only resting moves."""

    def __init__(self, *answers: Job | None) -> None:
        self.answers = list(answers)
        self.now_s = 0.0
        self.rests: list[float] = []

    def job(self, _name: str) -> Job | None:
        return self.answers.pop(0)

    def rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.now_s += seconds


def jobs(told: Told, wait_s: float) -> Jobs:
    return Jobs(told, wait_s, lambda: told.now_s, told.rest)  # type: ignore[arg-type]  # a stand-in of ours


QUEUED, WORKING, COMPLETED = (Job("j1", status) for status in ("queued", "working", "completed"))


def test_a_job_is_asked_about_at_growing_intervals_until_it_is_done() -> None:
    told = Told(QUEUED, QUEUED, WORKING, WORKING, WORKING, COMPLETED)
    assert jobs(told, 60.0).done(QUEUED) == COMPLETED
    assert told.rests == [0.25, 0.5, 1.0, 2.0, 2.0]


def test_once_the_time_is_up_it_stays_as_it_stands() -> None:
    told = Told(*[WORKING] * 9)
    assert jobs(told, 4.0).done(QUEUED) == WORKING
    assert told.now_s <= 4.0


def test_a_job_that_is_done_at_once_is_not_asked_about() -> None:
    assert jobs(Told(), 4.0).done(COMPLETED) == COMPLETED


def test_a_job_that_is_forgotten_counts_as_failed() -> None:
    assert jobs(Told(None), 4.0).done(QUEUED).status == "failed"


def test_of_some_jobs_those_are_told_that_are_still_at_work() -> None:
    told = Told(COMPLETED, WORKING, None)
    assert jobs(told, 4.0).under_way({"j3", "j1", "j2"}) == {"j2"}
