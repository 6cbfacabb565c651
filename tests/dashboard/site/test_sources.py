"""Sources: how each stands and what is wrong, in words; whoever operates asks one, or has it read."""

import re
from datetime import date

import pytest
from sqlalchemy import update

from dashboard.pages.sources import WRONG, stands
from integrations.errors import Misconfigured
from store import incidents, matches
from store.arrivals import Arrived
from store.database import Database
from store.tables import accounts, source_status
from tests.dashboard.site.conftest import Desk
from worker.bell import Aside
from worker.freshness import NEVER, SourceState, states
from worker.incidents import KINDS

HOUR_S, NOW_MS = 3600, 1_800_000_000_000


def state(**values: object) -> SourceState:
    made = SourceState("stripe", True, None, frozenset(), frozenset(), 9, 10, 0.5, HOUR_S, came())
    return made._replace(**values)  # type: ignore[arg-type]  # a table of cases


def came(ago_s: int | None = 60, failure: str = "", *, person: bool = False) -> Arrived:
    ended = None if ago_s is None else NOW_MS - ago_s * 1000
    return Arrived(1, 0, 0, ended, None, failure, person)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (state(), "read as it should be"),
        (state(arrived=came(4 * HOUR_S)), "late: not read for 3 turns"),
        (state(arrived=came(2 * HOUR_S)), "read as it should be"),
        (state(arrived=came(None)), "set up, not read yet"),
        (state(interval_s=None), "read when somebody imports it"),
        (state(arrived=came(60, "wrong_key", person=True)), "failed: wrong key; a person must act"),
        (state(arrived=came(60, "rate_limited")), "failed: rate limited; it is tried again"),
        (state(linked=4), "only 4 of 10 accounts are ours, under 50%"),
        (state(linked=5), "read as it should be"),
        (state(linked=0, accounts=0), "read as it should be"),
        (state(in_use=False, linked=0), "out of use: nothing is set of it"),
    ],
)
def test_the_worst_of_a_source_is_said(of: SourceState, said: str):
    assert stands(of, NOW_MS) == said


def test_every_kind_of_incident_has_words():
    assert set(WRONG) == set(KINDS)


def test_whoever_signs_in_sees_what_scores_rest_on(desk: Desk):
    page = desk.browser("support").get("/sources").text

    row = re.search(r'<th scope="row">files</th>(.*?)</tr>', page, re.DOTALL)
    assert row
    assert "100" in row[1], "all of its accounts are ours"
    assert "usage" in row[1]
    assert "/sources/ask" not in page
    assert "Nothing. In dry-run" in page


def test_what_is_wrong_is_shown_with_whose_alerts_wait(own_desk: Desk):
    with own_desk.database.write() as connection:
        incidents.begin(connection, "fleet", "files", date(2026, 5, 30))
        connection.execute(update(accounts).where(accounts.c.key == "a1").values(held="stale/files"))

    page = own_desk.browser("csm").get("/sources").text

    assert WRONG["fleet"][0] in page
    assert WRONG["stale"][0] in page, "even where nobody was told"
    assert "May 30" in page


class Refusing:
    def check(self) -> None:
        raise Misconfigured("wrong_key", "set SEATSIGNAL_STRIPE_KEY to a key that may read")


def test_a_source_that_is_asked_says_what_to_change(own_desk: Desk):
    own_desk.deployment.use_source("stripe", Refusing())  # type: ignore[arg-type]  # only asked
    admin = own_desk.browser("admin")

    assert "set SEATSIGNAL_STRIPE_KEY to a key" in admin.post("/sources/ask", source="stripe").text
    assert "files answers" in admin.post("/sources/ask", source="files").text
    for name in ("hubspot", "nonsense", ""):
        assert "is not set up" in admin.post("/sources/ask", source=name).text


def test_a_source_is_read_at_once_and_it_is_on_record(own_desk: Desk, monkeypatch: pytest.MonkeyPatch):
    rung: list[tuple[str, int]] = []
    monkeypatch.setattr(Aside, "pull", lambda _bell, source, slot: rung.append((source, slot)))

    answer = own_desk.browser("admin").post("/sources/read", source="files")
    refused = own_desk.browser("admin").post("/sources/read", source="stripe")

    assert "files is read as soon as" in answer.text
    assert "is not set up" in refused.text
    assert rung == [("files", 0)]
    assert "source_resumed" in actions(own_desk.database)


def actions(database: Database) -> list[str]:
    from sqlalchemy import select  # noqa: PLC0415 - this once

    from store.tables import audit  # noqa: PLC0415 - see above

    with database.read() as connection:
        return list(connection.execute(select(audit.c.action)).scalars())


def test_what_is_past_its_shelf_life_is_told_as_unknown(own_desk: Desk):
    with own_desk.database.write() as connection:
        connection.execute(update(source_status).values(complete_through=date(2026, 1, 1)))
        found = {each.name: each for each in states(own_desk.deployment, connection, {})}
        linked, total = matches.match_rates(connection)["files"]

    assert "usage" in found["files"].unknown
    assert "usage" not in found["files"].counted
    assert (found["files"].linked, found["files"].accounts) == (linked, total)
    assert found["files"].arrived.rows > 0
    assert found["files"].arrived != NEVER
    assert "unknown by now" in own_desk.browser("csm").get("/sources").text
