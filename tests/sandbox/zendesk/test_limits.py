import pytest

from sandbox.limits import Minute


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("seconds", "taken", "resets"),
    [
        ([0, 1, 2, 59], [True, True, False, False], 1),
        ([0, 0, 60, 61, 62], [True, True, True, True, False], 58),
        ([59, 60, 61], [True, True, True], 59),
    ],
)
def test_a_minute_is_full_again_when_it_is_over(seconds, taken, resets):
    clock = Clock()
    minute = Minute(2, clock)
    found = []
    for second in seconds:
        clock.now = 1_000.0 + second
        found.append(minute.take())
    assert (found, minute.resets_s) == (taken, resets)
