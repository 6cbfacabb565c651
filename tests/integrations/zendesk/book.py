"""A help desk of a few organizations: what Zendesk shows, and beside it what we make of it.

Rows are written once; the two readings of a row share no code with the source.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from health.records import Account, Identifier, Record, Survey
from health.records import Ticket as TicketRecord

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
NOW_S = int(NOW.timestamp())
PAGE_SIZE = 7
TOPIC_FIELD = 360001
Json = dict[str, Any]


def instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def ms(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp()) * 1_000


class Org(NamedTuple):
    """An organization."""

    number: int
    changed: datetime
    external_id: str | None = None
    domains: tuple[str, ...] = ()
    deleted: bool = False

    @property
    def id(self) -> int:
        return 9_000_000_000 + self.number

    @property
    def created(self) -> datetime:
        return datetime(2025, 3, 1, 9, 30, tzinfo=UTC) + timedelta(days=self.number)

    def shown(self) -> Json:
        name = f"Customer {self.number} Example"
        return {
            "id": self.id,
            "name": f"{self.id}_deleted_{name}" if self.deleted else name,
            "created_at": instant(self.created),
            "updated_at": instant(self.changed),
            "external_id": self.external_id,
            "domain_names": list(self.domains),
            "deleted_at": instant(self.changed) if self.deleted else None,
            "notes": "a person's remarks",
        }

    def records(self) -> list[Record]:
        if self.deleted:
            return []
        key = str(self.id)
        own = [Identifier(key, "our_id", self.external_id)] if self.external_id else []
        named = [Identifier(key, "domain", domain) for domain in self.domains]
        return [
            Account(key, name=f"Customer {self.number} Example", created_on=self.created.date()),
            *own,
            *named,
        ]


class Request(NamedTuple):
    """A ticket. ``org`` is the organization's number."""

    number: int
    org: int | None
    opened: datetime
    changed: datetime
    status: str = "open"
    solved: datetime | None = None
    priority: str | None = "normal"
    kind: str | None = "question"
    tags: tuple[str, ...] = ()
    score: str = "unoffered"

    @property
    def id(self) -> int:
        return 5_000 + self.number

    @property
    def subject(self) -> str:
        return f"Question {self.number}: can I cancel a meeting?"

    def shown(self) -> Json:
        times = {
            "id": 70_000 + self.number,
            "ticket_id": self.id,
            "solved_at": self.solved and instant(self.solved),
        }
        return {
            "id": self.id,
            "created_at": instant(self.opened),
            "updated_at": instant(self.changed),
            "generated_timestamp": int(self.changed.timestamp()),
            "status": self.status,
            "requester_id": 800_000 + self.number,
            "subject": self.subject,
            "description": "Hello, this is Robin Vale, robin.vale@customer.example",
            "priority": self.priority,
            "type": self.kind,
            "organization_id": None if self.org is None else Org(self.org, NOW).id,
            "tags": list(self.tags),
            "custom_fields": [
                {"id": TOPIC_FIELD, "value": f"topic_{self.number % 3}"},
                {"id": 360002, "value": True},
            ],
            "satisfaction_rating": {"score": self.score},
            "metric_set": None if self.status == "deleted" else times,
        }

    def records(self) -> list[Record]:
        if self.org is None:
            return []
        whose = TicketRecord(
            str(self.id), str(Org(self.org, NOW).id), ms(self.opened) or 0, status=self.status
        )
        if self.status == "deleted":
            return [whose._replace(solved_ms=ms(self.changed))]
        return [
            whose._replace(
                solved_ms=ms(self.solved) if self.status in {"solved", "closed"} else None,
                priority=self.priority,
                topic=self.kind,
                subject=self.subject,
                tags=" ".join(self.tags) or None,
                csat={"good": 5.0, "bad": 1.0}.get(self.score),
            )
        ]


class Answered(NamedTuple):
    """A rating of a ticket, by its number."""

    number: int
    ticket: int
    score: str
    at: datetime

    def shown(self) -> Json:
        return {
            "id": 60_000 + self.number,
            "score": self.score,
            "ticket_id": 5_000 + self.ticket,
            "requester_id": 800_000 + self.ticket,
            "created_at": instant(self.at - timedelta(days=1)),
            "updated_at": instant(self.at),
            "comment": "a person's words",
        }

    def records(self, org: int | None) -> list[Record]:
        if org is None or self.score not in {"good", "bad"}:
            return []
        score = 5.0 if self.score == "good" else 1.0
        return [Survey(str(Org(org, NOW).id), "csat", score, ms(self.at) or 0, str(800_000 + self.ticket))]


IMPORTED = datetime(2026, 2, 1, 12, tzinfo=UTC)
ORGS = (
    *(Org(n, IMPORTED - timedelta(days=9 - n), f"acct-{n}", (f"customer{n}.example",)) for n in range(1, 6)),
    *(Org(n, IMPORTED, f"acct-{n}") for n in range(6, 10)),  # one second, across the edge of a page
    Org(10, IMPORTED + timedelta(days=1), None, ("ten.example", "zehn.example")),
    Org(11, IMPORTED + timedelta(days=2), "acct-11", deleted=True),
    *(Org(n, IMPORTED + timedelta(days=n), f"acct-{n}", (f"customer{n}.example",)) for n in range(12, 19)),
    Org(19, NOW - timedelta(minutes=5), "acct-19"),
    Org(20, NOW - timedelta(minutes=5), "acct-20"),
)
SPRING = datetime(2026, 4, 1, 8, tzinfo=UTC)


def _solved(number: int) -> Request:
    opened = SPRING + timedelta(hours=7 * number)
    solved = opened + timedelta(hours=3)
    return Request(
        number,
        org=1 if number % 18 == 10 else number % 18 + 1,
        opened=opened,
        changed=solved + timedelta(hours=1),
        status="closed" if number % 2 else "solved",
        solved=solved,
        priority=("low", "high", "urgent", None)[number % 4],
        kind=("incident", None)[number % 2],
        tags=("billing", "vip"),
        score=("good", "bad", "offered")[number % 3],
    )


TICKETS = (
    *(_solved(number) for number in range(1, 25)),
    *(
        Request(n, 3, SPRING, SPRING + timedelta(days=30), tags=("import",)) for n in range(25, 31)
    ),  # one second
    Request(31, 4, SPRING, NOW - timedelta(days=3), "new", kind="problem"),
    Request(32, 5, SPRING, NOW - timedelta(days=2), "pending"),
    Request(33, 6, SPRING, NOW - timedelta(days=2), "hold", priority="urgent"),
    Request(34, None, SPRING, NOW - timedelta(days=1)),
    Request(35, 7, SPRING, NOW - timedelta(hours=9), "deleted"),
    Request(36, 8, SPRING, NOW - timedelta(hours=8), "open", SPRING + timedelta(days=1)),  # opened again
    Request(37, 9, SPRING, NOW - timedelta(minutes=2), "open"),
)
BY_NUMBER = {ticket.number: ticket for ticket in TICKETS}
RATINGS = (
    *(
        Answered(n, n, ("good", "bad", "offered")[n % 3], SPRING + timedelta(days=20, hours=n))
        for n in range(1, 25)
    ),
    Answered(25, 34, "bad", NOW - timedelta(hours=5)),  # a ticket of nobody
    Answered(26, 35, "bad", NOW - timedelta(hours=5)),  # a deleted one
)


def seed(
    orgs: tuple[Org, ...] = ORGS,
    tickets: tuple[Request, ...] = TICKETS,
    ratings: tuple[Answered, ...] = RATINGS,
    cursors_since_s: int = 0,
) -> Json:
    return {
        "organizations": [each.shown() for each in orgs],
        "tickets": [each.shown() for each in tickets],
        "satisfaction_ratings": [each.shown() for each in ratings],
        "cursors_since_s": cursors_since_s,
    }


def truth() -> frozenset[Record]:
    """All that a first pull must bring."""
    organizations = [record for each in ORGS for record in each.records()]
    requests = [record for each in TICKETS for record in each.records()]
    owners = {ticket.number: ticket.org for ticket in TICKETS if ticket.status != "deleted"}
    answers = [record for each in RATINGS for record in each.records(owners.get(each.ticket))]
    return frozenset([*organizations, *requests, *answers])
