"""The words people read, in full. A change here is a change of what customers and colleagues get."""

import json
import re
from datetime import date
from textwrap import dedent
from typing import Any, Literal

import msgspec
import pytest

from health.nouns import Why
from templates.content import FlagLine
from templates.examples import APPROACHING_LIMIT, FAILED_PAYMENT, RENEWAL
from templates.letters import SolvedTickets
from templates.payload import Spoken
from templates.render import render
from tests.templates.examples import ALERT, DIGEST, EXAMPLES, EXPANSION, OPERATOR, RECORD, payload

MINUS = "\N{MINUS SIGN}"


def read(name: str, content: Spoken) -> dict[str, Any]:
    return dict(json.loads(render(name, payload(content))))


def shown(message: dict[str, Any]) -> str:
    """A Slack message as lines, without its blocks' machinery."""
    return "\n".join(line for block in message["blocks"] for line in _lines(block))


def _lines(block: dict[str, Any]) -> list[str]:
    if block["type"] == "actions":
        return [f"[{button['text']['text']}] {button['url']}" for button in block["elements"]]
    parts = [*block.get("fields", []), *block.get("elements", []), block.get("text")]
    return [part["text"].replace("\n", "\n  ") for part in parts if part]


def test_alert() -> None:
    message = read("alert", ALERT)
    assert message["text"] == (
        f"Harbour &amp; Pine is at risk, 41.2 of 100 ({MINUS}11.7). "
        "It got worse: Use is 44 % of what is usual."
    )
    assert message["news"] == (
        f"*It got worse.* Now at risk, 41.2 of 100 ({MINUS}11.7).\n• Use is 44 % of what is usual"
    )
    assert shown(message) == dedent(
        f"""\
        Harbour &amp; Pine: at risk, 41.2 of 100
        It got worse.
        *What we see*
          • Use is 44 % of what is usual
          • Cancels at the end of the term (urgent)
        *What moves the score*
          • weekly active users: 18
          • idle for 9 days
        *What would change it*
          to watch: 12 more active users: utilisation 38 → 61 %
        *What changed*
          • {MINUS}12: weekly active users 41 → 18
          • +0.27: 2 smaller changes
        *Score*
          41.2 of 100 ({MINUS}11.7)
        *Renewal*
          Mar 1, 2027
        *Act by*
          Feb 1, 2027, in 12 days
        *Revenue at risk*
          €42,000 a year
        *Use, 6 weeks*
          ·███▄▁ active users a day
        *Seats in use*
          46 of 120 (38%)
        *Recurring revenue*
          €3,500 a month
        *Talk to*
          Dana Quill, admin
          the champion contact
        *What to do: Win back the quiet team*
          1. Call Dana Quill
          2. Ask what changed
          3. Book a training
        *Words that help*
          • Half the team has not signed in since October.
        Account ACC-7 · in use: signed in within 30 days · for <@U01ROBIN>
        [Open the account] https://seatsignal.example/accounts/7?a=1&b=_2_
        [Open in the CRM] https://crm.example/7"""
    )


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Why.FIRST, "New."),
        (Why.WORSENED, "It got worse."),
        (Why.WINDOW_OPENED, "The renewal window of 30 days has opened."),
        (Why.REPEAT_DUE, "Still open, and nobody has taken it on."),
        (Why.RECOVERED, "It has recovered."),
        (Why.CORRECTED, "It was never so."),
        (Why.SUPPRESSED, "Held back."),
    ],
)
def test_an_alert_says_why_it_speaks(why: Why, words: str) -> None:
    content = msgspec.structs.replace(ALERT, why=why, what_would_change="")
    assert read("alert", content)["blocks"][1]["text"]["text"] == words


def test_an_alert_leaves_out_what_is_unknown() -> None:
    bare = msgspec.structs.replace(
        ALERT,
        score=None,
        delta=None,
        band="unknown",
        reasons=(),
        changes=(),
        flags=(),
        what_would_change="",
        renewal_on=None,
        anchor_on=None,
        revenue_at_risk_minor=None,
        weeks=(),
        seats=None,
        active_users=None,
        utilisation_pct=None,
        mrr_minor=None,
        contacts=(),
        play=None,
        owner="",
        owner_name="",
        active_definition="",
        term="",
        links=type(ALERT.links)(),
    )
    assert shown(read("alert", bare)).splitlines() == [
        "Harbour &amp; Pine: not known well enough to judge",
        "It got worse.",
        "Account ACC-7",
    ]


def test_an_alert_says_once_what_moves_the_score_and_by_when_to_act() -> None:
    score = FlagLine(kind="band", evidence="health 41: weekly active users: 18", why=Why.WORSENED)
    due = msgspec.structs.replace(ALERT, flags=(*ALERT.flags, score), due_on=date(2027, 1, 23))
    lines = shown(read("alert", due))
    assert lines.count("weekly active users: 18") == 1
    assert "*What to do by Jan 23, 2027: Win back the quiet team*" in lines
    alone = shown(read("alert", msgspec.structs.replace(ALERT, flags=(score,))))
    assert ("What we see" in alone, alone.count("weekly active users: 18")) == (False, 1)


@pytest.mark.parametrize(("delta", "words"), [(-0.04, "(unchanged)"), (0.0, "(unchanged)"), (0.06, "(+0.1)")])
def test_a_score_that_reads_as_before_is_said_to_be_unchanged(delta: float, words: str) -> None:
    assert f"41.2 of 100 {words}." in read("alert", msgspec.structs.replace(ALERT, delta=delta))["text"]


def test_an_alert_s_notification_says_what_was_found_and_its_days_are_written_out() -> None:
    said = "set to watch by hand until Mar 3, 2027: a pilot (computed: at risk)"
    opened = msgspec.structs.replace(ALERT, why=Why.WINDOW_OPENED, override=said)
    message = read("alert", opened)
    assert message["text"].endswith("The renewal window of 30 days has opened.")
    assert "The band was set to watch by hand until Mar 3, 2027: a pilot" in shown(message)
    assert "2027-" not in json.dumps(message)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("alert", ALERT, "*Stale:* this rests on log, complete through Jan 12, 2027."),
        ("recovered", ALERT, "*Stale:* this rests on log, complete through Jan 12, 2027."),
        ("expansion", EXPANSION, "*Stale:* this rests on log, complete through Jan 12, 2027."),
        ("alert_task", ALERT, "Stale: this rests on log, complete through 2027-01-12."),
        ("recovered_task", ALERT, "Stale: this rests on log, complete through 2027-01-12."),
        ("expansion_task", EXPANSION, "Stale: this rests on log, complete through 2027-01-12."),
    ],
)
def test_what_rests_on_a_source_that_is_behind_says_so(name: str, content: Spoken, words: str) -> None:
    def lines(stale: str) -> list[str]:
        found = read(name, msgspec.structs.replace(content, stale=stale))
        told = shown(found) if "blocks" in found else found["text"]
        return [line for line in told.splitlines() if line]

    assert [line for line in lines("log, complete through 2027-01-12") if line not in lines("")] == [words]
    assert not [line for line in lines("") if "Stale" in line]


def test_recovered() -> None:
    message = read("recovered", msgspec.structs.replace(ALERT, band="healthy", score=82.0, delta=29.0))
    assert message["text"] == "Harbour &amp; Pine has recovered: healthy, 82 of 100 (+29)."
    assert "This alert is closed; there is nothing left to do." in shown(message)


def test_a_correction_says_what_was_told_and_what_is_known() -> None:
    content = msgspec.structs.replace(
        ALERT,
        band="healthy",
        score=82.0,
        why=Why.CORRECTED,
        corrected_on=date(2027, 1, 14),
        told_score=41.0,
        known_score=79.0,
    )
    message = read("recovered", content)
    assert message["text"] == "Correction: Harbour &amp; Pine was not at risk on Jan 14, 2027."
    assert "that day is 79 and not 41: no alert would have been sent. Now healthy, 82" in shown(message)
    assert "has recovered" not in shown(message)
    assert "came late. What was told was not so:" in read("recovered_task", content)["text"]


def test_an_alert_that_goes_on_says_what_of_it_was_never_so() -> None:
    wrong = msgspec.structs.replace(ALERT.flags[0], why=Why.CORRECTED, evidence="NPS answer 2 of 10")
    content = msgspec.structs.replace(
        ALERT,
        why=Why.CORRECTED,
        flags=(wrong, *ALERT.flags[1:]),
        corrected_on=date(2027, 1, 14),
        told_score=41.0,
        known_score=44.0,
    )
    message = read("alert", content)
    assert message["text"].startswith(
        "Correction: part of what was told of Harbour &amp; Pine was not so. It is at"
    )
    said = shown(message)
    assert "Correction: this was told and was not so*\n  • NPS answer 2 of 10\n" in said
    assert "the health of that day is 44 and not 41." in said
    assert "NPS" not in said[said.index("*What we see*") :]
    task = read("alert_task", content)["text"]
    assert "came late. What was told was not so:\n- NPS answer 2 of 10" in task


def test_room_to_grow_that_never_was_is_said_to_be_none() -> None:
    content = msgspec.structs.replace(EXPANSION, corrected_on=date(2027, 1, 14))
    message = read("expansion", content)
    assert message["text"] == "Correction: Mill Lane Press had no room to grow on Jan 14, 2027."
    assert "told and was not so*\n  • 92 of 100 seats in use" in shown(message)
    assert "$400" not in shown(message)
    task = read("expansion_task", content)
    assert task["subject"] == "Mill Lane Press: no room to grow after all"
    assert "came late. What was told was not so:\n\n- 92 of 100 seats in use" in task["text"]


def test_expansion() -> None:
    message = read("expansion", EXPANSION)
    assert message["text"] == "Mill Lane Press has room to grow: about 20 more seats."
    assert shown(message).startswith(
        dedent("""\
        Mill Lane Press: room to grow
        *Why now*
          • Near a limit: 92 of 100 seats in use
          • Tries locked features: 5 tries of single sign-on this month
        *Product*
          Team
        *Seats to offer*
          20
        *Full*
          in 23 days
        *Expected uplift*
          $400 a month
        *Seats in use*
          92 of 100 (92%)""")
    )


def test_digest() -> None:
    message = read("digest", DIGEST)
    assert message["text"] == "Your accounts today: 2 at risk, 4 to watch."
    assert shown(message) == dedent("""\
        Your accounts, Jan 20, 2027
        For Robin Vale: *2* at risk, *4* to watch, *1,200* healthy, *1* not known well enough to judge. \
Revenue at risk: *€50,000* a year.
        *1. <https://seatsignal.example/accounts/7|Harbour &amp; Pine>* at risk, 41 of 100 · \
act by Feb 1, 2027, in 12 days · €42,000 a year at risk
          • Use fell
          • Idle for 9 days
        *2. Quiet Co* not known well enough to judge
        And 3 accounts more.
        [Open the list] https://seatsignal.example/accounts""")


@pytest.mark.parametrize("together", ["EUR", None])
def test_each_row_s_revenue_is_in_its_own_currency(together: str | None) -> None:
    rows = tuple(msgspec.structs.replace(DIGEST.rows[0], currency=each) for each in ("USD", "JPY", None))
    told = shown(read("digest", msgspec.structs.replace(DIGEST, rows=rows, currency=together)))
    assert re.findall(r"\S+ a year at risk", told) == ["$42,000 a year at risk", "¥4,200,000 a year at risk"]


def test_the_first_digest_is_of_the_whole_book() -> None:
    message = read("digest", msgspec.structs.replace(DIGEST, scope="book", rows=(), more=0))
    assert shown(message).startswith("Your accounts at a glance, Jan 20, 2027")
    assert "Nothing needs you today." in shown(message)


def test_the_digest_of_demoted_rules_says_how_right_they_were() -> None:
    note = "use_drop: 3 of 20 closed alerts were right (15%), 40% is agreed"
    message = read("digest", msgspec.structs.replace(DIGEST, scope="demoted", notes=(note,), more=0))
    assert message["text"] == "Found by rules that are seldom right: nobody was alerted."
    assert shown(message).startswith(
        dedent(f"""\
        Found by rules that are seldom right, Jan 20, 2027
        Nobody was alerted to these: a rule under its agreed precision is told here only.
          • {note}
        *1. <https://seatsignal.example/accounts/7|Harbour &amp; Pine>* at risk""")
    )


def test_operator() -> None:
    assert shown(read("operator", OPERATOR)) == dedent("""\
        Usage data is late
        *Urgent.* The last complete day is January 17; account alerts that rest on it wait.
        *What to do*
          1. Look at the source's key
          2. Run seatsignal pull
        [Open Seatsignal] https://seatsignal.example/sources""")


CLOSE = """
If anything is unclear, reply to this mail: it reaches Robin Vale, your contact at Lumen Works.

--
You receive this because you look after Harbour & Pine's account at Lumen Works.
Choose what we send you: https://seatsignal.example/p/abc
Unsubscribe: https://seatsignal.example/u/abc
"""


@pytest.mark.parametrize(
    ("within", "unit", "said"),
    [
        (1, "hours", "14 since March 1, 2026, half of them within 1 hour"),
        (48, "hours", "14 since March 1, 2026, half of them within 48 hours"),
        (1, "days", "14 since March 1, 2026, half of them within 1 day"),
        (3, "days", "14 since March 1, 2026, half of them within 3 days"),
    ],
)
def test_what_support_did_is_said_in_hours_or_days(
    within: int, unit: Literal["hours", "days"], said: str
) -> None:
    solved = SolvedTickets(count=14, since=date(2026, 3, 1), half_within=within, unit=unit)
    alone = msgspec.structs.replace(RENEWAL, solved=solved, use=None, active_users=None)
    mail = read("renewal", alone)
    assert f"What you got out of it\n  Requests to support that were solved: {said}\n" in mail["text"]
    assert said in mail["html"]
    without = read("renewal", msgspec.structs.replace(alone, solved=None))
    assert "What you got out of it" not in without["text"] + without["html"]


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("admin", "because you look after Harbour & Pine's account at Lumen Works."),
        ("billing", "because you are the billing contact of Harbour & Pine at Lumen Works."),
        ("user", "because you use Lumen Works at Harbour & Pine."),
        ("champion", "because you use Lumen Works at Harbour & Pine."),
        ("", "because Harbour & Pine is a customer of Lumen Works."),  # owed before letters had roles
    ],
)
def test_a_letter_says_why_whoever_reads_it_gets_it(role: str, said: str) -> None:
    mail = read("renewal", msgspec.structs.replace(RENEWAL, role=role))
    assert mail["text"].count(f"You receive this {said}\n") == 1
    assert (
        mail["html"].count("You receive this ")
        == mail["html"].count(said.replace("&", "&amp;").replace("'", "&#39;"))
        == 1
    )


def test_failed_payment() -> None:
    mail = read("failed_payment", msgspec.structs.replace(FAILED_PAYMENT, role="admin"))
    assert mail["subject"] == "Your payment of €1,234.50 to Lumen Works did not go through"
    assert mail["text"] == (
        dedent("""\
        Hello Dana Quill,

        We tried to collect invoice INV-204 for Harbour & Pine, and the payment did not go through.

          Invoice: INV-204
          Amount: €1,234.50
          Due: January 12, 2027
          Next try: January 15, 2027

        Most often a card has expired or the bank asks for a confirmation. You can put it right here:
        https://app.example/billing?a=1&b=2

        If you have paid in the meantime, you need not do anything.
        """)
        + CLOSE
    )


def test_approaching_limit() -> None:
    mail = read("approaching_limit", APPROACHING_LIMIT)
    assert mail["subject"] == "Harbour & Pine uses 92 of 100 seats"
    assert mail["text"] == (
        dedent("""\
        Hello,

        Harbour & Pine now uses 92 of its 100 seats. At this pace the rest is used up in 23 days.

        This is only a heads-up. You have two ways to keep room:

          1. Free what is no longer needed, for example of people who have left.
          2. Add more seats.

        Both are here:
        https://app.example/billing?a=1&b=2
        """)
        + CLOSE
    )


WEEKS = (
    "Requests to support that were solved: 14 since March 1, 2026, half of them within 5 hours\n"
    "          People who used it a day, week by week until November 29, 2026: "
    "31, 33, 32, 36, 38, 37, 41, 40, 43, 42, 45, 46"
)


def test_renewal() -> None:
    mail = read("renewal", RENEWAL)
    assert mail["subject"] == "Your Lumen Works subscription renews on March 1, 2027"
    assert mail["text"] == (
        dedent(f"""\
        Hello Dana Quill,

        Here is what is coming up for Harbour & Pine, at a glance.

          Term ends: March 1, 2027
          Renews by itself on: March 1, 2027
          Last day to change or cancel: January 30, 2027
          Seats: 120
          Price per month: €1,200.00
          Price per month in the next term: €1,260.00

        Your options
          - Go on as you are: you need not do anything.
          - Change the seats or the plan.
          - Cancel.

        What you got out of it
          People who use it (signed in within 30 days): 46 of 120 seats
          {WEEKS}

        How to change or cancel
        Change seats or plan, or cancel, here until January 30, 2027:
        https://app.example/billing?a=1&b=2
        """)
        + CLOSE
    )


def test_a_term_that_ends_by_itself_says_so() -> None:
    mail = read("renewal", msgspec.structs.replace(RENEWAL, auto_renew=False, renews_on=None))
    assert mail["subject"] == "Your Lumen Works subscription ends on March 1, 2027"
    assert "Renews by itself: No, it ends unless you renew it" in mail["text"]
    assert "Let it end: you need not do anything." in mail["text"]
    assert "Cancel." not in mail["text"]


@pytest.mark.parametrize("name", ["failed_payment", "approaching_limit", "renewal"])
def test_the_html_says_what_the_text_says(name: str) -> None:
    mail = read(name, EXAMPLES[name])
    links = ("https://app.example/billing?a=1&amp;b=2", "/p/abc", "/u/abc")
    for part in (*links, "Harbour &amp; Pine", "Robin Vale", "Lumen Works"):
        assert part in mail["html"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_same_payload_gives_the_same_bytes(name: str) -> None:
    assert render(name, payload(EXAMPLES[name])) == render(name, payload(EXAMPLES[name]).encode())


def test_expansion_task() -> None:
    task = read(
        "expansion_task", msgspec.structs.replace(EXPANSION, due_on=date(2026, 6, 8), owner="sam@us.example")
    )
    assert (task["subject"], task["priority"], task["due_on"], task["owner"]) == (
        "Mill Lane Press: room to grow, about 20 more seats",
        "normal",
        "2026-06-08",
        "sam@us.example",
    )
    assert task["text"].startswith(
        "Why now:\n- 92 of 100 seats in use\n- 5 tries of single sign-on this month\n"
    )
    assert "Full in 23 days at today's pace." in task["text"]


def test_alert_task() -> None:
    task = read("alert_task", msgspec.structs.replace(ALERT, severity="high"))
    assert (task["subject"], task["priority"]) == ("Harbour & Pine: at risk, health 41.2", "high")
    assert task["text"].startswith("- Use is 44 % of what is usual\n- Cancels at the end of the term\n")
    assert "1. Call Dana Quill\n2. Ask what changed\n3. Book a training\n" in task["text"]


def test_record_has_one_value_a_field_and_none_where_unknown() -> None:
    fields = read("record", RECORD)["fields"]
    assert fields == {
        "account_key": "ACC-9",
        "band": "healthy",
        "health": 88,
        "priority": 120,
        "reasons": "\N{MINUS SIGN}3: open tickets: 1, urgent: 0",
        "utilisation_pct": 92.0,
        "likely": None,
        "days_until_full": 23,
        "expansion": True,
        "expansion_evidence": "92 of 100 seats in use\n5 tries of single sign-on this month",
        "suggested_seats": 20,
        "uplift_minor": 40_000,
        "revenue_at_risk_minor": None,
        "currency": "EUR",
        "renewal_on": "2027-03-01",
        "anchor_on": None,
    }
