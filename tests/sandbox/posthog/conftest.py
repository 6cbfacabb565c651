from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.rehearsal import Rehearsal

Json = dict[str, Any]

LAST_DAY = """
SELECT toString(max(toDate(timestamp))) AS last_day FROM events
WHERE timestamp >= toDateTime({since}) AND timestamp < toStartOfDay(toDateTime({now})) AND notEmpty($group_0)
"""
USAGE = """
SELECT day, account, uniqExactIf(who, age = 0) AS active_users, uniqExact(who) AS active_users_30d,
  sumIf(n0, age = 0) AS m0, sumIf(n1, age = 0) AS m1, sumIf(n2, age = 0) AS m2
FROM ( SELECT account, who, n0, n1, n2, age, toString(addDays(seen_on, age)) AS day
  FROM ( SELECT account, who, seen_on, n0, n1, n2, arrayJoin(range(30)) AS age
    FROM ( SELECT $group_0 AS account, person_id AS who, toDate(timestamp) AS seen_on,
        count() AS n0,
        countIf(event = {v0} OR (event = {v1} AND toString(properties.on) = {v2})) AS n1,
        sum(ifNull(toFloat(toString(properties.credits)), 0)) AS n2
      FROM events
      WHERE timestamp >= toDateTime({since}) AND timestamp < toDateTime({until})
        AND notEmpty($group_0) AND event NOT IN ({v3})
      GROUP BY account, who, seen_on ) ) )
WHERE day <= {last} AND (day > {day} OR (day = {day} AND account > {account}))
GROUP BY day, account ORDER BY day, account LIMIT 50
"""
SEATS = """
SELECT $group_0 AS account, toString(person_id) AS who,
  toString(toDate(argMax(person.created_at, timestamp))) AS first_day,
  toUnixTimestamp64Milli(max(timestamp)) AS last_ms,
  argMax(toString(person.properties.title), timestamp) AS role
FROM events
WHERE timestamp >= toDateTime({since}) AND timestamp < toDateTime({until}) AND notEmpty($group_0)
  AND ($group_0 > {account} OR ($group_0 = {account} AND toString(person_id) > {who}))
GROUP BY account, who ORDER BY account, who LIMIT 50
"""
OVER = {"since": "2026-05-01 00:00:00", "now": "2026-06-05T12:00:00Z"}
DAYS = {
    "since": "2026-05-03 00:00:00",
    "until": "2026-06-06 00:00:00",
    "day": "2026-06-01",
    "last": "2026-06-05",
    "account": "",
    "v0": "export",
    "v1": "view",
    "v2": "board",
    "v3": "$set",
}
SEEN = {"since": "2026-06-01 00:00:00", "until": "2026-06-06 00:00:00", "account": "", "who": ""}
NOON_S = 1_780_660_800.0
"""Noon of 5 June 2026, UTC."""
BOOK: Json = {
    "days": [
        ["acme", "2026-05-31", 9, 9, [["export", 1]]],
        [
            "acme",
            "2026-06-01",
            2,
            5,
            [["export", 3], ["view", 4, {"on": "board", "credits": 1.5}], ["view", 9]],
        ],
        ["acme", "2026-06-02", 0, 5, [["$set", 7]]],
        ["acme", "2026-06-03", 0, 0],
        ["acme", "2026-06-05", 4, 6, [["export", 8]]],
        ["acme", "2026-06-06", 5, 5, [["export", 5]]],
        ["zeta", "2026-06-01", 1, 1, [["export", 2, {"credits": "many"}]]],
    ],
    "users": [
        ["zeta", "u3", "2026-01-01T00:00:00Z", ["2026-06-05T13:00:00Z"]],
        ["acme", "u2", "2026-01-01T00:00:00Z", ["2026-06-01T00:00:00Z", "2026-06-04T23:59:59.5Z"]],
        ["acme", "u1", "2026-01-02T00:00:00Z", ["2026-05-31T23:59:59Z", "2026-06-06T00:00:00Z"]],
        ["acme", "u0", "2026-01-03T00:00:00Z", ["2026-06-02T00:00:00Z"], {"title": "admin"}],
    ],
}


@dataclass(frozen=True)
class PostHog:
    """Calls the stand-in without a client of ours, so that wrong things can be sent too."""

    sandbox: Rehearsal
    headers: dict[str, str] = field(default_factory=lambda: {"Authorization": "Bearer phx_sandbox"})

    def send(self, body: Json, project: int = 1, query: str = "") -> requests.Response:
        url = f"{self.sandbox.http}/posthog/api/projects/{project}/query/{query}"
        return requests.post(url, json=body, headers=self.headers, timeout=10)

    def ask(self, text: str, values: dict[str, str], **more: str) -> requests.Response:
        query = {"kind": "HogQLQuery", "query": text, "values": values}
        return self.send({"query": query, "refresh": "force_blocking", **more})

    def rows(self, text: str, values: dict[str, str], **more: str) -> list[list[Any]]:
        answer = self.ask(text, values, **more)
        assert answer.status_code == 200, answer.text
        found: list[list[Any]] = answer.json()["results"]
        return found


@pytest.fixture
def posthog(sandbox: Rehearsal) -> PostHog:
    sandbox.set_clock(NOON_S)
    sandbox.seed("posthog", BOOK)
    return PostHog(sandbox)
