"""Colleagues look at their home tab: their own accounts, made once for each look, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import select

from config.routes import Person, load_routes
from integrations.roles import Opened
from store.tables import inbox
from tests import book
from tests.dashboard.channel import NOOR, ROBIN, people
from worker import asked

PLAIN = load_routes(None)


def test_slack_finds_us_where_events_go(channel):
    assert channel.act("verify")["verified"] is True


def test_the_home_tab_shows_my_accounts(channel):
    channel.deployment.routes = people()
    header, counts, *rows = channel.home()
    assert header["text"]["text"] == "Your accounts, Jun 1, 2026"
    assert "alerts are open" in counts["text"]["text"]
    assert len(rows) == len(book.ACCOUNTS)


@pytest.mark.parametrize(
    "routes", [PLAIN, people(n=Person(slack=NOOR, left=True)), people(), people(n=Person())]
)
def test_who_is_none_of_the_people_sees_nobody_s_accounts(channel, routes):
    channel.deployment.routes = routes
    (_header, told) = channel.home(NOOR)
    assert "You are none of the people" in told["text"]["text"]
    assert "You are none of the people" in channel.ask("mine", NOOR)["text"]


def test_who_looks_after_no_account_is_told_so(channel):
    channel.deployment.routes = people(n=Person(slack=NOOR))
    assert "No account is yours" in str(channel.home(NOOR))


def test_two_people_with_one_address_both_have_its_accounts(channel):
    both = {book.OWNER: Person(slack=ROBIN), book.OWNER.title(): Person(slack=NOOR)}
    channel.deployment.routes = load_routes(None).model_copy(update={"people": both})
    assert channel.home(NOOR) == channel.home(ROBIN)
    assert len(channel.home(NOOR)) == 2 + len(book.ACCOUNTS)


def test_of_one_event_a_home_is_made_once_however_many_tell_of_it_at_once(channel):
    made = partial(asked.opened, channel.deployment, "slack")
    with ThreadPoolExecutor(8) as pool:
        homes = list(pool.map(made, [Opened("Ev1", ROBIN)] * 16))
    assert len([home for home in homes if home is not None]) == 1
    assert made(Opened("Ev1", ROBIN)) is None
    assert made(Opened("Ev2", ROBIN))
    with channel.deployment.database.read() as connection:
        taken = connection.execute(select(inbox.c.event, inbox.c.body)).all()
    assert taken == [("Ev1", b""), ("Ev2", b"")]


def test_an_event_that_slack_tells_of_again_is_accepted(channel):
    event = channel.act("look", user=ROBIN)["event"]
    assert channel.act("look", user=ROBIN, event=event) == {"event": event, "status": 200, "said": None}


def test_another_tab_shows_nothing_new(channel):
    assert channel.act("look", user=ROBIN, tab="messages")["status"] == 200
    channel.home(NOOR)
    assert ROBIN not in channel.private()["homes"]
