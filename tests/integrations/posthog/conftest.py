"""PostHog in rehearsal, set up by the environment, asked at whatever instant a test says."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
import responses

from integrations.budget import Unlimited
from integrations.posthog.settings import PostHogSettings
from integrations.posthog.source import PostHogSource
from integrations.settings import settings
from tests.integrations.posthog.source_rig import rig
from tests.integrations.source_rig import SourceRig
from tests.rehearsal import Rehearsal

Answer = dict[str, Any]


class Counting(Unlimited):
    """A budget without end that counts."""

    def __init__(self) -> None:
        self.calls = 0

    def take(self, calls: int) -> float:
        self.calls += calls
        return 0.0


@dataclass
class Rehearsed:
    """A source over the sandbox. Its clock and the stand-in's go together."""

    rig: SourceRig
    monkeypatch: pytest.MonkeyPatch
    stack: ExitStack
    budget: Counting = field(default_factory=Counting)

    def at(self, now: datetime, **given: str) -> PostHogSource:
        """The source at an instant, with some settings changed."""
        for name, value in given.items():
            self.monkeypatch.setenv(f"SEATSIGNAL_POSTHOG_{name}", value)
        self.rig.sandbox.set_clock(now.timestamp())
        made = PostHogSource(settings(PostHogSettings), budget=self.budget, clock=now.timestamp)
        return self.stack.enter_context(closing(made))

    def seed(self, **book: object) -> None:
        """Let the stand-in hold another book."""
        self.rig.sandbox.seed("posthog", {"project_id": 12, **book})


@pytest.fixture
def rehearsed(sandbox: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsed]:
    made = rig(sandbox)
    made.open_book()
    for variable, value in made.good.items():
        monkeypatch.setenv(variable, value)
    with ExitStack() as stack:
        yield Rehearsed(made, monkeypatch, stack)


Answering = Callable[..., Any]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """A source whose queries get these answers, one after the other."""
    given = {"API_KEY": "phx_x", "PROJECT_ID": "1", "PAGE_ROWS": "3", "FIRST_DAYS": "5"}
    for name, value in given.items():
        monkeypatch.setenv(f"SEATSIGNAL_POSTHOG_{name}", value)

    @contextmanager
    def answered(*answers: Answer | int) -> Iterator[PostHogSource]:
        with responses.RequestsMock(assert_all_requests_are_fired=False) as vendor:
            for answer in answers:
                told: Answer = {"status": answer} if isinstance(answer, int) else {"json": answer}
                vendor.post("https://us.posthog.com/api/projects/1/query/", **told)
            now = datetime.fromisoformat("2026-06-10T12:00:00+00:00").timestamp()
            with closing(PostHogSource(settings(PostHogSettings), clock=lambda: now)) as made:
                yield made

    return answered
