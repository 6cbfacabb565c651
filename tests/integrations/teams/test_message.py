"""What leaves for Teams of a notice: a legal message, small enough, that says which notice it is."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from health.nouns import Notice
from integrations.channels import KEY_LIMIT
from integrations.errors import Rejected
from integrations.teams.message import LIMIT, message
from templates.payload import TEMPLATES
from templates.render import render
from tests.integrations.teams.rig import NOWHERE, rig
from tests.schemas import Checker
from tests.templates.examples import ALERT, EXAMPLES, payload
from tests.templates.test_cards import LONGEST, texts

HERE = Path(__file__).parent
SCHEMA = Checker(HERE.parents[1] / "templates" / "adaptive_card.json")
CARDS = tuple(name for name, template in TEMPLATES.items() if template.medium == "card")


def sent(notice: Notice) -> dict[str, Any]:
    return dict(json.loads(msgspec.json.encode(message(notice))))


def card(notice: Notice) -> dict[str, Any]:
    return dict(sent(notice)["attachments"][0]["content"])


def feet(notice: Notice) -> list[str]:
    return [
        text for text in texts(card(notice)["body"]) if text.startswith(("Key ", "Follows ", "Sent again"))
    ]


@pytest.mark.parametrize("name", CARDS)
@pytest.mark.parametrize("later", [{}, {"remote": "the first", "attempt": 2}])
def test_every_message_is_as_microsoft_documents_it(name: str, later: dict[str, str | int]) -> None:
    body = render(name, payload(EXAMPLES[name]))
    notice = rig(NOWHERE).notice("csm/ACC-7/2026-03-01/at_risk/12", body=body, **later)
    assert SCHEMA.problems(sent(notice)) == []


@pytest.mark.parametrize("name", ["alert", "operator"])
def test_recorded_payloads_are_what_is_sent(name: str) -> None:
    body = render(f"{name}_card", payload(EXAMPLES[f"{name}_card"]))
    notice = rig(NOWHERE).notice(f"{name}/k/2", body=body, remote=f"{name}/k/1", attempt=2)
    assert sent(notice) == json.loads((HERE / "recorded" / f"{name}.json").read_text(encoding="utf-8"))


def test_a_card_states_its_key_and_later_ones_of_the_thread_the_firsts() -> None:
    made = rig(NOWHERE).notice
    assert feet(made("k1")) == ["Key k1"]
    assert feet(made("k2", remote="k1")) == ["Key k2", "Follows the card with the key k1"]


def test_a_later_card_tells_its_news_below_its_title() -> None:
    made = rig(NOWHERE).notice
    first, second = card(made("k1"))["body"], card(made("k2", remote="k1"))["body"]
    assert second[0] == first[0]
    assert second[1]["style"] == "emphasis"
    assert "It got worse." in list(texts(second[1]))
    assert second[2] == first[1]


def test_what_is_sent_again_says_so() -> None:
    again = feet(rig(NOWHERE).notice("k1", attempt=2))
    assert again == ["Key k1", "Sent again: if a card with this key is here already, this is the same."]


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("csm/{{DATE(x)}}/1", "csm/{\u2060{DATE(x)}}/1"),
        ("csm/<at>all</at>/1", "csm/<\u2060at>all<\u2060/at>/1"),
        ("csm/[x](https://evil.example)/1", "csm/[x](https://evil.example)/1"),
    ],
)
def test_what_a_customer_is_called_by_does_nothing_in_a_foot(key: str, shown: str) -> None:
    assert feet(rig(NOWHERE).notice(key)) == [f"Key {shown}"]


def test_long_keys_that_differ_at_their_end_do_so_in_a_foot() -> None:
    one, other = (feet(rig(NOWHERE).notice(f"csm/{'W' * 900}/{run}"))[0] for run in (1, 2))
    assert one != other
    assert len(one) == len("Key ") + KEY_LIMIT


@pytest.mark.parametrize("name", LONGEST)
def test_the_largest_card_with_the_longest_keys_is_small_enough(name: str) -> None:
    alert = msgspec.structs.replace(ALERT, account_name=name, reasons=(name,) * 40, changes=(name,) * 40)
    notice = rig(NOWHERE).notice(name, body=render("alert_card", payload(alert)), remote=name, attempt=2)
    body = msgspec.json.encode(message(notice))
    assert len(body) < len(msgspec.json.encode(body.decode())) <= LIMIT
    assert SCHEMA.problems(json.loads(body)) == []


def test_a_body_that_no_card_has_room_for_is_refused() -> None:
    run = {"type": "TextRun", "text": "W" * LIMIT}
    body = {"body": [{"type": "RichTextBlock", "inlines": [run]}], "actions": [], "news": []}
    with pytest.raises(Rejected) as caught:
        message(rig(NOWHERE).notice("k", body=json.dumps(body).encode()))
    assert caught.value.reason == "card_too_large"
