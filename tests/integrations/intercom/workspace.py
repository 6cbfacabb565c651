"""An invented Intercom workspace: what Intercom shows, and beside it what we make of it.

Rows are written once; the two readings of a row share no code with the source.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from health.records import Account, Identifier, Record, Survey, Ticket

Json = dict[str, Any]
NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
NOW_S = int(NOW.timestamp())
TOKEN = "intercom-sandbox-token"
SPRING = datetime(2026, 4, 1, 8, tzinfo=UTC)
SIZES = ((7, "1-10"), (120, "51-200"), (None, None))
TAGS = (("billing", "Very important"), ("bug",), ())


def seconds(at: datetime) -> int:
    return int(at.timestamp())


class Firm(NamedTuple):
    """A company."""

    number: int
    has_people: bool = True
    added: datetime = SPRING

    @property
    def id(self) -> str:
        return f"6762f0dd1bb69f9f2193b{self.number:03}"

    @property
    def ours(self) -> str | None:
        return f"acct-{self.number}" if self.number % 4 else None

    @property
    def signed(self) -> datetime | None:
        return SPRING - timedelta(days=100 + self.number) if self.number % 3 else None

    def shown(self) -> Json:
        return {
            "type": "company",
            "id": self.id,
            "name": f"Firm {self.number} Example",
            "company_id": self.ours,
            "remote_created_at": self.signed and seconds(self.signed),
            "created_at": seconds(self.added),
            "updated_at": seconds(self.added),
            "last_request_at": seconds(SPRING) + 60 * self.number,
            "size": SIZES[self.number % 3][0],
            "website": f"https://firm{self.number}.example",
            "industry": "Software" if self.number % 2 else None,
            "user_count": 3 if self.has_people else 0,
        }

    def records(self) -> list[Record]:
        if not self.has_people:
            return []
        account = Account(
            self.id,
            name=f"Firm {self.number} Example",
            industry="Software" if self.number % 2 else None,
            size_band=SIZES[self.number % 3][1],
            created_on=(self.signed or self.added).date(),
        )
        return [account, *([Identifier(self.id, "our_id", self.ours)] if self.ours else [])]


class Talk(NamedTuple):
    """A conversation; ``firm`` is the company's number."""

    number: int
    firm: int | None
    opened: datetime
    changed: datetime
    state: str = "open"
    closed: datetime | None = None
    rating: int | None = None
    is_asked: bool = False

    @property
    def id(self) -> str:
        return str(215_470_000_000 + self.number)

    def shown(self) -> Json:
        asked = {"created_at": seconds(self.changed), "rating": self.rating, "remark": "a person's words"}
        asked |= {"updated_at": seconds(self.changed) if self.rating else None}
        asked |= {"contact": {"type": "contact", "id": f"c{self.number}"}}
        return {
            "type": "conversation",
            "id": self.id,
            "title": None if self.number % 2 else f"Question {self.number}",
            "created_at": seconds(self.opened),
            "updated_at": seconds(self.changed),
            "open": self.state == "open",
            "state": self.state,
            "priority": "priority" if self.number % 5 == 0 else "not_priority",
            "company": None if self.firm is None else Firm(self.firm).shown(),
            "tags": {
                "type": "tag.list",
                "tags": [{"id": str(at), "name": name} for at, name in enumerate(TAGS[self.number % 3])],
            },
            "conversation_rating": asked if self.is_asked or self.rating else None,
            "source": {
                "id": str(self.number),
                "subject": f"<p>Can I &amp; my team\n cancel no. {self.number}?</p>",
                "body": "<p>Hello, this is Robin Vale</p>",
            },
            "statistics": {"last_close_at": self.closed and seconds(self.closed), "count_reopens": 0},
        }

    def records(self) -> list[Record]:
        if self.firm is None:
            return []
        whose = Firm(self.firm).id
        is_closed = self.state == "closed"
        asked = f"Can I & my team cancel no. {self.number}?"
        ticket = Ticket(
            self.id,
            whose,
            seconds(self.opened) * 1_000,
            solved_ms=seconds(self.closed or self.changed) * 1_000 if is_closed else None,
            priority="high" if self.number % 5 == 0 else "normal",
            status=self.state,
            subject=asked if self.number % 2 else f"Question {self.number}",
            tags=" ".join(name.replace(" ", "_") for name in TAGS[self.number % 3]) or None,
            csat=None if self.rating is None else float(self.rating),
        )
        if self.rating is None:
            return [ticket]
        answered_ms = seconds(self.changed) * 1_000
        return [ticket, Survey(whose, "csat", float(self.rating), answered_ms, f"c{self.number}")]


def _closed(number: int) -> Talk:
    opened = SPRING + timedelta(hours=7 * number)
    closed = opened + timedelta(hours=3)
    rating = (None, 5, 1, 3)[number % 4]
    changed = closed + timedelta(hours=1)
    return Talk(number, number % 13 + 1, opened, changed, "closed", closed, rating, is_asked=True)


FIRMS = (*(Firm(number) for number in range(1, 15)), Firm(99, has_people=False))
TALKS = (
    *(_closed(number) for number in range(1, 21)),
    *(Talk(number, 3, SPRING, SPRING + timedelta(days=30)) for number in range(21, 27)),  # one second
    Talk(27, 4, SPRING, NOW - timedelta(days=3), "snoozed"),
    Talk(28, 5, SPRING, NOW - timedelta(days=2), "open", SPRING + timedelta(days=1)),  # opened again
    Talk(29, None, SPRING, NOW - timedelta(days=1)),
    Talk(30, 6, SPRING, NOW - timedelta(hours=3), "closed"),  # that nobody closed by hand
    Talk(31, 7, NOW - timedelta(minutes=1), NOW - timedelta(minutes=1)),
)


def seed(firms: tuple[Firm, ...] = FIRMS, talks: tuple[Talk, ...] = TALKS, cursors_since_s: int = 0) -> Json:
    return {
        "companies": [each.shown() for each in firms],
        "conversations": [each.shown() for each in talks],
        "cursors_since_s": cursors_since_s,
    }


def truth() -> frozenset[Record]:
    """All that a first pull must bring."""
    return frozenset(record for each in (*FIRMS, *TALKS) for record in each.records())


def variables(http: str, page_size: int = 7) -> dict[str, str]:
    """Settings by environment variable, for the workspace in a sandbox."""
    return {
        "SEATSIGNAL_INTERCOM_TOKEN": TOKEN,
        "SEATSIGNAL_INTERCOM_BASE_URL": f"{http}/intercom",
        "SEATSIGNAL_INTERCOM_PAGE_SIZE": str(page_size),
    }
