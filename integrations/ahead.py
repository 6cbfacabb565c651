"""Pages that a vendor numbers, several asked for at once, and read in their order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

AT_ONCE = 10
"""Pages in flight: at 20 ms each they come about eight times as fast as one after the other."""


def ahead(
    ask: Callable[[int], T], numbers: Iterable[int], at_once: int = AT_ONCE
) -> Generator[T, None, None]:
    """Yield the answers to some numbers in their order, and ask up to ``at_once`` ahead, each in a thread.

    The first is asked alone, because it may be the only one. Once a question has failed nothing more is
    asked; what went before it is yielded, and then its error raised, whatever became of later ones. When the
    iterator ends or is closed, its threads have ended: close it where it may be left early.
    """
    left = iter(numbers)
    for number in islice(left, 1):
        yield ask(number)
    threads = ThreadPoolExecutor(at_once, "ahead")
    try:
        waiting = deque(threads.submit(ask, number) for number in islice(left, at_once))
        while waiting:
            answer = waiting.popleft().result()
            if not any(map(_failed, waiting)):
                waiting.extend(threads.submit(ask, number) for number in islice(left, 1))
            yield answer
    finally:
        threads.shutdown(cancel_futures=True)


def _failed(asked: Future[T]) -> bool:
    return asked.done() and asked.exception() is not None
