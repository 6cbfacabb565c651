"""Colleagues ask in Slack: over HTTP, from the command to what they read."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from sqlalchemy import func, insert, select, update

from cli.opened import judge_waiting
from config.routes import Escalation, Person, load_routes
from store.erasure import erase
from store.runs import FULL
from store.tables import accounts, answers, flags
from templates.filters import MINUS
from tests import book
from tests.dashboard.channel import CHANNEL, NOOR, ROBIN, SECRET, Channel, people
from tests.integrations.slack.test_desk import signed
from worker.asked import HOME_ROWS, OWN_ROWS
from worker.pipeline import open_run

SALES = "C03SALES"
HOSTILE = "<!channel> *x* <https://evil.example|bank> @here `c` & \u202egpj \x07"
PLAIN = load_routes(None)


def words(said: dict[str, Any]) -> str:
    return str(said["blocks"])


# -- account -----------------------------------------------------------------------------------------


def test_an_account_is_told_of_to_whoever_asks_alone(channel):
    said = channel.ask(f"account {book.UNPAID}")
    assert said["response_type"] == "ephemeral"
    assert said["parse"] == "none"
    shown = words(said)
    for part in (
        "to watch",
        "of 100",
        "*What we see*",
        "*Open*, and nobody has taken it on.",
        "*Seats in use*",
    ):
        assert part in shown


def test_a_second_verdict_of_a_day_hides_not_what_the_day_brought(channel):
    once = channel.ask(f"account {book.UNPAID}")["text"]
    open_run(channel.deployment, FULL)
    judge_waiting(channel.deployment)
    assert f"({MINUS}" in once
    assert channel.ask(f"account {book.UNPAID}")["text"] == once


def test_who_has_an_alert_is_told(channel):
    channel.press(book.UNPAID, "acknowledge", NOOR)
    assert f"*Taken on* by <@{NOOR}>, Jun 1, 2026" in words(channel.ask(f"account {book.UNPAID}"))
    channel.deployment.routes = people()
    assert f"for <@{ROBIN}>" in words(channel.ask(f"account {book.UNPAID}"))


@pytest.mark.parametrize(
    "text", ["account a2", "ACCOUNT Account a2", " account   a2 ", "account\taCCOUNT  A2"]
)
def test_an_account_is_found_by_its_key_or_its_name(channel, text):
    assert channel.ask(text)["text"].startswith("Account a2 is to watch")


@pytest.mark.parametrize(("given_on", "told"), [(book.DAY, True), (book.DAY_BEFORE, False)])
def test_to_whom_an_alert_was_assigned_is_told_of_this_alert_alone(channel, given_on, told):
    channel.press(book.UNPAID, "assign")
    channel.act("fill", form=channel.form()["id"], values={"to": NOOR})
    with channel.deployment.database.write() as connection:
        connection.execute(update(answers).values(given_on=given_on))
    assert (f"*Assigned to <@{NOOR}>*" in words(channel.ask(f"account {book.UNPAID}"))) is told


def renamed(channel: Channel, **names: str) -> None:
    with channel.deployment.database.write() as connection:
        for key, name in names.items():
            connection.execute(update(accounts).where(accounts.c.key == key).values(name=name))


def test_a_name_that_several_have_lists_them(channel):
    renamed(channel, a4="Mill & Co", a5="mill & co", a6="Mill & Company")
    said = channel.ask("account Mill & Co")
    assert said["text"] == "Several accounts are called Mill &amp; Co."
    shown = words(said)
    assert "*a4*" in shown
    assert "*a5*" in shown
    assert "*a6*" not in shown


@pytest.mark.parametrize(("asked", "found"), [("Acount a7", "a7"), ("count a7", "a7"), ("Zebra", None)])
def test_a_name_that_nobody_has_names_the_nearest(channel, asked, found):
    said = channel.ask(f"account {asked}")
    assert said["text"] == f"No account is called {asked}."
    first = words(said).partition("• ")[2]
    assert first.startswith(f"*Account {found}*, {found}") if found else first == ""


@pytest.mark.parametrize(
    ("routes", "user", "place", "told"),
    [
        (PLAIN, ROBIN, CHANNEL, True),
        (PLAIN, ROBIN, SALES, False),
        (PLAIN, ROBIN, "D01ROBIN", False),
        (people(), ROBIN, SALES, True),
        (people(), NOOR, SALES, False),
        (people(), NOOR, CHANNEL, True),
        (people(n=Person(slack=NOOR, left=True)), NOOR, CHANNEL, False),
        (people(n=Person(slack=NOOR, left=True), m=Person(slack=NOOR)), NOOR, SALES, True),
        (PLAIN.model_copy(update={"escalation": Escalation(manager="#sales")}), ROBIN, SALES, True),
    ],
)
def test_no_more_is_told_than_a_person_or_a_channel_may_see(channel, routes, user, place, told):
    channel.deployment.routes = routes
    for text in (f"account {book.UNPAID}", "account nobody", f"mute {book.RENEWING} 7 why"):
        assert (
            channel.ask(text, user, place)["text"].startswith("You can ask about accounts in the channel")
            is not told
        )
    assert channel.states(book.RENEWING) - {"resolved"} == ({"snoozed"} if told else {"firing"})


def test_who_was_erased_is_named_no_more_and_has_no_accounts(channel):
    channel.deployment.routes = people()
    assert f"for <@{ROBIN}>" in words(channel.ask(f"account {book.UNPAID}"))
    erase(channel.deployment.database, book.OWNER, "test")
    assert f"<@{ROBIN}>" not in words(channel.ask(f"account {book.UNPAID}"))
    assert "No account is yours" in words(channel.ask("mine"))
    assert "No account is yours" in str(channel.home())


# -- mute --------------------------------------------------------------------------------------------


def test_an_alert_is_muted_and_everybody_reads_by_whom_and_why(channel):
    said = channel.ask(f"mute {book.RENEWING} 7 they pay <!channel> *Monday*")
    assert said["text"] == f"What is told of {book.RENEWING} is snoozed until Jun 8, 2026."
    assert channel.states(book.RENEWING) - {"resolved"} == {"snoozed"}
    channel.delivered()
    (_, told) = channel.messages(channel.about(book.RENEWING)["ts"])
    assert told["text"].startswith(f"*Snoozed until Jun 8, 2026* by <@{ROBIN}>, Jun 1, 2026: they pay ")
    assert "<!channel>" not in told["text"]
    assert "*Monday*" not in told["text"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (f"mute {book.RENEWING}", "Say which account"),
        (f"mute {book.RENEWING} 7", "Say which account"),
        (f"mute {book.RENEWING} seven days", "Say which account"),
        (f"mute {book.RENEWING} -7 days", "Say which account"),
        (f"mute {book.RENEWING} 0 why", "An alert is snoozed for 1 to 90 days."),
        (f"mute {book.RENEWING} 91 why", "An alert is snoozed for 1 to 90 days."),
        ("mute a9 7 why", "No alert of 'a9' is open"),
        ("mute nobody 7 why", "No account is called nobody."),
    ],
)
def test_what_cannot_be_muted_is_not(channel, asked, told):
    assert channel.ask(asked)["text"].startswith(told)
    assert channel.states(book.RENEWING) - {"resolved"} == {"firing"}


def test_a_command_that_comes_again_and_again_has_one_effect(channel, monkeypatch):
    sent: list[tuple[dict[str, str], bytes]] = []
    desk = channel.deployment.desk("slack")
    verify = desk.verify
    monkeypatch.setattr(
        desk, "verify", lambda headers, body: (sent.append((dict(headers), body)), verify(headers, body))
    )
    channel.ask(f"mute {book.RENEWING} 7 on holiday")
    headers, body = sent[-1]
    same = {name: headers[name] for name in headers if name.startswith("x-slack")}
    with ThreadPoolExecutor(8) as pool:
        again = [
            pool.submit(requests.post, f"{channel.url}/desks/slack", body, headers=same) for _ in range(24)
        ]
    assert {each.result().status_code for each in again} == {200}
    with channel.deployment.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(answers)).scalar_one() == 1


def test_of_two_who_mute_at_once_each_is_heard_and_the_last_holds(channel):
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda user: channel.ask(f"mute {book.RENEWING} 7 why", user), (ROBIN, NOOR)))
    with channel.deployment.database.read() as connection:
        last = connection.execute(select(answers.c.actor).order_by(answers.c.id)).scalars().all()
    assert set(last) == {ROBIN, NOOR}
    assert f"by <@{last[-1]}>" in words(channel.ask(f"account {book.RENEWING}"))


@pytest.mark.parametrize(
    ("account", "evidence"), [(book.UNPAID, "failed payments: 1"), (book.LEAVING, "cancel")]
)
def test_what_is_always_told_is_not_muted_and_whoever_asks_reads_why(channel, account, evidence):
    said = channel.ask(f"mute {account} 7 on holiday")
    assert said["text"] == f"The alert of {account} cannot be muted."
    assert "*Not muted*" in words(said)
    assert evidence in words(said)
    assert channel.states(account) == {"firing"}


def growing(channel: Channel, account: str) -> None:
    """Let an account have room to grow, too, as if a run had found it."""
    with channel.deployment.database.write() as connection:
        row = connection.execute(select(flags).where(flags.c.term.like(f"%{account}@%"))).first()
        grown = {"kind": "expansion", "reason": "capacity", "evidence": "7 of 8 seats", "state": "firing"}
        values = {name: value for name, value in row._mapping.items() if name != "id"}
        connection.execute(insert(flags).values(values | grown))


def test_room_to_grow_is_muted_even_where_the_alert_is_not_and_woken_again(channel):
    growing(channel, book.UNPAID)
    said = channel.ask(f"mute {book.UNPAID} 7 on holiday")
    assert said["text"] == f"What is told of {book.UNPAID} is snoozed until Jun 8, 2026."
    assert "failed payments: 1" in words(said)
    assert channel.states(book.UNPAID) == {"firing", "snoozed"}
    assert channel.ask(f"unmute {book.UNPAID}")["text"].endswith("is no longer snoozed.")
    assert channel.states(book.UNPAID) == {"firing"}


def test_what_was_muted_is_told_again_and_everybody_reads_by_whom(channel):
    channel.ask(f"mute {book.RENEWING} 7 on holiday")
    channel.delivered()
    said = channel.ask(f"unmute {book.RENEWING}")
    assert said["text"] == f"What is told of {book.RENEWING} is no longer snoozed."
    assert channel.states(book.RENEWING) - {"resolved"} == {"firing"}
    channel.delivered()
    told = channel.messages(channel.about(book.RENEWING)["ts"])[-1]
    assert told["text"] == f"*No longer snoozed*, by <@{ROBIN}>, Jun 1, 2026"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("unmute", "Say which account"),
        (f"unmute {book.RENEWING}", f"No alert of '{book.RENEWING}' is snoozed."),
        ("unmute a9", "No alert of 'a9' is open"),
        ("unmute nobody", "No account is called nobody."),
    ],
)
def test_what_is_not_muted_is_not_woken(channel, asked, told):
    assert channel.ask(asked)["text"].startswith(told)


# -- mine, help, and what is hostile -----------------------------------------------------------------


def test_my_accounts_are_ranked_and_say_where_their_alerts_stand(channel):
    channel.deployment.routes = people()
    channel.press(book.UNPAID, "acknowledge")
    shown = [each["text"]["text"] for each in channel.ask("mine")["blocks"] if each["type"] == "section"]
    assert len(shown) == 1 + len(book.ACCOUNTS)
    by_key = {line.splitlines()[1].partition(" ")[0]: number for number, line in enumerate(shown) if number}
    assert by_key[book.LEAVING] < by_key["a9"]
    assert "*open*, nobody has it" in shown[by_key[book.LEAVING]]
    assert "open, taken on" in shown[by_key[book.UNPAID]]
    assert "open" not in shown[by_key["a9"]]


def test_of_two_hundred_accounts_with_long_names_as_many_are_told_as_fit_and_the_rest_is_counted(
    channel, tmp_path
):
    names = [f"{number:03}{'&' * 150}" for number in range(200)]
    book_of = "".join(f"b{name[:3]},{name},{book.OWNER}\n" for name in names)
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / "accounts.csv").write_text(f"account_id,name,csm_email\n{book_of}")
    book.judge_folder(channel.deployment, tmp_path / "many", book.DAY)
    channel.deployment.routes = people()
    everyone = len(names) + len(book.ACCOUNTS)
    mine = channel.ask("mine")["blocks"]
    assert len(mine) == 3 + OWN_ROWS
    assert mine[-1]["elements"][0]["text"] == f"And {everyone - OWN_ROWS} accounts more."
    home = channel.home()
    assert len([each for each in home if each["type"] != "actions"]) == 3 + HOME_ROWS
    assert home[-1]["elements"][0]["text"] == f"And {everyone - HOME_ROWS} accounts more."


@pytest.mark.parametrize("text", ["", "help", "HELP", "nonsense", "account", HOSTILE, "x" * 4_000])
def test_what_is_no_command_gets_help(channel, text):
    assert channel.ask(text)["text"] == "What you can ask: account, mine, mute, unmute, help."


@pytest.mark.parametrize(
    "text", [HOSTILE, "&" * 4_000, "<@U01ROBIN>" * 300, "\u202e\x00\r\nsection: x", "%_'\""]
)
def test_hostile_words_are_said_back_and_do_nothing(channel, text):
    for said in (f"account {text}", f"mute {text} 7 {text}", f"mute {book.RENEWING} 7 {text}"):
        shown = words(channel.ask(said))
        for mark in ("<!", "<@U01", "<https", "*x*", "`c`", "\u202e", "\\x00"):
            assert mark not in shown


# -- who is let in ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [b'{"type": "event_callback"}', b'{"type": ', b"command=%2Fseatsignal&text=x"]
)
def test_what_is_signed_and_no_call_is_refused(channel, body, monkeypatch):
    desk = channel.deployment.desk("slack")
    monkeypatch.setattr(desk, "verify", lambda _headers, _body: None)
    assert requests.post(f"{channel.url}/desks/slack", body, timeout=10).status_code == 400


def test_nobody_else_asks(channel):
    body = (
        f"command=%2Fseatsignal&text=account+a1&user_id={ROBIN}&channel_id={CHANNEL}&trigger_id=1.2".encode()
    )
    forged = signed(body, f"not {SECRET}")
    assert requests.post(f"{channel.url}/desks/slack", body, headers=forged, timeout=10).status_code == 400
