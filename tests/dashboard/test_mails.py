"""A mail to a customer is decided about in Slack: read in a form, answered over HTTP, seen by the channel."""

from typing import Any

import pytest
from sqlalchemy import select, update

from config.modes import Modes
from integrations.desk import Form, Press
from store import approvals
from store.tables import accounts, notices
from store.tables import approvals as table
from tests import book
from tests.dashboard.channel import ROBIN, Channel
from tests.worker.test_announce import Inbox
from worker.deciding import GONE
from worker.deliver import deliver
from worker.desk import Faulty, filled, pressed
from worker.waiting import look

HOSTILE = "<!channel> & *Sons* <https://evil.example|pay here> @everyone"


@pytest.fixture
def waiting(channel: Channel) -> Channel:
    """The day's mails wait, and the message that lists them is there."""
    channel.deployment.modes = Modes()
    mailed(channel)
    look(channel.deployment)
    channel.delivered()
    return channel


def mailed(channel: Channel) -> list[str]:
    """Deliver what is due by mail, and return to whom."""
    inbox = Inbox()
    channel.deployment._destinations["mail"] = inbox
    deliver(channel.deployment, "mail")
    return inbox.written


def listing(channel: Channel) -> dict[str, Any]:
    return next(each for each in channel.messages() if "Mails to customers" in str(each["blocks"]))


def number(channel: Channel, template: str) -> int:
    with channel.deployment.database.read() as connection:
        query = select(notices.c.id).where(notices.c.template == template)
        return int(connection.execute(query).scalar_one())


def press(channel: Channel, template: str) -> dict[str, Any]:
    """Press the button of a mail, and return the form that comes back."""
    ts, button = listing(channel)["ts"], f"mail_{number(channel, template)}"
    act = channel.act("press", channel="C01SUCCESS", ts=ts, action=button, user=ROBIN)
    assert act == {"status": 200, "said": None}
    return channel.form()


def fill(channel: Channel, form: dict[str, Any], **values: str) -> Any:
    return channel.act("fill", form=form["id"], values=values)["said"]


def words(form: dict[str, Any]) -> str:
    texts = [each["text"] for each in form["view"]["blocks"] if each["type"] == "section"]
    assert {each["type"] for each in texts} == {"plain_text"}
    return "\n".join(each["text"] for each in texts)


def test_the_form_shows_what_the_customer_would_read_and_why(waiting: Channel) -> None:
    read = words(press(waiting, "failed_payment"))
    assert f"To {book.person(book.UNPAID)}, Account {book.UNPAID}" in read
    assert "Why\nTo be approved: no rule of modes.yaml names it." in read
    assert f"invoice: i-{book.UNPAID}" in read
    assert "Subject: " in read
    assert "€100.00" in read


def test_what_is_approved_leaves_and_the_channel_sees_who_did_it(waiting: Channel) -> None:
    before = listing(waiting)
    assert fill(waiting, press(waiting, "renewal"), verdict="approved", reason="") is None
    assert mailed(waiting) == [book.person(book.RENEWING)]
    waiting.delivered()
    after = listing(waiting)
    assert after["ts"] == before["ts"]
    assert f"Account {book.RENEWING}" not in str(after["blocks"])
    (_, told) = waiting.messages(before["ts"])
    assert told["text"] == f"*Approved* by <@{ROBIN}>: renewal to Account {book.RENEWING}"


def test_a_rejection_needs_a_reason_and_is_final(waiting: Channel) -> None:
    form = press(waiting, "renewal")
    wrong = fill(waiting, form, verdict="rejected", reason="  ")
    assert wrong["errors"] == {"reason": "Say it in a few words: others read it."}
    assert fill(waiting, form, verdict="rejected", reason="they have left") is None
    assert mailed(waiting) == []
    with waiting.deployment.database.read() as connection:
        assert [each.template for each in approvals.waiting(connection)] == ["failed_payment"]


def test_who_decides_second_is_told_that_it_is_decided(waiting: Channel) -> None:
    first, second = press(waiting, "renewal"), press(waiting, "renewal")
    assert fill(waiting, first, verdict="approved") is None
    assert "verdict" in fill(waiting, second, verdict="rejected", reason="no")["errors"]
    assert mailed(waiting) == [book.person(book.RENEWING)]


def test_a_draft_is_read_to_be_sent_by_hand(waiting: Channel) -> None:
    with waiting.deployment.database.write() as connection:
        connection.execute(update(table).values(mode="draft"))
    form = press(waiting, "renewal")
    choices = next(each for each in form["view"]["blocks"] if each.get("block_id") == "verdict")
    assert [each["value"] for each in choices["element"]["options"]] == ["mailed", "rejected"]
    assert fill(waiting, form, verdict="mailed") is None
    assert mailed(waiting) == []


def test_a_hostile_name_does_nothing_in_the_list_or_the_form(channel: Channel) -> None:
    with channel.deployment.database.write() as connection:
        connection.execute(update(accounts).where(accounts.c.key == book.RENEWING).values(name=HOSTILE))
    channel.deployment.modes = Modes()
    mailed(channel)
    look(channel.deployment)
    channel.delivered()
    shown = str(listing(channel)["blocks"])
    assert "<!channel>" not in shown
    assert "<https://evil.example" not in shown
    assert HOSTILE in words(press(channel, "renewal")), "as it is"


def test_a_mail_that_the_message_does_not_list_cannot_be_decided_there(waiting: Channel) -> None:
    """Whatever number a call has: it is looked for in what the message has listed."""
    ts = next(each["ts"] for each in waiting.messages() if each["ts"] != listing(waiting)["ts"])
    called = Press("1", ROBIN, f"C01SUCCESS:{ts}", f"mail_{number(waiting, 'renewal')}", "1")
    assert pressed(waiting.deployment, "slack", called) == GONE
    form = Form("2", ROBIN, called.remote, called.answer, {"verdict": "approved"})
    with pytest.raises(Faulty):
        filled(waiting.deployment, "slack", form)
    assert mailed(waiting) == []
