from sandbox.keygen.window import Window


class Clock:
    now = 1_000_000_000.0  # 40 seconds into a minute

    def __call__(self) -> float:
        return self.now


def told(window: Window) -> tuple[str, str, str | None]:
    headers = window.headers(2)
    return headers["X-RateLimit-Count"], headers["X-RateLimit-Remaining"], headers.get("Retry-After")


def test_a_minute_has_so_many_requests_and_the_next_as_many():
    clock = Clock()
    window = Window(clock)
    assert [told(window) for _ in range(3)] == [("1", "1", None), ("2", "0", None), ("3", "0", "20")]
    clock.now += 19
    assert told(window) == ("4", "0", "1")
    clock.now += 1
    assert told(window) == ("1", "1", None)
