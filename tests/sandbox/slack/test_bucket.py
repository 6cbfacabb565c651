import pytest

from sandbox.config import Rate
from sandbox.slack.bucket import Bucket


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("rate", "calls", "waits"),
    [
        (Rate(1.0, 5), [0] * 6, [0, 0, 0, 0, 0, 1]),
        (Rate(1.0, 1), [0, 0.4, 1, 1], [0, 1, 0, 1]),
        (Rate(0.1, 1), [0, 0, 5, 10], [0, 10, 5, 0]),
        (Rate(1.0, 2), [0, 0, 60, 60, 60], [0, 0, 0, 0, 1]),
    ],
)
def test_a_bucket_gives_its_burst_then_its_rate(rate, calls, waits):
    clock = Clock()
    bucket = Bucket(rate, clock)
    assert [wait_at(bucket, clock, second) for second in calls] == waits


def test_a_call_before_the_wait_is_over_is_early():
    clock = Clock()
    bucket = Bucket(Rate(1.0, 1), clock)
    for second, early in [(0, 0), (0.5, 0), (1.2, 1), (1.9, 1), (2.95, 1)]:
        wait_at(bucket, clock, second)
        assert bucket.early == early, second


def wait_at(bucket: Bucket, clock: Clock, second: float) -> int:
    clock.now = 100.0 + second
    return bucket.wait_s()
