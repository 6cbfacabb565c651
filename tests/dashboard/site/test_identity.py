"""Identity: what is joined to nobody is listed with why; a person joins it, and takes it back."""

import re

import pytest

from dashboard.pages import identity as pages
from health.records import Account, Identifier, Record
from store import facts, matches, sources
from store.database import Database
from store.sources import Landed
from tests.dashboard.site.conftest import Desk


def land(database: Database, *records: Record) -> None:
    """Store a page of a source whose accounts only join ours."""
    with database.write() as connection:
        sources.register(connection, "hubspot")
        cursor = sources.cursor_of(connection, "hubspot")
        batch = sources.begin_batch(connection, "hubspot", cursor, founding=False)
        facts.store_records(connection, batch, list(records))
        kinds = frozenset(facts.kinds_of(list(records)))
        sources.end_batch(connection, batch, "1", Landed(kinds, len(records), None, complete=False))


@pytest.fixture
def crm(own_desk: Desk) -> Desk:
    """A desk whose CRM keeps three accounts: one that is ours by its id, and two that nobody knows."""
    land(
        own_desk.database,
        *(Account(each, name="Somebody") for each in ("h1", "h2", "h3")),
        Identifier("h1", "our_id", "a1"),
        Identifier("h2", "domain", "who.customer.example"),
    )
    return own_desk


def standing(desk: Desk) -> tuple[list[str], int]:
    """The ids that are none of ours, and how many of the CRM's are."""
    with desk.database.read() as connection:
        found = [each.external_id for each in matches.unmatched(connection)]
        return found, matches.match_rates(connection)["hubspot"][0]


def test_what_is_joined_to_nobody_says_why_and_what_it_goes_by(crm: Desk):
    page = crm.browser("manager").get("/identity").text

    row = re.search(r'<th scope="row">h2</th>(.*?)</tr>', page, re.DOTALL)
    assert row
    assert "no account of ours fits" in row[1]
    assert "domain who.customer.example" in row[1]
    assert '<th scope="row">h1</th>' not in page
    assert "1 of 3" in page


def test_a_person_joins_one_and_takes_it_back(crm: Desk):
    manager = crm.browser("manager")
    assert standing(crm) == (["h2", "h3"], 1)

    done = manager.post("/identity/link", source="hubspot", external_id=" h2 ", account="a2")
    assert "h2 is a2" in done.text
    assert standing(crm) == (["h3"], 2)
    tick = re.search(r'name="pick" value="([^"]+)"', done.text)
    assert tick

    assert "Taken back: 1" in manager.post("/identity/undo", pick=tick[1]).text
    assert standing(crm) == (["h2", "h3"], 1)
    assert [each for each in audited(crm) if each[1].startswith("identity")] == [
        ("manager@seller.example", "identity_linked", "a2", "hubspot h2"),
        ("manager@seller.example", "identity_undone", "h2", "hubspot h2"),
    ]


def audited(desk: Desk) -> list[tuple[str, str, str, str]]:
    from sqlalchemy import select  # noqa: PLC0415 - this once

    from store.tables import audit  # noqa: PLC0415 - see above

    query = select(audit.c.actor, audit.c.action, audit.c.about, audit.c.detail).order_by(audit.c.id)
    with desk.database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_one_that_is_none_of_ours_is_unlinked(crm: Desk):
    manager = crm.browser("manager")

    assert "linked to nobody" in manager.post("/identity/unlink", source="hubspot", external_id="h1").text
    assert standing(crm) == (["h1", "h2", "h3"], 0)
    assert "was unlinked by a person" in manager.get("/identity").text
    again = manager.post("/identity/unlink", source="hubspot", external_id="h1")
    assert "hubspot h1 is not linked" in again.text


@pytest.mark.parametrize(
    "fields",
    [
        {"source": "hubspot", "external_id": "h2", "account": "nobody"},
        {"source": "hubspot", "external_id": "nobody", "account": "a1"},
        {"source": "", "external_id": "", "account": ""},
    ],
)
def test_what_cannot_be_joined_is_said_and_changes_nothing(crm: Desk, fields: dict[str, str]):
    before = standing(crm)

    assert "there is no account" in crm.browser("manager").post("/identity/link", **fields).text
    assert standing(crm) == before


@pytest.mark.parametrize("pick", ["", "nonsense", "WyJhIl0=", "bnVsbA==", "\N{SNOWMAN}"])
def test_a_tick_that_is_none_takes_nothing_back(crm: Desk, pick: str):
    assert "Taken back: 0" in crm.browser("manager").post("/identity/undo", pick=pick).text
    assert crm.browser("manager").get("/identity", after=pick).status_code == 200


def test_nothing_that_nobody_said_is_taken_back(crm: Desk):
    pick = pages._pick("hubspot", "h1")

    assert "nobody has said by hand" in crm.browser("manager").post("/identity/undo", pick=pick).text
    assert standing(crm)[1] == 1


def test_long_lists_go_on(crm: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "PAGE", 1)
    manager = crm.browser("manager")

    first = manager.get("/identity").text
    more = re.search(r'<a href="(/identity\?after=[^"]+)">More</a>', first)
    assert more
    second = manager.get(more[1].replace("&amp;", "&")).text

    assert ("h2</th>" in first, "h3</th>" in first) == (True, False)
    assert ("h2</th>" in second, "h3</th>" in second) == (False, True)
    assert ">More<" not in second
