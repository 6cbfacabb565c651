"""Colleagues look at their home tab: their own accounts, made once for each look, and nobody else's."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from config.routes import Person, load_routes
from integrations.desk import Opened, Press
from store.tables import inbox
from templates.asked import OwnContent, OwnRow
from templates.blocks import HOME
from templates.render import render
from tests import book
from tests.dashboard.channel import NOOR, PATIENCE_S, ROBIN, Channel, people
from worker import asked
from worker.asked import HOME_ANSWERS, HOME_ROWS
from worker.desk import OLD, pressed

PLAIN = load_routes(None)


def test_slack_finds_us_where_events_go(channel):
    assert channel.act("verify")["verified"] is True


def test_the_home_tab_shows_my_accounts(channel):
    channel.deployment.routes = people()
    header, counts, *rows = channel.home()
    assert header["text"]["text"] == "Your accounts, Jun 1, 2026"
    assert "alerts are open" in counts["text"]["text"]
    assert [each["type"] for each in rows].count("section") == len(book.ACCOUNTS)


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
    assert "Account a5" in str(channel.home(NOOR))


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


# -- buttons -----------------------------------------------------------------------------------------


def row(blocks: list[dict[str, Any]], account: str) -> tuple[str, dict[str, str]]:
    """What a home tab says of an account, and the values of its buttons by their names."""
    at = next(n for n, each in enumerate(blocks) if f"Account {account}*" in str(each.get("text")))
    after = blocks[at + 1 : at + 2]
    buttons = after[0]["elements"] if after and after[0]["type"] == "actions" else []
    return blocks[at]["text"]["text"], {each["action_id"]: each["value"] for each in buttons}


def at_home(channel: Channel, account: str, action: str, user: str = ROBIN) -> Any:
    _, buttons = row(channel.home(user), account)
    return channel.act("press", action=action, user=user, value=buttons[action])


def shown(channel: Channel, account: str, words: str, user: str = ROBIN) -> str:
    """What the home tab says of an account, once it says this; it is published after the answer."""
    until = time.monotonic() + PATIENCE_S
    while words not in (said := row(channel.private()["homes"][user]["blocks"], account)[0]):
        assert time.monotonic() < until, said
    return said


@pytest.fixture
def mine(channel):
    channel.deployment.routes = people()
    return channel


def test_only_open_alerts_have_buttons(mine):
    home = mine.home()
    assert set(row(home, book.UNPAID)[1]) == {"acknowledge", "snooze", "dismiss", "done"}
    assert row(home, "a5")[1] == {}
    assert "value" not in str(mine.ask("mine"))


def test_what_is_acknowledged_at_home_is_so_everywhere(mine):
    assert at_home(mine, book.UNPAID, "acknowledge")["status"] == 200
    assert "taken on" in shown(mine, book.UNPAID, "taken on")
    assert set(row(mine.home(), book.UNPAID)[1]) == {"snooze", "dismiss", "done"}
    assert mine.states() == {"acknowledged"}
    mine.delivered()
    assert f"<@{ROBIN}>" in str(mine.about(book.UNPAID)["blocks"])


def test_what_needs_more_is_asked_back(mine):
    assert at_home(mine, book.UNPAID, "snooze")["status"] == 200
    form = mine.form()
    said = mine.act("fill", form=form["id"], values={"for": "7", "reason": "on holiday"})
    assert (said["status"], said["said"]) == (200, None)
    assert "until Jun 8, 2026" in shown(mine, book.UNPAID, "snoozed")
    assert mine.states() == {"snoozed"}


def test_an_alert_that_was_closed_meanwhile_is_no_longer_there(mine):
    _, buttons = row(mine.home(), book.UNPAID)
    assert at_home(mine, book.UNPAID, "dismiss")["status"] == 200
    mine.act("fill", form=mine.form()["id"], values={"reason": "paid by hand"})
    shown(mine, book.UNPAID, "Account")
    late = Press("late", ROBIN, f"own/{buttons['acknowledge']}", "acknowledge", "t")
    assert pressed(mine.deployment, "slack", late) == OLD


@pytest.mark.parametrize("about", ["999999", "x", ""])
def test_a_button_about_nothing_we_know_does_nothing(mine, about):
    press = Press("t", ROBIN, f"own/{about}", "acknowledge", "t")
    assert pressed(mine.deployment, "slack", press) == OLD
    assert mine.states() == {"firing"}


def test_two_who_press_at_once_are_one_answer(mine):
    mine.deployment.routes = people(n=Person(slack=NOOR))
    _, buttons = row(mine.home(), book.UNPAID)
    presses = [Press(f"t{n}", ROBIN, f"own/{buttons['acknowledge']}", "acknowledge", "t") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(partial(pressed, mine.deployment, "slack"), presses))
    assert sorted(map(bool, told)) == [False, *[True] * 7]


def test_a_home_of_many_open_alerts_fits():
    rows = tuple(
        OwnRow(**ROW | {"account_key": str(n), "about": n if n < HOME_ANSWERS else None})
        for n in range(HOME_ROWS)
    )
    content = OwnContent(date=book.DAY, open=HOME_ROWS, rows=rows, more=99)
    blocks = json.loads(render("home", msgspec.json.encode(content)))["blocks"]
    assert len(blocks) <= HOME.blocks
    assert str(blocks).count("acknowledge/") == 0
    assert len([each for each in blocks if each["type"] == "actions"]) == HOME_ANSWERS
    assert "Shortened" not in str(blocks)


ROW = {
    "account_name": "N" * 200,
    "band": "at_risk",
    "score": 12.0,
    "state": "firing",
    "grows": True,
    "renewal_on": book.DAY,
    "anchor_on": book.DAY,
    "days_to_anchor": 0,
    "revenue_at_risk_minor": 10**12,
    "currency": "EUR",
}
