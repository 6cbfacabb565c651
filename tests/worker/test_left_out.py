"""What a pull leaves out is counted of its source: ids that come twice, and people too old to keep."""

from datetime import date

from sqlalchemy import select

from health.records import Ticket, Usage
from integrations.roles import Page
from store import inbox
from store.quality import oddities
from store.tables import facts
from tests.calls import VENDOR, Calls, Desk, call
from tests.worker.test_listings import tell
from worker.pipeline import pull

DAY = date(2026, 6, 1)
REPEATS = "rows with the id of another on their page"


def repeats(deployment) -> dict[str, int]:
    with deployment.database.read() as connection:
        return {each.source: each.rows for each in oddities(connection, DAY) if each.kind == REPEATS}


def test_of_an_id_twice_on_a_page_the_last_counts_and_the_others_are_counted(deployment):
    page = [Ticket("t1", "a", 5), Ticket("t2", "a", 5), Ticket("t1", "a", 9), Ticket("t1", "a", 7)]
    tell(deployment, [Page(page, None), Page([Ticket("t2", "a", 5), Usage("a", DAY), Usage("a", DAY)], None)])
    with deployment.database.read() as connection:
        ticket = facts["tickets"].c
        query = select(ticket.opened_ms).where(ticket.ticket_id == "t1")
        assert connection.execute(query).scalars().all() == [7]
    assert repeats(deployment) == {"stripe": 3}


def test_the_same_thing_in_many_calls_is_news_and_no_oddity(deployment):
    deployment.use_source(VENDOR, Desk())
    deployment.use_webhook(VENDOR, Calls())
    with deployment.database.write() as connection:
        for number in range(3):
            assert inbox.append(connection, VENDOR, f"e{number}", call(f"e{number}", "t1"))
    pull(deployment, VENDOR)
    assert repeats(deployment) == {}
