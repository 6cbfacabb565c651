"""A rehearsed Keygen account that each test fills with what it is about."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from health.records import Record
from integrations.keygen.settings import KeygenSettings
from integrations.keygen.source import KeygenSource
from integrations.roles import Cursor
from tests.integrations.keygen.account import SLUG, TOKEN, Json, content
from tests.integrations.test_every_source import Pulled, pulled
from tests.rehearsal import Rehearsal


class Counting:
    """A budget without end that counts the calls taken."""

    def __init__(self) -> None:
        self.calls = 0

    def take(self, calls: int) -> float:
        self.calls += calls
        return 0.0


@dataclass
class Account:
    sandbox: Rehearsal
    now: datetime = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    calls: Counting = field(default_factory=Counting)
    stack: ExitStack = field(default_factory=ExitStack)

    def hold(self, book: Json) -> None:
        """Let the account hold a book, at the instant it is."""
        self.sandbox.set_clock(self.now.timestamp())
        self.sandbox.seed("keygen", book)

    def at(self, instant: str) -> None:
        """Let it be another instant of UTC."""
        self.now = datetime.fromisoformat(instant).replace(tzinfo=UTC)
        self.sandbox.set_clock(self.now.timestamp())

    def source(self, **more: Any) -> KeygenSource:
        """A source of this account; settings by name."""
        given = {
            "token": TOKEN,
            "account": SLUG,
            "base_url": f"{self.sandbox.http}/keygen",
            "page_size": 4,
            "event_log_days": 5,
            **more,
        }
        made = KeygenSource(KeygenSettings(**given), budget=self.calls, clock=self.now.timestamp)
        return self.stack.enter_context(closing(made))

    def pull(self, cursor: Cursor | None = None, **more: Any) -> Pulled:
        """Pull until the end."""
        return pulled(self.source(**more), cursor)

    def pull_well(self, cursor: Cursor | None = None, **more: Any) -> Pulled:
        """Pull until the end, which is a good one."""
        found = self.pull(cursor, **more)
        assert found.error is None
        return found

    def told(self, **held: Any) -> Pulled:
        """What is pulled of an account that holds these things, by default a customer's strict policy."""
        self.hold(content(**held))
        return self.pull_well()


def only(kind: type[Record], records: list[Record]) -> set[Record]:
    """The records of a kind."""
    return {record for record in records if type(record) is kind}


@pytest.fixture
def keygen(sandbox: Rehearsal) -> Iterator[Account]:
    account = Account(sandbox)
    with account.stack:
        yield account
